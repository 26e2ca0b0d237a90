"""Training samples for engines: raw rows, their scaling, and their targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..nn.parameters import FloatArray
from ..preprocess import Scaling


@dataclass(frozen=True)
class Samples:
    """Training samples, which are scaled when they are used."""

    rows: NDArray[Any]  # shape (n, features); unscaled values, as in the file
    scaling: Scaling  # converts rows to inputs
    # Shape (n,); row of `targets` of each sample: its class, or its own index if every sample has its own target
    labels: NDArray[np.int64]
    targets: FloatArray  # shape (classes, outputs); all distinct targets
    image_shape: tuple[int, int] | None = None  # (rows, columns); shape of an image; needed for augmentation
    # Shape (n,). Sample weights, which multiply the loss and the delta of each sample; None: 1 for all. Their mean
    # should be 1, because the gradient of a batch is divided by its number of samples.
    weights: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, which: NDArray[np.int64], dtype: DTypeLike) -> Batch:
        """Return scaled inputs, targets and weights of the given samples."""
        targets, weights = self.targets_and_weights(which, dtype)
        return Batch(self.scaling.apply(self.rows[which], dtype), targets, weights)

    def targets_and_weights(self, which: NDArray[np.int64], dtype: DTypeLike) -> tuple[FloatArray, FloatArray | None]:
        """Return targets and weights (or None) of the given samples."""
        targets = self.targets[self.labels[which]].astype(dtype, copy=False)
        return targets, None if self.weights is None else self.weights[which].astype(dtype)

    def weights_in(self, dtype: DTypeLike) -> FloatArray:
        """Return the weights for kernels: an empty array if there are none."""
        none = np.empty(0, dtype)
        return none if self.weights is None else self.weights.astype(dtype)


class Batch(NamedTuple):
    """The samples of one step: scaled inputs (b, features), targets (b, outputs), weights (b,) or None."""

    inputs: FloatArray
    targets: FloatArray
    weights: FloatArray | None

    def take(self, which: NDArray[np.int64]) -> Batch:
        """Return a batch of the given samples."""
        weights = None if self.weights is None else self.weights[which]
        return Batch(self.inputs[which], self.targets[which], weights)
