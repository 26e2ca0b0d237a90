"""What each row of a stream is for: testing, the validation sample, a fold, or training.

A permutation of all rows would need memory for all of them. Instead each row has its own random numbers, addressed by
the seed and the row's number in the whole source, or the number of its group: any row group alone knows the roles of
its rows, in any order, and a resumed run or another worker finds the same ones. With times, the roles follow from a few
times that are known before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...nn.random import Purpose, key, numbered
from ..dataset import Dataset
from ..held_out import parts_in_time

VALIDATION_ROWS = 65_536
"""The most rows, on average, of the validation sample, which stays in memory."""
_TEST, _VALIDATION, _FOLD = range(3)  # epochs of the purpose


class RowKeys(NamedTuple):
    """What decides the roles of some rows."""

    numbers: NDArray[np.int64]  # shape (n,); their numbers in the whole source
    groups: NDArray[np.int64] | None = None  # shape (n,), 0 or more; rows of a group have the same role
    times: NDArray[Any] | None = None  # shape (n,); later rows are for testing

    @classmethod
    def of(cls, samples: Dataset) -> RowKeys:
        """Return the keys of samples in memory."""
        return cls(samples.row_numbers, samples.groups, samples.times)


@dataclass(frozen=True)
class RowRoles:
    """The roles of rows."""

    seed: int  # the run's seed
    holdout: float = 0.0  # fraction for testing; 0 for none
    validation: float = 0.0  # fraction of the other rows for the validation sample; 0 for none
    folds: int = 0  # number of folds of the other rows; 0 for none
    # With times, see `in_time`: the first time of the rows for testing, and of the validation sample without folds; and
    # that of each fold but the first
    test_from: float | None = None
    validation_from: float | None = None
    fold_from: tuple[float, ...] = ()

    def in_time(self, times: NDArray[Any], counts: NDArray[np.int64], source: str, column: str) -> RowRoles:
        """Return roles by time, of about the same fractions.

        `times`, shape (n,), are all different ones of a column, ascending, and `counts` the numbers of their rows.
        DataError GN010 for too few times.
        """
        test_from, validation_from, fold_from = None, None, list[float]()
        if self.holdout:
            part = parts_in_time(counts, np.array([1 - self.holdout, self.holdout]), source, (column,))
            test_from = times[part == 1][0].item()
            times, counts = times[part == 0], counts[part == 0]
        if self.folds:
            part = parts_in_time(counts, np.full(self.folds, 1 / self.folds), source, (column,))
            fold_from = times[np.searchsorted(part, np.arange(1, self.folds))].tolist()
        elif self.validation:
            part = parts_in_time(counts, np.array([1 - self.validation, self.validation]), source, (column,))
            validation_from = times[part == 1][0].item()
        return replace(self, test_from=test_from, validation_from=validation_from, fold_from=tuple(fold_from))

    def test(self, rows: RowKeys) -> NDArray[np.bool_]:
        """Return which rows are for testing, shape (n,)."""
        if self.test_from is not None and rows.times is not None:
            return np.asarray(rows.times >= self.test_from)
        return self._drawn(_TEST, rows) < np.float32(self.holdout)

    def validation_sample(self, rows: RowKeys) -> NDArray[np.bool_]:
        """Return which rows are in the validation sample, shape (n,); none of them is for testing.

        With folds, it has some rows of each group: a member is not trained on any row of the groups of its own fold.
        """
        if self.validation_from is not None and rows.times is not None:
            chosen = np.asarray(rows.times >= self.validation_from)
        else:
            by = RowKeys(rows.numbers) if self.folds else rows
            chosen = self._drawn(_VALIDATION, by) < np.float32(self.validation)
        return chosen & ~self.test(rows)

    def fold(self, rows: RowKeys) -> NDArray[np.int64]:
        """Return the fold of each row, shape (n,), 0 to ``folds - 1``; 0 without folds, −1 for testing."""
        if self.fold_from and rows.times is not None:
            fold = np.searchsorted(np.array(self.fold_from), rows.times, side="right")
        else:
            fold = (self._drawn(_FOLD, rows).astype(np.float64) * self.folds).astype(np.int64)
        fold[self.test(rows)] = -1
        return fold

    def training(self, rows: RowKeys) -> NDArray[np.bool_]:
        """Return which rows are for training, shape (n,): not for testing, nor without folds in the validation sample.

        With folds, the rows of a member's validation sample are for training the other members.
        """
        chosen = ~self.test(rows)
        return chosen if self.folds else chosen & ~self.validation_sample(rows)

    def _drawn(self, what: int, rows: RowKeys) -> NDArray[np.float32]:
        """Return a random number from 0 to 1 for each row, or group, as `nn.random.uniform` draws them."""
        bits = numbered(key(self.seed, Purpose.ROLES, what), rows.numbers if rows.groups is None else rows.groups)
        return (bits >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
