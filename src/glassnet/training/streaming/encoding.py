"""Encode row groups: the training rows' inputs and targets, with the fold of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...data.stream.roles import RowRoles
from ...data.stream.source import RowGroup, StreamSource
from ...data.tables.table import Table
from ...preprocess.tabular.columns import Columns
from ...preprocess.tabular.target import Target, labels_of, values_of

if TYPE_CHECKING:
    from ...preprocess.tabular.input_layout import TableValues

WORTH_COMPILING = 10_000_000
"""Number of inputs of all rows from which a compiled loop encodes them, with the same bits."""


class Answers(NamedTuple):
    """The targets of rows: classes, or values (numbers or labels), of which the other is None."""

    present: NDArray[np.bool_]  # (n,): whether a row has all targets
    classes: NDArray[np.int64] | None  # (n,)
    values: NDArray[np.float64] | None  # (n, targets)


def answers_of(table: Table, columns: Columns) -> Answers:
    """Return the targets of all rows of a table, which need not have any; errors as for `Columns.answers`."""
    columns.require(table, columns.target_names)
    if columns.task == "classes":
        (target,) = columns.targets
        if (labels := _labels_of_words(table, target)) is not None:
            return Answers(np.greater_equal(labels, 0), labels, None)
        parsed = columns.parsed(table, columns.targets)
        classes = labels_of(table.source, parsed[target.name], target)
        return Answers(np.greater_equal(classes, 0), classes, None)
    parsed = columns.parsed(table, columns.targets)
    values = np.stack([values_of(table.source, parsed[one.name], one) for one in columns.targets], axis=1)
    return Answers(np.asarray(np.isfinite(values).all(axis=1), np.bool_), None, values)


def _labels_of_words(table: Table, target: Target) -> NDArray[np.int64] | None:
    """Return the class of each row, -1 if missing, of a column of text that has only names of classes; else None.

    The same as `labels_of`, without searching the text for numbers, which would take as long as reading it.
    """
    column = table.columns_without_numbers([target.name])[target.name]
    if target.numeric or not column.is_text:
        return None
    codes, words = column.words()
    place = {word: k for k, word in enumerate(target.classes)}
    if not place.keys() >= {*words}:
        return None
    return np.array([*(place[word] for word in words), -1], np.int64)[codes]


@dataclass(frozen=True)
class GroupRows:
    """The training rows of a row group.

    Parameters
    ----------
    places : ndarray of int64, shape (n,)
        Their positions in the row group, ascending.
    classes : ndarray of int64, shape (n,), or None
    values : ndarray of float64, shape (n, targets), or None
    folds : ndarray of int64, shape (n,), or None
        Fold of each row, if there are folds.
    inputs : ndarray of float32, shape (n, features), or None
    table : TableValues or None
        The values of all rows of the row group, unless the inputs are there.
    """

    places: NDArray[np.int64]
    classes: NDArray[np.int64] | None
    values: NDArray[np.float64] | None
    folds: NDArray[np.int64] | None
    inputs: NDArray[np.float32] | None = None
    table: TableValues | None = None


class GroupReader:
    """Reads and encodes row groups.

    Parameters
    ----------
    source : StreamSource
    columns : Columns
    roles : RowRoles
    """

    def __init__(self, source: StreamSource, columns: Columns, roles: RowRoles) -> None:
        self._source, self._columns, self._roles = source, columns, roles
        self._names = [*columns.names, *columns.target_names]
        self._encode: Callable[..., None] | None = None
        if source.rows * columns.width >= WORTH_COMPILING:
            from ...preprocess.tabular.kernels import encode_rows  # loads Numba

            self._encode = encode_rows

    def read(self, group: RowGroup) -> GroupRows:
        """Read the training rows of a row group; with folds, the validation sample is for training other members."""
        table, roles = self._source.read(group, self._names), self._roles
        answers = answers_of(table, self._columns)
        folds = roles.fold(group.first, group.rows) if roles.folds else None
        is_training = roles.training(group.first, group.rows) if folds is None else folds >= 0
        places = np.flatnonzero(is_training & answers.present)
        rows = GroupRows(
            places,
            None if answers.classes is None else answers.classes[places],
            None if answers.values is None else answers.values[places],
            None if folds is None else folds[places],
        )
        if self._encode is None:
            return replace(rows, inputs=self._columns.apply(table)[places])
        return replace(rows, table=self._columns.values_in(table).take(slice(None)))

    def write(self, rows: GroupRows, part: slice, out: NDArray[np.float32]) -> None:
        """Write the inputs of a part of the training rows to `out`, shape (m, features)."""
        if rows.inputs is not None:
            out[...] = rows.inputs[part]
        elif self._encode is not None:
            layout = self._columns.layout
            self._encode(layout.block.constants, layout.truths, rows.table, rows.places[part], out)

    def encoded(self, rows: GroupRows) -> GroupRows:
        """Return the same rows with their inputs."""
        if rows.inputs is not None:
            return rows
        inputs = np.empty((len(rows.places), len(self._columns.features)), np.float32)
        self.write(rows, slice(None), inputs)
        return replace(rows, inputs=inputs, table=None)
