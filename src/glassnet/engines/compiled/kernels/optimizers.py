"""Fused optimizer steps: every number of the flat vectors is read and written once.

The formulas are those of `nn/optimizers.py`; tests compare the two. All functions work on the range ``start`` to
``stop`` of the vectors, so that threads can share the work. The division of a vector affects only the last bits of the
gradient's norm, which is summed part by part.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ....nn.optimizers import TINY
from ....runtime.jit import kernel
from .common import number_of

NESTEROV, ADAMW = map(number_of, ("nesterov", "adamw"))


class Constants(NamedTuple):
    """Constants of a step, in the type of the vectors."""

    rate: Any
    momentum: Any
    beta2: Any
    epsilon: Any
    weight_decay: Any
    first: Any  # 1 / (1 − β₁ᵗ)
    second: Any  # 1 / (1 − β₂ᵗ)
    follow: Any  # fraction by which the average moves; 0: no average
    fresh: Any  # 1 − β₁, computed before rounding
    fresh2: Any  # 1 − β₂
    clip: Any  # factor of the gradient, computed during the step


@kernel
def constants_of(row: Any, clip: Any) -> Constants:
    """Return the constants of a step from a table row, which has all but `clip` in the same order."""
    return Constants(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9], clip)


# Each kernel slices its part of the vectors first: with a loop from 0 the compiler need not handle negative indices and
# can use vector instructions.


@kernel
def sum_shards(shards: Any, used: int, start: int, stop: int) -> None:
    """Add shards 1 to ``used - 1`` to shard 0, in this order."""
    total = shards[0][start:stop]
    for shard in range(1, used):
        part = shards[shard][start:stop]
        for i in range(stop - start):
            total[i] += part[i]


@kernel
def sum_squares(gradient: Any, start: int, stop: int) -> float:
    """Return the sum of squares, in double precision."""
    part, squares = gradient[start:stop], 0.0
    for i in range(stop - start):
        number = np.float64(part[i])  # before squaring: the square of 1e20 is infinite in float32
        squares += number * number
    return squares


@kernel
def _sgd(code: int, w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Constants) -> None:
    w, gradient = w[start:stop], gradient[start:stop]
    for i in range(w.shape[0]):
        # network.update: parameters.flat -= learning_rate * gradients.flat
        w[i] -= c.rate * (c.clip * gradient[i] + c.weight_decay * w[i])


@kernel
def _momentum(code: int, w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Constants) -> None:
    w, gradient, v, ahead = w[start:stop], gradient[start:stop], slots[0][start:stop], code == NESTEROV
    zero, tiny = w.dtype.type(0), w.dtype.type(TINY)
    now = w.dtype.type(1) if ahead else zero  # Nesterov: g + μ v; the heavy ball: v
    later = c.momentum if ahead else w.dtype.type(1)
    for i in range(w.shape[0]):
        g = c.clip * gradient[i] + c.weight_decay * w[i]
        speed = c.momentum * v[i] + g
        speed = zero if abs(speed) < tiny else speed  # written so that NaN passes, as below
        v[i] = speed
        w[i] -= c.rate * (now * g + later * speed)


@kernel
def _rmsprop(code: int, w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Constants) -> None:
    w, gradient, r = w[start:stop], gradient[start:stop], slots[0][start:stop]
    zero, tiny = w.dtype.type(0), w.dtype.type(TINY)
    for i in range(w.shape[0]):
        g = c.clip * gradient[i] + c.weight_decay * w[i]
        size = c.beta2 * r[i] + c.fresh2 * g * g
        size = zero if size < tiny else size
        r[i] = size
        w[i] -= c.rate * g / (math.sqrt(size) + c.epsilon)


@kernel
def _adam(code: int, w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Constants) -> None:
    w, gradient, m, r = w[start:stop], gradient[start:stop], slots[0][start:stop], slots[1][start:stop]
    apart = code == ADAMW
    zero, tiny = w.dtype.type(0), w.dtype.type(TINY)
    inside = zero if apart else c.weight_decay
    outside = c.rate * c.weight_decay if apart else zero
    for i in range(w.shape[0]):
        old = w[i]
        g = c.clip * gradient[i] + inside * old
        mean = c.momentum * m[i] + c.fresh * g
        size = c.beta2 * r[i] + c.fresh2 * g * g
        mean = zero if abs(mean) < tiny else mean
        size = zero if size < tiny else size
        m[i] = mean
        r[i] = size
        w[i] = old - outside * old - c.rate * (mean * c.first) / (math.sqrt(size * c.second) + c.epsilon)


@kernel
def _lion(code: int, w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Constants) -> None:
    w, gradient, m = w[start:stop], gradient[start:stop], slots[0][start:stop]
    zero, one, tiny = w.dtype.type(0), w.dtype.type(1), w.dtype.type(TINY)
    for i in range(w.shape[0]):
        g = c.clip * gradient[i]
        mixed = c.momentum * m[i] + c.fresh * g
        mean = c.beta2 * m[i] + c.fresh2 * g
        m[i] = zero if abs(mean) < tiny else mean
        mixed = zero if abs(mixed) < tiny else mixed
        sign = one if mixed > 0 else -one if mixed < 0 else mixed  # written so that NaN passes
        w[i] -= c.rate * (sign + c.weight_decay * w[i])


UPDATE: dict[str, Any] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _momentum,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adam,
    "lion": _lion,
}
"""Optimizer -> the kernel ``(code, w, gradient, slots, start, stop, constants)`` that updates weights `w` and state.

`code` is that of the optimizer. `w` and `gradient` are flat vectors, `slots` has a row for each vector of the state.
"""


@kernel
def follow(average: Any, w: Any, start: int, stop: int, fraction: Any) -> None:
    """Move the average of the weights by a fraction of its distance to them; with fraction 0 there is no average."""
    if fraction != 0:
        w, average = w[start:stop], average[start:stop]
        for i in range(w.shape[0]):
            average[i] += fraction * (w[i] - average[i])
