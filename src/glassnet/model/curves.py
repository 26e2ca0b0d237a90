"""ROC and precision-recall curves of two classes, and the scores at single thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..messages.one_line import one_line
from ..metrics import roc_auc

Floats = NDArray[np.float64]


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
