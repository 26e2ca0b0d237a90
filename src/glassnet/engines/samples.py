"""Training samples as engines take them: raw rows, how they are scaled, and their targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..nn.parameters import FloatArray
from ..preprocess import Scaling


@dataclass(frozen=True)
class Samples:
    """Training samples, scaled only when they are used.

    Parameters
    ----------
    rows : ndarray, shape (n, features)
        Values as they stand in the file.
    scaling : Scaling
        How a row becomes inputs.
    labels : ndarray of int64, shape (n,)
        Which row of `targets` a sample has: its class, or its own number where every sample has a target of its own.
    targets : ndarray, shape (classes, outputs)
        The targets that occur.
    image_shape : (rows, columns) or None
        How a sample is drawn; needed to distort it.
    weights : ndarray, shape (n,), or None
        How much each sample counts: its loss and its delta are multiplied by this; None is 1 for all. Their mean should
        be 1, since a batch's gradient is divided by the number of its samples.
    """

    rows: NDArray[Any]
    scaling: Scaling
    labels: NDArray[np.int64]
    targets: FloatArray
    image_shape: tuple[int, int] | None = None
    weights: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, which: NDArray[np.int64], dtype: DTypeLike) -> Batch:
        """Return inputs, targets and weights of some samples, ready for a step in this precision."""
        targets, weights = self.targets_and_weights(which, dtype)
        return Batch(self.scaling.apply(self.rows[which], dtype), targets, weights)

    def targets_and_weights(self, which: NDArray[np.int64], dtype: DTypeLike) -> tuple[FloatArray, FloatArray | None]:
        """Return targets, and weights if samples have them, of some samples in a precision."""
        targets = self.targets[self.labels[which]].astype(dtype, copy=False)
        return targets, None if self.weights is None else self.weights[which].astype(dtype)

    def weights_in(self, dtype: DTypeLike) -> FloatArray:
        """Return the weights in a precision, or an empty array where all samples count alike, as kernels take them."""
        none = np.empty(0, dtype)
        return none if self.weights is None else self.weights.astype(dtype)


class Batch(NamedTuple):
    """Samples of one step: scaled inputs (b, features), targets (b, outputs), weights (b,) or None."""

    inputs: FloatArray
    targets: FloatArray
    weights: FloatArray | None

    def take(self, which: NDArray[np.int64]) -> Batch:
        """Return some of its samples."""
        weights = None if self.weights is None else self.weights[which]
        return Batch(self.inputs[which], self.targets[which], weights)
