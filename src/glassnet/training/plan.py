"""The steps of an epoch: the order of the samples, the batches, and the blocks.

An epoch is run in blocks, each one call of the engine; their number is an option, or depends on the number of samples.
Progress, the check for divergence and interrupts wait for the end of a block. The number of blocks affects the result,
because the engine may round differently if the same steps are split differently; checkpoints depend on it too.

Where the samples come from is a property of the loader of the blocks: a data set in memory here, or a stream, whose
blocks are windows (`streaming.loader`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..engines import Block, Samples
from ..nn.random import Purpose, permutation
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


def epoch_order(samples: int, epoch: int, options: Options) -> NDArray[np.int64]:
    """Return the order in which an epoch, counted from 0, visits the samples: shape (samples,)."""
    if not options.shuffle or samples <= options.batch_size:  # for a full batch the order is irrelevant
        return np.arange(samples)
    return permutation(options.seed, Purpose.ORDER, samples, epoch)


class BlockLoader(Protocol):
    """The blocks of an epoch, and the samples that their orders index."""

    data: Dataset  # the training samples, or some of them
    like: Samples | None  # samples of the form of every block, if those of the blocks differ from `data`
    prepared: Any  # what the engine prepared, with the samples of the block that was yielded last; set by the loop
    count: int  # number of samples of an epoch
    blocks: int  # number of blocks of an epoch, some of which may be empty
    turn: AbstractContextManager[Any]  # entered while a block is computed

    def epoch(self, epoch: int, first: int, factor: float) -> Iterator[Block]:
        """Yield the blocks of an epoch, counted from 0, from number `first` on.

        Learning rates are multiplied by `factor`.
        """
        ...

    def saved(self) -> dict[str, NDArray[Any]]:
        """Return arrays for a checkpoint: what the next block needs of those before it."""
        ...


class DatasetBlocks:
    """The blocks of a data set in memory: see `BlockLoader`."""

    like: Samples | None = None
    prepared: Any

    def __init__(self, data: Dataset, options: Options) -> None:
        self.data, self._options = data, options
        self.count, self._steps = len(data), epoch_blocks(len(data), options)
        self.blocks = len(self._steps)
        self.turn: AbstractContextManager[Any] = nullcontext()

    def epoch(self, epoch: int, first: int, factor: float) -> Iterator[Block]:
        """See `BlockLoader`."""
        options, size, steps = self._options, self._options.batch_size, int(self._steps[-1][-1]) + 1
        order = epoch_order(self.count, epoch, options)
        for block in self._steps[first:]:
            begin, count = int(block[0]), len(block)
            rates = learning_rates(options, epoch * steps + begin, count, options.epochs * steps) * factor
            yield Block(order[begin * size : (begin + count) * size], size, rates, epoch, begin)

    def saved(self) -> dict[str, NDArray[Any]]:
        """See `BlockLoader`."""
        return {}
