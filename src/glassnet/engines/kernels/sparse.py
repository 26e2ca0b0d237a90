"""Rows with many zeros: the places and values of the others, and products that leave the zeros out.

Most values of a picture are 0, so most inputs are the background `c`: 0.01 in the notes, 0 for ``x / max``, and what 0
becomes where each feature has a scale of its own. With inputs ``x = v + c``, a first matrix W and δ of its nodes, for
the rows of a batch:

- forward: ``W x = W v + W c``, and the second part is the same for every row;
- gradient: ``Σ δ xᵀ = Σ δ vᵀ + (Σ δ) cᵀ``, and the second part needs no row again.

Both products run over the values of v that are not 0. `tiled` has the form of W in which they are quick.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...jit import kernel, kernel_with_arrays

TILE = 256
"""Nodes whose weights are used together: with 784 inputs they fill most of a second-level cache."""


class SparseShard(NamedTuple):
    """The inputs of a shard without their background: once row by row, once input by input."""

    start: NDArray[np.int64]  # (rows + 1,): where each row begins in the next two
    places: NDArray[np.int32]
    values: NDArray[Any]
    column_start: NDArray[np.int64]  # (features + 1,): where each input begins in the next two
    rows: NDArray[np.int32]
    column_values: NDArray[Any]


@kernel
def gather_nonzero(raw: Any, words: Any, which: Any, factor: Any, start: Any, places: Any, values: Any) -> None:
    """Fill, for one row of `which` after the other, places and scaled values of the non-zero entries.

    `words` is `raw` with its bytes taken several at a time where its width allows: most of a picture is empty, and a
    whole word of zeros is passed over at once.
    """
    span = raw.shape[1] // words.shape[1]
    at = 0
    for i in range(which.shape[0]):
        start[i] = at
        row, spans = raw[which[i]], words[which[i]]
        for block in range(spans.shape[0]):
            if spans[block] != 0:
                for j in range(block * span, (block + 1) * span):
                    if row[j] != 0:
                        places[at] = j
                        values[at] = row[j] * factor[j]
                        at += 1
    start[which.shape[0]] = at


@kernel
def sort_by_column(sparse: SparseShard, rows: int) -> None:
    """Fill the second half of `sparse` from the first: each input's rows, in their order."""
    start, places, begins = sparse.start, sparse.places, sparse.column_start
    columns = begins.shape[0] - 1
    for column in range(columns + 1):
        begins[column] = 0
    for at in range(start[rows]):
        begins[places[at] + 1] += 1
    for column in range(columns):
        begins[column + 1] += begins[column]
    # Here `begins` moves to the end of each column while it is filled, and is then moved back by one column.
    for row in range(rows):
        for at in range(start[row], start[row + 1]):
            to = begins[places[at]]
            begins[places[at]] = to + 1
            sparse.rows[to] = row
            sparse.column_values[to] = sparse.values[at]
    for column in range(columns, 0, -1):
        begins[column] = begins[column - 1]
    begins[0] = 0


@kernel
def add_rows(matrix: Any, places: Any, values: Any, out: Any) -> None:
    """Add ``Σ valuesᵢ · matrix[placesᵢ]`` to `out`, eight at a time: `out` is read and written once for all eight."""
    i, count, width = 0, places.shape[0], out.shape[0]
    while i + 8 <= count:
        w0, w1, w2, w3 = matrix[places[i]], matrix[places[i + 1]], matrix[places[i + 2]], matrix[places[i + 3]]
        w4, w5, w6, w7 = matrix[places[i + 4]], matrix[places[i + 5]], matrix[places[i + 6]], matrix[places[i + 7]]
        v0, v1, v2, v3 = values[i], values[i + 1], values[i + 2], values[i + 3]
        v4, v5, v6, v7 = values[i + 4], values[i + 5], values[i + 6], values[i + 7]
        for j in range(width):
            low = v0 * w0[j] + v1 * w1[j] + v2 * w2[j] + v3 * w3[j]
            out[j] += low + v4 * w4[j] + v5 * w5[j] + v6 * w6[j] + v7 * w7[j]
        i += 8
    while i < count:
        w0, v0 = matrix[places[i]], values[i]
        for j in range(width):
            out[j] += v0 * w0[j]
        i += 1


@kernel_with_arrays
def sparse_forward(
    first: Any, background: Any, sparse: SparseShard, n: int, nodes: int, sums: Any, scratch: Any
) -> None:
    """Fill the sums of the first layer, (n · nodes,), from its matrix in tiles; `background` is (features,)."""
    features = sparse.column_start.shape[0] - 1
    for begin in range(0, nodes, TILE):
        end = min(begin + TILE, nodes)
        tile = first[begin * features : end * features].reshape(features, end - begin)
        constant = scratch[: end - begin]
        for j in range(end - begin):
            constant[j] = 0
        for i in range(features):
            line, c = tile[i], background[i]
            if c != 0:
                for j in range(end - begin):
                    constant[j] += c * line[j]
        for row in range(n):
            z = sums[row * nodes + begin : row * nodes + end]
            for j in range(end - begin):
                z[j] = constant[j]
            at, stop = sparse.start[row], sparse.start[row + 1]
            add_rows(tile, sparse.places[at:stop], sparse.values[at:stop], z)


@kernel_with_arrays
def sparse_gradient(
    gradient: Any, background: Any, sparse: SparseShard, n: int, nodes: int, delta: Any, scratch: Any, line_scratch: Any
) -> None:
    """Fill the gradient of the first matrix, in tiles as the matrix, from the deltas of its nodes, (n · nodes,)."""
    features = sparse.column_start.shape[0] - 1
    for begin in range(0, nodes, TILE):
        end = min(begin + TILE, nodes)
        width = end - begin
        tile = gradient[begin * features : end * features].reshape(features, width)
        constant, deltas = line_scratch[:width], scratch[: n * width].reshape(n, width)
        for j in range(width):
            constant[j] = 0
        for row in range(n):
            line, part = deltas[row], delta[row * nodes + begin : row * nodes + end]
            for j in range(width):
                line[j] = part[j]
                constant[j] += part[j]
        for i in range(features):
            line, c = tile[i], background[i]
            for j in range(width):
                line[j] = c * constant[j]
            at, stop = sparse.column_start[i], sparse.column_start[i + 1]
            add_rows(deltas, sparse.rows[at:stop], sparse.column_values[at:stop], line)


@kernel_with_arrays
def transpose_tiles(vector: Any, fan_out: int, fan_in: int, back: bool, scratch: Any) -> None:
    """Bring a matrix, (fan_out, fan_in) at the beginning of `vector`, into tiles, or `back`.

    A tile has the weights of up to ``TILE`` nodes, transposed, (fan_in, nodes): a row holds what one input contributes
    to them. It takes the place that the same nodes' rows have in the matrix.
    """
    for begin in range(0, fan_out, TILE):
        end = min(begin + TILE, fan_out)
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
