"""Choose which rows are held out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..messages.message import Message
from ..nn.random import Purpose, generator


def count_aside(count: int, fraction: float) -> int:
    """Return how many of `count` samples are held out."""
    return round(count * fraction)


def held_out_rows(
    count: int,
    source: str,
    fraction: float,
    seed: int,
    purpose: Purpose,
    why: Message,
    labels: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the remaining rows and the held-out ones, both ascending; stratified by `labels`, if given."""
    held_out = count_aside(count, fraction)
    if not 0 < held_out < count:
        raise DataError(
            "GN010",
            "{source}: {held_out} of {count} samples would be held out {why}",
            source=source,
            held_out=held_out,
            count=count,
            why=why,
        )
    order = generator(seed, purpose).permutation(count)
    if labels is not None:  # evenly spaced samples of the sorted classes
        order = order[np.argsort(labels[order], kind="stable")]
        chosen = ((np.arange(held_out) + 0.5) * count / held_out).astype(np.int64)
        order = np.concatenate([order[chosen], np.delete(order, chosen)])
    return np.sort(order[held_out:]), np.sort(order[:held_out])


def fold_numbers(count: int, folds: int, seed: int, labels: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Return the fold of each of `count` samples, shape (count,), 0 to ``folds - 1``; stratified by `labels`, if given.

    The sizes of the folds differ by at most one, and so do the numbers of samples of a class in them.
    """
    # Epoch 1 of the purpose: `split_rows` uses 0 for held-out data.
    order = generator(seed, Purpose.SPLIT, 1).permutation(count)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    fold = np.empty(count, np.int64)
    fold[order] = np.arange(count) % folds
    return fold
