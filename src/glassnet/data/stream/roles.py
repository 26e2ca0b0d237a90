"""What each row of a stream is for: testing, the validation sample, a fold, or training.

A permutation of all rows would need memory for all of them. Instead each row has its own random numbers, addressed by
the seed and the row's number in the whole source: any row group alone knows the roles of its rows, in any order, and a
resumed run or another worker finds the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...nn.random import Purpose, key, uniform

VALIDATION_ROWS = 65_536
"""The most rows, on average, of the validation sample, which stays in memory."""
_TEST, _VALIDATION, _FOLD = range(3)  # epochs of the purpose


@dataclass(frozen=True)
class RowRoles:
    """The roles of rows.

    Parameters
    ----------
    seed : int
        The run's seed.
    holdout : float
        Fraction for testing; 0 for none.
    validation : float
        Fraction of the other rows for the validation sample; 0 for none.
    folds : int
        Number of folds of the other rows; 0 for none.
    """

    seed: int
    holdout: float = 0.0
    validation: float = 0.0
    folds: int = 0

    def test(self, first: int, count: int) -> NDArray[np.bool_]:
        """Return which of `count` rows, from number `first`, are for testing, shape (count,)."""
        return self._uniform(_TEST, first, count) < np.float32(self.holdout)

    def validation_sample(self, first: int, count: int) -> NDArray[np.bool_]:
        """Return which rows are in the validation sample, shape (count,); none of them is for testing."""
        chosen = self._uniform(_VALIDATION, first, count) < np.float32(self.validation)
        return chosen & ~self.test(first, count)

    def fold(self, first: int, count: int) -> NDArray[np.int64]:
        """Return the fold of each row, shape (count,), 0 to ``folds - 1``; −1 for rows that are for testing."""
        fold = (self._uniform(_FOLD, first, count).astype(np.float64) * self.folds).astype(np.int64)
        fold[self.test(first, count)] = -1
        return fold

    def training(self, first: int, count: int) -> NDArray[np.bool_]:
        """Return which rows are for training: neither for testing nor in the validation sample, shape (count,)."""
        return ~(self.test(first, count) | self.validation_sample(first, count))

    def _uniform(self, what: int, first: int, count: int) -> NDArray[np.float32]:
        return uniform(key(self.seed, Purpose.ROLES, what), first, count)
