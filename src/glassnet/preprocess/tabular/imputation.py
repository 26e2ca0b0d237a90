"""Imputation of missing values in tables.

Missing numbers are replaced by the median of the training rows, and a second input flags them. Missing booleans become
0, halfway between yes and no. Missing words have their own input (`encoders.WordColumn`) and need no imputation.
`data.tables.missing_markers` defines what counts as missing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .summaries.distinct import DistinctValues


def learn_fill(values: DistinctValues) -> float:
    """Return the replacement of missing numbers: the median of the present ones."""
    count = len(values)
    low, high = values.at([(count - 1) // 2, count // 2])
    return (low + high) / 2


def fill_truths(truths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 for yes (1), −1 for no (0) and 0 for missing (NaN), of the same shape."""
    return np.where(np.isnan(truths), 0, 2 * truths - 1)
