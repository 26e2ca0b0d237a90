"""Distances and windows on planes of pixels, exactly those of `scipy.ndimage` in a fraction of its time.

Strokes are narrow: a distance inside a stroke is found in as many steps as the stroke is wide, each of them one
operation on whole planes of two bytes a pixel. A window of n pixels takes log₂ n such steps.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Plane = NDArray[np.float32]

_WIDEST = 180  # pixels to the edge of a shape: twice the square is below 65,536; beyond, `scipy.ndimage` is as fast
_Values = TypeVar("_Values", bound=NDArray[Any])


def squared_distance(mask: Mask) -> NDArray[np.integer[Any]]:
    """Return the squared distance of each pixel of a mask to the nearest one outside it, and 0 outside the mask.

    Pixels beyond the edge of the plane do not count as outside; the plane must have at least one pixel outside.
    """
    across = _row_distance(mask)
    if across is None:
        exact = scipy.ndimage.distance_transform_edt(mask)
        whole: NDArray[np.int64] = np.rint(exact * exact).astype(np.int64)
        return whole
    square = across * across
    nearest, room, step = square.copy(), np.empty_like(square), 1
    # At first the largest value is looked up at 1, 2, 4, 8 and 16 only: a step too many changes nothing.
    while step < len(mask) and ((step < 16 and step & (step - 1)) or step * step < int(nearest.max())):
        beside = np.add(square, np.uint16(step * step), out=room)  # the nearest in the row `step` above or below
        np.minimum(nearest[step:], beside[:-step], out=nearest[step:])
        np.minimum(nearest[:-step], beside[step:], out=nearest[:-step])
        step += 1
    return nearest


def _row_distance(mask: Mask) -> NDArray[np.uint16] | None:
    """Return the distance to the nearest pixel outside the mask in the same row; None if it exceeds `_WIDEST`."""
    far, step = np.uint16(2 * _WIDEST), 1
    found = mask * far
    while step <= _WIDEST and found.max(initial=0) == far:  # found up to step - 1; twice as far in each turn
        beside = found + np.uint16(step)
        np.minimum(found[:, step:], beside[:, :-step], out=found[:, step:])
        np.minimum(found[:, :-step], beside[:, step:], out=found[:, :-step])
        step *= 2
    return found if found.max(initial=0) <= _WIDEST else None


def distance(mask: Mask) -> NDArray[np.float64]:
    """Return `scipy.ndimage.distance_transform_edt`."""
    root: NDArray[np.float64] = np.sqrt(squared_distance(mask), dtype=np.float64)
    return root


def dilate(mask: Mask, reach: float) -> Mask:
    """Return the pixels at most `reach` pixels from a mask: a dilation with a disc."""
    most = int(reach)
    wide, grown, half = mask, np.zeros_like(mask), 0
    for rows in range(most, -1, -1):  # chords of the disc, from the outermost
        while half < most and np.sqrt(float(rows * rows + (half + 1) ** 2)) <= reach:
            half += 1
            further = wide.copy()
            further[:, half:] |= mask[:, :-half]
            further[:, :-half] |= mask[:, half:]
            wide = further
        if rows:
            grown[rows:] |= wide[:-rows]
            grown[:-rows] |= wide[rows:]
        else:
            grown |= wide
    return grown


def median_distance(mask: Mask) -> float:
    """Return the median over a mask of the distance to the nearest pixel outside it; beyond the plane is outside."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    mask = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    counts = np.cumsum(np.bincount(squared_distance(np.pad(mask, 1))[1:-1, 1:-1][mask]))
    middle = [int(np.searchsorted(counts, place, side="right")) for place in ((counts[-1] - 1) // 2, counts[-1] // 2)]
    return float(np.mean(np.sqrt(middle)))


def close(plane: _Values, size: int) -> _Values:
    """Return the closing of a plane with a square: the least, over the squares at a pixel, of their largest value.

    Pixels beyond the edge are 0, as if the plane were padded by the size.
    """
    for axis in (0, 1):
        room = [(size - 1, size - 1) if axis == one else (0, 0) for one in (0, 1)]
        plane = _windows(np.pad(plane, room), size, axis, np.maximum)  # type: ignore[assignment]
    for axis in (0, 1):
        plane = _windows(plane, size, axis, np.minimum)
    return plane


def close_mask(mask: Mask, side: int) -> Mask:
    """Return the closing of a mask with a square; the mask is mirrored at its edge."""
    return _mirrored(_mirrored(mask, side, np.logical_or), side, np.logical_and)


def open_mask(mask: Mask, side: int) -> Mask:
    """Return the opening of a mask with a square; the mask is mirrored at its edge."""
    return _mirrored(_mirrored(mask, side, np.logical_and), side, np.logical_or)


def open_plane(plane: _Values, size: int) -> _Values:
    """Return the opening of a plane with a square; the plane is mirrored at its edge."""
    return _mirrored(_mirrored(plane, size, np.minimum), size, np.maximum)


def largest_around(plane: _Values, size: int) -> _Values:
    """Return the largest value in a square of an odd size around each pixel."""
    return _mirrored(plane, size, np.maximum)


def _mirrored(plane: _Values, size: int, choose: np.ufunc) -> _Values:
    """Choose among the pixels of a square around each pixel; the plane is mirrored at its edge."""
    before, after = size // 2, (size - 1) // 2
    if choose in (np.logical_or, np.maximum):  # a dilation takes the reflected square
        before, after = after, before
    for axis in (0, 1):
        room = [(before, after) if axis == one else (0, 0) for one in (0, 1)]
        plane = _windows(np.pad(plane, room, mode="symmetric"), size, axis, choose)  # type: ignore[assignment]
    return plane


def _windows(plane: _Values, size: int, axis: int, choose: np.ufunc) -> _Values:
    """Choose among each `size` neighbours along an axis, by doubling; the result is shorter by size − 1."""

    def part(start: int, stop: int) -> tuple[slice, ...]:
        return (slice(None),) * axis + (slice(start, stop),)

    count, width = plane.shape[axis] - size + 1, 1
    while 2 * width <= size:
        length = plane.shape[axis] - width
        plane = choose(plane[part(0, length)], plane[part(width, width + length)])
        width *= 2
    if width < size:
        plane = choose(plane[part(0, count)], plane[part(size - width, size - width + count)])
    return plane


def border(picture: NDArray[Any]) -> NDArray[Any]:
    """Return the border pixels of an image, shape (rows, columns), each corner once: shape (n,)."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])
