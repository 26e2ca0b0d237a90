"""The steps of an epoch: the order of the samples, the batches, and the blocks.

An epoch is run in blocks, each one call of the engine; their number is an option, or depends on the number of samples.
Progress, the check for divergence and interrupts wait for the end of a block. The number of blocks affects the result,
because the engine may round differently if the same steps are split differently; checkpoints depend on it too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..engines import Block
from ..nn.random import Purpose, generator
from ..nn.schedules import learning_rates
from ..options.options import Options

BLOCK, MOST_BLOCKS = 5_000, 10
"""Default minimum of samples per block, and maximum of blocks per epoch.

A call of the engine costs some tenths of a millisecond, as much as a hundred samples.
"""


def epoch_blocks(samples: int, options: Options) -> list[NDArray[np.intp]]:
    """Split the indices of an epoch's steps into blocks."""
    steps = -(-samples // options.batch_size)
    blocks = options.blocks or min(MOST_BLOCKS, max(1, samples // BLOCK))
    return np.array_split(np.arange(steps), min(blocks, steps))


def blocks_of_epoch(
    blocks: list[NDArray[np.intp]], samples: int, epoch: int, options: Options, factor: float
) -> Iterator[Block]:
    """Yield the blocks of an epoch, counted from 0, for the engine; learning rates are multiplied by `factor`."""
    order, size, steps = epoch_order(samples, epoch, options), options.batch_size, int(blocks[-1][-1]) + 1
    for block in blocks:
        first, count = int(block[0]), len(block)
        rates = learning_rates(options, epoch * steps + first, count, options.epochs * steps) * factor
        yield Block(order[first * size : (first + count) * size], size, rates, epoch, first)


def epoch_order(samples: int, epoch: int, options: Options) -> NDArray[np.int64]:
    """Return the order in which an epoch, counted from 0, visits the samples: shape (samples,)."""
    if not options.shuffle or samples <= options.batch_size:  # for a full batch the order is irrelevant
        return np.arange(samples)
    return generator(options.seed, Purpose.ORDER, epoch).permutation(samples)
