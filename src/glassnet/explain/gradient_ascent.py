"""Climbing by a slope, as `backwards` and `typical` do it."""

from __future__ import annotations

import numpy as np

from ..nn.activations import Array


class Climb:
    """Steps of Adam (Kingma and Ba 2015, β₁ = 0.9, β₂ = 0.99) upwards, whose rate falls to 0 in a straight line.

    Parameters
    ----------
    rate : float
        Length of the first step, about, in each direction.
    steps : int
        How many there will be.
    """

    def __init__(self, rate: float, steps: int) -> None:
        self._rate, self._steps = rate, steps
        self._mean: Array | float = 0.0
        self._square: Array | float = 0.0

    def move(self, slope: Array, step: int) -> Array:
        """Return how far to go in a step, counted from 0, of the same shape as the slope."""
        self._mean += 0.1 * (slope - self._mean)
        self._square += 0.01 * (slope**2 - self._square)
        mean, square = self._mean / (1 - 0.9 ** (step + 1)), self._square / (1 - 0.99 ** (step + 1))
        left = 1 - (step + 1) / self._steps
        move: Array = self._rate * left * mean / (np.sqrt(square) + 1e-12)
        return move
