"""Inputs with many zeros: places and values of the non-zero inputs, and products that skip the zeros.

Most values of an image are 0, so most inputs are the background `c`: 0.01 in the notes, 0 for ``x / max``, or the
scaled value of 0 if each feature has its own scale. For inputs ``x = v + c``, a first matrix W and the deltas δ of its
nodes, over the rows of a batch:

- forward: ``W x = W v + W c``, where the second term is the same for every row;
- gradient: ``Σ δ xᵀ = Σ δ vᵀ + (Σ δ) cᵀ``, where the second term does not depend on the inputs.

Both products iterate over the non-zero values of v, in training over pairs of inputs: see `Pairs`. There the background
is an additional row, so neither term needs its own loop. W is stored in tiles, see `transpose_tile`. One thread
computes a tile (or, with few nodes, the lines of a tile that belong to a column block of the inputs) for all rows. So
the weights, their gradient and their optimizer state stay in the cache of that thread's core.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....runtime.jit import kernel, outer_kernel, part_of_kernel
from .activations import copy
from .common import GROUP, SparseRows, is_empty, lesser, matrix_in, vector_in
from .row_sums import BLOCK, CACHE_LINE, LANES, fetch, weighted_row_sum
from .tile_products import Columns, add_from_rows, add_to_rows, spread
from .transpose import transpose

LARGEST_TILE = BLOCK * LANES
"""Maximum nodes of a tile in inference."""

ROW_BLOCK = 128
"""Rows processed together: the sums or deltas of a tile fit into the L1 cache. A row number fits into a byte."""


ONE, TWO = np.uint64(1), np.uint64(2)


class Pairs(NamedTuple):
    """Samples as pairs of neighbouring inputs, unscaled.

    The inputs are divided into B column blocks. Block b of sample i has the pairs ``start[i B + b]`` to ``start[i B + b
    + 1]``.
    """

    start: NDArray[np.int64]
    places: NDArray[np.uint32]  # inputs 2 · place and 2 · place + 1
    values: NDArray[Any]  # two per pair, unscaled, at least one non-zero


@outer_kernel
def gather_nonzero(raw: Any, begin: int, count: int, factor: Any, rows: SparseRows) -> None:
    """Fill the places and scaled values of the non-zero entries of `raw`, (n, features), in `count` rows from `begin`.

    Most of an image is empty, so a group of zeros is skipped at once. `rows` needs space for one extra value.
    """
    features, at = raw.shape[1], 0
    whole = features // GROUP * GROUP
    for i in range(count):
        rows.start[i] = at
        row = raw[begin + i]
        # Zeros are written too and overwritten by the next value, because a branch would be unpredictable.
        for first in range(0, whole, GROUP):
            if not is_empty(row, first):
                for j in range(first, first + GROUP):
                    value = row[j]
                    rows.places[at], rows.values[at] = j, value * factor[j]  # Scaling: x / maximum · span
                    at += int(value != 0)
        for j in range(whole, features):
            value = row[j]
            rows.places[at], rows.values[at] = j, value * factor[j]
            at += int(value != 0)
    rows.start[count] = at


@part_of_kernel
def _keep_pair(pairs: Pairs, at: int, place: int, value: Any, neighbour: Any) -> int:
    # Pairs of zeros are written and overwritten, as in `gather_nonzero`.
    pairs.places[at] = place
    pairs.values[2 * at] = value
    pairs.values[2 * at + 1] = neighbour
    return at + int((value != 0) | (neighbour != 0))


@outer_kernel
def gather_pairs(raw: Any, blocks: Any, pairs: Pairs) -> None:
    """Fill the pairs of `raw`, (n, features), with space for one extra pair, as in `gather_nonzero`.

    Block b has the pairs ``blocks[b]`` to ``blocks[b + 1]`` and begins with a group of inputs, see `is_empty`.
    """
    features, at, count = raw.shape[1], 0, blocks.shape[0] - 1
    whole = features // GROUP * GROUP
    for i in range(raw.shape[0]):
        row = raw[i]
        for block in range(count):
            pairs.start[i * count + block] = at
            for first in range(2 * blocks[block], lesser(2 * blocks[block + 1], whole), GROUP):
                if not is_empty(row, first):
                    for j in range(first, first + GROUP, 2):
                        at = _keep_pair(pairs, at, j // 2, row[j], row[j + 1])
        for j in range(whole, features, 2):  # inputs after the last whole group belong to the last column block
            neighbour = row[j + 1] if j + 1 < features else raw.dtype.type(0)
            at = _keep_pair(pairs, at, j // 2, row[j], neighbour)
    pairs.start[raw.shape[0] * count] = at


@kernel
def sort_by_column(
    pairs: Pairs, row_block: Any, blocks: Any, block: int, factor: Any, background: Any, columns: Columns
) -> None:
    """Fill the `columns` of a column block from the samples in `row_block`, scaled; the rows of a pair are in order.

    The background comes first, with the number of the row after the last. `factor` and `background` have even length.
    """
    ends, rows, values = columns
    room = rows.shape[0] // ends.shape[0]
    for column in range(blocks[block], blocks[block + 1]):
        at, value, neighbour = column * room, background[2 * column], background[2 * column + 1]
        rows[at], values[2 * at], values[2 * at + 1] = row_block.shape[0], value, neighbour
        ends[column] = at + ((value != 0) | (neighbour != 0))
    start, places, given = pairs
    count = blocks.shape[0] - 1
    for row in range(row_block.shape[0]):
        # Prefetch, because samples and their starts are far apart in memory.
        if row + 12 < row_block.shape[0]:
            fetch(start, row_block[row + 12] * count + block)
        if row + 4 < row_block.shape[0]:
            ahead = row_block[row + 4] * count + block
            begin, end = start[ahead], start[ahead + 1]
            for at in range(begin, end, CACHE_LINE):
                fetch(places, at)
            for at in range(2 * begin, 2 * end, 4 * CACHE_LINE):
                fetch(given, at)
        # Unsigned places, because Numba checks signed ones for negative values, which takes half of the time.
        begin, end = start[row_block[row] * count + block], start[row_block[row] * count + block + 1]
        for at in range(np.uint64(begin), np.uint64(end)):
            pair = np.uint64(places[at])
            to = np.uint64(ends[pair])
            ends[pair] = to + ONE
            rows[to] = row
            values[TWO * to] = given[TWO * at] * factor[TWO * pair]
            values[TWO * to + ONE] = given[TWO * at + ONE] * factor[TWO * pair + ONE]


@part_of_kernel
def tile_sums(tile: Any, constant: Any, samples: SparseRows, rows: int, sums: Any, first: int, nodes: int) -> None:
    """Fill the sums of a tile's nodes, of which `first` is the first, for all samples; `sums` is (rows · nodes,)."""
    one = tile.dtype.type(1)
    for row in range(rows):
        own = vector_in(sums, row * nodes + first, tile.shape[1])
        begin, end = samples.start[row], samples.start[row + 1]
        weighted_row_sum(tile, samples.places, samples.values, begin, end, one, constant, own)


@part_of_kernel
def row_block_sums(tile: Any, columns: Columns, first: int, last: int, sums: Any) -> None:
    """Fill the sums of a tile's nodes over the inputs of a column block, pairs `first` to `last`.

    The sums are (rows + 1, numbers); the last row has the contribution of the background to all rows.
    """
    for row in range(sums.shape[0]):
        line = sums[row]
        for j in range(line.shape[0]):
            line[j] = 0
    add_to_rows(tile, columns, first, last, sums)


@part_of_kernel
def row_block_gradient(
    gradient: Any, is_first: bool, columns: Columns, first: int, last: int, delta: Any, room: Any
) -> None:
    """Add a row block's part to the gradient of a tile, (features, nodes), from the deltas of its nodes, (rows, nodes).

    Covers the inputs of a column block, pairs `first` to `last`. The first row block overwrites instead of adding.
    `room` is scratch memory for the deltas and their sum, (rows + 1, numbers).
    """
    rows = delta.shape[0]
    total = room[rows]
    for j in range(total.shape[0]):
        total[j] = 0
    for row in range(rows):
        spread(delta[row], room[row], total)
    add_from_rows(gradient, is_first, columns, first, last, room)


@part_of_kernel
def tile_of(vector: Any, tiles: Any, tile: int, features: int) -> Any:
    """Return a tile, (features, nodes), of the first matrix in a flat vector."""
    begin, end = tiles[tile], tiles[tile + 1]
    return matrix_in(vector, begin * features, features, end - begin)


@outer_kernel
def transpose_tile(vector: Any, tiles: Any, tile: int, fan_in: int, back: bool, scratch: Any) -> None:
    """Transpose a tile of the matrix, (nodes, fan_in), at the start of `vector`, or transpose it `back`.

    Tile t has the transposed weights of the nodes ``tiles[t]`` to ``tiles[t + 1]``, (fan_in, nodes): each row has the
    contributions of one input. A tile occupies the memory of the same nodes' rows in the matrix. The same part of
    `scratch`, a vector like `vector`, is overwritten.
    """
    begin, end = tiles[tile], tiles[tile + 1]
    rows, columns = (fan_in, end - begin) if back else (end - begin, fan_in)
    here, there = vector[begin * fan_in : end * fan_in], scratch[begin * fan_in : end * fan_in]
    transpose(matrix_in(vector, begin * fan_in, rows, columns), matrix_in(scratch, begin * fan_in, columns, rows))
    copy(there, here)
