"""Streams of files: the rows of all parts in order, whatever the format, and what differs between parts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from glassnet import read_table
from glassnet.data.stream import parts as parts_module
from glassnet.data.stream.opening import open_stream
from glassnet.data.stream.source import TableStream
from glassnet.errors import GlassnetError

ROWS = 700
FRAME = pl.DataFrame(
    {
        "a": np.random.default_rng(0).normal(size=ROWS),
        "n": np.arange(ROWS),
        "word": ["x", " y, z", 'say "q"', "two\nlines", None, "NA", "ü"] * (ROWS // 7),
        "y": ["u", "v"] * (ROWS // 2),
    }
)


def write(folder, kind, frame=FRAME, cuts=(0, 250, 500, ROWS)):
    folder.mkdir()
    for number, (start, stop) in enumerate(pairwise(cuts)):
        part = frame.slice(start, stop - start)
        if number == 1:
            part = part.select(reversed(part.columns))
        path = folder / f"{number}.{kind}"
        if kind == "parquet":
            part.write_parquet(path, row_group_size=100)
        elif kind == "arrow":
            part.write_ipc(path, record_batch_size=100)
        else:
            part.write_csv(path, separator=";" if number == 1 else ",")
    return folder


def refused(source, code, *words, **options):
    with pytest.raises(GlassnetError) as caught:
        open_stream(source, **options)
    assert caught.value.code == code, caught.value
    for word in words:
        assert word in str(caught.value), caught.value


@pytest.mark.parametrize("kind", ["parquet", "arrow", "csv"])
def test_row_groups_are_the_rows_of_all_parts_in_order(tmp_path, kind):
    source = open_stream(write(tmp_path / "d", kind))
    whole = FRAME if kind != "csv" else FRAME.select(pl.all().cast(pl.String))
    if kind == "csv":
        whole.write_csv(tmp_path / "whole.csv")
    else:
        whole.write_parquet(tmp_path / "whole.parquet")
    expected = read_table(tmp_path / f"whole.{'csv' if kind == 'csv' else 'parquet'}").frame
    tables = list(source)
    assert pl.concat([table.frame for table in tables]).equals(expected)
    assert np.array_equal(np.concatenate([table.rows for table in tables]), np.arange(ROWS))
    assert source.rows == len(source) == ROWS
    assert [group.rows for group in source.groups] == (
        [250, 250, 200] if kind == "csv" else [100, 100, 50] * 2 + [100] * 2
    )
    assert source.first_rows(333).frame.equals(expected.head(333))
    assert source.read(source.groups[1], ["y"]).names == ("y",)
    assert source.names == ("a", "n", "word", "y")


def test_a_table_in_memory_has_the_same_row_groups(tmp_path):
    files = open_stream(write(tmp_path / "d", "parquet"))
    FRAME.write_parquet(tmp_path / "whole.parquet")
    memory = TableStream(read_table(tmp_path / "whole.parquet"), [group.rows for group in files.groups])
    for one, other in zip(files.groups, memory.groups, strict=True):
        assert (one.first, one.rows) == (other.first, other.rows)
        left, right = files.read(one), memory.read(other)
        assert left.frame.equals(right.frame)
        assert np.array_equal(left.rows, right.rows)
    assert [group.rows for group in TableStream(memory.table, 300).groups] == [300, 300, 100]


def test_files_folders_patterns_and_lists_are_the_same_stream(tmp_path, monkeypatch):
    folder = write(tmp_path / "d", "parquet")
    (folder / "_SUCCESS").touch()
    (folder / ".0.parquet.crc").write_bytes(b"x")
    (folder / "9.parquet").touch()
    FRAME.clear().write_parquet(folder / "5.parquet")
    monkeypatch.chdir(tmp_path)
    files = [f"d/{number}.parquet" for number in range(3)]
    for source in ("d", "d/*.parquet", "**/*.parquet", files[::-1], folder):
        assert [name.rpartition("/")[2] for name in open_stream(source).parts] == [
            "0.parquet",
            "1.parquet",
            "2.parquet",
        ]
    assert open_stream("d").groups == open_stream(files).groups != open_stream(files[:2]).groups
    assert open_stream(f"file://{folder}/[0-2].parquet").rows == ROWS


def test_names_with_wildcards_are_names(tmp_path):
    folder = write(tmp_path / "d[1]", "parquet")
    FRAME.write_ipc(tmp_path / "x[2].arrow")
    assert open_stream(folder).rows == open_stream(tmp_path / "x[2].arrow").rows == ROWS
    assert len(open_stream(tmp_path / "x[2].arrow").first_rows(5)) == 5


def test_large_row_groups_are_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(parts_module, "PIECE_ROWS", 120)
    FRAME.write_parquet(tmp_path / "one.parquet", row_group_size=ROWS)
    source = open_stream(tmp_path / "one.parquet")
    assert {group.number for group in source.groups} == {0}
    assert all(group.rows <= 120 for group in source.groups)
    assert pl.concat([table.frame["n"] for table in source]).to_list() == list(range(ROWS))


def test_a_column_without_values_fits_any_type(tmp_path):
    folder = write(tmp_path / "d", "parquet")
    FRAME.head(9).with_columns(word=None, a=None, y=pl.col("y").cast(pl.Categorical)).write_parquet(
        folder / "00.parquet"
    )
    tables = list(open_stream(folder))
    assert tables[-1].frame["a"].null_count() == 0
    assert tables[0].frame.schema["a"] == pl.Float64
    assert pl.concat([table.frame for table in tables]).height == ROWS + 9


def test_text_in_single_quotation_marks_is_decided_by_the_first_rows(tmp_path):
    lines = ["w,y"] + [f"'{word} {word}',{number}" for number, word in enumerate(["a", "b"] * 40)]
    (tmp_path / "d.csv").write_text("\n".join(lines))
    assert open_stream(tmp_path / "d.csv").read(open_stream(tmp_path / "d.csv").groups[0]).frame["w"][0] == "a a"


def test_what_differs_between_parts_is_named(tmp_path):
    folder = write(tmp_path / "d", "parquet")
    last = folder / "3.parquet"
    FRAME.drop("word").with_columns(other=1).write_parquet(last)
    refused(folder, "GN140", "3.parquet", "has 'other' instead of 'word'")
    FRAME.with_columns(pl.col("n").cast(pl.Float64)).write_parquet(last)
    refused(folder, "GN140", "3.parquet", "column 'n' is Float64, and Int64 in")
    FRAME.drop("word").write_parquet(last)
    refused(folder, "GN140", "3.parquet: lacks 'word'")
    FRAME.with_columns(other=1).write_parquet(last)
    refused(folder, "GN140", "3.parquet: has 'other', which")
    last.unlink()
    FRAME.write_csv(folder / "3.csv")
    refused(folder, "GN140", "3.csv", "3.csv: text, and the other files are")
    text = write(tmp_path / "c", "csv")
    FRAME.rename({"a": "b"}).write_csv(text / "2.csv")
    refused(text, "GN140", "2.csv", "has 'b' instead of 'a'")


def test_what_cannot_be_read_as_a_stream_is_refused(tmp_path):
    refused(tmp_path / "none.parquet", "GN001", "none.parquet")
    refused(f"{tmp_path}/*.parquet", "GN001", "no file matches")
    (tmp_path / "d" / "year").mkdir(parents=True)
    refused(tmp_path / "d", "GN002", "**")
    refused(tmp_path / "d" / "year", "GN002", "without files")
    refused(3, "GN065", "int")
    (tmp_path / "empty.csv").touch()
    refused(tmp_path / "empty.csv", "GN010")
    FRAME.clear().write_parquet(tmp_path / "rows.parquet")
    refused(tmp_path / "rows.parquet", "GN010", "no rows")
    refused("s3x://nowhere/a.parquet", "GN003", "s3x")
    refused(tmp_path / "rows.parquet", "GN021", decimal=";")
    contents = {
        "a.csv.gz": b"\x1f\x8b" + b"0" * 50,
        "b.ndjson": b'{"a": 1}\n',
        "c.csv": "a,b\nü,1\n".encode("utf-16"),
        "d.csv": "a,b\nMünchen,1\n".encode("latin-1"),
        "e.csv": b"a,b\r1,2\r3,4\r",
        "f.csv": b"a b\n1 2\n3 4\n5 6\n",
        "g.csv": b'"a","b"\n"1",2,3\n"2",3,4\n',
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, "GN142", name)


def test_a_csv_part_with_only_column_names_has_no_rows(tmp_path):
    folder = write(tmp_path / "d", "csv")
    FRAME.clear().write_csv(folder / "9.csv")
    assert len(open_stream(folder)) == ROWS
    refused(folder / "9.csv", "GN010", "no rows", expected=["a"])


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_row_groups_of_long_text_are_read_in_smaller_pieces(tmp_path, kind):
    frame = pl.DataFrame({"text": [f"{number:06d}" + "x" * 60_000 for number in range(3000)]})
    getattr(frame, {"parquet": "write_parquet", "arrow": "write_ipc"}[kind])(tmp_path / f"long.{kind}")
    sizes = [group.rows for group in open_stream(tmp_path / f"long.{kind}").groups]
    assert (sum(sizes), max(sizes)) == (3000, 1000)
