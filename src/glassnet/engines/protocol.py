"""What an engine is: `prepare`, `output_loss` and two verbs, of which one is free.

`gradients` an engine must have. `run_steps` takes many training steps in one call, so that a compiled
engine can fuse them into one loop; here it is written with `gradients`, so that an engine without a faster way has it
for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..network import forward
from ..nn.architecture import Architecture
from ..nn.losses import OutputLoss
from ..nn.optimizers import State, take_step
from ..nn.parameters import FloatArray, Parameters
from ..nn.random import Purpose, key, uniform
from ..options.options import DISTORTIONS, Options
from ..preprocess import Scaling
from ..preprocess.augment.distort import distort
from .shards import hardest_of, rows_of, shards_of

Masks = Sequence[FloatArray | None]


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
        if len(which) < len(self) or not np.array_equal(which, self._numbers):
            return self._made(which, dtype)
        # A batch of all, as small tables have in every step, is made once.
        made = self._whole.get(np.dtype(dtype).name)
        return made or self._whole.setdefault(np.dtype(dtype).name, self._made(which, dtype))

    def _made(self, which: NDArray[np.int64], dtype: DTypeLike) -> Batch:
        inputs = self.scaling.apply(self.rows[which], dtype)
        return Batch(inputs, *self.known(which, dtype))

    def known(self, which: NDArray[np.int64], dtype: DTypeLike) -> tuple[FloatArray, FloatArray | None]:
        """Return targets, and weights if samples have them, of some samples in a precision."""
        targets = self.targets[self.labels[which]].astype(dtype, copy=False)
        return targets, None if self.weights is None else self.weights[which].astype(dtype)

    @cached_property
    def _numbers(self) -> NDArray[np.int64]:
        return np.arange(len(self))

    @cached_property
    def _whole(self) -> dict[str, Batch]:
        return {}

    def weights_in(self, dtype: DTypeLike) -> FloatArray:
        """Return the weights in a precision, or an empty array where all samples count alike, as kernels take them."""
        none = np.empty(0, dtype)
        return none if self.weights is None else self.weights.astype(dtype)


class Batch(NamedTuple):
    """Samples of one step: scaled inputs (b, features), targets (b, outputs), weights (b,) or None."""

    inputs: FloatArray
    targets: FloatArray
    weights: FloatArray | None


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
        The epoch, and the number of the first step in it, from 0: where dropout and distortions draw their chance.
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


def beyond_single_samples(options: Options) -> list[str]:
    """Return the options that keep training with one sample a step from the compiled loop made for it.

    With any of them a step is a batch of one, and takes about ten times as long (784-200-10, digits).
    """
    names = ("weight_decay", "clip", "average", "dropout", *DISTORTIONS)
    others = [name for name in names if np.any(getattr(options, name))]
    others += ["optimizer"] if options.optimizer != "sgd" else []
    return others + (["scaling"] if options.scaling == "features" else [])


def run_steps(
    engine: Engine, architecture: Architecture, state: State, samples: Samples, options: Options, block: Block
) -> Progress:
    """Take steps with `engine.gradients` alone."""
    loss, correct = 0.0, 0
    dtype = state.parameters.flat.dtype
    for step, rate in enumerate(block.learning_rates):
        which = block.batch(step)
        if options.augments:
            inputs = samples.scaling.apply(distorted(samples, which, options, block.epoch), dtype)
            targets, weights = samples.known(which, dtype)
        else:
            inputs, targets, weights = samples.batch(which, dtype)
        masks = dropout_masks(architecture, options, block.epoch, block.first + step, len(which), dtype)
        if options.hardest < 1:
            signals = forward(architecture, state.parameters, inputs, masks)
            losses = engine.output_loss(architecture).value(signals.sums[-1], signals.outputs, targets)
            weights, left_out = only_hardest(losses, weights, options)
            loss += left_out
        result = engine.gradients(architecture, state.parameters, inputs, targets, masks, weights)
        take_step(state, result.parameters, float(rate), options)
        loss += result.loss
        correct += result.correct
    return Progress(loss, correct)


def distorted(samples: Samples, which: NDArray[np.int64], options: Options, epoch: int) -> NDArray[np.float32]:
    """Return some samples as they are distorted in an epoch, unscaled, shape (b, features)."""
    assert samples.image_shape is not None  # training refuses to distort what is no picture
    return distort(samples.rows, which, samples.image_shape, options, key(options.seed, Purpose.AUGMENTATION, epoch))


def only_hardest(losses: FloatArray, weights: FloatArray | None, options: Options) -> tuple[FloatArray, float]:
    """Return the weights of a batch's samples with 0 for those whose errors are not sent back, and the losses of these.

    In each shard the samples with the largest losses, times their weights, send theirs back; of equal ones the first.
    What is left out has hardly a gradient, so that this is the whole batch's to a good approximation, without most of
    its work.

    References: Shrivastava, Gupta and Girshick, CVPR 2016 (online hard example mining); Jiang et al. 2019,
    arXiv:1910.00762 (selective backpropagation).
    """
    weights = np.ones_like(losses) if weights is None else weights
    weighted, kept = losses * weights, np.zeros(len(losses), bool)
    count = shards_of(len(losses), options.shards)
    for shard in range(count):
        start, stop = rows_of(shard, count, len(losses))
        order = np.argsort(-weighted[start:stop], kind="stable")
        kept[start + order[: hardest_of(stop - start, options.hardest)]] = True
    return weights * kept, float(weighted[~kept].sum())


def dropout_masks(
    architecture: Architecture, options: Options, epoch: int, step: int, samples: int, dtype: Any
) -> Masks:
    """Return a mask for each hidden layer, (samples, nodes), or nothing without dropout."""
    if not any(options.dropouts):
        return ()
    place, drawn = key(options.seed, Purpose.DROPOUT, epoch, step), 0
    masks: list[FloatArray | None] = []
    for nodes, dropout in zip(architecture.sizes[1:-1], options.dropouts, strict=True):
        chance = uniform(place, drawn, samples * nodes).reshape(samples, nodes)
        masks.append((chance >= np.float32(dropout)).astype(dtype) / np.dtype(dtype).type(1 - dropout))
        drawn += samples * nodes
    return masks
