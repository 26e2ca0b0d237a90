"""What the kernels want where zeros are left out: samples without them, and the first matrix in tiles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..parameters import FloatArray
from . import kernels


def sparse_rows(raw: NDArray[Any], factor: FloatArray) -> kernels.SparseRows:
    """Return the values that are not 0, each times the factor of its feature, and where they stand."""
    room = np.count_nonzero(raw) + 1
    rows = kernels.SparseRows(np.empty(len(raw) + 1, np.int64), np.empty(room, np.uint32), np.empty(room, factor.dtype))
    kernels.gather_nonzero(raw, words_of(raw), factor, rows)
    return rows


def words_of(raw: NDArray[Any]) -> NDArray[Any]:
    """Return the rows with some bytes taken together where that is possible: see `kernels.gather_nonzero`."""
    return raw.view(np.uint64) if raw.dtype == np.uint8 and raw.shape[1] % kernels.WORD == 0 else raw


def tiles_of(nodes: int, least: int) -> NDArray[np.int64]:
    """Return where tiles begin, (tiles + 1,), at least so many if there are nodes enough: see `transpose_tiles`."""
    count = max(least, -(-nodes // kernels.LARGEST_TILE))
    width = -(-nodes // count)
    return np.append(np.arange(0, nodes, width + -width % 8), nodes)


def transpose(vector: FloatArray, tiles: NDArray[np.int64], features: int, *, back: bool) -> None:
    """Bring the first matrix of a flat vector, (nodes, features), into tiles, or `back`."""
    kernels.transpose_tiles(vector, tiles, features, back, np.empty(tiles[1] * features, vector.dtype))
