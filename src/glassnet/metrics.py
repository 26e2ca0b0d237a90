"""Every score of predictions, once: of classes, labels and numbers, weighted or not.

Arrays of any numeric dtype are converted to float64 first. `weights` are None, one weight for each sample, shape (n,),
or many weightings at once, shape (b, n), such as how often each sample is drawn in resamples. Scores are float64, of
shape () or (b,), and NaN where they are not defined, such as for weights that are all 0. Wherever scikit-learn has a
score of the same name, its values are the same.

The truth is the class of each sample, (n,) of int; or labels of 0 and 1, (n, labels); or numbers, (n, outputs) or
(n,). Answers have the same shape; probabilities are (n, classes) or (n, labels).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Weights = ArrayLike | None

LOSS = "loss"
"""In place of a metric: the loss that training minimizes."""

EPS = float(np.finfo(np.float64).eps)
"""Log loss takes probabilities below it as this one, and those above 1 − EPS as that, as scikit-learn does for float64.

A probability of 0 would otherwise give an infinite loss. The clip is that of float64 also for float32 probabilities,
which hold much smaller numbers than their own eps, 1.2e-7: clipped there, all confident mistakes would cost the same.
"""


def mean(values: ArrayLike, weights: Weights = None) -> Floats:
    """Return the mean over the samples of values of shape (n, …), by each weighting."""
    values = np.asarray(values, np.float64)
    if weights is None:
        return np.asarray(values.mean(axis=0))
    sums, total = _sums(values, np.asarray(weights, np.float64)), np.sum(weights, axis=-1)
    return ratio(sums, total.reshape(total.shape + (1,) * (sums.ndim - total.ndim)))


def _sums(values: NDArray[Any], weights: Floats) -> Floats:
    """Return the weighted sums over the samples of values of shape (n, …)."""
    # Not by matrix product for one weighting: its last bits depend on the number of threads.
    return np.asarray(weights @ values if weights.ndim > 1 else (values.T * weights).T.sum(axis=0))


def ratio(above: ArrayLike, below: ArrayLike) -> Floats:
    """Divide; NaN where the divisor is 0."""
    above, below = np.broadcast_arrays(np.asarray(above, np.float64), below)
    divided: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0)
    return divided


def _mean_of_defined(scores: Floats) -> Floats:
    """Return the mean over the last axis of the scores that are not NaN."""
    defined = ~np.isnan(scores)
    return ratio(np.where(defined, scores, 0.0).sum(axis=-1), defined.sum(axis=-1))


def accuracy(truth: NDArray[Any], answers: NDArray[Any], weights: Weights = None) -> Floats:
    """Return the fraction of correct answers; with several labels per sample, all must be correct."""
    right = np.asarray(truth) == answers
    return mean(right if right.ndim == 1 else right.all(axis=1), weights)


def _by_class(labels: NDArray[Any], weights: NDArray[Any], classes: int) -> Floats:
    """Return the total weight of each class, shape (classes,) or (b, classes)."""
    if weights.ndim > 1:
        return np.stack([np.bincount(labels, row, classes) for row in weights])
    return np.bincount(labels, weights, classes).astype(np.float64)


def _counts(truth: NDArray[Any], answers: NDArray[Any], weights: Weights) -> tuple[Floats, Floats, Floats]:
    """Return by class or label the weight of its correct answers, its samples and its answers."""
    parts = np.ones(len(truth)) if weights is None else np.asarray(weights, np.float64)
    if truth.ndim > 1:
        right, samples, answered = (_sums(one > 0, parts) for one in (truth * answers, truth, answers))
        return right, samples, answered
    classes = 1 + int(max(truth.max(initial=0), answers.max(initial=0)))
    right = _by_class(truth, parts * (truth == answers), classes)
    return right, _by_class(truth, parts, classes), _by_class(answers, parts, classes)


def balanced_accuracy(truth: NDArray[Any], answers: NDArray[Any], weights: Weights = None) -> Floats:
    """Return the mean recall over the classes that occur with a positive weight."""
    right, samples, _ = _counts(np.asarray(truth), np.asarray(answers), weights)
    return _mean_of_defined(ratio(right, samples))


def by_class(right: ArrayLike, samples: ArrayLike, answers: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return precision, recall and F1 of each class, NaN for 0 / 0.

    The arguments are the number, or the weight, of its correct answers, its samples and its answers.
    """
    right, total = np.asarray(right), np.asarray(samples) + np.asarray(answers)
    return ratio(right, answers), ratio(right, samples), ratio(2 * right, total)


def f1(truth: NDArray[Any], answers: NDArray[Any], weights: Weights = None) -> Floats:
    """Return the mean F1 over the classes or labels that occur, in the truth or the answers ("macro")."""
    return _mean_of_defined(by_class(*_counts(np.asarray(truth), np.asarray(answers), weights))[2])


def log_loss(truth: NDArray[Any], probabilities: NDArray[Any], weights: Weights = None) -> Floats:
    """Return the mean of −log p of the true class, in nats, clipped at `EPS`; of labels, the mean over all labels."""
    truth, p = np.asarray(truth), np.asarray(probabilities, np.float64)
    of_truth = p[np.arange(len(p)), truth] if truth.ndim == 1 else np.where(truth > 0, p, 1 - p)
    losses = -np.log(np.clip(of_truth, EPS, 1 - EPS))
    return mean(losses if losses.ndim == 1 else losses.mean(axis=1), weights)


def brier(truth: NDArray[Any], probabilities: NDArray[Any], weights: Weights = None) -> Floats:
    """Return the Brier score: the mean squared error of the probabilities, summed over three or more classes.

    Of two classes it is that of one of them, of labels the mean over all labels.
    """
    truth, off = np.asarray(truth), np.array(probabilities, np.float64)
    if truth.ndim > 1:
        return mean(((off - truth) ** 2).mean(axis=1), weights)
    off[np.arange(len(off)), truth] -= 1
    squares = (off**2).sum(axis=1)
    return mean(squares / 2 if off.shape[1] == 2 else squares, weights)


def roc_auc(positive: ArrayLike, scores: ArrayLike, weights: Weights = None) -> Floats:
    """Return the area under the ROC curve of any score that increases with the probability of the positive class.

    It is the probability that a positive sample has a higher score than a negative one, where equal ones count half
    (Fawcett 2006, "An introduction to ROC analysis", section 7).
    """
    positive, scores = np.asarray(positive, bool), np.asarray(scores, np.float64)
    # A sample is a row here: selecting rows of many weightings is several times as fast as columns.
    parts = np.ascontiguousarray(np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64).T)
    negative = np.flatnonzero(~positive)
    negative = negative[np.argsort(scores[negative], kind="stable")]
    beaten = np.zeros((len(negative) + 1, *parts.shape[1:]))
    np.cumsum(parts[negative], axis=0, out=beaten[1:])
    below, not_above = (np.searchsorted(scores[negative], scores[positive], side) for side in ("left", "right"))
    shares = (beaten[below] + beaten[not_above]) / 2  # of the negative samples, for each positive one
    weight = parts[positive]
    return ratio((weight * shares).sum(axis=0), weight.sum(axis=0) * beaten[-1])


def auc(truth: NDArray[Any], probabilities: NDArray[Any], weights: Weights = None) -> Floats:
    """Return the area under the ROC curve; of several classes the mean, each against the others, and of labels."""
    truth, p = np.asarray(truth), np.asarray(probabilities)
    weights = None if weights is None else np.asfortranarray(weights, np.float64)  # as `roc_auc` needs them
    if truth.ndim == 1 and p.shape[1] == 2:
        return roc_auc(truth == 1, p[:, 1], weights)
    each = (truth == np.arange(p.shape[1])[:, None]) if truth.ndim == 1 else (truth.T > 0)
    return _mean_of_defined(np.stack([roc_auc(*one, weights) for one in zip(each, p.T, strict=True)], axis=-1))


def calibration(
    confidence: NDArray[Any], right: NDArray[Any], weights: NDArray[Any] | None = None, bins: int = 10
) -> tuple[Floats, NDArray[np.int64], Floats, Floats, float]:
    """Return edges, counts, confidence and accuracy of bins of equal width, and the expected calibration error (ECE).

    They are described at `model.evaluate.Reliability`.

    Parameters
    ----------
    confidence : ndarray, shape (n,)
        0 to 1; at an edge it belongs to the lower bin.
    right : ndarray of bool, shape (n,)
    weights : ndarray, shape (n,), optional
        Of samples, for all but the counts.
    bins : int
    """
    parts = np.ones(len(confidence)) if weights is None else np.asarray(weights, np.float64)
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    total, sure, correct = (np.bincount(place, parts * one, bins) for one in (1.0, confidence, right))
    error = float(ratio(np.abs(correct - sure).sum(), total.sum()))
    return edges, np.bincount(place, minlength=bins), ratio(sure, total), ratio(correct, total), error


def _numbers(values: ArrayLike, answers: ArrayLike) -> tuple[Floats, Floats]:
    """Return the true numbers and the errors, both of shape (n, outputs)."""
    numbers = np.asarray(values, np.float64)
    numbers = numbers.reshape(len(numbers), -1)
    return numbers, np.asarray(answers, np.float64).reshape(numbers.shape) - numbers


def _over_outputs(scores: Floats, by_output: bool) -> Floats:
    return scores if by_output else np.asarray(scores.mean(axis=-1))


def _variance(numbers: Floats, weights: Weights) -> Floats:
    """Return the variance by output, exactly 0 for equal numbers, and as precise far from 0 as near it."""
    total = np.ones(len(numbers)) if weights is None else np.atleast_2d(weights).sum(axis=0)  # of all weightings
    centred = numbers - numbers[total.argmax()]  # exactly 0 for equal numbers, unlike the difference from their mean
    centred -= mean(centred, total)
    means, squares = np.split(mean(np.concatenate([centred, centred**2], axis=1), weights), 2, axis=-1)
    variance = squares - means**2
    # Of many weightings, one may have only equal numbers: the difference is then rounding.
    return np.where(variance <= 8 * EPS * squares, 0.0, variance)


def r2(values: ArrayLike, answers: ArrayLike, weights: Weights = None, *, by_output: bool = False) -> Floats:
    """Return R², the explained fraction of the variance, at most 1; the mean over the outputs, or of each of them.

    Without variance there is nothing to explain: 1 for exact answers, else 0.
    """
    numbers, errors = _numbers(values, answers)
    squares, variance = mean(errors**2, weights), _variance(numbers, weights)
    unexplained = ratio(squares, variance)
    return _over_outputs(np.where(variance == 0, (squares == 0).astype(float), 1 - unexplained), by_output)


def rmse(values: ArrayLike, answers: ArrayLike, weights: Weights = None, *, by_output: bool = False) -> Floats:
    """Return the root mean squared error, in the unit of the numbers; the mean over the outputs, or of each of them."""
    return _over_outputs(np.sqrt(mean(_numbers(values, answers)[1] ** 2, weights)), by_output)


def mae(values: ArrayLike, answers: ArrayLike, weights: Weights = None, *, by_output: bool = False) -> Floats:
    """Return the mean absolute error, in the unit of the numbers; the mean over the outputs, or of each of them."""
    return _over_outputs(mean(np.abs(_numbers(values, answers)[1]), weights), by_output)


def pinball(values: ArrayLike, answers: ArrayLike, weights: Weights = None, *, quantile: float = 0.5) -> Floats:
    """Return the pinball loss, least for the true quantile, 0 to 1, as answers; the mean over the outputs."""
    _, errors = _numbers(values, answers)
    return _over_outputs(mean(np.maximum(-quantile * errors, (1 - quantile) * errors), weights), False)


def coverage(values: ArrayLike, low: ArrayLike, high: ArrayLike, weights: Weights = None) -> Floats:
    """Return the fraction of the numbers that are within their limits, ends included; the mean over the outputs.

    `low` and `high` have the shape of `values`, or are single numbers such as ``-inf``.
    """
    numbers = np.asarray(values, np.float64)
    inside = (np.asarray(low, np.float64) <= numbers) & (numbers <= np.asarray(high, np.float64))
    return mean(inside.reshape(len(numbers), -1).mean(axis=1), weights)


@dataclass(frozen=True)
class Metric:
    """A score by which models can be compared.

    Parameters
    ----------
    score : callable
        Called with the truth, predictions and weights; see the module.
    higher_is_better : bool
    tasks : tuple of {"classes", "labels", "numbers"}
        The data that it suits.
    of_probabilities : bool
        Whether its predictions are probabilities, instead of answers.
    chance : callable, optional
        The expected score of answers that are drawn with their frequencies, from the frequencies of the classes or
        labels that occur, and the probability that two samples have the same class, or labels. None where a metric
        takes other predictions.
    of_quantile : bool
        Whether `score` takes a ``quantile``, by default the median.
    """

    score: Callable[..., Floats]
    higher_is_better: bool
    tasks: tuple[str, ...]
    of_probabilities: bool = False
    chance: Callable[[Floats, float], float] | None = None
    of_quantile: bool = False

    def at(self, quantile: float) -> Metric:
        """Return the metric for predictions of a quantile, 0 to 1; itself if it is the same for all."""
        return replace(self, score=partial(self.score, quantile=quantile)) if self.of_quantile else self

    @property
    def sign(self) -> int:
        """1 if higher scores are better, else -1."""
        return 1 if self.higher_is_better else -1


def _mean_frequency(frequencies: Floats, same: float) -> float:
    return float(frequencies.mean())


METRICS: dict[str, Metric] = {
    "accuracy": Metric(accuracy, True, ("classes", "labels"), chance=lambda frequencies, same: same),
    "balanced_accuracy": Metric(balanced_accuracy, True, ("classes",), chance=_mean_frequency),
    "log_loss": Metric(log_loss, False, ("classes", "labels"), of_probabilities=True),
    "brier": Metric(brier, False, ("classes", "labels"), of_probabilities=True),
    "auc": Metric(auc, True, ("classes", "labels"), of_probabilities=True),
    "f1": Metric(f1, True, ("classes", "labels"), chance=_mean_frequency),
    "rmse": Metric(rmse, False, ("numbers",)),
    "r2": Metric(r2, True, ("numbers",)),
    "mae": Metric(mae, False, ("numbers",)),
    "pinball": Metric(pinball, False, ("numbers",), of_quantile=True),
}
"""Name -> metric. The calibration error is none of them, since constant answers have the best one; nor the coverage."""


def metrics_of(task: str, outputs: int) -> list[str]:
    """Return the names of the metrics of a task, the default first: R² for several numbers, whose units may differ."""
    names = [name for name, metric in METRICS.items() if task in metric.tasks]
    return sorted(names, key=lambda name: name != "r2") if task == "numbers" and outputs > 1 else names


def _quantile(values: NDArray[Any], quantile: float, weights: NDArray[Any] | None) -> Floats:
    """Return for each column of values, (n, outputs), the smallest one that a fraction of the rows is not above."""
    parts = np.ones(len(values)) if weights is None else weights
    order = np.argsort(values, axis=0, kind="stable")
    below = np.cumsum(parts[order], axis=0) / parts.sum()
    place = np.minimum((below < quantile).sum(axis=0), len(values) - 1)
    return np.asarray(np.take_along_axis(values, order, axis=0)[place, np.arange(values.shape[1])], np.float64)


class Guessing(NamedTuple):
    """Result of `guessing`: the scores of predictions without any input."""

    # constant: of the most frequent class or labels, or of numbers the mean, of the pinball loss their quantile; of
    # probabilities, the frequencies
    constant: float
    chance: float | None  # of answers that are drawn with their frequencies; None for numbers and probabilities
    most: int | None  # the most frequent class; None for labels and numbers


def guessing(
    metric: str, truth: NDArray[Any], outputs: int, weights: NDArray[Any] | None = None, quantile: float = 0.5
) -> Guessing:
    """Return what a score has to be compared with: that of a constant prediction for these samples, and of chance.

    Parameters
    ----------
    metric : str
        A name in `METRICS`.
    truth : ndarray, shape (n,) or (n, outputs)
        As for the metrics.
    outputs : int
        Number of classes, labels or numbers.
    weights : ndarray, shape (n,), optional
    quantile : float
        That of the pinball loss.
    """
    one = METRICS[metric].at(quantile)
    if "numbers" in one.tasks:
        number = _quantile(truth, quantile, weights) if one.of_quantile else mean(truth, weights)
        return Guessing(float(one.score(truth, np.broadcast_to(number, truth.shape), weights)), None, None)
    kinds, kind = (np.arange(outputs), truth) if truth.ndim == 1 else np.unique(truth, axis=0, return_inverse=True)
    shares = np.bincount(kind.ravel(), weights, len(kinds))
    shares, most = shares / shares.sum(), int(shares.argmax())
    frequencies = shares if truth.ndim == 1 else mean(truth, weights)
    answers = np.broadcast_to(kinds[most], truth.shape)
    predictions = np.broadcast_to(frequencies, (len(truth), outputs)) if one.of_probabilities else answers
    constant = float(one.score(truth, predictions, weights))
    by_chance = one.chance and one.chance(frequencies[frequencies > 0], float((shares**2).sum()))
    return Guessing(constant, by_chance, most if truth.ndim == 1 else None)
