"""Hidden space: activations of a hidden layer in their first two principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import OptionError
from ..messages.message import Message
from ..messages.one_line import one_line
from ..model.model import Model
from ..nn.activations import Array
from ..runtime.blas import one_blas_thread
from .input_gradients import require_classes

MOST_SAMPLES = 2000


@one_line
@dataclass(frozen=True)
class HiddenSpace:
    """Result of `hidden_space`.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Coordinates of each sample on the first two principal components, in the unit of the activations.
    labels : ndarray of int64, shape (n,)
        True class of each sample.
    classes : int
        Number of classes of the model.
    explained : tuple of two floats
        Fraction of the variance of all nodes along each component, 0 to 1.
    layer, nodes : int
        Number of the hidden layer, from 1, and of its nodes; for an ensemble, those of all members.
    """

    points: Array
    labels: NDArray[np.int64]
    classes: int
    explained: tuple[float, float]
    layer: int
    nodes: int


def hidden_space(model: Model, data: Dataset, layer: int | None = None) -> HiddenSpace:
    """Project the activations of a hidden layer on their first two principal components (by SVD).

    The sign of a component is arbitrary; here its largest coefficient is positive, so the plot is reproducible.

    Parameters
    ----------
    model : Model
    data : Dataset
        Labelled samples; if there are more than 2,000, evenly spaced ones are used.
    layer : int, optional
        Hidden layer, from 1; the last one by default.

    Raises
    ------
    DataError
        GN010, GN017 if the data do not fit the model.
    OptionError
        GN021 for a layer that does not exist; GN081 if the model has no hidden layer or no exclusive classes.

    References
    ----------
    Jolliffe 2002, "Principal component analysis", section 3.5.
    """
    require_classes(model, Message("hidden space"))
    model.require(data)
    layers = len(model.network.architecture.sizes) - 2
    if not layers:
        raise OptionError("GN081", "hidden space: the network has no hidden layer.")
    layer = layers if layer is None else layer
    if not 1 <= layer <= layers:
        raise OptionError(
            "GN021", "layer {layer}: the network has hidden layers 1 to {layers}.", layer=layer, layers=layers
        )
    count = min(len(data), MOST_SAMPLES)
    rows = np.arange(count) * len(data) // count
    with one_blas_thread():
        parts = [[one.activations[layer] for one in members] for _, members in model.batches(data.inputs[rows])]
        hidden = np.concatenate([np.concatenate(members, axis=1) for members in parts]).astype(np.float64)
        points, explained = _principal_components(hidden)
    return HiddenSpace(points, data.labels[rows], model.classes, explained, layer, hidden.shape[1])


def _principal_components(hidden: Array) -> tuple[Array, tuple[float, float]]:
    """Return coordinates on the first two components, and their fractions of the variance; 0 for missing ones."""
    _, sizes, directions = np.linalg.svd(hidden - hidden.mean(axis=0), full_matrices=False)
    first = np.zeros((2, hidden.shape[1]))
    first[: len(directions)] = directions[:2]
    largest = first[np.arange(2), np.abs(first).argmax(axis=1)]
    first *= np.where(largest < 0, -1, 1)[:, None]
    variances = np.zeros(2)
    variances[: len(sizes)] = sizes[:2] ** 2
    total = float((sizes**2).sum()) or 1.0
    return (hidden - hidden.mean(axis=0)) @ first.T, (float(variances[0]) / total, float(variances[1]) / total)
