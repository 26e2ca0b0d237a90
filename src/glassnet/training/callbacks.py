"""Listeners: called with every event of a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

from .events import BlockDone, EpochDone, Event, TrainingStarted

Listener = Callable[[Event], None]

LAST, STILL_FALLING = 0.1, 0.05
"""The part of a training at whose end the loss should be still, and by how much of itself it may yet fall in it."""

MOST_POINTS = 240
"""Points of a curve that are kept with a model: as many as a picture of it can show."""


@dataclass
class History:
    """Keeps the learning curve: one value a block, and one an epoch; the trail has the weights' hashes.

    Accuracies are empty where a sample has no one class, validation values without validation data.
    """

    progress: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    epoch: list[int] = field(default_factory=list)
    epoch_loss: list[float] = field(default_factory=list)
    epoch_accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        """Take up a block or an epoch; other events pass."""
        goes_on = isinstance(event, TrainingStarted) and (event.progress or self.trail[-1:] == [event.hash])
        if isinstance(event, TrainingStarted | EpochDone) and not goes_on:
            self.trail.append(event.hash)
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
        """Return the values a block, and of the validation an epoch, as `pictures.draw_curve` takes them."""
        curve: dict[str, list[float]] = {"progress": self.progress, "loss": self.loss}
        if self.accuracy:
            curve["accuracy"] = self.accuracy
        if self.validation_loss:
            curve.update(epoch=list(map(float, self.epoch)), validation_loss=self.validation_loss)
        if self.validation_accuracy:
            curve["validation_accuracy"] = self.validation_accuracy
        return curve

    def kept(self) -> dict[str, list[float | None]]:
        """Return the curve as a receipt keeps it: few points, few digits, and None for what is no finite number.

        Of many blocks, or epochs, a point is the mean of a run of them, and stands at its end.
        """
        return {name: _thinned(values, name in ("progress", "epoch")) for name, values in self.curve().items()}


def _thinned(values: list[float], of_ends: bool) -> list[float | None]:
    """Bring a list to ``MOST_POINTS`` at most; of each run its end, or its mean."""
    run = -(-len(values) // MOST_POINTS) or 1
    parts = [values[start : start + run] for start in range(0, len(values), run)]
    points = [part[-1] if of_ends else sum(part) / len(part) for part in parts]
    return [float(f"{point:.6g}") if isfinite(point) else None for point in points]
