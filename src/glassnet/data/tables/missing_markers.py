"""Markers of missing values: words, and perhaps numbers such as -999 for temperatures or -1 for ages.

Only the owner of the table knows whether such a number means a missing value; it is reported, not replaced.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "?", "nan", "null"})
"""Markers of missing values, in lower case; without "none" and "-", which often name a class."""

AMONG_NUMBERS = MISSING | {
    *(
        "-",
        "--",
        ".",
        "..",
        "none",
        "nil",
        "unknown",
        "missing",
        "n.a.",
        "not available",
        "not applicable",
        "no data",
    ),
    *("无", "未知", "缺失", "暂无"),
}
"""Words that mean a missing value in a column of numbers, in lower case."""

_LOW = (-1.0, -99.0, -999.0, -9999.0, -99999.0, -999999.0)
_HIGH = (999.0, 9999.0, 99999.0, 999999.0)
_DIFFERENT = 10
"""With fewer different other values, -1 may be one of several codes."""


def sentinels_in(values: NDArray[np.float64]) -> dict[float, int]:
    """Return the numbers of a column that seem to mark missing values, and their counts.

    They consist of nines or are -1, are the minimum or maximum, and are far from the other values: below values that
    are all 0 or more, or further away than the range of the others. Numbers above the others must occur twice, and so
    must -1 next to 0.

    The values have shape (n,); missing ones are NaN.
    """
    finite = np.isfinite(values)
    core = values if finite.all() else values[finite]
    outside: list[tuple[float, int]] = []
    while len(core):
        low, high = float(core.min()), float(core.max())
        value = low if low in _LOW else high
        if value not in _LOW + _HIGH:
            break
        others = core[core != value]
        outside.append((value, len(core) - len(others)))
        core = others
    found = {}
    for value, count in reversed(outside):  # from the inside: one that is not a marker counts as a value
        if _is_apart(value, count, core):
            found[value] = count
        else:
            core = np.append(core, value)
    return dict(sorted(found.items()))


def sentinels_beyond(values: NDArray[np.float64], low: float, high: float) -> dict[float, int]:
    """Return such numbers, and their counts, that are far from the range `low` to `high` of other rows.

    The values have shape (n,); missing ones are NaN.
    """
    found = {value: int((values == value).sum()) for value in sentinels_apart(low, high)}
    return {value: count for value, count in sorted(found.items()) if count}


def sentinels_apart(low: float, high: float) -> list[float]:
    """Return the numbers that may mark missing values and are far from the range `low` to `high`."""
    known = np.array([low, high])
    return [value for value in _LOW + _HIGH if (low >= 0 if value == -1 else _is_apart(value, 2, known))]


def _is_apart(value: float, count: int, others: NDArray[np.float64]) -> bool:
    if len(others) < 2:
        return False
    low, high = float(others.min()), float(others.max())
    if value == -1:  # a single -1 next to 0 may be a value: a change, a temperature
        return low >= 0 and (count > 1 or low > 0) and len(np.unique(others)) >= _DIFFERENT
    if value < 0:
        return low >= 0 or low - value > high - low
    return count > 1 and value - high > high - low and high > low
