"""The loop over batches, as each thread of a team runs it.

A batch is divided into shards by its size alone. Thread `me` computes shards ``me``, ``me + threads``, …, then updates
its part of the weights; what is computed does not depend on who computes it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...jit import kernel, kernel_with_arrays
from ...preprocess.augment_kernels import Distortion, distort_rows
from .common import Plan
from .shards import Dropout, Inputs, Known, Part, ShardWork, shard_gradients
from .sparse import SparseShard, gather_nonzero, sort_by_column
from .team import wait_for_all
from .updates import Constants, sum_shards, sum_squares, take_step


class Source(NamedTuple):
    """Samples as they stand in the data, and how they become inputs and targets."""

    raw: NDArray[Any]
    words: NDArray[Any]  # see `gather_nonzero`
    factor: NDArray[Any]  # (features,), as the next
    offset: NDArray[Any]
    labels: NDArray[np.int64]
    targets: NDArray[Any]
    weights: NDArray[Any]  # (samples,), or empty where all count alike
    distorts: bool
    distortion: Distortion


class Steps(NamedTuple):
    """A block of steps: which samples, and for each step its constants and where dropout draws."""

    order: NDArray[np.int64]
    batch_size: int
    constants: NDArray[Any]  # (steps, all of Constants but clip)
    places: NDArray[np.uint64]  # (steps,)


class Memory(NamedTuple):
    """The weights, what the optimizer carries, and room for the shards."""

    flat: NDArray[Any]
    slots: NDArray[Any]
    average: NDArray[Any]
    gradients: NDArray[Any]  # (shards, parameters)
    inputs: NDArray[Any]  # (shards, rows, features)
    distorted: NDArray[Any]  # the same, float32
    work: NDArray[Any]  # (shards, 7, rows · nodes)
    fields: NDArray[Any]  # (shards, …), see `distort_rows`
    sparse: SparseShard  # the same with shards in front
    squares: NDArray[Any]  # (chunks,)
    loss: NDArray[Any]  # (shards,)
    correct: NDArray[Any]  # (shards,)


class Rules(NamedTuple):
    """What stays the same through a training."""

    is_sparse: bool  # inputs without their background
    optimizer: int
    clip: float  # 0 for none
    smallest_shard: int
    chunk: int


@kernel
def shards_of(rows: int, shards: int, smallest: int) -> int:
    """Return how many shards a batch of so many rows has."""
    return max(1, min(shards, rows // smallest))


@kernel_with_arrays
def train_batches(
    me: int,
    threads: int,
    team: Any,
    plan: Plan,
    source: Source,
    steps: Steps,
    dropout: Dropout,
    rules: Rules,
    memory: Memory,
) -> None:
    """Take a block of steps together with the other threads; losses are added up a shard.

    A team that is sent home leaves the weights somewhere between two steps.
    """
    chunks = memory.squares.shape[0]
    for step in range(steps.constants.shape[0]):
        first = step * steps.batch_size
        batch = steps.order[first : first + steps.batch_size]
        count = shards_of(batch.shape[0], memory.gradients.shape[0], rules.smallest_shard)
        for shard in range(me, count, threads):
            _shard(shard, count, batch, steps.places[step], plan, source, dropout, rules.is_sparse, memory)
        if not wait_for_all(team, threads):
            return

        clip = memory.flat.dtype.type(1)
        if rules.clip > 0:
            for chunk in range(me, chunks, threads):
                start, stop = chunk * rules.chunk, min((chunk + 1) * rules.chunk, memory.flat.shape[0])
                sum_shards(memory.gradients, count, start, stop)
                memory.squares[chunk] = sum_squares(memory.gradients[0], start, stop)
            if not wait_for_all(team, threads):
                return
            count = 1
            norm = memory.squares.sum() ** 0.5
            if norm > rules.clip:
                clip = memory.flat.dtype.type(rules.clip / norm)
        c = steps.constants[step]
        constants = Constants(c[0], clip, c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9])
        for chunk in range(me, chunks, threads):
            start, stop = chunk * rules.chunk, min((chunk + 1) * rules.chunk, memory.flat.shape[0])
            sum_shards(memory.gradients, count, start, stop)
            gradient = memory.gradients[0]
            take_step(rules.optimizer, memory.flat, gradient, memory.slots, memory.average, start, stop, constants)
        if not wait_for_all(team, threads):
            return


@kernel_with_arrays
def _shard(
    shard: int,
    count: int,
    batch: Any,
    place: Any,
    plan: Plan,
    source: Source,
    dropout: Dropout,
    is_sparse: bool,
    memory: Memory,
) -> None:
    """Compute one shard of a batch into its own memory."""
    start, stop = shard * batch.shape[0] // count, (shard + 1) * batch.shape[0] // count
    which, n = batch[start:stop], stop - start
    dense, all_sparse = memory.inputs[shard][:n], memory.sparse
    sparse = SparseShard(
        all_sparse.start[shard],
        all_sparse.places[shard],
        all_sparse.values[shard],
        all_sparse.column_start[shard],
        all_sparse.rows[shard],
        all_sparse.column_values[shard],
    )
    if is_sparse:
        gather_nonzero(source.raw, source.words, which, source.factor, sparse.start, sparse.places, sparse.values)
        sort_by_column(sparse, n)
    elif source.distorts:
        distorted = memory.distorted[shard][:n]
        distort_rows(source.raw, which, source.distortion, memory.fields[shard], distorted)
        _scale(distorted, source.factor, source.offset, dense)
    else:
        _gather(source.raw, which, source.factor, source.offset, dense)
    known = Known(source.labels[which], source.targets, source.weights)
    if source.weights.shape[0] > 0:
        known = Known(known.labels, known.targets, source.weights[which])
    w = memory.work[shard]
    work = ShardWork(w[0], w[1], w[2], w[3], w[4], w[5], w[6])
    part = Part(n, start, batch.shape[0], place)
    inputs = Inputs(is_sparse, dense, source.offset, sparse)
    gradient = memory.gradients[shard]
    loss, correct = shard_gradients(plan, memory.flat, inputs, known, dropout, part, work, gradient)
    memory.loss[shard] += loss
    memory.correct[shard] += correct


@kernel
def _gather(raw: Any, which: Any, factor: Any, offset: Any, inputs: Any) -> None:
    for i in range(which.shape[0]):
        row, scaled = raw[which[i]], inputs[i]
        for j in range(row.shape[0]):
            scaled[j] = row[j] * factor[j] + offset[j]


@kernel
def _scale(raw: Any, factor: Any, offset: Any, inputs: Any) -> None:
    for i in range(raw.shape[0]):
        row, scaled = raw[i], inputs[i]
        for j in range(row.shape[0]):
            scaled[j] = row[j] * factor[j] + offset[j]
