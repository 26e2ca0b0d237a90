"""The layout of inputs and first matrix for kernels: few input types, inputs without zeros, weights in tiles."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...nn.parameters import FloatArray
from ..samples import Samples
from . import kernels

LARGEST_BACKGROUND = 100.0
"""Largest scaled value of 0 for which zeros are skipped: beyond, small inputs would lose digits in the sum."""

NARROW = 128
"""Up to this number of nodes in the first layer, threads share its inputs instead of its nodes. Each thread then sorts
only its own values but computes a part of every sum: 20% faster with 32 nodes, not faster with 160 and more.
"""


def to_kernel_dtype(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the same numbers, contiguous: integers as bytes if they fit, otherwise as floats.

    Every other type would require compiling all kernels again. Integers above 2**53 lose their last digits.
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
    """Return a read-only view, because Numba treats read-only arrays, such as some tables, as a separate type."""
    view = rows.view()
    view.flags.writeable = False
    return view


def scaled_without_zeros(samples: Samples, dtype: np.dtype[Any]) -> kernels.SparseInputs:
    """Return the scaled inputs of samples: of the non-zero values ``value · factor`` and the places, and the offset.

    The offset, the background, is the scaled value of 0, which is part of every input: see `kernels.per_sample`.
    """
    raw, scaling = read_only(to_kernel_dtype(samples.rows)), samples.scaling
    room, factor = np.count_nonzero(raw) + 1, np.full(raw.shape[1], scaling.factor, dtype)
    rows = kernels.SparseRows(np.empty(len(raw) + 1, np.int64), np.empty(room, np.uint32), np.empty(room, dtype))
    kernels.gather_nonzero(raw, 0, len(raw), factor, rows)
    mass = np.empty(len(raw), dtype)
    kernels.sum_rows(rows, mass)
    return kernels.SparseInputs(rows, mass, dtype.type(scaling.offset))


def targets_for_kernels(samples: Samples, dtype: np.dtype[Any]) -> kernels.SampleTargets:
    """Return the targets and weights of samples."""
    return kernels.SampleTargets(read_only(samples.labels), samples.targets.astype(dtype), samples.weights_in(dtype))


def pairs_of(raw: NDArray[Any], column_blocks: NDArray[np.int64]) -> kernels.Pairs:
    """Return the pairs of neighbouring values that are not both 0, and their places, by column block."""
    even = raw.dtype == np.uint8 and raw.shape[1] % 2 == 0
    room = np.count_nonzero(raw.view(np.uint16) if even else raw) + 1  # memory that is not needed is never touched
    starts = len(raw) * (len(column_blocks) - 1) + 1
    pairs = kernels.Pairs(np.zeros(starts, np.int64), np.empty(room, np.uint32), np.empty(2 * room, raw.dtype))
    if len(raw):  # otherwise the kernel need not be compiled
        kernels.gather_pairs(raw, column_blocks, pairs)
    return pairs


def tiles_of(nodes: int, threads: int, widest: int) -> NDArray[np.int64]:
    """Return the starts of tiles, (tiles + 1,). All but the last are whole vectors; the last has at least one vector.

    The number of tiles keeps `threads` equally busy if there are enough nodes: see `kernels.sparse.transpose_tile`.
    """
    vectors, wanted = -(-nodes // kernels.LANES), -(-nodes // (widest * threads)) * threads
    count = max(1, min(nodes // kernels.LANES, wanted))
    return np.array([*(kernels.LANES * (vectors * tile // count) for tile in range(count)), nodes])


def column_blocks_of(some: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Return the starts of column blocks, in pairs, (count + 1,); all have about the same number of non-zero values.

    Values are counted in the rows `some`. A column block begins with a group, see `kernels.gather_pairs`; it may be
    empty.
    """
    pairs, group = -(-some.shape[1] // 2), kernels.GROUP // 2
    before = np.append(0, np.count_nonzero(some, axis=0).cumsum())[:: kernels.GROUP]
    starts = group * before.searchsorted(before[-1] * np.arange(1, count) / count)
    return np.array([0, *starts, pairs], np.int64)


def column_blocks_and_tiles(
    some: NDArray[Any], nodes: int, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the column blocks of the inputs and the tiles of the nodes into which training divides the first layer.

    `some` are rows of the data. If it is empty, there are no tiles, because no zeros are skipped.
    """
    if not len(some):
        return column_blocks_of(some, 1), np.zeros(1, np.int64)
    widest = kernels.WIDEST * kernels.LANES
    if nodes > NARROW:
        return column_blocks_of(some, 1), tiles_of(nodes, threads, widest)
    # More column blocks cost each thread time and memory, and few nodes do not give work to many threads.
    most = min(threads, max(2, nodes // kernels.LANES), some.shape[1] // kernels.GROUP)
    return column_blocks_of(some, max(1, most)), tiles_of(nodes, 1, widest)


def starts_of(column_blocks: NDArray[np.int64], tiles: NDArray[np.int64], features: int) -> NDArray[np.int64]:
    """Return the starts of each tile's column blocks in a flat vector."""
    widths = np.diff(tiles)[:, None]
    return np.ravel(tiles[:-1, None] * features + widths * 2 * column_blocks[:-1])


def transpose_into_tiles(vector: FloatArray, tiles: NDArray[np.int64], features: int) -> None:
    """Convert the first matrix of a flat vector, (nodes, features), to tiles: see `kernels.sparse.transpose_tile`."""
    for begin, end in pairwise(tiles * features):
        vector[begin:end] = vector[begin:end].reshape(-1, features).T.ravel()
