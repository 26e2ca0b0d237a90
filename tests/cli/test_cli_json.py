"""What every command prints with ``--json`` has the keys and types that are declared, and so documented."""

from __future__ import annotations

import pytest

from glassnet.cli.doctor import DoctorFacts
from glassnet.cli.explain.backquery import BackqueryFacts
from glassnet.cli.explain.node import NodeFacts
from glassnet.cli.explain.nodes import NodesFacts
from glassnet.cli.explain.step import StepFacts
from glassnet.cli.explain.why import PredictionFacts
from glassnet.cli.info import ModelFacts, VerificationFacts
from glassnet.cli.labels import LabelsFacts, RepairFacts
from glassnet.cli.query import QueryFacts
from glassnet.cli.read import PhotoFacts
from glassnet.cli.shared.train_text import TrainFacts
from glassnet.cli.show import DistortedFacts, FilesFacts, SampleFacts, SamplesFacts, TableFacts, TableRowFacts
from glassnet.cli.test import EvaluationFacts, ReportFacts
from glassnet.data import notes_files
from glassnet.data.readers.idx import bundled_pair
from support.cli import run, working_copy
from support.declared import undeclared
from support.people import people
from support.samples import digits_csv

SMALL = ("--engine", "reference", "--hidden", "6", "--members", "1", "--no-plot")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with digits, a table, and a model of each: of classes, and of numbers."""
    folder = tmp_path_factory.mktemp("json")
    (folder / "digits.csv").write_text(digits_csv(150))
    (folder / "people.csv").write_text(people(150))
    (folder / "review.csv").write_text("row,new\n3,9\n5,drop\n")
    (folder / "bad.py").write_text("x = 1\n\ty = 2\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run("show", "digits.csv", "--row", 1, "--plot", "digit.png").fine()
        run("train", "digits.csv", *SMALL, "--epochs", 3, "--out", "d.safetensors").fine()
        for name, target in (("t", "income"), ("n", "hours")):
            run("train", "people.csv", "--target", target, *SMALL, "--epochs", 9, "-o", f"{name}.safetensors").fine()
    return folder


@pytest.fixture(scope="module")
def few():
    """Part -> some bundled digits: reading all takes 0.3 s."""
    return {part: tuple(one[:130] for one in bundled_pair(part)) for part in ("train", "test")}


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        (f"train digits.csv {' '.join(SMALL)} --epochs 2 --from d.safetensors --out e.safetensors", TrainFacts),
        (f"train people.csv --target hours --epochs 2 {' '.join(SMALL)}", TrainFacts),
        (f"train people.csv --target income --stream --epochs 2 {' '.join(SMALL)}", TrainFacts),
        ("test d.safetensors digits.csv", EvaluationFacts),
        ("test n.safetensors people.csv", EvaluationFacts),
        ("test d.safetensors digits.csv --report page.html", ReportFacts),
        ("query n.safetensors people.csv --coverage 0.8", list[QueryFacts]),
        ("query d.safetensors digit.png gone.png", list[QueryFacts]),
        ("read digit.png gone.png", list[PhotoFacts]),
        ("show digits.csv", SamplesFacts),
        ("show digits.csv --row 3", SampleFacts),
        ("show digits.csv --augment", DistortedFacts),
        ("show people.csv --target income", TableFacts),
        ("show people.csv", TableFacts),
        ("show people.csv --row 3", TableRowFacts),
        ("show mnist --csv written", FilesFacts),
        ("explain --example", StepFacts),
        ("explain n.safetensors people.csv --row 3", StepFacts),
        ("explain d.safetensors digits.csv --epoch 1 --step 2", StepFacts),
        ("explain d.safetensors digits.csv --row 3 --why", PredictionFacts),
        ("explain t.safetensors people.csv --row 3 --why", PredictionFacts),
        ("explain n.safetensors people.csv --row 3 --why", PredictionFacts),
        ("explain d.safetensors digits.csv --backquery", BackqueryFacts),
        ("explain d.safetensors digits.csv --nodes", NodesFacts),
        ("explain d.safetensors digits.csv --node 3", NodeFacts),
        ("explain n.safetensors people.csv --node 3", NodeFacts),
        ("info t.safetensors", ModelFacts),
        ("info d.safetensors digits.csv --verify", VerificationFacts),
        ("doctor people.csv --fix fixed.csv", DoctorFacts),
        ("doctor bad.py", DoctorFacts),
        ("labels digits.csv --epochs 3 --cv 2", LabelsFacts),
        ("labels digits.csv --fix review.csv --to repaired.csv", RepairFacts),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_json_is_as_declared(made, few, tmp_path, monkeypatch, quick_backquery, words, facts):
    working_copy(made, tmp_path, monkeypatch)
    monkeypatch.setattr(notes_files, "bundled_pair", few.get)
    assert undeclared(run(*words.split(), "--json").json(), facts) == []


def test_what_is_not_declared_is_found():
    facts = {"same": 1, "where": "", "surroundings": ["a", 2], "other": 3}
    places = [".epoch", ".other", ".remedy", ".same", ".surroundings[]", ".validated"]
    assert sorted(undeclared(facts, VerificationFacts)) == places
