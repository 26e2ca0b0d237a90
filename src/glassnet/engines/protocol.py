"""The interface of an engine: `prepare`, `output_loss`, `gradients` and `run_steps`.

`run_steps` takes many training steps in one call, so a compiled engine can fuse them into one loop. An engine without a
faster way can use `stepwise.run_steps`, which needs only `gradients`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

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
    """Consecutive training steps of one epoch."""

    order: NDArray[np.int64]  # shape (n,); indices of the samples, in training order; the last batch may be smaller
    batch_size: int
    learning_rates: FloatArray  # shape (steps,); one per step
    # `epoch`, `first`: The epoch, and the number of the block's first step in it, from 0. They address the random
    # numbers of dropout and augmentation.
    epoch: int = 0
    first: int = 0

    def batch(self, step: int) -> NDArray[np.int64]:
        """Return the samples of step number `step` of this block."""
        return self.order[step * self.batch_size : (step + 1) * self.batch_size]

    def before(self, step: int) -> Block:
        """Return the part of this block that comes before step number `step` of its epoch."""
        steps = max(0, step - self.first)
        return self._replace(order=self.order[: steps * self.batch_size], learning_rates=self.learning_rates[:steps])


class Gradients(NamedTuple):
    """Result of `Engine.gradients`: mean gradient, summed loss, and the number of correctly predicted samples."""

    parameters: Parameters
    loss: float
    correct: int


class Progress(NamedTuple):
    """Result of `Engine.run_steps`: sums over the samples, each evaluated just before the step that uses it."""

    loss: float
    correct: int


class Engine(Protocol):
    """Computes training steps; the only object it changes is the given state.

    `prepare` is called once before training and returns the samples and options in the engine's own form.
    """

    name: str

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> Any:
        """Return the samples in the form that `run_steps` takes, and compile the code it needs."""
        ...

    def output_loss(self, architecture: Architecture) -> OutputLoss:
        """Return the loss to minimise: that of the architecture, unless the engine has its own."""
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

        `masks` are as for `network.forward`, `weights` as for `network.backpropagate`. The loss is weighted, too.
        """
        ...

    def run_steps(self, architecture: Architecture, state: State, prepared: Any, block: Block) -> Progress:
        """Train `state` in place, one step for each batch of the block."""
        ...


class StreamingEngine(Engine, Protocol):
    """An engine that can continue on other samples, as training from a stream does after every window."""

    def replace(self, prepared: Any, samples: Samples) -> Any:
        """Return `prepared` with other samples, without compiling again; the old one must not be used any more.

        The samples have the form of those given to `prepare` (number of features, dtypes, scaling, targets); there may
        be more or fewer. Only `prepare` looks at the samples to choose how to compute, so that choice stays the same.
        Zeros are not skipped: ``options.skip_zeros`` must be False, except with batches of one sample.
        """
        ...


@runtime_checkable
class EvaluatingEngine(Engine, Protocol):
    """An engine that evaluates held-out samples itself, in the arithmetic in which it trains."""

    def evaluate(self, architecture: Architecture, parameters: Parameters, samples: Samples) -> Progress:
        """Return the sum of the losses and the number of correct predictions; weights of samples have mean 1."""
        ...
