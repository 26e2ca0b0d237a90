"""``glassnet doctor --fix`` preserves text that numbers would lose, and treats missing values as training does."""

from __future__ import annotations

import csv
import io

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet.data.tables.missing_markers import MISSING
from glassnet.doctor.data.read import read_raw
from support.cli import run

COUNT = 60
LARGE = 12345678901234567


def people(**columns: list[object]) -> list[dict[str, object]]:
    """Rows of a number with one decimal, the given columns, and one of three classes, independent of both."""
    random = np.random.default_rng(7)
    given = {"age": [f"{value:.1f}" for value in random.normal(40, 9, COUNT)], **columns}
    given["severity"] = random.choice(["none", "mild", "severe"], COUNT).tolist()
    return [dict(zip(given, row, strict=True)) for row in zip(*given.values(), strict=True)]


def written(rows: list[dict[str, object]], quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n", quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def copy_of(source: str, *flags: str) -> list[dict[str, str]]:
    """The rows of a repaired copy."""
    outcome = run("doctor", source, "--target", "severity", "--fix", "copy.csv", *flags)
    assert outcome.code in (0, 1), outcome.err
    with open("copy.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("word", ["none", "-", "missing"])
def test_a_class_called_none_is_kept(folder, word):
    rows = [{**row, "severity": str(row["severity"]).replace("none", word)} for row in people()]
    (folder / "d.csv").write_text(written(rows))
    assert copy_of("d.csv") == [{name: str(value) for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("word", sorted(MISSING))
def test_the_doctor_and_training_agree_about_what_is_missing(folder, word):
    rows = people()
    rows[3]["age"] = word.upper()
    (folder / "d.csv").write_text(written(rows))
    loose, table = read_raw("d.csv"), glassnet.read_table("d.csv")
    assert np.isnan(loose.numbers[3, 0])
    assert 0 not in loose.words
    assert table.row(3)["age"] is None


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_codes_and_large_numbers_keep_their_digits(folder, quoting, kind):
    """Post codes, and numbers that float64 cannot represent; a row without a class triggers the repair."""
    random = np.random.default_rng(0)
    codes = [f"{value:05d}" for value in random.integers(1001, 99999, COUNT)]
    numbers = [LARGE + 2 * value for value in random.integers(0, 30, COUNT).tolist()]
    rows = people(zip=codes, device=numbers)
    wanted = [{name: str(value) for name, value in row.items()} for row in rows]
    rows[5]["severity"] = ""
    if kind == "csv":
        (folder / "d.csv").write_text(written(rows, quoting))
    else:
        pl.DataFrame(rows).write_parquet("d.parquet")
    assert copy_of(f"d.{kind}") == wanted[:5] + wanted[6:]


def test_rows_that_differ_only_as_text_are_not_duplicates(folder):
    """Rows that differ only in the last of many digits, or in a leading zero, are not duplicates."""
    ages = [f"{20 + k / 4}" for k in range(COUNT)]
    rows = people(age=ages, height=ages[::-1], zip=["01037", "12345"] * (COUNT // 2), device=[LARGE] * COUNT)
    different = [*rows, {**rows[0], "device": LARGE + 1}, {**rows[0], "zip": "1037"}]
    assert float(LARGE) == float(LARGE + 1)
    (folder / "d.csv").write_text(written([*different, *rows[:12]]))
    found = {one["code"]: one["count"] for one in run("doctor", "d.csv", "--json").json()["findings"]}
    assert found["GD41"] == 12


def test_classes_that_are_codes_stay_distinct(folder):
    rows = people()
    for k, row in enumerate(rows):
        row["severity"] = ("007", "012", "100")[k * k % 3]
    (folder / "d.csv").write_text(written(rows))
    assert {row["severity"] for row in copy_of("d.csv")} == {"007", "012", "100"} & {r["severity"] for r in rows}


def test_repaired_values_are_written(folder):
    """-99999 marks a missing value and is replaced by an empty cell, in columns of codes too."""
    rows = people(zip=[f"{value:03d}" for value in range(COUNT)])
    for row in rows[::9]:
        row["zip"] = "-99999"
    (folder / "d.csv").write_text(written(rows))
    found = [row["zip"] for row in copy_of("d.csv")]
    assert found == [("" if k % 9 == 0 else f"{k:03d}") for k in range(COUNT)]


def test_an_archive_of_numbers_has_no_codes(folder):
    rows = people(zip=[f"{value % 40:03d}" for value in range(COUNT)])
    for k, row in enumerate(rows):
        row["severity"] = k % 3
    (folder / "d.csv").write_text(written(rows))
    run("doctor", "d.csv", "--target", "severity", "--fix", "copy.npz").refused("GN022", "only numbers")


@pytest.mark.parametrize(
    ("name", "separator"),
    [("height, cm", ","), ("height, cm", ";"), ('a "b"', ","), ('"', ";"), ("a\tb", ","), ("x; y", ";")],
)
def test_quoted_names_above_unquoted_values_are_unchanged(folder, name, separator):
    named = name.replace('"', '""')
    lines = [f"{number / 10}{separator}{'abc'[number % 3]}" for number in range(COUNT)]
    (folder / "d.csv").write_text("\n".join([f'"{named}"{separator}severity', *lines]) + "\n")
    rows = copy_of("d.csv")
    assert [list(row) for row in rows] == [[name, "severity"]] * COUNT
    assert [float(row[name]) for row in rows] == [number / 10 for number in range(COUNT)]


def test_amounts_are_numbers_and_keep_their_unit(folder):
    """-999 marks a missing value; text, and numbers that a unit makes infinite, are missing too."""
    rows = people(
        mass=[f"{40 + k * k % 59} kg" for k in range(COUNT)], price=[f"${1000 + k * k % 57:,}" for k in range(COUNT)]
    )
    wanted = [{name: str(value) for name, value in row.items()} for row in rows]
    for place in (3, 9):
        rows[place]["mass"], wanted[place]["mass"] = "-999 kg", ""
    rows[5]["price"], wanted[5]["price"] = "x", ""
    (folder / "d.csv").write_text(written(rows))
    assert copy_of("d.csv") == wanted
    assert {"GD16", "GD46"} <= {one["code"] for one in run("doctor", "d.csv", "--json").json()["findings"]}
