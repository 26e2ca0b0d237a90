"""Columns of data frames and arrays as inputs of an estimator."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, DataWarning, RangeWarning, callers_level
from ..messages.message import Listing, Message, Place, Sentences
from ..preprocess.tabular.columns import Columns, task_of
from ..preprocess.tabular.dataset import read_table
from ..preprocess.tabular.encoders import NumberColumn, non_numeric_remarks, odd_numbers
from ..preprocess.tabular.input_layout import TableValues
from ..preprocess.tabular.related_rows import equal_rows_remarks, related_remarks, related_warnings
from ..preprocess.tabular.selection import learn_inputs
from ..preprocess.tabular.target import Target
from ..preprocess.tabular.target_statistics import OwnTargets

if TYPE_CHECKING:
    from ..data.tables.table import Column, Table

_MOST_NAMED = 8


def is_frame(X: Any) -> bool:
    """Return whether X is a data frame of pandas, polars or Arrow; lazy frames are rejected elsewhere."""
    if hasattr(X, "collect"):
        return False
    return hasattr(X, "__arrow_c_stream__") or (hasattr(X, "dtypes") and hasattr(X, "columns"))


def learned_numbers(X: NDArray[Any], targets: Sequence[Target], names: Sequence[str]) -> Columns:
    """Learn the columns of an array of numbers, shape (n, features), with NaN for missing ones.

    Constant columns are excluded, unless all are.
    """
    from ..data.tables.table import column_of_numbers  # loads polars

    columns = [column_of_numbers(name, np.array(X[:, place], np.float64)) for place, name in enumerate(map(str, names))]
    inputs, dropped, _ = learn_inputs(columns, None, [one.name for one in columns])
    if not inputs:
        present = [one if len(one.ordered) else column_of_numbers(one.name, np.zeros(len(X))) for one in columns]
        inputs, dropped = [NumberColumn.learn(one) for one in present], []
    _warn_of_clipped(inputs)
    return Columns(tuple(inputs), tuple(targets), tuple(dropped))


def encoded_numbers(columns: Columns, X: NDArray[Any], names: Sequence[str]) -> NDArray[np.float32]:
    """Encode the rows of an array of numbers, shape (n, features), whose columns have these names.

    The same as `Columns.apply`, in less than half the time for few rows, because no table is made.
    """
    place = {name: number for number, name in enumerate(map(str, names))}
    numbers = [X[:, place[name]].astype(np.float64) for name in columns.names]
    return columns.layout.encode(TableValues(numbers, [], []), len(X))


def learned_columns(
    table: Table, targets: Sequence[Target], own: OwnTargets | None = None
) -> tuple[Columns, frozenset[str]]:
    """Learn the input columns of a table; identifiers are used if they can be, because the caller chose them.

    With `own`, the targets of all rows, rare words have inputs by their target.
    Warns once of columns that are left out although they are not constant, and of values that are not numbers in
    columns of numbers, which are returned too.
    """
    try:
        known = None if own is None else (task_of(targets), lambda: own)
        columns = Columns.learn(replace(table, source="X"), (), keep=table.names, known=known)
    except DataError as problem:
        if problem.code != "GN061":
            raise
        raise DataError(
            "GN061",
            "{source}, columns {names}: lists, records or the like (such as {example!r}), expected numbers or words. "
            "Convert to columns of numbers or words, or drop them.",
            **problem.values,
        ) from None
    left_out = [
        Message("{name!r} ({why})", name=name, why=why)
        for name, why in columns.dropped
        if table.frame[name].drop_nulls().n_unique() > 1
    ]
    remarks = [Message("X: columns left out: {columns}.", columns=Listing(left_out, _MOST_NAMED))] if left_out else []
    odd: set[str] = set()
    for column, one in _of_other_types(columns, table):
        odd_ones = non_numeric_remarks(column.name, odd_numbers(column), one.unit)
        remarks += [Message("X: {remark}.", remark=one) for one in odd_ones]
        odd.update(column.non_numeric.to_list())
    _warn_of_clipped(columns.inputs)
    _warn(remarks)
    return replace(columns, targets=tuple(targets)), frozenset(odd)


def of_numbers(columns: Columns | None) -> bool:
    """Return whether all columns are numbers, as in an array."""
    return columns is None or all(isinstance(one, NumberColumn) for one in columns.inputs)


def require_numbers(columns: Columns | None, table: Table, known: frozenset[str]) -> None:
    """Reject columns without a number that had numbers in training; warn of values that are not numbers in others.

    Values that `fit` has warned of, which are `known`, need no second warning. Also warn of numbers that are read
    otherwise than in training, or seem to have lost their decimal sign.
    """
    if columns is None:
        return
    new: list[Message] = []
    for column, one in _of_other_types(columns, table):
        for remark in (*columns.remarks_on({column.name: column}, []), *one.about_thousands(column)):
            warnings.warn(RangeWarning("X: {remark}", remark=remark), stacklevel=callers_level())
        remarks = non_numeric_remarks(column.name, odd_numbers(column), one.unit)
        if remarks and not len(column.ordered):
            value = str(column.series.drop_nulls()[0])
            template = "{place}: {value!r}, expected numbers, as in fit."
            raise DataError("GN013", template, place=Place("X", column=column.name), value=value)
        if column.infinite or not known.issuperset(column.non_numeric.to_list()):
            new += [Message("X: {remark}.", remark=one) for one in remarks]
    _warn(new)


def _of_other_types(columns: Columns, table: Table) -> Iterator[tuple[Column, NumberColumn]]:
    """Yield the columns of numbers, each with its encoding, that the table has as text or another type."""
    for one in columns.inputs:
        if isinstance(one, NumberColumn) and not table.frame[one.name].dtype.is_numeric():
            yield columns.parsed(table, [one])[one.name], one


def _warn_of_clipped(inputs: Sequence[object]) -> None:
    clipped = [one.clipped_remark for one in inputs if isinstance(one, NumberColumn)]
    _warn([Message("X: {remark}.", remark=one) for one in clipped if one])


def warn_of_related_rows(
    X: Table | NDArray[Any], columns: Columns | None, targets: NDArray[Any], *, grouped: bool, timed: bool
) -> None:
    """Warn if a test on random rows is too good: of groups, equal rows and rows in time, of an array of equal rows.

    `grouped` and `timed` rows are known to be.
    """
    if columns is None or isinstance(X, np.ndarray):
        remarks = [] if grouped else equal_rows_remarks(np.asarray(X), targets)
    else:
        remarks = related_remarks(X, columns, targets, grouped=grouped, timed=timed, of_arrays=True)
    _warn([Message("X: {remark}.", remark=one) for one in related_warnings(remarks)])


def _warn(remarks: Sequence[Message]) -> None:
    if remarks:
        warnings.warn(DataWarning("{remarks}", remarks=Sentences(*remarks)), stacklevel=callers_level())


def table_of(X: Any, names: Sequence[str]) -> Table:
    """Return a table with these names of columns; scikit-learn has checked the names that X has, and their order.

    Raises ValueError for an infinite number.
    """
    table = read_table(X if is_frame(X) else np.asarray(X, object))
    for column in table.frame:
        if column.dtype.is_float() and (infinite := column.is_infinite()).any():
            row = int(infinite.to_numpy().argmax())
            template = "{place}: {value:g} in row {row}, expected finite numbers."
            raise DataError("GN018", template, place=Place("X", column=column.name), value=column[row], row=row)
    return replace(table, frame=table.frame.rename(dict(zip(table.names, names, strict=True))))
