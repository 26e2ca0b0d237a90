"""Files with typed columns: type inference in JSON, and types that only the doctor reads."""

from __future__ import annotations

import json
from datetime import date, time, timedelta

import numpy as np
import polars as pl
import pytest

from glassnet import read_table
from glassnet.doctor.data.read import read_raw
from glassnet.errors import GlassnetError


@pytest.mark.parametrize("kind", ["json", "ndjson"])
def test_types_in_json_are_inferred_from_all_rows(tmp_path, kind):
    rows = [*[{"a": number, "b": number} for number in range(300)], {"a": 1.5, "b": "x", "c": 7}, {"a": None}]
    path = tmp_path / f"d.{kind}"
    path.write_text(json.dumps(rows) if kind == "json" else "\n".join(map(json.dumps, rows)))
    table = read_table(path)
    np.testing.assert_array_equal(table.column("a").numbers, [*range(300), 1.5, np.nan])
    assert table.row(300) == {"a": 1.5, "b": "x", "c": 7}
    assert table.row(7)["b"] == "7"


def test_nan_and_infinity_in_json_are_accepted(tmp_path):
    (tmp_path / "d.ndjson").write_text('{"a": NaN, "b": 1}\n\n{"a": 2, "b": Infinity}\n')
    np.testing.assert_array_equal(read_table(tmp_path / "d.ndjson").column("a").numbers, [np.nan, 2])


def test_the_doctor_reads_types_that_training_rejects(tmp_path):
    columns = {
        "span": pl.Series([timedelta(hours=1), None], dtype=pl.Duration),
        "raw": pl.Series([b"a", b"\xff"]),
        "list": pl.Series([[1], [2, 3]]),
        "day": pl.Series([date(2026, 1, 1), None]),
        "at": pl.Series([time(3), time(4)]),
    }
    pl.DataFrame({**columns, "y": [0, 1]}).write_parquet(tmp_path / "d.parquet")
    table = read_raw(tmp_path / "d.parquet")
    assert table.names == (*columns, "y")
    assert set(table.words) >= {0, 1, 2, 3, 4}


@pytest.mark.parametrize("kind", ["parquet", "arrow", "arrow stream", "arrow, packed"])
def test_a_truncated_file_is_rejected_or_has_fewer_rows(tmp_path, kind):
    frame = pl.DataFrame({"a": [1.5, 2.5, None, 4.0] * 5, "b": ["x", "y"] * 10})
    path = tmp_path / "t.bin"
    write = {"parquet": frame.write_parquet, "arrow": frame.write_ipc, "arrow stream": frame.write_ipc_stream}
    write.get(kind, lambda file: frame.write_ipc(file, compression="zstd"))(path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 11):
        path.write_bytes(whole[:length])
        try:
            assert len(read_table(path)) < len(frame) or kind == "arrow stream"  # its end is only a marker
        except GlassnetError as problem:
            assert problem.code in ("GN005", "GN006", "GN010", "GN011", "GN012"), (length, problem)  # noqa: PT017
