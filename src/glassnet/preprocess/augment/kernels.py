"""The compiled loop of `augment.distort`."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...runtime.jit import kernel, outer_kernel, uniform_at

_NUMBERS = 1024
"""Minimum number of random numbers reserved for each image."""


class Distortion(NamedTuple):
    """Parameters of distortions, see `augment.distort`."""

    height: int
    width: int
    limits: NDArray[np.float32]  # of angle, shift, zoom, shear, displacement
    down: NDArray[np.float32]  # (height, values): weights of the grid's values
    across: NDArray[np.float32]  # (values, width)
    place: Any


@outer_kernel
def distort_rows(rows: Any, which: Any, how: Distortion, room: Any, out: Any) -> None:
    """Fill `out` (b, height · width) with distorted images; for `room` see `augment.new_room`."""
    edged = room[2]
    for i in range(which.shape[0]):
        # Six numbers for each grid value, eight for the rest: large images need more than the minimum.
        first = which[i] * max(_NUMBERS, 8 + 6 * how.down.shape[1] * how.across.shape[0])
        if how.limits[4] > 0:
            _bend(how.place, first + 8, how.limits[4], how.height, how.width, how.down, how.across, room)
        _put_within_edge(rows[which[i]], how.height, how.width, edged)
        _draw(edged, how.height, how.width, how.limits, how.place, first, room, out[i])


@kernel
def _even(place: Any, number: int) -> Any:
    """Return a number from −1 to 1."""
    return np.float32(2) * uniform_at(place, number) - np.float32(1)


@kernel
def _bend(place: Any, first: int, strength: Any, height: int, width: int, down: Any, across: Any, scratch: Any) -> None:
    """Fill ``scratch[axis, : height · width]`` with displacements in pixels: ``down · values · across``."""
    number = first
    for axis in range(2):
        field, along = scratch[axis, : height * width], scratch[axis, height * width : (height + 1) * width]
        for at in range(height * width):
            field[at] = np.float32(0)
        for k in range(down.shape[1]):
            for x in range(width):  # one row of grid values, interpolated over the width
                along[x] = np.float32(0)
            for c in range(across.shape[0]):
                # Nearly normal: the sum of three uniform numbers has variance 1.
                value = strength * (_even(place, number) + _even(place, number + 1) + _even(place, number + 2))
                number += 3
                weights = across[c]
                for x in range(width):
                    along[x] += value * weights[x]
            for y in range(height):
                weight = down[y, k]
                if weight != 0:
                    line = field[y * width : (y + 1) * width]
                    for x in range(width):
                        line[x] += weight * along[x]


@kernel
def _put_within_edge(row: Any, height: int, width: int, edged: Any) -> None:
    """Copy an image into `edged`, with a border of one row and column of 0 before it and two after it."""
    for y in range(height):
        begin = (y + 1) * (width + 3) + 1
        for x in range(width):
            edged[begin + x] = row[y * width + x]


@kernel
def _draw(pixels: Any, height: int, width: int, limits: Any, place: Any, first: int, field: Any, out: Any) -> None:
    """Resample one image through the affine map and the displacements, with bilinear interpolation."""
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    angle = limits[0] * _even(place, first)
    down, across = limits[1] * _even(place, first + 1), limits[1] * _even(place, first + 2)
    tall = one / (one + limits[2] * _even(place, first + 3))
    wide = one / (one + limits[2] * _even(place, first + 4))
    lean = limits[3] * _even(place, first + 5)
    cosine, sine = np.float32(math.cos(angle)), np.float32(math.sin(angle))
    # From a position in the new image to its source: inverse rotation, shear and zoom about the centre.
    yy, yx = cosine * tall, -sine * tall
    xy, xx = (sine - lean * cosine) * wide, (cosine + lean * sine) * wide
    middle_y, middle_x = half * np.float32(height - 1), half * np.float32(width - 1)
    stride, last_y, last_x = np.uint32(width + 3), np.float32(height + 1), np.float32(width + 1)
    for y in range(height):
        dy = np.float32(y) - middle_y - down
        down_by, across_by = field[0, y * width : (y + 1) * width], field[1, y * width : (y + 1) * width]
        line = out[y * width : (y + 1) * width]
        for x in range(width):
            dx = np.float32(x) - middle_x - across
            # Clamped to the border: a branch would often be mispredicted.
            from_y = min(max(one + middle_y + yy * dy + yx * dx + down_by[x], zero), last_y)
            from_x = min(max(one + middle_x + xy * dy + xx * dx + across_by[x], zero), last_x)
            top, left = np.int32(from_y), np.int32(from_x)
            fy, fx = from_y - np.float32(top), from_x - np.float32(left)
            at = np.uint32(top) * stride + np.uint32(left)
            below = at + stride
            nw, ne = pixels[at], pixels[at + np.uint32(1)]
            sw, se = pixels[below], pixels[below + np.uint32(1)]
            upper, lower = nw + fx * (ne - nw), sw + fx * (se - sw)
            line[x] = upper + fy * (lower - upper)
