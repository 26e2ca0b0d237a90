"""Fused optimizer steps: every number of the flat vectors is read and written once.

The formulas are those of `nn/optimizers.py`; tests compare the two. All functions work on the range ``start`` to
``stop`` of the vectors, so that threads can share the work. The division of a vector affects only the last bits of the
gradient's norm, which is summed part by part.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ....nn.jit import kernel, part_of_kernel
from ....nn.optimizers import TINY
from .common import number_of

MOMENTUM, NESTEROV, RMSPROP = map(number_of, ("momentum", "nesterov", "rmsprop"))
ADAM, ADAMW, LION = map(number_of, ("adam", "adamw", "lion"))


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
def take_step(
    code: int, w: Any, gradient: Any, slots: Any, average: Any, start: int, stop: int, constants: Constants
) -> None:
    """Update the weights, then the average."""
    w, gradient = w[start:stop], gradient[start:stop]
    if code in (MOMENTUM, NESTEROV):
        _momentum(code == NESTEROV, w, gradient, slots[0][start:stop], constants)
    elif code == RMSPROP:
        _rmsprop(w, gradient, slots[0][start:stop], constants)
    elif code in (ADAM, ADAMW):
        _adam(code == ADAMW, w, gradient, slots[0][start:stop], slots[1][start:stop], constants)
    elif code == LION:
        _lion(w, gradient, slots[0][start:stop], constants)
    else:
        c = constants
        for i in range(w.shape[0]):
            # network.update: parameters.flat -= learning_rate * gradients.flat
            w[i] -= c.rate * (c.clip * gradient[i] + c.weight_decay * w[i])
    if constants.follow != 0:
        average = average[start:stop]
        for i in range(w.shape[0]):
            average[i] += constants.follow * (w[i] - average[i])


@part_of_kernel
def _momentum(ahead: bool, w: Any, gradient: Any, v: Any, c: Constants) -> None:
    zero, tiny = w.dtype.type(0), w.dtype.type(TINY)
    now = w.dtype.type(1) if ahead else zero  # Nesterov: g + μ v; the heavy ball: v
    later = c.momentum if ahead else w.dtype.type(1)
    for i in range(w.shape[0]):
        g = c.clip * gradient[i] + c.weight_decay * w[i]
        speed = c.momentum * v[i] + g
        speed = zero if abs(speed) < tiny else speed  # written so that NaN passes, as below
        v[i] = speed
        w[i] -= c.rate * (now * g + later * speed)


@part_of_kernel
def _rmsprop(w: Any, gradient: Any, r: Any, c: Constants) -> None:
    zero, tiny = w.dtype.type(0), w.dtype.type(TINY)
    for i in range(w.shape[0]):
        g = c.clip * gradient[i] + c.weight_decay * w[i]
        size = c.beta2 * r[i] + c.fresh2 * g * g
        size = zero if size < tiny else size
        r[i] = size
        w[i] -= c.rate * g / (math.sqrt(size) + c.epsilon)


@part_of_kernel
def _adam(apart: bool, w: Any, gradient: Any, m: Any, r: Any, c: Constants) -> None:
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


@part_of_kernel
def _lion(w: Any, gradient: Any, m: Any, c: Constants) -> None:
    zero, one, tiny = w.dtype.type(0), w.dtype.type(1), w.dtype.type(TINY)
    for i in range(w.shape[0]):
        g = c.clip * gradient[i]
        mixed = c.momentum * m[i] + c.fresh * g
        mean = c.beta2 * m[i] + c.fresh2 * g
        m[i] = zero if abs(mean) < tiny else mean
        mixed = zero if abs(mixed) < tiny else mixed
        sign = one if mixed > 0 else -one if mixed < 0 else mixed  # written so that NaN passes
        w[i] -= c.rate * (sign + c.weight_decay * w[i])
