"""How good answers of classes are beside those of no model, what other thresholds would give, and ROC curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.dataset import Dataset
from ..messages.one_line import one_line
from ..metrics import auc, mean, roc_auc
from .decision import threshold
from .evaluate import Evaluation, judged_confidence
from .model import Model

Floats = NDArray[np.float64]

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


@one_line
@dataclass(frozen=True)
class ThresholdCurves:
    """Result of `threshold_curves`: what each threshold of the probability of the positive class gives.

    A sample is predicted positive if its probability is at least the threshold. The first threshold is infinite:
    nothing is predicted positive; the others are the different probabilities, in decreasing order.

    Parameters
    ----------
    thresholds : ndarray, shape (thresholds,)
    recall : ndarray, shape (thresholds,)
        True positive rate, 0 to 1, increasing.
    false_alarms : ndarray, shape (thresholds,)
        False positive rate, 0 to 1, increasing.
    precision : ndarray, shape (thresholds,)
        Correct fraction of the positive predictions; 1 where there are none.
    accuracy, balanced : ndarray, shape (thresholds,)
        Accuracy, and the mean of the recalls of both classes.
    predicted : ndarray, shape (thresholds,)
        Fraction of the samples that are predicted positive.
    auc : float
        Area under the ROC curve: the probability that a positive sample has a higher probability than a negative one,
        where equal ones count half.
    average_precision : float
        Mean of the precisions, weighted by the increases of the recall.
    """

    thresholds: Floats
    recall: Floats
    false_alarms: Floats
    precision: Floats
    accuracy: Floats
    balanced: Floats
    predicted: Floats
    auc: float
    average_precision: float

    @property
    def best(self) -> int:
        """Index of the finite threshold with the highest balanced accuracy, the highest such threshold."""
        return 1 + int(self.balanced[1:].argmax())

    def at(self, threshold: float) -> int:
        """Return the index of the lowest threshold that is at least this one: its predictions are the same."""
        return int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1


def threshold_curves(
    positive: ArrayLike, probabilities: ArrayLike, weights: ArrayLike | None = None
) -> ThresholdCurves | None:
    """Compare the predictions of two classes with the truth, at every threshold.

    Parameters
    ----------
    positive : array_like of bool, shape (n,)
        Whether each sample belongs to the positive class.
    probabilities : array_like, shape (n,)
        Predicted probability of the positive class; any score that increases with it will do.
    weights : array_like, shape (n,), optional
        Sample weights.

    Returns
    -------
    ThresholdCurves or None
        None if the samples are all of one class, which has no curve.

    References
    ----------
    Fawcett 2006, "An introduction to ROC analysis", algorithms 1 and 2; Davis and Goadrich 2006, "The relationship
    between precision-recall and ROC curves", which is why the average precision does not interpolate.

    Examples
    --------
    >>> threshold_curves([False, True, False, True], [0.1, 0.9, 0.4, 0.3]).auc
    0.75
    """
    truth, scores = np.asarray(positive, bool), np.asarray(probabilities, np.float64)
    parts = np.ones(len(truth)) if weights is None else np.asarray(weights, np.float64)
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=-np.inf))  # equal scores are decided together
    hits, false = (np.append(0.0, np.cumsum((parts * one)[order])[last]) for one in (truth, ~truth))
    if not hits[-1] or not false[-1]:
        return None
    recall, false_alarms, positives = hits / hits[-1], false / false[-1], hits + false
    precision = np.divide(hits, positives, out=np.ones(len(hits)), where=positives > 0)
    return ThresholdCurves(
        thresholds=np.append(np.inf, scores[order][last]),
        recall=recall,
        false_alarms=false_alarms,
        precision=precision,
        accuracy=(hits + false[-1] - false) / positives[-1],
        balanced=(recall + 1 - false_alarms) / 2,
        predicted=positives / positives[-1],
        auc=float(roc_auc(truth, scores, weights)),
        average_precision=float((np.diff(recall) * precision[1:]).sum()),
    )
