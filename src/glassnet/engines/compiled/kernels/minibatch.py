"""The loop over batches, as each thread of a team runs it.

A batch is divided into shards by its size alone. Thread `me` computes shards ``me``, ``me + threads``, …, then updates
its part of the weights; what is computed does not depend on who computes it. Where zeros are left out, threads share
the first layer by tiles, some of its nodes for all inputs, or by bands, some of its inputs for all nodes, and the rest
by shards, some rows for all nodes: hardly a weight then goes from one core to another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....nn.jit import kernel, kernel_with_arrays, part_of_kernel
from ....preprocess.augment.kernels import Distortion, distort_rows
from ... import shards as division
from .activations import add, copy
from .barrier import wait_for_all
from .common import Known, Plan
from .optimizers import Constants, sum_shards, sum_squares, take_step
from .shards import Dropout, Inputs, Part, ShardWork, shard_gradients
from .sparse import LOT, Pairs, lot_gradient, lot_sums, sort_by_column, tile_of, transpose_tile
from .tile_products import Columns, bring_back, numbers_of

_shards_of, _rows_of, _hardest_of = (
    kernel(division.shards_of),
    kernel(division.rows_of),
    kernel(division.hardest_of),
)


class Source(NamedTuple):
    """Samples as they stand in the data, and how they become inputs and targets."""

    raw: NDArray[Any]
    without_zeros: Pairs  # empty where zeros are multiplied
    factor: NDArray[Any]  # (features,), or one more so that they are even, as the next
    offset: NDArray[Any]
    known: Known
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
    work: NDArray[Any]  # (shards, 8, rows · nodes)
    kept: NDArray[np.int64]  # (shards, rows)
    rooms: NDArray[Any]  # (shards, …), see `distort_rows`
    columns: Columns  # with threads in front
    scratch: NDArray[Any]  # (threads, …): a lot's sums or deltas of a tile
    later_sums: NDArray[Any]  # (bands - 1, rows of the batch · nodes of the first layer): of all bands but the first
    first_delta: NDArray[Any]  # (rows of the batch, nodes of the first layer)
    squares: NDArray[Any]  # (parts,)
    loss: NDArray[Any]  # (shards,)
    correct: NDArray[Any]  # (shards,)


class Rules(NamedTuple):
    """What stays the same through a training."""

    tiles: NDArray[np.int64]  # (tiles + 1,): their first nodes, see `transpose_tile`; (1,) where zeros are multiplied
    bands: NDArray[np.int64]  # (bands + 1,): their first pairs of inputs; where there are several, threads share these
    parts: NDArray[np.int64]  # (parts + 1,): where the flat vectors are cut for the update; first each tile's bands
    optimizer: int
    clip: float  # 0 for none
    hardest: float  # 1 for all
    averages: bool  # whether `Memory.average` is a vector of its own


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
    features, shares_bands = source.raw.shape[1], rules.bands.shape[0] > 2
    # Each thread turns its own tiles, which no other looks at, and turns them back wherever it stops.
    if not shares_bands:
        turn_tiles(me, threads, features, rules, memory, np.bool_(False))  # False itself would be compiled for apart
    tiles, shards = rules.tiles.shape[0] - 1, memory.gradients.shape[0]
    for step in range(steps.constants.shape[0]):
        first = step * steps.batch_size
        batch = steps.order[first : first + steps.batch_size]
        count = _shards_of(batch.shape[0], shards)
        _first_sums(me, threads, count, batch, source, rules, memory)
        if tiles > 0 and not wait_for_all(team, threads):
            break
        for shard in range(me, count, threads):
            _shard(shard, count, batch, steps.places[step], plan, source, dropout, rules, memory)
        if not wait_for_all(team, threads):
            break
        _first_gradients(me, threads, batch, source, rules, memory)
        if not _update(me, threads, team, count, steps.constants[step], rules, memory):
            break
    if not shares_bands:
        turn_tiles(me, threads, features, rules, memory, np.bool_(True))


@kernel_with_arrays
def turn_tiles(me: int, threads: int, features: int, rules: Rules, memory: Memory, back: Any) -> None:
    """Bring this thread's tiles, and all that belongs to them, into the form that sparse inputs want, or back."""
    slots = memory.slots.shape[0]
    for tile in range(me, rules.tiles.shape[0] - 1, threads):
        for which in range(slots + 1 + rules.averages):
            vector = memory.slots[which] if which < slots else memory.flat if which == slots else memory.average
            transpose_tile(vector, rules.tiles, tile, features, back, memory.gradients[0])


@kernel
def _is_own(part: int, me: int, threads: int, rules: Rules) -> bool:
    """Tell whether a part of the weights is this thread's: of its bands where there are several, else of its tiles."""
    tiles, bands = rules.tiles.shape[0] - 1, rules.bands.shape[0] - 1
    number = part % bands if bands > 1 and part < tiles * bands else part
    return number % threads == me


@part_of_kernel
def _update(me: int, threads: int, team: Any, count: int, c: Any, rules: Rules, memory: Memory) -> bool:
    """Move this thread's parts of the weights, those of its own tiles among them; False if the team is sent home."""
    parts, units = rules.parts, (rules.tiles.shape[0] - 1) * (rules.bands.shape[0] - 1)
    clip, gradient = memory.flat.dtype.type(1), memory.gradients[0]
    if rules.clip > 0:  # the whole gradient's norm comes before the first step
        for part in range(memory.squares.shape[0]):
            if not _is_own(part, me, threads, rules):
                continue
            _sum_part(part, count, units, parts, memory)
            memory.squares[part] = sum_squares(gradient, parts[part], parts[part + 1])
        if not wait_for_all(team, threads):
            return False
        norm = memory.squares.sum() ** 0.5
        if norm > rules.clip:
            clip = memory.flat.dtype.type(rules.clip / norm)
    constants = Constants(c[0], clip, c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9])
    for part in range(memory.squares.shape[0]):
        if not _is_own(part, me, threads, rules):
            continue
        if rules.clip == 0:
            _sum_part(part, count, units, parts, memory)
        start, stop = parts[part], parts[part + 1]
        take_step(rules.optimizer, memory.flat, gradient, memory.slots, memory.average, start, stop, constants)
    # A step begins with tiles or bands where there are some, and these are the thread's own.
    return units > 0 or wait_for_all(team, threads)


@part_of_kernel
def _sum_part(part: int, count: int, units: int, parts: Any, memory: Memory) -> None:
    """Add up the shards' gradients in a part; that of a tile's band is the whole batch's already."""
    if part >= units:
        sum_shards(memory.gradients, count, parts[part], parts[part + 1])


@part_of_kernel
def _first_sums(me: int, threads: int, count: int, batch: Any, source: Source, rules: Rules, memory: Memory) -> None:
    """Fill the first sums of this thread's tiles or bands, for all rows, a lot at a time."""
    # Who has tiles sorts all rows for itself: to take what others have sorted from their caches would cost as much.
    columns = Columns(memory.columns.ends[me], memory.columns.rows[me], memory.columns.values[me])
    tiles, bands = rules.tiles, rules.bands
    for start in range(0, batch.shape[0], LOT):
        lot = batch[start : min(start + LOT, batch.shape[0])]
        for band in range(bands.shape[0] - 1):
            is_sorted = False
            for tile in range(tiles.shape[0] - 1):
                if not _is_own(tile * (bands.shape[0] - 1) + band, me, threads, rules):
                    continue
                if not is_sorted:
                    sort_by_column(source.without_zeros, lot, bands, band, source.factor, source.offset, columns)
                    is_sorted = True
                own = _room(memory.scratch[me], lot.shape[0] + 1, tiles[tile + 1] - tiles[tile])
                weights = tile_of(memory.flat, tiles, tile, source.raw.shape[1])
                lot_sums(weights, columns, bands[band], bands[band + 1], own)
                for shard in range(count):
                    _to_shard(own, start, shard, count, batch, tiles, tile, band, memory)


@kernel_with_arrays
def _room(scratch: Any, rows: int, nodes: int) -> Any:
    """Return room for a tile's sums or deltas, (rows, numbers)."""
    return scratch[: rows * numbers_of(nodes)].reshape(rows, numbers_of(nodes))


@part_of_kernel
def _to_shard(
    sums: Any, first: int, shard: int, count: int, batch: Any, tiles: Any, tile: int, band: int, memory: Memory
) -> None:
    """Bring sums of a tile's nodes to the shard that has their rows, or beside; `first` is the lot's first row."""
    start, stop = _rows_of(shard, count, batch.shape[0])
    constant, nodes = sums[sums.shape[0] - 1], tiles[tiles.shape[0] - 1]
    to = memory.work[shard][0] if band == 0 else memory.later_sums[band - 1][start * nodes :]
    for row in range(max(start, first), min(stop, first + sums.shape[0] - 1)):
        at = (row - start) * nodes
        bring_back(sums[row - first], constant, to[at + tiles[tile] : at + tiles[tile + 1]])


@part_of_kernel
def _first_gradients(me: int, threads: int, batch: Any, source: Source, rules: Rules, memory: Memory) -> None:
    """Fill the gradients of this thread's tiles or bands, for all rows, a lot at a time."""
    columns = Columns(memory.columns.ends[me], memory.columns.rows[me], memory.columns.values[me])
    tiles, bands = rules.tiles, rules.bands
    for start in range(0, batch.shape[0], LOT):
        stop = min(start + LOT, batch.shape[0])
        for band in range(bands.shape[0] - 1):
            is_sorted = batch.shape[0] <= LOT  # still
            for tile in range(tiles.shape[0] - 1):
                if not _is_own(tile * (bands.shape[0] - 1) + band, me, threads, rules):
                    continue
                if not is_sorted:
                    lot = batch[start:stop]
                    sort_by_column(source.without_zeros, lot, bands, band, source.factor, source.offset, columns)
                    is_sorted = True
                gradient = tile_of(memory.gradients[0], tiles, tile, source.raw.shape[1])
                delta = memory.first_delta[start:stop, tiles[tile] : tiles[tile + 1]]
                room = _room(memory.scratch[me], stop - start + 1, tiles[tile + 1] - tiles[tile])
                lot_gradient(gradient, start == 0, columns, bands[band], bands[band + 1], delta, room)


@part_of_kernel
def _shard(
    shard: int,
    count: int,
    batch: Any,
    place: Any,
    plan: Plan,
    source: Source,
    dropout: Dropout,
    rules: Rules,
    memory: Memory,
) -> None:
    """Compute one shard of a batch into its own memory."""
    start, stop = _rows_of(shard, count, batch.shape[0])
    which, n, is_sparse = batch[start:stop], stop - start, rules.tiles.shape[0] > 1
    dense = memory.inputs[shard][:n]
    if source.distorts:
        distorted = memory.distorted[shard][:n]
        distort_rows(source.raw, which, source.distortion, memory.rooms[shard], distorted)
        _scale(distorted, source.factor, source.offset, dense)
    elif not is_sparse:
        _gather(source.raw, which, source.factor, source.offset, dense)
    known = Known(source.known.labels[which], source.known.targets, source.known.weights)
    if known.weights.shape[0] > 0:
        known = Known(known.labels, known.targets, known.weights[which])
    w = memory.work[shard]
    work = ShardWork(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], memory.kept[shard])
    part = Part(n, start, batch.shape[0], place, _hardest_of(n, rules.hardest))
    gradient = memory.gradients[shard]
    for band in range(memory.later_sums.shape[0]):
        nodes = memory.first_delta.shape[1]
        add(memory.later_sums[band][start * nodes : stop * nodes], work.sums)
    loss, correct = shard_gradients(plan, memory.flat, Inputs(is_sparse, dense), known, dropout, part, work, gradient)
    if is_sparse:
        first_delta, nodes = memory.first_delta[start:stop], memory.first_delta.shape[1]
        if part.hardest < n:
            first_delta[:] = 0
        for k in range(part.hardest):
            row = work.kept[k] if part.hardest < n else k
            copy(work.scratch[k * nodes : (k + 1) * nodes], first_delta[row])
    memory.loss[shard] += loss
    memory.correct[shard] += correct


@part_of_kernel
def _gather(raw: Any, which: Any, factor: Any, offset: Any, inputs: Any) -> None:
    for i in range(which.shape[0]):
        row, scaled = raw[which[i]], inputs[i]
        for j in range(row.shape[0]):
            scaled[j] = row[j] * factor[j] + offset[j]


@part_of_kernel
def _scale(raw: Any, factor: Any, offset: Any, inputs: Any) -> None:
    for i in range(raw.shape[0]):
        row, scaled = raw[i], inputs[i]
        for j in range(row.shape[0]):
            scaled[j] = row[j] * factor[j] + offset[j]
