r"""Losses, which training minimises, and the deltas they give at the last layer.

The notes measure the error :math:`e = t - o` and minimise its square, for three reasons: simple algebra gives the
gradient, it is smooth, and it gets small near the minimum, so steps do not overshoot. Here the loss is
:math:`\tfrac12 (t-o)^2`, because the notes absorb the factor 2 of the derivative into the learning rate.

Other losses: cross-entropy for classes, focal loss if most samples are easy; absolute, Huber and quantile loss for
regression with outliers or for predictions other than the mean; Poisson for counts.

A delta is the gradient of the loss with respect to the sums of the last layer, :math:`\partial E / \partial z`. Its
formula depends on the loss *and* on the activation of the outputs, so a loss has a form for each activation. A pair
without a form is undefined, such as the logarithm of a negative output, and raises an error.

Each form has a loop over the outputs of one sample, which the compiled engine compiles, and its delta in JavaScript,
with the functions of the studio's ``arithmetic.js`` and ``formulas.js``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..errors import OptionError, require_number
from ..messages.message import Listing, Message
from ..messages.option_spelling import Option
from .activations import ACTIVATIONS, Array, Parameter
from .elementary import exp, log, log1p


class OutputLoss(NamedTuple):
    """A loss for one output activation.

    ``value(z, a, t)`` returns the loss of each sample, shape (n,); ``delta(z, a, t)`` its gradient with respect to `z`,
    shape (n, outputs). `z` are the sums, `a` the outputs, `t` the targets, each (n, outputs).
    """

    value: Callable[[Array, Array, Array], Array]
    delta: Callable[[Array, Array, Array], Array]


class Form(NamedTuple):
    """A loss for some output activations; `p` is its parameter, of which a loss without one takes no notice.

    Parameters
    ----------
    value : callable
        ``value(z, a, t, p)`` returns the loss of each sample, (n,).
    slope : callable
        ``slope(z, a, t, p)`` returns the gradient, (n, outputs): with respect to the activations, or to the sums.
    loop : callable
        ``loop(p, z, a, t, delta)`` returns the loss of one sample and fills `delta`, which has ``a − t``, with the
        gradient; all arrays are (outputs,). Plain Python that Numba can compile.
    javascript : str
        The gradient of one sample: the body of ``(z, a, t, p) => …``.
    of_sums : bool
        Whether the gradient is that with respect to the sums.
    javascript_value : str
        The loss of one sample in JavaScript, like the gradient; without one the page does not train with this loss.
    """

    value: Callable[[Array, Array, Array, float], Array]
    slope: Callable[[Array, Array, Array, float], Array]
    loop: Callable[..., float]
    javascript: str
    of_sums: bool = False
    javascript_value: str = ""


@dataclass(frozen=True)
class Loss:
    """A loss: output activation -> its form, and its parameter, if it has one."""

    forms: dict[str, Form]
    parameter: Parameter | None = None


LOSSES: dict[str, Loss] = {}
"""Name -> loss."""

_POSITIVE_OR_ANY = ("identity", "exponential")


def first_largest(values: Any) -> int:
    """Return the index of the largest value, the first one if there are several."""
    place, largest = 0, values[0]
    for j in range(1, values.shape[0]):
        larger = values[j] > largest
        place, largest = j if larger else place, values[j] if larger else largest
    return place


def _sign(e: float) -> float:
    return 1.0 if e > 0 else (-1.0 if e < 0 else 0.0)


def squared_error(z: Array, a: Array, t: Array, _: float = 0) -> Array:
    """Return ``½ Σ (t − a)²`` of each sample."""
    value: Array = 0.5 * ((t - a) ** 2).sum(axis=-1)
    return value


def _difference(z: Array, a: Array, t: Array, _: float) -> Array:
    """Return ``a − t``; with the slope of the sigmoid ``−(t−o) · o(1−o)``, as derived in the notes."""
    return a - t


def _squared_error_loop(_: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    loss = 0.0
    for k in range(a.shape[0]):
        loss += 0.5 * delta[k] * delta[k]
    return loss


_DIFFERENCE = "a.map((o, k) => o - t[k])"

LOSSES["squared_error"] = Loss(
    dict.fromkeys(
        ACTIVATIONS,
        Form(
            squared_error,
            _difference,
            _squared_error_loop,
            _DIFFERENCE,
            javascript_value="a.reduce((sum, o, k) => sum + 0.5 * f(o - t[k]) * f(o - t[k]), 0)",
        ),
    )
)


def cross_entropy_sigmoid(z: Array, a: Array, t: Array, _: float = 0) -> Array:
    """Return ``−Σ [t log a + (1−t) log(1−a)]``, computed from `z` to stay finite when `a` rounds to 0 or 1.

    In the delta ``a − t`` the sigmoid's derivative cancels (Bishop 2006, section 4.3.6).
    """
    value: Array = (np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))).sum(axis=-1)
    return value


def _cross_entropy_sigmoid_loop(_: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    loss = 0.0
    for k in range(a.shape[0]):
        loss += (max(z[k], 0.0) - target[k] * z[k]) + log1p(exp(-abs(float(z[k]))))
    return loss


def cross_entropy_softmax(z: Array, a: Array, t: Array, _: float = 0) -> Array:
    """Return ``−Σ t log a``, computed from `z`."""
    peak = z.max(axis=-1, keepdims=True)
    log_sum = peak + np.log(np.exp(z - peak).sum(axis=-1, keepdims=True))
    value: Array = (t * (log_sum - z)).sum(axis=-1)
    return value


def _cross_entropy_softmax_delta(z: Array, a: Array, t: Array, _: float) -> Array:
    """Return ``a Σt − t``, which is ``a − t`` if the targets of a sample sum to 1."""
    value: Array = a * t.sum(axis=-1, keepdims=True) - t
    return value


def _cross_entropy_softmax_loop(_: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    # The activations contain the exponentials: with the largest at p, log Σ exp(zₖ − zₚ) = log(1 + Σ aₖ / aₚ), k ≠ p.
    loss, p, rest, mass = 0.0, first_largest(z), z.dtype.type(0), z.dtype.type(0)
    for k in range(a.shape[0]):
        rest += a[k] if k != p else z.dtype.type(0)
        mass += target[k]
    loss += float(mass) * log1p(float(rest / a[p]))
    for k in range(a.shape[0]):
        loss += np.float64(target[k]) * (np.float64(z[p]) - z[k])  # in a kernel, `float` of a float32 is a float32
        delta[k] = a[k] * mass - target[k]
    return loss


LOSSES["cross_entropy"] = Loss(
    {
        "sigmoid": Form(
            cross_entropy_sigmoid,
            _difference,
            _cross_entropy_sigmoid_loop,
            _DIFFERENCE,
            of_sums=True,
            javascript_value="""z.reduce((sum, one, k) => (
    sum + (Math.max(one, 0) - f(t[k] * one) + log1p64(exp64(-Math.abs(one))))
  ), 0)""",
        ),
        "softmax": Form(
            cross_entropy_softmax,
            _cross_entropy_softmax_delta,
            _cross_entropy_softmax_loop,
            """{
    const total = sumOf(t);
    return a.map((o, k) => f(o * total) - t[k]);
  }""",
            of_sums=True,
            javascript_value="""{
    const first = z.reduce((best, one, k) => (one > z[best] ? k : best), 0);
    const start = sumOf(t) * log1p64(f(sumOf(a.filter((_, k) => k !== first)) / a[first]));
    return z.reduce((sum, one, k) => sum + t[k] * (z[first] - one), start);
  }""",
        ),
    }
)


def _absolute_error(z: Array, a: Array, t: Array, _: float) -> Array:
    """Return ``Σ |t − a|``: minimal at the median; an outlier has the influence of any other sample (Laplace 1774)."""
    value: Array = np.abs(t - a).sum(axis=-1)
    return value


def _absolute_error_loop(_: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    loss = 0.0
    for k in range(a.shape[0]):
        e = float(delta[k])
        loss += abs(e)
        delta[k] = _sign(e)
    return loss


LOSSES["absolute_error"] = Loss(
    dict.fromkeys(
        _POSITIVE_OR_ANY,
        Form(
            _absolute_error,
            lambda z, a, t, _: np.sign(a - t),
            _absolute_error_loop,
            "a.map((o, k) => Math.sign(f(o - t[k])))",
            javascript_value="a.reduce((sum, o, k) => sum + Math.abs(f(o - t[k])), 0)",
        ),
    )
)


def _huber(z: Array, a: Array, t: Array, p: float) -> Array:
    """Squared error up to a distance of δ, absolute error beyond (Huber 1964, section 3).

    ``½ e²`` for ``|e| ≤ δ``, else ``δ (|e| − ½ δ)``.
    """
    size = np.abs(t - a)
    near = np.minimum(size, p)
    value: Array = (near * (size - 0.5 * near)).sum(axis=-1)
    return value


def _huber_loop(p: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    loss = 0.0
    for k in range(a.shape[0]):
        e = float(delta[k])
        near = min(abs(e), p)
        loss += near * (abs(e) - 0.5 * near)
        delta[k] = _sign(e) * near
    return loss


LOSSES["huber"] = Loss(
    dict.fromkeys(
        _POSITIVE_OR_ANY,
        Form(
            _huber,
            lambda z, a, t, p: np.clip(a - t, -p, p),
            _huber_loop,
            "a.map((o, k) => Math.max(-p, Math.min(p, f(o - t[k]))))",
            javascript_value="""a.reduce((sum, o, k) => {
    const size = Math.abs(f(o - t[k]));
    const near = Math.min(size, p);
    return sum + near * (size - 0.5 * near);
  }, 0)""",
        ),
    ),
    Parameter("huber_delta", "error above which the loss is linear instead of squared", 1.0, 1e-6, 1e6),
)


def _quantile(z: Array, a: Array, t: Array, p: float) -> Array:
    """Absolute error weighted by `q` where the output is too low and by ``1 − q`` where it is too high.

    It is minimal at the `q`-quantile, below which a fraction `q` of the targets lies; 0.5 is the median (Koenker and
    Bassett 1978, equation 1.5).
    """
    e = t - a
    value: Array = np.maximum(p * e, (p - 1) * e).sum(axis=-1)
    return value


def _quantile_loop(p: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    loss = 0.0
    for k in range(a.shape[0]):
        e = float(delta[k])
        cost = p if e < 0 else 1 - p
        loss += cost * abs(e)
        delta[k] = _sign(e) * cost
    return loss


LOSSES["quantile"] = Loss(
    dict.fromkeys(
        _POSITIVE_OR_ANY,
        Form(
            _quantile,
            lambda z, a, t, p: np.where(a < t, -p, np.where(a > t, 1 - p, 0)).astype(a.dtype),
            _quantile_loop,
            "a.map((o, k) => (o < t[k] ? -p : o > t[k] ? 1 - p : 0))",
            javascript_value="a.reduce((sum, o, k) => sum + (o < t[k] ? p : 1 - p) * Math.abs(f(o - t[k])), 0)",
        ),
    ),
    Parameter("quantile", "quantile to predict: the fraction of targets below the prediction", 0.5, 1e-6, 1 - 1e-6),
)


def poisson(z: Array, a: Array, t: Array, _: float = 0) -> Array:
    """Return half the deviance of counts, ``Σ a − t + t log(t / a)``, for rates `a` (McCullagh and Nelder 1989, 6.1).

    `z` is the logarithm of the rate. If a rate equals its target, the loss is 0. In the delta ``a − t``, with a
    logarithmic link function, the derivative of the exponential cancels.
    """
    positive = t > 0
    constant = np.where(positive, t * np.log(np.where(positive, t, 1)), 0) - t
    value: Array = (a - t * z + constant).sum(axis=-1)
    return value


def _poisson_loop(_: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    loss = 0.0
    for k in range(a.shape[0]):
        constant = target[k] * log(float(target[k])) if target[k] > 0 else 0.0
        loss += delta[k] - target[k] * z[k] + constant
    return loss


LOSSES["poisson"] = Loss({"exponential": Form(poisson, _difference, _poisson_loop, _DIFFERENCE, of_sums=True)})


def _focal_softmax(z: Array, a: Array, t: Array, gamma: float) -> Array:
    """Cross-entropy with less weight on easy samples: ``−Σ t (1−a)^γ log a`` (Lin et al. 2017, equation 4).

    γ = 0 is cross-entropy. The paper's class weight α is a sample weight here: see `preprocess.class_weights`.
    """
    log_a = _log_softmax(z)
    result: Array = -(t * (-np.expm1(log_a)) ** gamma * log_a).sum(axis=-1)
    return result


def _focal_softmax_delta(z: Array, a: Array, t: Array, gamma: float) -> Array:
    log_a = _log_softmax(z)
    rest = -np.expm1(log_a)  # 1 − a, exact where a is near 1
    # log a / (1 − a) tends to −1 there, which avoids a negative power.
    ratio = np.divide(log_a, rest, out=np.full_like(rest, -1), where=rest > 0)
    through = t * rest**gamma * (gamma * a * ratio - 1)  # a ∂E/∂a
    result: Array = through - a * through.sum(axis=-1, keepdims=True)
    return result


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(axis=-1, keepdims=True)
    value: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return value


def _focal_softmax_loop(gamma: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    loss, total = 0.0, 0.0
    peak = z[first_largest(z)]
    for k in range(a.shape[0]):
        total += math.exp(z[k] - peak)
    log_total, mean = math.log(total) + peak, 0.0
    for k in range(a.shape[0]):
        log_a = z[k] - log_total
        rest = -math.expm1(log_a)
        ratio = log_a / rest if rest > 0 else -1.0
        cost = target[k] * rest**gamma
        loss -= cost * log_a
        back = cost * (gamma * a[k] * ratio - 1)
        delta[k] = back
        mean += back
    for k in range(a.shape[0]):
        delta[k] -= a[k] * mean
    return loss


def _focal_sigmoid(z: Array, a: Array, t: Array, gamma: float) -> Array:
    """Focal loss for independent binary outputs: ``−Σ t (1−a)^γ log a + (1−t) a^γ log(1−a)``."""
    log_a, log_rest = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    yes, no = np.exp(gamma * log_rest) * log_a, np.exp(gamma * log_a) * log_rest
    result: Array = -(t * yes + (1 - t) * no).sum(axis=-1)
    return result


def _focal_sigmoid_delta(z: Array, a: Array, t: Array, gamma: float) -> Array:
    log_a, log_rest = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    rest = np.exp(log_rest)  # 1 − a
    yes = np.exp(gamma * log_rest) * (gamma * a * log_a - rest)
    no = np.exp(gamma * log_a) * (a - gamma * rest * log_rest)
    result: Array = t * yes + (1 - t) * no
    return result


def _focal_sigmoid_loop(gamma: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    loss = 0.0
    for k in range(a.shape[0]):
        tail = math.log1p(math.exp(-abs(z[k])))
        log_a, log_rest = -max(-z[k], 0.0) - tail, -max(z[k], 0.0) - tail
        here, rest, t = math.exp(log_a), math.exp(log_rest), float(target[k])
        yes, no = t * math.exp(gamma * log_rest), (1 - t) * math.exp(gamma * log_a)
        loss -= yes * log_a + no * log_rest
        delta[k] = yes * (gamma * here * log_a - rest) + no * (here - gamma * rest * log_rest)
    return loss


LOSSES["focal"] = Loss(
    {
        "sigmoid": Form(
            _focal_sigmoid,
            _focal_sigmoid_delta,
            _focal_sigmoid_loop,
            """a.map((o, k) => {
    const small = log1p_32(exp32(-Math.abs(z[k])));
    const logA = -f(Math.max(-z[k], 0) + small);
    const logRest = -f(Math.max(z[k], 0) + small);
    const rest = exp32(logRest); // 1 − a
    const yes = f(exp32(f(p * logRest)) * f(f(f(p * o) * logA) - rest));
    const no = f(exp32(f(p * logA)) * f(o - f(f(p * rest) * logRest)));
    return f(t[k] * yes) + f(f(1 - t[k]) * no);
  })""",
            of_sums=True,
        ),
        "softmax": Form(
            _focal_softmax,
            _focal_softmax_delta,
            _focal_softmax_loop,
            """{
    const peak = Math.max(...z);
    const logTotal = log32(sumOf(z.map((one) => exp32(f(one - peak)))));
    const through = z.map((one, k) => {
      const logA = f(f(one - peak) - logTotal);
      const rest = -expm1_32(logA); // 1 − a, exact where a is near 1
      const ratio = rest > 0 ? f(logA / rest) : -1; // which log a / (1 − a) tends to
      return f(t[k] * power32(rest, p)) * f(f(f(p * a[k]) * ratio) - 1); // a ∂E/∂a
    });
    const total = sumOf(through);
    return through.map((one, k) => one - f(a[k] * total));
  }""",
            of_sums=True,
        ),
    },
    Parameter(
        "focal_gamma",
        "focusing parameter: larger values give easy samples less weight; 0 is cross_entropy",
        2.0,
        0.0,
        100.0,
    ),
)


def through(activation: str, slope: Array, z: Array, a: Array) -> Array:
    """Return the delta for a gradient with respect to the outputs, `slope`, (n, outputs).

    For softmax it is ``Jᵀ · slope`` with the Jacobian ``J = diag(a) − a aᵀ``.
    """
    derivative = ACTIVATIONS[activation].derivative
    if derivative is not None:
        return slope * derivative(z, a)
    delta: Array = a * (slope - (slope * a).sum(axis=-1, keepdims=True))
    return delta


def form_of(loss: str, activation: str) -> Form:
    """Return the form of a loss for an output activation, which may have its parameter after its name."""
    name, forms = activation.partition("(")[0], LOSSES[loss].forms
    if name not in forms:
        raise OptionError(
            "GN022",
            "{loss}: for {names} outputs, but these are {output}. Use one of {losses}, or change the outputs with "
            "{option}.",
            loss=Option("loss", loss),
            names=Listing(forms, last="or"),
            output=Message("identity, as a regression has") if name == "identity" else name,
            losses=Listing(other for other, one in LOSSES.items() if name in one.forms),
            option=Option("output"),
        )
    return forms[name]


def output_loss(loss: str, activation: str, parameter: float | None = None) -> OutputLoss:
    """Return the loss for an output activation and a parameter (the default if None)."""
    form, p = form_of(loss, activation), loss_parameter(loss, parameter) or 0.0

    def value(z: Array, a: Array, t: Array) -> Array:
        return form.value(z, a, t, p)

    def delta(z: Array, a: Array, t: Array) -> Array:
        slope = form.slope(z, a, t, p)
        return slope if form.of_sums else through(activation, slope, z, a)

    return OutputLoss(value, delta)


def loss_parameter(loss: str, given: float | None = None) -> float | None:
    """Return the parameter of a loss: the given value or the default, or None for a loss without a parameter."""
    parameter = LOSSES[loss].parameter
    if parameter is None:
        if given is not None:
            template = "loss_parameter {value}: loss {loss} has no parameter. Omit loss_parameter."
            raise OptionError("GN021", template, value=given, loss=loss)
        return None
    value = parameter.default if given is None else given
    return require_number(Option(parameter.option), value, parameter.low, parameter.high)
