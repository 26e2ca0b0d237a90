"""Callbacks: functions that are called with every event of a training. The contract is the same wherever one is given.

`glassnet.fit`, `glassnet.resume`, `glassnet.verify` and the estimators' `fit` take `callbacks`, any functions of one
argument:

- Each is called with each event (`glassnet.training.events`), on the thread that trains, before training goes on. They
  are called in the order given; the history has the event by then, the checkpoint of an epoch is written after them.
- One that returns True ends the training with the epoch under way, the first if none has begun. The others still get
  the event. The result is that of a training which ended there. Anything else that is returned is passed over.
- What one raises ends the training at once and reaches the caller; the callbacks after it do not get the event. There
  is no model then; a checkpoint stays as it was written last.
- An ensemble's callbacks get the events of its first member. Where one ends the training, every member has as many
  epochs as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

from .events import BlockDone, EpochDone, Event, TrainingStarted

Callback = Callable[[Event], bool | None]

LAST, STILL_FALLING = 0.1, 0.05
"""The part of a training at whose end the loss should be still, and by how much of itself it may yet fall in it."""

MOST_POINTS = 240
"""Points of a curve that are kept with a model: as many as a picture of it can show."""


def require_callbacks(given: object, name: str = "callbacks") -> list[Callback]:
    """Return callbacks as a list.

    Raises
    ------
    TypeError
        When they are no list, or one cannot be called.
    """
    if callable(given) or not isinstance(given, Iterable):
        raise TypeError(f"{name}: {type(given).__name__}, expected a list of functions. Put it in brackets.")
    callbacks = [*given]
    for one in callbacks:
        if not callable(one):
            raise TypeError(f"{name}: {one!r}, expected functions that take an event.")
    return callbacks


def both(callbacks: Iterable[Callback], listeners: Iterable[Callback] | None) -> list[Callback]:
    """Return all callbacks, those given by the parameter's old name, `listeners`, last; errors as above."""
    return [*require_callbacks(callbacks), *require_callbacks(() if listeners is None else listeners, "listeners")]


def ends_training(answer: object) -> bool:
    """Tell whether what a callback has returned ends the training: True does, and nothing else that counts as true."""
    return isinstance(answer, bool | np.bool_) and bool(answer)


@dataclass
class History:
    """The callback that every training has: keeps the learning curve, one value a block, and one an epoch.

    `weight_hashes` has the hash of the weights before the first epoch and after each. Accuracies are empty where a
    sample has no one class, validation values without validation data.
    """

    progress: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    epoch: list[int] = field(default_factory=list)
    epoch_loss: list[float] = field(default_factory=list)
    epoch_accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    weight_hashes: list[str] = field(default_factory=list)

    @property
    def trail(self) -> list[str]:
        """The old name of `weight_hashes`."""
        return self.weight_hashes

    def __call__(self, event: Event) -> None:
        """Take up a block or an epoch; other events pass."""
        goes_on = isinstance(event, TrainingStarted) and (event.progress or self.weight_hashes[-1:] == [event.hash])
        if isinstance(event, TrainingStarted | EpochDone) and not goes_on:
            self.weight_hashes.append(event.hash)
        if isinstance(event, BlockDone):
            self.progress.append(event.progress)
            self.loss.append(event.loss)
            if event.accuracy is not None:
                self.accuracy.append(event.accuracy)
        elif isinstance(event, EpochDone):
            self.epoch.append(event.epoch)
            self.epoch_loss.append(event.loss)
            if event.accuracy is not None:
                self.epoch_accuracy.append(event.accuracy)
            if event.validation_loss is not None:
                self.validation_loss.append(event.validation_loss)
            if event.validation_accuracy is not None:
                self.validation_accuracy.append(event.validation_accuracy)

    def loss_fall(self) -> float:
        """Return by what part of itself the training loss fell in the last tenth of the epochs; 0 where it did not.

        Where a tenth is no whole number of epochs, the losses between two of them are taken from a straight line.
        """
        if len(self.epoch) < 2:
            return 0.0
        before = float(np.interp((1 - LAST) * self.epoch[-1], self.epoch, self.epoch_loss))
        return max(0.0, 1 - self.epoch_loss[-1] / before) if before > 0 else 0.0

    def curve(self) -> dict[str, list[float]]:
        """Return the values a block, and of the validation an epoch, as `plots.draw_curve` takes them."""
        curve: dict[str, list[float]] = {"progress": self.progress, "loss": self.loss}
        if self.accuracy:
            curve["accuracy"] = self.accuracy
        if self.validation_loss:
            curve.update(epoch=list(map(float, self.epoch)), validation_loss=self.validation_loss)
        if self.validation_accuracy:
            curve["validation_accuracy"] = self.validation_accuracy
        return curve

    def thinned(self) -> dict[str, list[float | None]]:
        """Return the curve as a receipt has it: few points, few digits, and None for what is no finite number.

        Of many blocks, or epochs, a point is the mean of a run of them, and stands at its end.
        """
        return {name: _thinned(values, name in ("progress", "epoch")) for name, values in self.curve().items()}


def _thinned(values: list[float], of_ends: bool) -> list[float | None]:
    """Bring a list to ``MOST_POINTS`` at most; of each run its end, or its mean."""
    run = -(-len(values) // MOST_POINTS) or 1
    parts = [values[start : start + run] for start in range(0, len(values), run)]
    points = [part[-1] if of_ends else sum(part) / len(part) for part in parts]
    return [float(f"{point:.6g}") if isfinite(point) else None for point in points]
