"""Find ruled lines and printed grids, to separate them from handwriting.

A line of handwriting is short or bends. A printed line is thin and straight across half the image, and a grid crosses
the edge of the image in many places. A digit cropped along its edges has such lines too: they are certainly printed
only if several cross the image, or if they are weaker or thinner than the writing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .morphology import Mask, Plane, dilate, median_distance, open_plane

_GRID = 10
"""Number of crossings of ink and image edge from which the ink is a grid, not cut-off writing."""
_STROKE, _SPAN, _LONG, _SEVERAL = 0.62, 0.9, 0.3, 2
"""Fractions of the width: below the first, a line that reaches no edge is a stroke; above the second, a line spans the
image. Lines are printed if at least the last number of them is longer than the third fraction."""
_EDGE, _PARALLEL = 0.03, 3
"""A line within this fraction of the width reaches the edge; number of such lines from which they are printed. The bars
of a digit cropped along its edges are fewer: a vertical stroke joins the ends of those of a box-shaped 0 or 3."""
_WEAKER, _THINNER = 0.7, 0.5
"""Strength and width of lines, relative to the other ink, below which they are not of the same pen."""


def is_grid(ink: Mask) -> bool:
    """Return whether ink crosses the edge in many places and on opposite sides, which only a printed grid does."""
    if min(ink.shape) < 4:
        return False
    sides = [np.count_nonzero(np.diff(side.astype(np.int8)) == 1) for side in (ink[1], ink[-2], ink[:, 1], ink[:, -2])]
    return bool(sum(sides) >= _GRID and max(min(sides[:2]), min(sides[2:])) >= _GRID // 3)


def find_ruled_lines(strength: Plane, least: float) -> Mask:
    """Find long, thin, straight lines, nearly horizontal or vertical, printed or drawn with a ruler.

    An opening removes thin lines (Serra 1982). Their least strength is 0.6 of `least`, the strength of ink, because a
    line of about that strength would appear dashed.
    """
    ink = strength > least
    # In a grid with little writing, the median stroke is a line of the grid.
    part = 1.6 if is_grid(ink) else 0.5
    solid = _fill_pores(strength, ink)
    side = round(max(4.0, part * stroke_pixels(solid > least))) + 3
    thin = solid - open_plane(solid, side) > 0.6 * least
    runs = [_find_long_runs(thin, ink), tuple(one.T for one in _find_long_runs(thin.T, ink.T))]
    lines_mask: Mask = (runs[0][0] > 0) | (runs[1][0] > 0)
    if not lines_mask.any():
        return lines_mask
    usual, ruled = float(np.median(strength[lines_mask])), np.zeros_like(lines_mask)
    for lines, spans in runs:
        # A line from edge to edge is not handwriting, however strong: it may be a red margin among grey lines.
        own = scipy.ndimage.median(strength, lines, np.arange(len(spans)))
        limit = np.maximum(usual, np.where(spans, np.nan_to_num(own), 0))
        # Writing that crosses a line or runs along it is recognised if it is stronger.
        ruled |= (lines > 0) & (strength < 1.6 * limit[lines])
    return ruled


def are_printed(ruled: Mask, written: Mask, strength: Plane) -> bool:
    """Return whether ruled lines are certainly printed, and not the straight strokes of a cropped digit.

    Three lines cross opposite edges of the image, or the lines are much thinner or weaker than the writing. `ruled` and
    `written` are their ink and the other ink, `strength` is that of all ink.
    """
    for lines in (ruled, ruled.T):
        near = max(1, round(_EDGE * lines.shape[1]))
        sides = [lines[:, :near].any(axis=1), lines[:, -near:].any(axis=1)]
        if min(np.count_nonzero(np.diff(side.astype(np.int8), prepend=0) == 1) for side in sides) >= _PARALLEL:
            return True
    if not written.any():
        return False
    weaker = float(np.median(strength[ruled])) < _WEAKER * float(np.median(strength[written]))
    return weaker or stroke_pixels(ruled) < _THINNER * stroke_pixels(written)


def _fill_pores(strength: Plane, ink: Mask) -> Plane:
    """Fill small holes in strokes of crayon and chalk, which would look like thin lines."""
    width = 2 * max(1, min(ink.shape) // 120) + 1
    labels, _ = scipy.ndimage.label(~ink)
    small = np.bincount(labels.ravel()) <= width * width
    small[0] = False
    filled: Plane = np.where(small[labels], np.maximum(strength, 1), strength)
    return filled


def _find_long_runs(thin: Mask, ink: Mask) -> tuple[NDArray[np.intp], Mask]:
    """Find and number straight runs of thin ink over at least half the columns.

    Returns the number of each pixel, 0 outside lines, and for each number whether that line spans the image.
    """
    height, width = thin.shape
    step = max(1, max(height, width) // 320)
    small = _downsample(thin, step)
    rows, columns = small.shape
    if columns < 40 or small.any(axis=0).sum() < 0.4 * columns:  # too little ink for any line
        return np.zeros(thin.shape, np.intp), np.zeros(1, bool)
    wide = scipy.ndimage.binary_dilation(small, np.ones((3, 1), bool))
    weight = np.where(wide, 5, np.where(_downsample(ink, step), 3, 0)).astype(np.int16)
    # Each column twice, so that it is without a break from any row on.
    wide_from, weight_from = (_from_each_row(np.concatenate([one, one]).T) for one in (wide, weight))
    hits = np.zeros((columns, 2 * rows), bool)
    hits_from = _from_each_row(hits)
    length = columns // 2
    across = np.arange(columns)
    for slope in np.linspace(-0.12, 0.12, 17):
        sheared = across, np.rint(slope * (across - columns / 2)).astype(int) % rows
        runs = _sum_around(weight_from[sheared], length) > 0.8 * 5 * length
        if runs.any():
            hits_from[sheared] |= (_sum_around(runs, length) > 0) & wide_from[sheared]
    found: Mask = (hits[:, :rows] | hits[:, rows:]).T
    lines, spans = _label_lines(scipy.ndimage.binary_dilation(found, np.ones((3, 1), bool)))
    grown = np.repeat(np.repeat(lines, step, 0), step, 1)[:height, :width]
    return np.where(thin, grown, 0), spans


def _from_each_row(twice: NDArray[Any]) -> NDArray[Any]:
    """Return for each column and each row a view of the column from this row on; `twice` has each column twice."""
    return sliding_window_view(twice, twice.shape[1] // 2, axis=1, writeable=True)


def _sum_around(values: NDArray[Any], length: int) -> NDArray[np.int16]:
    """Return the sum over `length` columns, the first axis, around each column; there is nothing beyond the edge."""
    before = length // 2
    part = np.pad(values, ((before, length - before - 1), (0, 0))).astype(np.int16)  # sums of 5 × 640 at most
    total, done, width = np.zeros(values.shape, np.int16), 0, 1
    while width <= length:  # `part` has the sums over 1, 2, 4, … columns
        if length & width:
            total += part[done : done + len(values)]
            done += width
        part = part[:-width] + part[width:]
        width *= 2
    return total


def _label_lines(mask: Mask) -> tuple[NDArray[np.intp], Mask]:
    """Assign numbers to the lines; exclude straight strokes inside the image, such as the bar of a large 4."""
    numbers, _ = scipy.ndimage.label(mask, np.ones((3, 3), bool))
    columns, near = mask.shape[1], _EDGE * mask.shape[1]
    boxes = [box[1] for box in scipy.ndimage.find_objects(numbers)]
    parts = np.array([0, *((box.stop - box.start) / columns for box in boxes)])
    inside = np.array([False, *(box.start > near and box.stop < columns - near for box in boxes)])
    stroke = inside & (parts < _STROKE) & (np.count_nonzero(parts > _LONG) < _SEVERAL)
    return np.where(stroke[numbers], 0, numbers), parts > _SPAN


def _downsample(mask: Mask, step: int) -> Mask:
    """Shrink by an integer factor: a block is ink if any of its pixels is."""
    for _ in (0, 1):  # rows, then columns
        blocks = mask[::step].copy()
        for first in range(1, step):
            part = mask[first::step]
            blocks[: len(part)] |= part
        mask = blocks.T
    return mask


def remove_rule_remains(mask: Mask, ruled: Mask) -> Mask:
    """Remove remains of ruled lines at bends, crossings and blots: components along the lines."""
    reach = max(2.0, stroke_pixels(ruled))
    near_rules = dilate(ruled, reach)
    labels, count = scipy.ndimage.label(mask, np.ones((3, 3), bool))
    if not count:
        return mask
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    along = np.bincount(labels[near_rules], minlength=count + 1)
    sides = np.array(
        [0, *(max(row.stop - row.start, far.stop - far.start) for row, far in scipy.ndimage.find_objects(labels))]
    )
    gone = (along > 0.85 * areas) & (sides < 6 * reach)
    gone[0] = False
    remaining: Mask = mask & ~gone[labels]
    return remaining if remaining.any() else mask


def restore_crossings(mask: Mask, before: Mask) -> Mask:
    """Restore strokes that crossed a removed line, by a closing over the gap."""
    gap = int(max(3, 2 * stroke_pixels(before & ~mask) + 1))
    return mask | (close_gaps(mask, gap) & before)


def close_gaps(mask: Mask, reach: int) -> Mask:
    """Close gaps narrower than twice `reach` (morphological closing with a disc)."""
    near = dilate(np.pad(mask, reach + 1), reach)
    result = ~dilate(~near, reach)
    return result[reach + 1 : -reach - 1, reach + 1 : -reach - 1] | mask


def stroke_pixels(mask: Mask) -> float:
    """Return the median stroke width in pixels."""
    return 4 * median_distance(mask) - 2 if mask.any() else 0.0
