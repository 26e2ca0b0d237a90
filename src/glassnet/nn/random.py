"""Randomness as an argument: (seed, purpose, epoch, step) -> generator.

A counter-based generator (Philox 4×64) is addressed, not advanced: the stream of any epoch and step can be opened at
any time, in any order and in any process, without drawing what came before it. So a step can be replayed alone, and a
resumed run equals one that never stopped.

Reference: Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Purpose(IntEnum):
    """What a stream is drawn for; streams of different purposes never meet. Values are part of the file format."""

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


def generator(seed: int, purpose: Purpose, epoch: int = 0, step: int = 0) -> np.random.Generator:
    """Open the random stream that belongs to one place of one run.

    Parameters
    ----------
    seed : int
        The run's seed, 0 to 2**63 − 1.
    purpose : Purpose
        What the numbers are for.
    epoch, step : int
        Where in the run, from 0.

    Returns
    -------
    numpy.random.Generator
        The same stream for the same four values, on every machine.
    """
    # The lowest counter word is the one Philox advances, the second takes its carry: both start at 0, so two streams
    # could meet only after 2**128 blocks.
    bits = np.random.Philox(key=[seed, int(purpose)], counter=[0, 0, step, epoch])
    return np.random.Generator(bits)


def key(seed: int, purpose: Purpose, epoch: int = 0, step: int = 0) -> np.uint64:
    """Draw the 64 bits from which `uniform` makes the numbers of one place of one run; arguments as for `generator`."""
    return np.uint64(generator(seed, purpose, epoch, step).integers(2**64, dtype=np.uint64))


def uniform(place: np.uint64, first: int, count: int) -> NDArray[np.float32]:
    """Return numbers `first` to ``first + count - 1`` of a place, 0 to 1, shape (count,): none needs those before it.

    SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a counter times an odd constant, mixed. Written so that a compiled
    kernel can draw a single number anywhere; `jit.uniform_at` is the same formula.
    """
    z = place + (np.arange(first, first + count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    # 24 bits fill a float32 exactly.
    return (z >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
