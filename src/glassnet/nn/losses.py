r"""Losses, which training minimises, and the deltas they give at the last layer.

The notes measure the error :math:`e = t - o` and minimise its square, for three reasons: simple algebra gives the
gradient, it is smooth, and it gets small near the minimum, so steps do not overshoot. Here the loss is
:math:`\tfrac12 (t-o)^2`, because the notes absorb the factor 2 of the derivative into the learning rate.

Other losses: cross-entropy for classes, focal loss if most samples are easy; absolute, Huber and quantile loss for
regression with outliers or for predictions other than the mean; Poisson for counts.

A delta is the gradient of the loss with respect to the sums of the last layer, :math:`\partial E / \partial z`. Its
formula depends on the loss *and* on the activation of the outputs, so it is looked up by the pair. A pair that is not
listed is undefined, such as the logarithm of a negative output, and raises an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..errors import OptionError, require_number
from ..messages.message import Listing
from ..messages.option_spelling import Option
from .activations import ACTIVATIONS, Array


class OutputLoss(NamedTuple):
    """A loss for one output activation.

    ``value(z, a, t)`` returns the loss of each sample, shape (n,); ``delta(z, a, t)`` its gradient with respect to `z`,
    shape (n, outputs). `z` are the sums, `a` the outputs, `t` the targets, each (n, outputs).
    """

    value: Callable[[Array, Array, Array], Array]
    delta: Callable[[Array, Array, Array], Array]


class NumberLoss(NamedTuple):
    """A regression loss for any output activation: ``value(a, t)`` per sample, and its gradient with respect to `a`."""

    value: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]


Maker = Callable[[float], OutputLoss]


def squared_error(z: Array, a: Array, t: Array) -> Array:
    """Return ``½ Σ (t − a)²`` of each sample."""
    value: Array = 0.5 * ((t - a) ** 2).sum(axis=-1)
    return value


def through(activation: str, slope: Array, z: Array, a: Array) -> Array:
    """Return the delta for a gradient with respect to the outputs, `slope`, (n, outputs).

    For softmax it is ``Jᵀ · slope`` with the Jacobian ``J = diag(a) − a aᵀ``.
    """
    derivative = ACTIVATIONS[activation].derivative
    if derivative is not None:
        return slope * derivative(z, a)
    delta: Array = a * (slope - (slope * a).sum(axis=-1, keepdims=True))
    return delta


def _squared_error_delta(activation: str) -> Callable[[Array, Array, Array], Array]:
    def delta(z: Array, a: Array, t: Array) -> Array:
        """Return ``(a − t) · f′``; for the sigmoid ``−(t−o) · o(1−o)``, as derived in the notes."""
        return through(activation, a - t, z, a)

    return delta


def cross_entropy_sigmoid(z: Array, a: Array, t: Array) -> Array:
    """Return ``−Σ [t log a + (1−t) log(1−a)]``, computed from `z` to stay finite when `a` rounds to 0 or 1."""
    value: Array = (np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))).sum(axis=-1)
    return value


def cross_entropy_softmax(z: Array, a: Array, t: Array) -> Array:
    """Return ``−Σ t log a``, computed from `z`."""
    peak = z.max(axis=-1, keepdims=True)
    log_sum = peak + np.log(np.exp(z - peak).sum(axis=-1, keepdims=True))
    value: Array = (t * (log_sum - z)).sum(axis=-1)
    return value


def cross_entropy_sigmoid_delta(z: Array, a: Array, t: Array) -> Array:
    """Return ``a − t``: the sigmoid's derivative cancels (Bishop 2006, section 4.3.6)."""
    return a - t


def cross_entropy_softmax_delta(z: Array, a: Array, t: Array) -> Array:
    """Return ``a Σt − t``, which is ``a − t`` if the targets of a sample sum to 1."""
    value: Array = a * t.sum(axis=-1, keepdims=True) - t
    return value


def _absolute_error(_: float) -> NumberLoss:
    """``Σ |t − a|``: minimal at the median; an outlier has the same influence as any other sample (Laplace 1774)."""
    return NumberLoss(lambda a, t: np.abs(t - a).sum(axis=-1), lambda a, t: np.sign(a - t))


def _huber(delta: float) -> NumberLoss:
    """Squared error up to a distance of `delta`, absolute error beyond (Huber 1964, section 3).

    ``½ e²`` for ``|e| ≤ δ``, else ``δ (|e| − ½ δ)``.
    """

    def value(a: Array, t: Array) -> Array:
        size = np.abs(t - a)
        near = np.minimum(size, delta)
        result: Array = (near * (size - 0.5 * near)).sum(axis=-1)
        return result

    return NumberLoss(value, lambda a, t: np.clip(a - t, -delta, delta))


def _quantile(q: float) -> NumberLoss:
    """Absolute error weighted by `q` where the output is too low and by ``1 − q`` where it is too high.

    It is minimal at the `q`-quantile, below which a fraction `q` of the targets lies; 0.5 is the median (Koenker and
    Bassett 1978, equation 1.5).
    """

    def value(a: Array, t: Array) -> Array:
        e = t - a
        result: Array = np.maximum(q * e, (q - 1) * e).sum(axis=-1)
        return result

    return NumberLoss(value, lambda a, t: np.where(a < t, -q, np.where(a > t, 1 - q, 0)).astype(a.dtype))


def _for_numbers(make: Callable[[float], NumberLoss], activation: str) -> Maker:
    """Combine a regression loss with an output activation."""

    def made(parameter: float) -> OutputLoss:
        value, slope = make(parameter)
        return OutputLoss(lambda z, a, t: value(a, t), lambda z, a, t: through(activation, slope(a, t), z, a))

    return made


def poisson(z: Array, a: Array, t: Array) -> Array:
    """Return half the deviance of counts, ``Σ a − t + t log(t / a)``, for rates `a` (McCullagh and Nelder 1989, 6.1).

    `z` is the logarithm of the rate. If a rate equals its target, the loss is 0.
    """
    positive = t > 0
    constant = np.where(positive, t * np.log(np.where(positive, t, 1)), 0) - t
    value: Array = (a - t * z + constant).sum(axis=-1)
    return value


def poisson_delta(z: Array, a: Array, t: Array) -> Array:
    """Return ``a − t``: with a logarithmic link function, the derivative of the exponential cancels."""
    return a - t


def focal_softmax(gamma: float) -> OutputLoss:
    """Cross-entropy with less weight on easy samples: ``−Σ t (1−a)^γ log a`` (Lin et al. 2017, equation 4).

    γ = 0 is cross-entropy. The paper's class weight α is a sample weight here: see `preprocess.class_weights`.
    """

    def value(z: Array, a: Array, t: Array) -> Array:
        log_a = _log_softmax(z)
        result: Array = -(t * (-np.expm1(log_a)) ** gamma * log_a).sum(axis=-1)
        return result

    def delta(z: Array, a: Array, t: Array) -> Array:
        log_a = _log_softmax(z)
        rest = -np.expm1(log_a)  # 1 − a, exact where a is near 1
        # log a / (1 − a) tends to −1 there, which avoids a negative power.
        ratio = np.divide(log_a, rest, out=np.full_like(rest, -1), where=rest > 0)
        through = t * rest**gamma * (gamma * a * ratio - 1)  # a ∂E/∂a
        result: Array = through - a * through.sum(axis=-1, keepdims=True)
        return result

    return OutputLoss(value, delta)


def focal_sigmoid(gamma: float) -> OutputLoss:
    """Focal loss for independent binary outputs: ``−Σ t (1−a)^γ log a + (1−t) a^γ log(1−a)``."""

    def value(z: Array, a: Array, t: Array) -> Array:
        log_a, log_rest = -np.logaddexp(0, -z), -np.logaddexp(0, z)
        yes, no = np.exp(gamma * log_rest) * log_a, np.exp(gamma * log_a) * log_rest
        result: Array = -(t * yes + (1 - t) * no).sum(axis=-1)
        return result

    def delta(z: Array, a: Array, t: Array) -> Array:
        log_a, log_rest = -np.logaddexp(0, -z), -np.logaddexp(0, z)
        rest = np.exp(log_rest)  # 1 − a
        yes = np.exp(gamma * log_rest) * (gamma * a * log_a - rest)
        no = np.exp(gamma * log_a) * (a - gamma * rest * log_rest)
        result: Array = t * yes + (1 - t) * no
        return result

    return OutputLoss(value, delta)


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(axis=-1, keepdims=True)
    value: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return value


def _plain(value: Callable[[Array, Array, Array], Array], delta: Callable[[Array, Array, Array], Array]) -> Maker:
    return lambda _: OutputLoss(value, delta)


OUTPUT_LOSSES: dict[tuple[str, str], Maker] = {
    **{("squared_error", name): _plain(squared_error, _squared_error_delta(name)) for name in ACTIVATIONS},
    ("cross_entropy", "sigmoid"): _plain(cross_entropy_sigmoid, cross_entropy_sigmoid_delta),
    ("cross_entropy", "softmax"): _plain(cross_entropy_softmax, cross_entropy_softmax_delta),
    **{("absolute_error", name): _for_numbers(_absolute_error, name) for name in ("identity", "exponential")},
    **{("huber", name): _for_numbers(_huber, name) for name in ("identity", "exponential")},
    **{("quantile", name): _for_numbers(_quantile, name) for name in ("identity", "exponential")},
    ("poisson", "exponential"): _plain(poisson, poisson_delta),
    ("focal", "sigmoid"): focal_sigmoid,
    ("focal", "softmax"): focal_softmax,
}
"""(loss, output activation) -> function that returns its `OutputLoss` for a value of the loss's parameter."""

LOSSES = tuple(dict.fromkeys(loss for loss, _ in OUTPUT_LOSSES))
"""The names of the losses."""


class LossParameter(NamedTuple):
    """The parameter of a loss: the option that sets it, its default and its limits."""

    option: str
    default: float
    low: float
    high: float


LOSS_PARAMETERS: dict[str, LossParameter] = {
    "huber": LossParameter("huber_delta", 1.0, 1e-6, 1e6),
    "quantile": LossParameter("quantile", 0.5, 1e-6, 1 - 1e-6),
    "focal": LossParameter("focal_gamma", 2.0, 0.0, 100.0),
}
"""Loss -> its parameter, for losses that have one."""


def outputs_for(loss: str) -> tuple[str, ...]:
    """Return the activations of the output layer that go with a loss."""
    return tuple(output for name, output in OUTPUT_LOSSES if name == loss)


def output_loss(loss: str, activation: str, parameter: float | None = None) -> OutputLoss:
    """Return the loss for an output activation and a parameter (the default if None)."""
    if (loss, activation) not in OUTPUT_LOSSES:
        template, given = "{loss} with {output}: expected one of {names}.", Option("loss", loss)
        output = Option("output", activation)
        raise OptionError("GN022", template, loss=given, output=output, names=Listing(outputs_for(loss)))
    return OUTPUT_LOSSES[loss, activation](loss_parameter(loss, parameter) or 0.0)


def loss_parameter(loss: str, given: float | None = None) -> float | None:
    """Return the parameter of a loss: the given value or the default, or None for a loss without a parameter."""
    parameter = LOSS_PARAMETERS.get(loss)
    if parameter is None:
        if given is not None:
            template = "loss_parameter {value}: loss {loss} has no parameter. Omit loss_parameter."
            raise OptionError("GN021", template, value=given, loss=loss)
        return None
    value = parameter.default if given is None else given
    return require_number(Option(parameter.option), value, parameter.low, parameter.high)
