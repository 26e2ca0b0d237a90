"""Data-parallel training: the shards of every batch are computed by workers on a Ray cluster.

The driver has the weights. In each step it sends them to every node, the workers compute the gradients of their shards,
and the driver adds these in the order of the shards and updates the weights. All of this is done by the kernels of the
compiled engine on the same shards, so the result has the bits of one machine's, whatever the number of workers.

Workers keep nothing from step to step but the samples. If one is lost, another one computes its shards of this step;
workers that join are used from the next block on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..engines import Block, CompiledEngine, Progress, ReferenceEngine, Samples
from ..engines.compiled.engine import PortableEngine, require_portable
from ..engines.compiled.minibatch import Minibatch, ShardGradients
from ..engines.shards import shards_of
from ..errors import OptionError
from ..messages.message import Message
from ..messages.option_spelling import Option
from ..nn.architecture import Architecture
from ..nn.optimizers import State
from ..nn.parameters import FloatArray, Parameters
from ..options.options import Options
from ..runtime.blas import one_blas_thread
from ..runtime.worker import Worker
from ..training.executor import require_divisible


class TrainingPart(NamedTuple):
    """What a worker needs once: the arguments of `Engine.prepare`."""

    architecture: Architecture
    samples: Samples
    options: Options
    portable: bool = False  # whether products are in portable arithmetic


class Step(NamedTuple):
    """What a worker needs in each step besides the weights."""

    batch: NDArray[np.int64]  # shape (rows,); indices of all samples of the batch
    # `epoch`, `number`: epoch and step as in `Minibatch.shard_gradients`
    epoch: int
    number: int


class ShardComputer:
    """Computes shards of batches on one thread: what runs in a worker."""

    def __init__(self, part: TrainingPart) -> None:
        architecture, samples, options, portable = part
        self._minibatch = Minibatch(architecture, samples, replace(options, threads=1), portable=portable)
        self._minibatch.compile_halves()
        self._weights = Parameters(architecture.layout, dtype=options.dtype).flat
        one_blas_thread.look_again()

    def shard_gradients(self, weights: FloatArray, step: Step, first: int, stop: int) -> ShardGradients:
        """Compute the shards `first` to `stop`; the arrays of the result are valid until the next call."""
        self._weights[:] = weights  # kernels are compiled for arrays that can be written, in whole cache lines
        with one_blas_thread():
            batch = np.array(step.batch)
            return self._minibatch.shard_gradients(self._weights, batch, step.epoch, step.number, first, stop)


Results = Iterator[tuple[range, ShardGradients | None]]
"""Consecutive shards of a batch with their gradients, in order; None for those that no worker is there to compute."""


class Workers(Protocol):
    """Workers that compute shards; `shard_workers.RayWorkers` has them on a Ray cluster."""

    def begin(self, part: TrainingPart) -> Any:
        """Send the samples to the workers; return what names this training run in `compute`."""
        ...

    def look_for_others(self, run: Any) -> None:
        """Use workers that have joined, from now on."""
        ...

    def compute(self, run: Any, weights: FloatArray, step: Step, shards: int) -> Results:
        """Compute all shards of a step, divided among the workers."""
        ...


class Prepared(NamedTuple):
    """The samples in the driver, and what names the training run for the workers."""

    minibatch: Minibatch
    run: Any


class RayEngine:
    """Divides each batch among the workers of a Ray cluster; from `RayCluster.engine`.

    Training records name the compiled engine, which has the same bits.
    """

    name = "compiled"
    bits_of: type = CompiledEngine
    """The engine that repeats the training with the same bits: see `training.receipt`."""
    _is_portable = False

    def __init__(self, workers: Workers) -> None:
        reference = ReferenceEngine()
        self.output_loss, self.gradients = reference.output_loss, reference.gradients
        self._workers = workers

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> Prepared:
        """Return the samples in the form that the kernels take, and send them to the workers."""
        require_divisible(options)
        made = partial(Minibatch, architecture, samples, options, portable=self._is_portable)
        local = Worker().run(made, _do_nothing, needed=False)
        if local.skips_zeros:
            template = (
                "{given}: where zeros are skipped, several machines cannot divide a batch. Use {other}, or train "
                "on one machine."
            )
            given, other = Option("skip_zeros", True), Option("skip_zeros", False)
            raise OptionError("GN022", template, given=given, other=other)
        local.pool.leader.run(local.compile_halves, _do_nothing, needed=False)
        return Prepared(local, self._workers.begin(TrainingPart(architecture, samples, options, self._is_portable)))

    def run_steps(self, architecture: Architecture, state: State, prepared: Prepared, block: Block) -> Progress:
        """See `Engine.run_steps`. An interrupt ends the block between two updates of `state`."""
        minibatch, on_leader = prepared.minibatch, prepared.minibatch.pool.leader.run
        constants, flat = minibatch.constants_of(state, block), state.parameters.flat
        loss, correct = np.zeros(minibatch.shards), 0
        self._workers.look_for_others(prepared.run)
        for place in range(len(block.learning_rates)):
            step = Step(block.batch(place), block.epoch, block.first + place)
            for part, result in self._workers.compute(prepared.run, flat, step, minibatch.shards_of(len(step.batch))):
                if result is None:
                    own = partial(minibatch.shard_gradients, flat, *step, part.start, part.stop)
                    result = on_leader(own, _do_nothing)
                minibatch.add_shards(part.start, result.gradients)
                loss[part.start : part.stop] += result.loss
                correct += int(result.correct.sum())
            on_leader(partial(minibatch.update, state, constants[place]), _do_nothing)
        return Progress(math.fsum(loss), correct)


class PortableRayEngine(RayEngine):
    """Divides batches like `RayEngine`, with the bits of the portable engine."""

    name = "portable"
    bits_of = PortableEngine
    _is_portable = True
    evaluate = PortableEngine.evaluate

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> Prepared:
        """See `RayEngine.prepare` and `require_portable`."""
        require_portable(samples, options)
        return super().prepare(architecture, samples, options)


def _do_nothing() -> None:
    """Let the task end at an interrupt, which is raised then."""


def idle_notice(options: Options, workers: int) -> Message | None:
    """Return a notice if some of the workers have no shard to compute."""
    shards = shards_of(options.batch_size, options.shards)
    if shards >= workers:
        return None
    if shards == options.shards:
        template, more = "only {some} of {workers} workers have work; use {more}", Option("shards", workers)
        return Message(template, some=shards, workers=workers, more=more)
    template = "{given}: only {some} of {workers} workers have work; use larger batches"
    given = Option("batch_size", options.batch_size)
    return Message(template, given=given, some=shards, workers=workers)
