"""Activations, their derivatives, and the loss at the outputs.

The formulas are those of `nn/activations.py` and `nn/losses.py`, which `network.forward` and `network.send_back` call;
tests compare the two.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba.extending import overload

from ....nn.activations import GELU_CUBIC, GELU_SCALE, LARGEST_EXPONENT, LEAK
from ....nn.jit import kernel, part_of_kernel
from ....nn.optimizers import TINY
from .common import Plan, number_of

SIGMOID, TANH, RELU, LEAKY_RELU = map(number_of, ("sigmoid", "tanh", "relu", "leaky_relu"))
GELU, SILU, SOFTMAX, EXPONENTIAL = map(number_of, ("gelu", "silu", "softmax", "exponential"))
IDENTITY = number_of("identity")
SQUARED_ERROR, CROSS_ENTROPY, POISSON, FOCAL = map(number_of, ("squared_error", "cross_entropy", "poisson", "focal"))
HUBER, QUANTILE = map(number_of, ("huber", "quantile"))


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
        x = min(max(x, np.float32(-87.0)), np.float32(88.0))
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
        return p * power if x == x else x  # the bounds above would hide a NaN

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
def flush_hidden(plan: Plan, layer: int, a: Any) -> None:
    """Flush the activations of a hidden layer if they can be denormal; outputs are compared and must not change."""
    if (plan.activation[layer] == SIGMOID or plan.activation[layer] == SILU) and layer + 1 < plan.activation.shape[0]:
        flush(a)


@kernel
def activate(code: int, z: Any, a: Any) -> None:
    """Fill `a` with the activations of the sums `z`, both (nodes,)."""
    one, half = z.dtype.type(1), z.dtype.type(0.5)
    nodes = z.shape[0]
    if code == SIGMOID:
        for j in range(nodes):
            a[j] = one / (one + _exp(-z[j]))
    elif code == TANH:
        _tanh(z, a)
    elif code == RELU:
        for j in range(nodes):
            a[j] = z[j] if not z[j] <= 0 else z.dtype.type(0)  # written so that NaN passes
    elif code == LEAKY_RELU:
        leak = z.dtype.type(LEAK)
        for j in range(nodes):
            a[j] = z[j] if not z[j] <= 0 else leak * z[j]
    elif code == GELU:
        _gelu_inner(z, a)
        _tanh(a, a)
        for j in range(nodes):
            a[j] = half * z[j] * (one + a[j])
    elif code == SILU:
        for j in range(nodes):
            a[j] = z[j] / (one + _exp(-z[j]))
    elif code == SOFTMAX:
        peak, total = z[first_largest(z)], z.dtype.type(0)
        for j in range(nodes):
            a[j] = _exp(z[j] - peak)
            total += a[j]
        for j in range(nodes):
            a[j] /= total
    elif code == EXPONENTIAL:
        limit = z.dtype.type(LARGEST_EXPONENT)
        for j in range(nodes):
            a[j] = _exp(z[j] if not z[j] > limit else limit)  # written so that NaN passes
    else:
        copy(z, a)


@kernel
def _tanh(z: Any, a: Any) -> None:
    for j in range(z.shape[0]):
        a[j] = _tanh_of(z[j])


@kernel
def _gelu_inner(z: Any, out: Any) -> None:
    scale, cubic = z.dtype.type(GELU_SCALE), z.dtype.type(GELU_CUBIC)
    for j in range(z.shape[0]):
        out[j] = scale * (z[j] + cubic * z[j] * z[j] * z[j])


@kernel
def times_derivative(code: int, z: Any, a: Any, delta: Any, scratch: Any) -> None:
    """Multiply `delta` by the activation's derivative at each node, in place."""
    one, half = z.dtype.type(1), z.dtype.type(0.5)
    nodes = z.shape[0]
    if code == SIGMOID:
        for j in range(nodes):
            delta[j] *= a[j] * (one - a[j])
    elif code == TANH:
        for j in range(nodes):
            delta[j] *= one - a[j] * a[j]
    elif code == RELU:  # without a branch, like the next one: branches would be unpredictable
        for j in range(nodes):
            delta[j] = delta[j] if a[j] > 0 else z.dtype.type(0)
    elif code == LEAKY_RELU:
        leak = z.dtype.type(LEAK)
        for j in range(nodes):
            delta[j] = delta[j] if a[j] > 0 else leak * delta[j]
    elif code == GELU:
        scale, cubic = z.dtype.type(GELU_SCALE), z.dtype.type(3 * GELU_CUBIC)
        _gelu_inner(z, scratch)
        _tanh(scratch, scratch)
        for j in range(nodes):
            t = scratch[j]
            delta[j] *= half * (one + t) + half * z[j] * (one - t * t) * scale * (one + cubic * z[j] * z[j])
    elif code == SILU:
        for j in range(nodes):
            s = one / (one + _exp(-z[j]))
            delta[j] *= s * (one + z[j] * (one - s))
    elif code == SOFTMAX:
        mean = z.dtype.type(0)
        for j in range(nodes):
            mean += delta[j] * a[j]
        for j in range(nodes):
            delta[j] = a[j] * (delta[j] - mean)
    elif code == EXPONENTIAL:
        for j in range(nodes):
            delta[j] *= a[j]
    if code not in (IDENTITY, RELU, LEAKY_RELU):
        flush(delta)


@kernel
def weigh(weight: Any, loss: float, error: Any, delta: Any) -> float:
    """Multiply error and delta of the outputs by a sample weight, in place; return the weighted loss."""
    for k in range(delta.shape[0]):
        error[k] *= weight
        delta[k] *= weight
    weighted: float = loss * weight
    return weighted


@part_of_kernel
def _cross_entropy(code: int, z: Any, a: Any, target: Any, delta: Any) -> float:
    """Return the loss; `delta` has ``a − t``, which is corrected for softmax if the targets do not sum to 1."""
    loss = 0.0
    if code == SIGMOID:
        for k in range(a.shape[0]):
            loss += max(z[k], 0.0) - target[k] * z[k] + math.log1p(math.exp(-abs(z[k])))
    else:
        # The activations contain the exponentials: with the largest at p, log Σ exp(zₖ − zₚ) = log(1 + Σ aₖ / aₚ), k ≠
        # p.
        p, rest, mass = first_largest(z), z.dtype.type(0), z.dtype.type(0)
        for k in range(a.shape[0]):
            rest += a[k] if k != p else z.dtype.type(0)
            mass += target[k]
        loss = float(mass) * math.log1p(float(rest / a[p]))
        for k in range(a.shape[0]):
            loss += float(target[k]) * (float(z[p]) - z[k])
            delta[k] = a[k] * mass - target[k]
    return loss


@part_of_kernel
def _loss_of_numbers(kind: int, parameter: float, error: Any, delta: Any) -> float:
    """Return a regression loss, and fill `delta` with its gradient with respect to the outputs."""
    loss = 0.0
    for k in range(error.shape[0]):
        e = float(error[k])
        size = abs(e)
        sign = 1.0 if e > 0 else (-1.0 if e < 0 else 0.0)
        if kind == HUBER:
            near = min(size, parameter)
            loss += near * (size - 0.5 * near)
            delta[k] = sign * near
        elif kind == QUANTILE:
            cost = parameter if e < 0 else 1 - parameter
            loss += cost * size
            delta[k] = sign * cost
        else:
            loss += size
            delta[k] = sign
    return loss


@part_of_kernel
def _focal(code: int, gamma: float, z: Any, a: Any, target: Any, delta: Any) -> float:
    loss, total = 0.0, 0.0
    if code == SIGMOID:
        for k in range(a.shape[0]):
            tail = math.log1p(math.exp(-abs(z[k])))
            log_a, log_rest = -max(-z[k], 0.0) - tail, -max(z[k], 0.0) - tail
            here, rest, t = math.exp(log_a), math.exp(log_rest), float(target[k])
            yes, no = t * math.exp(gamma * log_rest), (1 - t) * math.exp(gamma * log_a)
            loss -= yes * log_a + no * log_rest
            delta[k] = yes * (gamma * here * log_a - rest) + no * (here - gamma * rest * log_rest)
        return loss
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


@kernel
def output_delta(plan: Plan, z: Any, a: Any, target: Any, error: Any, delta: Any, scratch: Any) -> float:
    """Fill the error ``a − t`` and the delta of the outputs, and return the loss; formulas as in `nn/losses.py`."""
    code = plan.activation[-1]
    loss = 0.0
    for k in range(a.shape[0]):
        error[k] = a[k] - target[k]
        delta[k] = error[k]
    if plan.loss == SQUARED_ERROR:
        for k in range(a.shape[0]):
            loss += 0.5 * error[k] * error[k]
    elif plan.loss == CROSS_ENTROPY:
        loss = _cross_entropy(code, z, a, target, delta)
    elif plan.loss == FOCAL:
        loss = _focal(code, plan.loss_parameter, z, a, target, delta)
    elif plan.loss == POISSON:
        for k in range(a.shape[0]):
            constant = target[k] * math.log(target[k]) if target[k] > 0 else 0.0
            loss += error[k] - target[k] * z[k] + constant
    else:
        loss = _loss_of_numbers(plan.loss, plan.loss_parameter, error, delta)
    if plan.loss != CROSS_ENTROPY and plan.loss != FOCAL and plan.loss != POISSON:
        times_derivative(code, z, a, delta, scratch)
    else:
        flush(delta)
    return loss
