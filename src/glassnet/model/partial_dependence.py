"""The effect of one column of a table: the mean prediction if every row had the same value in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import DataError
from ..messages.one_line import one_line
from ..preprocess.tabular.dates import DateColumn
from ..preprocess.tabular.encoders import MISSING, Encoded, NumberColumn
from .model import Model

ROWS, POINTS, WORDS = 500, 41, 12
"""Most rows that predictions are averaged over, values of a number, and words of a column."""
_FROM, _TO = 0.01, 0.99
"""Quantiles between which the values of a number are taken."""


@one_line
@dataclass(frozen=True)
class Effect:
    """Result of `partial_dependence`.

    Parameters
    ----------
    column : str
    values : ndarray of float64, shape (values,), or tuple of str
        Numbers in increasing order, of dates the days since 1970; or words, the most frequent first: ``(other)`` for
        rare words, ``(missing)`` for missing values, empty for words that training did not have.
    means : ndarray of float64, shape (values, outputs)
        Mean prediction: probabilities of classes or labels, or numbers in the unit of the target.
    shares : ndarray of float64, shape (values,)
        Fraction of the rows with each word, or with each number if `values` are all of them; otherwise empty.
    observed : ndarray of float64, shape (n,)
        The numbers in the data, as in `values`, without missing ones, in increasing order; empty for words.
    mean : ndarray of float64, shape (outputs,)
        Mean prediction for the rows as they are.
    """

    column: str
    values: NDArray[np.float64] | tuple[str, ...]
    means: NDArray[np.float64]
    shares: NDArray[np.float64]
    observed: NDArray[np.float64]
    mean: NDArray[np.float64]

    @property
    def is_number(self) -> bool:
        """Whether the column has numbers or dates."""
        return not isinstance(self.values, tuple)


def partial_dependence(model: Model, data: Dataset, column: int) -> Effect:
    """Return the mean prediction for values of a column, the other columns as in the data.

    Combinations of values that do not occur are averaged too, so the effect of a column that is strongly correlated
    with another may be misleading.

    Parameters
    ----------
    model : Model
        A model of a table with named columns.
    data : Dataset
        Rows of such a table; at most 500, evenly spaced, are used for the means.
    column : int
        Index in ``model.columns.inputs``.

    References
    ----------
    Friedman 2001, "Greedy function approximation: a gradient boosting machine", section 8.2.
    """
    if model.columns is None:
        raise DataError("GN017", "{name}: the model has no columns, expected a model of a table.", name=data.source)
    model.require(data)
    encodings = model.columns.inputs
    first = sum(len(one.features) for one in encodings[:column])
    encoding, part = encodings[column], slice(first, first + len(encodings[column].features))
    shares, observed = np.zeros(0), np.zeros(0)
    values: NDArray[np.float64] | tuple[str, ...]
    if isinstance(encoding, NumberColumn):
        observed = _numbers(encoding, data.inputs[:, part])
        values = _grid(observed)
        different, counts = np.unique(observed, return_counts=True)
        if len(different) == len(values):
            shares = counts / len(data)
        inputs = encoding.inputs_of(values)
    elif isinstance(encoding, DateColumn):
        observed = _numbers(encoding, data.inputs[:, part])
        values = _days(observed)
        inputs = encoding.inputs_of(((values + 0.5) * 86.4e9).astype(np.int64).astype("M8[us]"))  # at noon
    else:
        values, inputs, shares = _words(encoding, data.inputs[:, part], data.words.get(encoding.name))
    some = np.unique(np.linspace(0, len(data) - 1, min(len(data), ROWS)).astype(int))
    rows, regression = data.inputs[some].copy(), model.targets.name == "values"

    def mean_prediction() -> NDArray[np.float64]:
        outputs = model.unchecked().outputs(rows)
        predicted = model.targets.invert(outputs) if regression else model.probabilities(outputs)
        return np.asarray(predicted.mean(axis=0), np.float64)

    mean, means = mean_prediction(), []
    for one in inputs:
        rows[:, part] = one
        means.append(mean_prediction())
    mean_outputs = np.array(means, np.float64).reshape(len(inputs), model.classes)
    return Effect(encoding.name, values, mean_outputs, shares, observed, mean)


def _numbers(encoding: NumberColumn | DateColumn, inputs: NDArray[Any]) -> NDArray[np.float64]:
    """Return the numbers, or days since 1970, that the inputs of a column encode, sorted, without missing ones."""
    different, counts = np.unique(inputs, axis=0, return_counts=True)
    decoded = [encoding.decode(one) for one in different]
    numbers = np.array([_day(one) if isinstance(one, dict) else one for one in decoded], np.float64)
    present = ~np.isnan(numbers)
    return np.sort(np.repeat(numbers[present], counts[present]))


def _grid(observed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quantiles of numbers; if only few are different, all of them."""
    different = np.unique(observed)
    if len(different) <= WORDS:
        return different
    grid = np.unique(np.quantile(observed, np.linspace(_FROM, _TO, POINTS)))
    if len(grid) > POINTS // 2:
        return grid
    # Most rows have the same value, such as 0, and would hide the others.
    within = different[(different >= grid[0]) & (different <= grid[-1])]
    return np.union1d(grid, np.quantile(within, np.linspace(0, 1, POINTS // 2)))


def _day(dates: Mapping[str, float]) -> float:
    """Return the days since 1970 of a decoded date."""
    return float(np.datetime64(next(iter(dates)), "D").astype(np.int64))


def _days(observed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return days as `_grid`; if they are of several weeks all of one weekday, since a week would blur the curve."""
    values = _grid(observed)
    step = 7 if len(values) and np.ptp(values) >= 7 * WORDS else 1
    return np.unique(values[:1].round() + step * np.round((values - values[:1]) / step))


def _words(
    encoding: Any, inputs: NDArray[Any], words: NDArray[Any] | None
) -> tuple[tuple[str, ...], Encoded, NDArray[np.float64]]:
    """Return the most frequent words of a column, their inputs, and their shares; `words` are those of the rows."""
    if words is not None:
        named = np.where(words == None, f"({MISSING})", words).astype(str)  # noqa: E711
        several, first, counts = np.unique(named, return_index=True, return_counts=True)
        most = np.argsort(-counts, kind="stable")[:WORDS]
        return tuple(several[most].tolist()), inputs[first[most]].astype(np.float32), counts[most] / len(inputs)
    different, counts = np.unique(inputs, axis=0, return_counts=True)
    most = np.argsort(-counts, kind="stable")[:WORDS]
    names = tuple(_word(encoding.decode(one)) for one in different[most])
    return names, different[most].astype(np.float32), counts[most] / len(inputs)


def _word(shares: Any) -> str:
    """Return the word of decoded inputs; yes and no are equally likely only where the value is missing."""
    if shares == {"yes": 0.5, "no": 0.5}:
        return f"({MISSING})"
    return next((word for word, part in shares.items() if part > 0.5), "")
