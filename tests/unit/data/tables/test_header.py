"""The header of a text table: all readers agree whether there is one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from glassnet import TableModel, load_model, load_table, read_table
from glassnet.data.readers.labelled_csv import sniff
from glassnet.data.tables.csv import read_delimited
from glassnet.data.tables.header import SEPARATORS, is_header, separator_of
from glassnet.data.validation import is_number
from glassnet.doctor.data.read import read_raw
from glassnet.errors import DataError, DataWarning
from glassnet.io.opening import open_source, open_stream
from support.cli import run
from web.studio_server import studio_server

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


def remarks_on(text, *expected):
    table = read_delimited(open_stream(io.BytesIO(text.encode()), "t.csv"), expected)
    return table.header, [str(one).partition("(")[2].partition(")")[0] for one in table.remarks]


@pytest.mark.parametrize(
    ("lines", "expected", "names"),
    [
        (["vast|Lyon|ja", "4|Oslo|nein", "9|Lyon|ja", "3|Oslo|ja"], [], ["Lyon", "ja"]),
        (["pear|12.08.2023|low", "fig|13.08.2023|mid", "kiwi|14.08.2023|top"], [], ["12.08.2023"]),
        (["oak|3.5|tall", "elm|2.5|wide", "ash|4.0|thin"], ["tall"], ["3.5"]),
        (["oak|37|tall", "elm|21|wide", "ash|40|thin"], ["tall"], ["37"]),
        (["note|spam", "hello|ham", "win|spam"], ["spam"], ["spam"]),
        (["town|2019|2021", "4|5|6", "5|5|7"], ["town"], []),  # years
        (["town|2020", "4|5", "5|2020"], ["town"], []),
        (["nm|400.5|402.0|403.5", "1|3|4|5", "2|4|4|5"], ["nm"], []),  # wavelengths
        (["town|2023-01|2023-02|2023-03", "a|3|4|5", "b|4|4|5"], ["town"], []),
        (["label|0|1|2|3", "7|0|1|2|3", "5|0|1|0|0"], ["label"], []),  # pixels
        (["age|kind", "31|a", "44|b", "age|kind", "52|a"], ["age"], []),  # two files, one below the other
        (["2.5|0.5|b|c", "1|2|3|4", "4|2|1|4"], ["b", "0.5"], ["2.5", "0.5"]),
        (["2.5|0.5|b", "1|2|3", "4|2|1"], ["b", "0.5", "2.5"], []),  # a model has all of these
    ],
)
def test_names_that_look_like_data_are_remarked_on(lines, expected, names):
    header, found = remarks_on("\n".join(lines) + "\n", *expected)
    assert header
    assert found == ([", ".join(map(repr, names))] if names else [])


@pytest.mark.parametrize(
    "lines", [["6.3|2.9|wide", "5.8|2.7|wide", "4.9|3.1|slim"], ["wide|12.08.2023", "slim|13.08.2023", "wide|1.9.2023"]]
)
def test_a_row_of_data_is_no_header(lines):
    text = "\n".join(lines) + "\n"
    assert remarks_on(text) == (False, [])
    assert remarks_on(text, "column2") == (False, [])
    with pytest.raises(DataError, match=r"looks like data \(.*wide.*target='column\d'") as raised:
        remarks_on(text, "wide")
    assert raised.value.code == "GN068"


FRUIT = ["vast,ripe,no", *(f"{k % 9}.5,{'ripe' if k % 3 else 'raw'},{'no' if k % 2 else 'yes'}" for k in range(60))]


def test_a_missing_header_is_told_once_at_every_door_and_the_place_of_the_target_reads_without_it(tmp_path):
    path, once = tmp_path / "fruit.csv", {"epochs": 1, "members": 1}
    path.write_text("\n".join(FRUIT) + "\n")
    out = ["--epochs", "1", "--members", "1", "--out", str(tmp_path / "m.safetensors"), "--force"]
    said = run("train", str(path), "--target", "no", *out).fine().err
    assert said.count("looks like data ('ripe', 'no'): vast, ripe, no;") == 1
    assert "--target column3 [GN078]" in said
    assert said.count("[GN078]") == 1
    for flags in ([], ["--stream"]):
        assert "looks like data" in run("train", str(path), "--target", "no", *out, *flags).fine().err
        assert "looks like data" not in run("train", str(path), "--target", "column3", *out, *flags).fine().err
    rows = tmp_path / "rows.csv"
    rows.write_text("3.5,raw\n7.5,ripe\n")
    assert len(run("query", str(tmp_path / "m.safetensors"), str(rows), "--json").fine().json()) == 2

    with pytest.warns(DataWarning, match=r"looks like data .*target='column3' \[GN078\]"):
        TableModel.fit(path, "no", holdout=0.1, **once)
    with pytest.warns(DataWarning, match="looks like data"):
        load_table(path, "no")
    model = TableModel.fit(path, "column3", holdout=0.1, **once)
    assert model.columns.names == ("column1", "column2") == load_model(tmp_path / "m.safetensors").columns.names
    assert len(load_table(path, "column3")) == len(FRUIT) == len(read_table(path, ["column3"]))

    with studio_server() as studio:
        data = studio.post("/api/data?name=fruit.csv", path.read_bytes()).fine()["id"]
        [doubt] = studio.get(f"/api/data/{data}").fine()["doubts"]
        assert "“Column to predict” = column3 [GN078]" in doubt
        asked = {"data": data, "options": once, "table": {"target": ["column3"]}}
        studio.post("/api/options", asked).fine()
        job = studio.finished(studio.post("/api/train", asked).fine()["job"])
        assert job["state"] == "done", job
        assert job["result"]["samples"] + job["result"]["evaluation"]["samples"] >= len(FRUIT) - 6
