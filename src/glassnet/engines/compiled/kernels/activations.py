"""Activations and their derivatives, each a kernel of its own, and loops over vectors that other kernels use.

The loops are written from the formulas of `nn/activations.py`, which `network.forward` and `network.send_back` call.
`plan.plan_of` chooses the kernels that a network needs; the others are not compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from ....nn import losses
from ....nn.activations import ACTIVATIONS
from ....nn.formulas import Language, Symbol, defined, variable, where, written
from ....runtime.jit import kernel, kernel_of
from .functions import FUNCTIONS, PYTHON, exp

_LANGUAGE = Language(lambda value: f"z.dtype.type({value!r})", PYTHON, eager=True)


# Loops replace NumPy expressions (a[:] = z, z.max(), …), because Numba's versions include error messages and
# broadcasting, which would triple the compilation time of this file.


@kernel
def copy(source: Any, to: Any) -> None:
    """Copy one vector into another."""
    for j in range(source.shape[0]):
        to[j] = source[j]


@kernel
def set_to_zero(values: Any) -> None:
    """Fill a vector with zeros."""
    for j in range(values.shape[0]):
        values[j] = 0


@kernel
def add(source: Any, to: Any) -> None:
    """Add one vector to the beginning of another."""
    for j in range(source.shape[0]):
        to[j] += source[j]


first_largest = kernel_of(losses.first_largest)


@kernel
def flush(values: Any) -> None:
    """Set values to 0 whose squares, times a learning rate, would be denormal: below 1e-18 in single precision.

    The output and the slope of a saturated node are negative powers of e of any size. A step multiplies outputs by
    slopes; a product that is denormal, or too small even for that, takes a hundred times as long as others.
    """
    zero, tiny = values.dtype.type(0), values.dtype.type(1e-18 if values.itemsize == 4 else 1e-150)
    for j in range(values.shape[0]):
        values[j] = zero if abs(values[j]) < tiny else values[j]  # written so that NaN passes


@kernel
def _softmax(z: Any, a: Any) -> None:
    peak, total = z[first_largest(z)], z.dtype.type(0)
    for j in range(z.shape[0]):
        a[j] = exp(z[j] - peak)
        total += a[j]
    for j in range(z.shape[0]):
        a[j] /= total


@kernel
def _times_softmax_slope(z: Any, a: Any, delta: Any) -> None:
    mean = z.dtype.type(0)
    for j in range(z.shape[0]):
        mean += delta[j] * a[j]
    for j in range(z.shape[0]):
        delta[j] = a[j] * (delta[j] - mean)
    flush(delta)


@cache
def activation_kernel(name: str) -> Any:
    """Return the kernel ``(z, a)`` that fills `a` with the activations of the sums `z`, both (nodes,)."""
    if name == "softmax":
        return _softmax
    return _loop(f"activate_{name}", "z, a", ACTIVATIONS[name].value(variable("z[j]")), "a[j]")


@cache
def derivative_kernel(name: str) -> Any:
    """Return the kernel ``(z, a, delta)`` that multiplies `delta` by the derivative at each node, in place.

    All arrays are (nodes,).
    """
    derivative = ACTIVATIONS[name].derivative
    if derivative is None:
        return _times_softmax_slope
    slope = derivative(variable("z[j]"), variable("a[j]"))
    flushes = [] if is_piecewise_constant(slope) else ["flush(delta)"]
    product = _product(variable("delta[j]"), slope)
    return _loop(f"times_slope_of_{name}", "z, a, delta", product, "delta[j]", flushes)


def _loop(name: str, arguments: str, result: Any, to: str, after: Sequence[str] = ()) -> Any:
    """Return a kernel with a loop over j that fills a vector with a result."""
    statements, text = written(result, _LANGUAGE)
    body = (
        []
        if text == to
        else ["for j in range(z.shape[0]):", *(f"    {line}" for line in (*statements, f"{to} = {text}"))]
    )
    lines = "\n    ".join([f"def of({arguments}):", *body, *after, "return"])
    return kernel(defined(name, lines, globals() | FUNCTIONS))


def _product(delta: Symbol, slope: Any) -> Any:
    """Return a product without multiplications by 0 and 1."""
    if isinstance(slope, Symbol) and slope.operation == "where":
        condition, one, other = slope.operands
        return where(condition, _product(delta, one), _product(delta, other))
    return delta * slope if isinstance(slope, Symbol) or slope not in (0, 1) else delta if slope else 0


def is_piecewise_constant(slope: Any) -> bool:
    """Return whether a derivative, as symbols, is a number or a choice of numbers."""
    return not isinstance(slope, Symbol) or (
        slope.operation == "where" and all(map(is_piecewise_constant, slope.operands[1:]))
    )
