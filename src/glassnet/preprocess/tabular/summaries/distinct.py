"""The distinct values of a column and their counts, in bounded memory: medians, quantiles, frequent values.

Up to `CAP` distinct values are exact. With more, values whose leading bits agree are counted together, with the fewest
bits removed for which at most `CAP` groups remain; each group is named by its smallest value. Groups of fewer leading
bits are unions of groups of more, and more values never need fewer groups: so the result depends on the values only,
not on the order or the division in which they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CAP = 1 << 15
"""Most distinct values, or groups, of a column: half a megabyte."""
_LOW_BITS = np.int64(2**63 - 1)


@dataclass(frozen=True, eq=False)
class DistinctValues:
    """Distinct values in increasing order, and how often each occurs."""

    values: NDArray[np.float64]  # shape (m,); the smallest value of each group; all distinct values if `level` is 0
    counts: NDArray[np.int64]  # shape (m,); number of values of each group
    level: int = 0  # number of last bits of float64 that are ignored

    @classmethod
    def of(cls, ordered: NDArray[np.float64]) -> DistinctValues:
        """Count finite values in increasing order, shape (n,); both zeros are the same value."""
        values = ordered + 0.0
        level, starts = _groups_of(values, 0)
        return cls(values[starts], np.diff(starts, append=len(values)), level)

    def merge(self, other: DistinctValues) -> DistinctValues:
        """Return the counts of both sets of values."""
        values = np.concatenate([self.values, other.values])
        order = np.argsort(values, kind="stable")  # merges two ascending sequences in one pass
        values, counts = values[order], np.concatenate([self.counts, other.counts])[order]
        level, starts = _groups_of(values, max(self.level, other.level))
        return DistinctValues(values[starts], np.add.reduceat(counts, starts) if len(starts) else counts, level)

    @property
    def exact(self) -> bool:
        """Whether each distinct value is counted alone."""
        return self.level == 0

    def shifted(self, by: float) -> DistinctValues:
        """Return the counts of the values plus a number; whole numbers up to 2**53 remain exact."""
        return DistinctValues(self.values + by, self.counts, self.level)

    def clipped(self, limit: float) -> DistinctValues:
        """Return the counts with values beyond ±limit replaced by it."""
        if not len(self.values) or (self.values[0] >= -limit and self.values[-1] <= limit):
            return self
        values, places = np.unique(np.clip(self.values, -limit, limit), return_inverse=True)
        return DistinctValues(values, np.bincount(places, self.counts).astype(np.int64), self.level)

    def chosen(self, which: NDArray[np.bool_]) -> DistinctValues:
        """Return only some of the distinct values, a mask of shape (m,)."""
        return DistinctValues(self.values[which], self.counts[which], self.level)

    def at(self, places: Sequence[int]) -> list[float]:
        """Return the values at places of the increasing order of all values, from 0."""
        chosen: list[float] = self.values[np.searchsorted(np.cumsum(self.counts), places, side="right")].tolist()
        return chosen

    def __len__(self) -> int:
        """Return the number of all values."""
        return int(self.counts.sum())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DistinctValues)
            and self.level == other.level
            and np.array_equal(self.values, other.values)
            and np.array_equal(self.counts, other.counts)
        )

    __hash__ = None  # type: ignore[assignment]


def _groups_of(values: NDArray[np.float64], least: int) -> tuple[int, NDArray[np.int64]]:
    """Return the lowest level, at least this one, that has few enough groups, and where its groups start.

    `values` are in increasing order, shape (n,). Neighbours belong to the same group of level L if their bits differ in
    the last L only.
    """
    if not len(values):
        return least, np.empty(0, np.int64)
    keys = _keys_of(values)
    differences = (keys[1:] ^ keys[:-1]).view(np.uint64)
    low, high = least, 64
    if np.count_nonzero(differences >= 1 << low) < CAP:
        high = low
    while low < high:
        middle = (low + high) // 2
        if middle < 64 and np.count_nonzero(differences >= 1 << middle) >= CAP:
            low = middle + 1
        else:
            high = middle
    ends = np.flatnonzero(differences >= 1 << low) if low < 64 else np.empty(0, np.int64)
    return low, np.append(0, ends + 1)


def _keys_of(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers in the order of the values, whose leading bits are those of the values."""
    bits = np.ascontiguousarray(values).view(np.int64)
    return bits ^ ((bits >> 63) & _LOW_BITS)
