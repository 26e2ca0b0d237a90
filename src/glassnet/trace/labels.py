"""Likely wrong labels: confident learning, on nothing but probabilities and labels.

The probabilities must come from networks that have not seen the sample itself (`folds.out_of_fold`): one that has
learns a wrong label too. A class's threshold is how sure the networks are of it on average, so that a class they find
hard does not fill the list.

Source: Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty in dataset labels", JAIR 70.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, ShapeError

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]

SURE = 0.1
"""Estimated part of the suspects that is wrong, from which on the list is worth more than a look at its beginning."""


@dataclass(frozen=True)
class Suspects:
    """Result of `find_suspects`: the samples that look more like another class, the likeliest mistakes first.

    Parameters
    ----------
    rows : ndarray of int64, shape (k,)
    likely : ndarray of int64, shape (k,)
        The class each looks like.
    given_probability, likely_probability : ndarray, shape (k,)
        How probable the label is, and the likely class.
    errors : float
        How many labels of all are wrong, as `estimated_errors` has it.
    accuracy : float
        Part of all samples whose label is the most probable class.
    """

    rows: Labels
    likely: Labels
    given_probability: Floats
    likely_probability: Floats
    errors: float
    accuracy: float

    @property
    def certain(self) -> bool:
        """Whether enough of the suspects are estimated to be wrong; else most are mistakes of the network."""
        return self.errors >= max(1.0, SURE * len(self.rows))


def find_suspects(probabilities: Floats, labels: Labels) -> Suspects:
    """Rank the samples whose label is probably wrong, by `normalised_margin`.

    Parameters
    ----------
    probabilities : ndarray, shape (n, classes)
        Of each class for each sample, out of fold; rows add up to 1.
    labels : ndarray of int64, shape (n,)
        0 to ``classes - 1``.

    Raises
    ------
    ShapeError
        GN050 when the two do not fit together.
    DataError
        GN018 when a probability is NaN or infinite.
    """
    require_fitting(probabilities, labels)
    margin, likely = normalised_margin(probabilities, labels)
    rows = np.flatnonzero(margin < 0)
    rows = rows[np.argsort(margin[rows], kind="stable")]
    return Suspects(
        rows,
        likely[rows],
        probabilities[rows, labels[rows]],
        probabilities[rows, likely[rows]],
        estimated_errors(probabilities, labels),
        float((margin >= 0).mean()),
    )


def normalised_margin(probabilities: Floats, labels: Labels) -> tuple[Floats, Labels]:
    """Return by how much each label is more probable than the best other class, and that class (section 3.2, PBNR).

    Returns
    -------
    margin : ndarray, shape (n,)
        −1, surely wrong, to 1.
    likely : ndarray of int64, shape (n,)
    """
    everyone = np.arange(len(labels))
    others = probabilities.copy()
    others[everyone, labels] = -np.inf
    likely = others.argmax(axis=1)
    return probabilities[everyone, labels] - others[everyone, likely], likely


def class_thresholds(probabilities: Floats, labels: Labels) -> Floats:
    """Return the mean probability of each class over the samples labelled so, shape (classes,) (equation 2).

    A class without samples has an infinite one.
    """
    own = probabilities[np.arange(len(labels)), labels]
    classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, own, minlength=classes)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)


def confident_joint(probabilities: Floats, labels: Labels) -> Labels:
    """Count the samples that are labelled i and confidently look like j, shape (classes, classes) (equation 1).

    A sample confidently looks like a class whose threshold its probability reaches, the most probable of them if there
    are several; if there is none, it is not counted.
    """
    reached = probabilities >= class_thresholds(probabilities, labels)
    looks_like = np.where(reached, probabilities, -np.inf).argmax(axis=1)
    counted = reached.any(axis=1)
    joint = np.zeros((probabilities.shape[1],) * 2, np.int64)
    np.add.at(joint, (labels[counted], looks_like[counted]), 1)
    return joint


def estimated_errors(probabilities: Floats, labels: Labels) -> float:
    """Estimate how many labels are wrong: what lies off the diagonal of the calibrated joint (equation 3)."""
    joint = confident_joint(probabilities, labels)
    counted = joint.sum(axis=1)
    off = counted - np.diagonal(joint)
    shares = np.where(counted > 0, off / np.maximum(counted, 1), 0.0)
    return float(shares @ np.bincount(labels, minlength=len(joint)))


def require_fitting(probabilities: Floats, labels: Labels) -> None:
    """Refuse what are no probabilities for these labels; errors as `find_suspects`."""
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not labels.size:
        raise ShapeError(
            "GN050",
            f"probabilities of shape {probabilities.shape} and labels of shape {labels.shape}, expected (n, classes) "
            "and (n,), n at least 1.",
        )
    if probabilities.shape[1] < 2 or labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        raise ShapeError(
            "GN050",
            f"labels {labels.min()} to {labels.max()} and {probabilities.shape[1]} classes, expected labels below "
            "their number, which is at least 2.",
        )
    if not np.isfinite(probabilities).all():
        raise DataError("GN018", "probabilities: a value is NaN or infinite.")
