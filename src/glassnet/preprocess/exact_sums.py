"""Exact sums of numbers and of their squares: mean and standard deviation that do not depend on the order of the rows.

Each number is cut into pieces of few bits by adding and subtracting a large power of two (Rump, Ogita and Oishi 2008,
algorithm 3.2); sums of pieces are exact in float64, and all sums are kept as integers of Python. Squares are exact as
sums of two numbers (Dekker 1971). Nothing is rounded before the last step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LARGEST = 1e150
"""Numbers are clipped to this magnitude: the squares of larger ones overflow."""
_PLACES = 1074  # sums are counted in the smallest float64, 2**-1074; those of squares in its square
_LANE, _LANES = 1 << 12, 16  # sums of 2**12 pieces of 40 bits are exact; 16 lanes fit into the cache
_PIECE = 40
_HALVES = 2.0**27 + 1
_TINY, _RAISED = (
    2.0**-400,
    600,
)  # the low halves of smaller squares would be lost, so these numbers are multiplied first
_ROOT_BITS = 70


@dataclass(frozen=True)
class ExactSums:
    """Count, sum and sum of squares of finite numbers up to `LARGEST`, without rounding.

    Parameters
    ----------
    count : int
        Number of values.
    total : int
        Their sum, in units of 2**-1074.
    squares : int
        The sum of their squares, in units of 2**-2148.
    """

    count: int = 0
    total: int = 0
    squares: int = 0

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> ExactSums:
        """Sum values, shape (n,), that are finite and within `LARGEST`."""
        total = squares = 0
        size = _LANE * _LANES
        for start in range(0, len(values), size):
            part = values[start : start + size]
            total += _sum_of(part, _PLACES)
            squares += _sum_of_squares(part)
        return cls(len(values), total, squares)

    def merge(self, other: ExactSums) -> ExactSums:
        """Return the sums of both sets of values."""
        return ExactSums(self.count + other.count, self.total + other.total, self.squares + other.squares)

    def shifted(self, by: int) -> ExactSums:
        """Return the sums of the values plus a whole number each."""
        by <<= _PLACES
        squares = self.squares + 2 * by * self.total + self.count * by * by
        return ExactSums(self.count, self.total + self.count * by, squares)

    @property
    def mean(self) -> float:
        """The mean, rounded once; there must be a value."""
        return self.total / (self.count << _PLACES)  # a quotient of integers is rounded correctly

    @property
    def deviation(self) -> float:
        """The standard deviation with divisor n, rounded once; there must be a value."""
        above = self.count * self.squares - self.total * self.total  # n² times the variance, 0 or more
        return _root(above, self.count * self.count << 2 * _PLACES)


def _sum_of(values: NDArray[np.float64], places: int) -> int:
    """Return the sum of values, shape (n,), in units of 2**-places, at least 2**-1074."""
    if not len(values):
        return 0
    lanes = -(-len(values) // _LANE)
    if lanes > 1:
        rest = np.zeros((lanes, _LANE))
        rest.reshape(-1)[: len(values)] = values
    else:
        rest = values.reshape(1, -1).copy()
    total = 0
    while largest := max(float(rest.max()), -float(rest.min())):
        lowest = max(math.frexp(largest)[1] - _PIECE, -_PLACES)  # the exponent of the last bit of these pieces
        above = math.ldexp(1.0, lowest + 53) if lowest > -_PLACES else 0.0  # the last bits need no cut
        pieces = rest + above
        pieces -= above
        rest -= pieces
        total += int(np.ldexp(pieces.sum(axis=1), -lowest).astype(np.int64).sum()) << (lowest + places)
    return total


def _sum_of_squares(values: NDArray[np.float64]) -> int:
    """Return the sum of the squares of values, shape (n,), in units of 2**-2148."""
    sizes = np.abs(values)
    tiny = (sizes < _TINY) & (sizes > 0)
    if tiny.any():
        raised = _sum_of_usual_squares(np.ldexp(values[tiny], _RAISED))
        return (raised >> 2 * _RAISED) + _sum_of_squares(values[~tiny])
    return _sum_of_usual_squares(values)


def _sum_of_usual_squares(values: NDArray[np.float64]) -> int:
    high = _HALVES * values
    high -= high - values
    low = values - high
    square = values * values
    total = _sum_of(square, 2 * _PLACES)
    if low.any():  # else the squares have at most 52 bits
        error = high * high
        error -= square
        high *= 2
        high *= low
        error += high
        low *= low
        error += low
        total += _sum_of(error, 2 * _PLACES)
    return total


def _root(above: int, below: int) -> float:
    """Return the square root of a fraction, rounded once."""
    shift = max(0, 2 * _ROOT_BITS - above.bit_length() + below.bit_length())
    shift += shift % 2
    scaled, rest = divmod(above << shift, below)
    root = math.isqrt(scaled)
    inexact = rest or root * root != scaled
    # One more bit says that the root is a little larger, so that a tie is rounded to the right side.
    return (2 * root + bool(inexact)) / (2 << shift // 2)


def moderate(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Clip numbers that would overflow in calculations; without any, return the same array."""
    if values.size and values.min() >= -LARGEST and values.max() <= LARGEST:
        return values
    return np.clip(values, -LARGEST, LARGEST)
