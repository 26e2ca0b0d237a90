r"""Activation functions and their derivatives.

In the notes, a neuron fires more strongly the further the sum of its inputs exceeds a threshold. The activation
function defines how strongly; the notes use :math:`y = 1 / (1 + e^{-x})`.

Each derivative is computed from results of the forward pass, the sums `z` and the activations `a = value(z)`. All but
those of GELU and SiLU need only `a`. Softmax couples the nodes of a sample, so it has no elementwise derivative. It is
allowed only in the last layer, where `losses.py` computes its delta.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

LEAK = 0.01
"""Slope of the leaky ReLU below zero."""


class Activation(NamedTuple):
    """An activation function and its derivative.

    ``value(z)`` and ``derivative(z, a)`` take and return arrays of the same shape, (n, nodes). ``derivative`` is None
    if the function is not elementwise. For hidden layers it returns a new array, which the caller may overwrite.
    """

    value: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array] | None


def identity(z: Array) -> Array:
    """Return ``z`` unchanged."""
    return z


def identity_derivative(z: Array, a: Array) -> Array:
    """Return 1 everywhere."""
    return np.ones_like(a)


def sigmoid(z: Array) -> Array:
    """Return ``1 / (1 + exp(-z))``, the notes' function, 0 to 1."""
    # SciPy's expit is exact in both tails and never overflows. Imported here to keep `import glassnet` fast.
    from scipy.special import expit

    value: Array = expit(z)
    return value


def sigmoid_derivative(z: Array, a: Array) -> Array:
    """Return ``a (1 - a)``, the ``o (1 − o)`` of the notes."""
    return a * (1 - a)


def tanh(z: Array) -> Array:
    """Return the hyperbolic tangent, −1 to 1."""
    return np.tanh(z)


def tanh_derivative(z: Array, a: Array) -> Array:
    """Return ``1 - a²``."""
    return 1 - a * a


def relu(z: Array) -> Array:
    """Return ``max(z, 0)`` (Nair and Hinton, ICML 2010)."""
    return np.maximum(z, 0)


def relu_derivative(z: Array, a: Array) -> Array:
    """Return 1 above zero and 0 elsewhere, including at zero."""
    return (a > 0).astype(a.dtype)


def leaky_relu(z: Array) -> Array:
    """Return ``z`` above zero, ``LEAK · z`` below (Maas, Hannun and Ng, ICML workshop 2013)."""
    value: Array = np.maximum(z, LEAK * z)
    return value


def leaky_relu_derivative(z: Array, a: Array) -> Array:
    """Return 1 above zero, ``LEAK`` elsewhere."""
    derivative: Array = np.where(a > 0, a.dtype.type(1), a.dtype.type(LEAK))
    return derivative


GELU_SCALE = float(np.sqrt(2 / np.pi))
GELU_CUBIC = 0.044715


def gelu(z: Array) -> Array:
    """Return ``z Φ(z)`` in its tanh form (Hendrycks and Gimpel 2016, section 2)."""
    value: Array = 0.5 * z * (1 + np.tanh(GELU_SCALE * (z + GELU_CUBIC * z**3)))
    return value


def gelu_derivative(z: Array, a: Array) -> Array:
    """Return the derivative of the tanh form; it needs `z`, because GELU is not monotonic."""
    t = np.tanh(GELU_SCALE * (z + GELU_CUBIC * z**3))
    derivative: Array = 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * GELU_SCALE * (1 + 3 * GELU_CUBIC * z * z)
    return derivative


def silu(z: Array) -> Array:
    """Return ``z σ(z)`` (Hendrycks and Gimpel 2016, section 2; Elfwing et al. 2017, equation 4), also called swish."""
    return z * sigmoid(z)


def silu_derivative(z: Array, a: Array) -> Array:
    """Return ``σ(z) (1 + z (1 − σ(z)))``; it needs `z`, because SiLU is not monotonic."""
    s = sigmoid(z)
    return s * (1 + z * (1 - s))


def softmax(z: Array) -> Array:
    """Return ``exp(z) / Σ exp(z)`` over the last axis: positive values that sum to 1 per row."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    value: Array = e / e.sum(axis=-1, keepdims=True)
    return value


LARGEST_EXPONENT = 80.0
"""Upper limit of the sums, so that the result does not overflow, even in float32."""


def exponential(z: Array) -> Array:
    """Return ``exp(z)``, for positive outputs such as rates; `z` is their logarithm (McCullagh and Nelder 1989)."""
    value: Array = np.exp(np.minimum(z, LARGEST_EXPONENT))
    return value


def exponential_derivative(z: Array, a: Array) -> Array:
    """Return ``a``."""
    return a


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(identity, identity_derivative),
    "sigmoid": Activation(sigmoid, sigmoid_derivative),
    "tanh": Activation(tanh, tanh_derivative),
    "relu": Activation(relu, relu_derivative),
    "leaky_relu": Activation(leaky_relu, leaky_relu_derivative),
    "gelu": Activation(gelu, gelu_derivative),
    "softmax": Activation(softmax, None),
    "exponential": Activation(exponential, exponential_derivative),
    "silu": Activation(silu, silu_derivative),
}
"""Name -> activation."""

OUTPUTS_ONLY = ("softmax", "exponential")
"""Not allowed in hidden layers: softmax couples its nodes, and nested exponentials overflow."""

HIDDEN = tuple(name for name in ACTIVATIONS if name not in OUTPUTS_ONLY)
"""Allowed in hidden layers and in the output layer."""
