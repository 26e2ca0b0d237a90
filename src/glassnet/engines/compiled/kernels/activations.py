"""Activations and their derivatives, each a kernel of its own, and loops over vectors that other kernels use.

The formulas are those of `nn/activations.py`, which `network.forward` and `network.send_back` call; tests compare the
two. `plan.plan_of` chooses the kernels that a network needs; the others are not compiled.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba.extending import overload

from ....nn.activations import GELU_CUBIC, GELU_SCALE, LARGEST_EXPONENT, LEAK
from ....nn.optimizers import TINY
from ....runtime.jit import kernel


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


def _tanh_of(x: Any) -> Any:
    return math.tanh(x)


@overload(_tanh_of)
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


@kernel
def first_largest(values: Any) -> int:
    """Return the index of the largest value, the first one if there are several."""
    place, largest = 0, values[0]
    for j in range(1, values.shape[0]):
        larger = values[j] > largest
        place, largest = j if larger else place, values[j] if larger else largest
    return place


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
def _sigmoid(z: Any, a: Any) -> None:
    one = z.dtype.type(1)
    for j in range(z.shape[0]):
        a[j] = one / (one + _exp(-z[j]))


@kernel
def _tanh(z: Any, a: Any) -> None:
    for j in range(z.shape[0]):
        a[j] = _tanh_of(z[j])


@kernel
def _relu(z: Any, a: Any) -> None:
    for j in range(z.shape[0]):
        a[j] = z[j] if not z[j] <= 0 else z.dtype.type(0)  # written so that NaN passes


@kernel
def _leaky_relu(z: Any, a: Any) -> None:
    leak = z.dtype.type(LEAK)
    for j in range(z.shape[0]):
        a[j] = z[j] if not z[j] <= 0 else leak * z[j]


@kernel
def _gelu_inner(z: Any, out: Any) -> None:
    scale, cubic = z.dtype.type(GELU_SCALE), z.dtype.type(GELU_CUBIC)
    for j in range(z.shape[0]):
        out[j] = scale * (z[j] + cubic * z[j] * z[j] * z[j])


@kernel
def _gelu(z: Any, a: Any) -> None:
    one, half = z.dtype.type(1), z.dtype.type(0.5)
    _gelu_inner(z, a)
    _tanh(a, a)
    for j in range(z.shape[0]):
        a[j] = half * z[j] * (one + a[j])


@kernel
def _silu(z: Any, a: Any) -> None:
    one = z.dtype.type(1)
    for j in range(z.shape[0]):
        a[j] = z[j] / (one + _exp(-z[j]))


@kernel
def _softmax(z: Any, a: Any) -> None:
    peak, total = z[first_largest(z)], z.dtype.type(0)
    for j in range(z.shape[0]):
        a[j] = _exp(z[j] - peak)
        total += a[j]
    for j in range(z.shape[0]):
        a[j] /= total


@kernel
def _exponential(z: Any, a: Any) -> None:
    limit = z.dtype.type(LARGEST_EXPONENT)
    for j in range(z.shape[0]):
        a[j] = _exp(z[j] if not z[j] > limit else limit)  # written so that NaN passes


ACTIVATE: dict[str, Any] = {
    "identity": copy,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "gelu": _gelu,
    "silu": _silu,
    "softmax": _softmax,
    "exponential": _exponential,
}
"""Activation -> the kernel ``(z, a)`` that fills `a` with the activations of the sums `z`, both (nodes,)."""


@kernel
def _times_1(z: Any, a: Any, delta: Any, scratch: Any) -> None:
    return


@kernel
def _times_sigmoid_slope(z: Any, a: Any, delta: Any, scratch: Any) -> None:
    one = z.dtype.type(1)
    for j in range(z.shape[0]):
        delta[j] *= a[j] * (one - a[j])
    flush(delta)


@kernel
def _times_tanh_slope(z: Any, a: Any, delta: Any, scratch: Any) -> None:
    one = z.dtype.type(1)
    for j in range(z.shape[0]):
        delta[j] *= one - a[j] * a[j]
    flush(delta)


@kernel
def _times_relu_slope(z: Any, a: Any, delta: Any, scratch: Any) -> None:
    for j in range(z.shape[0]):  # without a branch, like the next one: branches would be unpredictable
        delta[j] = delta[j] if a[j] > 0 else z.dtype.type(0)


@kernel
def _times_leaky_relu_slope(z: Any, a: Any, delta: Any, scratch: Any) -> None:
    leak = z.dtype.type(LEAK)
    for j in range(z.shape[0]):
        delta[j] = delta[j] if a[j] > 0 else leak * delta[j]


@kernel
def _times_gelu_slope(z: Any, a: Any, delta: Any, scratch: Any) -> None:
    one, half = z.dtype.type(1), z.dtype.type(0.5)
    scale, cubic = z.dtype.type(GELU_SCALE), z.dtype.type(3 * GELU_CUBIC)
    _gelu_inner(z, scratch)
    _tanh(scratch, scratch)
    for j in range(z.shape[0]):
        t = scratch[j]
        delta[j] *= half * (one + t) + half * z[j] * (one - t * t) * scale * (one + cubic * z[j] * z[j])
    flush(delta)


@kernel
def _times_silu_slope(z: Any, a: Any, delta: Any, scratch: Any) -> None:
    one = z.dtype.type(1)
    for j in range(z.shape[0]):
        s = one / (one + _exp(-z[j]))
        delta[j] *= s * (one + z[j] * (one - s))
    flush(delta)


@kernel
def _times_softmax_slope(z: Any, a: Any, delta: Any, scratch: Any) -> None:
    mean = z.dtype.type(0)
    for j in range(z.shape[0]):
        mean += delta[j] * a[j]
    for j in range(z.shape[0]):
        delta[j] = a[j] * (delta[j] - mean)
    flush(delta)


@kernel
def _times_exponential_slope(z: Any, a: Any, delta: Any, scratch: Any) -> None:
    for j in range(z.shape[0]):
        delta[j] *= a[j]
    flush(delta)


TIMES_DERIVATIVE: dict[str, Any] = {
    "identity": _times_1,
    "sigmoid": _times_sigmoid_slope,
    "tanh": _times_tanh_slope,
    "relu": _times_relu_slope,
    "leaky_relu": _times_leaky_relu_slope,
    "gelu": _times_gelu_slope,
    "silu": _times_silu_slope,
    "softmax": _times_softmax_slope,
    "exponential": _times_exponential_slope,
}
"""Activation -> the kernel ``(z, a, delta, scratch)`` that multiplies `delta` by the derivative at each node, in place.

All arrays are (nodes,); `scratch` may be longer.
"""
