"""A model: a network with the steps that lead into it and out of it, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ShapeError
from .network import Network, Signals, forward
from .parameters import FloatArray
from .preprocess import Scaling, Targets

_CHUNK = 4096  # rows computed at once: enough for speed, and memory stays small for any number of rows


@dataclass(frozen=True)
class Model:
    """What is saved, tested and asked.

    Parameters
    ----------
    network : Network
    scaling : Scaling
        From values as they stand in files to the network's inputs.
    targets : Targets
        From labels to the network's outputs, and back.
    image_shape : (rows, columns) or None
        How a sample is drawn.
    receipt : dict
        What made it: recipe, options, data, engine, versions, result.
    """

    network: Network
    scaling: Scaling
    targets: Targets
    image_shape: tuple[int, int] | None = None
    receipt: dict[str, Any] = field(default_factory=dict)

    @property
    def features(self) -> int:
        """Values a sample."""
        return self.network.architecture.sizes[0]

    @property
    def classes(self) -> int:
        """Number of classes."""
        return self.targets.classes

    def signals(self, rows: ArrayLike) -> Iterator[Signals]:
        """Pass unscaled samples through the network, some thousand at a time; arguments and errors as for `outputs`."""
        raw: NDArray[Any] = np.atleast_2d(np.asarray(rows))
        if raw.ndim != 2 or raw.shape[1] != self.features:
            raise ShapeError("GN050", f"rows: shape {np.shape(rows)}, expected (samples, {self.features}).")
        network = self.network
        for start in range(0, len(raw), _CHUNK):
            inputs = self.scaling.apply(raw[start : start + _CHUNK], network.parameters.flat.dtype)
            yield forward(network.architecture, network.parameters, inputs)

    def outputs(self, rows: ArrayLike) -> FloatArray:
        """Return the outputs for unscaled samples.

        Parameters
        ----------
        rows : array_like, shape (n, features) or (features,)
            Values as they stand in a file, such as 0 to 255.

        Returns
        -------
        ndarray, shape (n, classes)

        Raises
        ------
        ShapeError
            GN050 when a sample has another number of values.
        """
        parts = [signals.outputs for signals in self.signals(rows)]
        return np.concatenate(parts) if parts else np.empty((0, self.classes), self.network.parameters.flat.dtype)

    def query(self, rows: ArrayLike) -> NDArray[np.intp]:
        """Answer: the class of each unscaled sample, shape (n,); arguments and errors as for `outputs`."""
        return self.targets.invert(self.outputs(rows))

    def confidence(self, outputs: FloatArray) -> FloatArray:
        """Return how sure each answer is, shape (n,), 0 to 1: the largest output as a part of all of them.

        Targets other than 0 and 1 are undone first, so that an output at its target counts as 0 or 1.
        """
        undone = np.clip((outputs - self.targets.low) / (self.targets.high - self.targets.low), 1e-12, None)
        return cast(FloatArray, undone.max(axis=1) / undone.sum(axis=1))
