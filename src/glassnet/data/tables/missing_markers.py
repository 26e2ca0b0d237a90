"""How missing values are written: as certain words, perhaps as numbers, such as -999 of temperatures or -1 of ages.

Whether such a number stands for one only the table's owner knows; so it is told, and never taken for it in silence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "?", "nan", "null"})
"""How a value that is not there is written, in lower case. "none" and "-" are not among them: they name classes."""

_LOW = (-1.0, -99.0, -999.0, -9999.0, -99999.0, -999999.0)
_HIGH = (999.0, 9999.0, 99999.0, 999999.0)
_DIFFERENT = 10
"""Different other values from which on -1 is no code of a kind among others."""


def sentinels_in(values: NDArray[np.float64]) -> dict[float, int]:
    """Return the numbers of a column that seem to stand for missing ones, and how often each stands there.

    That is a number of nines, or -1, which is the smallest or largest, and far from the others: below nothing but
    numbers from 0 on, or further from all others than these are from each other. Those above have to stand there twice,
    and so has -1 next to 0.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN for what is missing already.
    """
    core = values[np.isfinite(values)]
    outside: list[tuple[float, int]] = []
    while len(core):
        low, high = float(core.min()), float(core.max())
        value = low if low in _LOW else high
        if value not in _LOW and value not in _HIGH:
            break
        others = core[core != value]
        outside.append((value, len(core) - len(others)))
        core = others
    found = {}
    for value, count in reversed(outside):  # from within, as one that stands for nothing is a value like others
        if _is_apart(value, count, core):
            found[value] = count
        else:
            core = np.append(core, value)
    return dict(sorted(found.items()))


def sentinels_beyond(values: NDArray[np.float64], low: float, high: float) -> dict[float, int]:
    """Return such numbers, and how often each stands there, that are far from all of other rows: from `low` to `high`.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN for what is missing already.
    low, high : float
        The smallest and the largest number where the column is known.
    """
    known = np.array([low, high])
    found = {value: int((values == value).sum()) for value in (*_LOW, *_HIGH)}
    apart = {value: low >= 0 if value == -1 else _is_apart(value, 2, known) for value in found}
    return {value: count for value, count in sorted(found.items()) if count and apart[value]}


def _is_apart(value: float, count: int, others: NDArray[np.float64]) -> bool:
    if len(others) < 2:
        return False
    low, high = float(others.min()), float(others.max())
    if value == -1:  # once and next to 0 it may be what it says: a change, a temperature
        return low >= 0 and (count > 1 or low > 0) and len(np.unique(others)) >= _DIFFERENT
    if value < 0:
        return low >= 0 or low - value > high - low
    return count > 1 and value - high > high - low and high > low
