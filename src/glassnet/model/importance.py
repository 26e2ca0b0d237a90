"""Permutation importance of a table's columns: how much worse the model is if a column is shuffled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import DataError
from ..messages.one_line import one_line
from ..nn.random import Purpose, generator
from .evaluate import evaluate
from .model import Model

ROWS, TIMES = 2000, 3
"""Largest number of samples, and shuffles per column."""


@one_line
@dataclass(frozen=True)
class Importance:
    """Result of `column_importance`, with one entry per column of the table.

    Parameters
    ----------
    columns : tuple of str
        Their names.
    score : ndarray, shape (columns,)
        Decrease of the accuracy, or of R² for a regression; for a quantile, increase of the pinball loss. Negative if
        the model is better without the column.
    loss : ndarray, shape (columns,)
        Increase of the mean loss per sample, which measures probabilities too: if one class is rare, no column may
        change the accuracy.
    """

    columns: tuple[str, ...]
    score: NDArray[np.float64]
    loss: NDArray[np.float64]

    def __str__(self) -> str:
        """Return a line per column, the most important first: its name, `score` and `loss`."""
        lines = sorted(zip(self.columns, self.score, self.loss, strict=True), key=lambda one: (-one[1], -one[2]))
        width = max(map(len, self.columns), default=0)
        return "\n".join(f"{name:<{width}}  {score:+.4f}  loss {loss:+.4f}" for name, score, loss in lines)


def column_importance(model: Model, data: Dataset, seed: int = 0) -> Importance:
    """Return how much worse the model is if a column of the table is shuffled.

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
    Importance
        For each of ``model.columns.inputs``, averaged over three shuffles.

    References
    ----------
    Breiman 2001, "Random forests", section 10; Fisher, Rudin and Dominici 2019, section 3.2.
    """
    if model.columns is None:
        raise DataError("GN017", "{name}: the model has no columns, expected a model of a table.", name=data.source)
    chosen, first = data.take(slice(0, ROWS)), 0
    unshuffled, worse = _score_and_loss(model, chosen), np.zeros((len(model.columns.inputs), 2))
    for place, column in enumerate(model.columns.inputs):
        part = slice(first, first + len(column.features))
        for time in range(TIMES):
            order = generator(seed, Purpose.COLUMNS, place, time).permutation(len(chosen))
            inputs = chosen.inputs.copy()
            inputs[:, part] = inputs[order, part]
            worse[place] += (unshuffled - _score_and_loss(model, replace(chosen, inputs=inputs))) / TIMES
        first = part.stop
    return Importance(tuple(one.name for one in model.columns.inputs), worse[:, 0], -worse[:, 1])


def _score_and_loss(model: Model, data: Dataset) -> NDArray[np.float64]:
    evaluation = evaluate(model, data)
    score = next(iter(evaluation.scores.values())) if evaluation.pinball is None else -evaluation.pinball
    return np.array([score, evaluation.loss])
