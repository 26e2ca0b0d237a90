"""Parts of data that are kept aside: for the test, and for early stopping."""

from __future__ import annotations

import numpy as np

from .data.dataset import Dataset
from .errors import DataError
from .options import Options
from .randomness import Purpose, generator


def split(data: Dataset, options: Options) -> tuple[Dataset, Dataset]:
    """Divide data at random, by the seed, into a training part and the part that ``options.holdout`` keeps aside.

    Raises
    ------
    DataError
        GN010 when a part would be empty.
    """
    advice = "for the test. Give test data with --test, or another --holdout."
    return _divided(data, options.holdout, options.seed, Purpose.SPLIT, advice)


def parts_of(data: Dataset, options: Options) -> tuple[Dataset, Dataset | None]:
    """Divide training data into what is trained on and what early stopping looks at: the data and None without it.

    Raises
    ------
    DataError
        GN010 when a part would be empty.
    """
    if not options.early_stopping:
        return data, None
    advice = "for early stopping. Use another --validation, or data of your own for it."
    return _divided(data, options.validation, options.seed, Purpose.VALIDATION, advice)


def _divided(data: Dataset, part: float, seed: int, purpose: Purpose, advice: str) -> tuple[Dataset, Dataset]:
    aside = round(len(data) * part)
    if not 0 < aside < len(data):
        raise DataError("GN010", f"{data.source}: of {len(data)} samples, {aside} would be kept aside {advice}")
    order = generator(seed, purpose).permutation(len(data))
    return data.take(np.sort(order[aside:])), data.take(np.sort(order[:aside]))
