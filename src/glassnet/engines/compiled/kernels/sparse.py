"""Inputs with many zeros: the places and values of the others, and products that leave the zeros out.

Most values of a picture are 0, so most inputs are the background `c`: 0.01 in the notes, 0 for ``x / max``, and what 0
becomes where each feature has a scale of its own. With inputs ``x = v + c``, a first matrix W and δ of its nodes, for
the rows of a batch:

- forward: ``W x = W v + W c``, and the second part is the same for every row;
- gradient: ``Σ δ xᵀ = Σ δ vᵀ + (Σ δ) cᵀ``, and the second part needs no row again.

Both products run over the values of v that are not 0, in training by pairs of inputs: see `pairs`. There the background
is one row more, and neither part needs a loop of its own. W is kept in tiles, see `transpose_tile`. A tile, or where
there are few nodes its lines of a column block of the inputs, is computed by one thread, for all rows: its weights,
their gradient and what the optimizer remembers of them stay in the cache of that thread's core.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload
from numpy.typing import NDArray

from ....nn.jit import kernel, kernel_with_arrays, part_of_kernel
from .activations import copy
from .common import SparseRows
from .row_sums import BLOCK, CACHE_LINE, LANES, fetch, weighted_row_sum
from .tile_products import Columns, add_from_rows, add_to_rows, spread
from .transpose import transpose

WORD = 8
"""Bytes that `gather_nonzero` looks at together."""

LARGEST_TILE = BLOCK * LANES
"""Nodes of a tile, at most, where a network is only asked."""

ROW_BLOCK = 128
"""Rows that are used together: a tile's sums or deltas of them fit into a first-level cache. Numbered in a byte."""


ONE, TWO = np.uint64(1), np.uint64(2)


class Pairs(NamedTuple):
    """Samples by pairs of neighbouring inputs, as in the data.

    The inputs are divided into B column blocks: of sample i, block b has the pairs ``start[i B + b]`` to ``start[i B +
    b + 1]``.
    """

    start: NDArray[np.int64]
    places: NDArray[np.uint32]  # inputs 2 · place and 2 · place + 1
    values: NDArray[Any]  # two a pair, not scaled, at least one of them not 0


def _word(context: Any, row: Any, at: Any) -> Any:
    """Return the eight bytes of a row from a place on as one number."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        word = ir.IntType(8 * WORD).as_pointer()
        return builder.load(builder.bitcast(builder.gep(data, [given[1]]), word), align=1)

    return types.uint64(row, types.intp), code


_word_at: Any = intrinsic(_word)


def _is_empty(row: Any, at: int) -> bool:
    return not row[at : at + WORD].any()


@overload(_is_empty)
def _is_empty_of(row: Any, at: int) -> Any:
    """Tell by one look that `WORD` bytes are 0; of wider numbers that cannot be told so soon."""
    is_of_bytes = row.dtype == types.uint8

    def look(row: Any, at: int) -> Any:
        return is_of_bytes and _word_at(row, at) == 0

    return look


@kernel
def _keep_value(rows: SparseRows, at: int, place: int, value: Any, factor: Any) -> int:
    # A zero is written too, and then written over: which are zero cannot be foreseen.
    rows.places[at] = place
    rows.values[at] = value * factor
    return at + int(value != 0)


@kernel
def gather_nonzero(raw: Any, factor: Any, rows: SparseRows) -> None:
    """Fill places and scaled values of the non-zero entries of `raw`, (n, features).

    Most of a picture is empty, and a whole word of zeros is passed over at once. `rows` needs room for one more value
    than there are.
    """
    features, at = raw.shape[1], 0
    whole = features // WORD * WORD
    for i in range(raw.shape[0]):
        rows.start[i] = at
        row = raw[i]
        for first in range(0, whole, WORD):
            if not _is_empty(row, first):
                for j in range(first, first + WORD):
                    at = _keep_value(rows, at, j, row[j], factor[j])
        for j in range(whole, features):
            at = _keep_value(rows, at, j, row[j], factor[j])
    rows.start[raw.shape[0]] = at


@kernel
def _keep_pair(pairs: Pairs, at: int, place: int, value: Any, neighbour: Any) -> int:
    # A pair of zeros is written too, as above.
    pairs.places[at] = place
    pairs.values[2 * at] = value
    pairs.values[2 * at + 1] = neighbour
    return at + int((value != 0) | (neighbour != 0))


@kernel
def gather_pairs(raw: Any, blocks: Any, pairs: Pairs) -> None:
    """Fill the pairs of `raw`, (n, features); the room for one more is as in `gather_nonzero`.

    Block b holds the pairs ``blocks[b]`` to ``blocks[b + 1]``; it begins with a word.
    """
    features, at, count = raw.shape[1], 0, blocks.shape[0] - 1
    whole = features // WORD * WORD
    for i in range(raw.shape[0]):
        row = raw[i]
        for block in range(count):
            pairs.start[i * count + block] = at
            for first in range(2 * blocks[block], min(2 * blocks[block + 1], whole), WORD):
                if not _is_empty(row, first):
                    for j in range(first, first + WORD, 2):
                        at = _keep_pair(pairs, at, j // 2, row[j], row[j + 1])
        for j in range(whole, features, 2):  # what is no whole word is in the last column block
            neighbour = row[j + 1] if j + 1 < features else raw.dtype.type(0)
            at = _keep_pair(pairs, at, j // 2, row[j], neighbour)
    pairs.start[raw.shape[0] * count] = at


@kernel
def sort_by_column(
    pairs: Pairs, row_block: Any, blocks: Any, block: int, factor: Any, background: Any, columns: Columns
) -> None:
    """Fill a column block's `columns` from the samples that `row_block` names, scaled; a pair's rows are in order.

    The background comes first, as if it were the row behind the last. `factor` and it are of even length.
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
        # Samples stand far from each other, and so does where they begin.
        if row + 12 < row_block.shape[0]:
            fetch(start, row_block[row + 12] * count + block)
        if row + 4 < row_block.shape[0]:
            ahead = row_block[row + 4] * count + block
            begin, end = start[ahead], start[ahead + 1]
            for at in range(begin, end, CACHE_LINE):
                fetch(places, at)
            for at in range(2 * begin, 2 * end, 4 * CACHE_LINE):
                fetch(given, at)
        # Places without a sign: Numba then does not ask each whether it counts from the end, half of the time.
        begin, end = start[row_block[row] * count + block], start[row_block[row] * count + block + 1]
        for at in range(np.uint64(begin), np.uint64(end)):
            pair = np.uint64(places[at])
            to = np.uint64(ends[pair])
            ends[pair] = to + ONE
            rows[to] = row
            values[TWO * to] = given[TWO * at] * factor[TWO * pair]
            values[TWO * to + ONE] = given[TWO * at + ONE] * factor[TWO * pair + ONE]


@kernel
def tile_sums(tile: Any, constant: Any, samples: SparseRows, which: Any, sums: Any) -> None:
    """Fill the sums of a tile's nodes, (rows, nodes), for the samples that `which` names."""
    one = tile.dtype.type(1)
    for row in range(which.shape[0]):
        if row + 1 < which.shape[0]:  # samples stand far from each other
            for at in range(samples.start[which[row + 1]], samples.start[which[row + 1] + 1], CACHE_LINE):
                fetch(samples.places, at)
                fetch(samples.values, at)
        begin, end = samples.start[which[row]], samples.start[which[row] + 1]
        weighted_row_sum(tile, samples.places, samples.values, begin, end, one, constant, sums[row])


@part_of_kernel
def row_block_sums(tile: Any, columns: Columns, first: int, last: int, sums: Any) -> None:
    """Fill the sums of a tile's nodes over a column block's inputs, pairs `first` to `last`.

    They are (rows + 1, numbers): the last row holds what the background adds to all.
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
    """Add a row block's part to the gradient of a tile, (features, nodes), from deltas of its nodes, (rows, nodes).

    This is done for a column block's inputs, pairs `first` to `last`. The first row block does not add but begins.
    `room` is for the deltas and their sum: (rows + 1, numbers).
    """
    rows = delta.shape[0]
    total = room[rows]
    for j in range(total.shape[0]):
        total[j] = 0
    for row in range(rows):
        spread(delta[row], room[row], total)
    add_from_rows(gradient, is_first, columns, first, last, room)


@kernel_with_arrays
def tile_of(vector: Any, tiles: Any, tile: int, features: int) -> Any:
    """Return a tile, (features, nodes), of the first matrix in a flat vector."""
    begin, end = tiles[tile], tiles[tile + 1]
    return vector[begin * features : end * features].reshape(features, end - begin)


@kernel_with_arrays
def transpose_tile(vector: Any, tiles: Any, tile: int, fan_in: int, back: bool, scratch: Any) -> None:
    """Transpose a tile of the matrix, (nodes, fan_in), at the beginning of `vector`, or bring it `back`.

    Tile t has the weights of the nodes ``tiles[t]`` to ``tiles[t + 1]``, transposed, (fan_in, nodes): a row holds what
    one input contributes to them. It takes the place that the same nodes' rows have in the matrix. Of `scratch`,
    another such vector, the same part is overwritten.
    """
    begin, end = tiles[tile], tiles[tile + 1]
    rows, columns = (fan_in, end - begin) if back else (end - begin, fan_in)
    here, there = vector[begin * fan_in : end * fan_in], scratch[begin * fan_in : end * fan_in]
    transpose(here.reshape(rows, columns), there.reshape(columns, rows))
    copy(there, here)
