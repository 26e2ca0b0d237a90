"""Other libraries' tables as frames of polars: pandas, Arrow, NumPy, mappings; none of those libraries is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..errors import DataError
from .delimited import require_unique


def frame_of(source: Any) -> pl.DataFrame:
    """Bring another library's table into a frame.

    Raises
    ------
    DataError
        GN063 for names that occur twice, GN065 for an object that is no table.
    """
    if isinstance(source, pl.DataFrame):
        return source
    if isinstance(source, pl.LazyFrame):
        return source.collect()
    try:
        if type(source).__module__.partition(".")[0] == "pandas":
            return _from_pandas(source)
        if isinstance(source, np.ndarray):
            return _from_array(source)
        if isinstance(source, Mapping):
            return pl.DataFrame({str(name): _plain_column(column) for name, column in source.items()}, strict=False)
        if hasattr(source, "__arrow_c_stream__"):
            return pl.DataFrame(source, strict=False)
    except DataError:
        raise
    except (pl.exceptions.PolarsError, TypeError, ValueError) as problem:
        raise DataError("GN065", f"the table: {type(source).__name__} of mixed form ({str(problem)[:80]}).") from None
    raise DataError(
        "GN065",
        f"the table: {type(source).__name__}, expected a file name, a frame (polars, pandas, Arrow), a mapping of "
        "names to columns, or a NumPy array.",
    )


def _from_pandas(frame: Any) -> pl.DataFrame:
    """Go column by column: polars' own way needs pyarrow."""
    if not hasattr(frame, "columns"):
        frame = frame.to_frame()
    names = [str(name) for name in frame.columns]
    require_unique(names, "the table")
    columns = {}
    for number, name in enumerate(names):
        column = frame.iloc[:, number]
        kind = getattr(column.dtype, "kind", "O")
        if kind in "biufM" and isinstance(column.dtype, np.dtype):
            columns[name] = pl.Series(name, column.to_numpy())
        else:
            missing = column.isna().to_numpy()
            values = list(map(_of_pandas, column.astype(object)))
            columns[name] = pl.Series(
                name, [None if m else v for v, m in zip(values, missing, strict=True)], strict=False
            )
    return pl.DataFrame(columns)


def _of_pandas(value: Any) -> Any:
    """Return what polars knows: the interval of a ``cut`` as a word, a period as the time at which it begins."""
    kind = type(value).__name__
    return str(value) if kind == "Interval" else value.to_timestamp() if kind == "Period" else value


def _from_array(array: NDArray[Any]) -> pl.DataFrame:
    if array.dtype.names:
        return pl.DataFrame({name: _plain_column(array[name]) for name in array.dtype.names}, strict=False)
    if array.ndim != 2:
        raise DataError("GN065", f"the table: an array of shape {array.shape}, expected (samples, columns).")
    columns = {f"column{k + 1}": _plain_column(array[:, k]) for k in range(array.shape[1])}
    return pl.DataFrame(columns, strict=False)


def _plain_column(column: Any) -> Any:
    """Return what polars takes: an array of objects as a list, all else as it is."""
    objects = isinstance(column, np.ndarray) and column.dtype.kind == "O"
    return list(map(_plain_value, column)) if objects else column


def _plain_value(value: Any) -> Any:
    return None if value is None or value != value else value.item() if isinstance(value, np.generic) else value
