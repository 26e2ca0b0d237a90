"""Schedules: the learning rate as a function of progress.

Each schedule takes the progress of training, which rises from 0 at the first step towards 1 at the last, and returns
the factor of the learning rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

import numpy as np

from . import elementary
from .parameters import FloatArray


class ScheduleSettings(Protocol):
    """The settings that schedules read: `Options`, or any other object with these attributes."""

    @property
    def learning_rate(self) -> float:
        """The largest learning rate."""

    @property
    def schedule(self) -> str:
        """Name of the schedule."""

    @property
    def rate_drop(self) -> float:
        """Factor of each drop."""

    @property
    def patience(self) -> int:
        """Epochs without improvement before `plateau` drops the rate."""


Schedule = Callable[[FloatArray], FloatArray]
_FEW_STEPS = 1000


def constant(progress: FloatArray) -> FloatArray:
    """Return 1 throughout, as in the notes."""
    return np.ones_like(progress)


def linear(progress: FloatArray) -> FloatArray:
    """Decrease linearly from 1 to 0: early steps explore, late steps settle."""
    return 1.0 - progress


def cosine(progress: FloatArray) -> FloatArray:
    """Decrease from 1 to 0 along half a cosine (Loshchilov and Hutter 2017, equation 5)."""
    value: FloatArray = 0.5 * (1 + elementary.cosine(progress))
    return value


def one_cycle(progress: FloatArray) -> FloatArray:
    """Rise from 1/25 to 1 over the first 30%, then fall to 0 along half a cosine (after Smith and Topin 2018)."""
    rise = 0.3
    value: FloatArray = np.where(
        progress < rise,
        (1 + 24 * 0.5 * (1 - elementary.cosine(progress / rise))) / 25,
        0.5 * (1 + elementary.cosine((progress - rise) / (1 - rise))),
    )
    return value


def step(progress: FloatArray, drop: float = 0.1) -> FloatArray:
    """Stay constant, and drop by a factor after half and after three quarters of the training."""
    value: FloatArray = np.where(progress >= 0.75, drop * drop, np.where(progress >= 0.5, drop, 1.0))
    return value


SCHEDULES: dict[str, Schedule] = {
    "constant": constant,
    "linear": linear,
    "cosine": cosine,
    "one_cycle": one_cycle,
    "step": step,
    "plateau": constant,  # depends on the loss, not on progress: see Plateau
}


def learning_rates(settings: ScheduleSettings, start: int, count: int, total: int) -> FloatArray:
    """Return the learning rates of steps ``start`` to ``start + count - 1`` of `total`, shape (count,)."""
    if total > _FEW_STEPS:
        return settings.learning_rate * _factors(settings.schedule, settings.rate_drop, start, count, total)
    # A call for a few steps costs as much as one for hundreds, and small tables have one step per epoch.
    return settings.learning_rate * _all_factors(settings.schedule, settings.rate_drop, total)[start : start + count]


def _factors(schedule: str, drop: float, start: int, count: int, total: int) -> FloatArray:
    progress = np.arange(start, start + count) / total
    return step(progress, drop) if schedule == "step" else SCHEDULES[schedule](progress)


@lru_cache(maxsize=8)
def _all_factors(schedule: str, drop: float, total: int) -> FloatArray:
    return _factors(schedule, drop, 0, total, total)


class Plateau:
    """The factor of the schedule ``plateau``, which drops after `patience` epochs without a new smallest loss.

    Attributes
    ----------
    factor : float
        Factor of the learning rate.
    best : float
        The smallest loss so far.
    waited : int
        Epochs since the smallest loss or the last drop.
    """

    def __init__(self, settings: ScheduleSettings) -> None:
        self._drop = settings.rate_drop if settings.schedule == "plateau" else 1.0
        self._patience = settings.patience
        self.factor, self.best, self.waited = 1.0, math.inf, 0

    def epoch_done(self, loss: float) -> None:
        """Update the factor with an epoch's training loss."""
        self.waited = 0 if loss < self.best else self.waited + 1
        self.best = min(self.best, loss)
        if self.waited >= self._patience:
            self.factor *= self._drop
            self.waited = 0
