"""Write a repaired table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...data.readers.npz import PAIRS, PARTS
from ...data.tables.numbers import find_numbers
from .raw import RawData, unique_names


def write_repaired(table: RawData, file: IO[bytes], kind: str, test: RawData | None = None) -> None:
    """Write a table as an NPZ archive of ``x`` and ``y``, numbers only, or as CSV, as `kind` says.

    The label, if it is separate, comes first, or last if it was the last of named columns. A column of words is written
    as text, NaN as an empty field, and a code unchanged unless a repair changed its number. The second of columns with
    the same name gets the suffix ``.2``. With a `test` part the arrays of the archive are called ``x_train``,
    ``x_test``, ….
    """
    if kind == "npz":
        arrays: dict[str, Any] = dict(zip(PAIRS[0] if test is None else PARTS["train"][0], _arrays(table), strict=True))
        if test is not None:
            arrays.update(zip(PARTS["test"][0], _arrays(test), strict=True))
        np.savez_compressed(file, **arrays)
        return
    columns = [_column(table, k) for k in range(table.width)]
    if table.labels is not None:
        place = len(columns) if table.header and table.label_last else 0
        columns.insert(place, _series(table.label_name or "label", table.labels))
    names = unique_names([series.name for series in columns])
    columns = [series.alias(name) for series, name in zip(columns, names, strict=True)]
    pl.DataFrame(columns).write_csv(file, include_header=table.header)


def _arrays(table: RawData) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return inputs and labels as arrays of an archive."""
    colours = (3,) if table.channels == 3 else ()
    values = table.numbers.reshape(len(table), *(*table.image_shape, *colours) if table.image_shape else (-1,))
    assert table.labels is not None
    return values, np.array(table.class_names)[table.labels] if table.class_names else table.labels


def _column(table: RawData, place: int) -> pl.Series:
    name, values = table.names[place], table.numbers[:, place]
    if place in table.words or place not in table.exact:
        return _series(name, table.words.get(place, values))
    written = pl.Series(name, table.exact[place].tolist(), dtype=pl.String)
    same = find_numbers(written, ".").values.fill_null(float("nan")).to_numpy() == values
    return written.zip_with(pl.Series(same), _series(name, values).cast(pl.String))


def _series(name: str, values: NDArray[Any]) -> pl.Series:
    if values.dtype.kind in "OU":
        return pl.Series(name, [text or None for text in values.tolist()], dtype=pl.String)
    if values.dtype.kind == "f":
        present = values[~np.isnan(values)]
        if (
            bool(np.isfinite(present).all())
            and bool((present == np.floor(present)).all())
            and np.abs(present).max(initial=0) < 2**53
        ):
            return pl.Series(name, values, dtype=pl.Float64, nan_to_null=True).cast(pl.Int64)
        return pl.Series(name, values, dtype=pl.Float64, nan_to_null=True)
    return pl.Series(name, values)


def output_kind(path: str | os.PathLike[str]) -> str:
    """Return the format of a repaired copy by its file name."""
    return "npz" if Path(path).suffix == ".npz" else "csv"
