"""Columns that the folders of a file give, as in ``sales/year=2024/region=EU/part.parquet`` (Hive's partitions)."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

import polars as pl

from .missing_markers import MISSING

_MISSING = MISSING | {"__hive_default_partition__"}
_FOLDER = re.compile(r"([^=]+)=(.*)", re.DOTALL)
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})", re.ASCII)


def partitions_of(path: str | os.PathLike[str]) -> dict[str, str | None]:
    """Return the name and the value of each folder such as ``year=2024`` above a file; None for a missing value."""
    found = [one for folder in Path(path).parts[:-1] if (one := _FOLDER.fullmatch(folder))]
    values = {unquote(one[1]): unquote(one[2]).strip() for one in found}
    return {name: None if value.lower() in _MISSING else value for name, value in values.items()}


def partition_columns(paths: Sequence[Path], expected: Collection[str]) -> list[Mapping[str, pl.Series]]:
    """Return for each of several files the columns of its folders, as series of one value.

    Only those that differ between files or are `expected`: others say nothing of a row. Whole numbers in all files are
    numbers, all else is text.
    """
    each = [partitions_of(path) for path in paths]
    names = {name: {one.get(name) for one in each} for name in dict.fromkeys(name for one in each for name in one)}
    used = {name: values - {None} for name, values in names.items() if len(values) > 1 or name in expected}
    whole = {name for name, values in used.items() if all(_WHOLE.fullmatch(value) for value in values if value)}
    return [
        {
            name: pl.Series(name, [value], dtype=pl.String).cast(pl.Int64 if name in whole else pl.String)
            for name, value in one.items()
            if name in used
        }
        for one in each
    ]


def with_partitions(frame: pl.DataFrame, columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Return a frame with these columns, of the same value in every row, unless it has columns of their names."""
    return frame.with_columns(
        one.new_from_index(0, len(frame)) for name, one in columns.items() if name not in frame.columns
    )
