"""The order of the rows of an epoch: permuted row groups, cut into windows, shuffled within each window.

A permutation of all rows would need all of them in memory. Row groups are permuted instead, by the seed and the epoch;
the rows, in the order of the groups, are cut into windows of a fixed number of rows, and each member of an ensemble
shuffles its own rows of a window by its own seed. Members thus share what is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...nn.random import Purpose, permutation
from ...options.options import Options

LARGEST_WINDOW = 1 << 17
"""The most rows of a window."""
WINDOW_BYTES = 1 << 26
"""The most bytes of the encoded inputs of a window, whose rows are a power of two. Two windows are in memory."""


class Piece(NamedTuple):
    """Consecutive rows of a row group, ``start`` to ``stop - 1``, counted within the group."""

    group: int
    start: int
    stop: int


def window_rows(features: int) -> int:
    """Return the number of rows of a window, for the number of inputs of a row."""
    fitting = max(1, WINDOW_BYTES // (4 * features))
    return min(LARGEST_WINDOW, 1 << (fitting.bit_length() - 1))


def window_count(sizes: Sequence[int], window: int) -> int:
    """Return the number of windows of an epoch, for the sizes of all row groups."""
    return -(-sum(sizes) // window)


def epoch_windows(sizes: Sequence[int], window: int, epoch: int, options: Options) -> list[list[Piece]]:
    """Return the windows of an epoch, counted from 0: each of `window` rows, the last of what is left."""
    groups = np.arange(len(sizes))
    if options.shuffle:
        groups = groups[permutation(options.seed, Purpose.ORDER, len(groups), epoch)]
    windows: list[list[Piece]] = [[]]
    room = window
    for group in groups.tolist():
        start = 0
        while start < sizes[group]:
            if not room:
                windows.append([])
                room = window
            stop = min(sizes[group], start + room)
            windows[-1].append(Piece(group, start, stop))
            room, start = room - (stop - start), stop
    return windows


def shuffled(rows: NDArray[np.int64], epoch: int, window: int, options: Options) -> NDArray[np.int64]:
    """Return the rows of a window in the order of a member, whose seed the options have."""
    if not options.shuffle:
        return rows
    # Step 0 of the epoch permutes the row groups.
    return rows[permutation(options.seed, Purpose.ORDER, len(rows), epoch, window + 1)]
