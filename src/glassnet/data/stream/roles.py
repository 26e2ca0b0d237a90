"""What each row of a stream is for: testing, the validation sample, a fold, or training.

A permutation of all rows would need memory for all of them. Instead each row has its own random numbers, addressed by
the seed and the row's number in the whole source: any row group alone knows the roles of its rows, in any order, and a
resumed run or another worker finds the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...nn.random import Purpose, key, numbered

VALIDATION_ROWS = 65_536
"""The most rows, on average, of the validation sample, which stays in memory."""
_TEST, _VALIDATION, _FOLD = range(3)  # epochs of the purpose


@dataclass(frozen=True)
class RowRoles:
    """The roles of rows, which are given by their numbers, shape (n,)."""

    seed: int  # the run's seed
    holdout: float = 0.0  # fraction for testing; 0 for none
    validation: float = 0.0  # fraction of the other rows for the validation sample; 0 for none
    folds: int = 0  # number of folds of the other rows; 0 for none

    def test(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows are for testing, shape (n,)."""
        return self._drawn(_TEST, rows) < np.float32(self.holdout)

    def validation_sample(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows are in the validation sample, shape (n,); none of them is for testing."""
        return (self._drawn(_VALIDATION, rows) < np.float32(self.validation)) & ~self.test(rows)

    def fold(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the fold of each row, shape (n,), 0 to ``folds - 1``; 0 without folds, −1 for testing."""
        fold = (self._drawn(_FOLD, rows).astype(np.float64) * self.folds).astype(np.int64)
        fold[self.test(rows)] = -1
        return fold

    def training(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows are for training, shape (n,): not for testing, nor without folds in the validation sample.

        With folds, the rows of a member's validation sample are for training the other members.
        """
        chosen = ~self.test(rows)
        return chosen if self.folds else chosen & ~self.validation_sample(rows)

    def _drawn(self, what: int, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return a random number from 0 to 1 for each row, as `nn.random.uniform` draws them."""
        bits = numbered(key(self.seed, Purpose.ROLES, what), rows)
        return (bits >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
