"""Callbacks: functions that are called with every training event. The contract is the same everywhere.

`glassnet.fit`, `glassnet.resume`, `glassnet.verify` and the estimators' `fit` take `callbacks`, functions of one
argument:

- Each callback is called with every event (`glassnet.training.events`), on the training thread, before training
  continues. Callbacks run in the given order, after the history is updated and before the checkpoint of an epoch is
  written.
- A callback that returns True ends training at the end of the current epoch (the first, if none has begun). The other
  callbacks still receive the event. The result is that of a shorter run. Other return values are ignored.
- An exception in a callback ends training at once and reaches the caller; later callbacks do not receive the event.
  There is no model then; the last checkpoint is kept.
- The callbacks of an ensemble receive the events of its first member. If one ends training, all members have the same
  number of epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, wrong_type
from ..messages.formats import counted
from .events import BlockDone, EpochDone, Event, TrainingStarted

Callback = Callable[[Event], bool | None]

LAST, STILL_FALLING = 0.1, 0.05
"""The last fraction of training in which the loss should be constant, and its largest acceptable relative decrease."""

Curve = dict[str, NDArray[np.float64]]
"""A learning curve of a training record: values by the names of `History.curve`."""

MOST_POINTS = 240
"""Maximum number of points of a learning curve stored with a model: enough for a figure."""

_FARTHEST = 1e30
"""Largest value of a curve that is used: ticks cannot be computed for arbitrarily large numbers."""


def require_callbacks(given: object) -> list[Any]:
    """Return callbacks as a list."""
    if callable(given) or not isinstance(given, Iterable):
        raise wrong_type("callbacks", given, "a list of functions")
    callbacks = [*given]
    for one in callbacks:
        if not callable(one):
            template = "{name}: {given!r}, expected functions that take an event."
            raise ArgumentError("GN021", template, name="callbacks", given=one)
    return callbacks


def ends_training(answer: object) -> bool:
    """Return whether a callback's return value ends training: True does, other truthy values do not."""
    return isinstance(answer, bool | np.bool_) and bool(answer)


@dataclass(repr=False)
class History:
    """The callback of every training run: records the learning curve, per block and per epoch.

    `weight_hashes` has the hashes of the weights before the first epoch and after each epoch. Accuracies are empty if
    samples do not have one class, validation values without validation data.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> glassnet.fit(X, y, epochs=3).history.epoch
    [1, 2, 3]
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

    def __repr__(self) -> str:
        last = {"loss": self.epoch_loss, "accuracy": self.epoch_accuracy, "validation_loss": self.validation_loss}
        shown = [f"{name} {values[-1]:.4g}" for name, values in last.items() if values]
        epochs = len(self.epoch_loss) or round((self.progress or [len(self.epoch)])[-1])
        return f"History({', '.join([counted(epochs, 'epoch'), *shown])})"

    @classmethod
    def of_record(cls, receipt: Mapping[str, Any]) -> History | None:
        """Return the learning curve of a training record, of an ensemble that of the first member.

        It has at most `MOST_POINTS` points, rounded, and neither losses per epoch nor hashes. None without a curve.
        """
        for curve in learning_curves(receipt):
            values = {name: array.tolist() for name, array in curve.items()}
            return cls(**values | {"epoch": [round(one) for one in values.get("epoch", ())]})
        return None

    def __call__(self, event: Event) -> None:
        """Record a block or an epoch; ignore other events."""
        resumed = isinstance(event, TrainingStarted) and (event.progress or self.weight_hashes[-1:] == [event.hash])
        if isinstance(event, TrainingStarted | EpochDone) and not resumed:
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
        """Return the relative decrease of the training loss in the last tenth of the epochs, or 0 without one.

        Losses between two epochs are interpolated linearly.
        """
        if len(self.epoch_loss) < 2:
            return 0.0
        before = float(np.interp((1 - LAST) * self.epoch[-1], self.epoch, self.epoch_loss))
        return max(0.0, 1 - self.epoch_loss[-1] / before) if before > 0 else 0.0

    def curve(self) -> dict[str, list[float]]:
        """Return the values per block, and the validation values per epoch, for `plots.draw_curve`."""
        curve: dict[str, list[float]] = {"progress": self.progress, "loss": self.loss}
        if self.accuracy:
            curve["accuracy"] = self.accuracy
        if self.validation_loss:
            curve.update(epoch=list(map(float, self.epoch)), validation_loss=self.validation_loss)
        if self.validation_accuracy:
            curve["validation_accuracy"] = self.validation_accuracy
        return curve

    def thinned(self) -> dict[str, list[float | None]]:
        """Return the curve for a training record: few points, few digits, and None for values that are not finite.

        A point is the mean of several blocks or epochs, placed at their end.
        """
        return {name: _thinned(values, name in ("progress", "epoch")) for name, values in self.curve().items()}


def learning_curves(receipt: Mapping[str, Any]) -> list[Curve]:
    """Return the learning curves of a training record, one per member; malformed curves are skipped."""
    curves = receipt.get("curves")
    return [curve for one in (curves if isinstance(curves, list) else []) if (curve := _curve(one))]


def _curve(series: Any) -> Curve:
    pairs = {"loss": "progress", "accuracy": "progress", "validation_loss": "epoch", "validation_accuracy": "epoch"}
    try:
        arrays = {name: np.array(values, float) for name, values in dict(series).items()}
    except (TypeError, ValueError):
        return {}
    fits = {
        name: along
        for name, along in pairs.items()
        if name in arrays and along in arrays and arrays[name].shape == arrays[along].shape == (arrays[along].size,)
    }
    if "loss" not in fits or not all(arrays[one].size and np.isfinite(arrays[one]).all() for one in fits.values()):
        return {}
    if any(np.nanmax(np.abs(values), initial=0) > _FARTHEST for values in arrays.values()):
        return {}
    return {name: arrays[name] for name in {*fits, *fits.values()}}


def _thinned(values: list[float], of_ends: bool) -> list[float | None]:
    """Reduce a list to at most ``MOST_POINTS`` values: the last, or the mean, of each run."""
    run = -(-len(values) // MOST_POINTS) or 1
    parts = [values[start : start + run] for start in range(0, len(values), run)]
    points = [part[-1] if of_ends else sum(part) / len(part) for part in parts]
    return [float(f"{point:.6g}") if isfinite(point) else None for point in points]
