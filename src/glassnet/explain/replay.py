"""Replay any step of a finished training run: the same training loop, with an engine that records one step.

Weights before and after the step are bit-identical to those of the engine. The per-sample loop of the compiled engine
holds the first matrix in two parts during a block and joins them at its end. The run is therefore repeated in whole
blocks, and a step is computed from the start of its block twice: up to the step, and including the step. After every
epoch the weights are compared with the hash in the training record.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..engines import Block, Engine, Progress, Samples
from ..engines.stepwise import distorted, dropout_masks, only_hardest
from ..errors import DataError, OptionError
from ..messages.one_line import one_line
from ..model.model import Model
from ..model.network import Network
from ..network import forward
from ..nn.architecture import Architecture
from ..nn.optimizers import State
from ..nn.parameters import Parameters
from ..options.options import Options
from ..runtime.blas import one_blas_thread
from ..training.callbacks import Callback
from ..training.checkpoint import LoadedCheckpoint
from ..training.divergence import weights_after
from ..training.ensemble import repeated_runs
from ..training.events import EpochDone, Event
from ..training.fine_tuning import require_parent
from ..training.receipt import GivenData, engine_of, training_split_of, verifiable_options
from .step import Trace, trace_step

RECENT = 10
"""States of recent steps that a replayed epoch holds."""
MOST_STARTS = 16
"""Most starts of blocks whose states a replayed epoch holds; others are computed from the one before."""


@one_line
@dataclass(frozen=True)
class Replay:
    """Result of `replay`.

    Parameters
    ----------
    trace : Trace
        The step computed by the formulas, in float64, from the weights before it.
    epoch, step : int
        Number of the step, counted from 1.
    rows : ndarray of int64, shape (batch,)
        Samples of the step: row numbers in the source, as in `Dataset.row_numbers`.
    before, after : Parameters
        Weights of the engine before and after the step.
    rounding : float
        Largest difference between the weights of the engine and of the formulas after the step.
    checked : int
        Number of epochs whose weights were compared with the training record; those before a checkpoint are compared
        by the hashes stored in it.
    differs : int or None
        First epoch after which the weights differ from the training record, 0 for the initial weights, or None.
    """

    trace: Trace
    epoch: int
    step: int
    rows: NDArray[np.int64]
    before: Parameters
    after: Parameters
    rounding: float
    checked: int
    differs: int | None

    @property
    def where(self) -> str:
        """Description of the first weights that differ from the training record; empty if all agree."""
        return "" if self.differs is None else str(weights_after(self.differs))


def replay(
    model: Model,
    data: Dataset,
    epoch: int,
    step: int,
    *,
    checkpoint: LoadedCheckpoint | None = None,
    callbacks: Sequence[Callback] = (),
    init_model: Model | None = None,
) -> Replay:
    """Repeat a step of the training run that produced a model.

    Parameters
    ----------
    model : Model
        Model with a training record; of an ensemble, the first member is used.
    data : Dataset
        Training data of the model.
    epoch, step : int
        Numbers from 1; a step is a batch.
    checkpoint : LoadedCheckpoint, optional
        Checkpoint of the same run, written before the step, to start from; its state is modified. The start of the run
        by default.
    callbacks : sequence of callable
        Callbacks as for `glassnet.fit`.
    init_model : Model, optional
        As for `glassnet.verify`.

    Raises
    ------
    DataError
        GN017 as for `glassnet.verify`, and if the data are not those of the training record.
    OptionError
        GN080 if the run has no such step, or the checkpoint belongs to another run or is not before the step.
    ModelFileError
        GN044 if the checkpoint was started with other data.
    """
    return replay_epoch(
        model, data, epoch, step, checkpoint=checkpoint, callbacks=callbacks, init_model=init_model
    ).step(step)


def replay_epoch(
    model: Model,
    data: Dataset,
    epoch: int,
    step: int = 1,
    *,
    checkpoint: LoadedCheckpoint | None = None,
    callbacks: Sequence[Callback] = (),
    init_model: Model | None = None,
) -> ReplayedEpoch:
    """Repeat the training run that produced a model up to the end of an epoch, whose steps can then be computed.

    Parameters and errors as for `replay`; `step` is the first step that is needed, which a checkpoint may not follow.
    """
    receipt = model.receipt
    options, expected = verifiable_options(receipt), receipt["trails"][0]
    if checkpoint is None:
        require_parent(model, init_model)
    given = GivenData(data)
    if given.fingerprint != receipt["data"]["fingerprint"]:
        raise DataError("GN017", "{source} is not the data that the model was trained on.", source=data.source)
    recorder = _RecordingEngine(engine_of(receipt), epoch - 1)
    if checkpoint is None:
        run = repeated_runs(receipt, data, recorder, given, init_model).run(0)
        part = run.data
    else:
        part = training_split_of(receipt, data)
    steps, epochs = -(-len(part) // options.batch_size), len(expected) - 1
    _require_step(epoch, step, epochs, steps)
    if checkpoint is not None:
        _require_earlier_checkpoint(checkpoint, options, epoch - 1 + (step - 1) / steps)
        run = checkpoint.run(data, recorder)
    # Without early stopping, because epochs after the step are irrelevant.
    run = replace(run, options=replace(options, early_stopping=0), validation=None)

    def after_the_epoch(event: Event) -> bool:
        return isinstance(event, EpochDone) and event.epoch == epoch

    run.train([*callbacks, after_the_epoch])
    hashes = run.history.weight_hashes
    return ReplayedEpoch(
        run.model, options, part, recorder, (epochs, steps), hashes, _first_difference(hashes, expected)
    )


class ReplayedEpoch:
    """An epoch of a finished training run, any step of which can be computed without repeating the run again.

    It holds the weights at the start of each block of the epoch, or of every second, fourth, … of more than
    `MOST_STARTS`. A step takes at most two runs of a block, after those from the last start; a neighbour of one of the
    `RECENT` steps takes one. Threads may share it. `epoch` counts from 1; `checked` and `differs` are as in `Replay`.
    """

    def __init__(
        self,
        model: Model,
        options: Options,
        data: Dataset,
        recorder: _RecordingEngine,
        counts: tuple[int, int],
        hashes: Sequence[str],
        differs: int | None,
    ) -> None:
        self._model, self._options, self._data, self._recorder = model, options, data, recorder
        self.epochs, self.steps = counts
        self.epoch, self.checked, self.differs = recorder.epoch + 1, len(hashes) - 1, differs
        self._lock = threading.Lock()

    def step(self, step: int) -> Replay:
        """Compute a step, counted from 1; OptionError GN080 if the epoch has no such step."""
        _require_step(self.epoch, step, self.epochs, self.steps)
        with self._lock:
            recorded = self._recorder.step(step - 1)
            step_trace = self._trace(recorded)
        return Replay(
            trace=step_trace,
            epoch=self.epoch,
            step=step,
            rows=self._data.row_numbers[recorded.rows],
            before=recorded.before.parameters,
            after=recorded.after.parameters,
            rounding=_rounding(step_trace, recorded.after.parameters),
            checked=self.checked,
            differs=self.differs,
        )

    def _trace(self, recorded: _RecordedStep) -> Trace:
        """Recompute the step by the formulas, from the inputs of the engine."""
        model, options, samples, rows = self._model, self._options, self._recorder.samples, recorded.rows
        made, epoch = model.network.architecture, self.epoch - 1
        raw = distorted(samples, rows, options, epoch) if options.augments else samples.rows[rows]
        inputs = samples.scaling.apply(raw, np.float64)
        masks = dropout_masks(made, options, epoch, recorded.step, len(rows), np.float64)
        network, targets = Network.of(made, recorded.before.parameters), samples.targets[samples.labels[rows]]
        weights = None if samples.weights is None else samples.weights[rows]
        if options.hard_fraction < 1:
            signals = forward(made, recorded.before.parameters.copy(np.float64), inputs, masks)
            losses = made.output_loss.value(signals.sums[-1], signals.outputs, targets)
            weights = only_hardest(losses, weights, options)[0]
        step = trace_step(
            network,
            inputs,
            targets,
            recorded.rate,
            options=options,
            state=recorded.before,
            masks=masks,
            weights=weights,
        )
        return replace(
            step,
            image_shape=samples.image_shape,
            raw=raw[:1],
            photo=model.reading == "photo",
            class_names=tuple(model.class_names),
        )


def _first_difference(hashes: list[str], expected: list[str]) -> int | None:
    """Return the first epoch after which weights differ from those expected, 0 for the initial ones, or None."""
    pairs = enumerate(zip(hashes, expected, strict=False))
    return next((epoch for epoch, (now, then) in pairs if now != then), None)


@dataclass(frozen=True)
class _RecordedStep:
    """A step of the engine: the states before and after it, its samples and its learning rate."""

    step: int
    before: State
    after: State
    rows: NDArray[np.int64]
    rate: float


class _RecordingEngine:
    """Wraps an engine and records the blocks of one epoch, and the states before evenly spaced ones."""

    samples: Samples

    def __init__(self, engine: Engine, epoch: int) -> None:
        self._engine, self.epoch = engine, epoch
        self.name, self.output_loss = engine.name, engine.output_loss
        self.gradients = engine.gradients
        self._blocks: list[Block] = []
        self._starts: dict[int, State] = {}
        self._spacing = 1
        self._recent: dict[int, State] = {}

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> Any:
        """See `Engine.prepare`."""
        self.samples, self._architecture = samples, architecture
        self._prepared = self._engine.prepare(architecture, samples, options)
        return self._prepared

    def run_steps(self, architecture: Architecture, state: State, prepared: Any, block: Block) -> Progress:
        """See `Engine.run_steps`."""
        if block.epoch == self.epoch:
            if len(self._blocks) % self._spacing == 0:
                self._starts[len(self._blocks)] = _copy(state)
            if len(self._starts) > MOST_STARTS:
                self._spacing *= 2
                self._starts = {number: one for number, one in self._starts.items() if number % self._spacing == 0}
            self._blocks.append(block)
        return self._engine.run_steps(architecture, state, prepared, block)

    def step(self, step: int) -> _RecordedStep:
        """Run the engine up to a step of the epoch, and including it."""
        number = max(number for number, block in enumerate(self._blocks) if block.first <= step)
        start, block = self._start(number), self._blocks[number]
        before = self._after(step - 1, start, block) if step > block.first else start
        after, ahead = self._after(step, start, block), step - block.first
        return _RecordedStep(step, before, after, block.batch(ahead), float(block.learning_rates[ahead]))

    def _start(self, number: int) -> State:
        """Return the state before a block."""
        held = number - number % self._spacing
        state = self._starts[held]
        for block in self._blocks[held:number]:
            state = self._run(state, block)
        return state

    def _after(self, step: int, start: State, block: Block) -> State:
        """Return the state after a step, from the start of its block; neighbours of recent steps need it again."""
        if step not in self._recent:
            self._recent[step] = self._run(start, block.before(step + 1))
            while len(self._recent) > RECENT:
                del self._recent[next(iter(self._recent))]
        return self._recent[step]

    def _run(self, start: State, block: Block) -> State:
        state = _copy(start)
        with one_blas_thread():
            self._engine.run_steps(self._architecture, state, self._prepared, block)
        return state


def _copy(state: State) -> State:
    average = None if state.average is None else state.average.copy()
    return replace(state, parameters=state.parameters.copy(), slots=state.slots.copy(), average=average)


def _rounding(step: Trace, after: Parameters) -> float:
    """Return the largest difference between the parameters after the step by the formulas and by the engine."""
    gaps = []
    for layer, weight, bias in zip(step.layers, after.weights, after.biases, strict=True):
        way = layer.ways[step.rule]
        gaps.append(np.abs(layer.weight + way.change - weight).max())
        if layer.bias is not None and bias is not None and way.bias_change is not None:
            gaps.append(np.abs(layer.bias + way.bias_change - bias).max())
    return float(max(gaps))


def _require_step(epoch: int, step: int, epochs: int, steps: int) -> None:
    if not 1 <= epoch <= epochs or not 1 <= step <= steps:
        raise OptionError(
            "GN080",
            "epoch {epoch}, step {step}: the run has epochs 1 to {epochs}, each with steps 1 to {steps}.",
            epoch=epoch,
            step=step,
            epochs=epochs,
            steps=steps,
        )


def _require_earlier_checkpoint(checkpoint: LoadedCheckpoint, options: Options, progress: float) -> None:
    if replace(checkpoint.options, threads=0) != replace(options, threads=0):
        raise OptionError(
            "GN080", "{path}: the checkpoint of another run. Name one of this run, or none.", path=checkpoint.path
        )
    if checkpoint.state.progress > progress:
        raise OptionError(
            "GN080",
            "{path}: written after {epochs:.4g} epochs, later than the requested step. Name an earlier "
            "checkpoint, or none.",
            path=checkpoint.path,
            epochs=checkpoint.state.progress,
        )
