"""Training in batches: a batch is the sum, in a fixed order, over a fixed number of shards.

How many shards there are follows from the options and the batch, never from the machine; threads only decide where a
shard is computed. So the bits are the same for any number of threads. The kernels do the work; here they get what they
need: buffers, constants, and threads to run on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...network import Architecture
from ...nn.optimizers import State, follow
from ...nn.parameters import FloatArray, Parameters, aligned_zeros
from ...nn.random import Purpose, key
from ...options.options import Options
from ...preprocess.augment.distort import distortion, new_room
from ..protocol import Block, Progress, Samples
from ..shards import largest_shard, shards_of
from ..threads.pool import Team, Together
from . import kernels
from .sparse_layout import FARTHEST, bands_and_tiles, of_few_types, pairs_of, read_only, starts_of

CHUNK = 1 << 14
"""Numbers of the flat vectors that are updated at a time; the gradient's norm is summed by them: part of the result."""

ROW, DISTORTION = 10_000, 400_000
"""What a row takes beside the products with weights, as so many of these, without and with a distortion."""

LEAST_WORK, LEAST_SPARSE_WORK = 800_000, 300_000
"""Work of a step, in products, that a thread should have: for less, threads would meet too often.

Where zeros are left out, hardly a weight goes from core to core, and less work pays.
"""

MOST_VALUES = 0.4
"""Up to this part of values that are not 0 it is quicker to leave the others out than to multiply them all.

Distorted pictures have more such values: a tenth quicker with one hidden layer, nothing with three.
"""


class Batches:
    """Samples, options and buffers for training in batches."""

    def __init__(self, architecture: Architecture, samples: Samples, options: Options) -> None:
        self._samples, self._options = samples, options
        self._dtype = np.dtype(options.dtype)
        self._plan = kernels.plan_of(architecture)
        rates = np.array(options.dropouts)
        self._dropout = kernels.Dropout(rates.astype(np.float32), (1 / (1 - rates)).astype(self._dtype))
        optimizer = kernels.number_of(options.optimizer)
        self._raw = read_only(of_few_types(samples.rows))
        targets = samples.targets.astype(self._dtype)
        self._known = kernels.Known(read_only(samples.labels), targets, samples.weights_in(self._dtype))
        scale_type = samples.scaling.precision(samples.rows.dtype, self._dtype)
        features, nodes = architecture.sizes[:2]
        scaling = np.broadcast_arrays(samples.scaling.factor, samples.scaling.offset, np.empty(features))
        self._factor, self._offset = (np.pad(part.astype(scale_type), (0, features % 2)) for part in scaling[:2])
        some = self._raw[:: max(1, len(self._raw) // 1000)]
        self._sparse = not options.augments and _has_many_zeros(some) and np.abs(self._offset).max() < FARTHEST
        used = some if self._sparse else some[:0]
        bands, tiles = bands_and_tiles(used, nodes, options.shards)
        self._without_zeros = pairs_of(self._raw if self._sparse else self._raw[:0], bands)
        chunks = np.arange(tiles[-1] * features, architecture.layout.size, CHUNK)
        parts = np.concatenate([starts_of(bands, tiles, features), chunks, [architecture.layout.size]])
        self._rules = kernels.Rules(tiles, bands, parts, optimizer, options.clip, options.hardest, options.average > 0)
        nothing = distortion((1, 1), options, np.uint64(0))
        self._undistorted = kernels.Source(
            self._raw, self._without_zeros, self._factor, self._offset, self._known, options.augments, nothing
        )
        self._architecture = architecture
        self._row_work = architecture.layout.size + (DISTORTION if options.augments else ROW)
        self._largest = min(options.batch_size, max(1, len(samples)))
        enough = self._largest * self._row_work // (LEAST_SPARSE_WORK if self._sparse else LEAST_WORK)
        self._team = Team(options.threads, max(1, min(options.shards, enough)), kernels.PATIENCE)
        self._room = self._make_room(self._largest)
        # Compile the kernels, or load them, with a step that goes nowhere.
        state = State.new(Parameters(architecture.layout, dtype=self._dtype), options)
        self.run(state, Block(np.zeros(1, np.int64), 1, np.zeros(1)), needed=False)
        self._team.forget()  # how long compiling took

    def run(self, state: State, block: Block, *, needed: bool = True) -> Progress:
        """Take a block of steps; `state` in place. Threads and interrupts are as in `Team.run`."""
        return self._team.run(
            lambda together: self._lead(together, state, block), len(block.order) * self._row_work, needed=needed
        )

    def _lead(self, together: Together, state: State, block: Block) -> Progress:
        largest = min(block.batch_size, len(block.order))
        if largest > self._largest:  # an order may name samples more than once
            self._largest, self._room = largest, self._make_room(largest)
        room = self._room
        room.loss[:], room.correct[:] = 0, 0
        flat = state.parameters.flat
        average = flat if state.average is None else state.average
        memory = room._replace(flat=flat, slots=state.slots, average=average)
        steps = kernels.Steps(block.order, block.batch_size, self._constants(state, block), self._places(block))
        common = self._plan, self._source(block.epoch), steps, self._dropout, self._rules, memory
        self._turn(memory, False)
        try:
            together(kernels.train_batches, len(block.learning_rates), *common)
        finally:
            self._turn(memory, True)
        state.step += len(block.learning_rates)
        return Progress(float(room.loss.sum()), int(room.correct.sum()))

    def _turn(self, memory: kernels.Memory, back: bool) -> None:
        """Turn the first matrix for a team, or back when all have ended, where they share its bands."""
        if len(self._rules.bands) > 2:  # else each turns its own tiles
            kernels.turn_tiles(0, 1, self._raw.shape[1], self._rules, memory, back)

    def _make_room(self, batch: int) -> kernels.Memory:
        """Make buffers for batches of up to so many rows."""
        architecture = self._architecture
        most, size = self._options.shards, architecture.layout.size
        shards, rows = shards_of(batch, most), largest_shard(batch, most)  # the last batch of an epoch may be smaller
        (features, nodes), none = architecture.sizes[:2], np.empty(0, self._dtype)
        if self._options.augments:
            assert self._samples.image_shape is not None  # training refuses to distort what is no picture
            rooms = np.stack([new_room(self._samples.image_shape)] * shards)
        else:
            rooms = np.empty((shards, 1, 1), np.float32)
        dense, threads, of_all = (0, self._team.most, batch) if self._sparse else (rows, 0, 0)
        lot, pairs = min(kernels.LOT, batch) + 1, (features + 1) // 2
        return kernels.Memory(
            none,
            none.reshape(0, 0),
            none,
            gradients=aligned_zeros((shards, size + -size % 16), self._dtype),  # whole cache lines a shard
            inputs=np.empty((shards, dense, features), self._dtype),
            distorted=np.empty((shards, rows, features if self._options.augments else 0), np.float32),
            work=aligned_zeros((shards, 8, rows * sum(architecture.sizes[1:])), self._dtype),
            kept=np.empty((shards, rows), np.int64),
            rooms=rooms,
            columns=kernels.Columns(
                ends=np.empty((threads, pairs), np.uint32),
                rows=np.empty((threads, pairs * lot), np.uint8),
                values=np.empty((threads, 2 * pairs * lot), self._dtype),
            ),
            scratch=aligned_zeros((threads, kernels.WIDEST * kernels.LANES * lot), self._dtype),
            later_sums=np.empty((len(self._rules.bands) - 2, of_all * nodes), self._dtype),
            first_delta=np.empty((of_all, nodes), self._dtype),
            squares=np.zeros(len(self._rules.parts) - 1),
            loss=np.zeros(shards),
            correct=np.zeros(shards, np.int64),
        )

    def _source(self, epoch: int) -> kernels.Source:
        samples, options = self._samples, self._options
        if options.augments and samples.image_shape:
            place = key(options.seed, Purpose.AUGMENTATION, epoch)
            return self._undistorted._replace(distortion=distortion(samples.image_shape, options, place))
        return self._undistorted

    def _places(self, block: Block) -> NDArray[np.uint64]:
        """Return where dropout draws its chance, one place a step."""
        steps = len(block.learning_rates)
        if not any(self._options.dropouts):
            return np.zeros(steps, np.uint64)
        seed, first = self._options.seed, block.first
        places = [key(seed, Purpose.DROPOUT, block.epoch, first + step) for step in range(steps)]
        return np.array(places, np.uint64)

    def _constants(self, state: State, block: Block) -> FloatArray:
        """Return what each step multiplies with, shape (steps, 10): `kernels.Constants` without the clip factor."""
        options = self._options
        numbers = state.step + np.arange(1, len(block.learning_rates) + 1)
        table = np.empty((len(numbers), 10))
        table[:, 0] = block.learning_rates
        table[:, 1:5] = options.momentum, options.beta2, options.epsilon, options.weight_decay
        table[:, 5] = 1 / (1 - options.momentum**numbers)
        table[:, 6] = 1 / (1 - options.beta2**numbers)
        table[:, 7] = 0 if state.average is None else [follow(options.average, int(step)) for step in numbers]
        table[:, 8:] = 1 - options.momentum, 1 - options.beta2
        constants: FloatArray = table.astype(self._dtype)
        return constants


def _has_many_zeros(some: NDArray[Any]) -> bool:
    """Tell whether sparse inputs pay, from some of the rows."""
    return bool(np.count_nonzero(some) <= MOST_VALUES * some.size)
