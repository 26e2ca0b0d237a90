"""Asking a network that no longer changes: the forward pass of `shards`, some rows at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...jit import kernel_with_arrays
from .common import Plan
from .shards import Dropout, Inputs, Part, ShardWork, shard_forward
from .sparse import SparseShard, gather_nonzero


class AskingRoom(NamedTuple):
    """Room for some rows on their way through; one thread uses it at a time."""

    every: NDArray[np.int64]  # (rows,): 0, 1, …
    sparse: SparseShard
    work: ShardWork
    dense: NDArray[Any]  # (0, features): inputs are sparse
    background: NDArray[Any]  # (features,): zeros
    dropout: Dropout  # none


@kernel_with_arrays
def answer_rows(plan: Plan, flat: Any, factor: Any, raw: Any, words: Any, room: AskingRoom, out: Any) -> None:
    """Fill `out`, (n, outputs), with what the network answers to `raw`, (n, features), times `factor`, (features,).

    The first matrix is in tiles; a background other than 0 is in the first bias.
    """
    most, layers = room.every.shape[0], plan.activation.shape[0]
    for begin in range(0, raw.shape[0], most):
        end = min(begin + most, raw.shape[0])
        n = end - begin
        every, sparse = room.every[:n], room.sparse
        gather_nonzero(raw[begin:end], words[begin:end], every, factor, sparse.start, sparse.places, sparse.values)
        inputs = Inputs(True, room.dense, room.background, sparse)
        shard_forward(plan, flat, inputs, room.dropout, Part(n, 0, n, np.uint64(0)), room.work)
        outputs = room.work.activations[plan.node_at[layers - 1] * n : plan.node_at[layers] * n]
        for i in range(n):
            line = out[begin + i]
            for k in range(line.shape[0]):
                line[k] = outputs[i * line.shape[0] + k]
