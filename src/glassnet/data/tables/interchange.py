"""Convert tables of other libraries to polars and results back, without importing them: pandas, Arrow, NumPy, mappings.

Polars reads objects with Arrow's C interface directly. For pandas that needs pyarrow, even through narwhals, so pandas
frames are converted column by column, like NumPy arrays.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...errors import DataError
from ...messages.message import Message
from ...messages.option_spelling import Door, in_python
from .csv import require_unique

_RESOLUTIONS = ("D", "ms", "us", "ns")
"""The resolutions of NumPy's dates that polars takes."""


class _Unnamed(str):
    """The name of a table that is no file: text in records, and translated in messages, unlike the name of a file."""

    __slots__ = ()

    def text(self, language: str = "en", door: Door = in_python) -> str:
        """Return the name in a language."""
        return Message(str(self)).text(language, door)


THE_TABLE = _Unnamed("the table")


def frame_of(source: Any) -> pl.DataFrame:
    """Convert a table of another library to a polars frame."""
    if isinstance(source, pl.DataFrame):
        return source
    if isinstance(source, pl.LazyFrame):
        return source.collect()
    try:
        columns = _columns(source)
        if columns is not None:
            require_unique([name for name, _ in columns], THE_TABLE)
            return pl.DataFrame({name: _plain_column(column) for name, column in columns}, strict=False)
        if hasattr(source, "__arrow_c_stream__"):
            return pl.DataFrame(source, strict=False)
    except DataError:
        raise
    except (pl.exceptions.PolarsError, TypeError, ValueError) as problem:
        raise DataError(
            "GN065",
            "the table: {kind} of mixed form ({problem}). Use columns of equal length.",
            kind=type(source).__name__,
            problem=str(problem)[:80],
        ) from None
    raise DataError(
        "GN065",
        "the table: {kind}, expected a file name, a data frame (polars, pandas, Arrow), a mapping of "
        "names to columns, or a NumPy array.",
        kind=type(source).__name__,
    )


def column_like(source: Any, name: str, values: NDArray[Any]) -> Any:
    """Return values for the rows of a table, shape (n,), as a column of the table's library.

    That is a pandas Series with the index of the frame, a polars Series, an Arrow array, or the given array for files,
    mappings and NumPy arrays.
    """
    if _is_of_pandas(source):
        return sys.modules["pandas"].Series(values, index=source.index, name=name)
    if type(source).__module__.partition(".")[0] == "pyarrow":
        return sys.modules["pyarrow"].array(values.tolist())
    return pl.Series(name, values) if _is_frame(source) else values


def columns_like(source: Any, names: Sequence[Any], values: NDArray[Any]) -> Any:
    """Return values for the rows of a table, shape (n, columns), as a table of its library; see `column_like`.

    The names are text, except in pandas.
    """
    if _is_of_pandas(source):
        return sys.modules["pandas"].DataFrame(values, index=source.index, columns=list(names))
    columns = {str(name): values[:, k] for k, name in enumerate(names)}
    if type(source).__module__.partition(".")[0] == "pyarrow":
        return sys.modules["pyarrow"].table(columns)
    return pl.DataFrame(columns) if _is_frame(source) else values


def _is_frame(source: Any) -> bool:
    return isinstance(source, pl.DataFrame | pl.LazyFrame) or hasattr(source, "__arrow_c_stream__")


def _columns(source: Any) -> list[tuple[str, Any]] | None:
    """Return each column with its name; None if it is not a table of pandas, NumPy or plain Python."""
    if _is_of_pandas(source):
        frame = source if hasattr(source, "columns") else source.to_frame()
        return [(str(name), column) for name, column in frame.items()]
    if isinstance(source, Mapping):
        return [(str(name), column) for name, column in source.items()]
    if not isinstance(source, np.ndarray):
        return None
    if source.dtype.names:
        return [(name, source[name]) for name in source.dtype.names]
    if source.ndim != 2:
        raise DataError(
            "GN065", "the table: an array of shape {shape}, expected (samples, columns).", shape=source.shape
        )
    return [(f"column{k + 1}", source[:, k]) for k in range(source.shape[1])]


def _is_of_pandas(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "pandas"


def _plain_column(column: Any) -> Any:
    """Convert a column for polars: arrays of numbers and times, or objects as a list; others are unchanged."""
    if _is_of_pandas(column) and hasattr(column, "dtype"):
        plain = isinstance(column.dtype, np.dtype) and column.dtype.kind != "O"
        column = column.to_numpy() if plain else column.astype(object)
    elif not isinstance(column, np.ndarray):
        return column
    if column.dtype.kind in "mM" and np.datetime_data(column.dtype)[0] not in _RESOLUTIONS:
        return column.astype(f"{column.dtype.kind}8[us]")
    return list(map(_plain_value, column)) if column.dtype.kind == "O" else column


def _plain_value(value: Any) -> Any:
    """Convert a value for polars: an interval of ``cut`` to text, a period to its start time."""
    if isinstance(value, np.generic):
        value = value.item()
    kind = type(value).__name__
    if kind in ("NAType", "NaTType") or (isinstance(value, float | Decimal) and value != value):
        return None
    if kind == "Interval":
        return str(value)
    return value.to_timestamp() if kind == "Period" else value
