"""Asking a network that no longer changes: the forward pass of `shards`, some rows at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...jit import kernel_with_arrays
from .common import Plan, SparseRows
from .shards import Dropout, Inputs, Part, ShardWork, shard_forward
from .sparse import gather_nonzero, tile_of, tile_sums


class AskingRoom(NamedTuple):
    """Room for some rows on their way through; one thread uses it at a time."""

    every: NDArray[np.int64]  # (rows,): 0, 1, …
    without_zeros: SparseRows
    work: NDArray[Any]  # (5, rows · nodes): sums, activations, what is passed on, scratch, and zeros
    dropout: Dropout  # none


@kernel_with_arrays
def answer_rows(
    plan: Plan, flat: Any, tiles: Any, factor: Any, raw: Any, words: Any, room: AskingRoom, out: Any
) -> None:
    """Fill `out`, (n, outputs), with what the network answers to `raw`, (n, features), times `factor`, (features,).

    The first matrix is in tiles; a background other than 0 is in the first bias.
    """
    most, layers, nodes = room.every.shape[0], plan.activation.shape[0], plan.sizes[1]
    # Every array given to a kernel costs a tenth of a microsecond and more, so they are cut out of one here.
    w, zeros = room.work, room.work[4]
    work, dense = ShardWork(w[0], w[1], w[2], zeros, zeros, zeros, w[3], zeros, room.every), w[:0]
    for begin in range(0, raw.shape[0], most):
        end = min(begin + most, raw.shape[0])
        n = end - begin
        gather_nonzero(raw[begin:end], words[begin:end], factor, room.without_zeros)
        sums = work.sums[: n * nodes].reshape(n, nodes)
        for tile in range(tiles.shape[0] - 1):
            weights, own = tile_of(flat, tiles, tile, plan.sizes[0]), sums[:, tiles[tile] : tiles[tile + 1]]
            tile_sums(weights, zeros[: weights.shape[1]], room.without_zeros, room.every[:n], own)
        shard_forward(plan, flat, Inputs(True, dense), room.dropout, Part(n, 0, n, np.uint64(0), n), work)
        outputs = work.activations[plan.node_at[layers - 1] * n : plan.node_at[layers] * n]
        for i in range(n):
            line = out[begin + i]
            for k in range(line.shape[0]):
                line[k] = outputs[i * line.shape[0] + k]
