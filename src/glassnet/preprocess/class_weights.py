"""Weights of classes: they multiply the weights of the training rows, by the option ``class_weight``.

A weighted loss is that of other frequencies of the classes, and so are the probabilities that minimise it: those of a
rare class become too large.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.arrays import names_of
from ..data.dataset import Dataset
from ..errors import OptionError
from ..messages.message import Listing
from ..messages.option_spelling import Option
from ..options.options import Options

BALANCED = "balanced"
"""Value of the option with which all classes have the same total weight."""
MOST = 1e9
"""The largest weight of a class."""
_PAIR = re.compile(r"\s*(.+?)\s*=\s*([0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)\s*(?:,|$)")  # of "<=50K=2,>50K=1" two
_MOST_NAMED = 10


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
    if isinstance(given, str):
        if given != BALANCED:
            raise OptionError(
                "GN021", "class weights {given!r}: expected 'balanced', or a weight for each class.", given=given
            )
        return balanced(np.asarray(labels))
    classes, place = np.unique(np.asarray(labels), return_inverse=True)
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


def with_class_weights(data: Dataset, options: Options) -> Dataset:
    """Return training or validation samples with the weights of their classes, whose mean becomes 1.

    They multiply the weights that the samples have, which become `Dataset.own_weights`. With several labels per
    sample, the weights of the labels that it has are multiplied; ``balanced`` weighs each label's two values.
    OptionError GN021 for a class that does not exist or a weight that is not above 0; GN022 for a regression.
    """
    given = options.class_weight
    if not given:
        return data
    if options.targets == "values":
        template = "{given}: a regression has no classes. Omit it."
        raise OptionError("GN022", template, given=Option("class_weight", given))
    if given == BALANCED:
        by_row = balanced(data.labels if data.values is None else data.values, data.weights)
    else:
        by_class = _by_class(given, names_of(data.classes, data.class_names))
        by_row = by_class[data.labels] if data.values is None else np.where(data.values > 0, by_class, 1.0).prod(axis=1)
    own = np.ones(len(data)) if data.weights is None else data.weights
    return replace(data, weights=normalised(by_row * own), own_weights=own)


def balanced(targets: NDArray[Any], weights: NDArray[Any] | None = None) -> NDArray[np.float64]:
    """Return a factor for the weight of each row that gives all classes the same total weight, shape (n,).

    `targets` are classes, shape (n,), or labels, shape (n, labels), of each of which both values get the same.
    """
    factors = np.ones(len(targets))
    for column in targets.T if targets.ndim == 2 else targets[np.newaxis]:
        _, place = np.unique(column, return_inverse=True)
        counts = np.bincount(place, weights)
        factors *= (math.fsum(counts) / (len(counts) * np.where(counts > 0, counts, 1)))[place]
    return factors


def mean_of(weights: NDArray[np.floating]) -> float:
    """Return the mean of weights, from their exact sum: the same on every processor."""
    return math.fsum(weights) / len(weights)


def normalised(weights: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return weights of rows divided by their mean; None if all are equal."""
    return None if (weights == weights[0]).all() else weights / mean_of(weights)


def _by_class(given: str, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the weight of each class: 1 of those that are not named."""
    pairs = [(name, float(number)) for name, number in _PAIR.findall(given)]
    if not pairs or _PAIR.sub("", given) or not all(0 < number <= MOST for _, number in pairs):
        template = "{given}: expected NAME=NUMBER,… with numbers above 0, up to {most:g}."
        raise OptionError("GN021", template, given=Option("class_weight", given), most=MOST)
    weights = np.ones(len(names))
    for name, number in pairs:
        if name not in names:
            raise OptionError(
                "GN021",
                "{given}: no class {name!r}, expected one of {names}.",
                given=Option("class_weight", given),
                name=name,
                names=Listing(names, _MOST_NAMED),
            )
        weights[names.index(name)] = number
    return weights
