"""Random streams addressed by (seed, purpose, epoch, step).

A counter-based generator (Philox 4×64) is addressed instead of advanced: the stream of any epoch and step can be opened
at any time, in any order and in any process, without drawing the preceding numbers. So a single step can be replayed,
and a resumed run equals an uninterrupted one.

Reference: Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from .elementary import cosine, log_of_all


class Purpose(IntEnum):
    """The purpose of a stream. Streams of different purposes never overlap. The values are part of the file format."""

    WEIGHTS = 1
    ORDER = 2
    SPLIT = 3
    DROPOUT = 4
    AUGMENTATION = 5
    VALIDATION = 6
    COLUMNS = 7
    STARTS = 8
    DOCTOR = 9
    RANGE = 10
    PROOF = 11
    ROLES = 12
    SEARCH = 13
    LEARN = 14


def generator(seed: int, purpose: Purpose, epoch: int = 0, step: int = 0) -> np.random.Generator:
    """Return the random stream of one position of one run.

    Parameters
    ----------
    seed : int
        The run's seed, 0 to 2**63 − 1.
    purpose : Purpose
        Purpose of the numbers.
    epoch, step : int
        Position in the run, from 0.

    Returns
    -------
    numpy.random.Generator
        The same stream for the same four values, on every machine.
    """
    # Philox advances the lowest counter word and carries into the second. Both start at 0, so two streams could overlap
    # only after 2**128 blocks.
    bits = np.random.Philox(key=[seed, int(purpose)], counter=[0, 0, step, epoch])
    return np.random.Generator(bits)


def key(seed: int, purpose: Purpose, epoch: int = 0, step: int = 0) -> np.uint64:
    """Draw the 64-bit key from which `uniform` computes the numbers of one position; arguments as for `generator`."""
    return np.uint64(generator(seed, purpose, epoch, step).integers(2**64, dtype=np.uint64))


def uniform(place: np.uint64, first: int, count: int) -> NDArray[np.float32]:
    """Return the numbers `first` to ``first + count - 1`` for a key, `place`: from 0 to 1, shape (count,).

    SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a counter times an odd constant, mixed. Each number is independent
    of the preceding ones, so a compiled kernel can draw any single number: `runtime.jit.uniform_at` has the
    same formula.
    """
    z = numbered(place, np.arange(first, first + count, dtype=np.uint64))
    # 24 bits fill a float32 exactly.
    return (z >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)


def uniform_double(place: np.uint64, count: int) -> NDArray[np.float64]:
    """Return `count` numbers between 0 and 1, neither of which occurs, in float64 with 53 bits: shape (count,)."""
    return ((numbered(place, np.arange(count)) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def normal(place: np.uint64, count: int) -> NDArray[np.float64]:
    """Return `count` numbers of the normal distribution with mean 0 and deviation 1 (Box and Muller 1958)."""
    radius, angle = uniform_double(place, 2 * count).reshape(count, 2).T
    return np.sqrt(-2 * log_of_all(radius)) * cosine(2 * angle)


def permutation(seed: int, purpose: Purpose, count: int, epoch: int = 0, step: int = 0) -> NDArray[np.int64]:
    """Return the numbers from 0 to ``count - 1`` in random order; other arguments as for `generator`.

    They are sorted by 53 random bits each. NumPy's own permutation may change with its version.
    """
    drawn = numbered(key(seed, purpose, epoch, step), np.arange(count)) >> np.uint64(11)
    order = drawn.argsort()
    ordered = drawn[order]
    return drawn.argsort(kind="stable") if (ordered[1:] == ordered[:-1]).any() else order


def numbered(place: np.uint64, numbers: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Return 64 random bits for each of these numbers, 0 or more; different ones for different numbers."""
    # In place: arrays for every operation would take half as long again.
    z = numbers.astype(np.uint64)
    z += np.uint64(1)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z += place
    shifted = z >> np.uint64(30)
    z ^= shifted
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= np.right_shift(z, np.uint64(27), out=shifted)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= np.right_shift(z, np.uint64(31), out=shifted)
    return z
