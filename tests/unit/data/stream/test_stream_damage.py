"""Damaged, changed and missing parts: file, row group or line, and what to do."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glassnet.data.stream import delimited
from glassnet.data.stream.opening import open_stream
from glassnet.errors import GlassnetError

FRAME = pl.DataFrame({"a": np.random.default_rng(0).normal(size=400), "y": ["u", "v"] * 200})


def problem_of(action):
    with pytest.raises(GlassnetError) as caught:
        action()
    return caught.value.code, str(caught.value)


@pytest.fixture
def folder(tmp_path):
    for number in range(2):
        FRAME.write_parquet(tmp_path / f"{number}.parquet", row_group_size=100)
    return tmp_path


def test_a_damaged_footer_is_found_before_reading(folder):
    path = folder / "1.parquet"
    content = path.read_bytes()
    for broken in (content[:-5], content[:-4] + b"XXXX", content[:200] + content[-8:]):
        path.write_bytes(broken)
        code, text = problem_of(lambda: open_stream(folder))
        assert code == "GN006", text
        assert "1.parquet" in text
        assert "row group" in text
    FRAME.write_ipc(folder / "x.arrow")
    (folder / "x.arrow").write_bytes((folder / "x.arrow").read_bytes()[:-20])
    assert problem_of(lambda: open_stream(folder / "x.arrow"))[0] == "GN006"


def test_a_damaged_row_group_names_file_and_number(folder):
    path = folder / "1.parquet"
    for name in ("0.parquet", "1.parquet"):
        FRAME.select("a").write_parquet(folder / name, row_group_size=100)
    content = bytearray(path.read_bytes())
    start = len(content) // 2
    content[start : start + 600] = b"\xff" * 600
    path.write_bytes(content)
    source = open_stream(folder)

    def read_all():
        for group in source.groups:
            source.read(group)

    code, text = problem_of(read_all)
    assert code == "GN006", text
    assert "1.parquet [row group" in text
    assert source.read(source.groups[0]).frame.equals(FRAME.select("a").head(100))


def test_parts_that_change_or_vanish_are_named(folder):
    source = open_stream(folder)
    FRAME.head(100).write_parquet(folder / "1.parquet")
    code, text = problem_of(lambda: source.read(source.groups[-1]))
    assert (code, "1.parquet" in text) == ("GN141", True)
    (folder / "1.parquet").unlink()
    code, text = problem_of(lambda: source.read(source.groups[-1]))
    assert (code, "1.parquet" in text) == ("GN001", True)


@pytest.mark.parametrize("bad", ["1,2,3", "1", '1,"2'])
def test_a_bad_line_of_text_is_named(tmp_path, monkeypatch, bad):
    monkeypatch.setattr(delimited, "BLOCK_ROWS", 1024)
    lines = ["# made up", "a,y", *(f"{number},{number % 2}" for number in range(3000))]
    lines.insert(2001, "")
    lines[2500] = bad
    (tmp_path / "d.csv").write_text("\n".join(lines))

    def read_all():
        list(open_stream(tmp_path / "d.csv"))

    code, text = problem_of(read_all)
    assert (code, "d.csv, line 2501" in text) == ("GN012", True), text


def test_a_quotation_mark_inside_a_value_is_named(tmp_path):
    (tmp_path / "d.csv").write_text('size,y\n1,u\n5" wide,v\n7" wide,v\n')
    code, text = problem_of(lambda: open_stream(tmp_path / "d.csv"))
    assert (code, "line 3" in text) == ("GN012", True), text


def test_text_that_turns_out_not_to_be_utf8_is_refused(tmp_path):
    rows = b"x,1\n" * 400_000
    (tmp_path / "d.csv").write_bytes(b"w,y\n" + rows + "ü,2\n".encode("latin-1"))
    source = open_stream(tmp_path / "d.csv")
    code, text = problem_of(lambda: source.read(source.groups[-1]))
    assert (code, "UTF-8" in text) == ("GN142", True), text
