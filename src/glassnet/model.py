"""A model: a network with the steps that lead into it and out of it, and where it comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ShapeError
from .network import Network, Signals, forward
from .notebook import network_html
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
    others : tuple of Network
        The other members of a committee, whose outputs are averaged with the network's.
    """

    network: Network
    scaling: Scaling
    targets: Targets
    image_shape: tuple[int, int] | None = None
    receipt: dict[str, Any] = field(default_factory=dict)
    others: tuple[Network, ...] = ()

    @property
    def members(self) -> tuple[Network, ...]:
        """The networks that answer: one, or those of a committee."""
        return (self.network, *self.others)

    def hash(self) -> str:
        """SHA-256 of the parameters' bytes, member after member."""
        if not self.others:
            return self.network.parameters.hash()
        return hashlib.sha256("".join(member.parameters.hash() for member in self.members).encode()).hexdigest()

    @property
    def features(self) -> int:
        """Values a sample."""
        return self.network.architecture.sizes[0]

    @property
    def classes(self) -> int:
        """Number of classes."""
        return self.targets.classes

    def _repr_html_(self) -> str:
        made, recipe, reached = self.network.architecture, self.receipt.get("recipe"), self.receipt.get("result", {})
        facts = [f"{len(self.members)} members"] if self.others else []
        facts += [f"rule {made.rule}", f"inputs {self.scaling}"]
        facts += [f"recipe {escape(str(recipe))}"] if recipe else []
        facts += [f"{reached['accuracy']:.2%} right in the test"] if reached.get("accuracy") is not None else []
        return network_html(made.sizes, made.activations, facts)

    def batches(self, rows: ArrayLike) -> Iterator[tuple[FloatArray, list[Signals]]]:
        """Pass unscaled samples through, some thousand at a time; yield outputs, and each member's signals.

        Arguments and errors as for `outputs`.
        """
        raw: NDArray[Any] = np.atleast_2d(np.asarray(rows))
        if raw.ndim != 2 or raw.shape[1] != self.features:
            raise ShapeError("GN050", f"rows: shape {np.shape(rows)}, expected (samples, {self.features}).")
        for start in range(0, len(raw), _CHUNK):
            inputs = self.scaling.apply(raw[start : start + _CHUNK], self.network.parameters.flat.dtype)
            signals = [forward(member.architecture, member.parameters, inputs) for member in self.members]
            outputs = signals[0].outputs
            if self.others:
                outputs = np.mean([one.outputs for one in signals], axis=0, dtype=outputs.dtype)
            yield outputs, signals

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
        parts = [outputs for outputs, _ in self.batches(rows)]
        return np.concatenate(parts) if parts else np.empty((0, self.classes), self.network.parameters.flat.dtype)

    def predict(self, rows: ArrayLike) -> NDArray[np.intp]:
        """Answer: the class of each unscaled sample, shape (n,); arguments and errors as for `outputs`."""
        return self.targets.invert(self.outputs(rows))

    def confidence(self, outputs: FloatArray) -> FloatArray:
        """Return how sure each answer is, shape (n,), 0 to 1: the largest output as a part of all of them.

        Targets other than 0 and 1 are undone first, so that an output at its target counts as 0 or 1.
        """
        undone = np.clip((outputs - self.targets.low) / (self.targets.high - self.targets.low), 1e-12, None)
        return cast(FloatArray, undone.max(axis=1) / undone.sum(axis=1))
