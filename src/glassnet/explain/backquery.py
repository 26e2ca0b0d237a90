"""What does the network take an 8 to look like? Asked backwards, in two ways.

`backquery` runs the network from the outputs to the inputs, as the notes' book does: every sum is undone by the
activation's inverse, every link by the transposed weights. `dream` climbs: it looks for the input that drives the sum
of one output highest, with a sober prior that keeps the picture smooth and small in ink. Where that is no input of the
class, it climbs to where the sum is above all others, from one start after another.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engines import one_blas_thread
from ..errors import OptionError
from ..model.model import Model
from ..network import Signals
from ..nn.activations import Array, softmax
from ..nn.random import Purpose, generator
from ..notes import backwards
from .gradient_ascent import Climb
from .input_gradients import exact_members, input_slopes, mean_sums, require_classes, signals_of

STEPS, RATE = 200, 0.05
"""Steps of the climb, and how far a pixel can move in one, as a part of the range."""
NOISES = 24
"""Starts of noise, at most, for a class that the climb from black does not come to."""


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
    if way_back_is_missing(model):
        kinds = ", ".join(network.architecture.activations)
        raise OptionError("GN081", f"backquery: the layers are {kinds}; the book's way back needs sigmoid. Use dream.")
    # A target of 0 or 1 is beyond the sigmoid's reach: the notes' take its place.
    return backwards(network, np.clip(model.targets.table(), 0.01, 0.99))


def way_back_is_missing(model: Model) -> bool:
    """Return whether the book's way back does not exist: some layer has no sigmoid."""
    return set(model.network.architecture.activations) != {"sigmoid"}


def dream(model: Model, *, smooth: float = 0.5, small: float = 0.3, samples: ArrayLike | None = None) -> Array:
    """Climb to the input that drives each class's sum highest.

    What grows is ``z_k − c (smooth · TV(x) + small · ½ Σ x²)``, where x is the sample from 0 to 1, TV its total
    variation (Rudin, Osher and Fatemi 1992), and c the size of the slope of ``z_k`` at the start, so that the
    prior weighs the same for every model. The steps are Adam's (Kingma and Ba 2015), from all zeros, kept in range.

    In a deep or saturated network another sum may grow with it, or the slope vanish. For a class whose input the model
    does not take for it, what grows instead is the gap between ``z_k`` and the soft maximum of the other sums, c is the
    size of its slope at every step, and the climb is begun anew, from black, from a sample that the model takes for the
    class if there are samples, from grey, then from noise, until the model answers with the class. A class that is not
    reached so is left as it was; a model may never answer with it.

    Parameters
    ----------
    model : Model
        Of a committee, the members' mean sum grows.
    smooth, small : float
        How much the prior weighs; `smooth` is for pictures only.
    samples : array-like, shape (n, features), optional
        Unscaled samples, such as those it was trained on. A class that it answers for one of them is reached.

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
    climb = _Climb(model, smooth, small)
    with one_blas_thread():
        found = climb.to_the_largest_sum()
        missed = np.arange(model.classes)
        for starts in _starts(model, climb.clearest(samples)):
            missed = missed[~climb.answered(found[missed], missed)]
            if not len(missed):
                break
            for tried in climb.to_the_widest_gap(starts[missed], missed):
                found[missed] = np.where(climb.answered(tried, missed)[:, None], tried, found[missed])
    return found


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


class _Climb:
    """Ways up for a model: what grows, and the prior that it is weighed against."""

    def __init__(self, model: Model, smooth: float, small: float) -> None:
        self._model, self._smooth, self._small = model.unchecked(), smooth, small
        self._members = exact_members(model)

    def answered(self, x: Array, classes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows the model takes for their classes."""
        same: NDArray[np.bool_] = self._model.predict(x * self._model.scaling.maximum) == classes
        return same

    def to_the_largest_sum(self) -> Array:
        """Climb from black to where each class's sum is largest."""
        x, climb = np.zeros((self._model.classes, self._model.features)), Climb(RATE, STEPS)
        ways = np.eye(self._model.classes)
        unit = _size(self._slope(self._signals(x), ways))
        for step in range(STEPS):
            way = self._slope(self._signals(x), ways) - unit * self._prior(x)
            x = np.clip(x + climb.move(way, step), 0, 1)
        return x

    def clearest(self, samples: ArrayLike | None) -> Array | None:
        """Return, for each class, the sample whose sum is furthest above the others."""
        if samples is None:
            return None
        rows, classes = np.asarray(samples), range(self._model.classes)
        gaps = [
            np.stack([_gaps(mean_sums(signals), np.full(len(outputs), k))[0] for k in classes], axis=1)
            for outputs, signals in self._model.batches(rows)
        ]
        chosen: Array = self._model.upright(rows[np.concatenate(gaps).argmax(axis=0)]) / self._model.scaling.maximum
        return chosen

    def to_the_widest_gap(self, starts: Array, classes: NDArray[np.int64]) -> tuple[Array, Array]:
        """Climb to where each class's sum is furthest above the others; return the best of the way, and its end."""
        x, climb = starts, Climb(RATE, STEPS)
        best, widest = x, np.full(len(x), -np.inf)
        for step in range(STEPS):
            signals = self._signals(x)
            gaps, ways = _gaps(mean_sums(signals), classes)
            best = np.where((gaps > widest)[:, None], x, best)
            widest = np.maximum(gaps, widest)
            slope = self._slope(signals, ways)
            size = _size(slope)
            way = np.divide(slope, size, out=np.zeros_like(slope), where=size > 0) - self._prior(x)
            x = np.clip(x + climb.move(way, step), 0, 1)
        return best, x

    def _signals(self, x: Array) -> list[Signals]:
        scaling = self._model.scaling
        return signals_of(self._members, scaling.apply(x * scaling.maximum))

    def _slope(self, signals: list[Signals], ways: Array) -> Array:
        return input_slopes(self._members, signals, ways) * self._model.scaling.span

    def _prior(self, x: Array) -> Array:
        """Return the slope of what the prior takes off."""
        shape, slope = self._model.image_shape, self._small * x
        if shape:
            slope += self._smooth * _roughness_slope(x.reshape(len(x), *shape, -1)).reshape(x.shape)
        return slope


def _size(slope: Array) -> Array:
    size: Array = np.sqrt(np.mean(slope**2, axis=1, keepdims=True))
    return size


def _gaps(sums: Array, classes: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return how far each row's own sum is above the others' maximum, and the direction of sums to widen that.

    The direction is the slope of ``z_k − ln Σ_j≠k exp z_j``.
    """
    rows, others = np.arange(len(sums)), sums.copy()
    own = others[rows, classes]
    others[rows, classes] = -np.inf
    ways = -softmax(others)
    ways[rows, classes] = 1
    return own - others.max(axis=1), ways


def _starts(model: Model, samples: Array | None) -> Iterator[Array]:
    """Return where climbs begin, a row a class: black, a sample, grey, then noise, of pictures in squares too."""
    alike = (model.classes, 1)
    yield np.zeros((model.classes, model.features))
    if samples is not None:
        yield samples
    yield np.full((model.classes, model.features), 0.5)
    for number in range(NOISES):
        noise = generator(0, Purpose.STARTS, step=number).random(model.features)
        if model.image_shape and number % 2:
            high, wide = model.image_shape
            picture = noise.reshape(high, wide, -1)[::3, ::3].repeat(3, axis=0).repeat(3, axis=1)
            noise = picture[:high, :wide].reshape(model.features)
        yield np.tile(noise if number % 4 < 2 else 0.3 * noise, alike)


def _roughness_slope(pictures: Array) -> Array:
    """Return the slope of ``Σ √(dx² + dy² + ε)`` over each picture, shape (n, rows, columns, channels)."""
    down = np.diff(pictures, axis=1, append=pictures[:, -1:])
    across = np.diff(pictures, axis=2, append=pictures[:, :, -1:])
    length = np.sqrt(down**2 + across**2 + 1e-4)
    down, across = down / length, across / length
    slope: Array = np.diff(-down, axis=1, prepend=0) + np.diff(-across, axis=2, prepend=0)
    return slope
