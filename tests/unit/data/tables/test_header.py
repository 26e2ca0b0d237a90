"""The header of a text table: all readers agree whether there is one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from glassnet.data.readers.labelled_csv import sniff
from glassnet.data.tables.csv import read_delimited
from glassnet.data.tables.header import SEPARATORS, is_header, separator_of
from glassnet.data.validation import is_number
from glassnet.doctor.data.read import read_raw
from glassnet.errors import DataError
from glassnet.io.opening import open_source, open_stream

KINDS = {
    "number": st.integers(0, 300).map(str),
    "decimal": st.sampled_from(["0.5", "12.25", "-3.75", "1e3"]),
    "word": st.sampled_from(["red", "blue", "y", "Na"]),
    "gappy": st.sampled_from(["7", "", "NA", "?", "x"]),
}
NAMES = st.sampled_from(["label", "Na", "y", "red", "?", "1x1", "", "2019", "0", "1", "2", "1.5"])
SOME = {"max_examples": 50, "deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    kinds = draw(st.lists(st.sampled_from(list(KINDS.values())), min_size=2, max_size=6))
    rows = draw(st.lists(st.tuples(*kinds).map(list), min_size=1, max_size=6))
    numbered = [str(k) for k in range(len(kinds))]
    names = st.one_of(
        st.lists(NAMES, min_size=len(kinds), max_size=len(kinds)),
        st.sampled_from([numbered, ["label", *numbered[:-1]], ["", *numbered[:-1]], [*numbered[1:], str(len(kinds))]]),
    )
    return draw(st.sampled_from([[], [draw(names)]])) + rows


def header_for_doctor(folder: Path, text: str, target: str | None = None) -> bool:
    (folder / "t.csv").write_text(text)
    try:
        return read_raw(folder / "t.csv", target=target).header
    except DataError as problem:
        assert problem.code == "GN010", problem  # noqa: PT017 only column names
        return True


def header_for_tables(text: str, *expected: str) -> bool:
    try:
        return read_delimited(open_stream(io.BytesIO(text.encode()), "t.csv"), expected).header
    except DataError as problem:
        if problem.code == "GN063":  # duplicate column names
            return True
        assert problem.code == "GN010", problem  # noqa: PT017
        return True


def header_for_rows(folder: Path, text: str) -> bool | None:
    (folder / "t.csv").write_text(text)
    try:
        return sniff(open_source(folder / "t.csv")).header
    except DataError as problem:
        return True if problem.code == "GN010" else None  # None: words, which this reader rejects


@settings(**SOME)
@given(table=tables(), separator=st.sampled_from(SEPARATORS), quoted=st.booleans())
@example([["1,5", "2,5"], ["3,5", "0,5"]], ",", True)
@example([["label", "0", "1"], ["5", "3", "0"]], ";", False)
@example([["RI", "Na"], ["7", "8"]], ";", True)
@example([["a", "y"], ["1", "y"], ["2", "n"]], ";", False)
def test_training_and_the_doctor_agree_about_the_first_line(tmp_path, table, separator, quoted):
    if not all(any(field for field in row) for row in table):
        return
    sign = '"' * quoted
    text = "".join(separator.join(f"{sign}{field}{sign}" for field in row) + "\n" for row in table)
    header = is_header(table)
    assert header_for_tables(text) is header
    assert header_for_doctor(tmp_path, text) is header
    if "," not in "".join(map("".join, table)):  # this reader does not accept decimal commas
        assert header_for_rows(tmp_path, text) in (header, None)


@pytest.mark.parametrize("start", [0, 1, 2])
@pytest.mark.parametrize("width", [200, 300])
@pytest.mark.parametrize("first", [[], ["label"], [""]], ids=["numbers only", "label", "corner"])
def test_numbers_as_column_names(tmp_path, first, width, start):
    """Numbers up to 255 could be pixels, unless a name or the empty corner of a saved frame precedes them."""
    names = [*first, *map(str, range(start, start + width))]
    rows = [[str(k), *["7"] * (len(names) - 1)] for k in range(3)]
    text = "".join(",".join(row) + "\n" for row in [names, *rows])
    header = bool(first) or (start < 2 and width == 300)
    assert is_header([names, *rows]) is header
    assert header_for_tables(text) is header
    assert header_for_doctor(tmp_path, text) is header
    assert header_for_rows(tmp_path, text) is header


@pytest.mark.parametrize(
    ("first", "below", "header"),
    [
        ("0 1 2 x", ["5 1 2 3", "7 1 2 3"], False),  # a mistake
        ("x 0 0 0", ["5 1 2 3", "7 1 2 3"], False),
        ("red 1 2", ["blue 3 4"], False),
        ("red big", ["blue big"], False),
        ("age y", ["30 y", "41 n"], True),
        ("RI Na Mg", ["1.5 13 4", "1.6 NA 3"], True),
        ("age height 2020", ["30 180 80", "51 170 70"], True),
        ("town 2019 2020 2021", ["30 180 80 7", "51 170 70 8"], True),
        ("unknown 180 80.5", ["30 180 80", "51 170 70"], False),
        ("label 400.0 402.5 410", ["1 0.2 0.3 0.1", "0 0.2 0.3 0.2"], True),
        (",2018,2019,2021".replace(",", " | "), ["0 | 1 | 2 | 3", "1 | 4 | 5 | 6"], True),
        ("yes unknown", ["no 2.5", "yes 3.5"], False),
        ("a 10+", ["a 7", "b 8"], False),
        ("a -", ["a 7", "b 8"], False),
        ("unknown 1 yes", ["2 3 no", "4 5 no"], False),
        ("NA 1 2 3", ["0 4 5 6"], False),
        ("1 2", [], False),
        ("a b", [], True),
    ],
)
def test_the_first_line(first, below, header):
    assert is_header([line.split("|" if "|" in line else None) for line in [first, *below]]) is header


def test_the_name_of_an_expected_column_identifies_a_numeric_header(tmp_path):
    """The same holds for the doctor, unless the name could be a column number."""
    text = "2019,2020\n1,2\n"
    assert header_for_tables(text, "2020")
    assert header_for_doctor(tmp_path, text, "2020")
    assert not header_for_doctor(tmp_path, "1,2\n1,2\n", "2")


@pytest.mark.parametrize("field", ["1", "-2.5", "+3e4", ".5", "1,5", " 7 ", "inf", "-Infinity"])
def test_numbers(field):
    assert is_number(field)


@pytest.mark.parametrize("field", ["", "nan", "1_000", "٣", "0x1", "x", "1;2", "1 2", "12 %"])
def test_not_numbers(field):
    assert not is_number(field)


def test_the_separator_of_a_line():
    assert [separator_of(f"a{one}b{one}c d") for one in SEPARATORS] == [*SEPARATORS]
