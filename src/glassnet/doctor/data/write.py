"""Writing a table that was read with its mistakes, after they were repaired."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...data.readers.npz import PAIRS, PARTS
from ...data.tables.numbers import find_numbers
from .raw import RawData, apart


def write_repaired(table: RawData, file: IO[bytes], kind: str, test: RawData | None = None) -> None:
    """Write a table: an NPZ archive of ``x`` and ``y``, or CSV with the label first where it is told from the inputs.

    Parameters
    ----------
    table : RawData
        What is written; a column of words goes out as text, NaN as an empty field, a code as it was, unless a repair
        has changed its number. Of several columns with the same name, the second has ``.2`` behind it.
    file : binary file
        Where to.
    kind : {"csv", "npz"}
        In which form; NPZ takes numbers alone.
    test : RawData, optional
        What goes into the same NPZ archive as its test part; the arrays are then called ``x_train``, ``x_test``, ….
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
    names = apart([series.name for series in columns])
    columns = [series.alias(name) for series, name in zip(columns, names, strict=True)]
    pl.DataFrame(columns).write_csv(file, include_header=table.header)


def _arrays(table: RawData) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return inputs and labels as an archive has them."""
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
        known = values[~np.isnan(values)]
        if (
            bool(np.isfinite(known).all())
            and bool((known == np.floor(known)).all())
            and np.abs(known).max(initial=0) < 2**53
        ):
            return pl.Series(name, values, dtype=pl.Float64, nan_to_null=True).cast(pl.Int64)
        return pl.Series(name, values, dtype=pl.Float64, nan_to_null=True)
    return pl.Series(name, values)


def output_kind(path: str | os.PathLike[str]) -> str:
    """Tell from its name in which form a repaired copy is written."""
    return "npz" if Path(path).suffix == ".npz" else "csv"
