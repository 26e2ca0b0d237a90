"""How good answers of classes are beside those of no model, and what another threshold would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..metrics import auc, mean
from .decision import threshold
from .evaluate import Evaluation, judged_confidence
from .model import Model

STEPS = 100
"""Thresholds from 0 to 1, without the first one."""
HALF = 0.5
"""The threshold that predicts the more probable class, as a model does that has no other decision."""
CLOSE = 0.01
"""Mean confidence and accuracy that differ by no more than this agree."""


@dataclass(frozen=True)
class ClassQuality:
    """The quality of answers of classes.

    Parameters
    ----------
    most : int
        The most frequent class of the samples.
    share : float
        Its fraction of the samples: the accuracy of always answering it.
    balanced_accuracy : float
        Mean recall over the classes that occur.
    auc : float
        Area under the ROC curve; of several classes the mean, each against the others. NaN if only one occurs.
    positive : int or None
        The rarer of two classes, the second one if they are equally frequent; None for more classes.
    threshold : float or None
        From which probability on the positive class is the answer.
    thresholds : ndarray, shape (k,)
        0, 0.01, … 1, and the model's own one; empty unless there are two classes.
    counts : ndarray of int64, shape (k, 4)
        True negatives, false positives, false negatives and true positives at each threshold.
    """

    most: int
    share: float
    balanced_accuracy: float
    auc: float
    positive: int | None
    threshold: float | None
    thresholds: NDArray[np.float64]
    counts: NDArray[np.int64]


def class_quality(model: Model, data: Dataset, evaluation: Evaluation) -> ClassQuality | None:
    """Return the quality of a model's answers to `data`; None unless each sample has one class."""
    if data.values is not None or evaluation.balanced_accuracy is None:
        return None
    probabilities = model.probabilities(evaluation.outputs)
    shares = evaluation.confusion.sum(axis=1) / evaluation.samples
    most = int(shares.argmax())
    positive, own, thresholds, counts = None, None, np.zeros(0), np.zeros((0, 4), np.int64)
    if model.classes == 2:
        positive = 0 if shares[0] < shares[1] else 1
        own = threshold(model.targets, positive) or HALF
        thresholds = np.unique([*np.arange(STEPS + 1) / STEPS, own])
        counts = threshold_counts(data.labels == positive, probabilities[:, positive], thresholds)
    area = float(auc(data.labels, probabilities, data.weights))
    return ClassQuality(
        most, float(shares[most]), evaluation.balanced_accuracy, area, positive, own, thresholds, counts
    )


def threshold_counts(
    positive: NDArray[np.bool_], probabilities: NDArray[np.floating], thresholds: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Count the four kinds of answers, as in `ClassQuality`, if those from a threshold on are positive."""
    below = [
        np.searchsorted(np.sort(probabilities[positive == kind].astype(np.float64)), thresholds) for kind in (0, 1)
    ]
    negatives, positives = int((~positive).sum()), int(positive.sum())
    return np.stack([below[0], negatives - below[0], below[1], positives - below[1]], axis=1).astype(np.int64)


@dataclass(frozen=True)
class ConfidenceGap:
    """Mean confidence and accuracy of answers, and what their difference means."""

    confidence: float
    accuracy: float

    @property
    def verdict(self) -> str:
        """``"over"`` for overconfident, ``"under"`` or, if the two agree, ``"agree"``."""
        gap = self.confidence - self.accuracy
        return "agree" if abs(gap) <= CLOSE else "over" if gap > 0 else "under"


def confidence_gap(model: Model, data: Dataset, evaluation: Evaluation) -> ConfidenceGap:
    """Compare the mean confidence of a model with its accuracy; each of several labels is an answer."""
    *both, weights = judged_confidence(model, data, evaluation.outputs)
    return ConfidenceGap(*(float(mean(one, weights)) for one in both))
