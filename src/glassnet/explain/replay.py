"""Replay any step of a finished training run: the same training loop, with an engine that records one step.

Weights before and after the step are bit-identical to those of the engine. The per-sample loop of the compiled engine
holds the first matrix in two parts during a block and joins them at its end. The block with the step is therefore run
three times from its start: up to the step, including the step, and completely, so that later steps are bit-identical to
the run. After every epoch the weights are compared with the hash in the training record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._one_line import one_line
from ..data.dataset import Dataset
from ..engines import Block, Engine, Progress, Samples
from ..engines.stepwise import distorted, dropout_masks, only_hardest
from ..errors import DataError, OptionError
from ..model.model import Model
from ..network import forward
from ..nn.architecture import Architecture
from ..nn.network_class import Network
from ..nn.optimizers import State
from ..nn.parameters import Parameters
from ..options.options import Options
from ..training.callbacks import Callback
from ..training.checkpoint import LoadedCheckpoint
from ..training.ensemble import repeated_run
from ..training.events import EpochDone, Event
from ..training.fine_tuning import require_parent
from ..training.receipt import GivenData, engine_of, training_split_of, verifiable_options
from .step import Trace, trace_step


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
        if self.differs is None:
            return ""
        return f"the weights after epoch {self.differs}" if self.differs else "the initial weights"


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
    receipt = model.receipt
    options, expected = verifiable_options(receipt), receipt["trails"][0]
    if checkpoint is None:
        require_parent(model, init_model)
    given = GivenData(data)
    if given.fingerprint != receipt["data"]["fingerprint"]:
        raise DataError("GN017", f"{data.source} is not the data that the model was trained on.")
    recorder = _RecordingEngine(engine_of(receipt), epoch - 1, step - 1)
    if checkpoint is None:
        run = repeated_run(receipt, data, recorder, given, 0, init_model)
        part = run.data
    else:
        part = training_split_of(receipt, data)
    steps = -(-len(part) // options.batch_size)
    _require_step(epoch, step, len(expected) - 1, steps)
    if checkpoint is not None:
        _require_earlier_checkpoint(checkpoint, options, epoch - 1 + (step - 1) / steps)
        run = checkpoint.run(data, recorder)
    # Without early stopping, because epochs after the step are irrelevant.
    run = replace(run, options=replace(options, early_stopping=0), validation=None)

    def after_the_step(event: Event) -> bool:
        return isinstance(event, EpochDone) and event.epoch == epoch

    run.train([*callbacks, after_the_step])
    hashes, step_trace = run.history.weight_hashes, recorder.trace(run.model, options)
    return Replay(
        trace=step_trace,
        epoch=epoch,
        step=step,
        rows=part.row_numbers[recorder.rows],
        before=recorder.before.parameters,
        after=recorder.after.parameters,
        rounding=_rounding(step_trace, recorder.after.parameters),
        checked=len(hashes) - 1,
        differs=_first_difference(hashes, expected),
    )


def _first_difference(hashes: list[str], expected: list[str]) -> int | None:
    """Return the first epoch after which weights differ from those expected, 0 for the initial ones, or None."""
    pairs = enumerate(zip(hashes, expected, strict=False))
    return next((epoch for epoch, (now, then) in pairs if now != then), None)


class _RecordingEngine:
    """Wraps an engine and records the state before and after one step."""

    before: State
    after: State

    def __init__(self, engine: Engine, epoch: int, step: int) -> None:
        self._engine, self._epoch, self._step = engine, epoch, step
        self.name, self.output_loss = engine.name, engine.output_loss
        self.gradients = engine.gradients

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> Any:
        """See `Engine.prepare`."""
        self._samples = samples
        return self._engine.prepare(architecture, samples, options)

    def run_steps(self, architecture: Architecture, state: State, prepared: Any, block: Block) -> Progress:
        """See `Engine.run_steps`."""
        ahead = self._step - block.first
        if block.epoch == self._epoch and 0 <= ahead < len(block.learning_rates):
            self.before, self.after = _copy(state), _copy(state)
            self._engine.run_steps(architecture, self.before, prepared, block.before(self._step))
            self._engine.run_steps(architecture, self.after, prepared, block.before(self._step + 1))
            self.rows, self.rate = block.batch(ahead), float(block.learning_rates[ahead])
        return self._engine.run_steps(architecture, state, prepared, block)

    def trace(self, model: Model, options: Options) -> Trace:
        """Recompute the step by the formulas, from the inputs of the engine."""
        made, samples, rows = model.network.architecture, self._samples, self.rows
        raw = distorted(samples, rows, options, self._epoch) if options.augments else samples.rows[rows]
        inputs = samples.scaling.apply(raw, np.float64)
        masks = dropout_masks(made, options, self._epoch, self._step, len(rows), np.float64)
        network, targets = Network.of(made, self.before.parameters), samples.targets[samples.labels[rows]]
        weights = None if samples.weights is None else samples.weights[rows]
        if options.hardest < 1:
            signals = forward(made, self.before.parameters.copy(np.float64), inputs, masks)
            losses = made.output_loss.value(signals.sums[-1], signals.outputs, targets)
            weights = only_hardest(losses, weights, options)[0]
        step = trace_step(
            network, inputs, targets, self.rate, options=options, state=self.before, masks=masks, weights=weights
        )
        return replace(
            step,
            image_shape=samples.image_shape,
            raw=raw[:1],
            photo=model.reading == "photo",
            class_names=tuple(model.class_names),
        )


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
            "GN080", f"epoch {epoch}, step {step}: the run has epochs 1 to {epochs}, each with steps 1 to {steps}."
        )


def _require_earlier_checkpoint(checkpoint: LoadedCheckpoint, options: Options, progress: float) -> None:
    if replace(checkpoint.options, threads=0) != replace(options, threads=0):
        raise OptionError("GN080", f"{checkpoint.path}: the checkpoint of another run. Name one of this run, or none.")
    if checkpoint.state.progress > progress:
        raise OptionError(
            "GN080",
            f"{checkpoint.path}: written after {checkpoint.state.progress:.4g} epochs, later than the requested step. "
            "Name an earlier checkpoint, or none.",
        )
