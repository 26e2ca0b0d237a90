"""Find inputs typical of a class: the backquery of the notes, and activation maximization.

`backquery` runs the network from the outputs to the inputs, as in the book of the notes, with the inverse of each
activation and the transposed weights. `dream` maximizes the logit of a class by gradient ascent, with a prior for
smooth images with little ink. If the model does not classify the result as the class, it maximizes the margin of the
logit over the others instead, from several starting points.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import OptionError
from ..model.model import Model
from ..network import Signals
from ..nn.activations import Array, softmax
from ..nn.random import Purpose, generator
from ..notes import backwards
from ..runtime.blas import one_blas_thread
from .gradient_ascent import GradientAscent
from .input_gradients import forward_members, input_gradients, mean_output_sums, members_in_float64, require_classes

STEPS, RATE = 200, 0.05
"""Steps of gradient ascent, and the largest change of a pixel in one step, as a fraction of the range."""
NOISES = 24
"""Most starting points of noise for a class."""


def backquery(model: Model) -> Array:
    """Run the network backwards from the target of each class, as `NeuralNetwork.backquery` does.

    Parameters
    ----------
    model : Model
        Model with sigmoid in every layer; of an ensemble, the first member is used.

    Returns
    -------
    ndarray, shape (classes, features)
        One input per class, each rescaled to 0.01 to 0.99, for viewing.

    Raises
    ------
    OptionError
        GN081 if a layer has another activation than sigmoid, whose inverse the book uses; if the model has no exclusive
        classes; or if its inputs are columns of a table.
    """
    require_common_range(model, "backquery")
    network = model.network
    if has_no_inverse(model):
        kinds = ", ".join(network.architecture.activations)
        raise OptionError(
            "GN081", "backquery: the layers are {kinds}, expected sigmoid in every layer. Use `dream`.", kinds=kinds
        )
    # The sigmoid does not reach targets of 0 and 1; those of the notes replace them.
    return backwards(network, np.clip(model.targets.table(), 0.01, 0.99))


def has_no_inverse(model: Model) -> bool:
    """Return whether a layer has another activation than sigmoid, so that `backquery` does not apply."""
    return set(model.network.architecture.activations) != {"sigmoid"}


def dream(model: Model, *, smooth: float = 0.5, small: float = 0.3, samples: ArrayLike | None = None) -> Array:
    """Find an input that maximizes the logit of each class, by gradient ascent (activation maximization).

    The objective is ``z_k − c (smooth · TV(x) + small · ½ Σ x²)`` with the logit ``z_k``, the sample x from 0 to 1, its
    total variation TV (Rudin, Osher and Fatemi 1992), and the magnitude c of the gradient of ``z_k`` at the start, so
    that the prior has the same weight for every model. The optimizer is Adam (Kingma and Ba 2015), from all zeros,
    clipped to the range.

    In a deep or saturated network other logits may grow as well, or the gradient may vanish. For inputs that the model
    does not classify as their class, the objective is the margin of ``z_k`` over the soft maximum of the other logits,
    with c the magnitude of its gradient at every step. The ascent then starts from black, from a sample classified as
    the class (if there are samples), from grey, and from noise, until the model predicts the class. Otherwise the first
    result is returned; a model may never predict the class.

    Parameters
    ----------
    model : Model
        Of an ensemble, the mean logits of the members are used.
    smooth, small : float
        Weights of the prior; `smooth` is for images only.
    samples : array-like, shape (n, features), optional
        Unscaled samples, such as the training samples. Every class predicted for one of them is reached.

    Returns
    -------
    ndarray, shape (classes, features)
        One input per class, as fractions of the largest value, 0 to 1.

    Raises
    ------
    OptionError
        GN081 if the model has no exclusive classes, or its inputs are columns of a table.

    References
    ----------
    Simonyan, Vedaldi and Zisserman 2014, "Deep inside convolutional networks", section 2; Mahendran and Vedaldi 2015,
    "Understanding deep image representations by inverting them", section 3 (total variation).
    """
    require_common_range(model, "dream")
    search = _InputSearch(model, smooth, small)
    with one_blas_thread():
        inputs = search.maximise_sum()
        unreached = np.arange(model.classes)
        for starts in _starting_points(model, search.clearest_samples(samples)):
            unreached = unreached[~search.is_classified_as(inputs[unreached], unreached)]
            if not len(unreached):
                break
            for candidates in search.maximise_margin(starts[unreached], unreached):
                inputs[unreached] = np.where(
                    search.is_classified_as(candidates, unreached)[:, None], candidates, inputs[unreached]
                )
    return inputs


def require_common_range(model: Model, what: str) -> None:
    """Reject models without exclusive classes, or whose inputs are columns of a table."""
    require_classes(model, what)
    if model.columns:
        raise OptionError(
            "GN081",
            "{what}: inputs must share one range, which the columns of a table do not.",
            what=what,
        )


class _InputSearch:
    """Gradient ascent on the inputs of a model, with a prior for smooth images with little ink."""

    def __init__(self, model: Model, smooth: float, small: float) -> None:
        self._model, self._smooth, self._small = model.unchecked(), smooth, small
        self._members = members_in_float64(model)

    def is_classified_as(self, x: Array, classes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows the model classifies as these classes."""
        same: NDArray[np.bool_] = self._model.predict(x * self._model.scaling.maximum) == classes
        return same

    def maximise_sum(self) -> Array:
        """Maximize the logit of each class, starting from black."""
        x, ascent = np.zeros((self._model.classes, self._model.features)), GradientAscent(RATE, STEPS)
        directions = np.eye(self._model.classes)
        unit = _rms(self._gradient(self._signals(x), directions))
        for step in range(STEPS):
            gradient = self._gradient(self._signals(x), directions) - unit * self._prior_gradient(x)
            x = np.clip(x + ascent.step(gradient, step), 0, 1)
        return x

    def clearest_samples(self, samples: ArrayLike | None) -> Array | None:
        """Return, for each class, the sample whose logit has the largest margin."""
        if samples is None:
            return None
        rows, classes = np.asarray(samples), range(self._model.classes)
        margins = [
            np.stack([_margins(mean_output_sums(signals), np.full(len(outputs), k))[0] for k in classes], axis=1)
            for outputs, signals in self._model.batches(rows)
        ]
        chosen: Array = self._model.upright(rows[np.concatenate(margins).argmax(axis=0)]) / self._model.scaling.maximum
        return chosen

    def maximise_margin(self, starts: Array, classes: NDArray[np.int64]) -> tuple[Array, Array]:
        """Maximize the margin of each class; return the best input and the last one."""
        x, ascent = starts, GradientAscent(RATE, STEPS)
        best, largest = x, np.full(len(x), -np.inf)
        for step in range(STEPS):
            signals = self._signals(x)
            margins, directions = _margins(mean_output_sums(signals), classes)
            best = np.where((margins > largest)[:, None], x, best)
            largest = np.maximum(margins, largest)
            gradient = self._gradient(signals, directions)
            size = _rms(gradient)
            uphill = np.divide(gradient, size, out=np.zeros_like(gradient), where=size > 0) - self._prior_gradient(x)
            x = np.clip(x + ascent.step(uphill, step), 0, 1)
        return best, x

    def _signals(self, x: Array) -> list[Signals]:
        scaling = self._model.scaling
        return forward_members(self._members, scaling.apply(x * scaling.maximum))

    def _gradient(self, signals: list[Signals], directions: Array) -> Array:
        return input_gradients(self._members, signals, directions) * self._model.scaling.span

    def _prior_gradient(self, x: Array) -> Array:
        """Return the gradient of the prior's penalty."""
        shape, gradient = self._model.image_shape, self._small * x
        if shape:
            gradient += self._smooth * _total_variation_gradient(x.reshape(len(x), *shape, -1)).reshape(x.shape)
        return gradient


def _rms(gradient: Array) -> Array:
    rms: Array = np.sqrt(np.mean(gradient**2, axis=1, keepdims=True))
    return rms


def _margins(sums: Array, classes: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return the margin of each row's own logit over the largest other one, and the direction that increases it.

    The direction is the gradient of ``z_k − ln Σ_j≠k exp z_j`` by the logits.
    """
    rows, rival_sums = np.arange(len(sums)), sums.copy()
    own = rival_sums[rows, classes]
    rival_sums[rows, classes] = -np.inf
    directions = -softmax(rival_sums)
    directions[rows, classes] = 1
    return own - rival_sums.max(axis=1), directions


def _starting_points(model: Model, samples: Array | None) -> Iterator[Array]:
    """Yield starting points, one row per class: black, a sample, grey, then noise (for images also in squares)."""
    repeats = (model.classes, 1)
    yield np.zeros((model.classes, model.features))
    if samples is not None:
        yield samples
    yield np.full((model.classes, model.features), 0.5)
    for number in range(NOISES):
        noise = generator(0, Purpose.STARTS, step=number).random(model.features)
        if model.image_shape and number % 2:
            rows, columns = model.image_shape
            picture = noise.reshape(rows, columns, -1)[::3, ::3].repeat(3, axis=0).repeat(3, axis=1)
            noise = picture[:rows, :columns].reshape(model.features)
        yield np.tile(noise if number % 4 < 2 else 0.3 * noise, repeats)


def _total_variation_gradient(pictures: Array) -> Array:
    """Return the gradient of ``Σ √(dx² + dy² + ε)`` of each image, shape (n, rows, columns, channels)."""
    down = np.diff(pictures, axis=1, append=pictures[:, -1:])
    across = np.diff(pictures, axis=2, append=pictures[:, :, -1:])
    length = np.sqrt(down**2 + across**2 + 1e-4)
    down, across = down / length, across / length
    gradient: Array = np.diff(-down, axis=1, prepend=0) + np.diff(-across, axis=2, prepend=0)
    return gradient
