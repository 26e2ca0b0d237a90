"""Other libraries' tables as frames of polars: pandas, Arrow, NumPy, mappings; none of those libraries is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...errors import DataError
from .csv import require_unique


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
        if _is_of_pandas(source):
            return _from_pandas(source)
        if isinstance(source, np.ndarray):
            return _from_array(source)
        if isinstance(source, Mapping):
            require_unique(list(map(str, source)), "the table")
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
    return pl.DataFrame({name: _column_of_pandas(frame.iloc[:, k]) for k, name in enumerate(names)}, strict=False)


def _is_of_pandas(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "pandas"


def _column_of_pandas(column: Any) -> Any:
    """Return the values as an array, or as a list with None for missing ones."""
    kind = getattr(column.dtype, "kind", "O")
    if kind in "biufM" and isinstance(column.dtype, np.dtype):
        return column.to_numpy()
    values = map(_of_pandas, column.astype(object))
    return [None if missing else value for value, missing in zip(values, column.isna(), strict=True)]


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
    """Return what polars takes: a column of pandas, or an array of objects, as a list, all else as it is."""
    if _is_of_pandas(column) and hasattr(column, "isna"):
        return _column_of_pandas(column)
    objects = isinstance(column, np.ndarray) and column.dtype.kind == "O"
    return list(map(_plain_value, column)) if objects else column


def _plain_value(value: Any) -> Any:
    if type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value):
        return None
    return value.item() if isinstance(value, np.generic) else value
