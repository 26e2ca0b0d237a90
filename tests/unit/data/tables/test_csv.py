"""Delimited text: separators inside quotes do not count towards the width of a row."""

from __future__ import annotations

import csv
import io
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from glassnet.data.tables import csv as delimited
from glassnet.data.tables.csv import read_delimited
from glassnet.errors import DataError
from glassnet.io.opening import open_stream

fields = st.sampled_from(["", "q", "x, y", 'a "b"', ",", "u;v", "two\nlines"])
tables = st.lists(st.lists(fields, min_size=1, max_size=5), min_size=2, max_size=6)


@given(tables, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
@example([["x, y", "1", "no"], ["q", "yes"]], csv.QUOTE_MINIMAL)
@example([["x,, y", "1", "no"], ["q"], ["a", "b", "c"]], csv.QUOTE_MINIMAL)
def test_a_row_of_another_width_is_rejected_with_any_quoting(rows, quoting):
    """A table in which all rows have the same width is read as written."""
    rows = [["name", "a", "y"], ["1st", "2", "3"], *rows]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(rows)
    opened = open_stream(io.BytesIO(text.getvalue().encode()), "d.csv")
    filled = [row for row in rows if len(row) > 1 or row[0].strip()]
    if any(len(row) != 3 for row in filled):
        with pytest.raises(DataError) as caught:
            read_delimited(opened)
        assert caught.value.code == "GN012"
        return
    found = read_delimited(opened, ["name"]).frame
    assert found.columns == rows[0]
    assert [[value or "" for value in row] for row in found.rows()] == filled[1:]


WELL_FORMED = {
    "a quoted separator": 'a,b\n1,"x, y"\n2,"z"\n',
    "blank lines at the end": "a,b\n1,x\n2,z\n\n\r\n",
    "a missing value after quotes": 'a,b\n1,"x, ""y"""\n2,\n\n',
}


@pytest.mark.parametrize("text", WELL_FORMED.values(), ids=WELL_FORMED)
def test_well_formed_tables_take_the_fast_path(text):
    def read():
        return read_delimited(open_stream(io.BytesIO(text.encode()), "d.csv")).frame

    with mock.patch.object(delimited, "read_careful", side_effect=AssertionError):
        fast = read()
    with mock.patch.object(delimited, "read_fast", return_value=None):
        assert read().equals(fast)
