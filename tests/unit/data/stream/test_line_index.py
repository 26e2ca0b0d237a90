"""Blocks of delimited text are those of the standard library's reader."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.data.stream import line_index
from glassnet.data.stream.line_index import index_blocks

VALUES = st.sampled_from(["", "1", "a b", "x\ny", 'q""q', ",", "\r\n", "é"])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=30),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 7),
    piece=st.integers(5, 60),
    blank=st.integers(0, 30),
    last=st.booleans(),
)
def test_blocks_are_the_rows_of_the_csv_module(tmp_path_factory, rows, end, size, piece, blank, last):
    rows = [(f"k{first}", *others) for first, *others in rows]
    written = [",".join(f'"{v}"' if set(v) & set('",\n\r') else v for v in row) for row in rows]
    written.insert(min(blank, len(written)), "  ")
    path = tmp_path_factory.mktemp("index") / "d.csv"
    text = end.join(written) + end * last
    path.write_bytes(text.encode())
    line_index._READ, before = piece, line_index._READ
    try:
        blocks = index_blocks(path, 0, 1, ",", size)
    finally:
        line_index._READ = before
    content = path.read_bytes()
    read = []
    for block in blocks:
        assert content[: block.start].count(b"\n") + 1 == block.line
        found = [row for row in csv.reader(io.StringIO(content[block.start : block.stop].decode(), newline="")) if row]
        found = [row for row in found if any(map(str.strip, row))]
        assert len(found) == block.rows <= size
        read += found
    assert read == [[v.replace('""', '"') for v in row] for row in rows]
    assert all(block.rows == size for block in blocks[:-1])
