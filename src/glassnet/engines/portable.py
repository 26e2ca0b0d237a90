"""A layer in portable arithmetic, whose results have the same bits everywhere; `compiled.portable` computes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LARGEST_WEIGHT = np.float32(127)
"""Largest magnitude of a weight of 8 bits; −128 is not used, so that a weight and its negative are both possible."""


@dataclass(frozen=True)
class PortableLayer:
    """A layer: ``activation((W · x) · scale + bias)``, every operation rounded to float32.

    Parameters
    ----------
    weights : ndarray of float32, shape (fan_out, fan_in)
        Whole numbers from −127 to 127 in a quantised layer.
    scale : ndarray of float32, shape (fan_out,)
        1 unless the layer is quantised.
    bias : ndarray of float32, shape (fan_out,)
    activation : str
        See `nn.activations.ACTIVATIONS`.
    """

    weights: NDArray[np.float32]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    activation: str

    def quantised(self) -> PortableLayer:
        """Return the layer with weights of 8 bits: the largest of each node, in magnitude, becomes 127."""
        scale = np.abs(self.weights).max(axis=1) / LARGEST_WEIGHT  # (fan_out,)
        scale[scale < np.finfo(np.float32).tiny] = 1  # quotients by smaller numbers overflow
        whole = np.clip(np.rint(self.weights / scale[:, np.newaxis]), -LARGEST_WEIGHT, LARGEST_WEIGHT)
        return PortableLayer(whole + np.float32(0), scale, self.bias, self.activation)  # + 0: no weight is −0
