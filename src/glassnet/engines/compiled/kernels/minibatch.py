"""The loop over batches, run by each thread of the pool.

The division of a batch into shards depends only on its size. Thread t of T computes the shards t, t + T, …, then
updates its part of the weights. The result does not depend on which thread computes what. If zeros are skipped, threads
divide the first layer into tiles (some nodes, all inputs) or column blocks (some inputs, all nodes), and the other
layers into shards (some rows, all nodes), so that weights hardly move between cores.

`train_batches` calls the kernels of a step by their entries in `Settings`, so that only those are compiled that the
options and the data need: see `calls`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....preprocess.augment.kernels import Distortion, distort_rows
from ....runtime.jit import kernel, outer_kernel, part_of_kernel
from ... import shards as division
from .activations import add, copy, set_to_zero
from .barrier import end_part, first_step, goes_on, wait_for_all
from .calls import call, call_for_progress, entry_of
from .common import SampleTargets, greater, lesser, matrix_in, vector_in
from .optimizers import Constants, constants_of, follow, sum_shards, sum_squares, update_kernel
from .plan import Plan
from .shards import Dropout, Inputs, Part, ShardWork, select_hardest, shard_gradients
from .sparse import ROW_BLOCK, Pairs, row_block_gradient, row_block_sums, sort_by_column, tile_of, transpose_tile
from .tile_products import Columns, bring_back, numbers_of

_shards_of, _rows_of, _hardest_of = (
    kernel(division.shards_of),
    kernel(division.rows_of),
    kernel(division.hardest_of),
)


class Source(NamedTuple):
    """Samples as in the data, with their scaling and targets."""

    raw: NDArray[Any]
    without_zeros: Pairs  # empty if zeros are multiplied
    factor: NDArray[Any]  # (features,), padded to an even length, like `offset`
    offset: NDArray[Any]
    targets: SampleTargets
    distortion: Distortion


class Steps(NamedTuple):
    """A block of steps: its samples, and for each step the constants and the address of dropout's random numbers."""

    order: NDArray[np.int64]
    batch_size: int
    constants: NDArray[Any]  # (steps, fields of `Constants` without clip)
    addresses: NDArray[np.uint64]  # (steps,)


class Weights(NamedTuple):
    """The arrays that a step changes: weights, optimizer state, and average (without averaging the weights again)."""

    flat: NDArray[Any]
    slots: NDArray[Any]
    average: NDArray[Any]


class Buffers(NamedTuple):
    """Memory for the shards and for data shared by threads."""

    gradients: NDArray[Any]  # (shards, parameters)
    inputs: NDArray[Any]  # (shards, rows, features)
    distorted: NDArray[Any]  # like `inputs`, float32
    work: NDArray[Any]  # (shards, 8, rows · nodes)
    selected: NDArray[np.int64]  # (shards, rows)
    room: NDArray[Any]  # (shards, …): see `products.room_of`
    workspaces: NDArray[Any]  # (shards, …), see `distort_rows`
    columns: Columns  # with threads as the first axis
    scratch: NDArray[Any]  # (threads, …): sums or deltas of a row block and a tile
    later_sums: NDArray[Any]  # (column blocks - 1, rows of the batch · nodes): sums of all column blocks but the first
    first_delta: NDArray[Any]  # (rows of the batch, nodes of the first layer)
    squares: NDArray[Any]  # (parts,)
    loss: NDArray[Any]  # (shards,)
    correct: NDArray[Any]  # (shards,)


ENTRIES = 7
FILL, FIRST_SUMS, FIRST_GRADIENTS, TRANSPOSE, SHARD, SELECT, UPDATE_PART = range(ENTRIES)
"""Number and rows of `Settings.entries`: `fill_inputs` or `fill_distorted`, `first_sums`, `first_gradients`,
`transpose_tiles`, `shard_gradients`, `select_hardest`, and the optimizer's kernel."""


class Settings(NamedTuple):
    """Settings that stay constant during training."""

    entries: NDArray[np.int64]  # (ENTRIES, 2): kernels to call; 0 for those that are not needed

    tiles: NDArray[np.int64]  # (tiles + 1,): their first nodes, see `transpose_tile`; (1,) if zeros are multiplied
    column_blocks: NDArray[np.int64]  # (column blocks + 1,): first pairs of inputs; if several, split among threads
    parts: NDArray[np.int64]  # (parts + 1,): parts of the flat vectors for the update; tiles by column block come first
    clip: float  # 0: none
    hardest: float  # 1: all
    averages: bool  # whether `Weights.average` is a separate vector


def compile_step(
    optimizer: str,
    plan: Plan,
    source: Source,
    dropout: Dropout,
    settings: Settings,
    weights: Weights,
    buffers: Buffers,
) -> None:
    """Compile or load the kernels that the steps call, for the types of the arguments; fill ``settings.entries``."""
    entries, batch, gradient = settings.entries, np.zeros(0, np.int64), buffers.gradients[0]
    is_sparse, distorts = settings.tiles.shape[0] > 1, buffers.distorted.shape[2] > 0
    if is_sparse:
        entries[TRANSPOSE] = entry_of(transpose_tiles, 0, 1, 0, settings, weights, buffers, False)
        entries[FIRST_SUMS] = entry_of(first_sums, 0, 1, 0, batch, source, settings, weights, buffers)
        entries[FIRST_GRADIENTS] = entry_of(first_gradients, 0, 1, batch, source, settings, buffers)
    else:
        entries[FILL] = entry_of(fill_distorted if distorts else fill_inputs, 0, batch, source, buffers)
    inputs, part = Inputs(is_sparse, buffers.inputs[0]), Part(0, 0, 0, np.uint64(0), 0)
    work = ShardWork._make([*buffers.work[0], buffers.selected[0], buffers.room[0]])
    if settings.hardest < 1:
        entries[SELECT] = entry_of(select_hardest, plan, inputs, part, work)
    shard = (plan, weights.flat, inputs, source.targets, batch, dropout, part, work, gradient, entries[SELECT])
    entries[SHARD] = entry_of(shard_gradients, *shard)
    constants = Constants(*np.zeros(len(Constants._fields), weights.flat.dtype))
    update = (weights.flat, gradient, weights.slots, 0, 0, constants)
    entries[UPDATE_PART] = entry_of(update_kernel(optimizer), *update)


@outer_kernel
def train_batches(
    thread: int,
    threads: int,
    barrier: Any,
    plan: Plan,
    source: Source,
    steps: Steps,
    dropout: Dropout,
    settings: Settings,
    weights: Weights,
    buffers: Buffers,
) -> None:
    """Run a part of a block of steps together with the other threads; losses are summed per shard.

    If the barrier is aborted, the last step may be incomplete.
    """
    features, shares_column_blocks = source.raw.shape[1], settings.column_blocks.shape[0] > 2
    # Each thread transposes its own tiles, which no other thread reads, and transposes them back when it stops.
    tiles, shards = settings.tiles.shape[0] - 1, buffers.gradients.shape[0]
    if tiles > 0 and not shares_column_blocks:
        own = (thread, threads, features, settings, weights, buffers, np.bool_(False))
        call(settings.entries[TRANSPOSE], own)
    step = first_step(barrier, thread, threads)
    while goes_on(barrier, thread, step):
        first = step * steps.batch_size
        batch = vector_in(steps.order, first, lesser(steps.batch_size, steps.order.shape[0] - first))
        count = _shards_of(batch.shape[0], shards)
        if tiles > 0:
            sums_arguments = (thread, threads, count, batch, source, settings, weights, buffers)
            call(settings.entries[FIRST_SUMS], sums_arguments)
            if not wait_for_all(barrier, threads):
                break
        for shard in range(thread, count, threads):
            _shard(shard, count, batch, steps.addresses[step], plan, source, dropout, settings, weights, buffers)
        if not wait_for_all(barrier, threads):
            break
        if tiles > 0:
            call(settings.entries[FIRST_GRADIENTS], (thread, threads, batch, source, settings, buffers))
        if not _update(thread, threads, barrier, count, steps.constants[step], settings, weights, buffers):
            break
        step += 1
    end_part(barrier, thread, step)
    if tiles > 0 and not shares_column_blocks:
        back = (thread, threads, features, settings, weights, buffers, np.bool_(True))
        call(settings.entries[TRANSPOSE], back)


@outer_kernel
def fill_shards(
    thread: int,
    threads: int,
    barrier: Any,
    first: int,
    stop: int,
    batch: Any,
    address: Any,
    plan: Plan,
    source: Source,
    dropout: Dropout,
    settings: Settings,
    weights: Weights,
    buffers: Buffers,
) -> None:
    """Compute the shards `first` to `stop` of a batch, the first half of a step of `train_batches` without tiles."""
    count = _shards_of(batch.shape[0], buffers.gradients.shape[0])
    for shard in range(first + thread, stop, threads):
        _shard(shard, count, batch, address, plan, source, dropout, settings, weights, buffers)
    end_part(barrier, thread, 1)


@outer_kernel
def update_by_sum(
    thread: int, threads: int, barrier: Any, table_row: Any, settings: Settings, weights: Weights, buffers: Buffers
) -> None:
    """Update the weights by ``buffers.gradients[0]``, the sum of all shards: the second half of such a step."""
    _update(thread, threads, barrier, 1, table_row, settings, weights, buffers)


@kernel
def transpose_tiles(
    thread: int, threads: int, features: int, settings: Settings, weights: Weights, buffers: Buffers, back: Any
) -> None:
    """Transpose this thread's tiles, with their optimizer state and average, for sparse inputs, or `back`."""
    slots = weights.slots.shape[0]
    for tile in range(thread, settings.tiles.shape[0] - 1, threads):
        for which in range(slots + 1 + settings.averages):
            vector = weights.slots[which] if which < slots else weights.flat if which == slots else weights.average
            transpose_tile(vector, settings.tiles, tile, features, back, buffers.gradients[0])


@kernel
def _is_own(part: int, thread: int, threads: int, settings: Settings) -> bool:
    """Return whether a part of the weights is this thread's: by column block if there are several, else by tile."""
    tiles, blocks = settings.tiles.shape[0] - 1, settings.column_blocks.shape[0] - 1
    number = part % blocks if blocks > 1 and part < tiles * blocks else part
    return number % threads == thread


@part_of_kernel
def _update(
    thread: int,
    threads: int,
    barrier: Any,
    count: int,
    table_row: Any,
    settings: Settings,
    weights: Weights,
    buffers: Buffers,
) -> bool:
    """Update this thread's parts of the weights, including its own tiles; return False if aborted."""
    parts, units = settings.parts, (settings.tiles.shape[0] - 1) * (settings.column_blocks.shape[0] - 1)
    clip, gradient = weights.flat.dtype.type(1), buffers.gradients[0]
    if settings.clip > 0:  # the step needs the norm of the whole gradient first
        for part in range(buffers.squares.shape[0]):
            if not _is_own(part, thread, threads, settings):
                continue
            _sum_part(part, count, units, parts, buffers)
            buffers.squares[part] = sum_squares(gradient, parts[part], parts[part + 1])
        if not wait_for_all(barrier, threads):
            return False
        norm = 0.0
        for part in range(buffers.squares.shape[0]):
            norm += buffers.squares[part]
        norm = norm**0.5
        if norm > settings.clip:
            clip = weights.flat.dtype.type(settings.clip / norm)
    constants = constants_of(table_row, clip)
    for part in range(buffers.squares.shape[0]):
        if not _is_own(part, thread, threads, settings):
            continue
        if settings.clip == 0:
            _sum_part(part, count, units, parts, buffers)
        start, stop = parts[part], parts[part + 1]
        arguments = (weights.flat, gradient, weights.slots, start, stop, constants)
        call(settings.entries[UPDATE_PART], arguments)
        follow(weights.average, weights.flat, start, stop, constants.follow)
    # If there are tiles or column blocks, the next step begins with the thread's own.
    return units > 0 or wait_for_all(barrier, threads)


@part_of_kernel
def _sum_part(part: int, count: int, units: int, parts: Any, buffers: Buffers) -> None:
    """Sum the shards' gradients in a part; for a tile's column block, the gradient already covers the whole batch."""
    if part >= units:
        sum_shards(buffers.gradients, count, parts[part], parts[part + 1])


@kernel
def first_sums(
    thread: int,
    threads: int,
    count: int,
    batch: Any,
    source: Source,
    settings: Settings,
    weights: Weights,
    buffers: Buffers,
) -> None:
    """Compute the sums of the first layer for this thread's tiles or column blocks, one row block at a time."""
    # A thread with tiles sorts all rows itself: reading rows that others have sorted from their caches costs as much.
    columns = Columns(buffers.columns.ends[thread], buffers.columns.rows[thread], buffers.columns.values[thread])
    tiles, blocks = settings.tiles, settings.column_blocks
    for start in range(0, batch.shape[0], ROW_BLOCK):
        row_block = vector_in(batch, start, lesser(ROW_BLOCK, batch.shape[0] - start))
        for block in range(blocks.shape[0] - 1):
            is_sorted = False
            for tile in range(tiles.shape[0] - 1):
                if not _is_own(tile * (blocks.shape[0] - 1) + block, thread, threads, settings):
                    continue
                if not is_sorted:
                    sort_by_column(
                        source.without_zeros, row_block, blocks, block, source.factor, source.offset, columns
                    )
                    is_sorted = True
                own = _workspace(buffers.scratch[thread], row_block.shape[0] + 1, tiles[tile + 1] - tiles[tile])
                tile_weights = tile_of(weights.flat, tiles, tile, source.raw.shape[1])
                # network.forward: z = a @ weight.T
                row_block_sums(tile_weights, columns, blocks[block], blocks[block + 1], own)
                for shard in range(count):
                    _to_shard(own, start, shard, count, batch, tiles, tile, block, buffers)


@part_of_kernel
def _workspace(scratch: Any, rows: int, nodes: int) -> Any:
    """Return scratch memory for the sums or deltas of a tile, (rows, numbers)."""
    return matrix_in(scratch, 0, rows, numbers_of(nodes))


@part_of_kernel
def _to_shard(
    sums: Any, first: int, shard: int, count: int, batch: Any, tiles: Any, tile: int, block: int, buffers: Buffers
) -> None:
    """Copy the sums of a tile's nodes to the shard with their rows; `first` is the first row of the row block."""
    start, stop = _rows_of(shard, count, batch.shape[0])
    constant, nodes = sums[sums.shape[0] - 1], tiles[tiles.shape[0] - 1]
    to = buffers.work[shard][0] if block == 0 else buffers.later_sums[block - 1][start * nodes :]
    for row in range(greater(start, first), lesser(stop, first + sums.shape[0] - 1)):
        at = (row - start) * nodes
        bring_back(sums[row - first], constant, to[at + tiles[tile] : at + tiles[tile + 1]])


@kernel
def first_gradients(
    thread: int, threads: int, batch: Any, source: Source, settings: Settings, buffers: Buffers
) -> None:
    """Compute the gradients of this thread's tiles or column blocks, one row block at a time."""
    columns = Columns(buffers.columns.ends[thread], buffers.columns.rows[thread], buffers.columns.values[thread])
    tiles, blocks = settings.tiles, settings.column_blocks
    for start in range(0, batch.shape[0], ROW_BLOCK):
        stop = lesser(start + ROW_BLOCK, batch.shape[0])
        for block in range(blocks.shape[0] - 1):
            is_sorted = batch.shape[0] <= ROW_BLOCK  # from `first_sums`
            for tile in range(tiles.shape[0] - 1):
                if not _is_own(tile * (blocks.shape[0] - 1) + block, thread, threads, settings):
                    continue
                if not is_sorted:
                    row_block = vector_in(batch, start, stop - start)
                    sort_by_column(
                        source.without_zeros, row_block, blocks, block, source.factor, source.offset, columns
                    )
                    is_sorted = True
                gradient = tile_of(buffers.gradients[0], tiles, tile, source.raw.shape[1])
                delta = buffers.first_delta[start:stop, tiles[tile] : tiles[tile + 1]]
                room = _workspace(buffers.scratch[thread], stop - start + 1, tiles[tile + 1] - tiles[tile])
                # network.backpropagate: np.dot((delta * share).T, a
                row_block_gradient(gradient, start == 0, columns, blocks[block], blocks[block + 1], delta, room)


@part_of_kernel
def _shard(
    shard: int,
    count: int,
    batch: Any,
    address: Any,
    plan: Plan,
    source: Source,
    dropout: Dropout,
    settings: Settings,
    weights: Weights,
    buffers: Buffers,
) -> None:
    """Compute one shard of a batch in its own buffers."""
    start, stop = _rows_of(shard, count, batch.shape[0])
    which, n, is_sparse = vector_in(batch, start, stop - start), stop - start, settings.tiles.shape[0] > 1
    if not is_sparse:
        call(settings.entries[FILL], (shard, which, source, buffers))
    w = buffers.work[shard]
    work = ShardWork(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], buffers.selected[shard], buffers.room[shard])
    part = Part(n, start, batch.shape[0], address, _hardest_of(n, settings.hardest))
    gradient = buffers.gradients[shard]
    for block in range(buffers.later_sums.shape[0]):
        nodes = buffers.first_delta.shape[1]
        add(vector_in(buffers.later_sums[block], start * nodes, n * nodes), work.sums)
    inputs, select = Inputs(is_sparse, buffers.inputs[shard][:n]), settings.entries[SELECT]
    arguments = (plan, weights.flat, inputs, source.targets, which, dropout, part, work, gradient, select)
    loss, correct = call_for_progress(settings.entries[SHARD], arguments)
    if is_sparse:
        first_delta, nodes = buffers.first_delta[start:stop], buffers.first_delta.shape[1]
        if part.hardest < n:
            for i in range(n):
                set_to_zero(first_delta[i])
        for k in range(part.hardest):
            row = work.selected[k] if part.hardest < n else k
            copy(vector_in(work.scratch, k * nodes, nodes), first_delta[row])
    buffers.loss[shard] += loss
    buffers.correct[shard] += correct


@kernel
def fill_inputs(shard: int, which: Any, source: Source, buffers: Buffers) -> None:
    """Fill a shard's inputs with the scaled values of the samples `which`."""
    for i in range(which.shape[0]):
        _scale(source.raw[which[i]], source.factor, source.offset, buffers.inputs[shard, i])


@kernel
def fill_distorted(shard: int, which: Any, source: Source, buffers: Buffers) -> None:
    """Like `fill_inputs`, with distorted images."""
    distorted = buffers.distorted[shard][: which.shape[0]]
    distort_rows(source.raw, which, source.distortion, buffers.workspaces[shard], distorted)
    for i in range(which.shape[0]):
        _scale(distorted[i], source.factor, source.offset, buffers.inputs[shard, i])


@kernel
def _scale(row: Any, factor: Any, offset: Any, scaled: Any) -> None:
    for j in range(row.shape[0]):
        scaled[j] = row[j] * factor[j] + offset[j]
