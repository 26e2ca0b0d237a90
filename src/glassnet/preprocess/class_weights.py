"""Class weights, converted to sample weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import OptionError


def class_weights(labels: ArrayLike, given: str | Mapping[int, float]) -> NDArray[np.float64]:
    """Return sample weights from class weights.

    Parameters
    ----------
    labels : array_like of int, shape (n,)
        The class of each sample, from 0.
    given : "balanced" or mapping
        ``"balanced"`` gives all occurring classes the same total weight: ``n / (classes · samples of the class)``, as
        in King and Zeng 2001, section 4, and in scikit-learn. A mapping gives the weight of a class; the default is 1.

    Returns
    -------
    ndarray of float64, shape (n,)
        For ``Dataset.weights``; multiply them by existing sample weights.

    Raises
    ------
    OptionError
        GN021 for another string, for a class that does not occur, or a weight that is negative or not finite.
    """
    classes, place, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
    if isinstance(given, str):
        if given != "balanced":
            raise OptionError(
                "GN021", "class weights {given!r}: expected 'balanced', or a weight for each class.", given=given
            )
        return np.asarray(place.size / (len(classes) * counts), np.float64)[place.ravel()]
    present = classes.tolist()
    for label, weight in given.items():
        if label not in present:
            raise OptionError(
                "GN021",
                "class weights: class {label!r} does not occur, expected one of {choices}.",
                label=label,
                choices=present,
            )
        if not (np.isfinite(weight) and weight >= 0):
            raise OptionError(
                "GN021",
                "class weights: class {label!r} has weight {weight}, expected a finite number, 0 or more.",
                label=label,
                weight=weight,
            )
    return np.array([given.get(label, 1.0) for label in present], np.float64)[place.ravel()]
