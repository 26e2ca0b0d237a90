"""Folders such as year=2024 are columns of a stream, and of a single file for a model that needs them."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet.data.stream.columnar import ColumnarPart
from glassnet.data.stream.opening import open_stream
from glassnet.data.tables.partitions import partitions_of
from glassnet.data.tables.table import read_table
from glassnet.errors import DataError
from support.cli import run

YEARS, REGIONS, ROWS = (2021, 2022, 2023), ("EU", "US"), 60
SETTINGS = ["--target", "t", "--members", "1", "--hidden", "16", "--epochs", "12"]


def written(folder, suffix="parquet", years=YEARS, **more):
    random = np.random.default_rng(1)
    for year in years:
        for region in REGIONS:
            own = folder / f"year={year}" / f"region={region}"
            own.mkdir(parents=True)
            x = random.normal(size=ROWS)
            frame = pl.DataFrame({"x": x, "t": x + 3 * (year - 2021) + (region == "EU"), **more})
            {"parquet": frame.write_parquet, "csv": frame.write_csv, "arrow": frame.write_ipc}[suffix](
                own / f"part.{suffix}"
            )
    return str(folder / "**" / f"*.{suffix}")


@pytest.mark.parametrize("suffix", ["parquet", "csv", "arrow"])
def test_folders_are_columns_of_every_row_group(tmp_path, suffix):
    source = open_stream(written(tmp_path, suffix))
    assert source.names == ("x", "t", "year", "region")
    for group, table in zip(source.groups, source, strict=True):
        part = source.parts[group.part]
        assert [f"year={one}" in part for one in table.frame["year"].to_list()] == [True] * ROWS
        assert [f"region={one}" in part for one in table.frame["region"].to_list()] == [True] * ROWS
        assert source.read(group, ["region"]).frame.equals(table.frame.select("region"))
        assert source.read(group, ["year", "t"]).frame.equals(table.frame.select("year", "t"))
    first = source.first_rows()
    assert first.column("year").kind == "number"
    assert first.column("region").kind == "text"


def test_a_model_of_a_stream_takes_the_columns_of_a_single_file_from_its_folders(tmp_path):
    pattern, model = written(tmp_path), str(tmp_path / "m.safetensors")
    assert run("train", pattern, *SETTINGS, "--stream", "--out", model).code == 0
    assert glassnet.load_model(model).columns.names == ("x", "year", "region")
    assert run("info", "--verify", model, pattern).code == 0
    for year in YEARS:
        one = str(tmp_path / f"year={year}" / "region=US" / "part.parquet")
        assert run("test", model, one, "--json").json()["rmse"] < 1  # the years are 3 apart
        answers = [row["answer"] for row in run("query", model, one, "--json").json()]
        shifted = pl.read_parquet(one).with_columns(year=pl.lit(year), region=pl.lit("US"))
        shifted.write_csv(tmp_path / "same.csv")
        assert [row["answer"] for row in run("query", model, str(tmp_path / "same.csv"), "--json").json()] == answers


def test_a_folder_is_no_column_where_it_says_nothing(tmp_path):
    own = tmp_path / "run=7" / "year=2021"
    own.mkdir(parents=True)
    pl.DataFrame({"x": [1.5, 2.5], "year": [1999, 1998]}).write_csv(own / "a.csv")
    pl.DataFrame({"x": [3.5], "year": [1997]}).write_csv(own / "b.csv")
    assert open_stream(str(own / "*.csv")).names == ("x", "year")
    assert read_table(own / "a.csv").names == ("x", "year")
    table = read_table(own / "a.csv", ["x", "year", "run"])
    assert table.frame["run"].to_list() == [7, 7]
    assert table.frame["year"].to_list() == ["1999", "1998"]  # the file's own column


def test_a_part_without_the_folder_of_the_others_is_named(tmp_path):
    pattern = written(tmp_path)
    pl.read_parquet(tmp_path / "year=2021/region=EU/part.parquet").write_parquet(tmp_path / "year=2021" / "x.parquet")
    with pytest.raises(DataError, match="'region'") as raised:
        open_stream(pattern)
    assert raised.value.code == "GN140"


def test_dates_missing_values_and_escaped_names():
    path = "data/day=2024-03-01/a%20b=c%2Fd/none=__HIVE_DEFAULT_PARTITION__/=x/y/part.parquet"
    assert partitions_of(path) == {"day": "2024-03-01", "a b": "c/d", "none": None}
    assert partitions_of("year=2024.parquet") == {}


def test_dates_in_folders_are_dates(tmp_path):
    for day in ("2024-03-01", "2024-03-02"):
        (tmp_path / f"day={day}").mkdir()
        pl.DataFrame({"x": [1.0, 2.0]}).write_parquet(tmp_path / f"day={day}" / "x.parquet")
    column = open_stream(str(tmp_path / "**" / "*.parquet")).first_rows().column("day")
    assert column.kind == "date"
    assert column.moments.astype("M8[D]").tolist() == [datetime.date(2024, 3, 1 + k // 2) for k in range(4)]


class CheckedByAnother(dict):
    """Row groups that another thread has checked between a look and the next."""

    def __contains__(self, key):
        found = super().__contains__(key)
        self.clear()
        return found


def test_threads_may_read_the_same_rows_for_the_first_time(tmp_path):
    written(tmp_path)
    part = ColumnarPart(min(tmp_path.rglob("*.parquet")), "parquet")
    part._unchecked = CheckedByAnother(part._unchecked)
    assert len(part.read(part.groups[0], ["x"])) == part.groups[0].rows
