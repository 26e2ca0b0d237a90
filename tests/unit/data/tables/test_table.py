"""Tables with named columns: every format gives the same values."""

from __future__ import annotations

import gzip
import io
import json
import sys
from decimal import Decimal
from unittest import mock

import numpy as np
import polars as pl
import pytest

from glassnet import GlassnetError, read_table
from support.people import HEADER, people

FRAME = pl.DataFrame(
    {
        "a": [1, 2, None, 4],
        "b": [0.5, None, -2.25, 1e6],
        "c": ["x", None, "y y", "x"],
        "d": [True, False, None, True],
    }
)
COLUMNS = FRAME.to_dict(as_series=False)
TEXT = "a,b,c,d\n1,0.5,x,true\n2,,,false\n,-2.25,y y,\n4,1000000.0,x,true\n"


def written(tmp_path, name):
    path = tmp_path / name
    FRAME_WRITERS[name.split(".", 1)[1]](path)
    return path


FRAME_WRITERS = {
    "csv": lambda path: path.write_text(TEXT),
    "tsv": lambda path: path.write_text(TEXT.replace(",", "\t")),
    "txt": lambda path: path.write_text(TEXT.replace(",", "|")),
    "csv.gz": lambda path: path.write_bytes(gzip.compress(TEXT.encode())),
    "parquet": lambda path: FRAME.write_parquet(path),
    "arrow": lambda path: FRAME.write_ipc(path),
    "arrows": lambda path: FRAME.write_ipc_stream(path),
    "ndjson": lambda path: FRAME.write_ndjson(path),
    "bom.ndjson": lambda path: path.write_bytes(b"\xef\xbb\xbf" + FRAME.write_ndjson().encode()),
    "ndjson.gz": lambda path: path.write_bytes(gzip.compress(FRAME.write_ndjson().encode())),
    "json": lambda path: FRAME.write_json(path),
    "lists.json": lambda path: path.write_text(json.dumps(FRAME.to_dict(as_series=False), indent=1)),
    "pandas.json": lambda path: path.write_text(json.dumps({n: dict(enumerate(c)) for n, c in COLUMNS.items()})),
    "split.json": lambda path: path.write_text(json.dumps({"columns": [*COLUMNS], "data": FRAME.rows()})),
    "records.json": lambda path: path.write_text(json.dumps({"data": FRAME.to_dicts()})),
    "excel.csv": lambda path: path.write_text("sep=;\r\n" + TEXT.replace(",", ";")),
    "ends.csv": lambda path: path.write_text(TEXT.replace("\n", ",\n").replace("d,\n", "d\n")),
}
IN_MEMORY = {
    "polars": lambda: FRAME,
    "lazy": FRAME.lazy,
    "mapping": lambda: FRAME.to_dict(as_series=False),
    "objects": lambda: {name: np.array(column, object) for name, column in FRAME.to_dict(as_series=False).items()},
}


def assert_same_content(table):
    assert table.names == ("a", "b", "c", "d")
    assert [table.column(name).kind for name in table.names] == ["number", "number", "text", "boolean"]
    np.testing.assert_array_equal(table.column("a").numbers, [1, 2, np.nan, 4])
    np.testing.assert_array_equal(table.column("b").numbers, [0.5, np.nan, -2.25, 1e6])
    codes, words = table.column("c").words()
    assert [words[k] if k >= 0 else None for k in codes] == ["x", None, "y y", "x"]
    np.testing.assert_array_equal(table.column("d").truths, [1, 0, np.nan, 1])


@pytest.mark.parametrize("kind", FRAME_WRITERS)
def test_every_file_format_gives_the_same_values(tmp_path, kind):
    assert_same_content(read_table(written(tmp_path, f"t.{kind}")))


@pytest.mark.parametrize("kind", IN_MEMORY)
def test_every_kind_of_frame_gives_the_same_values(kind):
    assert_same_content(read_table(IN_MEMORY[kind]()))


def test_pandas_frames_do_not_need_pyarrow():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "a": pandas.array([1, 2, None, 4], dtype="Int64"),
            "b": [0.5, None, -2.25, 1e6],
            "c": pandas.Categorical(["x", None, "y y", "x"]),
            "d": pandas.array([True, False, None, True], dtype="boolean"),
        }
    )
    with mock.patch.dict(sys.modules, {"pyarrow": None}):
        assert_same_content(read_table(frame))
        assert_same_content(read_table({name: frame[name] for name in frame.columns}))
        assert_same_content(read_table({name: frame[name].astype(object).to_numpy() for name in frame.columns}))


def test_arrow_tables():
    pyarrow = pytest.importorskip("pyarrow")
    assert_same_content(read_table(pyarrow.table(FRAME.to_dict(as_series=False))))


def test_arrays():
    plain = read_table(np.arange(6.0).reshape(2, 3))
    assert plain.names == ("column1", "column2", "column3")
    assert plain.column("column2").numbers.tolist() == [1, 4]
    named = read_table(np.array([(1, "x"), (2, "y")], [("n", "i4"), ("w", "U2")]))
    assert (named.names, named.column("w").words()[1]) == (("n", "w"), ("x", "y"))
    mixed = read_table(np.array([[1, "x"], [None, "y"]], object))
    assert np.isnan(mixed.column("column1").numbers).tolist() == [False, True]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found(tmp_path, separator, ending):
    path = tmp_path / "p"
    path.write_bytes(people(50, separator=separator).replace("\n", ending).encode())
    table, plain = read_table(path), read_table(io_csv(tmp_path, people(50)))
    assert table.names == HEADER
    for name in ("age", "gain", "hours"):
        np.testing.assert_array_equal(table.column(name).numbers, plain.column(name).numbers)
    assert table.column("job").words()[1] == ("clerk", "cook", "pilot")


def io_csv(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "plain.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_decimal_commas_with_separators_other_than_commas(tmp_path, separator):
    path = tmp_path / "p"
    path.write_text(people(60, separator=separator, comma=True))
    table, plain = read_table(path), read_table(io_csv(tmp_path, people(60)))
    assert table.column("gain").decimal == ","
    for name in ("age", "gain", "hours"):
        np.testing.assert_array_equal(table.column(name).numbers, plain.column(name).numbers)


def test_dots_between_thousands(tmp_path):
    german = read_table(io_csv(tmp_path, "a;b\n1.234,5;x\n1.000;y\n-2,25;z\n7;z\n"))
    assert german.column("a").numbers.tolist() == [1234.5, 1000, -2.25, 7]
    english = read_table(io_csv(tmp_path, 'a,b\n"1,234.5",x\n"1,000",y\n-2.25,z\n'))
    assert english.column("a").numbers.tolist() == [1234.5, 1000, -2.25]


@pytest.mark.parametrize(("encoding", "remarks"), [("utf-8", 0), ("utf-8-sig", 0), ("latin-1", 1), ("cp1252", 1)])
def test_encodings(tmp_path, encoding, remarks):
    table = read_table(io_csv(tmp_path, "größe,ort\n1,Zürich\n2,Genève\n", encoding))
    assert table.names == ("größe", "ort")
    assert table.column("ort").words()[1] == ("Genève", "Zürich")
    assert len(table.remarks) == remarks


def test_quotes_hold_separators_and_line_ends(tmp_path):
    table = read_table(io_csv(tmp_path, 'a,b\n1,"x, ""y"""\n2,"two\nlines"\n3, "after a blank, quoted"\n'))
    assert table.column("b").words()[1] == ("after a blank, quoted", "two\nlines", 'x, "y"')


def test_blank_lines_and_blanks_around_values(tmp_path):
    table = read_table(io_csv(tmp_path, "\n\n a , b \n 1 , x\n\n 2 ,y \n"))
    assert (table.names, table.column("a").numbers.tolist(), table.column("b").words()[1]) == (
        ("a", "b"),
        [1, 2],
        ("x", "y"),
    )


def test_a_separator_at_the_end_of_every_line_adds_no_column(tmp_path):
    assert read_table(io_csv(tmp_path, "a,b,\n1,x,\n2,y,\n")).names == ("a", "b")


@pytest.mark.parametrize(
    ("text", "expected", "header"),
    [
        ("a,b\n1,2\n3,4\n", (), True),
        ("1,2\n3,4\n", (), False),
        ("red,1\nblue,2\n", (), False),
        ("colour,size\nred,big\nblue,big\n", (), True),
        ("red,big\nblue,big\n", (), False),
        ("red,big\nblue,big\n", ("big",), True),
        ("2019,2020\n1,2\n", ("2020",), True),
    ],
)
def test_headers_are_found(tmp_path, text, expected, header):
    table = read_table(io_csv(tmp_path, text), expected)
    assert table.header is header
    assert len(table) == text.count("\n") - header


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2.5", "-3e4", "+7"], "number"),
        (["1", "?", "NA", "nan"], "number"),
        (["none", "mild", "none"], "text"),
        (["+", "-", "+"], "text"),
        (["", "?", "N/A", "null"], "missing"),
        ([*map(str, range(30)), "unknown"], "number"),
        ([*map(str, range(30)), "v1", "v2", "v3", "v4"], "text"),
        (["yes", "No", "YES"], "boolean"),
        (["true", "false", ""], "boolean"),
        (["yes", "no", "perhaps"], "text"),
        (["01234", "98765", "00001"], "text"),
        (["2020-01-31", "1999-12-01"], "date"),
        (["2020-01-31T12:30:00Z", "1999-12-01 08:15"], "date"),
        (["31.12.1999", "1.2.2003"], "date"),
        (["12/31/99", "1/2/03"], "date"),
        (["5 Jan 2020", "12 March 2021"], "date"),
        (["Jan 5, 2020", "March 12, 2021"], "date"),
        (["12:30", "8:15:59"], "date"),
        (["1.2.99x", "3-4"], "text"),
    ],
)
def test_the_kind_of_a_column_is_inferred(values, kind):
    assert read_table({"a": values, "b": ["x"] * len(values)}).column("a").kind == kind


@pytest.mark.parametrize("values", [[float("inf"), float("-inf")], ["inf", "-inf"], ["1e999", "-1e999"]])
def test_a_column_without_a_finite_number_has_no_examples(values):
    described = read_table({"a": values, "b": [1, 2]}).column("a").describe()
    assert (described["kind"], described["examples"], described["different"]) == ("number", [], 2)


def test_infinity_is_missing():
    assert np.isnan(read_table({"a": [1.0, float("inf")]}).column("a").numbers).tolist() == [False, True]
    assert np.isnan(read_table({"a": ["1", "-inf", "2"]}).column("a").numbers).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "GN010", "empty"),
        ("\n \n", "GN010", "blank"),
        ("a,b,c\n", "GN010", "only column names"),
        ("a,b,a,b\n1,2,3,4\n5,6,7,8\n", "GN063", "same name: 'a', 'b'"),
        ("Incomes of 2020\na,b\n1,2\n", "GN012", "line 2: 2 values, expected 1 .* remove it"),
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", "GN012", "line 3: 2 values, expected 3"),
        ("a,b,c\n1,2,3\n4,5,6\n6,7,8,9\n", "GN012", "line 4: 4 values, expected 3"),
        ('a,b\n1,"2\n3"\n4\n', "GN012", "line 4: 1 value, expected 2"),
    ],
)
def test_text_that_is_not_a_table_is_rejected(tmp_path, text, code, words):
    with pytest.raises(GlassnetError, match=words) as caught:
        read_table(io_csv(tmp_path, text))
    assert caught.value.code == code


@pytest.mark.parametrize("source", [3, None, [1, 2], np.arange(3), {"a": [1, 2], "b": [1]}], ids=str)
def test_objects_that_are_not_tables_are_rejected(source):
    with pytest.raises(GlassnetError) as caught:
        read_table(source)
    assert caught.value.code == "GN065"


@pytest.mark.parametrize("kind", ["parquet", "arrow", "ndjson"])
def test_damaged_files(tmp_path, kind):
    path = written(tmp_path, f"t.{kind}")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(GlassnetError) as caught:
        read_table(path)
    assert caught.value.code == "GN006"


def test_standard_input():
    with mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode()), encoding="utf-8")):
        assert_same_content(read_table("-"))


@pytest.mark.parametrize(
    ("written", "numbers", "signs"),
    [
        (["$1,200.50", "$ 7", "-$3", "($4)"], [1200.5, 7, -3, -4], ("$",)),
        (["1.200,50 €", "-3 €", "7,5€"], [1200.5, -3, 7.5], ("€",)),
        (["12%", "7.5 %", "-3"], [12, 7.5, -3], ("%",)),
        (["1'200", "3'000'000.5", "7"], [1200, 3_000_000.5, 7], ()),
        (["1\u202f200,5", "3\u00a0000", "1 200", "7"], [1200.5, 3000, 1200, 7], ()),
    ],
)
def test_numbers_with_currency_percent_and_thousands_signs_are_read(tmp_path, written, numbers, signs):
    path = tmp_path / "prices.csv"
    path.write_text("price;word\n" + "".join(f"{value};a\n" for value in written), encoding="utf-8")
    table = read_table(path)
    assert table.column("price").kind == "number"
    assert table.column("price").numbers.tolist() == numbers
    assert tuple(table.column("price").units) == signs
    assert [table.column("price").take(np.array([k])).numbers[0] for k in range(len(numbers))] == numbers


def test_amounts_in_several_currencies_are_text():
    table = read_table(
        {"price": ["$1", "€2", "$3"], "house": ["12 a", "12-14", "(b)"], "when": ["12 30", "1 2", "3 4"]}
    )
    assert {table.column(name).kind for name in table.names} == {"text"}


@pytest.mark.parametrize("quoted", ["", '"2"'], ids=["plain", "quoted"])
def test_a_row_of_empty_values_is_a_row_but_a_blank_line_is_not(tmp_path, quoted):
    (tmp_path / "d.csv").write_text(f"a,b\n1,{quoted or 2}\n,\n3,4\n")
    assert read_table(tmp_path / "d.csv").frame["a"].to_list() == ["1", None, "3"]
    (tmp_path / "d.csv").write_text(f"a,b\n1,{quoted or 2}\n\n3,4\n\n")
    assert read_table(tmp_path / "d.csv").frame["a"].to_list() == ["1", "3"]


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("d.ndjson", b'{"a": 1}\n{"a" 2}\n', "GN006", ("line 2", "column 6")),
        ("d.json", b'[{"a": 1},\n {"a": 2},\n {"a"', "GN006", ("line 3",)),
        ("d.json", b"[1, 2]", "GN011", ("not a table", "an object per row")),
        ("d.json", b'[{"a": "\xff\xfe"}]', "GN006", ("UTF-8",)),
        ("d.csv", b"a,b\n1,2\n3,\x01\n" + b"4,5\n" * 20, "GN011", ("line 3", "0x01", "Remove")),
        ("d.csv", "a,b\n1,\x02\n".encode("utf-16-le"), "GN011", ("UTF-16", "CSV UTF-8")),
        ("d.csv", b"\n\na,b\n1,2\n3\n", "GN012", ("line 5",)),
        ("d.csv", b"sep=,\na,b\n1,2\n3\n", "GN012", ("line 4",)),
        ("d.csv", b"a,b\nu, v,2,\n3,4,\n5,6\n", "GN012", ("line 2", "4 values")),
        ("d.avro", b"Obj\x01\x04", "GN005", ("Avro", "Parquet")),
    ],
)
def test_an_error_names_its_place(tmp_path, name, content, code, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GlassnetError) as caught:
        read_table(tmp_path / name)
    assert caught.value.code == code
    assert all(word in str(caught.value) for word in words), caught.value
    assert "\n" not in str(caught.value)


def test_converting_columns_together_equals_converting_each_alone():
    written = [
        "1",
        "-2.5",
        "1e3",
        " 7 ",
        "",
        "NA",
        "1,200",
        "$5",
        "007",
        "x",
        "inf",
        "1_0",
        "+3",
        ".5",
        "5.",
        "0x1",
        "-0",
    ]
    for other in written:
        column = [*written[:4], other]
        table = read_table({"a": column, "b": ["1"] * 5})
        with mock.patch("glassnet.data.tables.table._plain_numbers", return_value={}):
            expected = read_table({"a": column, "b": ["1"] * 5})
            slow = expected.column("a")
        quick = table.column("a")
        np.testing.assert_array_equal(quick.values, slow.values)
        assert (quick.kind, quick.non_numeric.to_list()) == (slow.kind, slow.non_numeric.to_list())


def test_lists_records_and_bytes_are_not_numbers():
    table = read_table({"a": [[1, 2], [3]], "b": [{"x": 1}, None], "c": [b"1", b"2"]})
    for name in table.names:
        assert np.isnan(table.column(name).numbers).all()
    assert table.column("a").non_numeric.to_list() == ["[1, 2]", "[3]"]
    assert table.column("b").words()[1] == ("{'x': 1}",)


def test_pandas_intervals_are_text_and_periods_are_dates():
    pandas = pytest.importorskip("pandas")
    ages = pandas.cut(pandas.Series([5, 20, 70, None]), [0, 18, 65, 99])
    table = read_table(pandas.DataFrame({"age": ages, "day": pandas.period_range("2026", periods=4, freq="D")}))
    assert table.column("age").words()[1] == ("(0, 18]", "(18, 65]", "(65, 99]")
    assert (table.column("age").kind, table.column("day").kind) == ("text", "date")
    array = read_table(pandas.DataFrame({"day": pandas.period_range("2026", periods=4, freq="D")}).to_numpy())
    assert array.column("column1").kind == "date"


def test_nan_in_object_columns_is_missing():
    """Polars does not accept these mixtures of NaN types."""
    objects = np.array([np.float32("nan"), float("nan"), None, 1.5], object)
    decimals = [Decimal("NaN"), None, None, Decimal("1.5")]
    table = read_table({"a": objects, "b": np.array(decimals, object)})
    for name in table.names:
        np.testing.assert_array_equal(table.column(name).numbers, [np.nan, np.nan, np.nan, 1.5])


def test_errors_in_frames_keep_their_own_messages():
    pandas = pytest.importorskip("pandas")
    for source, code in (
        (pandas.DataFrame([[1, 2]], columns=["a", "a"]), "GN063"),
        ({1: [1, 2], "1": [3, 4]}, "GN063"),
        (np.arange(3), "GN065"),
    ):
        with pytest.raises(GlassnetError) as caught:
            read_table(source)
        assert caught.value.code == code
        assert "mixed form" not in str(caught.value)
