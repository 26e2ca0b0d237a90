"""Inputs with many zeros: the places and values of the others, and products that leave the zeros out.

Most values of a picture are 0, so most inputs are the background `c`: 0.01 in the notes, 0 for ``x / max``, and what 0
becomes where each feature has a scale of its own. With inputs ``x = v + c``, a first matrix W and δ of its nodes, for
the rows of a batch:

- forward: ``W x = W v + W c``, and the second part is the same for every row;
- gradient: ``Σ δ xᵀ = Σ δ vᵀ + (Σ δ) cᵀ``, and the second part needs no row again.

Both products run over the values of v that are not 0. For them W is kept in tiles, see `transpose_tiles`. A tile is
computed by one thread, for all rows: its weights, their gradient and what the optimizer remembers of them stay in the
cache of that thread's core.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...jit import kernel, kernel_with_arrays
from .common import SparseRows
from .lines import BLOCK, LANES, fetch, weighted_lines

WORD = 8
"""Bytes that `gather_nonzero` looks at together."""

LARGEST_TILE = BLOCK * LANES
"""Nodes of a tile, at most. With 784 inputs, their weights and what an optimizer remembers of them fill a second-level
cache.
"""

LINE = 16
"""Numbers of four bytes in a line of the caches."""

LOT = 128
"""Rows whose deltas are used together: with a tile's nodes they fit into the caches too. Numbered in a byte."""


class Columns(NamedTuple):
    """The values of a lot of rows input by input: which rows have an input, and its values."""

    counts: NDArray[np.int64]  # (features,)
    rows: NDArray[np.uint8]  # (features, LOT): small, so that more of the weights stays in the cache
    values: NDArray[Any]  # the same


@kernel
def gather_nonzero(raw: Any, words: Any, factor: Any, rows: SparseRows) -> None:
    """Fill places and scaled values of the non-zero entries of `raw`, (n, features).

    `words` is `raw` with `WORD` bytes taken together where its type and width allow, else `raw`: most of a picture is
    empty, and a whole word of zeros is passed over at once. `rows` needs room for one more value than there are.
    """
    together, at = raw.shape[1] > words.shape[1], 0
    for i in range(raw.shape[0]):
        rows.start[i] = at
        row, spans = raw[i], words[i]
        for block in range(spans.shape[0]):
            if spans[block] != 0:
                if together:
                    # A zero is written too, and then written over: which are zero cannot be foreseen.
                    for j in range(block * WORD, block * WORD + WORD):
                        rows.places[at] = j
                        rows.values[at] = row[j] * factor[j]
                        at += row[j] != 0
                else:
                    rows.places[at] = block
                    rows.values[at] = row[block] * factor[block]
                    at += 1
    rows.start[raw.shape[0]] = at


@kernel
def sort_by_column(samples: SparseRows, lot: Any, columns: Columns) -> None:
    """Fill `columns` from the samples that `lot` names; each input has its rows in their order."""
    counts = columns.counts
    for column in range(counts.shape[0]):
        counts[column] = 0
    for row in range(lot.shape[0]):
        for at in range(samples.start[lot[row]], samples.start[lot[row] + 1]):
            column = samples.places[at]
            to = counts[column]
            counts[column] = to + 1
            columns.rows[column, to] = row
            columns.values[column, to] = samples.values[at]


@kernel
def constant_sums(tile: Any, background: Any, out: Any) -> None:
    """Fill `out`, (nodes,), with what the background adds to the sums of a tile, (features, nodes)."""
    for j in range(out.shape[0]):
        out[j] = 0
    for i in range(tile.shape[0]):
        line, c = tile[i], background[i]
        if c != 0:
            for j in range(out.shape[0]):
                out[j] += c * line[j]


@kernel
def tile_sums(tile: Any, constant: Any, samples: SparseRows, which: Any, sums: Any) -> None:
    """Fill the sums of a tile's nodes, (rows, nodes), for the samples that `which` names."""
    one = tile.dtype.type(1)
    for row in range(which.shape[0]):
        if row + 1 < which.shape[0]:  # samples stand far from each other
            for at in range(samples.start[which[row + 1]], samples.start[which[row + 1] + 1], LINE):
                fetch(samples.places, at)
                fetch(samples.values, at)
        begin, end = samples.start[which[row]], samples.start[which[row] + 1]
        weighted_lines(tile, samples.places, samples.values, begin, end, one, constant, sums[row])


@kernel_with_arrays
def tile_gradient(gradient: Any, is_first: bool, background: Any, columns: Columns, delta: Any, scratch: Any) -> None:
    """Add to the gradient of a tile, (features, nodes), what comes from a lot's deltas of its nodes, (rows, nodes).

    The first lot does not add but begins. `scratch` has room for these deltas and one row more.
    """
    rows, width = delta.shape
    constant, deltas = scratch[:width], scratch[width : (rows + 1) * width].reshape(rows, width)
    for j in range(width):
        constant[j] = 0
    for row in range(rows):
        line, given = deltas[row], delta[row]
        for j in range(width):
            line[j] = given[j]
            constant[j] += given[j]
    one = gradient.dtype.type(1)
    for i in range(gradient.shape[0]):
        count, places, values, line = columns.counts[i], columns.rows[i], columns.values[i], gradient[i]
        if is_first:
            weighted_lines(deltas, places, values, 0, count, background[i], constant, line)
        else:
            weighted_lines(deltas, places, values, 0, count, one, line, line)
            for j in range(width):
                line[j] += background[i] * constant[j]


@kernel_with_arrays
def tile_of(vector: Any, tiles: Any, tile: int, features: int) -> Any:
    """Return a tile, (features, nodes), of the first matrix in a flat vector."""
    begin, end = tiles[tile], tiles[tile + 1]
    return vector[begin * features : end * features].reshape(features, end - begin)


@kernel_with_arrays
def transpose_tiles(vector: Any, tiles: Any, fan_in: int, back: bool, scratch: Any) -> None:
    """Bring a matrix, (nodes, fan_in) at the beginning of `vector`, into tiles, or `back`.

    Tile t has the weights of the nodes ``tiles[t]`` to ``tiles[t + 1]``, transposed, (fan_in, nodes): a row holds what
    one input contributes to them. It takes the place that the same nodes' rows have in the matrix.
    """
    for tile in range(tiles.shape[0] - 1):
        begin, end = tiles[tile], tiles[tile + 1]
        here = vector[begin * fan_in : end * fan_in]
        if back:
            _transpose(here.reshape(fan_in, end - begin), scratch[: here.shape[0]].reshape(end - begin, fan_in))
        else:
            _transpose(here.reshape(end - begin, fan_in), scratch[: here.shape[0]].reshape(fan_in, end - begin))
        for i in range(here.shape[0]):
            here[i] = scratch[i]


@kernel
def _transpose(matrix: Any, out: Any) -> None:
    """Fill `out` with the transposed matrix, sixteen columns at a time: they share their cache lines."""
    rows, columns = matrix.shape
    for begin in range(0, columns, 16):
        end = min(begin + 16, columns)
        for i in range(rows):
            for j in range(begin, end):
                out[j, i] = matrix[i, j]
