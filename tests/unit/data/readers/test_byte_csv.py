"""Tables of bytes: the fast reader has the values that were written, and leaves every other text to the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from glassnet.data.readers import byte_csv
from glassnet.data.readers.byte_csv import read_byte_table
from glassnet.io.opening import open_source

QUICK = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(path, content: bytes, width: int, header: bool = False, separator: str = ","):
    path.write_bytes(content)
    return read_byte_table(open_source(path), separator, width, header=header)


@QUICK
@given(
    values=arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(2, 6))),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    header=st.booleans(),
    piece=st.integers(1, 50),
)
def test_values_come_back(tmp_path, monkeypatch, values, separator, end, last, header, piece):
    monkeypatch.setattr(byte_csv, "_PIECE", piece)
    lines = ["label and names"] * header + [separator.join(map(str, row)) for row in values.tolist()]
    content = (end.join(lines) + end * last).encode()
    found = read(tmp_path / "t.csv", content, values.shape[1], header, separator)
    assert found is not None
    np.testing.assert_array_equal(np.column_stack(found), values)


@pytest.mark.parametrize(
    "field",
    ["", " 7", "-1", "256", "299", "300", "999", "1000", "0007", "1.5", "1e2", '"7"', "x", "7;8", "7\n8", "7,8", "\r7"],
)
@pytest.mark.parametrize("column", [0, 1, 2])
def test_other_fields_are_left_to_other_readers(tmp_path, field, column):
    for row in (0, 1, 2):
        rows = [["5", "0", "255"] for _ in range(3)]
        rows[row][column] = field
        assert read(tmp_path / "t.csv", "\n".join(map(",".join, rows)).encode(), 3) is None


@pytest.mark.parametrize("content", [b"", b"\n", b"1,2,3\n\n4,5,6\n", b"\n1,2,3\n", b"1,2,3,\n", b"1,2\n3,4,5,6\n"])
def test_other_lines_are_left_to_other_readers(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content or b" ")
    assert read_byte_table(open_source(tmp_path / "t.csv"), ",", 3) is None


def test_a_late_mistake_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(byte_csv, "_PIECE", 40)
    assert read(tmp_path / "t.csv", b"1,2,3\n" * 30 + b"1,2,256\n", 3) is None
