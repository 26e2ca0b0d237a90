"""Which steps an epoch has: the order of the samples, the batches, and the blocks that an engine is given.

An epoch is run in as many blocks as the options say, or as befits its samples; a block is one call of the engine.
Blocks are what progress, the check for divergence and an interrupt wait for. Their number is part of the result: the
engine may round a little differently when the same steps are divided otherwise. It is part of a checkpoint's meaning
too.
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
"""Samples of a block, at least, and blocks of an epoch, at most, where the options leave it open.

A call of the engine costs some tenths of a millisecond: as much as a hundred samples.
"""


def epoch_blocks(samples: int, options: Options) -> list[NDArray[np.intp]]:
    """Divide the numbers of an epoch's steps into blocks."""
    steps = -(-samples // options.batch_size)
    wanted = options.blocks or min(MOST_BLOCKS, max(1, samples // BLOCK))
    return np.array_split(np.arange(steps), min(wanted, steps))


def blocks_of_epoch(
    blocks: list[NDArray[np.intp]], samples: int, epoch: int, options: Options, factor: float
) -> Iterator[Block]:
    """Yield what the engine is given in an epoch, counted from 0; learning rates are multiplied by `factor`."""
    order, size, steps = epoch_order(samples, epoch, options), options.batch_size, int(blocks[-1][-1]) + 1
    for block in blocks:
        first, count = int(block[0]), len(block)
        rates = learning_rates(options, epoch * steps + first, count, options.epochs * steps) * factor
        yield Block(order[first * size : (first + count) * size], size, rates, epoch, first)


def epoch_order(samples: int, epoch: int, options: Options) -> NDArray[np.int64]:
    """Return the order in which an epoch, counted from 0, visits the samples: shape (samples,)."""
    if not options.shuffle or samples <= options.batch_size:  # a batch of all is the same in any order
        return np.arange(samples)
    return generator(options.seed, Purpose.ORDER, epoch).permutation(samples)
