"""Text with rows of other widths: they are listed with their lines, and the other rows are read as in training."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.data.tables.csv import read_delimited
from glassnet.data.tables.header import SEPARATORS
from glassnet.data.tables.ragged import OPEN, read_ragged
from glassnet.data.tables.table import cleaned
from glassnet.io.opening import Opened, open_stream

FIELDS = st.sampled_from(["1", "2.5", "-3", "$1,200", "12 kg", "red", "blue", "007", "12345678901234567", "", "NA"])


def opened(text: str) -> Opened:
    return open_stream(io.BytesIO(text.encode()), "t.csv")


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(st.lists(FIELDS, min_size=3, max_size=3), min_size=3, max_size=8),
    separator=st.sampled_from(SEPARATORS),
    quoted=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    above=st.sampled_from(["", "# note\n", "\n"]),
)
def test_well_formed_text_is_read_as_in_training(rows, separator, quoted, end, above):
    sign = '"' if quoted or separator == "," else ""
    lines = [separator.join(f"{sign}{field}{sign}" for field in row) for row in [["a", "b", "c"], *rows]]
    text = (above + "".join(f"{line}\n" for line in lines)).replace("\n", end)
    table, ragged = read_delimited(opened(text), ["a"]), read_ragged(opened(text), ["a"])
    assert ragged.names == tuple(table.frame.columns)
    expected = cleaned(table.frame, "rows.csv")
    for place, name in enumerate(ragged.names):
        found = cleaned(ragged.frame, "rows.csv").to_series(place)
        wanted = expected[name].cast(found.dtype)  # plain numbers may already have a numeric type
        assert found.to_list() == wanted.to_list()
    comment = above.count("#")
    assert ragged.lines.tolist() == [k + 2 + above.count("\n") for k in range(len(rows))]
    assert ragged.bad_rows == ((0, 1, 1),) * comment


@pytest.mark.parametrize("sign", ["", '"'], ids=["plain", "quoted"])
def test_rows_of_another_width_and_lines_above_the_table_are_listed(sign):
    text = f"Sales of 2023\n\na;b\n1;{sign}x{sign}\n2\n3;y;z\n\n4;v\n"
    ragged = read_ragged(opened(text))
    assert ragged.names == ("a", "b")
    assert [[str(value).removesuffix(".0") for value in row] for row in ragged.frame.rows()] == [["1", "x"], ["4", "v"]]
    assert (ragged.rows.tolist(), ragged.lines.tolist()) == ([1, 4], [4, 8])
    assert ragged.bad_rows == ((0, 1, 1), (2, 5, 1), (3, 6, 3))


def test_a_row_with_an_unclosed_quote_has_a_special_width():
    ragged = read_ragged(opened('a,b\n1,"x"\n2,"y\n3,"z"\n4,"v"\n'))
    assert ragged.bad_rows == ((1, 3, OPEN),)
    assert ragged.lines.tolist() == [2, 4, 5]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_trailing_blanks_are_not_a_value(end):
    """In text separated by blanks, both in training and for the doctor."""
    text = f"a b {end}" + "".join(f"{k}  {k % 3} {end}" for k in range(9))
    assert read_delimited(opened(text)).frame.columns == ["a", "b"]
    assert read_ragged(opened(text)).names == ("a", "b")
