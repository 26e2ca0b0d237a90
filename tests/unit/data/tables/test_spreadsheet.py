"""CSV for spreadsheets: no cell is a formula, numbers stay numbers, and names survive a round trip."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.data.tables.relabel import read_review
from glassnet.data.tables.spreadsheet import cell_of, csv_text, text_of

FORMULAS = ("=1+1", "=cmd|' /C calc'!A0", "+a", "-b", "@SUM(A1)", "\t=x", "\r=x", "'=x", "''=x", "-", "＝1", "-1-1")
PLAIN = ("", "a", "a=b", "'quoted'", "-5", "+3", "-1.5", "-0,25", "-1e-3", "7", "数字", "drop it")

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.from_regex(r"'{0,2}[=+\-@\t\r]\w*", fullmatch=True)


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_escaped(text):
    assert cell_of(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_is_unchanged(text):
    assert cell_of(text) == text


@given(texts)
def test_a_cell_survives_a_round_trip(text):
    cell = cell_of(text)
    assert text_of(cell) == text
    assert cell[:1] not in "=+-@\t\r＝＋－＠" or not cell or cell == text


@given(st.lists(texts, min_size=1, max_size=5, unique=True))
def test_a_list_is_readable_by_any_csv_reader(names):
    rows = [{"row": row, "label": name, "new": name, "left": None} for row, name in enumerate(names)]
    text = csv_text(("row", "label", "new", "left"), rows)
    _, *read = csv.reader(io.StringIO(text, newline=""))
    assert [[int(row), text_of(label), text_of(new), left] for row, label, new, left in read] == [
        [row["row"], row["label"], row["new"], ""] for row in rows
    ]


def test_a_reviewed_list_gives_the_original_labels(tmp_path):
    """Whether exported by glassnet or typed by a person."""
    labels = ["=1+1", "'=1+1", "-5", "a\nb", "@x", "\tt", "plain", "q'"]
    rows = [{"row": row, "new": name} for row, name in enumerate(labels)]
    (tmp_path / "l.csv").write_text(csv_text(("row", "new"), rows), newline="")
    assert read_review(tmp_path / "l.csv", 20, labels) == dict(enumerate(labels))
    typed = 'row,new\n0,=1+1\n2,-5\n3," @x "\n4, plain\n5,DROP\n6,\n'
    (tmp_path / "l.csv").write_text(typed)
    assert read_review(tmp_path / "l.csv", 20, labels) == {0: "=1+1", 2: "-5", 3: "@x", 4: "plain", 5: None}
