"""Single training steps with an engine's `gradients`: augmentation, dropout and hard-example mining."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..network import forward
from ..nn.architecture import Architecture
from ..nn.optimizers import State, take_step
from ..nn.parameters import FloatArray
from ..nn.random import Purpose, key, uniform
from ..options.options import Options
from ..preprocess.augment.distort import distort
from .protocol import Block, Engine, Masks, Progress
from .samples import Batch, Samples
from .shards import hardest_of, rows_of, shards_of


class Prepared(NamedTuple):
    """The data that every step needs."""

    samples: Samples
    options: Options
    scaled: Batch | None  # all samples, scaled only once, if a batch contains all of them, as for small tables

    def batch(self, which: NDArray[np.int64], epoch: int) -> Batch:
        """Return the samples of a step, augmented for this epoch."""
        samples, options = self.samples, self.options
        if self.scaled is not None:
            return self.scaled.take(which)
        if not options.augments:
            return samples.batch(which, options.dtype)
        inputs = samples.scaling.apply(distorted(samples, which, options, epoch), options.dtype)
        return Batch(inputs, *samples.targets_and_weights(which, options.dtype))


def run_steps(engine: Engine, architecture: Architecture, state: State, prepared: Prepared, block: Block) -> Progress:
    """Take training steps using only `engine.gradients`."""
    loss, correct, options = 0.0, 0, prepared.options
    for step, rate in enumerate(block.learning_rates):
        which = block.batch(step)
        inputs, targets, weights = prepared.batch(which, block.epoch)
        masks = dropout_masks(architecture, options, block.epoch, block.first + step, len(which), options.dtype)
        if options.hard_fraction < 1:
            signals = forward(architecture, state.parameters, inputs, masks)
            losses = engine.output_loss(architecture).value(signals.sums[-1], signals.outputs, targets)
            weights, excluded = only_hardest(losses, weights, options)
            loss += excluded
        result = engine.gradients(architecture, state.parameters, inputs, targets, masks, weights)
        take_step(state, result.parameters, float(rate), options)
        loss += result.loss
        correct += result.correct
    return Progress(loss, correct)


def distorted(samples: Samples, which: NDArray[np.int64], options: Options, epoch: int) -> NDArray[np.float32]:
    """Return samples augmented for an epoch, unscaled, shape (b, features)."""
    assert samples.image_shape is not None  # training rejects augmentation of anything but images
    return distort(samples.rows, which, samples.image_shape, options, key(options.seed, Purpose.AUGMENTATION, epoch))


def only_hardest(losses: FloatArray, weights: FloatArray | None, options: Options) -> tuple[FloatArray, float]:
    """Return sample weights that are 0 for all but the hardest samples, and the summed loss of the excluded samples.

    In each shard the samples with the largest weighted losses are selected; among equal losses the first ones. The
    excluded samples have small gradients, so the result approximates the gradient of the whole batch at a fraction of
    the cost.

    References: Shrivastava, Gupta and Girshick, CVPR 2016 (online hard example mining); Jiang et al. 2019,
    arXiv:1910.00762 (selective backpropagation).
    """
    weights = np.ones_like(losses) if weights is None else weights
    weighted, selected = losses * weights, np.zeros(len(losses), bool)
    count = shards_of(len(losses), options.shards)
    for shard in range(count):
        start, stop = rows_of(shard, count, len(losses))
        order = np.argsort(-weighted[start:stop], kind="stable")
        selected[start + order[: hardest_of(stop - start, options.hard_fraction)]] = True
    return weights * selected, float(weighted[~selected].sum())


def dropout_masks(
    architecture: Architecture, options: Options, epoch: int, step: int, samples: int, dtype: Any
) -> Masks:
    """Return a mask for each hidden layer, (samples, nodes), or an empty tuple without dropout."""
    if not any(options.dropouts):
        return ()
    hidden, one = architecture.sizes[1:-1], np.dtype(dtype).type(1)
    draws = uniform(key(options.seed, Purpose.DROPOUT, epoch, step), 0, samples * sum(hidden))
    masks: list[FloatArray | None] = []
    for nodes, dropout in zip(hidden, options.dropouts, strict=True):
        drawn, draws = draws[: samples * nodes], draws[samples * nodes :]
        mask: FloatArray = (drawn >= np.float32(dropout)).astype(dtype).reshape(samples, nodes)
        mask *= one / one.dtype.type(1 - dropout)
        masks.append(mask)
    return masks
