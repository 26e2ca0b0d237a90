"""Encode row groups: the training rows' inputs and targets, with the fold of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...data.stream.source import RowGroup
from ...runtime.numba_availability import numba_is_available
from .survey import row_keys

if TYPE_CHECKING:
    from .survey import Survey

WORTH_COMPILING = 10_000_000
"""Number of inputs of all rows from which a compiled loop encodes them, with the same bits."""


@dataclass(frozen=True)
class GroupRows:
    """The training rows of a row group."""

    places: NDArray[np.int64]  # shape (n,); their positions in the row group, ascending
    # int64, shape (n,), for classes; float64, shape (n, targets), for numbers and labels
    targets: NDArray[np.int64] | NDArray[np.float64]
    folds: NDArray[np.int64]  # shape (n,); fold of each row; 0 without folds
    weights: NDArray[np.float64] | None  # shape (n,); None for 1
    # Writes the inputs of a part of the rows, a slice, to an array of float32, shape (m, features)
    write: Callable[[slice, NDArray[np.float32]], None]

    def encoded(self, features: int) -> GroupRows:
        """Return the same rows with their inputs in memory."""
        inputs = np.empty((len(self.places), features), np.float32)
        self.write(slice(None), inputs)
        return replace(self, write=lambda part, out: np.copyto(out, inputs[part]))


class GroupReader:
    """Reads the training rows of row groups."""

    def __init__(self, survey: Survey) -> None:
        self._source, self._columns, self._roles = survey.source, survey.columns, survey.roles
        columns = survey.columns
        self._names = [*dict.fromkeys([*columns.names, *columns.target_names, *columns.split.names])]
        self._encode: Callable[..., None] | None = None
        if survey.source.rows * survey.columns.width >= WORTH_COMPILING and numba_is_available():
            from ...preprocess.tabular.kernels import encode_rows  # loads Numba

            self._encode = encode_rows

    def read(self, group: RowGroup) -> GroupRows:
        """Read the training rows of a row group."""
        table, encode, layout = self._source.read(group, self._names), self._encode, self._columns.layout
        present, targets = self._columns.targets_of(table)
        keys = row_keys(table, self._columns)
        places = np.flatnonzero(present & self._roles.training(keys))
        weights = self._columns.split.weights(table)
        rows = places, targets[places], self._roles.fold(keys)[places], None if weights is None else weights[places]
        own = self._columns.own_targets(table)
        if encode is None:
            inputs = self._columns.apply_in_training(table, own)[places]
            return GroupRows(*rows, lambda part, out: np.copyto(out, inputs[part]))
        values, block = self._columns.values_in(table, own).take(slice(None)), layout.block.constants
        return GroupRows(*rows, lambda part, out: encode(block, layout.truths, layout.means, values, places[part], out))
