"""The compiled loop of `augment.distort`."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..jit import kernel, uniform_at

_NUMBERS = 1024
"""Random numbers set aside for each picture, at least."""


class Distortion(NamedTuple):
    """How pictures are distorted: see `augment.distort`."""

    height: int
    width: int
    limits: NDArray[np.float32]  # of angle, shift, zoom, shear, displacement
    down: NDArray[np.float32]  # (height, values): weights of the grid's values
    across: NDArray[np.float32]  # (values, width)
    place: Any


@kernel
def distort_rows(rows: Any, which: Any, how: Distortion, field: Any, out: Any) -> None:
    """Fill `out` (b, height · width) with distorted pictures; `field` (2, height + 1, width) is for displacements."""
    for i in range(which.shape[0]):
        # Six numbers for each value of the grid, eight for the rest: large pictures need more than what is set aside.
        first = which[i] * max(_NUMBERS, 8 + 6 * how.down.shape[1] * how.across.shape[0])
        bent = how.limits[4] > 0
        if bent:
            _bend(how.place, first + 8, how.limits[4], how.height, how.width, how.down, how.across, field)
        _draw(rows[which[i]], how.height, how.width, how.limits, bent, how.place, first, field, out[i])


@kernel
def _even(place: Any, number: int) -> Any:
    """Return a number from −1 to 1."""
    return np.float32(2) * uniform_at(place, number) - np.float32(1)


@kernel
def _bend(place: Any, first: int, strength: Any, height: int, width: int, down: Any, across: Any, scratch: Any) -> None:
    """Fill ``scratch[axis, :height, :width]`` with displacements in pixels: ``down · values · across``."""
    number = first
    for axis in range(2):
        for y in range(height):
            line = scratch[axis, y]
            for x in range(width):
                line[x] = np.float32(0)
        for k in range(down.shape[1]):
            along = scratch[axis, height]  # one row of values, spread over the width
            for x in range(width):
                along[x] = np.float32(0)
            for c in range(across.shape[0]):
                # Nearly normal: three even numbers together have variance 1.
                value = strength * (_even(place, number) + _even(place, number + 1) + _even(place, number + 2))
                number += 3
                weights = across[c]
                for x in range(width):
                    along[x] += value * weights[x]
            for y in range(height):
                weight = down[y, k]
                if weight != 0:
                    line = scratch[axis, y]
                    for x in range(width):
                        line[x] += weight * along[x]


@kernel
def _draw(
    row: Any, height: int, width: int, limits: Any, bent: bool, place: Any, first: int, field: Any, out: Any
) -> None:
    """Draw one picture through the affine map and the displacements."""
    one, half = np.float32(1), np.float32(0.5)
    angle = limits[0] * _even(place, first)
    down, across = limits[1] * _even(place, first + 1), limits[1] * _even(place, first + 2)
    tall = one / (one + limits[2] * _even(place, first + 3))
    wide = one / (one + limits[2] * _even(place, first + 4))
    lean = limits[3] * _even(place, first + 5)
    cosine, sine = np.float32(math.cos(angle)), np.float32(math.sin(angle))
    # From a place in the new picture to the place it is taken from: unturn, unshear, unscale, all about the middle.
    yy, yx = cosine * tall, -sine * tall
    xy, xx = (sine - lean * cosine) * wide, (cosine + lean * sine) * wide
    middle_y, middle_x = half * np.float32(height - 1), half * np.float32(width - 1)
    for y in range(height):
        dy = np.float32(y) - middle_y - down
        for x in range(width):
            dx = np.float32(x) - middle_x - across
            from_y, from_x = middle_y + yy * dy + yx * dx, middle_x + xy * dy + xx * dx
            if bent:
                from_y += field[0, y, x]
                from_x += field[1, y, x]
            out[y * width + x] = _between(row, height, width, from_y, from_x)


@kernel
def _between(row: Any, height: int, width: int, y: Any, x: Any) -> Any:
    """Return the value at a place between pixels: linear in both directions, 0 outside."""
    zero, one = np.float32(0), np.float32(1)
    if not (y > -one and x > -one and y < np.float32(height) and x < np.float32(width)):
        return zero
    # Whole numbers of the shifted place, which is never negative: a plain cut instead of a floor.
    top, left = np.int32(y + one) - np.int32(1), np.int32(x + one) - np.int32(1)
    fy, fx = y - np.float32(top), x - np.float32(left)
    at = top * width + left
    above, below = top >= 0, top + 1 < height
    before, after = left >= 0, left + 1 < width
    nw = np.float32(row[at]) if above and before else zero
    ne = np.float32(row[at + 1]) if above and after else zero
    sw = np.float32(row[at + width]) if below and before else zero
    se = np.float32(row[at + width + 1]) if below and after else zero
    upper, lower = nw + fx * (ne - nw), sw + fx * (se - sw)
    return upper + fy * (lower - upper)
