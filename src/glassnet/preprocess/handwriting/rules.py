"""Ruled lines and grids: what a printer or a ruler has drawn, told from what a hand has written.

A line of handwriting is short, or bends; a printed one is thin and straight across half the picture, and a grid of them
leaves the picture in many places.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]
Plane = NDArray[np.float32]

_GRID = 10
"""Places of the picture's edge where ink leaves it, from which that is a grid and no writing cut off."""


def is_grid(ink: Mask) -> bool:
    """Tell whether ink leaves the picture in so many places, and on opposite sides, as only printed lines do."""
    if min(ink.shape) < 4:
        return False
    sides = [np.count_nonzero(np.diff(side.astype(np.int8)) == 1) for side in (ink[1], ink[-2], ink[:, 1], ink[:, -2])]
    return bool(sum(sides) >= _GRID and max(min(sides[:2]), min(sides[2:])) >= _GRID // 3)


def ruled_lines(strength: Plane, least: float) -> Mask:
    """Find long thin straight lines, nearly level or nearly upright, that a printer or a ruler has drawn.

    Thin is what an opening takes away (Serra 1982), from 0.6 of `least` on, the strength from which a place is ink: a
    line about as strong as that would be seen in dashes.
    """
    ink = strength > least
    # In a grid with little writing the usual stroke is the grid's own line.
    part = 1.6 if is_grid(ink) else 0.5
    solid = _without_pores(strength, ink)
    side = round(max(4.0, part * stroke_pixels(solid > least))) + 3
    thin = ndimage.white_tophat(solid, size=(side, side)) > 0.6 * least
    found: Mask = _long_runs(thin, ink) | _long_runs(thin.T, ink.T).T
    # Writing that crosses a line, or lies along it, is told by being stronger, where it is.
    return found & (strength < 1.6 * np.median(strength[found])) if found.any() else found


def _without_pores(strength: Plane, ink: Mask) -> Plane:
    """Fill what crayon and chalk leave open: small places inside of a stroke, which make no thin lines of it."""
    width = 2 * max(1, min(ink.shape) // 120) + 1
    labels, _ = ndimage.label(~ink)
    small = np.bincount(labels.ravel()) <= width * width
    small[0] = False
    filled: Plane = np.where(small[labels], np.maximum(strength, 1), strength)
    return filled


def _long_runs(thin: Mask, ink: Mask) -> Mask:
    """Mark what is thin on a straight way across at least half the columns, most of it thin, some of it other ink."""
    height, width = thin.shape
    step = max(1, max(height, width) // 320)
    small = _blocks(thin, step)
    rows, columns = small.shape
    if columns < 40 or small.any(axis=0).sum() < 0.4 * columns:  # too little ink for any line
        return np.zeros_like(thin)
    wide = ndimage.binary_dilation(small, np.ones((3, 1), bool))
    weight = np.where(wide, 1, 0.6 * _blocks(ink, step)).astype(np.float32)
    found = np.zeros_like(small)
    length = columns // 2
    across = np.arange(columns)
    for slope in np.linspace(-0.12, 0.12, 17):
        drop = np.rint(slope * (across - columns / 2)).astype(int)
        at = (np.arange(rows)[:, None] + drop) % rows  # (rows, columns): the sheared picture's places
        runs = ndimage.uniform_filter1d(weight[at, across], length, axis=1, mode="constant") > 0.8
        if runs.any():
            spread = ndimage.maximum_filter1d(runs, length, axis=1, mode="constant") & wide[at, across]
            found[at[spread], np.broadcast_to(across, at.shape)[spread]] = True
    grown = np.repeat(np.repeat(ndimage.binary_dilation(found, np.ones((3, 1), bool)), step, 0), step, 1)
    return grown[:height, :width] & thin


def _blocks(mask: Mask, step: int) -> Mask:
    """Shrink by a whole number: a block is ink if any of it is."""
    rows, columns = (-(-side // step) for side in mask.shape)
    padded = np.pad(mask, ((0, rows * step - mask.shape[0]), (0, columns * step - mask.shape[1])))
    blocks: Mask = np.any(padded.reshape(rows, step, columns, step), axis=(1, 3))
    return blocks


def without_remains(kept: Mask, ruled: Mask) -> Mask:
    """Leave out what stays of ruled lines where they bend, cross or blot: what lies nearly whole along them."""
    reach = max(2.0, stroke_pixels(ruled))
    beside = ndimage.distance_transform_edt(~ruled) <= reach
    labels, count = ndimage.label(kept, np.ones((3, 3), bool))
    if not count:
        return kept
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    along = np.bincount(labels[beside], minlength=count + 1)
    sides = np.array(
        [0, *(max(row.stop - row.start, far.stop - far.start) for row, far in ndimage.find_objects(labels))]
    )
    gone = (along > 0.85 * areas) & (sides < 6 * reach)
    gone[0] = False
    left: Mask = kept & ~gone[labels]
    return left if left.any() else kept


def mended(kept: Mask, before: Mask) -> Mask:
    """Put back where a stroke crosses a removed line: what closing over the gap joins."""
    gap = int(max(3, 2 * stroke_pixels(before & ~kept) + 1))
    return kept | (closed(kept, gap) & before)


def closed(mask: Mask, reach: int) -> Mask:
    """Fill what is narrower than twice `reach`: a closing with a disc."""
    near = ndimage.distance_transform_edt(~np.pad(mask, reach + 1)) <= reach
    closed: Mask = ndimage.distance_transform_edt(near) > reach
    return closed[reach + 1 : -reach - 1, reach + 1 : -reach - 1] | mask


def stroke_pixels(mask: Mask) -> float:
    """Return the usual width of what is drawn, in pixels."""
    if not mask.any():
        return 0.0
    return 4 * float(np.median(ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1][mask])) - 2
