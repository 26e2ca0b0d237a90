"""Elementary functions of float64 that have the same bits on every processor: only + − × ÷, and exact operations.

The math library's have others, by version and processor. What training depends on takes these: initial weights, rates
of schedules, corrections of optimizers, losses. `docs/reference/portable.md` has the definitions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float64Array = NDArray[np.float64]

LN2 = 0.6931471805599453
# ln 2 in two parts: n times the first, which has 32 bits, is exact for every n that occurs.
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
LOG2_E = 1.4426950408889634
SMALLEST = -700.0  # `exp` of smaller numbers is 0, which in a sum with 1 they are
_ROOT_HALF = 0.7071067811865476


def log(x: float) -> float:
    """Return ``ln x`` for a normal number above 0; Numba can compile it."""
    m, e = math.frexp(x)
    if m < _ROOT_HALF:
        m, e = 2 * m, e - 1
    return e * LN2 + float(_log_near_1(m))


def log1p(u: float) -> float:
    """Return ``ln (1 + u)`` for u from 0, with all digits near 0 (what 1 + u loses is added); Numba can compile it."""
    t = 1 + u
    return log(t) + (u - (t - 1)) / t


def log_of_all(x: Float64Array) -> Float64Array:
    """Return `log` of each number."""
    m, e = np.frexp(x)
    below = m < _ROOT_HALF
    value: Float64Array = (e - below) * LN2 + _log_near_1(np.where(below, 2 * m, m))
    return value


def _log_near_1(m: Any) -> Any:
    """Return ``ln m = 2 artanh s`` with ``s = (m − 1) / (m + 1)``, by its series."""
    s = (m - 1) / (m + 1)
    p = 0.0 * s
    for k in range(10, -1, -1):
        p = p * (s * s) + 1 / (2 * k + 1)
    return 2 * (s * p)


def exp(x: float) -> float:
    """Return ``e^x`` for x up to 0, with ``e^x = 2^n e^r`` and ``|r| ≤ ½ ln 2``; Numba can compile it."""
    if not x >= SMALLEST:
        return 0.0 * x if x != x else 0.0
    n = int(x * LOG2_E - 0.5)  # towards 0
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = 1.0
    for k in range(13, 0, -1):
        p = 1 + (r * p) / k
    return math.ldexp(p, n)


def cosine(t: NDArray[Any]) -> Float64Array:
    """Return ``cos(π t)`` of numbers from 0 to 2."""
    t = np.where(t > 1, 2 - t, t)
    second = t > 0.5
    t = np.where(second, 1 - t, t)
    near = np.where(t > 0.25, _sine(np.pi * (0.5 - t)), _series(np.pi * t, 0))
    return np.where(second, -near, near)


def _sine(y: Float64Array) -> Float64Array:
    return y * _series(y, 1)


def _series(y: Float64Array, odd: int) -> Float64Array:
    """Return the series of ``cos y``, or with `odd` 1 of ``sin y / y``."""
    p = np.zeros_like(y)
    for k in range(9, -1, -1):
        p = p * (y * y) + (-1) ** k / math.factorial(2 * k + odd)
    return p


def power(base: float, exponent: int) -> float:
    """Return a power with a whole exponent, 0 or more, by repeated squaring."""
    result = 1.0
    while exponent > 0:
        if exponent % 2:
            result *= base
        base, exponent = base * base, exponent // 2
    return result
