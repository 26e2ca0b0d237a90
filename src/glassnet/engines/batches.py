"""Training in batches: a batch is the sum, in a fixed order, over a fixed number of shards.

How many shards there are follows from the options and the batch, never from the machine; threads only decide where a
shard is computed. So the bits are the same for any number of threads. The kernels do the work; here it is divided.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..network import Architecture
from ..optimizers import OPTIMIZERS, State, clip_factor, follow
from ..options import Options
from ..parameters import Parameters
from ..randomness import Purpose, key
from . import kernels
from .interface import Block, Progress, Samples, distorted

_Result = TypeVar("_Result")

SMALLEST_SHARD = 16
"""A shard of fewer rows would cost more than it saves."""

FEW_CHUNKS = 8
"""So few are updated sooner by one thread than handed to others."""

CHUNK = 1 << 16
"""Numbers of the flat vectors that are updated at a time; the gradient's norm is summed by them: part of the result."""


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Runs tasks on a number of threads, the caller's own among them, and returns the results in order."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None

    def run(self, task: Callable[[int], _Result], count: int) -> list[_Result]:
        """Return ``[task(0), …, task(count - 1)]``."""
        if self._pool is None or count == 1:
            return [task(number) for number in range(count)]
        groups = np.array_split(np.arange(count), min(self._threads, count))
        waiting = [self._pool.submit(_each, task, group) for group in groups[1:]]
        own = _each(task, groups[0])
        return sum((future.result() for future in waiting), own)


def _each(task: Callable[[int], _Result], numbers: NDArray[np.intp]) -> list[_Result]:
    return [task(int(number)) for number in numbers]


class Batches:
    """Samples, options and buffers for training in batches."""

    def __init__(self, architecture: Architecture, samples: Samples, options: Options) -> None:
        self._architecture, self._samples, self._options = architecture, samples, options
        self._plan = kernels.plan_of(architecture)
        self._dtype = np.dtype(options.dtype)
        self._targets = samples.targets.astype(self._dtype)
        self._workers = Workers(options.threads or usable_cores())
        self._gradients = np.zeros((options.shards, architecture.layout.size), self._dtype)
        rows = -(-min(options.batch_size, len(samples)) // self._shards(min(options.batch_size, len(samples))))
        self._work = [_work(architecture, rows, self._dtype) for _ in range(options.shards)]
        rates = np.array(options.dropouts, np.float32)
        self._dropout = kernels.Dropout(rates, (1 / (1 - rates)).astype(self._dtype), np.uint64(0), 0, 0)
        self._compile()

    def _compile(self) -> None:
        """Compile the kernels, or load them, with a step that goes nowhere."""
        state = State.new(Parameters(self._architecture.layout, dtype=self._dtype), self._options)
        self.run(state, Block(np.zeros(1, np.int64), 1, np.zeros(1)))

    def _shards(self, rows: int) -> int:
        """Return how many shards a batch of so many rows has."""
        return max(1, min(self._options.shards, rows // SMALLEST_SHARD))

    def run(self, state: State, block: Block) -> Progress:
        """Take a block of steps; `state` in place."""
        loss, correct = 0.0, 0
        for step, rate in enumerate(block.learning_rates):
            which = block.batch(step)
            count = self._shards(len(which))
            dropout = self._dropout
            if any(self._options.dropouts):
                place = key(self._options.seed, Purpose.DROPOUT, block.epoch, block.first + step)
                dropout = dropout._replace(place=place, batch=len(which))
            shard = partial(self._shard, state, which, count, dropout, block.epoch)
            for shard_loss, shard_correct in self._workers.run(shard, count):
                loss, correct = loss + shard_loss, correct + shard_correct
            self._update(state, count, float(rate))
        return Progress(loss, correct)

    def _shard(
        self, state: State, batch: NDArray[np.int64], count: int, dropout: kernels.Dropout, epoch: int, number: int
    ) -> tuple[float, int]:
        """Compute a shard's part of the mean gradient; return its loss and how many it answers rightly."""
        samples, kind = self._samples, self._dtype.type
        start, stop = number * len(batch) // count, (number + 1) * len(batch) // count
        which = batch[start:stop]
        raw, labels = samples.rows, samples.labels[which]
        if self._options.augments:
            raw, which = distorted(samples, which, self._options, epoch), np.arange(stop - start)
        scaling = samples.scaling
        rows = kernels.ShardRows(raw, which, kind(scaling.factor), kind(scaling.offset), labels, self._targets)
        loss, correct = kernels.shard_gradients(
            self._plan,
            state.parameters.flat,
            rows,
            dropout._replace(first=start),
            self._work[number],
            self._gradients[number],
            kind(1 / len(batch)),
        )
        return loss, correct

    def _update(self, state: State, used: int, rate: float) -> None:
        """Sum the shards and take the optimizer's step."""
        options, flat, gradient = self._options, state.parameters.flat, self._gradients[0]
        state.step += 1
        chunks = -(-len(flat) // CHUNK)

        def bounds(chunk: int) -> tuple[int, int]:
            return chunk * CHUNK, min((chunk + 1) * CHUNK, len(flat))

        clip = 1.0
        if options.clip:

            def squares(chunk: int) -> float:
                kernels.sum_shards(self._gradients, used, *bounds(chunk))
                return kernels.sum_squares(gradient, *bounds(chunk))

            clip = clip_factor(sum(self._workers.run(squares, chunks)) ** 0.5, options.clip)
            used = 1
        constants = self._constants(state, rate, clip)
        code = list(OPTIMIZERS).index(options.optimizer)
        average = flat if state.average is None else state.average

        def step(chunk: int) -> None:
            kernels.sum_shards(self._gradients, used, *bounds(chunk))
            kernels.take_step(code, flat, gradient, state.slots, average, *bounds(chunk), constants)

        if chunks < FEW_CHUNKS:
            for chunk in range(chunks):
                step(chunk)
        else:
            self._workers.run(step, chunks)

    def _constants(self, state: State, rate: float, clip: float) -> kernels.Constants:
        options = self._options
        numbers = (
            rate,
            clip,
            options.momentum,
            options.beta2,
            options.epsilon,
            options.weight_decay,
            1 / (1 - options.momentum**state.step),
            1 / (1 - options.beta2**state.step),
            0.0 if state.average is None else follow(options.average, state.step),
        )
        return kernels.Constants(*map(self._dtype.type, numbers))


def _work(architecture: Architecture, rows: int, dtype: np.dtype[Any]) -> kernels.ShardWork:
    inputs = np.empty((rows, architecture.sizes[0]), dtype)
    return kernels.ShardWork(inputs, *(np.empty(rows * sum(architecture.sizes[1:]), dtype) for _ in range(7)))
