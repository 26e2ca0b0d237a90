"""95% confidence intervals of test scores: how far chance in the choice of the test samples may have moved them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from .evaluate import Evaluation, number_scores

Interval = tuple[float, float]
_Z = 1.959964  # 97.5 % quantile of the standard normal distribution


def score_intervals(evaluation: Evaluation, data: Dataset) -> dict[str, Interval]:
    """Return the interval of each score of an evaluation on `data`; empty for weighted samples."""
    if data.weights is not None:
        return {}
    if evaluation.accuracy is not None:
        return {"accuracy": accuracy_interval(len(data) - len(evaluation.misread), len(data))}
    assert data.values is not None  # of a regression
    if evaluation.coverage is not None:
        one_output = evaluation.answers.shape[1] == 1
        below = round(evaluation.coverage * len(data))
        return {"coverage": accuracy_interval(below, len(data))} if one_output else {}
    return number_intervals(data.values, evaluation.answers)


def accuracy_interval(right: int, samples: int) -> Interval:
    """Return the score interval of a fraction (Wilson 1927); unlike the usual one it suits fractions near 0 and 1."""
    share, z2 = right / samples, _Z**2 / samples
    half = _Z * math.sqrt((share * (1 - share) + z2 / 4) / samples)
    low, high = ((share + z2 / 2 + sign * half) / (1 + z2) for sign in (-1, 1))
    # The ends are exactly 0 without and 1 with only right answers, but for rounding.
    return max(0.0, low) if right else 0.0, min(1.0, high) if right < samples else 1.0


def number_intervals(values: NDArray[np.floating[Any]], answers: NDArray[np.floating[Any]]) -> dict[str, Interval]:
    """Return the intervals of R² and RMSE, each averaged over the outputs, by linearization (the delta method).

    They are computed for the logarithms of 1 − R² and of the RMSE, so that R² stays below 1 and the RMSE above 0.
    `values` and `answers` have shape (n, outputs).
    """
    scores = number_scores(values, answers)
    r2, rmse = float(scores.r2.mean()), float(scores.rmse.mean())
    squares, spread = (values - answers) ** 2, (values - values.mean(axis=0)) ** 2
    mean, variance = squares.mean(axis=0), spread.mean(axis=0)
    relative = squares / np.where(mean > 0, mean, 1)
    unexplained = (mean / np.where(variance > 0, variance, 1)) * (
        relative - spread / np.where(variance > 0, variance, 1)
    )
    of_r2 = _factor(unexplained.mean(axis=1), 1 - r2)
    of_rmse = _factor((scores.rmse / 2 * relative).mean(axis=1), rmse)
    return {"r2": (1 - (1 - r2) * of_r2, 1 - (1 - r2) / of_r2), "rmse": (rmse / of_rmse, rmse * of_rmse)}


def _factor(influence: NDArray[np.float64], score: float) -> float:
    """Return the factor between a score and the ends of its interval, from the influence of each sample on it."""
    if len(influence) < 2 or score <= 0:
        return 1.0
    return math.exp(min(50.0, _Z * float(influence.std(ddof=1)) / math.sqrt(len(influence)) / score))
