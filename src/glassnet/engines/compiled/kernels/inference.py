"""Inference with a frozen network: the forward pass, some rows at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....runtime.jit import outer_kernel, part_of_kernel
from .common import SparseRows, greater, matrix_in, vector_in
from .plan import Plan
from .shards import through_layer
from .sparse import LARGEST_TILE, gather_nonzero, tile_of, tile_sums


def packed(plan: Plan, tiles: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """Return all integers of a network that predicts `rows` rows at a time, in one array; a length precedes each list.

    Each array argument of a kernel costs 0.25 µs, and a prediction takes about 7 µs.
    """
    codes = plan.coupled, plan.fades, plan.activate.ravel(), plan.products.ravel()
    lists = (plan.sizes, plan.node_at, plan.weight_at, plan.bias_at, *codes, tiles)
    return np.concatenate([*(np.concatenate([[len(one)], one]) for one in lists), [rows]])


@part_of_kernel
def _next(numbers: Any, at: int) -> tuple[Any, int]:
    """Return the list at a place, and the place of the next list."""
    end = at + 1 + numbers[at]
    return vector_in(numbers, at + 1, numbers[at]), end


@outer_kernel
def answer_rows(numbers: Any, flat: Any, raw: Any, places: Any, work: Any, out: Any) -> None:
    """Fill `out`, (n, outputs), with the outputs for `raw`, (n, features).

    `numbers` is the result of `packed` for m rows at a time. `flat` has the first matrix in tiles, a non-zero
    background in the first bias, and the factors of the inputs after the last bias. The scratch memory is for one
    thread: `places`, (m + 1 + m · features + 1,), has the places of non-zero values; `work`, (2 · m · nodes +
    `LARGEST_TILE` + m · features + 1,), has sums, activations, zeros, and the non-zero values.
    """
    sizes, at = _next(numbers, 0)
    node_at, at = _next(numbers, at)
    weight_at, at = _next(numbers, at)
    bias_at, at = _next(numbers, at)
    coupled, at = _next(numbers, at)
    fades, at = _next(numbers, at)
    entries, at = _next(numbers, at)
    products, at = _next(numbers, at)
    tiles, at = _next(numbers, at)
    activate = matrix_in(entries, 0, coupled.shape[0], 2)
    # The derivatives and the loss are not used.
    by_blas = matrix_in(products, 0, 3, 2)
    unused = activate, by_blas, entries, 0.0, False, False
    plan = Plan(sizes, node_at, weight_at, bias_at, coupled, fades, activate, *unused)
    most, layers, features, nodes = numbers[at], coupled.shape[0], sizes[0], sizes[1]
    size = most * node_at[layers]
    values = most * features + 1
    sums, activations = vector_in(work, 0, size), vector_in(work, size, size)
    zeros = vector_in(work, 2 * size, LARGEST_TILE)
    start, where = vector_in(places, 0, most + 1), vector_in(places, most + 1, values)
    without_zeros = SparseRows(start, where, vector_in(work, 2 * size + LARGEST_TILE, values))
    factor = vector_in(flat, flat.shape[0] - features, features)
    for begin in range(0, raw.shape[0], most):
        n = most if begin + most < raw.shape[0] else raw.shape[0] - begin
        gather_nonzero(raw, begin, n, factor, without_zeros)
        for tile in range(tiles.shape[0] - 1):
            weights = tile_of(flat, tiles, tile, features)
            constant = vector_in(zeros, 0, weights.shape[1])
            tile_sums(weights, constant, without_zeros, n, sums, tiles[tile], nodes)
        for layer in range(layers):
            here, numbers_here = node_at[layer] * n, sizes[layer + 1] * n
            below = matrix_in(activations, node_at[greater(0, layer - 1)] * n, n, sizes[layer])
            z, a = vector_in(sums, here, numbers_here), vector_in(activations, here, numbers_here)
            through_layer(plan, flat, layer, n, below, layer == 0, z, a, zeros)
        for i in range(n):
            line, first = out[begin + i], node_at[layers - 1] * n + i * sizes[layers]
            for k in range(line.shape[0]):
                line[k] = activations[first + k]
