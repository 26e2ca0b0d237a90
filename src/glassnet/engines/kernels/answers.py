"""Asking a network that no longer changes: the forward pass of `shards`, some rows at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...jit import kernel_with_arrays
from .common import SQUARED_ERROR, Plan, SparseRows
from .shards import Dropout, Inputs, Part, ShardWork, shard_forward
from .sparse import gather_nonzero, tile_of, tile_sums


class AskingRoom(NamedTuple):
    """Room for some rows on their way through; one thread uses it at a time."""

    without_zeros: SparseRows
    work: NDArray[Any]  # (5, rows · nodes): sums, activations, what is passed on, scratch, and zeros
    dropout: Dropout  # none


def packed(plan: Plan, tiles: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """Return all whole numbers of a network that is asked so many rows at a time, each list behind its length.

    Every array given to a kernel costs a quarter of a microsecond, and a question takes some eight.
    """
    lists = (plan.sizes, plan.node_at, plan.weight_at, plan.bias_at, plan.activation, tiles, np.arange(rows))
    return np.concatenate([np.concatenate([[len(one)], one]) for one in lists])


@kernel_with_arrays
def _next(numbers: Any, at: int) -> tuple[Any, int]:
    """Return the list that stands at a place, and where the next one does."""
    end = at + 1 + numbers[at]
    return numbers[at + 1 : end], end


@kernel_with_arrays
def answer_rows(numbers: Any, flat: Any, factor: Any, raw: Any, words: Any, room: AskingRoom, out: Any) -> None:
    """Fill `out`, (n, outputs), with what the network answers to `raw`, (n, features), times `factor`, (features,).

    `numbers` are `packed`. The first matrix is in tiles; a background other than 0 is in the first bias.
    """
    sizes, at = _next(numbers, 0)
    node_at, at = _next(numbers, at)
    weight_at, at = _next(numbers, at)
    bias_at, at = _next(numbers, at)
    activation, at = _next(numbers, at)
    tiles, at = _next(numbers, at)
    every, at = _next(numbers, at)
    plan = Plan(sizes, node_at, weight_at, bias_at, activation, SQUARED_ERROR, 0.0, False)  # no loss is asked for
    without_zeros = room.without_zeros
    most, layers, nodes = every.shape[0], activation.shape[0], sizes[1]
    w, zeros = room.work, room.work[4]
    work, dense = ShardWork(w[0], w[1], w[2], zeros, zeros, zeros, w[3], zeros, every), w[:0]
    for begin in range(0, raw.shape[0], most):
        end = min(begin + most, raw.shape[0])
        n = end - begin
        gather_nonzero(raw[begin:end], words[begin:end], factor, without_zeros)
        sums = work.sums[: n * nodes].reshape(n, nodes)
        for tile in range(tiles.shape[0] - 1):
            weights, own = tile_of(flat, tiles, tile, sizes[0]), sums[:, tiles[tile] : tiles[tile + 1]]
            tile_sums(weights, zeros[: weights.shape[1]], without_zeros, every[:n], own)
        shard_forward(plan, flat, Inputs(True, dense), room.dropout, Part(n, 0, n, np.uint64(0), n), work)
        outputs = work.activations[node_at[layers - 1] * n : node_at[layers] * n]
        for i in range(n):
            line = out[begin + i]
            for k in range(line.shape[0]):
                line[k] = outputs[i * line.shape[0] + k]
