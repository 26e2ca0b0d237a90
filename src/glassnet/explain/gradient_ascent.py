"""Gradient ascent for `backquery`."""

from __future__ import annotations

import numpy as np

from ..nn.activations import Array


class GradientAscent:
    """Adam (Kingma and Ba 2015, β₁ = 0.9, β₂ = 0.99) for ascent, with a rate that decreases linearly to 0.

    `rate` is about the length of the first step in each coordinate.
    """

    def __init__(self, rate: float, steps: int) -> None:
        self._rate, self._steps = rate, steps
        self._mean: Array | float = 0.0
        self._square: Array | float = 0.0

    def step(self, gradient: Array, number: int) -> Array:
        """Return the change of step `number`, counted from 0, of the same shape as the gradient."""
        self._mean += 0.1 * (gradient - self._mean)
        self._square += 0.01 * (gradient**2 - self._square)
        mean, square = self._mean / (1 - 0.9 ** (number + 1)), self._square / (1 - 0.99 ** (number + 1))
        remaining = 1 - (number + 1) / self._steps
        change: Array = self._rate * remaining * mean / (np.sqrt(square) + 1e-12)
        return change
