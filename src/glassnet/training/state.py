"""How far a training has come.

With model, data and options it is all that the rest of a training depends on: chance is addressed by epoch and step
(see `nn.random`), never carried along. So a training that goes on from a state written down gives the bits of the
one that never stopped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from ..engines import Progress
from ..nn.optimizers import State
from ..nn.parameters import FloatArray, Layout, Parameters
from ..nn.schedules import Plateau
from ..options.options import Options


@dataclass
class TrainingState:
    """Where a training stands, between two blocks; the training loop moves it on.

    Parameters
    ----------
    optimizer_state : State
        The weights, trained in place, and what the optimizer carries.
    plateau : Plateau
        What the schedule ``plateau`` has seen.
    last_good : ndarray, shape (parameters,)
        The answer, see there, after the last epoch that did not diverge.
    limit : float
        The size of the weights beyond which they may have run away.
    epoch, block : int
        Epochs that are done, and blocks of the next one that are.
    progress : float
        The same as one number: 1.5 is halfway through the second epoch.
    ended : bool
        Whether there is no further epoch.
    loss, correct : float, int
        Sums over those blocks.
    seconds : float
        What it took to come here; never part of the result.
    best : ndarray, shape (parameters,), or None
        The weights, or their average, with the least validation loss; None before the first look at validation data.
    best_loss, best_epoch : float, int
        That loss, and after which epoch it was, counted from 1.
    """

    optimizer_state: State
    plateau: Plateau
    last_good: FloatArray
    limit: float
    epoch: int = 0
    block: int = 0
    progress: float = 0.0
    ended: bool = False
    loss: float = 0.0
    correct: int = 0
    seconds: float = 0.0
    best: FloatArray | None = None
    best_loss: float = 0.0
    best_epoch: int = 0

    @classmethod
    def start(cls, parameters: Parameters, options: Options) -> TrainingState:
        """Return the state before the first step."""
        weights = parameters.flat.copy()
        return cls(State.new(parameters, options), Plateau(options), weights, 10 * size_of(weights))

    def begin_epoch(self, options: Options) -> None:
        """Go on with a new epoch, however the last one ended, and at the rate that `options` say."""
        self.plateau, self.ended, self.last_good = Plateau(options), False, self.answer(options).copy()
        self.block, self.loss, self.correct, self.progress = 0, 0.0, 0, float(self.epoch)

    def release(self) -> None:
        """Free what is needed only until a training ends: two arrays, each as large as the weights."""
        self.last_good, self.best = np.empty(0, self.last_good.dtype), None

    def block_done(self, result: Progress, progress: float, seconds: float) -> None:
        """Move on by a block, which ended so many seconds after the first step."""
        self.block, self.progress, self.seconds = self.block + 1, progress, seconds
        self.loss, self.correct = self.loss + result.loss, self.correct + result.correct

    def epoch_done(self, loss: float, epochs: int) -> None:
        """Move on to the next epoch, if there is one; the mean loss of this one decides what becomes of the rate."""
        self.plateau.epoch_done(loss)
        self.epoch, self.block, self.loss, self.correct = self.epoch + 1, 0, 0.0, 0
        self.progress, self.ended = float(self.epoch), self.ended or self.epoch == epochs

    @property
    def weights(self) -> FloatArray:
        """The weights to judge here: the average, where one is kept."""
        return (
            self.optimizer_state.parameters.flat
            if self.optimizer_state.average is None
            else self.optimizer_state.average
        )

    def answer(self, options: Options) -> FloatArray:
        """Return the weights that would become the model here: the best, where early stopping keeps them."""
        return self.best if options.early_stopping and self.best is not None else self.weights

    def chosen_epoch(self, options: Options) -> int | None:
        """Return the epoch whose weights early stopping would keep here, if it has any."""
        return self.best_epoch if options.early_stopping and self.best_epoch else None

    def mark_good(self, options: Options) -> None:
        """Remember what would become the model here, at the end of an epoch that did not diverge."""
        self.last_good[...] = self.answer(options)

    def export_to(self, parameters: Parameters, options: Options) -> None:
        """Give a network the weights that become the model; if they are the average, keep one's own to go on from."""
        answer, state = self.answer(options), self.optimizer_state
        if answer is state.average:
            state.parameters = Parameters(state.parameters.layout, state.parameters.flat.copy())
        elif state.average is not None:  # the best: the average follows from there
            state.parameters.flat[...] = state.average[...] = answer
        parameters.flat[...] = answer

    def roll_back(self) -> None:
        """Put the last good weights back; what the optimizer carries led astray, and begins anew."""
        self.optimizer_state.parameters.flat[...] = self.last_good
        self.optimizer_state.slots[...] = 0
        self.optimizer_state.step = 0
        if self.optimizer_state.average is not None:
            self.optimizer_state.average[...] = self.last_good

    def validated(self, loss: float, patience: int) -> None:
        """Keep the weights if they are the best so far by validation loss; end after so many epochs without better."""
        loss = loss if loss == loss else math.inf  # nothing is less than NaN
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
        """Put a state together from what `saved` returned.

        Raises
        ------
        ValueError, LookupError, TypeError
            When these do not belong together.
        """
        state = cls.start(Parameters(layout, dtype=options.dtype), options)
        for name, kind in _NUMBERS.items():
            setattr(state, name, _value(numbers, name, kind))
        for name, kind in _PLATEAU.items():
            setattr(state.plateau, name, _value(numbers["plateau"], name, kind))
        state.optimizer_state.step = _value(numbers, "step", int)
        if state.epoch + (not state.ended) > options.epochs:
            raise ValueError(f"the checkpoint is at epoch {state.epoch} of {options.epochs}")
        state.best = np.empty_like(state.last_good) if "best" in arrays else None
        _, mine = state.saved()
        if mine.keys() != {name for name in arrays if name in (*mine, "average")}:
            raise ValueError(
                f"the checkpoint has the arrays {', '.join(sorted(arrays))}, expected {', '.join(sorted(mine))}"
            )
        for name, array in mine.items():
            if (arrays[name].shape, arrays[name].dtype) != (array.shape, array.dtype):
                raise ValueError(f"array {name} has shape {arrays[name].shape} and dtype {arrays[name].dtype}")
            array[...] = arrays[name]
        return state


_NUMBERS = {name: kind for name, kind in get_type_hints(TrainingState).items() if kind in (bool, int, float)}
"""The fields that are plain numbers, and their types."""
_PLATEAU = {"factor": float, "best": float, "waited": int}


def _plain(value: Any) -> Any:
    """Return infinities and NaN as words: JSON has neither."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _value(values: dict[str, Any], name: str, kind: type) -> Any:
    value = values[name]
    if kind is float and isinstance(value, float | str):
        return float(value)
    if type(values[name]) is not kind or not 0 <= value < 2**53:
        raise ValueError(f"the checkpoint has {name} {value!r}")
    return value


def size_of(weights: FloatArray) -> float:
    """Return the root mean square of the weights."""
    with np.errstate(over="ignore"):  # what is infinite has run away
        return float(np.sqrt(np.mean(np.square(weights, dtype=np.float64))))
