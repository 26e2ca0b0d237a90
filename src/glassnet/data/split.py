"""Parts of data that are kept aside: for the test, and for early stopping."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..nn.random import Purpose, generator
from ..options.options import Options
from .dataset import Dataset


def split(data: Dataset, options: Options) -> tuple[Dataset, Dataset]:
    """Divide data as `split_rows` does; errors as there, and GN014 where all samples of a part have weight 0."""
    return _taken(data, *split_rows(len(data), data.source, options))


def split_rows(count: int, source: str, options: Options) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide rows at random, by the seed, into a training part and the part that ``options.holdout`` keeps aside.

    Raises
    ------
    DataError
        GN010 when a part would be empty.
    """
    advice = "for the test. Give test data with --test, or another --holdout."
    return _divided(count, source, options.holdout, options.seed, Purpose.SPLIT, advice)


def parts_of(data: Dataset, options: Options) -> tuple[Dataset, Dataset | None]:
    """Divide training data into what is trained on and what early stopping looks at: the data and None without it.

    Of each class a like share is kept aside, since one that is rare might lie on one side alone.

    Raises
    ------
    DataError
        GN010 when a part would be empty, GN014 when all its samples have weight 0.
    """
    if not options.early_stopping:
        return data, None
    advice = "for early stopping. Use another --validation, or data of your own for it."
    labels = data.labels if data.values is None else None
    rows = _divided(len(data), data.source, options.validation, options.seed, Purpose.VALIDATION, advice, labels)
    return _taken(data, *rows)


def _taken(data: Dataset, kept: NDArray[np.int64], aside: NDArray[np.int64]) -> tuple[Dataset, Dataset]:
    for rows, doing in ((kept, "trained on"), (aside, "kept aside")):
        if data.weights is not None and len(data.weights) and not data.weights[rows].any():
            raise DataError(
                "GN014",
                f"{data.source}: all of the {len(rows):,} samples that are {doing} have weight 0. Weigh more of them, "
                "keep another part aside, or take another seed.",
            )
    return data.take(kept), data.take(aside)


def count_aside(count: int, part: float) -> int:
    """Return how many of so many samples are kept aside."""
    return round(count * part)


def _divided(
    count: int,
    source: str,
    part: float,
    seed: int,
    purpose: Purpose,
    advice: str,
    labels: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    aside = count_aside(count, part)
    if not 0 < aside < count:
        raise DataError("GN010", f"{source}: of {count} samples, {aside} would be kept aside {advice}")
    order = generator(seed, purpose).permutation(count)
    if labels is not None:  # from one class after the other, evenly
        order = order[np.argsort(labels[order], kind="stable")]
        chosen = ((np.arange(aside) + 0.5) * count / aside).astype(np.int64)
        order = np.concatenate([order[chosen], np.delete(order, chosen)])
    return np.sort(order[aside:]), np.sort(order[:aside])
