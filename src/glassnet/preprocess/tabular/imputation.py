"""How missing values of a table are filled in.

Among numbers by the median of the training rows, and a second input says which were missing; among yes and no by what
lies halfway. Words that are missing have an input of their own (`encoders.WordColumn`), so that nothing is filled in.
What counts as missing, `data.tables.missing_markers` says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def learn_fill(present: NDArray[np.float64]) -> float:
    """Return what stands for a missing number: the median of those that are there."""
    return float(np.median(present))


def fill_numbers(values: NDArray[np.float64], fill: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the numbers with the missing ones (NaN) filled in, and which these were, each of shape (n,)."""
    absent = np.isnan(values)
    return np.where(absent, fill, values), absent


def fill_truths(truths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 for yes, −1 for no and 0 where neither is known, for truths of 1, 0 and NaN, of the same shape."""
    return np.where(np.isnan(truths), 0, 2 * truths - 1)
