"""Schedules: the learning rate as a function of progress.

Each takes the progress through the whole training, 0 at the first step and towards 1 at the last, and returns the
factor by which the learning rate is multiplied.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .parameters import FloatArray

Schedule = Callable[[FloatArray], FloatArray]


def constant(progress: FloatArray) -> FloatArray:
    """Return 1 throughout, as in the notes."""
    return np.ones_like(progress)


def linear(progress: FloatArray) -> FloatArray:
    """Fall from 1 to 0 in a straight line: early steps explore, late ones settle."""
    return 1.0 - progress


SCHEDULES: dict[str, Schedule] = {"constant": constant, "linear": linear}


def learning_rates(schedule: str, base: float, start: int, count: int, total: int) -> FloatArray:
    """Return the learning rates of steps ``start`` to ``start + count - 1`` of `total`, shape (count,)."""
    return base * SCHEDULES[schedule](np.arange(start, start + count) / total)
