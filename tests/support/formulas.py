"""Formulas with different algebra where possible, so that errors do not agree.

An activation without one here is computed by its own formula, for complex numbers: then its derivative is tested, and
its forms are compared with each other. A loss without one is differentiated numerically. Everything takes complex
numbers too, so `slope` can differentiate by the complex step, exact to rounding (Squire and Trapp, SIAM Review 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from glassnet.nn.activations import ACTIVATIONS, HIDDEN
from glassnet.nn.formulas import Language, defined, variable, written
from glassnet.nn.losses import LOSSES as ALL_LOSSES

Array = np.ndarray[Any, np.dtype[Any]]


def sigmoid(z: Array) -> Array:
    return 0.5 + 0.5 * np.tanh(z / 2)


def gelu(z: Array) -> Array:
    return z * sigmoid(2 * np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))


def silu(z: Array) -> Array:
    return z / 2 + z * np.tanh(z / 2) / 2


def softmax(z: Array) -> Array:
    rows = []
    for row in np.atleast_2d(z):
        shares = [1 / sum(np.exp(other - one) for other in row) for one in row]
        rows.append(shares)
    return np.array(rows).reshape(z.shape)


_COMPLEX = Language(
    repr,
    {
        "negative": "-{0}",
        "absolute": "np.where({0}.real < 0, -{0}, {0})",
        "where": "np.where({0}, {1}, {2})",
        "maximum": "np.where({0}.real < {1}, {1}, {0})",
        "minimum": "np.where({0}.real > {1}, {1}, {0})",
        "expit": "1 / (1 + np.exp(-{0}))",
        ">": "{0}.real > {1}",
        "<": "{0}.real < {1}",
    },
    "np.{operation}({0})",
)


def own_formula(name: str) -> Callable[[Array], Array]:
    """Return the formula of an activation itself, for complex numbers."""
    statements, text = written(ACTIVATIONS[name].value(variable("z")), _COMPLEX)
    return defined(name, "\n    ".join(["def of(z):", *statements, f"return {text}"]), {"np": np})


_INDEPENDENT: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z * 1,
    "sigmoid": sigmoid,
    "tanh": lambda z: 2 * sigmoid(2 * z) - 1,
    "relu": lambda z: z * (z.real > 0),
    "leaky_relu": lambda z: z * np.where(z.real > 0, 1, 0.01),
    "elu": lambda z: np.where(z.real > 0, z, 2 * np.exp(z / 2) * np.sinh(z / 2)),
    "gelu": gelu,
    "softmax": softmax,
    "exponential": lambda z: np.exp(z / 2) ** 2,
    "silu": silu,
    "softplus": lambda z: z / 2 + np.log(2 * np.cosh(z / 2)),
}

VALUES: dict[str, Callable[[Array], Array]] = {
    name: _INDEPENDENT[name] if name in _INDEPENDENT else own_formula(name) for name in ACTIVATIONS
}
"""Activation -> its formula."""

ELEMENTWISE = HIDDEN
"""Activations for hidden layers; all of them can be used for outputs too."""


def _has_corner(name: str) -> bool:
    left, right = (ACTIVATIONS[name].derivative(z, ACTIVATIONS[name].value(z))[0] for z in np.array([[-1e-9], [1e-9]]))
    return bool(abs(right - left) > 1e-3)


KINKED = tuple(filter(_has_corner, HIDDEN))
"""Activations with a corner at 0."""


def slope(function: Callable[[Array], Array], z: Array) -> Array:
    """Derivative of an elementwise function."""
    return np.imag(function(z + 1e-30j)) / 1e-30


def squared_error(a: Array, t: Array) -> Array:
    return sum((t[:, k] - a[:, k]) ** 2 for k in range(t.shape[1])) / 2


def cross_entropy_sigmoid(a: Array, t: Array) -> Array:
    return -(t * np.log(a) + (1 - t) * np.log(1 - a)).sum(axis=1)


def cross_entropy_softmax(a: Array, t: Array) -> Array:
    return -(t * np.log(a)).sum(axis=1)


def absolute_error(a: Array, t: Array) -> Array:
    return ((t - a) * np.sign((t - a).real)).sum(axis=1)


def huber(a: Array, t: Array, delta: float = 1.0) -> Array:
    e = t - a
    far = delta * (e * np.sign(e.real) - delta / 2)
    return np.where(np.abs(e.real) <= delta, e**2 / 2, far).sum(axis=1)


def quantile(a: Array, t: Array, q: float = 0.5) -> Array:
    e = t - a
    return (e * (q - (e.real < 0))).sum(axis=1)


def poisson(a: Array, t: Array) -> Array:
    return (a - t - t * np.log(a) + t * np.log(t)).sum(axis=1)


def focal_sigmoid(a: Array, t: Array, gamma: float = 2.0) -> Array:
    return -(t * (1 - a) ** gamma * np.log(a) + (1 - t) * a**gamma * np.log(1 - a)).sum(axis=1)


def focal_softmax(a: Array, t: Array, gamma: float = 2.0) -> Array:
    return -(t * (1 - a) ** gamma * np.log(a)).sum(axis=1)


_INDEPENDENT_LOSSES: dict[str, Callable[[Array, Array], Array]] = {
    "squared_error": squared_error,
    "cross_entropy sigmoid": cross_entropy_sigmoid,
    "cross_entropy softmax": cross_entropy_softmax,
    "absolute_error": absolute_error,
    "huber": huber,
    "quantile": quantile,
    "poisson": poisson,
    "focal sigmoid": focal_sigmoid,
    "focal softmax": focal_softmax,
}

PAIRS = tuple((loss, output) for loss, entry in ALL_LOSSES.items() for output in entry.forms)
"""All valid pairs of a loss and an activation of the outputs."""

LOSSES: dict[tuple[str, str], Callable[[Array, Array], Array]] = {
    (loss, output): _INDEPENDENT_LOSSES[key]
    for loss, output in PAIRS
    for key in (loss, f"{loss} {output}")
    if key in _INDEPENDENT_LOSSES
}
"""(loss, activation of the outputs) -> loss of each sample, from the outputs; of pairs with a formula above."""


def unpack(flat: Array, sizes: Sequence[int], bias: bool) -> list[tuple[Array, Array]]:
    """Split a flat vector into (weight, bias) per layer, with zeros for a missing bias."""
    layers, start = [], 0
    for fan_in, fan_out in pairwise(sizes):
        weight = flat[start : start + fan_in * fan_out].reshape(fan_out, fan_in)
        start += fan_in * fan_out
        layers.append((weight, flat[start : start + fan_out] if bias else np.zeros(fan_out)))
        start += fan_out if bias else 0
    assert start == len(flat)
    return layers


def signals(
    flat: Array, sizes: Sequence[int], bias: bool, names: Sequence[str], x: Array
) -> tuple[list[Array], list[Array]]:
    """Sums and activations of every layer, the inputs first among the activations."""
    sums, activations = [], [x]
    for (weight, offset), name in zip(unpack(flat, sizes, bias), names, strict=True):
        sums.append(activations[-1] @ weight.T + offset)
        activations.append(VALUES[name](sums[-1]))
    return sums, activations


def mean_loss(
    flat: Array, sizes: Sequence[int], bias: bool, names: Sequence[str], loss: str, x: Array, t: Array
) -> Any:
    outputs = signals(flat, sizes, bias, names, x)[1][-1]
    return LOSSES[loss, names[-1]](outputs, t).mean()


def central_differences(function: Callable[[Array], float], at: Array, step: float = 1e-5) -> Array:
    """Slope in every direction: ``(f(x + h) − f(x − h)) / 2h``, with errors h² f‴ / 6 and, by rounding, ε f / h."""
    result = np.empty_like(at)
    for i in range(len(at)):
        up, down = at.copy(), at.copy()
        up[i] += step
        down[i] -= step
        result[i] = (function(up) - function(down)) / (up[i] - down[i])
    return result
