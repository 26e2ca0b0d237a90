"""What an engine is: three verbs, of which one is free.

`forward` and `gradients` an engine must have. `run_steps` takes many training steps in one call, so that a compiled
engine can fuse them into one loop; here it is written with `gradients`, so that an engine without a faster way has it
for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..network import Architecture, update
from ..parameters import FloatArray, Parameters
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
    """

    rows: NDArray[Any]
    scaling: Scaling
    labels: NDArray[np.int64]
    targets: FloatArray

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, which: NDArray[np.int64] | slice, dtype: Any) -> tuple[FloatArray, FloatArray]:
        """Return inputs and targets of some samples, shapes (b, features) and (b, outputs)."""
        return self.scaling.apply(self.rows[which], dtype), self.targets[self.labels[which]].astype(dtype)


class Gradients(NamedTuple):
    """Result of `Engine.gradients`: mean gradient, summed loss, and how many samples were answered rightly."""

    parameters: Parameters
    loss: float
    correct: int


class Progress(NamedTuple):
    """Result of `Engine.run_steps`: sums over the samples, each measured just before the step that used it."""

    loss: float
    correct: int


class Engine(Protocol):
    """Computes with a network; the parameters it is given are the only state it changes.

    A prepared set of samples is the engine's own form of `Samples`, made once before a training.
    """

    name: str

    def prepare(self, architecture: Architecture, samples: Samples, batch_size: int, dtype: Any) -> Any:
        """Bring samples into the form that `run_steps` takes, and compile what it needs."""
        ...

    def forward(self, architecture: Architecture, parameters: Parameters, inputs: FloatArray) -> FloatArray:
        """Return the outputs, shape (n, outputs), for scaled inputs, shape (n, features)."""
        ...

    def gradients(
        self, architecture: Architecture, parameters: Parameters, inputs: FloatArray, targets: FloatArray
    ) -> Gradients:
        """Return the gradients of a batch, averaged over its samples."""
        ...

    def run_steps(
        self,
        architecture: Architecture,
        parameters: Parameters,
        prepared: Any,
        order: NDArray[np.int64],
        batch_size: int,
        learning_rates: FloatArray,
    ) -> Progress:
        """Train `parameters` in place, one step for each `batch_size` samples of `order`.

        Parameters
        ----------
        order : ndarray of int64, shape (n,)
            Which samples, in which order; the last batch may be smaller.
        learning_rates : ndarray, shape (steps,)
            One a step.
        """
        ...


def run_steps(
    engine: Engine,
    architecture: Architecture,
    parameters: Parameters,
    samples: Samples,
    order: NDArray[np.int64],
    batch_size: int,
    learning_rates: FloatArray,
) -> Progress:
    """Take steps with `engine.gradients` alone."""
    loss, correct = 0.0, 0
    for step, rate in enumerate(learning_rates):
        which = order[step * batch_size : (step + 1) * batch_size]
        inputs, targets = samples.batch(which, parameters.flat.dtype)
        result = engine.gradients(architecture, parameters, inputs, targets)
        update(parameters, result.parameters, float(rate))
        loss += result.loss
        correct += result.correct
    return Progress(loss, correct)
