"""What the kernels want where zeros are left out: samples without them, and the first matrix in tiles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..parameters import FloatArray
from . import kernels

FARTHEST = 100.0
"""What 0 may become by scaling, where zeros are left out: the sum of two large parts would lose the digits of a small
input.
"""


def sparse_rows(raw: NDArray[Any], factor: FloatArray) -> kernels.SparseRows:
    """Return the values that are not 0, each times the factor of its feature, and where they stand."""
    room = np.count_nonzero(raw) + 1
    rows = kernels.SparseRows(np.empty(len(raw) + 1, np.int64), np.empty(room, np.uint32), np.empty(room, factor.dtype))
    kernels.gather_nonzero(raw, words_of(raw), factor, rows)
    return rows


def words_of(raw: NDArray[Any]) -> NDArray[Any]:
    """Return the rows with some bytes taken together where that is possible: see `kernels.gather_nonzero`."""
    return raw.view(np.uint64) if raw.dtype == np.uint8 and raw.shape[1] % kernels.WORD == 0 else raw


def pairs_of(raw: NDArray[Any]) -> kernels.Pairs:
    """Return the pairs of neighbouring values that are not both 0, and where they stand."""
    even = raw.dtype == np.uint8 and raw.shape[1] % 2 == 0
    room = np.count_nonzero(raw.view(np.uint16) if even else raw) + 1  # more than needed is never touched
    pairs = kernels.Pairs(np.empty(len(raw) + 1, np.int64), np.empty(room, np.uint32), np.empty(2 * room, raw.dtype))
    kernels.gather_pairs(raw, words_of(raw), pairs)
    return pairs


def tiles_of(nodes: int, threads: int, widest: int) -> NDArray[np.int64]:
    """Return where tiles begin, (tiles + 1,): whole vectors but for the last, which has one vector at least.

    There are as many as keep `threads` equally busy, if there are nodes enough: see `kernels.sparse.transpose_tile`.
    """
    vectors, wanted = -(-nodes // kernels.LANES), -(-nodes // (widest * threads)) * threads
    count = max(1, min(nodes // kernels.LANES, wanted))
    return np.array([*(kernels.LANES * (vectors * tile // count) for tile in range(count)), nodes])


def into_tiles(vector: FloatArray, tiles: NDArray[np.int64], features: int) -> None:
    """Bring the first matrix of a flat vector, (nodes, features), into tiles."""
    scratch = np.empty(tiles[-1] * features, vector.dtype)
    for tile in range(len(tiles) - 1):
        kernels.transpose_tile(vector, tiles, tile, features, False, scratch)
