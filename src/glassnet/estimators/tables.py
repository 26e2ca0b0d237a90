"""Data frames with words, missing values or dates as inputs of an estimator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..preprocess.tabular.columns import Columns
from ..preprocess.tabular.dataset import read_table
from ..preprocess.tabular.target import Target

if TYPE_CHECKING:
    from ..data.tables.table import Table


def needs_columns(X: Any) -> bool:
    """Return whether the columns of X have to be prepared: it is a data frame with a value that is not a number.

    Booleans are numbers, 1 and 0; missing values are not.
    """
    if hasattr(X, "collect"):  # a lazy frame, which is rejected
        return False
    if hasattr(X, "__arrow_c_stream__") and not hasattr(X, "dtypes"):
        X = read_table(X).frame
    if not (hasattr(X, "dtypes") and hasattr(X, "columns")):
        return False
    if hasattr(X, "null_count"):  # polars
        return any(
            not (one.dtype.is_numeric() or str(one.dtype) == "Boolean")
            or one.null_count() > 0
            or (one.dtype.is_float() and bool(one.is_nan().any()))
            for one in X
        )
    kinds = [getattr(dtype, "kind", "O") for dtype in X.dtypes]
    objects = [place for place, kind in enumerate(kinds) if kind not in "biufc"]
    if any(kinds[place] in "mM" or not _are_numbers(X.iloc[:, place]) for place in objects):
        return True
    return bool(X.isna().to_numpy().any())


def _are_numbers(values: Iterable[Any]) -> bool:
    return all(isinstance(value, Number | np.bool_) and value == value for value in values)


def learned_columns(X: Any, targets: Sequence[Target], names: Sequence[str]) -> Columns:
    """Learn the input columns of a data frame; none counts as an identifier, because the caller chose them.

    Raises
    ------
    DataError
        GN061 for columns of lists, GN062 when all columns are constant, missing, or of words that hardly recur.
    """
    table = _table_of(X, names)
    try:
        columns = Columns.learn(table, (), keep=table.names)
    except DataError as problem:
        text = re.sub(r", or pass --drop .+\.$", ", or drop them.", str(problem))
        raise DataError(problem.code, text.replace("the table", "X", 1)) from None
    return replace(columns, targets=tuple(targets))


def encoded_rows(columns: Columns, X: Any, names: Sequence[str]) -> NDArray[np.float32]:
    """Encode the rows of a data frame, or of an array with the columns of the training frame, in their order."""
    return columns.apply(_table_of(X, names))


def _table_of(X: Any, names: Sequence[str]) -> Table:
    """Return a table with these names of columns; scikit-learn has checked the names that X has, and their order."""
    is_frame = hasattr(X, "columns") or hasattr(X, "__arrow_c_stream__")
    table = read_table(X if is_frame else np.asarray(X, object))
    return replace(table, frame=table.frame.rename(dict(zip(table.names, names, strict=True))))
