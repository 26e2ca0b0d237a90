"""Numbers that mark missing values: reported if far from all other values, never if plausible as numbers."""

import numpy as np
import pytest

from glassnet.data.tables.missing_markers import sentinels_in
from glassnet.data.tables.table import read_table
from glassnet.preprocess import Columns
from support.cli import run

DEGREES = np.random.default_rng(0).uniform(-20, 40, 200).round(1)
AGES = np.random.default_rng(1).integers(18, 80, 200)
INCOMES = np.random.default_rng(2).exponential(2000, 200).clip(0, 9998).round()


@pytest.mark.parametrize(
    ("others", "put", "found"),
    [
        (DEGREES, [-999.0] * 3, {-999: 3}),
        (DEGREES, [-9999.0, -99.0, -999.0], {-9999: 1, -999: 1, -99: 1}),
        (DEGREES, [9999.0] * 2 + [np.nan, np.inf], {9999: 2}),
        (AGES, [-1] * 4, {-1: 4}),
        (AGES, [-1], {-1: 1}),
        (INCOMES, [99999] * 3 + [-1] * 2, {-1: 2, 99999: 3}),
        (np.random.default_rng(3).integers(0, 9000, 200), [9999] * 5 + [99999] * 5, {99999: 5}),
        (np.random.default_rng(4).integers(0, 27, 10), [999] * 90, {999: 90}),
    ],
)
def test_markers_far_from_other_values_are_found(others, put, found):
    column = np.append(others, put)
    np.random.default_rng(1).shuffle(column)
    assert sentinels_in(column) == found


@pytest.mark.parametrize(
    "column",
    [
        np.arange(1000.0),
        np.arange(1.0, 10000),
        np.append(INCOMES, [9999] * 3),  # the upper end of a distribution, as of capped incomes
        np.append(INCOMES, 99999),  # only one
        np.append(np.random.default_rng(5).integers(0, 5, 200), [-1] * 9),  # one of the codes
        np.append(np.arange(100) / 4, -1),  # degrees in a mild winter
        np.random.default_rng(6).normal(size=200),
        np.append(np.random.default_rng(7).normal(size=200), [-1] * 9),
        np.repeat([-1.0, 1.0], 50),
        np.full(20, -999.0),
        np.array([-999.0, 5]),
        np.full(3, np.nan),
        np.array([]),
    ],
    ids=range(13),
)
def test_plausible_numbers_are_not_markers(column):
    assert sentinels_in(column) == {}


def people(path, **columns):
    rows = {"age": AGES, "degrees": DEGREES, "kind": np.where(AGES > 50, "old", "young"), **columns}
    lines = [",".join(map(str, row)) for row in zip(*rows.values(), strict=True)]
    path.write_text("\n".join([",".join(rows), *lines, ""]))
    return path


def test_training_warns_about_markers_and_keeps_them_as_numbers():
    degrees = DEGREES.copy()
    degrees[[3, 9]] = -999
    table = {"degrees": degrees, "mass": [f"{a} kg" for a in np.append(AGES[1:], -99)], "y": AGES.astype(float) + 0.5}
    columns = Columns.learn(read_table({**table, "kind": np.where(AGES > 50, "a", "b")}), "kind")
    assert [remark.split(" is far")[0] for remark in map(str, columns.remarks) if "far from" in remark] == [
        "column 'degrees': -999 in 2 rows",
        "column 'mass': -99 in 1 row",
    ]
    assert columns.inputs[0].low == -999
    target = Columns.learn(read_table({"x": AGES % 7, "z": np.append(DEGREES[1:], -999)}), "z")
    assert any("'z': -999 in 1 row" in str(remark) for remark in target.remarks)


def test_a_marker_absent_from_training_is_reported_for_a_query():
    columns = Columns.learn(read_table({"degrees": DEGREES, "age": AGES, "y": np.where(AGES > 50, "a", "b")}), "y")
    query = {"degrees": [-999, 20, 99, -1], "age": [-1, 9999, 85, 9999]}
    assert [remark.split(" and is used")[0] for remark in map(str, columns.surprises(read_table(query)))] == [
        f"column 'degrees': -999 in 1 row is far outside the training range {DEGREES.min():g} to {DEGREES.max():g}",
        f"column 'age': -1 in 1 row is far outside the training range {AGES.min()} to {AGES.max()}",
        f"column 'age': 9999 in 2 rows is far outside the training range {AGES.min()} to {AGES.max()}",
    ]
    assert columns.surprises(read_table({"degrees": [20, None, 55], "age": [95, 3, 0]})) == []


@pytest.mark.parametrize("target", ["kind", "degrees"])
def test_the_doctor_reports_markers_and_empties_the_cells(tmp_path, target):
    ages, degrees = AGES.copy(), DEGREES.copy()
    ages[[5, 7]], degrees[[7, 11, 13]] = -1, -9999
    path, copy = people(tmp_path / "t.csv", age=ages, degrees=degrees), tmp_path / "copy.csv"
    found = run("doctor", path, "--target", target, "--fix", copy, "--json").json()
    [one] = [finding for finding in found["findings"] if finding["code"] == "GD16"]
    assert (one["rows"], one["count"], one["repairable"]) == ([5, 7, 11, 13], 4, True)
    assert set(one["columns"]) == {"age", "degrees"}
    assert "-1 in age, 2 rows" in one["found"]
    assert "-9999 in degrees, 3 rows" in one["found"]
    assert "GD16" in found["fixed"]["done"]
    table = read_table(copy)
    assert np.isnan(table.column("age").numbers).sum() == (2 if target == "kind" else 1)
    # Rows without a target value are dropped.
    assert len(table) == (200 if target == "kind" else 197)
    assert table.column("degrees").numbers.min(where=~np.isnan(table.column("degrees").numbers), initial=0) > -21
    again = run("doctor", copy, "--target", target, "--json").json()
    assert "GD16" not in [finding["code"] for finding in again["findings"]]


def test_a_table_without_markers_has_no_finding(tmp_path):
    found = run("doctor", people(tmp_path / "t.csv"), "--target", "kind", "--json").json()
    assert "GD16" not in [finding["code"] for finding in found["findings"]]
    shown = run(
        "doctor", people(tmp_path / "u.csv", age=np.append(AGES[1:], -1)), "--target", "kind", "--language", "zh"
    )
    assert "age 列的 -1" in shown.out
