"""95% confidence intervals of test scores: how far chance in the choice of the test samples may have moved them.

Where samples belong to groups, chance has chosen the groups: the interval follows from the sums of the samples'
influence in each group (the cluster-robust variance of Liang and Zeger 1986), with Student's t for so many groups.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from .evaluate import Evaluation, number_scores

Interval = tuple[float, float]
_Z = 1.959964  # 97.5 % quantile of the standard normal distribution
_ROUNDING = 1e-9  # of a width


def score_intervals(evaluation: Evaluation, data: Dataset) -> dict[str, Interval]:
    """Return the interval of each score of an evaluation on `data`; empty for weighted samples.

    R² and RMSE have none in a single group.
    """
    if data.weights is not None:
        return {}
    if evaluation.accuracy is not None:
        return {"accuracy": share_interval(right_answers(evaluation), data.groups)}
    assert data.values is not None  # of a regression
    if evaluation.coverage is not None:
        below = (data.values <= evaluation.answers).astype(np.float64)
        return {"coverage": share_interval(below[:, 0], data.groups)} if below.shape[1] == 1 else {}
    return number_intervals(data.values, evaluation.answers, data.groups)


def right_answers(evaluation: Evaluation) -> NDArray[np.float64]:
    """Return 1 for each sample with the right answer, else 0, shape (n,)."""
    right = np.ones(evaluation.samples)
    right[evaluation.misread] = 0
    return right


def share_interval(right: NDArray[np.float64], groups: NDArray[np.int64] | None) -> Interval:
    """Return the interval of the mean of ones and zeros, shape (n,), as `accuracy_interval`.

    With groups, shape (n,), it is that of as many independent samples as tell as much.
    """
    if groups is None:
        return accuracy_interval(int(right.sum()), len(right))
    share, half = float(right.mean()), _half_width(right, groups)
    alone = share * (1 - share) * (_Z / half) ** 2 if half > _ROUNDING else float(len(np.unique(groups)))
    alone = min(alone, float(len(right)))
    return accuracy_interval(share * alone, alone)


def accuracy_interval(right: float, samples: float) -> Interval:
    """Return the score interval of a fraction (Wilson 1927); unlike the usual one it suits fractions near 0 and 1."""
    share, z2 = right / samples, _Z**2 / samples
    half = _Z * math.sqrt((share * (1 - share) + z2 / 4) / samples)
    low, high = ((share + z2 / 2 + sign * half) / (1 + z2) for sign in (-1, 1))
    # The ends are exactly 0 without and 1 with only right answers, but for rounding.
    return max(0.0, low) if right else 0.0, min(1.0, high) if right < samples else 1.0


def number_intervals(
    values: NDArray[np.floating[Any]],
    answers: NDArray[np.floating[Any]],
    groups: NDArray[np.int64] | None = None,
) -> dict[str, Interval]:
    """Return the intervals of R² and RMSE, each averaged over the outputs, by linearization (the delta method).

    They are computed for the logarithms of 1 − R² and of the RMSE, so that R² stays below 1 and the RMSE above 0.
    `values` and `answers` have shape (n, outputs), `groups` (n,). A single group does not tell how groups differ: then
    there are none.
    """
    if groups is not None and len(np.unique(groups)) < 2:
        return {}
    scores = number_scores(values, answers)
    r2, rmse = float(scores.r2.mean()), float(scores.rmse.mean())
    squares, spread = (values - answers) ** 2, (values - values.mean(axis=0)) ** 2
    mean, variance = squares.mean(axis=0), spread.mean(axis=0)
    relative = squares / np.where(mean > 0, mean, 1)
    unexplained = (mean / np.where(variance > 0, variance, 1)) * (
        relative - spread / np.where(variance > 0, variance, 1)
    )
    of_r2 = _factor(unexplained.mean(axis=1), 1 - r2, groups)
    of_rmse = _factor((scores.rmse / 2 * relative).mean(axis=1), rmse, groups)
    return {"r2": (1 - (1 - r2) * of_r2, 1 - (1 - r2) / of_r2), "rmse": (rmse / of_rmse, rmse * of_rmse)}


def _factor(influence: NDArray[np.float64], score: float, groups: NDArray[np.int64] | None) -> float:
    """Return the factor between a score and the ends of its interval, from the influence of each sample on it."""
    if len(influence) < 2 or score <= 0:
        return 1.0
    return math.exp(min(50.0, _half_width(influence, groups) / score))


def _half_width(influence: NDArray[np.float64], groups: NDArray[np.int64] | None) -> float:
    """Return half the width of the interval of the mean of the samples' influence, shape (n,)."""
    if groups is None:
        return _Z * float(influence.std(ddof=1)) / math.sqrt(len(influence))
    from scipy.special import stdtrit

    sums = np.bincount(np.unique(groups, return_inverse=True)[1], influence - influence.mean())
    freedom = max(1, len(sums) - 1)
    return float(stdtrit(freedom, 0.975)) * math.sqrt((freedom + 1) / freedom * float(sums @ sums)) / len(influence)
