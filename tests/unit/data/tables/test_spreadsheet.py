"""Lists for spreadsheets: no cell is a formula, numbers stay numbers, and every name comes back."""

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
def test_formulas_are_text(text):
    assert cell_of(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_formula_stays(text):
    assert cell_of(text) == text


@given(texts)
def test_a_cell_is_read_back(text):
    cell = cell_of(text)
    assert text_of(cell) == text
    assert cell[:1] not in "=+-@\t\r＝＋－＠" or not cell or cell == text


@given(st.lists(texts, min_size=1, max_size=5, unique=True))
def test_a_list_is_read_back_by_any_reader_of_csv(names):
    rows = [{"row": row, "label": name, "new": name, "left": None} for row, name in enumerate(names)]
    text = csv_text(("row", "label", "new", "left"), rows)
    _, *read = csv.reader(io.StringIO(text, newline=""))
    assert [[int(row), text_of(label), text_of(new), left] for row, label, new, left in read] == [
        [row["row"], row["label"], row["new"], ""] for row in rows
    ]


def test_a_reviewed_list_names_the_labels_themselves(tmp_path):
    """As the list has them, or as somebody has typed them."""
    known = ["=1+1", "'=1+1", "-5", "a\nb", "@x", "\tt", "plain", "q'"]
    rows = [{"row": row, "new": name} for row, name in enumerate(known)]
    (tmp_path / "l.csv").write_text(csv_text(("row", "new"), rows), newline="")
    assert read_review(tmp_path / "l.csv", 20, known) == dict(enumerate(known))
    typed = 'row,new\n0,=1+1\n2,-5\n3," @x "\n4, plain\n5,DROP\n6,\n'
    (tmp_path / "l.csv").write_text(typed)
    assert read_review(tmp_path / "l.csv", 20, known) == {0: "=1+1", 2: "-5", 3: "@x", 4: "plain", 5: None}
