"""What does the network take an 8 to look like? Asked backwards, in two ways.

`backquery` runs the network from the outputs to the inputs, as the notes' book does: every sum is undone by the
activation's inverse, every link by the transposed weights. `dream` climbs: it looks for the input that drives the sum
of one output highest, with a sober prior that keeps the picture smooth and small in ink.
"""

from __future__ import annotations

import numpy as np

from ..activations import Array
from ..engines import one_blas_thread
from ..errors import OptionError
from ..model import Model
from ..network import Network
from ..notes import backwards
from .slopes import exact_members, input_slopes, require_classes, signals_of

STEPS, RATE = 200, 0.05
"""Steps of the climb, and how far a pixel can move in one, as a part of the range."""


def backquery(model: Model) -> Array:
    """Run the network backwards from each class's target, as `NeuralNetwork.backquery` does.

    Parameters
    ----------
    model : Model
        With sigmoid nodes throughout; of a committee, the first member.

    Returns
    -------
    ndarray, shape (classes, features)
        One input a class, 0.01 to 0.99: each is stretched to that range on its own, so it is to be looked at.

    Raises
    ------
    OptionError
        GN081 when a layer has no sigmoid: only the sigmoid has the inverse that the book uses; or when the model has no
        classes, or its inputs are a table's columns.
    """
    require_a_range(model, "backquery")
    network = model.network
    if set(network.architecture.activations) != {"sigmoid"}:
        kinds = ", ".join(network.architecture.activations)
        raise OptionError("GN081", f"backquery: the layers are {kinds}; the book's way back needs sigmoid. Use dream.")
    # A target of 0 or 1 is beyond the sigmoid's reach: the notes' take its place.
    return backwards(network, np.clip(model.targets.table(), 0.01, 0.99))


def dream(model: Model, *, smooth: float = 0.5, small: float = 0.3) -> Array:
    """Climb to the input that drives each class's sum highest.

    What grows is ``z_k − c (smooth · TV(x) + small · ½ Σ x²)``, where x is the sample from 0 to 1, TV its total
    variation (Rudin, Osher and Fatemi 1992), and c the size of the slope of ``z_k`` at the start, so that the
    prior weighs the same for every model. The steps are Adam's (Kingma and Ba 2015), from all zeros, kept in range.

    Parameters
    ----------
    model : Model
        Of a committee, the members' mean sum grows.
    smooth, small : float
        How much the prior weighs; `smooth` is for pictures only.

    Returns
    -------
    ndarray, shape (classes, features)
        One input a class, as parts of the largest value, 0 to 1.

    Raises
    ------
    OptionError
        GN081 when the model has no classes, or its inputs are a table's columns.

    References
    ----------
    Simonyan, Vedaldi and Zisserman 2014, "Deep inside convolutional networks", section 2; Mahendran and Vedaldi 2015,
    "Understanding deep image representations by inverting them", section 3 (total variation).
    """
    require_a_range(model, "dream")
    x = np.zeros((model.classes, model.features))
    speed, size = np.zeros_like(x), np.zeros_like(x)
    members = exact_members(model)
    with one_blas_thread:
        unit = np.sqrt(np.mean(_climb(model, members, x) ** 2, axis=1, keepdims=True))
        for step in range(1, STEPS + 1):
            prior = small * x
            if model.image_shape:
                prior += smooth * _roughness_slope(x.reshape(len(x), *model.image_shape, -1)).reshape(x.shape)
            way = _climb(model, members, x) - unit * prior
            speed += 0.1 * (way - speed)
            size += 0.01 * (way**2 - size)
            move = speed / (1 - 0.9**step) / (np.sqrt(size / (1 - 0.99**step)) + 1e-12)
            x = np.clip(x + RATE * (1 - step / STEPS) * move, 0, 1)
    return x


def require_a_range(model: Model, what: str) -> None:
    """Refuse to look for inputs of models without classes, or whose inputs are a table's columns.

    Raises
    ------
    OptionError
        GN081.
    """
    require_classes(model, what)
    if model.columns:
        raise OptionError(
            "GN081",
            f"{what}: it ends at values from 0 to 1, but a table's columns have no common range: a word sets one input "
            "among several, a number is within 3 deviations. Use typical_rows.",
        )


def _climb(model: Model, members: list[Network], x: Array) -> Array:
    """Return the slope of each row's own class by the row."""
    signals = signals_of(members, model.scaling.apply(x * model.scaling.maximum))
    return input_slopes(members, signals, np.eye(model.classes)) * model.scaling.span


def _roughness_slope(pictures: Array) -> Array:
    """Return the slope of ``Σ √(dx² + dy² + ε)`` over each picture, shape (n, rows, columns, channels)."""
    down = np.diff(pictures, axis=1, append=pictures[:, -1:])
    across = np.diff(pictures, axis=2, append=pictures[:, :, -1:])
    length = np.sqrt(down**2 + across**2 + 1e-4)
    down, across = down / length, across / length
    slope: Array = np.diff(-down, axis=1, prepend=0) + np.diff(-across, axis=2, prepend=0)
    return slope
