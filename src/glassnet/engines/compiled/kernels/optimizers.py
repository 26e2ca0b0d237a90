"""Fused optimizer steps: every number of the flat vectors is read and written once.

The loops of the optimizers are those of `nn/optimizers.py`. All functions work on the range ``start`` to
``stop`` of the vectors, so that threads can share the work. The division of a vector affects only the last bits of the
gradient's norm, which is summed part by part.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ....nn.optimizers import OPTIMIZERS
from ....runtime.jit import kernel, kernel_of


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


@cache
def update_kernel(optimizer: str) -> Any:
    """Return the kernel ``(w, gradient, slots, start, stop, constants)`` that updates weights `w` and state.

    `w` and `gradient` are flat vectors, `slots` has a row for each vector of the
    state.
    """
    return kernel_of(OPTIMIZERS[optimizer].loop)


@kernel
def follow(average: Any, w: Any, start: int, stop: int, fraction: Any) -> None:
    """Move the average of the weights by a fraction of its distance to them; with fraction 0 there is no average."""
    if fraction != 0:
        w, average = w[start:stop], average[start:stop]
        for i in range(w.shape[0]):
            average[i] += fraction * (w[i] - average[i])
