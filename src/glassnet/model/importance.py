"""What a model of a table relies on: how much worse it does when a column no longer says anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import DataError
from ..nn.random import Purpose, generator
from .evaluate import evaluate
from .model import Model

ROWS, TIMES = 2000, 3
"""Samples that are asked, at most, and how often a column is shuffled."""


def shuffled_columns(model: Model, data: Dataset, seed: int = 0) -> NDArray[np.float64]:
    """Return by how much the score falls when a column of the table is shuffled among the samples.

    Columns that say the same share what they are worth: each can stand in for the other.

    Parameters
    ----------
    model : Model
        Of a table with named columns.
    data : Dataset
        Samples it was not trained on; the first 2,000 are asked.
    seed : int

    Returns
    -------
    ndarray, shape (columns,)
        One a column in ``model.columns.inputs``: the accuracy less, or for a regression the R², as the mean of three
        shuffles. Below 0 where the model does better without.

    Raises
    ------
    DataError
        GN017 when the model has no columns, or the data do not fit it.

    References
    ----------
    Breiman 2001, "Random forests", section 10; Fisher, Rudin and Dominici 2019, section 3.2.
    """
    if model.columns is None:
        raise DataError("GN017", f"{data.source}: the model has no columns to shuffle, expected a model of a table.")
    asked, first = data.take(slice(0, ROWS)), 0
    usual, falls = _score(model, asked), np.zeros(len(model.columns.inputs))
    for place, column in enumerate(model.columns.inputs):
        part = slice(first, first + len(column.features))
        for time in range(TIMES):
            order = generator(seed, Purpose.COLUMNS, place, time).permutation(len(asked))
            inputs = asked.inputs.copy()
            inputs[:, part] = inputs[order, part]
            falls[place] += (usual - _score(model, replace(asked, inputs=inputs))) / TIMES
        first = part.stop
    return falls


def _score(model: Model, data: Dataset) -> float:
    return next(iter(evaluate(model, data).scores.values()))
