"""Rank labels that are wrong or ambiguous, and distinguish label errors from overlapping classes.

The probabilities must come from networks that were not trained on the sample itself, because such a network also fits
a wrong label. `training.cross_validation.out_of_fold` returns such probabilities.

A label that differs from the prediction is either wrong, or right in a region where the classes overlap. Overlap fades:
the more confident the networks are, the rarer are labels of other classes. Label errors do not fade: they are equally
frequent where the networks are most confident. The model of the labels is therefore a calibrated softmax plus a floor
for each class::

    P(label = k) = (1 - sum(floors)) * softmax(log(p) / temperature + bias)[k] + floors[k]

Overlap alone needs no floors. Errors alone need no calibration, because the most probable class is the right one. The
Bayesian information criterion decides which of the two is present, or both.

The criterion assumes that overlap has the form of the softmax. If overlap fades in another form, or towards a fraction
above 0 (labels drawn with probability sigmoid(1.5 sin x)), floors with a softmax that is too steep fit better than a
softmax alone, although no label is wrong. Floors are therefore accepted only if the samples show that labels do not
fade: the networks must be so confident of many samples that overlap is negligible there, with few samples between these
and the uncertain ones; see `LabelModel.plain`.

Sources: Copas 1988, "Binary regression models for contaminated data", JRSS B 50 (floors); Guo et al. 2017, "On
calibration of modern neural networks", section 4.2 (temperature and bias); Schwarz 1978, "Estimating the dimension of a
model", Annals of Statistics 6 (the criterion); Northcutt, Jiang and Chuang 2021, "Confident learning", JAIR 70
(probabilities out of fold).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, ShapeError
from ..messages.one_line import one_line
from ..runtime.blas import one_blas_thread

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]

_TEMPERATURES = np.geomspace(0.05, 20, 20)
_FINE_FACTORS = np.geomspace(_TEMPERATURES[0] / _TEMPERATURES[1], _TEMPERATURES[1] / _TEMPERATURES[0], 11)
_STEPS = 20  # of expectation and maximisation at each temperature
_MAX_ERROR_SHARE = 0.1
"""Largest fraction of wrong labels. A larger constant fraction counts as overlap."""
_OVER = 0.01
"""Overlap is negligible if the calibrated softmax gives all other classes together less than this."""
_FADING = 0.1
"""Overlap fades between `_OVER` and this. Its form there determines how many labels count as wrong."""
_SHOULDER = 0.018
"""Limit of the fraction of wrong labels times the ratio of samples where overlap fades to those where it is over."""
_TINY = 1e-12


class Cause(Enum):
    """Reason why labels differ from the predictions."""

    OVERLAP = "the classes overlap, and no label is wrong"
    ERRORS = "the classes are separate, and labels are wrong, as many of each class"
    BOTH = "the classes overlap, and labels are wrong, as many of each class"
    BOTH_BY_CLASS = "the classes overlap, and labels are wrong, more of some classes than of others"


@dataclass(frozen=True)
class LabelModel:
    """A fitted model of the labels; see `fit_label_model`."""

    cause: Cause
    floors: Floats  # shape (classes,): fraction of all samples that have each label regardless of their inputs
    wrong: Floats  # shape (n,): probability that each label is wrong
    # shape (n,): probability of all classes but the most probable one, according to the calibrated softmax
    overlap: Floats
    score: float  # log-likelihood minus half the logarithm of n for each parameter: the criterion times -1/2

    @property
    def plain(self) -> bool:
        """Whether the samples are evidence of errors, in whatever form overlap fades.

        Where overlap is negligible, a label of another class is an error. Where it fades, the model counts everything
        that the softmax does not explain as errors: wrong labels, but also overlap of another form. Overlap must
        therefore fade in few samples compared with those where it is negligible, and in fewer if more labels would be
        wrong. The limits were measured on classes that overlap in many forms and on separate classes with wrong labels.
        """
        over, fading = (self.overlap < _OVER).mean(), ((self.overlap >= _OVER) & (self.overlap < _FADING)).mean()
        share = self.wrong.mean()
        few = self.cause is Cause.ERRORS or share <= _MAX_ERROR_SHARE  # errors alone have the limit in their floors
        return bool(few and fading * share < over * _SHOULDER)


@one_line
@dataclass(frozen=True)
class Suspects:
    """Result of `find_suspects`: samples predicted as another class, the most probable label errors first.

    Parameters
    ----------
    rows : ndarray of int64, shape (k,)
    likely : ndarray of int64, shape (k,)
        The predicted class of each.
    given_probability, likely_probability : ndarray, shape (k,)
        Probability of the label, and of the likely class, according to the networks.
    wrong_probability : ndarray, shape (k,)
        Probability that the label is wrong; the rest is the probability that it is right and the classes overlap. All
        0 if there is no evidence that any label is wrong.
    certain : bool
        Whether the model has label errors and at least one of these labels is more probably wrong than right.
        Otherwise all of them are ambiguous.
    accuracy : float
        Fraction of all samples whose label is the most probable class.
    """

    rows: Labels
    likely: Labels
    given_probability: Floats
    likely_probability: Floats
    wrong_probability: Floats
    certain: bool
    accuracy: float

    @property
    def errors(self) -> float:
        """Expected number of wrong labels among these; the others are ambiguous."""
        return float(self.wrong_probability.sum())


def find_suspects(probabilities: Floats, labels: Labels) -> Suspects:
    """Rank the samples predicted as another class by the probability that their label is wrong.

    Parameters
    ----------
    probabilities : ndarray, shape (n, classes)
        Out-of-fold probability of each class for each sample; rows add up to 1.
    labels : ndarray of int64, shape (n,)
        0 to ``classes - 1``.

    Raises
    ------
    ShapeError
        GN050 if the shapes or the labels do not match.
    DataError
        GN018 if a probability is NaN or infinite.
    """
    require_probabilities(probabilities, labels)
    margin, likely = normalised_margin(probabilities, labels)
    with one_blas_thread():  # the products are small: with more threads, 60,000 rows took 15 times as long
        model = fit_label_model(probabilities, labels)
        if not model.plain:
            model = fit_label_model(probabilities, labels, (Cause.OVERLAP,))
    rows = np.flatnonzero(margin < 0)
    rows = rows[np.lexsort((margin[rows], -model.wrong[rows]))]
    # The one error that `_fit` always allows ranks the samples, but is not evidence.
    wrong = model.wrong * (model.cause is not Cause.OVERLAP)
    return Suspects(
        rows,
        likely[rows],
        probabilities[rows, labels[rows]],
        probabilities[rows, likely[rows]],
        wrong[rows],
        bool((wrong[rows] > 0.5).any()),
        float((margin >= 0).mean()),
    )


def normalised_margin(probabilities: Floats, labels: Labels) -> tuple[Floats, Labels]:
    """Return the margin between the probability of each label and that of the best other class, and that class.

    A margin of −1 is certainly wrong; the largest is 1.
    """
    rows = np.arange(len(labels))
    rivals = probabilities.copy()
    rivals[rows, labels] = -np.inf
    likely = rivals.argmax(axis=1)
    return probabilities[rows, labels] - rivals[rows, likely], likely


def fit_label_model(probabilities: Floats, labels: Labels, causes: Sequence[Cause] = tuple(Cause)) -> LabelModel:
    """Fit a model for each cause and return the one with the best score; see `find_suspects`."""
    scores = np.log(np.maximum(probabilities, _TINY))
    scores -= scores.max(axis=1, keepdims=True)

    def best(cause: Cause, temperatures: Floats) -> tuple[LabelModel, float]:
        models = [(_fit(scores / temperature, labels, cause), temperature) for temperature in temperatures]
        return max(models, key=lambda one: one[0].score)

    def fit(cause: Cause) -> LabelModel:
        if cause is Cause.ERRORS:
            return _fit(scores / _TEMPERATURES[0], labels, cause)
        return best(cause, best(cause, _TEMPERATURES)[1] * _FINE_FACTORS)[0]

    return max(map(fit, causes), key=lambda one: one.score)


def _fit(scores: Floats, labels: Labels, cause: Cause) -> LabelModel:
    """Fit floors and bias to log-probabilities divided by the temperature, whose maximum for each sample is 0.

    Expectation-maximisation: the probability that a label came from its floor, then floors and bias that fit these
    (Dempster, Laird and Rubin 1977, "Maximum likelihood from incomplete data via the EM algorithm", JRSS B 39).
    """
    count, classes = scores.shape
    unscaled = np.exp(scores)
    counts = np.bincount(labels, minlength=classes)
    # One error in n + 2 labels is always allowed, or a single one would set the temperature (Platt 1999, section 2.2).
    least = np.full(classes, 1 / (count + 2) / classes)
    # At most half of the labels of a class are errors: otherwise a rare class without its own region is all errors.
    most = np.maximum(counts / count / 2, least)
    if cause is Cause.ERRORS:
        most = np.minimum(most, _MAX_ERROR_SHARE / (classes - 1))
    weights = np.ones(classes)
    floors = least if cause is Cause.OVERLAP else np.clip(0.1 / classes, least, most)
    for _ in range(_STEPS):
        totals = unscaled @ weights
        own = unscaled[np.arange(count), labels] * weights[labels] / totals
        likelihood = (1 - floors.sum()) * own + floors[labels]
        by_floor = floors[labels] / likelihood
        if cause is not Cause.ERRORS:
            clean = np.bincount(labels, 1 - by_floor, minlength=classes)
            expected = weights * (((1 - by_floor) / totals) @ unscaled)
            weights = weights * clean / np.maximum(expected, _TINY)
        if cause is not Cause.OVERLAP:
            floors = np.bincount(labels, by_floor, minlength=classes) / count
            floors = np.clip(floors if cause is Cause.BOTH_BY_CLASS else floors.mean(), least, most)
    # The calibration has a temperature and a bias for all classes but one.
    parameters = {Cause.OVERLAP: classes, Cause.ERRORS: 1, Cause.BOTH: classes + 1, Cause.BOTH_BY_CLASS: 2 * classes}
    score = float(np.log(likelihood).sum() - parameters[cause] * np.log(count) / 2)
    overlap = 1 - (unscaled * weights).max(axis=1) / totals
    return LabelModel(cause, floors, by_floor * (1 - own), overlap, score)


def require_probabilities(probabilities: Floats, labels: Labels) -> None:
    """Check that the arrays are probabilities and labels; raise the errors of `find_suspects`."""
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not labels.size:
        raise ShapeError(
            "GN050",
            "probabilities of shape {shape} and labels of shape {other}, expected (n, classes) and (n,) "
            "with n at least 1.",
            shape=probabilities.shape,
            other=labels.shape,
        )
    if probabilities.shape[1] < 2 or labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        raise ShapeError(
            "GN050",
            "labels from {low} to {high} for {classes} classes, expected at least 2 classes and labels "
            "from 0, below their number.",
            low=labels.min(),
            high=labels.max(),
            classes=probabilities.shape[1],
        )
    if not np.isfinite(probabilities).all():
        raise DataError("GN018", "probabilities: a value is NaN or infinite, expected finite values.")
