"""Encode row groups: the training rows' inputs and targets, with the fold of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...data.stream.roles import RowRoles
from ...data.stream.source import RowGroup, StreamSource
from ...preprocess.tabular.columns import Columns

if TYPE_CHECKING:
    from ...preprocess.tabular.kernels import TableValues
    from ...preprocess.tabular.table_encoder import TableEncoder

WORTH_COMPILING = 10_000_000
"""Number of inputs of all rows from which a compiled loop encodes them, with the same bits."""


@dataclass(frozen=True)
class GroupRows:
    """The training rows of a row group.

    Parameters
    ----------
    places : ndarray of int64, shape (n,)
        Their positions in the row group, ascending.
    targets : ndarray
        int64, shape (n,), for classes; float64, shape (n, targets), for numbers and labels.
    folds : ndarray of int64, shape (n,)
        Fold of each row; 0 without folds.
    inputs : ndarray of float32, shape (n, features), or None
    table : TableValues or None
        The values of all rows of the row group, unless the inputs are there.
    """

    places: NDArray[np.int64]
    targets: NDArray[np.int64] | NDArray[np.float64]
    folds: NDArray[np.int64]
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
        self._encoder: TableEncoder | None = None
        if source.rows * len(columns.features) >= WORTH_COMPILING:
            from ...preprocess.tabular.table_encoder import TableEncoder  # loads Numba

            self._encoder = TableEncoder(columns)

    def read(self, group: RowGroup) -> GroupRows:
        """Read the training rows of a row group."""
        table = self._source.read(group, self._names)
        present, targets = self._columns.targets_of(table)
        places = np.flatnonzero(present & self._roles.training(table.numbers_of_rows))
        rows = GroupRows(places, targets[places], self._roles.fold(table.numbers_of_rows[places]))
        if self._encoder is None:
            return replace(rows, inputs=self._columns.apply(table)[places])
        return replace(rows, table=self._encoder.read(table))

    def write(self, rows: GroupRows, part: slice, out: NDArray[np.float32]) -> None:
        """Write the inputs of a part of the training rows to `out`, shape (m, features)."""
        if rows.inputs is not None:
            out[...] = rows.inputs[part]
        elif self._encoder is not None and rows.table is not None:
            self._encoder.write(rows.table, rows.places[part], out)

    def encoded(self, rows: GroupRows) -> GroupRows:
        """Return the same rows with their inputs."""
        if rows.inputs is not None:
            return rows
        inputs = np.empty((len(rows.places), len(self._columns.features)), np.float32)
        self.write(rows, slice(None), inputs)
        return replace(rows, inputs=inputs, table=None)
