r"""Activation functions, each an entry of `ACTIVATIONS`.

In the notes, a neuron fires more strongly the further the sum of its inputs exceeds a threshold. The activation
function defines how strongly; the notes use :math:`y = 1 / (1 + e^{-x})`.

Each derivative is computed from results of the forward pass, the sums `z` and the activations `a = value(z)`. Softmax
couples the nodes of a sample, so it has no elementwise derivative. It is allowed only in the last layer, where
`losses.py` computes its delta.

The elementwise functions are formulas: NumPy computes them here, and from the same functions come the compiled loops,
portable arithmetic in Python, C and JavaScript, and the nodes in ONNX; see `formulas`. An activation may have a
parameter, which is written after its name if it is not the default: ``leaky_relu(0.2)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import require_choice, require_number
from ..messages.option_spelling import Option
from .formulas import exp, expit, expm1, log1p, maximum, minimum, ones, step, where
from .formulas import tanh as hyperbolic_tangent

Array = NDArray[np.floating[Any]]


class Parameter(NamedTuple):
    """The parameter of an activation or a loss: the option that sets it, its help, its default and its limits."""

    option: str
    help: str
    default: float
    low: float
    high: float


@dataclass(frozen=True)
class Activation:
    """An activation function and its derivative.

    Parameters
    ----------
    value : callable
        ``value(z)`` takes and returns an array of the same shape, (n, nodes). With a parameter ``value(z, parameter)``.
    derivative : callable or None
        ``derivative(z, a)`` returns the slope at each node, an array that the caller may overwrite in hidden layers.
        With a parameter ``derivative(z, a, parameter)``. None if the function is not elementwise.
    parameter : Parameter, optional
    fades : bool
        Whether the values of large negative sums are powers of e, which can be denormal numbers.
    hidden : bool
        Whether hidden layers may have it.
    onnx : str
        The operator of ONNX. Without one, or if it is newer than the version that is written, the formula is written
        node by node. Such nodes are recognised by their values, with the default parameter.
    onnx_parameter : str
        The operator's attribute that is the parameter; it has the same default.
    """

    value: Callable[..., Array]
    derivative: Callable[..., Array] | None
    parameter: Parameter | None = None
    fades: bool = False
    hidden: bool = True
    onnx: str = ""
    onnx_parameter: str = ""


class _Activations(dict[str, Activation]):
    """The activations by name; also with a parameter after the name."""

    def __missing__(self, spelled: str) -> Activation:
        return _with_parameter(spelled)


ACTIVATIONS = _Activations()
"""Name -> activation."""


def identity(z: Array) -> Array:
    """Return ``z`` unchanged."""
    return z


def identity_derivative(z: Array, a: Array) -> Array:
    """Return 1 everywhere."""
    slope: Array = ones(a)
    return slope


ACTIVATIONS["identity"] = Activation(identity, identity_derivative)


def sigmoid(z: Array) -> Array:
    """Return ``1 / (1 + exp(-z))``, the notes' function, 0 to 1."""
    value: Array = expit(z)
    return value


def sigmoid_derivative(z: Array, a: Array) -> Array:
    """Return ``a (1 - a)``, the ``o (1 − o)`` of the notes."""
    return a * (1 - a)


ACTIVATIONS["sigmoid"] = Activation(sigmoid, sigmoid_derivative, fades=True, onnx="Sigmoid")


def tanh(z: Array) -> Array:
    """Return the hyperbolic tangent, −1 to 1."""
    value: Array = hyperbolic_tangent(z)
    return value


def tanh_derivative(z: Array, a: Array) -> Array:
    """Return ``1 - a²``."""
    return 1 - a * a


ACTIVATIONS["tanh"] = Activation(tanh, tanh_derivative, onnx="Tanh")


def relu(z: Array) -> Array:
    """Return ``max(z, 0)`` (Nair and Hinton, ICML 2010)."""
    value: Array = maximum(z, 0)
    return value


def relu_derivative(z: Array, a: Array) -> Array:
    """Return 1 above zero and 0 elsewhere, including at zero."""
    slope: Array = step(a, 1, 0)
    return slope


ACTIVATIONS["relu"] = Activation(relu, relu_derivative, onnx="Relu")


def leaky_relu(z: Array, slope: float = 0.01) -> Array:
    """Return ``z`` above zero, ``slope · z`` below (Maas, Hannun and Ng, ICML workshop 2013)."""
    value: Array = where(z > 0, z, slope * z)
    return value


def leaky_relu_derivative(z: Array, a: Array, slope: float = 0.01) -> Array:
    """Return 1 above zero, the slope elsewhere."""
    derivative: Array = step(z, 1, slope)
    return derivative


ACTIVATIONS["leaky_relu"] = Activation(
    leaky_relu,
    leaky_relu_derivative,
    Parameter("leaky_relu_slope", "slope of leaky_relu below zero", 0.01, -1e6, 1e6),
    onnx="LeakyRelu",
    onnx_parameter="alpha",
)


def elu(z: Array, alpha: float = 1.0) -> Array:
    """Return ``z`` above zero, ``α (exp(z) − 1)`` below (Clevert, Unterthiner and Hochreiter, ICLR 2016)."""
    value: Array = where(z > 0, z, alpha * expm1(minimum(z, 0)))
    return value


def elu_derivative(z: Array, a: Array, alpha: float = 1.0) -> Array:
    """Return 1 above zero, ``α exp(z)`` elsewhere."""
    slope: Array = where(z > 0, 1, alpha * exp(minimum(z, 0)))
    return slope


ACTIVATIONS["elu"] = Activation(
    elu,
    elu_derivative,
    Parameter("elu_alpha", "distance from zero that elu approaches for large negative sums", 1.0, -1e6, 1e6),
    onnx="Elu",
    onnx_parameter="alpha",
)

GELU_SCALE = float(np.sqrt(2 / np.pi))
GELU_CUBIC = 0.044715


def gelu(z: Array) -> Array:
    """Return ``z Φ(z)`` in its tanh form (Hendrycks and Gimpel 2016, section 2)."""
    value: Array = 0.5 * z * (1 + hyperbolic_tangent(GELU_SCALE * (z + GELU_CUBIC * z**3)))
    return value


def gelu_derivative(z: Array, a: Array) -> Array:
    """Return the derivative of the tanh form; it needs `z`, because GELU is not monotonic."""
    t = hyperbolic_tangent(GELU_SCALE * (z + GELU_CUBIC * z**3))
    derivative: Array = 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * GELU_SCALE * (1 + 3 * GELU_CUBIC * z * z)
    return derivative


ACTIVATIONS["gelu"] = Activation(gelu, gelu_derivative)


def silu(z: Array) -> Array:
    """Return ``z σ(z)`` (Hendrycks and Gimpel 2016, section 2; Elfwing et al. 2017, equation 4), also called swish."""
    value: Array = z * expit(z)
    return value


def silu_derivative(z: Array, a: Array) -> Array:
    """Return ``σ(z) (1 + z (1 − σ(z)))``; it needs `z`, because SiLU is not monotonic."""
    s = expit(z)
    derivative: Array = s * (1 + z * (1 - s))
    return derivative


ACTIVATIONS["silu"] = Activation(silu, silu_derivative, fades=True)


def softplus(z: Array) -> Array:
    """Return ``log(1 + exp(z))``, a smooth ReLU (Dugas et al., NIPS 2000), from a power of e that is at most 1."""
    value: Array = maximum(z, 0) + log1p(exp(-abs(z)))
    return value


def softplus_derivative(z: Array, a: Array) -> Array:
    """Return ``σ(z)``."""
    slope: Array = expit(z)
    return slope


ACTIVATIONS["softplus"] = Activation(softplus, softplus_derivative, fades=True, onnx="Softplus")


def softmax(z: Array) -> Array:
    """Return ``exp(z) / Σ exp(z)`` over the last axis: positive values that sum to 1 per row."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    value: Array = e / e.sum(axis=-1, keepdims=True)
    return value


ACTIVATIONS["softmax"] = Activation(softmax, None, hidden=False, onnx="Softmax")

LARGEST_EXPONENT = 80.0
"""Upper limit of the sums, so that the result does not overflow, even in float32."""


def exponential(z: Array) -> Array:
    """Return ``exp(z)``, for positive outputs such as rates; `z` is their logarithm (McCullagh and Nelder 1989)."""
    value: Array = exp(minimum(z, LARGEST_EXPONENT))
    return value


def exponential_derivative(z: Array, a: Array) -> Array:
    """Return ``a``."""
    return a


ACTIVATIONS["exponential"] = Activation(exponential, exponential_derivative, hidden=False)  # nested ones overflow

OUTPUTS_ONLY = tuple(name for name, one in ACTIVATIONS.items() if not one.hidden)
"""Not allowed in hidden layers."""

HIDDEN = tuple(name for name, one in ACTIVATIONS.items() if one.hidden)
"""Allowed in hidden layers and in the output layer."""


def spelled(name: str, parameter: float | None = None) -> str:
    """Return the name of an activation with its parameter after it, if that is not the default: ``elu(0.5)``."""
    own = ACTIVATIONS[name].parameter
    return name if own is None or parameter in (None, own.default) else f"{name}({parameter!r})"


def name_and_parameter(spelled: str) -> tuple[str, float | None]:
    """Return the name in ``elu(0.5)`` and the parameter: the default if there is none, None if the name has none.

    Raises
    ------
    OptionError
        GN021 for an unknown name, and for a parameter that is none or not within its limits.
    """
    name, bracket, text = str(spelled).partition("(")
    own = ACTIVATIONS[name].parameter if name in ACTIVATIONS else None
    if not bracket or own is None:
        require_choice("activation", spelled, ACTIVATIONS)
        return name, own.default if own else None
    number = text.removesuffix(")")
    value = float(number) if re.fullmatch(r"-?\d+(\.\d+)?(e[-+]?\d+)?\)", text) else number
    return name, require_number(Option(own.option), value, own.low, own.high)


@lru_cache(maxsize=256)
def _with_parameter(spelled: str) -> Activation:
    name, parameter = name_and_parameter(spelled)
    value, derivative = ACTIVATIONS[name].value, ACTIVATIONS[name].derivative
    return replace(
        ACTIVATIONS[name],
        value=lambda z: value(z, parameter),
        derivative=derivative and (lambda z, a: derivative(z, a, parameter)),
    )
