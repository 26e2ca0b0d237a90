"""Tables in which rows have no target: rows are named by their number in the table, whatever is left out."""

from __future__ import annotations

import csv
import shlex

import pytest

from support.cli import run, working_copy
from support.people import people

LACKING = (0, 3, 4, 17, 49)
FAST = ("--engine", "reference", "--hidden", "8", "--epochs", "10", "--no-pictures", "--out", "m.safetensors")


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
def known(trained, tmp_path, monkeypatch) -> list[str]:
    """The target of each row of test.csv."""
    working_copy(trained, tmp_path, monkeypatch)
    with open("test.csv", newline="") as file:
        return [row["income"] for row in csv.DictReader(file)]


def test_a_test_names_the_rows_of_the_table(known):
    answers = [one["name"] for one in run("query", "m.safetensors", "test.csv", "--json").fine().json()]
    wrong = {row for row, name in enumerate(known) if row not in LACKING and answers[row] != name}
    found = run("test", "m.safetensors", "test.csv", "--json").fine().json()["misread"]
    assert len(found) > 2
    assert set(found) == wrong
    text = run("test", "m.safetensors", "test.csv").fine().out
    assert f"row {found[0]}:" in text or f"row {found[0]} " in text


def test_the_next_command_shows_the_row_that_was_misread(known):
    outcome = run("test", "m.safetensors", "test.csv").fine()
    wrong = run("test", "m.safetensors", "test.csv", "--json").json()["misread"][0]
    command = shlex.split(outcome.out.splitlines()[-1])
    assert command[1:5] == ["glassnet", "show", "test.csv", "--target"]
    shown = run(*command[2:], "--json").fine().json()
    assert (shown["row"], shown["values"]["income"]) == (wrong, known[wrong])


@pytest.mark.parametrize("flags", [(), ("--why",)])
def test_an_explanation_is_of_the_row_of_the_table(known, flags):
    for row in (1, 5, 48):
        told = run("explain", "m.safetensors", "test.csv", "--row", row, *flags).out
        assert f"test.csv, row {row}" in told
        assert f"true {known[row]}" in told


def test_a_row_without_a_target_has_an_answer_but_no_step(known):
    answers = run("query", "m.safetensors", "test.csv", "--json").json()
    for row in LACKING:
        asked = ("explain", "m.safetensors", "test.csv", "--row", row)
        run(*asked).refused("GN021", f"--row {row}", "the rows with a target are 1 to 48")
        found = run(*asked, "--why", "--json").json()
        assert found["label"] is None
        assert found["outputs"] == pytest.approx(answers[row]["outputs"], rel=1e-5)
    run("explain", "m.safetensors", "test.csv", "--row", 50, "--why").refused("GN021", "--row 50")


def test_standard_input_is_asked_about_as_a_file_is(known):
    """Also a row without a target, and a table without the column, although the input cannot be read again."""
    with open("test.csv") as file:
        whole = file.read()
    nameless = "".join(line.rpartition(",")[0] + "\n" for line in whole.splitlines())
    for text in (whole, nameless):
        for row in (1, LACKING[1]):
            asked = ("--why", "--row", row, "--json")
            piped = run("explain", "m.safetensors", "-", *asked, stdin=text.encode()).json()
            filed = run("explain", "m.safetensors", "test.csv", *asked).json()
            assert piped["outputs"] == filed["outputs"]
            assert piped["input"] == f"standard input, row {row}"


def test_what_is_alike_is_named_by_the_row_of_its_table(known):
    asked = ("explain", "m.safetensors", "test.csv", "--row", 1, "--why", "--train", "test.csv")
    nearest = run(*asked, "--json").fine().json()["nearest"]
    names = ("<=50K", ">50K")
    assert nearest["rows"][0] == 1  # itself
    assert [names[label] for label in nearest["labels"]] == [known[row] for row in nearest["rows"]]
