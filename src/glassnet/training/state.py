"""The state of a training run.

The rest of a run depends only on this state, model, data and options: random numbers are addressed by epoch and step
(see `nn.random`), without a generator's state. So a run resumed from a saved state produces the same bits as an
uninterrupted one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from ..engines import Progress
from ..errors import ModelFileError
from ..messages.message import Listing
from ..messages.one_line import one_line
from ..nn.optimizers import State
from ..nn.parameters import FloatArray, Layout, Parameters
from ..nn.schedules import Plateau
from ..options.options import Options


@one_line
@dataclass
class TrainingState:
    """State of a training run between two blocks; updated by the training loop."""

    optimizer_state: State  # the weights, trained in place, and the state of the optimizer
    plateau: Plateau  # state of the schedule ``plateau``
    last_good: FloatArray  # shape (parameters,); result of `final_weights` after the last epoch that did not diverge
    limit: float  # size of the weights above which training may have diverged
    # `epoch`, `block`: number of finished epochs, and of finished blocks of the next epoch
    epoch: int = 0
    block: int = 0
    progress: float = 0.0  # the same as a number of epochs: 1.5 is halfway through the second
    ended: bool = False  # whether training is complete
    # `loss`, `correct`: sums over the finished blocks of the epoch
    loss: float = 0.0
    correct: int = 0
    seconds: float = 0.0  # elapsed time; never part of the result
    # Shape (parameters,); the weights, or their average, with the smallest validation loss; None before the first
    # validation
    best: FloatArray | None = None
    # `best_loss`, `best_epoch`: the smallest validation loss, and its epoch, counted from 1
    best_loss: float = 0.0
    best_epoch: int = 0

    @classmethod
    def start(cls, parameters: Parameters, options: Options) -> TrainingState:
        """Return the state before the first step."""
        weights = parameters.flat.copy()
        return cls(State.new(parameters, options), Plateau(options), weights, 10 * size_of(weights))

    def begin_epoch(self, options: Options) -> None:
        """Prepare for another epoch, even if training has ended, with the learning rate in `options`."""
        self.plateau, self.ended, self.last_good = Plateau(options), False, self.final_weights(options).copy()
        self.block, self.loss, self.correct, self.progress = 0, 0.0, 0, float(self.epoch)

    def release(self) -> None:
        """Free what is only required during training: two arrays, each as large as the weights."""
        self.last_good, self.best = np.empty(0, self.last_good.dtype), None

    def block_done(self, result: Progress, progress: float, seconds: float) -> None:
        """Update the state after a block that ended `seconds` after the first step."""
        self.block, self.progress, self.seconds = self.block + 1, progress, seconds
        self.loss, self.correct = self.loss + result.loss, self.correct + result.correct

    def epoch_done(self, loss: float, epochs: int) -> None:
        """Update the state after an epoch; its mean loss may change the learning rate of ``plateau``."""
        self.plateau.epoch_done(loss)
        self.epoch, self.block, self.loss, self.correct = self.epoch + 1, 0, 0.0, 0
        self.progress, self.ended = float(self.epoch), self.ended or self.epoch == epochs

    @property
    def weights(self) -> FloatArray:
        """The weights to evaluate: their moving average, if there is one."""
        return (
            self.optimizer_state.parameters.flat
            if self.optimizer_state.average is None
            else self.optimizer_state.average
        )

    def final_weights(self, options: Options) -> FloatArray:
        """Return the weights of the model if training ended here: with early stopping, the best ones."""
        return self.best if options.early_stopping and self.best is not None else self.weights

    def chosen_epoch(self, options: Options) -> int | None:
        """Return the epoch whose weights early stopping would keep if training ended here, if any."""
        return self.best_epoch if options.early_stopping and self.best_epoch else None

    def mark_good(self, options: Options) -> None:
        """Store the weights of the model at the end of an epoch that did not diverge."""
        self.last_good[...] = self.final_weights(options)

    def export_to(self, parameters: Parameters, options: Options) -> None:
        """Copy the weights of the model to a network, and keep a separate copy of an average for further training."""
        final, state = self.final_weights(options), self.optimizer_state
        if final is state.average:
            state.parameters = Parameters(state.parameters.layout, state.parameters.flat.copy())
        elif state.average is not None:  # the best weights: the average restarts from them
            state.parameters.flat[...] = state.average[...] = final
        parameters.flat[...] = final

    def restart_average(self) -> None:
        """Let further training start from the average of the weights, if there is one, as a model has them."""
        if self.optimizer_state.average is not None:
            self.optimizer_state.parameters.flat[...] = self.optimizer_state.average

    def roll_back(self) -> None:
        """Restore the last good weights, and reset the optimizer, whose state led to divergence."""
        self.optimizer_state.parameters.flat[...] = self.last_good
        self.optimizer_state.slots[...] = 0
        self.optimizer_state.step = 0
        if self.optimizer_state.average is not None:
            self.optimizer_state.average[...] = self.last_good

    def validated(self, loss: float, patience: int) -> None:
        """Keep the weights if their validation loss is the best so far; end after `patience` epochs without one."""
        loss = loss if loss == loss else math.inf  # comparisons with NaN are false
        if self.best is None or loss < self.best_loss:
            self.best, self.best_loss, self.best_epoch = self.weights.copy(), loss, self.epoch
        self.ended = self.ended or self.epoch - self.best_epoch >= patience

    def saved(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Return plain values and arrays for a file."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        plateau = {name: getattr(self.plateau, name) for name in _PLATEAU}
        arrays = {
            "weights": self.optimizer_state.parameters.flat,
            "slots": self.optimizer_state.slots,
            "good": self.last_good,
        }
        for name, array in (("average", self.optimizer_state.average), ("best", self.best)):
            if array is not None:
                arrays[name] = array
        return _plain({**numbers, "step": self.optimizer_state.step, "plateau": plateau}), arrays

    @classmethod
    def restored(
        cls, numbers: dict[str, Any], arrays: dict[str, NDArray[Any]], layout: Layout, options: Options
    ) -> TrainingState:
        """Make a state from the result of `saved`."""
        state = cls.start(Parameters(layout, dtype=options.dtype), options)
        for name, kind in _NUMBERS.items():
            setattr(state, name, _value(numbers, name, kind))
        for name, kind in _PLATEAU.items():
            setattr(state.plateau, name, _value(numbers["plateau"], name, kind))
        state.optimizer_state.step = _value(numbers, "step", int)
        if state.epoch + (not state.ended) > options.epochs:
            template = "the checkpoint is at epoch {epoch} of {epochs}."
            raise ModelFileError("GN041", template, epoch=state.epoch, epochs=options.epochs)
        state.best = np.empty_like(state.last_good) if "best" in arrays else None
        _, expected = state.saved()
        if expected.keys() != {name for name in arrays if name in (*expected, "average")}:
            template = "the checkpoint has the arrays {found}, expected {expected}."
            found, wanted = Listing(sorted(arrays)), Listing(sorted(expected))
            raise ModelFileError("GN041", template, found=found, expected=wanted)
        for name, array in expected.items():
            if (arrays[name].shape, arrays[name].dtype) != (array.shape, array.dtype):
                raise unexpected_array(name, arrays[name])
            array[...] = arrays[name]
        return state


_NUMBERS = {name: kind for name, kind in get_type_hints(TrainingState).items() if kind in (bool, int, float)}
"""Numeric fields and their types."""
_PLATEAU = {"factor": float, "best": float, "waited": int}


def _plain(value: Any) -> Any:
    """Convert infinities and NaN to text, since JSON has neither."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _value(values: dict[str, Any], name: str, kind: type) -> Any:
    value = values[name]
    if kind is float and isinstance(value, float | str):
        return float(value)
    if type(values[name]) is not kind or not 0 <= value < 2**53:
        raise ModelFileError("GN041", "the checkpoint has {name} {value!r}.", name=name, value=value)
    return value


def unexpected_array(name: str, array: NDArray[Any]) -> ModelFileError:
    """Return the error for an array of a checkpoint that has another form than expected."""
    template = "array {name} has shape {shape} and dtype {dtype}."
    return ModelFileError("GN041", template, name=name, shape=array.shape, dtype=array.dtype)


def size_of(weights: FloatArray) -> float:
    """Return the root mean square of the weights."""
    with np.errstate(over="ignore"):  # an infinite size counts as divergence
        return float(np.sqrt(np.mean(np.square(weights, dtype=np.float64))))
