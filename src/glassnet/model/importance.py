"""Permutation importance of a table's columns: how much the score falls if a column is shuffled."""

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
"""Largest number of samples, and shuffles per column."""


def shuffled_columns(model: Model, data: Dataset, seed: int = 0) -> NDArray[np.float64]:
    """Return by how much the score falls if a column of the table is shuffled.

    Correlated columns share their importance, because each can replace the other.

    Parameters
    ----------
    model : Model
        A model of a table with named columns.
    data : Dataset
        Held-out samples; the first 2,000 are used.
    seed : int

    Returns
    -------
    ndarray, shape (columns,)
        Decrease of the accuracy, or of R² for a regression, for each of ``model.columns.inputs``, averaged over three
        shuffles. Negative if the model is better without the column.

    Raises
    ------
    DataError
        GN017 when the model has no columns, or the data do not fit it.

    References
    ----------
    Breiman 2001, "Random forests", section 10; Fisher, Rudin and Dominici 2019, section 3.2.
    """
    if model.columns is None:
        raise DataError("GN017", f"{data.source}: the model has no columns, expected a model of a table.")
    chosen, first = data.take(slice(0, ROWS)), 0
    unshuffled, falls = _score(model, chosen), np.zeros(len(model.columns.inputs))
    for place, column in enumerate(model.columns.inputs):
        part = slice(first, first + len(column.features))
        for time in range(TIMES):
            order = generator(seed, Purpose.COLUMNS, place, time).permutation(len(chosen))
            inputs = chosen.inputs.copy()
            inputs[:, part] = inputs[order, part]
            falls[place] += (unshuffled - _score(model, replace(chosen, inputs=inputs))) / TIMES
        first = part.stop
    return falls


def _score(model: Model, data: Dataset) -> float:
    return next(iter(evaluate(model, data).scores.values()))
