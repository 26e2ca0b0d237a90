"""Losses of one sample and the deltas of its outputs, each loss a kernel of its own.

The formulas are those of `nn/losses.py`, which `network.send_back` calls; tests compare the two. `plan.plan_of` chooses
the kernel that a network needs; the others are not compiled.
"""

from __future__ import annotations

import math
from typing import Any

from ....runtime.jit import kernel
from .activations import first_largest, flush
from .common import number_of

SIGMOID = number_of("sigmoid")


@kernel
def weigh(weight: Any, loss: float, error: Any, delta: Any) -> float:
    """Multiply error and delta of the outputs by a sample weight, in place; return the weighted loss."""
    for k in range(delta.shape[0]):
        error[k] *= weight
        delta[k] *= weight
    weighted: float = loss * weight
    return weighted


@kernel
def _errors(a: Any, target: Any, error: Any, delta: Any) -> None:
    for k in range(a.shape[0]):
        error[k] = a[k] - target[k]
        delta[k] = error[k]


@kernel
def _squared_error(code: int, parameter: float, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
    loss = 0.0
    _errors(a, target, error, delta)
    for k in range(a.shape[0]):
        loss += 0.5 * error[k] * error[k]
    return loss


@kernel
def _cross_entropy(code: int, parameter: float, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
    loss = 0.0
    _errors(a, target, error, delta)
    if code == SIGMOID:
        for k in range(a.shape[0]):
            loss += max(z[k], 0.0) - target[k] * z[k] + math.log1p(math.exp(-abs(z[k])))
    else:
        # The activations contain the exponentials: with the largest at p, log Σ exp(zₖ − zₚ) = log(1 + Σ aₖ / aₚ), k ≠
        # p. The delta is a − t if the targets sum to 1.
        p, rest, mass = first_largest(z), z.dtype.type(0), z.dtype.type(0)
        for k in range(a.shape[0]):
            rest += a[k] if k != p else z.dtype.type(0)
            mass += target[k]
        loss = float(mass) * math.log1p(float(rest / a[p]))
        for k in range(a.shape[0]):
            loss += float(target[k]) * (float(z[p]) - z[k])
            delta[k] = a[k] * mass - target[k]
    flush(delta)
    return loss


@kernel
def _focal(code: int, gamma: float, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
    loss, total = 0.0, 0.0
    _errors(a, target, error, delta)
    if code == SIGMOID:
        for k in range(a.shape[0]):
            tail = math.log1p(math.exp(-abs(z[k])))
            log_a, log_rest = -max(-z[k], 0.0) - tail, -max(z[k], 0.0) - tail
            here, rest, t = math.exp(log_a), math.exp(log_rest), float(target[k])
            yes, no = t * math.exp(gamma * log_rest), (1 - t) * math.exp(gamma * log_a)
            loss -= yes * log_a + no * log_rest
            delta[k] = yes * (gamma * here * log_a - rest) + no * (here - gamma * rest * log_rest)
    else:
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
    flush(delta)
    return loss


@kernel
def _poisson(code: int, parameter: float, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
    loss = 0.0
    _errors(a, target, error, delta)
    for k in range(a.shape[0]):
        constant = target[k] * math.log(target[k]) if target[k] > 0 else 0.0
        loss += error[k] - target[k] * z[k] + constant
    flush(delta)
    return loss


@kernel
def _absolute_error(code: int, parameter: float, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
    loss = 0.0
    _errors(a, target, error, delta)
    for k in range(a.shape[0]):
        e = float(error[k])
        loss += abs(e)
        delta[k] = _sign(e)
    return loss


@kernel
def _huber(code: int, parameter: float, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
    loss = 0.0
    _errors(a, target, error, delta)
    for k in range(a.shape[0]):
        e = float(error[k])
        near = min(abs(e), parameter)
        loss += near * (abs(e) - 0.5 * near)
        delta[k] = _sign(e) * near
    return loss


@kernel
def _quantile(code: int, parameter: float, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
    loss = 0.0
    _errors(a, target, error, delta)
    for k in range(a.shape[0]):
        e = float(error[k])
        cost = parameter if e < 0 else 1 - parameter
        loss += cost * abs(e)
        delta[k] = _sign(e) * cost
    return loss


@kernel
def _sign(e: float) -> float:
    return 1.0 if e > 0 else (-1.0 if e < 0 else 0.0)


OUTPUT_LOSS: dict[str, Any] = {
    "squared_error": _squared_error,
    "cross_entropy": _cross_entropy,
    "absolute_error": _absolute_error,
    "huber": _huber,
    "quantile": _quantile,
    "poisson": _poisson,
    "focal": _focal,
}
"""Loss -> the kernel ``(code, parameter, z, a, target, error, delta)`` that returns the loss of one sample.

`code` is that of the output activation, `parameter` that of the loss. `z`, `a` and `target` are (outputs,). `error` is
filled with ``a − t``. `delta` is filled with the gradient with respect to the sums `z` for the losses of
`OF_THE_SUMS`, and with respect to the activations `a` for the others.
"""

OF_THE_SUMS = ("cross_entropy", "poisson", "focal")
