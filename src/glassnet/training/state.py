"""How far a training has come.

With model, data and options it is all that the rest of a training depends on: chance is addressed by epoch and step
(see `randomness`), never carried along. So a training that goes on from a position written down gives the bits of the
one that never stopped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engines import Progress
from ..nn.optimizers import State
from ..nn.parameters import FloatArray, Layout, Parameters
from ..nn.schedules import Plateau
from ..options.options import Options


@dataclass
class Position:
    """Where a training stands, between two blocks; the training loop moves it on.

    Parameters
    ----------
    state : State
        The weights, trained in place, and what the optimizer carries.
    plateau : Plateau
        What the schedule ``plateau`` has seen.
    good : ndarray, shape (parameters,)
        The answer, see there, after the last good epoch, for when training diverges.
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

    state: State
    plateau: Plateau
    good: FloatArray
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
    def start(cls, parameters: Parameters, options: Options) -> Position:
        """Return the position before the first step."""
        good = parameters.flat.copy()
        return cls(State.new(parameters, options), Plateau(options), good, 10 * size_of(good))

    def begin_epoch(self, options: Options) -> None:
        """Go on with a new epoch, however the last one ended, and at the rate that `options` say."""
        self.plateau, self.ended, self.good = Plateau(options), False, self.answer(options).copy()
        self.block, self.loss, self.correct, self.progress = 0, 0.0, 0, float(self.epoch)

    def rest(self) -> None:
        """Let go of what is needed only until a training ends, each as large as the weights."""
        self.good, self.best = np.empty(0, self.good.dtype), None

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
        return self.state.parameters.flat if self.state.average is None else self.state.average

    def answer(self, options: Options) -> FloatArray:
        """Return the weights that would become the model here: the best, where early stopping keeps them."""
        return self.best if options.early_stopping and self.best is not None else self.weights

    def chosen_epoch(self, options: Options) -> int | None:
        """Return the epoch whose weights early stopping would keep here, if it has any."""
        return self.best_epoch if options.early_stopping and self.best_epoch else None

    def keep_good(self, options: Options) -> None:
        """Keep what would become the model here, at the end of a good epoch."""
        self.good[...] = self.answer(options)

    def hand_over(self, parameters: Parameters, options: Options) -> None:
        """Give a network the weights that become the model; if they are the average, keep one's own to go on from."""
        answer, state = self.answer(options), self.state
        if answer is state.average:
            state.parameters = Parameters(state.parameters.layout, state.parameters.flat.copy())
        elif state.average is not None:  # the best: the average follows from there
            state.parameters.flat[...] = state.average[...] = answer
        parameters.flat[...] = answer

    def back_to_good(self) -> None:
        """Put the weights back to what was good; what the optimizer carries led astray, and begins anew."""
        self.state.parameters.flat[...] = self.good
        self.state.slots[...] = 0
        self.state.step = 0
        if self.state.average is not None:
            self.state.average[...] = self.good

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
        arrays = {"weights": self.state.parameters.flat, "slots": self.state.slots, "good": self.good}
        for name, array in (("average", self.state.average), ("best", self.best)):
            if array is not None:
                arrays[name] = array
        return _plain({**numbers, "step": self.state.step, "plateau": plateau}), arrays

    @classmethod
    def restored(
        cls, numbers: dict[str, Any], arrays: dict[str, NDArray[Any]], layout: Layout, options: Options
    ) -> Position:
        """Put a position together from what `saved` returned.

        Raises
        ------
        ValueError, LookupError, TypeError
            When these do not belong together.
        """
        position = cls.start(Parameters(layout, dtype=options.dtype), options)
        for name, kind in _NUMBERS.items():
            setattr(position, name, _value(numbers, name, kind))
        for name, kind in _PLATEAU.items():
            setattr(position.plateau, name, _value(numbers["plateau"], name, kind))
        position.state.step = _value(numbers, "step", int)
        if position.epoch + (not position.ended) > options.epochs:
            raise ValueError(f"epoch {position.epoch} of {options.epochs}")
        position.best = np.empty_like(position.good) if "best" in arrays else None
        _, mine = position.saved()
        if mine.keys() != {name for name in arrays if name in (*mine, "average")}:
            raise ValueError(f"its arrays are {', '.join(sorted(arrays))}")
        for name, array in mine.items():
            if (arrays[name].shape, arrays[name].dtype) != (array.shape, array.dtype):
                raise ValueError(f"{name} of shape {arrays[name].shape}, {arrays[name].dtype}")
            array[...] = arrays[name]
        return position


_NUMBERS = {
    "epoch": int,
    "block": int,
    "progress": float,
    "ended": bool,
    "loss": float,
    "correct": int,
    "limit": float,
    "seconds": float,
    "best_loss": float,
    "best_epoch": int,
}
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
    if type(value) is not kind or not 0 <= values[name] < 2**53:
        raise ValueError(f"{name} {value!r}")
    return value


def size_of(weights: FloatArray) -> float:
    """Return the root mean square of the weights."""
    with np.errstate(over="ignore"):  # what is infinite has run away
        return float(np.sqrt(np.mean(np.square(weights, dtype=np.float64))))
