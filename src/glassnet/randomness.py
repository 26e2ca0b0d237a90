"""Randomness as an argument: (seed, purpose, epoch, step) -> generator.

A counter-based generator (Philox 4×64) is addressed, not advanced: the stream of any epoch and step can be opened at
any time, in any order and in any process, without drawing what came before it. So a step can be replayed alone, and a
resumed run equals one that never stopped.

Reference: Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is drawn for; streams of different purposes never meet. Values are part of the file format."""

    WEIGHTS = 1
    ORDER = 2
    SPLIT = 3
    DROPOUT = 4
    AUGMENTATION = 5


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
