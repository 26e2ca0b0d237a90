"""Tables with rows without a target: row numbers are those of the table, whichever rows are omitted."""

from __future__ import annotations

import csv
import shlex

import pytest

from support.cli import run, working_copy
from support.people import people

LACKING = (0, 3, 4, 17, 49)
FAST = ("--engine", "reference", "--hidden", "8", "--epochs", "10", "--no-plot", "--out", "m.safetensors")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lacking")
    lines = people(50, seed=1).splitlines()
    for row in LACKING:
        lines[1 + row] = lines[1 + row].rpartition(",")[0] + ",?"
    (folder / "train.csv").write_text(people(200))
    (folder / "test.csv").write_text("\n".join(lines) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run("train", "train.csv", "--target", "income", "--test", "test.csv", *FAST).code == 0
    return folder


@pytest.fixture
def known_targets(trained, tmp_path, monkeypatch) -> list[str]:
    """The target of each row of test.csv."""
    working_copy(trained, tmp_path, monkeypatch)
    with open("test.csv", encoding="utf-8", newline="") as file:
        return [row["income"] for row in csv.DictReader(file)]


def test_a_test_gives_row_numbers_of_the_table(known_targets):
    answers = [one["name"] for one in run("query", "m.safetensors", "test.csv", "--json").fine().json()]
    wrong = {row for row, name in enumerate(known_targets) if row not in LACKING and answers[row] != name}
    found = run("test", "m.safetensors", "test.csv", "--json").fine().json()["misread"]
    assert len(found) > 2
    assert set(found) == wrong
    text = run("test", "m.safetensors", "test.csv").fine().out
    assert f"row {found[0]}:" in text or f"row {found[0]} " in text


def test_the_next_command_shows_a_misclassified_row(known_targets):
    outcome = run("test", "m.safetensors", "test.csv").fine()
    wrong = run("test", "m.safetensors", "test.csv", "--json").json()["misread"][0]
    command = shlex.split(outcome.out.splitlines()[-1])
    assert command[1:4] == ["glassnet", "explain", "m.safetensors"]
    shown = run(*command[2:], "--json").fine().json()
    assert shown["input"] == f"test.csv, row {wrong}"
    assert shown["answer"] != shown["label"] is not None


@pytest.mark.parametrize("flags", [(), ("--why",)])
def test_an_explanation_uses_the_row_number_of_the_table(known_targets, flags):
    for row in (1, 5, 48):
        output = run("explain", "m.safetensors", "test.csv", "--row", row, *flags).out
        assert f"test.csv, row {row}" in output
        assert f"row {row}: income is {known_targets[row]}" in output


def test_a_row_without_a_target_has_a_prediction_but_no_step(known_targets):
    answers = run("query", "m.safetensors", "test.csv", "--json").json()
    for row in LACKING:
        words = ("explain", "m.safetensors", "test.csv", "--row", row)
        assert f"test.csv, row {row}\n" in run(*words).fine().out
        run(*words, "--learning-rate", 0.1).refused("GN020", "income", "--learning-rate")
        found = run(*words, "--why", "--json").json()
        assert found["label"] is None
        assert found["outputs"] == pytest.approx(answers[row]["outputs"], rel=1e-5)
    run("explain", "m.safetensors", "test.csv", "--row", 50, "--why").refused("GN021", "--row 50")


def test_standard_input_gives_the_same_predictions_as_a_file(known_targets):
    """Also for rows without a target and tables without the column, although standard input can be read only once."""
    with open("test.csv", encoding="utf-8") as file:
        whole = file.read()
    nameless = "".join(line.rpartition(",")[0] + "\n" for line in whole.splitlines())
    for text in (whole, nameless):
        for row in (1, LACKING[1]):
            words = ("--why", "--row", row, "--json")
            piped = run("explain", "m.safetensors", "-", *words, stdin=text.encode()).json()
            filed = run("explain", "m.safetensors", "test.csv", *words).json()
            assert piped["outputs"] == filed["outputs"]
            assert piped["input"] == f"standard input, row {row}"


def test_nearest_samples_have_row_numbers_of_the_table(known_targets):
    words = ("explain", "m.safetensors", "test.csv", "--row", 1, "--why", "--train", "test.csv")
    nearest = run(*words, "--json").fine().json()["nearest"]
    names = ("<=50K", ">50K")
    assert nearest["rows"]
    assert not {1, *LACKING} & set(nearest["rows"])  # neither the row itself nor one without a target
    assert [names[label] for label in nearest["labels"]] == [known_targets[row] for row in nearest["rows"]]
