"""Hidden space: a hidden layer's activations in their first two principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..engines import one_blas_thread
from ..errors import OptionError
from ..model.model import Model
from ..nn.activations import Array
from .input_gradients import require_classes

MOST_SAMPLES = 2000


@dataclass(frozen=True)
class HiddenSpace:
    """Result of `hidden_space`.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Each sample's place on the first two principal components, in the activations' unit.
    labels : ndarray of int64, shape (n,)
        The true class of each.
    classes : int
        How many classes the model knows.
    explained : tuple of two floats
        Part of the variance of all nodes that lies along each component, 0 to 1.
    layer, nodes : int
        Which hidden layer, the first being 1, and its nodes; of an ensemble, the nodes of all members.
    """

    points: Array
    labels: NDArray[np.int64]
    classes: int
    explained: tuple[float, float]
    layer: int
    nodes: int


def hidden_space(model: Model, data: Dataset, layer: int | None = None) -> HiddenSpace:
    """Project the activations of a hidden layer on their first two principal components (by singular values).

    A component can point either way; here its largest part is positive, so that the same model gives the same picture.

    Parameters
    ----------
    model : Model
    data : Dataset
        Of more than 2,000 samples, as many are taken evenly.
    layer : int, optional
        Which hidden layer, the first being 1; the last if not given.

    Raises
    ------
    DataError
        GN010, GN017 when the data do not fit the model.
    OptionError
        GN021 for a layer that is not there; GN081 when the model has no hidden layer, or its samples do not belong to
        one class each.

    References
    ----------
    Jolliffe 2002, "Principal component analysis", section 3.5.
    """
    require_classes(model, "hidden space")
    model.require(data)
    layers = len(model.network.architecture.sizes) - 2
    if not layers:
        raise OptionError("GN081", "hidden space: the network has no hidden layer.")
    layer = layers if layer is None else layer
    if not 1 <= layer <= layers:
        raise OptionError("GN021", f"layer {layer}: the network has hidden layers 1 to {layers}.")
    count = min(len(data), MOST_SAMPLES)
    rows = np.arange(count) * len(data) // count
    with one_blas_thread():
        parts = [[one.activations[layer] for one in members] for _, members in model.batches(data.inputs[rows])]
        hidden = np.concatenate([np.concatenate(members, axis=1) for members in parts]).astype(np.float64)
        points, explained = _principal_components(hidden)
    return HiddenSpace(points, data.labels[rows], model.classes, explained, layer, hidden.shape[1])


def _principal_components(hidden: Array) -> tuple[Array, tuple[float, float]]:
    """Return coordinates on the first two components, and their shares of the variance; 0 where there are fewer."""
    _, sizes, directions = np.linalg.svd(hidden - hidden.mean(axis=0), full_matrices=False)
    first = np.zeros((2, hidden.shape[1]))
    first[: len(directions)] = directions[:2]
    largest = first[np.arange(2), np.abs(first).argmax(axis=1)]
    first *= np.where(largest < 0, -1, 1)[:, None]
    variances = np.zeros(2)
    variances[: len(sizes)] = sizes[:2] ** 2
    total = float((sizes**2).sum()) or 1.0
    return (hidden - hidden.mean(axis=0)) @ first.T, (float(variances[0]) / total, float(variances[1]) / total)
