"""The metrics of a search, from what each validation sample contributes to them.

A score can then be computed again for any selection of the samples, which is how `evidence` judges a choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...model.model import Model
from ..comparison.metrics import METRICS as COMPARED
from ..comparison.metrics import unsuitable

Numbers = NDArray[np.float64]

_SMALLEST = float(np.finfo(np.float32).tiny)  # as in `model.evaluate`

OF_TASK = {
    "classes": ("accuracy", "balanced_accuracy", "log_loss"),
    "labels": ("accuracy",),
    "numbers": ("rmse", "r2"),
}
"""Task of the data -> its metrics; the first is the default."""

METRICS = tuple(dict.fromkeys(name for names in OF_TASK.values() for name in names))
"""All metrics."""

HIGHER_IS_BETTER = {name: COMPARED[name][0] for name in METRICS}


def metric_for(task: str, outputs: int, named: str | None) -> str:
    """Return the metric: the named one, or the default for the task, which is R² for several numbers."""
    if named is None:
        return "r2" if task == "numbers" and outputs > 1 else OF_TASK[task][0]
    if named not in OF_TASK[task]:
        raise unsuitable(named, OF_TASK[task])
    return named


def contributions(model: Model, data: Dataset, metric: str) -> Numbers:
    """Return what each sample contributes to the metric, shape (n, k).

    k is 1: whether the prediction is right, or the negative logarithm of the probability of the true class. For
    numbers it is the number of outputs: the squared errors.
    """
    model.require(data)
    outputs = np.concatenate([found for found, _ in model.batches(data.inputs)])
    if data.values is None:
        if metric == "log_loss":
            of_truth = model.probabilities(outputs)[np.arange(len(data)), data.labels].astype(np.float64)
            return np.asarray(-np.log(np.maximum(of_truth, _SMALLEST)))[:, None]
        return np.asarray(model.targets.invert(outputs) == data.labels, np.float64)[:, None]
    answers = np.asarray(model.targets.invert(outputs), np.float64)
    if model.targets.name == "values":
        return np.asarray(np.square(answers - data.values), np.float64)
    return np.asarray((answers == data.values).all(axis=1), np.float64)[:, None]


@dataclass(frozen=True)
class Scorer:
    """Computes a metric of the validation samples from their contributions, for many weightings at once.

    Parameters
    ----------
    metric : str
    labels : ndarray of int64, shape (n,)
        For balanced accuracy.
    values : ndarray, shape (n, outputs), or None
        True numbers, for R².
    weights : ndarray, shape (n,), or None
        Sample weights.
    """

    metric: str
    labels: NDArray[np.int64]
    values: Numbers | None
    weights: Numbers | None

    @classmethod
    def of(cls, parts: Sequence[Dataset], metric: str) -> Scorer:
        """Return the scorer for the validation samples of all folds, one after the other."""

        def joined(read: Callable[[Dataset], Numbers | None]) -> Numbers | None:
            every = [one for part in parts if (one := read(part)) is not None]
            return np.concatenate(every).astype(np.float64) if every else None

        labels = np.concatenate([part.labels for part in parts])
        return cls(metric, labels, joined(lambda part: part.values), joined(lambda part: part.weights))

    def __call__(self, contributed: Numbers, counts: Numbers | None = None) -> Numbers:
        """Return the score for each weighting of the samples.

        Parameters
        ----------
        contributed : ndarray, shape (n, k)
        counts : ndarray, shape (b, n), optional
            How often each sample counts; each once by default.

        Returns
        -------
        ndarray, shape (b,)
        """
        counts = np.ones((1, len(contributed))) if counts is None else counts
        if self.weights is not None:
            counts = counts * self.weights
        total = counts.sum(axis=1, keepdims=True)
        if self.metric == "balanced_accuracy":
            right = np.stack(
                [counts[:, self.labels == one] @ contributed[self.labels == one, 0] for one in self._classes]
            )
            present = np.stack([counts[:, self.labels == one].sum(axis=1) for one in self._classes])
            recall = np.where(present > 0, right / np.where(present > 0, present, 1), np.nan)
            found: Numbers = np.nanmean(recall, axis=0)
            return found
        mean: Numbers = counts @ contributed / total  # (b, k)
        if self.metric == "rmse":
            return np.asarray(np.sqrt(mean).mean(axis=1))
        if self.metric == "r2":
            assert self.values is not None
            centre = counts @ self.values / total
            spread = counts @ np.square(self.values) / total - np.square(centre)
            explained = np.where(spread > 0, 1 - mean / np.where(spread > 0, spread, 1), mean == 0)
            return np.asarray(explained.mean(axis=1))
        return mean[:, 0]

    def only_answer(self, contributed: Numbers) -> int | None:
        """Return the class of every prediction, if it is the most frequent one, from what samples contribute."""
        most = int(np.bincount(self.labels).argmax())
        only = self.values is None and self.metric != "log_loss"
        return most if only and np.array_equal(contributed[:, 0] == 1, self.labels == most) else None

    @property
    def _classes(self) -> NDArray[np.int64]:
        return np.unique(self.labels)

    @property
    def sign(self) -> int:
        """1 if higher scores are better, else -1."""
        return 1 if HIGHER_IS_BETTER[self.metric] else -1
