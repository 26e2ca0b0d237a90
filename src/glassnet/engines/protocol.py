"""What an engine is: `prepare`, `output_loss` and two verbs, of which one is free.

`gradients` an engine must have. `run_steps` takes many training steps in one call, so that a compiled engine can fuse
them into one loop; `stepwise.run_steps` writes it with `gradients`, for engines without a faster way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..nn.architecture import Architecture
from ..nn.losses import OutputLoss
from ..nn.optimizers import State
from ..nn.parameters import FloatArray, Parameters
from ..options.options import Options
from .samples import Samples

Masks = Sequence[FloatArray | None]


class Block(NamedTuple):
    """Training steps that follow each other in one epoch.

    Parameters
    ----------
    order : ndarray of int64, shape (n,)
        Which samples, in which order; the last batch may be smaller.
    batch_size : int
    learning_rates : ndarray, shape (steps,)
        One a step.
    epoch, first : int
        The epoch, and the number of the first step in it, from 0: the address of dropout's and distortions' randomness.
    """

    order: NDArray[np.int64]
    batch_size: int
    learning_rates: FloatArray
    epoch: int = 0
    first: int = 0

    def batch(self, step: int) -> NDArray[np.int64]:
        """Return which samples step number `step` of this block takes."""
        return self.order[step * self.batch_size : (step + 1) * self.batch_size]

    def before(self, step: int) -> Block:
        """Return the part of this block that comes before step number `step` of its epoch."""
        steps = max(0, step - self.first)
        return self._replace(order=self.order[: steps * self.batch_size], learning_rates=self.learning_rates[:steps])


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
    """Computes with a network; the state it is given is the only thing it changes.

    What `prepare` returns is the engine's own form of samples and options, made once before a training.
    """

    name: str

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> Any:
        """Bring samples into the form that `run_steps` takes, and compile what it needs."""
        ...

    def output_loss(self, architecture: Architecture) -> OutputLoss:
        """Return the loss that it makes small: the architecture's, unless it has one of its own."""
        ...

    def gradients(
        self,
        architecture: Architecture,
        parameters: Parameters,
        inputs: FloatArray,
        targets: FloatArray,
        masks: Masks = (),
        weights: FloatArray | None = None,
    ) -> Gradients:
        """Return the gradients of a batch, averaged over its samples.

        `masks` are as for `network.forward`, `weights` as for `network.backpropagate`; the loss is weighted too.
        """
        ...

    def run_steps(self, architecture: Architecture, state: State, prepared: Any, block: Block) -> Progress:
        """Train `state` in place, one step for each batch of the block."""
        ...
