"""Training in batches: the gradient of a batch is the sum, in a fixed order, over a fixed number of shards.

The number of shards depends on the options and the batch but never on the machine; threads only decide where a shard is
computed. So the result is bit-identical for any number of threads. This module provides the buffers, constants and
threads for the kernels.
"""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...nn.architecture import Architecture
from ...nn.elementary import power
from ...nn.optimizers import State, follow
from ...nn.parameters import FloatArray, Parameters, aligned_zeros
from ...nn.random import Purpose, key
from ...options.options import Options
from ...preprocess.augment.distort import distortion, new_room
from ..protocol import Block, Progress
from ..samples import Samples
from ..shards import largest_shard, shards_of
from . import kernels
from .pool import WorkerPool
from .sparse_layout import (
    LARGEST_BACKGROUND,
    column_blocks_and_tiles,
    pairs_of,
    read_only,
    starts_of,
    targets_for_kernels,
    to_kernel_dtype,
)

CHUNK = 1 << 14
"""Length of the chunks of the flat vectors in an update. The gradient's norm is summed chunk by chunk, so the length
affects the last bits of the result."""

ROW, DISTORTION = 10_000, 400_000
"""Cost of a row apart from the products with weights, in products: without and with augmentation."""

LEAST_WORK, LEAST_SPARSE_WORK = 800_000, 300_000
"""Minimum work of a thread in a step, in products: with less, threads would synchronise too often.

If zeros are skipped, weights hardly move between cores, so less work is enough.
"""

MOST_VALUES = 0.4
"""Largest fraction of non-zero values for which skipping zeros is faster than multiplying all values.

For augmented images, which have more non-zero values, skipping saved 10 % with one hidden layer and nothing with three.
"""


class ShardGradients(NamedTuple):
    """Some consecutive shards of a batch: their gradients, losses and correct predictions."""

    # Shape (shards, numbers); each shard's part of the mean gradient, padded to whole cache lines; if these are the
    # batch's first shards, only one row, their sum
    gradients: FloatArray
    loss: NDArray[np.float64]  # shape (shards,)
    correct: NDArray[np.int64]  # shape (shards,)


class Minibatch:
    """Samples, options and buffers for training in batches.

    `train` runs whole blocks. Its steps can also be divided among several processes, if no zeros are skipped:
    `shard_gradients` computes some shards of a batch, `add_shards` adds them in order, and `update` ends the step.
    """

    def __init__(
        self, architecture: Architecture, samples: Samples, options: Options, *, portable: bool = False
    ) -> None:
        self._samples, self._options = samples, options
        self._dtype = np.dtype(options.dtype)
        self._plan = kernels.plan_of(architecture, options.dtype, portable=portable)
        rates = np.array(options.dropouts)
        self._dropout = kernels.Dropout(rates.astype(np.float32), (1 / (1 - rates)).astype(self._dtype))
        self._raw = read_only(to_kernel_dtype(samples.rows))
        scale_type = samples.scaling.precision(samples.rows.dtype, self._dtype)
        features, nodes = architecture.sizes[:2]
        scaling = np.broadcast_arrays(samples.scaling.factor, samples.scaling.offset, np.empty(features))
        factor, offset = (np.pad(part.astype(scale_type), (0, features % 2)) for part in scaling[:2])
        some = self._raw[:: max(1, len(self._raw) // 1000)]
        skips = options.skip_zeros and not options.augments
        worthwhile = skips and bool(np.count_nonzero(some) <= MOST_VALUES * some.size)
        self._sparse = worthwhile and bool(np.abs(offset).max() < LARGEST_BACKGROUND)
        used = some if self._sparse else some[:0]
        column_blocks, tiles = column_blocks_and_tiles(used, nodes, options.shards)
        without_zeros = pairs_of(self._raw if self._sparse else self._raw[:0], column_blocks)
        chunks = np.arange(tiles[-1] * features, architecture.layout.size, CHUNK)
        parts = np.concatenate([starts_of(column_blocks, tiles, features), chunks, [architecture.layout.size]])
        self._settings = kernels.Settings(
            entries=np.zeros((kernels.ENTRIES, 2), np.int64),
            tiles=tiles,
            column_blocks=column_blocks,
            parts=parts,
            clip=options.clip,
            hardest=options.hard_fraction,
            averages=options.ema_decay > 0,
        )
        nothing = distortion((1, 1), options, np.uint64(0))
        self._undistorted = kernels.Source(
            raw=self._raw,
            without_zeros=without_zeros,
            factor=factor,
            offset=offset,
            targets=targets_for_kernels(samples, self._dtype),
            distortion=nothing,
        )
        self._architecture = architecture
        self._row_work = architecture.layout.size + (DISTORTION if options.augments else ROW)
        self._largest = min(options.batch_size, max(1, len(samples)))
        enough = self._largest * self._row_work // (LEAST_SPARSE_WORK if self._sparse else LEAST_WORK)
        self.pool = WorkerPool(options.threads, max(1, min(options.shards, enough)), kernels.SPINS)
        self._buffers = self._new_buffers(self._largest)
        flat, slots = np.zeros(0, self._dtype), np.zeros((0, 0), self._dtype)
        weights = kernels.Weights(flat, slots, flat)
        shared = (self._undistorted, self._dropout, self._settings, weights, self._buffers)
        kernels.compile_step(options.optimizer, self._plan, *shared)

    def set_samples(self, samples: Samples) -> None:
        """Train on these samples from now on; zeros must not be skipped."""
        assert not self._sparse
        self._samples, self._raw = samples, read_only(to_kernel_dtype(samples.rows))
        self._undistorted = self._undistorted._replace(raw=self._raw, targets=targets_for_kernels(samples, self._dtype))

    def train(self, state: State, block: Block, barrier: NDArray[np.int64]) -> Progress:
        """Run a block of steps, changing `state` in place. Call it on the pool's leader, from one caller at a time."""
        self._make_room(min(block.batch_size, len(block.order)))
        buffers, flat = self._buffers, state.parameters.flat
        buffers.loss[:], buffers.correct[:] = 0, 0
        weights = kernels.Weights(flat, state.slots, flat if state.average is None else state.average)
        steps = kernels.Steps(block.order, block.batch_size, self.constants_of(state, block), self._addresses(block))
        source, products = self._source(block.epoch), len(block.order) * self._row_work
        shared = self._dropout, self._settings, weights, buffers

        def train_batches(thread: int, threads: int) -> None:
            kernels.train_batches(thread, threads, barrier, self._plan, source, steps, *shared)

        self._transpose(weights, False)
        try:
            self.pool.run_on_threads(train_batches, barrier, steps=len(block.learning_rates), products=products)
        finally:
            self._transpose(weights, True)
        state.step += len(block.learning_rates)
        return Progress(math.fsum(buffers.loss), int(buffers.correct.sum()))

    @property
    def skips_zeros(self) -> bool:
        """Whether zeros of the inputs are skipped, so that a batch cannot be divided by rows."""
        return self._sparse

    @property
    def shards(self) -> int:
        """Number of shards of the largest batch."""
        return len(self._buffers.gradients)

    def shards_of(self, rows: int) -> int:
        """Return the number of shards of a batch with this number of rows."""
        return shards_of(rows, self._options.shards)

    def shard_gradients(
        self, flat: FloatArray, batch: NDArray[np.int64], epoch: int, step: int, first: int, stop: int
    ) -> ShardGradients:
        """Compute the shards `first` to `stop` of a batch; the arrays of the result are valid until the next call.

        `flat` are the weights, of shape (parameters,), `batch` the indices of all samples of the batch, of shape
        (rows,). `epoch` and `step`, the number of the step in it, address the random numbers of dropout and
        augmentation.
        """
        self._make_room(len(batch))
        buffers, own = self._buffers, slice(first, stop)
        buffers.loss[own], buffers.correct[own] = 0, 0
        address = self._addresses(Block(batch, len(batch), np.zeros(1), epoch, step))[0]
        weights = kernels.Weights(flat, np.zeros((0, 0), self._dtype), flat)
        source, barrier = self._source(epoch), kernels.new_barrier()
        part, shared = (first, stop, batch, address), (self._dropout, self._settings, weights, buffers)
        products = len(batch) * self._row_work * (stop - first) // self.shards_of(len(batch))

        def fill_shards(thread: int, threads: int) -> None:
            kernels.fill_shards(thread, threads, barrier, *part, self._plan, source, *shared)

        self.pool.run_on_threads(fill_shards, barrier, steps=1, products=products)
        gradients = buffers.gradients[own]
        if first == 0:
            for shard in gradients[1:]:
                gradients[0] += shard
            gradients = gradients[:1]
        return ShardGradients(gradients, buffers.loss[own], buffers.correct[own])

    def add_shards(self, first: int, gradients: FloatArray) -> None:
        """Add the gradients of the shards from `first` on to those before them, which must have been added already.

        Every number is the sum over the shards in their order, as in `kernels.sum_shards`.
        """
        total = self._buffers.gradients[0]
        if first == 0:
            total[:], gradients = gradients[0], gradients[1:]
        for shard in gradients:
            total += shard

    def update(self, state: State, constants: FloatArray) -> None:
        """Update `state` in place by the sum of all shards; `constants` is the step's row of `constants_of`."""
        flat = state.parameters.flat
        weights = kernels.Weights(flat, state.slots, flat if state.average is None else state.average)
        kernels.update_by_sum(0, 1, kernels.new_barrier(), constants, self._settings, weights, self._buffers)
        state.step += 1

    def compile_halves(self) -> None:
        """Compile or load the kernels of `shard_gradients` and `update`, with a step of rate 0 on a temporary state."""
        state = State.new(Parameters(self._architecture.layout, dtype=self._dtype), self._options)
        block = Block(np.zeros(1, np.int64), 1, np.zeros(1))
        self.shard_gradients(state.parameters.flat, block.order, 0, 0, 0, 1)
        self.update(state, self.constants_of(state, block)[0])

    def _make_room(self, rows: int) -> None:
        """Replace the buffers if a batch has more rows than any before: an order may contain samples more than once."""
        if rows > self._largest:
            self._largest, self._buffers = rows, self._new_buffers(rows)

    def _transpose(self, weights: kernels.Weights, back: bool) -> None:
        """Transpose the first matrix, or transpose it `back`, if threads share its column blocks."""
        if len(self._settings.column_blocks) > 2:  # otherwise each thread transposes its own tiles
            tiles, features, scratch = self._settings.tiles, self._raw.shape[1], self._buffers.gradients[0]
            average = [weights.average] if self._settings.averages else []
            for vector, tile in product((*weights.slots, weights.flat, *average), range(len(tiles) - 1)):
                kernels.transpose_tile(vector, tiles, tile, features, back, scratch)

    def _new_buffers(self, batch: int) -> kernels.Buffers:
        """Return buffers for batches of up to `batch` rows."""
        architecture = self._architecture
        most, size = self._options.shards, architecture.layout.size
        shards, rows = shards_of(batch, most), largest_shard(batch, most)  # the last batch of an epoch may be smaller
        features, nodes = architecture.sizes[:2]
        if self._options.augments:
            assert self._samples.image_shape is not None  # training rejects augmentation of anything but images
            workspaces = np.stack([new_room(self._samples.image_shape)] * shards)
        else:
            workspaces = np.empty((shards, 1, 1), np.float32)
        dense, threads, of_all = (0, self.pool.most, batch) if self._sparse else (rows, 0, 0)
        capacity, pairs = min(kernels.ROW_BLOCK, batch) + 1, (features + 1) // 2
        return kernels.Buffers(
            gradients=aligned_zeros((shards, size + -size % 16), self._dtype),  # whole cache lines per shard
            inputs=np.empty((shards, dense, features), self._dtype),
            distorted=np.empty((shards, rows, features if self._options.augments else 0), np.float32),
            work=aligned_zeros((shards, 8, rows * sum(architecture.sizes[1:])), self._dtype),
            selected=np.empty((shards, rows), np.int64),
            room=aligned_zeros((shards, kernels.room_of(architecture.sizes)), self._dtype),
            workspaces=workspaces,
            columns=kernels.Columns(
                ends=np.empty((threads, pairs), np.uint32),
                rows=np.empty((threads, pairs * capacity), np.uint8),
                values=np.empty((threads, 2 * pairs * capacity), self._dtype),
            ),
            scratch=aligned_zeros((threads, kernels.WIDEST * kernels.LANES * capacity), self._dtype),
            later_sums=np.empty((len(self._settings.column_blocks) - 2, of_all * nodes), self._dtype),
            first_delta=np.empty((of_all, nodes), self._dtype),
            squares=np.zeros(len(self._settings.parts) - 1),
            loss=np.zeros(shards),
            correct=np.zeros(shards, np.int64),
        )

    def _source(self, epoch: int) -> kernels.Source:
        samples, options = self._samples, self._options
        if options.augments and samples.image_shape:
            address = key(options.seed, Purpose.AUGMENTATION, epoch)
            return self._undistorted._replace(distortion=distortion(samples.image_shape, options, address))
        return self._undistorted

    def _addresses(self, block: Block) -> NDArray[np.uint64]:
        """Return the addresses of dropout's random numbers, one per step."""
        steps = len(block.learning_rates)
        if not any(self._options.dropouts):
            return np.zeros(steps, np.uint64)
        seed, first = self._options.seed, block.first
        addresses = [key(seed, Purpose.DROPOUT, block.epoch, first + step) for step in range(steps)]
        return np.array(addresses, np.uint64)

    def constants_of(self, state: State, block: Block) -> FloatArray:
        """Return the constants of each step, one row per step: `kernels.Constants` without the clip factor."""
        options = self._options
        numbers = state.step + np.arange(1, len(block.learning_rates) + 1)
        columns = kernels.Constants(
            rate=block.learning_rates,
            momentum=options.momentum,
            beta2=options.beta2,
            epsilon=options.epsilon,
            weight_decay=options.weight_decay,
            first=[1 / (1 - power(options.momentum, int(step))) for step in numbers],
            second=[1 / (1 - power(options.beta2, int(step))) for step in numbers],
            follow=0 if state.average is None else [follow(options.ema_decay, int(step)) for step in numbers],
            fresh=1 - options.momentum,
            fresh2=1 - options.beta2,
            clip=1,
        )
        table = np.stack(np.broadcast_arrays(*columns[:-1]), axis=1)
        constants: FloatArray = table.astype(self._dtype)
        return constants
