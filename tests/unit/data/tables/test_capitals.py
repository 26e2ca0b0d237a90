"""Categories that differ only in case or spaces: training warns about them, and the doctor unifies them."""

import pytest

from glassnet.data.tables.capitals import alike
from glassnet.data.tables.table import read_table
from glassnet.preprocess import Columns
from support.cli import run

PLACES = ["Köln", "Köln", "köln", "Berlin", "New York", "new  york", "New York", "Bonn"] * 6


def test_the_most_frequent_spelling_is_preferred():
    counts = {word: PLACES.count(word) for word in PLACES}
    assert alike(counts) == {"köln": "Köln", "new  york": "New York"}
    assert alike({"Ko\u0308ln": 2, "K\u00f6ln": 3}) == {"Ko\u0308ln": "K\u00f6ln"}


@pytest.mark.parametrize(
    "counts",
    [{}, {"a": 3}, {"a": 3, "b": 3}, {"Ab1": 1, "aB1": 1, "x": 1}, {"mg": 5, "mg2": 4}],
)
def test_other_categories_are_not_unified(counts):
    assert alike(counts) == {}


def test_training_warns_about_spelling_variants_and_the_doctor_unifies_them(tmp_path):
    kinds = [("hi", "lo", "Hi", "lo", "lo", "hi", "lo")[k % 7] for k in range(48)]
    path, copy = tmp_path / "t.csv", tmp_path / "copy.csv"
    path.write_text(
        "x,place,kind\n" + "".join(f"{k % 9}.5,{a},{b}\n" for k, (a, b) in enumerate(zip(PLACES, kinds, strict=True)))
    )
    fitted = Columns.learn(read_table(path), "kind")
    assert fitted.output_names == ("Hi", "hi", "lo")
    warned = [
        remark.split(" differ only in case")[0] for remark in map(str, fitted.remarks) if "only in case" in remark
    ]
    assert warned == ["column 'kind': 'Hi' and 'hi'", "column 'place': 'köln' and 'Köln'"]
    found = run("doctor", path, "--target", "kind", "--fix", copy, "--json").json()
    [one] = [finding for finding in found["findings"] if finding["code"] == "GD17"]
    assert set(one["columns"]) == {"place", "kind"}
    odd = [k for k in range(48) if PLACES[k] in ("köln", "new  york") or kinds[k] == "Hi"]
    assert (one["count"], one["rows"]) == (len(odd), odd[:5])
    assert set(found["classes"]) == {"hi", "lo"}
    again = Columns.learn(read_table(copy), "kind")
    assert again.output_names == ("hi", "lo")
    assert not any("only in case" in str(remark) for remark in again.remarks)


def test_the_case_of_yes_and_no_matters_only_in_the_target(tmp_path):
    answers = ["Yes", "yes", "NO", "no"] * 10
    path = tmp_path / "t.csv"
    path.write_text("x,asked,kind\n" + "".join(f"{k % 9}.5,{a},{'ab'[k % 3 > 0]}\n" for k, a in enumerate(answers)))
    for target, warned in (("kind", False), ("asked", True)):
        assert (
            any("only in case" in str(remark) for remark in Columns.learn(read_table(path), target).remarks) == warned
        )
        found = run("doctor", path, "--target", target, "--json").json()["findings"]
        assert ("GD17" in [finding["code"] for finding in found]) == warned


def test_training_and_the_doctor_give_unnamed_columns_the_same_names(tmp_path):
    (tmp_path / "t.csv").write_text("".join(f"{k % 9}.5,{k % 4},{'ab'[k % 2]}\n" for k in range(40)))
    for name in ("column3", "column 3", "3"):
        assert set(run("doctor", tmp_path / "t.csv", "--target", name, "--json").json()["classes"]) == {"a", "b"}
