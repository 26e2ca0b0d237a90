"""The score of a trial by its predictions, also for resamples of the samples, by which `evidence` judges a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...metrics import METRICS, Floats, Metric
from ...model.evaluate import predictions, truth_of
from ...model.model import Model


def predicted(model: Model, data: Dataset, metric: str) -> NDArray[Any]:
    """Return the predictions that a metric takes: answers or probabilities."""
    model.require(data)
    return predictions(model, np.concatenate([found for found, _ in model.batches(data.inputs)]), metric)


@dataclass(frozen=True)
class Scorer:
    """Computes a metric of the same samples from their predictions, for many weightings at once.

    Parameters
    ----------
    metric : Metric
    truth : ndarray
        As for the metric.
    weights : ndarray, shape (n,), or None
        Sample weights.
    """

    metric: Metric
    truth: NDArray[Any]
    weights: Floats | None

    @classmethod
    def of(cls, parts: Sequence[Dataset], metric: str) -> Scorer:
        """Return the scorer for the samples of data sets, one after the other."""
        weights = [part.weights for part in parts if part.weights is not None]
        joined = np.concatenate(weights).astype(np.float64) if weights else None
        return cls(METRICS[metric], np.concatenate([truth_of(part) for part in parts]), joined)

    def __call__(self, predicted: NDArray[Any], counts: Floats | None = None) -> Floats:
        """Return the score, or with `counts`, shape (b, n), how often each sample counts, that of each row, (b,)."""
        if counts is None:
            return self.metric.score(self.truth, predicted, self.weights)
        return self.metric.score(self.truth, predicted, counts if self.weights is None else counts * self.weights)

    def only_answer(self, predicted: NDArray[Any]) -> int | None:
        """Return the class of every prediction, if it is always the same."""
        answers = predicted.argmax(axis=1) if self.metric.of_probabilities else predicted
        return int(answers[0]) if self.truth.ndim == 1 and (answers == answers[0]).all() else None
