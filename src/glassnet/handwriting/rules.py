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
_STROKE, _SPAN, _LONG, _SEVERAL = 0.62, 0.9, 0.3, 2
"""Parts of the picture: shorter is a stroke, if it reaches no edge; longer spans the picture; and how many lines from a
length on there are where lines are printed."""


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
    ways = [_long_runs(thin, ink), tuple(one.T for one in _long_runs(thin.T, ink.T))]
    found: Mask = (ways[0][0] > 0) | (ways[1][0] > 0)
    if not found.any():
        return found
    usual, ruled = float(np.median(strength[found])), np.zeros_like(found)
    for lines, spans in ways:
        # A line from edge to edge is none of the hand's, however strong: the margin is red, the lines are grey.
        own = ndimage.median(strength, lines, np.arange(len(spans)))
        limit = np.maximum(usual, np.where(spans, np.nan_to_num(own), 0))
        # Writing that crosses a line, or lies along it, is told by being stronger, where it is.
        ruled |= (lines > 0) & (strength < 1.6 * limit[lines])
    return ruled


def _without_pores(strength: Plane, ink: Mask) -> Plane:
    """Fill what crayon and chalk leave open: small places inside of a stroke, which make no thin lines of it."""
    width = 2 * max(1, min(ink.shape) // 120) + 1
    labels, _ = ndimage.label(~ink)
    small = np.bincount(labels.ravel()) <= width * width
    small[0] = False
    filled: Plane = np.where(small[labels], np.maximum(strength, 1), strength)
    return filled


def _long_runs(thin: Mask, ink: Mask) -> tuple[NDArray[np.intp], Mask]:
    """Find and number what is thin on a straight way across at least half the columns, most of it thin, some other ink.

    Returns the numbers, 0 for what is no line, and which of them, by number, span the picture.
    """
    height, width = thin.shape
    step = max(1, max(height, width) // 320)
    small = _blocks(thin, step)
    rows, columns = small.shape
    found = np.zeros_like(small)
    if columns < 40 or small.any(axis=0).sum() < 0.4 * columns:  # too little ink for any line
        return np.zeros(thin.shape, np.intp), np.zeros(1, bool)
    wide = ndimage.binary_dilation(small, np.ones((3, 1), bool))
    weight = np.where(wide, 1, 0.6 * _blocks(ink, step)).astype(np.float32)
    length = columns // 2
    across = np.arange(columns)
    for slope in np.linspace(-0.12, 0.12, 17):
        drop = np.rint(slope * (across - columns / 2)).astype(int)
        at = (np.arange(rows)[:, None] + drop) % rows  # (rows, columns): the sheared picture's places
        runs = ndimage.uniform_filter1d(weight[at, across], length, axis=1, mode="constant") > 0.8
        if runs.any():
            spread = ndimage.maximum_filter1d(runs, length, axis=1, mode="constant") & wide[at, across]
            found[at[spread], np.broadcast_to(across, at.shape)[spread]] = True
    lines, spans = _numbered(ndimage.binary_dilation(found, np.ones((3, 1), bool)))
    grown = np.repeat(np.repeat(lines, step, 0), step, 1)[:height, :width]
    return np.where(thin, grown, 0), spans


def _numbered(found: Mask) -> tuple[NDArray[np.intp], Mask]:
    """Give lines numbers, strokes none: the bar of a large 4 is as straight, but ends within the picture, alone."""
    numbers, _ = ndimage.label(found, np.ones((3, 3), bool))
    columns, near = found.shape[1], 0.03 * found.shape[1]
    boxes = [box[1] for box in ndimage.find_objects(numbers)]
    parts = np.array([0, *((box.stop - box.start) / columns for box in boxes)])
    inside = np.array([False, *(box.start > near and box.stop < columns - near for box in boxes)])
    stroke = inside & (parts < _STROKE) & (np.count_nonzero(parts > _LONG) < _SEVERAL)
    return np.where(stroke[numbers], 0, numbers), parts > _SPAN


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
