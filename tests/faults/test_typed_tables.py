"""Dates that no calendar has, and flipped bytes, in typed files: an error of glassnet from every reader."""

from __future__ import annotations

import datetime
from contextlib import suppress

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet.data.stream.opening import open_stream
from glassnet.data.tables.table import read_table
from glassnet.doctor.data.read import read_raw
from glassnet.errors import GlassnetError
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.learner import ColumnsLearner
from support.cli import run

ROWS = 300
WRITERS = {
    "parquet": lambda frame, path: frame.write_parquet(path, row_group_size=100),
    "zstd.parquet": lambda frame, path: frame.write_parquet(path, compression="zstd"),
    "plain.parquet": lambda frame, path: frame.write_parquet(path, compression="uncompressed"),
    "arrow": pl.DataFrame.write_ipc,
    "arrows": pl.DataFrame.write_ipc_stream,
    "ndjson": pl.DataFrame.write_ndjson,
    "csv": pl.DataFrame.write_csv,
}


def people():
    random = np.random.default_rng(0)
    moments = pl.Series([datetime.datetime(2020, 1, 1) + datetime.timedelta(minutes=4321 * k) for k in range(ROWS)])
    return pl.DataFrame(
        {
            "size": random.normal(size=ROWS),
            "rooms": random.integers(1, 9, ROWS),
            "city": random.choice(["Bonn", "Rome"], ROWS),
            "day": moments.dt.date(),
            "moment": moments,
            "instant": moments.dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin"),
            "clock": moments.dt.time(),
            "took": moments - datetime.datetime(2020, 1, 1),
            "new": random.random(ROWS) < 0.5,
            "y": random.choice(["a", "b"], ROWS),
        }
    )


def whole(path):
    table = read_table(path, ["size"])
    Columns.learn(table, "y").apply(table)
    for column in table.columns().values():
        column.describe()


def streamed(path):
    source = open_stream(path, ["size"])
    learner = ColumnsLearner(source.first_rows(), "y")
    for table in source:
        learner.summarise(table)


DOORS = {"whole": whole, "streamed": streamed, "doctor": read_raw}
DAY = 86_400_000_000
BEYOND = {
    "day": [(2**31 - 1, pl.Date), (-(2**31), pl.Date), (2_932_897, pl.Date)],
    "moment": [
        (2**62, pl.Datetime("us")),
        (-(2**62), pl.Datetime("us")),
        (2**62, pl.Datetime("ms")),
        (2_932_897 * DAY, pl.Datetime("us")),
    ],
    "instant": [(2**62, pl.Datetime("us", "Europe/Berlin")), (-719_163 * DAY, pl.Datetime("us", "UTC"))],
    "took": [(2**62, pl.Duration("ms"))],
}


@pytest.mark.parametrize(
    ("name", "value", "dtype"),
    [(name, value, dtype) for name, values in BEYOND.items() for value, dtype in values],
    ids=lambda one: str(one).split("(")[0],
)
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_a_date_that_no_calendar_has_is_an_error_with_its_place(tmp_path, name, value, dtype, suffix):
    table = people()
    values = [0] * ROWS
    values[7] = value
    column = pl.Series(name, values, dtype=pl.Int32 if dtype == pl.Date else pl.Int64).cast(dtype)
    path = tmp_path / f"people.{suffix}"
    WRITERS[suffix](table.with_columns(column), path)
    for read in DOORS.values():
        with pytest.raises(GlassnetError, match=rf"column '{name}', row 7: {value} is no") as raised:
            read(path)
        assert raised.value.code == "GN014"
    with pytest.raises(GlassnetError, match="is no"):
        glassnet.TableModel.fit(table.with_columns(column), "y", epochs=1)
    run("show", str(path)).refused("GN014", name, "row 7")


@pytest.mark.parametrize("ends", [(datetime.date(1, 1, 1), datetime.date(9999, 12, 31))])
@pytest.mark.parametrize(("unit", "zone"), [("ms", None), ("us", "UTC"), ("us", "Asia/Shanghai")])
def test_the_ends_of_the_calendar_are_dates(tmp_path, ends, unit, zone):
    days = pl.Series([*ends] * (ROWS // 2))
    moments = days.cast(pl.Datetime(unit)).dt.replace_time_zone("UTC").dt.convert_time_zone(zone or "UTC")
    table = people().with_columns(day=days, moment=moments if zone else moments.dt.replace_time_zone(None))
    table.write_parquet(tmp_path / "people.parquet")
    for read in DOORS.values():
        read(tmp_path / "people.parquet")


@pytest.mark.parametrize("kind", WRITERS)
def test_flipped_bytes_are_read_or_refused(tmp_path, kind):
    path = tmp_path / f"people.{kind.rpartition('.')[2]}"
    table = people() if kind != "ndjson" else people().drop("took")
    WRITERS[kind](table.drop("took") if kind == "csv" else table, path)
    good = path.read_bytes()
    for seed in range(6):
        flips = (1, 20, 400)[seed % 3]
        random, content = np.random.default_rng(seed), bytearray(good)
        end = len(content) if seed % 2 else len(content) * 4 // 5  # often only the values
        for place in random.integers(0, end, flips):
            content[place] ^= int(random.integers(1, 256))
        path.write_bytes(content)
        for read in DOORS.values():
            with suppress(GlassnetError):
                read(path)
