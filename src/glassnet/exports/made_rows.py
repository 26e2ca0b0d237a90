"""Rows made from a model alone: within the range of its training data, and beside it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages.message import Message
from ..model.model import Model
from ..nn.random import Purpose, generator
from ..preprocess import Columns
from ..preprocess.tabular.dates import DateColumn
from ..preprocess.tabular.encoders import LARGEST, BooleanColumn, NumberColumn, WordColumn
from ..preprocess.tabular.kinds import Encoding

MADE = Message("random values within the training range")
MADE_WITHOUT_RANGE = Message("random values, as the training range is not known")
"""The source of these rows, for the output."""

ADDED = 256
"""How many rows are made so that every input counts, at most; of a table, more where a column has more words."""
_MOST_FOR_WORDS = 2000

_SPARSE = 0.8
"""Fraction of zeros in a third of the rows, as images have them: arithmetic may skip them."""
_EPOCH = datetime(1970, 1, 1)
_DAY = 86_400_000_000  # microseconds
_EARLIEST, _LATEST = -700_000 * _DAY, 2_900_000 * _DAY  # about the years 53 and 9909: those of Python's dates
_DEVIATIONS = 3.0
"""Width of the range on either side of the mean, in standard deviations, if the model knows no training range."""


def made_array(model: Model, input_kind: str, count: int) -> NDArray[Any]:
    """Return raw samples, shape (count, features): uint8 for ``"bytes"``, else float64.

    The first two rows are the ends of the range; of the others a third is mostly 0, as images are, where 0 is within
    the range.
    """
    random = generator(0, Purpose.PROOF)
    low, high = _range(model)
    rows = random.uniform(low, high, (count, model.features))
    zeros = random.random(rows.shape) < _SPARSE
    zeros[np.arange(count) % 3 > 0] = False
    zeros[:, (low > 0) | (high < 0)] = False
    rows[zeros] = 0
    rows[0], rows[1 % count] = low, high
    return np.clip(np.rint(rows), 0, 255).astype(np.uint8) if input_kind == "bytes" else rows


def exciting_array(model: Model, input_kind: str) -> NDArray[Any]:
    """Return at most `ADDED` raw samples of which each changes a few inputs, so that every input is changed by one.

    All others have the value that is 0 after scaling, or nearest to it: sums stay small, so that no node is saturated.
    A feature that was constant in training gets the range of all.
    """
    features, random = model.features, generator(0, Purpose.PROOF)
    low, high = _range(model)
    constant = low == high
    low[constant], high[constant] = low.min(), high.max()
    high[low == high] += 1
    rest = np.clip(model.scaling.invert(np.zeros((1, features)))[0], low, high)
    far = np.where(high - rest >= rest - low, high, low)
    rows = np.tile(rest, (min(ADDED, features), 1))
    places = np.arange(features)
    rows[places % len(rows), places] += (far - rest) * random.uniform(0.5, 1, features)
    return np.clip(np.rint(rows), 0, 255).astype(np.uint8) if input_kind == "bytes" else rows


def _range(model: Model) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and highest raw value of each feature, each of shape (features,)."""
    seen, scaling = model.training_range, model.scaling
    if seen is not None and seen.features is not None:
        low, high = seen.features
    elif seen is not None:
        low, high = (seen.samples[0][0],), (seen.samples[1][-1],)
    elif scaling.standardises or not model.layout.bounded:
        inputs = np.full((2, model.features), [[-_DEVIATIONS], [_DEVIATIONS]])
        low, high = np.sort(scaling.invert(inputs), axis=0)
    else:
        low, high = (0.0,), (scaling.maximum,)
    return np.broadcast_to(low, model.features).astype(float), np.broadcast_to(high, model.features).astype(float)


def made_table(columns: Columns, count: int) -> dict[str, list[Any]]:
    """Return rows of a table, as columns of `count` values; a tenth is missing, and the first row has no value at all.

    Numbers are random within the training range and a little beside it, or an edge of an interval, or huge; words are
    all of training and one that it did not have; dates are as random, with a time of day.
    """
    random = generator(0, Purpose.PROOF)
    table: dict[str, list[Any]] = {}
    most_words = max((len(one.categories) for one in columns.inputs if isinstance(one, WordColumn)), default=0)
    count = max(count, min(2 + (most_words + 1) * 10 // 9, _MOST_FOR_WORDS))
    for one in columns.inputs:
        present = count - 1 - count // 10
        values = [*_values(one, random, present), *[None] * (count - 1 - present)]
        table[one.name] = [None, *(values[place] for place in random.permutation(count - 1).tolist())]
    return table


def _values(encoding: Encoding, random: np.random.Generator, count: int) -> list[Any]:
    """Return `count` values of a column, none missing."""
    if isinstance(encoding, NumberColumn):
        return _numbers(encoding, random, count)
    if isinstance(encoding, BooleanColumn):
        return [bool(value < 0.5) for value in random.random(count).tolist()]
    if isinstance(encoding, DateColumn):
        first, last = np.array([encoding.first, encoding.last], "M8[D]").astype("M8[us]").astype(np.int64)
        low, high = np.clip([first - 366 * _DAY, last + 366 * _DAY], _EARLIEST, _LATEST).tolist()
        return [_EPOCH + timedelta(microseconds=moment) for moment in random.integers(low, high, count).tolist()]
    words = [*encoding.categories, _another(encoding.categories)]
    return [words[place % len(words)] for place in range(count)]


def _numbers(column: NumberColumn, random: np.random.Generator, count: int) -> list[float]:
    """Return `count` numbers for a column: most within its range, some on an edge, beside the range, or huge."""
    margin = (column.high - column.low) / 4 or 1.0
    numbers = random.uniform(column.low - margin, column.high + margin, count)
    if column.whole:
        numbers = np.rint(numbers)
    special = [column.low, column.high, column.fill, *column.edges, 0.0, 10 * LARGEST, -10 * LARGEST]
    numbers[: len(special)] = special[:count]
    return list(map(float, numbers))


def _another(words: tuple[str, ...]) -> str:
    """Return a word that is none of these."""
    word = "another"
    while word in words:
        word += "_"
    return word
