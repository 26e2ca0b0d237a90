"""The layout of inputs and first matrix for kernels: few types of samples, without their zeros; weights in tiles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...nn.parameters import FloatArray
from . import kernels

LARGEST_BACKGROUND = 100.0
"""Up to what 0 may become by scaling where zeros are left out: beyond, a small input would lose digits in the sum."""

NARROW = 128
"""Nodes of a first layer, at most, of which threads share the inputs instead: each then sorts the values of its own
alone, but brings a part of every node's sum. With 32 nodes a fifth quicker, with 160 and more no longer.
"""


def to_kernel_dtype(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the same numbers, row behind row: whole ones as bytes where these hold them, else as floats.

    For every other type all loops would be compiled anew. Whole numbers beyond 2**53 lose their last digits.
    """
    kind, rows = rows.dtype, np.ascontiguousarray(rows)
    if kind == np.uint8 or kind.kind == "f":
        return rows
    if kind == np.bool_:
        return rows.view(np.uint8)
    if rows.size and rows.min() >= 0 and rows.max() <= 255:
        return rows.astype(np.uint8)
    return rows.astype(np.float32 if kind.itemsize <= 2 else np.float64)


def read_only(rows: NDArray[Any]) -> NDArray[Any]:
    """Return a view that cannot be written to: to Numba it is another type, as which some tables come."""
    view = rows.view()
    view.flags.writeable = False
    return view


def sparse_rows(raw: NDArray[Any], factor: FloatArray) -> kernels.SparseRows:
    """Return the values that are not 0, each times the factor of its feature, and where they stand."""
    room = np.count_nonzero(raw) + 1
    rows = kernels.SparseRows(np.empty(len(raw) + 1, np.int64), np.empty(room, np.uint32), np.empty(room, factor.dtype))
    kernels.gather_nonzero(raw, factor, rows)
    return rows


def pairs_of(raw: NDArray[Any], column_blocks: NDArray[np.int64]) -> kernels.Pairs:
    """Return the pairs of neighbouring values that are not both 0, and where they stand, by column blocks."""
    even = raw.dtype == np.uint8 and raw.shape[1] % 2 == 0
    room = np.count_nonzero(raw.view(np.uint16) if even else raw) + 1  # more than needed is never touched
    starts = len(raw) * (len(column_blocks) - 1) + 1
    pairs = kernels.Pairs(np.empty(starts, np.int64), np.empty(room, np.uint32), np.empty(2 * room, raw.dtype))
    kernels.gather_pairs(raw, column_blocks, pairs)
    return pairs


def tiles_of(nodes: int, threads: int, widest: int) -> NDArray[np.int64]:
    """Return where tiles begin, (tiles + 1,): whole vectors but for the last, which has one vector at least.

    There are as many as keep `threads` equally busy, if there are nodes enough: see `kernels.sparse.transpose_tile`.
    """
    vectors, wanted = -(-nodes // kernels.LANES), -(-nodes // (widest * threads)) * threads
    count = max(1, min(nodes // kernels.LANES, wanted))
    return np.array([*(kernels.LANES * (vectors * tile // count) for tile in range(count)), nodes])


def column_blocks_of(some: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Return where column blocks begin, in pairs, (count + 1,): all have about as many values that are not 0.

    `some` are rows to count in. A column block begins with a word, see `kernels.gather_pairs`; some may be empty.
    """
    pairs, word = -(-some.shape[1] // 2), kernels.WORD // 2
    before = np.append(0, np.count_nonzero(some, axis=0).cumsum())[:: kernels.WORD]
    starts = word * before.searchsorted(before[-1] * np.arange(1, count) / count)
    return np.array([0, *starts, pairs], np.int64)


def column_blocks_and_tiles(
    some: NDArray[Any], nodes: int, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the column blocks of the inputs and the tiles of the nodes that training divides the first layer by.

    `some` are rows of the data; without any there are no tiles, as nothing is left out.
    """
    if not len(some):
        return column_blocks_of(some, 1), np.zeros(1, np.int64)
    widest = kernels.WIDEST * kernels.LANES
    if nodes > NARROW:
        return column_blocks_of(some, 1), tiles_of(nodes, threads, widest)
    # More column blocks cost every thread time and room, and few nodes have no work for many threads.
    most = min(threads, max(2, nodes // kernels.LANES), some.shape[1] // kernels.WORD)
    return column_blocks_of(some, max(1, most)), tiles_of(nodes, 1, widest)


def starts_of(column_blocks: NDArray[np.int64], tiles: NDArray[np.int64], features: int) -> NDArray[np.int64]:
    """Return where each tile's column blocks begin in a flat vector."""
    widths = np.diff(tiles)[:, None]
    return np.ravel(tiles[:-1, None] * features + widths * 2 * column_blocks[:-1])


def transpose_into_tiles(vector: FloatArray, tiles: NDArray[np.int64], features: int) -> None:
    """Bring the first matrix of a flat vector, (nodes, features), into tiles."""
    scratch = np.empty(tiles[-1] * features, vector.dtype)
    for tile in range(len(tiles) - 1):
        kernels.transpose_tile(vector, tiles, tile, features, False, scratch)
