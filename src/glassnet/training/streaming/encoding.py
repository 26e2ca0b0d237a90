"""Encode row groups: the training rows' inputs and targets, with the fold of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...data.stream.roles import RowRoles
from ...data.stream.source import RowGroup, StreamSource
from ...data.tables.table import Table
from ...preprocess.tabular.columns import Columns
from ...preprocess.tabular.target import labels_of, values_of


class Answers(NamedTuple):
    """The targets of rows: classes, or values (numbers or labels), of which the other is None."""

    present: NDArray[np.bool_]  # (n,): whether a row has all targets
    classes: NDArray[np.int64] | None  # (n,)
    values: NDArray[np.float64] | None  # (n, targets)


def answers_of(table: Table, columns: Columns) -> Answers:
    """Return the targets of all rows of a table, which need not have any; errors as for `Columns.answers`."""
    columns.require(table, columns.target_names)
    parsed = columns.parsed(table, columns.targets)
    if columns.task == "classes":
        (target,) = columns.targets
        classes = labels_of(table.source, parsed[target.name], target)
        present: NDArray[np.bool_] = classes >= 0
        return Answers(present, classes, None)
    values = np.stack([values_of(table.source, parsed[one.name], one) for one in columns.targets], axis=1)
    return Answers(~np.isnan(values).any(axis=1), None, values)


@dataclass(frozen=True)
class EncodedGroup:
    """The training rows of a row group.

    Parameters
    ----------
    places : ndarray of int64, shape (n,)
        Their positions in the row group, ascending.
    inputs : ndarray of float32, shape (n, features)
    classes : ndarray of int64, shape (n,), or None
    values : ndarray of float64, shape (n, targets), or None
    folds : ndarray of int64, shape (n,), or None
        Fold of each row, if there are folds.
    """

    places: NDArray[np.int64]
    inputs: NDArray[np.float32]
    classes: NDArray[np.int64] | None
    values: NDArray[np.float64] | None
    folds: NDArray[np.int64] | None

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        arrays = (self.places, self.inputs, self.classes, self.values, self.folds)
        return sum(one.nbytes for one in arrays if one is not None)


def encoded_group(source: StreamSource, group: RowGroup, columns: Columns, roles: RowRoles) -> EncodedGroup:
    """Read and encode a row group; with folds, rows of the validation sample are training rows of other members."""
    table = source.read(group)
    answers = answers_of(table, columns)
    folds = roles.fold(group.first, group.rows) if roles.folds else None
    is_training = roles.training(group.first, group.rows) if folds is None else folds >= 0
    places = np.flatnonzero(is_training & answers.present)
    inputs = columns.apply(table)
    if len(places) < len(inputs):
        inputs = inputs[places]
    classes = None if answers.classes is None else answers.classes[places]
    values = None if answers.values is None else answers.values[places]
    return EncodedGroup(places, inputs, classes, values, None if folds is None else folds[places])
