"""Activations and their derivatives, each a kernel of its own, and loops over vectors that other kernels use.

The loops are written from the formulas of `nn/activations.py`, which `network.forward` and `network.send_back` call.
`plan.plan_of` chooses the kernels that a network needs; the others are not compiled.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numba.extending import overload

from ....nn import losses
from ....nn.activations import ACTIVATIONS
from ....nn.formulas import PORTABLE, Language, Symbol, defined, variable, where, written
from ....nn.optimizers import TINY
from ....runtime.jit import kernel, kernel_of


def _exp(x: Any) -> Any:
    return math.exp(x)


@overload(_exp)
def _exp_of(x: Any) -> Any:
    """Choose by precision: for float32 a polynomial that vectorises, accurate to 1e-7; for float64 the math library."""
    if x.bitwidth == 64:

        def exp64(x: Any) -> Any:
            return math.exp(x)

        return exp64

    def exp32(x: Any) -> Any:
        # exp(x) = 2^n · exp(r) with |r| ≤ ½ ln 2; ln 2 in two parts keeps r exact (Cody and Waite 1980).
        x = np.float32(-87.0) if x < np.float32(-87.0) else x
        x = np.float32(88.0) if x > np.float32(88.0) else x
        n = np.floor(x * np.float32(1.4426950408889634) + np.float32(0.5))
        r = x - n * np.float32(0.693359375) + n * np.float32(2.12194440e-4)
        p = np.float32(1 / 5040)  # a Taylor series is accurate enough on this short interval
        p = p * r + np.float32(1 / 720)
        p = p * r + np.float32(1 / 120)
        p = p * r + np.float32(1 / 24)
        p = p * r + np.float32(1 / 6)
        p = p * r + np.float32(0.5)
        p = p * r + np.float32(1)
        p = p * r + np.float32(1)
        power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
        return p * power if x == x else x  # NaN has no power

    return exp32


def _tanh(x: Any) -> Any:
    return math.tanh(x)


@overload(_tanh)
def _tanh_by_precision(x: Any) -> Any:
    """Choose by precision, as `_exp_of` does."""
    if x.bitwidth == 64:

        def tanh64(x: Any) -> Any:
            return math.tanh(x)

        return tanh64

    def tanh32(x: Any) -> Any:
        # Near 0 the difference would lose digits, so five terms of Lambert's continued fraction (1768) are used there.
        one, two, s = np.float32(1), np.float32(2), x * x
        above = x * (np.float32(945) + s * (np.float32(105) + s))
        near = above / (np.float32(945) + s * (np.float32(420) + np.float32(15) * s))
        return near if abs(x) < np.float32(0.625) else one - two / (one + _exp(two * x))

    return tanh32


def _expm1(x: Any) -> Any:
    return math.expm1(x)


def _log1p(x: Any) -> Any:
    return math.log1p(x)


def _in_float32(function: str) -> Any:
    """Return a function of portable arithmetic, computed with `_exp`."""
    statements, text = written(PORTABLE[function](variable("x")), _FLOAT32, PORTABLE)
    lines = "\n    ".join(["def of(x):", *statements, f"return {text}"])
    return defined(f"{function}32", lines, _SCOPE)


PYTHON = {
    "negative": "-{0}",
    "absolute": "abs({0})",
    "where": "{1} if {0} else {2}",
    "maximum": "{0} if not {0} <= {1} else {1}",  # written so that NaN passes
    "minimum": "{0} if not {0} > {1} else {1}",
}
"""Operations in Python. Both sides of a condition are computed, because LLVM vectorises no branches."""
_LANGUAGE = Language(lambda value: f"z.dtype.type({value!r})", PYTHON, "_{operation}({0})", eager=True)
_FLOAT32 = Language(lambda value: f"np.float32({value!r})", PYTHON, "_{operation}({0})", eager=True)

overload(_expm1)(lambda x: (lambda x: math.expm1(x)) if x.bitwidth == 64 else _in_float32("expm1"))
overload(_log1p)(lambda x: (lambda x: math.log1p(x)) if x.bitwidth == 64 else _in_float32("log1p"))


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
    """Set values smaller than `TINY` in magnitude to 0.

    The output and the slope of a saturated node are negative powers of e and can be denormal. Denormal numbers, and
    products with them, slow down every operation.
    """
    zero, tiny = values.dtype.type(0), values.dtype.type(TINY)
    for j in range(values.shape[0]):
        values[j] = zero if abs(values[j]) < tiny else values[j]  # written so that NaN passes


@kernel
def _softmax(z: Any, a: Any) -> None:
    peak, total = z[first_largest(z)], z.dtype.type(0)
    for j in range(z.shape[0]):
        a[j] = _exp(z[j] - peak)
        total += a[j]
    for j in range(z.shape[0]):
        a[j] /= total


@kernel
def _times_softmax_slope(z: Any, a: Any, delta: Any, scratch: Any) -> None:
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
    loops = _loops(ACTIVATIONS[name].value(variable("z[j]")), "a")
    return kernel(defined(f"activate_{name}", _function("z, a", loops), _SCOPE))


@cache
def derivative_kernel(name: str) -> Any:
    """Return the kernel ``(z, a, delta, scratch)`` that multiplies `delta` by the derivative at each node, in place.

    All arrays are (nodes,); `scratch` may be longer.
    """
    derivative = ACTIVATIONS[name].derivative
    if derivative is None:
        return _times_softmax_slope
    slope, delta = derivative(variable("z[j]"), variable("a[j]")), variable("delta[j]")
    loops = _loops(_product(delta, slope), "delta", "scratch")
    if not is_piecewise_constant(slope):
        loops.append("flush(delta)")
    return kernel(defined(f"times_slope_of_{name}", _function("z, a, delta, scratch", loops), _SCOPE))


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


def _loops(result: Any, to: str, scratch: str = "") -> list[str]:
    """Return the lines of loops over j that fill a vector with a result.

    A hyperbolic tangent has a loop of its own: in one with the sums around it, LLVM would reorder those within it.
    """
    lines = []
    if (argument := _argument_of_tanh(result)) is not None:
        scratch = scratch or to
        lines += _loop(argument, scratch) if argument.operation != "variable" else []
        argument = variable(f"{scratch}[j]") if lines else argument
        lines += _loop(Symbol("tanh", argument), scratch)
        result = _with_tanh(result, variable(f"{scratch}[j]"))
    return lines if _is_variable(result, f"{to}[j]") else lines + _loop(result, to)


def _loop(result: Any, to: str) -> list[str]:
    statements, text = written(result, _LANGUAGE, {"expit": lambda x: 1 / (1 + Symbol("exp", -x))})
    return ["for j in range(z.shape[0]):", *(f"    {line}" for line in (*statements, f"{to}[j] = {text}"))]


def _is_variable(symbol: Any, name: str) -> bool:
    return isinstance(symbol, Symbol) and symbol.operation == "variable" and symbol.operands == (name,)


def _argument_of_tanh(symbol: Any) -> Any:
    if not isinstance(symbol, Symbol) or symbol.operation == "tanh":
        return symbol.operands[0] if isinstance(symbol, Symbol) else None
    return next((found for one in symbol.operands if (found := _argument_of_tanh(one)) is not None), None)


def _with_tanh(symbol: Any, value: Symbol) -> Any:
    if not isinstance(symbol, Symbol) or symbol.operation in ("tanh", "variable"):
        return value if isinstance(symbol, Symbol) and symbol.operation == "tanh" else symbol
    return Symbol(symbol.operation, *(_with_tanh(one, value) for one in symbol.operands))


def _function(arguments: str, lines: list[str]) -> str:
    return "\n    ".join([f"def of({arguments}):", *(lines or ["return"])])


_SCOPE = globals()
