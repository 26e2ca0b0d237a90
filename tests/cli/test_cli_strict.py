"""``query`` and ``test`` with ``--strict``: what is otherwise a notice is an error, and nothing is written."""

from __future__ import annotations

import pytest

import glassnet
from support.cli import run
from support.people import people
from support.samples import digits
from support.service import write_people


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strict")
    write_people(folder / "people.safetensors")
    usual = people(40, seed=1)
    (folder / "usual.csv").write_text(usual)
    (folder / "odd.csv").write_text(usual.replace(",cook,", ",smith,"))
    data = digits(200)
    glassnet.save_model(glassnet.fit(data, epochs=1, hidden=(4,)).model, folder / "digits.safetensors")
    for name, pixels in (("usual", data.inputs[:20]), ("dark", (data.inputs[:20] / 255).round(4))):
        rows = zip(data.labels.tolist(), pixels.tolist(), strict=False)
        text = "".join(",".join(map(str, (label, *row))) + "\n" for label, row in rows)
        (folder / f"{name}-digits.csv").write_text(text)
    return folder


@pytest.mark.filterwarnings("ignore::glassnet.errors.RangeWarning")
@pytest.mark.parametrize("command", ["query", "test"])
@pytest.mark.parametrize(
    ("model", "usual", "odd", "remark"),
    [
        ("people", "usual.csv", "odd.csv", "column 'job'"),
        ("digits", "usual-digits.csv", "dark-digits.csv", "far outside the range"),
    ],
)
def test_strict_refuses_what_is_otherwise_a_notice(folder, command, model, usual, odd, remark):
    path = folder / f"{model}.safetensors"
    assert run(command, path, folder / usual, "--strict").fine().out == run(command, path, folder / usual).fine().out
    run(command, path, folder / odd).fine()
    message = run(command, path, folder / odd, "--strict").refused("GN075", remark)
    assert "because of strict" in message


def test_strict_still_answers_the_sources_that_can_be_used(folder, tmp_path):
    path, sources = folder / "people.safetensors", (folder / "odd.csv", folder / "usual.csv")
    outcome = run("query", path, *sources, "--strict", "--out", tmp_path / "answers.csv")
    assert outcome.code == 1
    assert "[GN075]" in outcome.err
    assert run("query", path, folder / "odd.csv", "--strict", "--out", tmp_path / "none.csv").code == 2
    assert not (tmp_path / "none.csv").exists()


def test_true_and_false_are_1_and_0_in_a_column_of_numbers(folder, tmp_path):
    header = "age,job,gain,member,country,hours,id\n"
    answers = {}
    for value in ("1", "true", "TRUE", "0", "False"):
        (tmp_path / "row.csv").write_text(f"{header}{value},cook,0,yes,CH,40,1\n")
        outcome = run("query", folder / "people.safetensors", tmp_path / "row.csv", "--json").fine()
        answers[value] = outcome.json()[0]["outputs"]
        assert ("true or false, used as 1 or 0" in outcome.err) == value.isalpha()
    assert answers["true"] == answers["TRUE"] == answers["1"]
    assert answers["False"] == answers["0"] != answers["1"]
