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
_LANE, _LANES = 1 << 12, 8  # sums of 2**12 pieces of 40 bits are exact; 8 lanes fit into the cache
_PIECE = 40
_HALVES = 2.0**27 + 1
_TINY, _RAISED = (
    2.0**-400,
    600,
)  # the low halves of smaller squares would be lost, so these numbers are multiplied first
_ROOT_BITS = 70


@dataclass(frozen=True)
class ExactSums:
    """Count, sum and sum of squares of finite numbers up to `LARGEST`, without rounding."""

    count: int = 0  # number of values
    total: int = 0  # their sum, in units of 2**-1074
    squares: int = 0  # the sum of their squares, in units of 2**-2148

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> ExactSums:
        """Sum values, shape (n,), that are finite and within `LARGEST`."""
        total = squares = 0
        size = _LANE * _LANES
        # One allocation: fresh memory for each operation would cost more than the operations.
        work = np.empty((4, min(_LANES, -(-len(values) // _LANE)), min(_LANE, len(values))))
        for start in range(0, len(values), size):
            part = values[start : start + size]
            total += _sum_of(_filled(work[0], part), work[1], _PLACES)
            squares += _sum_of_squares(part, work)
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


def _filled(place: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Write values, shape (n,), and zeros to an array of at least as many numbers; return the array."""
    flat = place.reshape(-1)
    flat[: len(values)] = values
    flat[len(values) :] = 0
    return place


def _sum_of(rest: NDArray[np.float64], pieces: NDArray[np.float64], places: int) -> int:
    """Return the sum of all numbers of `rest`, of rows up to `_LANE`, in units of 2**-places, at least 2**-1074.

    Overwrites both arrays.
    """
    total = 0
    while largest := max(float(rest.max()), -float(rest.min())):
        lowest = max(math.frexp(largest)[1] - _PIECE, -_PLACES)  # the exponent of the last bit of these pieces
        above = math.ldexp(1.0, lowest + 53) if lowest > -_PLACES else 0.0  # the last bits need no cut
        np.add(rest, above, out=pieces)
        pieces -= above
        rest -= pieces
        total += int(np.ldexp(pieces.sum(axis=1), -lowest).astype(np.int64).sum()) << (lowest + places)
    return total


def _sum_of_squares(values: NDArray[np.float64], work: NDArray[np.float64]) -> int:
    """Return the sum of the squares of values, shape (n,), in units of 2**-2148, with four arrays to work in."""
    x, high, low, square = work
    sizes = np.abs(_filled(x, values), out=high)
    if np.count_nonzero(sizes < _TINY) > np.count_nonzero(sizes == 0):
        tiny = np.abs(values) < _TINY
        raised = ExactSums.of(np.ldexp(values[tiny], _RAISED)).squares
        return (raised >> 2 * _RAISED) + _sum_of_squares(values[~tiny], work)
    np.multiply(x, _HALVES, out=high)
    np.subtract(high, x, out=low)
    high -= low
    np.subtract(x, high, out=low)
    np.multiply(x, x, out=square)
    exact = not low.any()  # with at most 26 bits, squares have at most 52
    if not exact:
        np.multiply(high, high, out=x)
        x -= square
        high *= 2
        high *= low
        x += high
        low *= low
        x += low  # the rounding errors of the squares
    total = _sum_of(square, high, 2 * _PLACES)
    return total if exact else total + _sum_of(x, high, 2 * _PLACES)


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
