"""Bridge gaps in strokes, left by a dry pen or too little pressure."""

from __future__ import annotations

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from PIL import Image, ImageDraw

from .morphology import Mask
from .rules import close_gaps, stroke_pixels

_MOST = 800  # pieces; more are not handwriting


def bridge_gaps(mask: Mask, gap: float) -> Mask:
    """Bridge gaps of up to `gap` pixels."""
    return connect_pieces(close_gaps(mask, max(1, round(gap / 2))), gap)


def connect_pieces(mask: Mask, gap: float) -> Mask:
    """Draw strokes between components less than `gap` pixels apart, the nearest first.

    Gaps within one component remain, because the opening of a 6 or a 2 is not a gap.
    """
    labels, count = scipy.ndimage.label(mask, np.ones((3, 3), bool))
    if not 1 < count <= _MOST:
        return mask
    away, nearest = scipy.ndimage.distance_transform_edt(~mask, return_indices=True)
    owner = labels[tuple(nearest)]
    links: dict[tuple[int, int], tuple[float, tuple[int, ...], tuple[int, ...]]] = {}
    for axis in (0, 1):  # the shortest path between two pieces crosses the boundary of their nearest-pixel regions
        first, second = (np.moveaxis(owner, axis, 0)[part] for part in (slice(-1), slice(1, None)))
        far = np.moveaxis(away, axis, 0)
        far = far[:-1] + far[1:] + 1
        for place in np.argwhere((first != second) & (far < gap)):
            row = tuple(place) if axis == 0 else tuple(place[::-1])
            step = (row[0] + 1 - axis, row[1] + axis)
            one, other = int(owner[row]), int(owner[step])
            pair = (min(one, other), max(one, other))
            length = float(far[tuple(place)])
            if pair not in links or length < links[pair][0]:
                links[pair] = (length, tuple(nearest[(slice(None), *row)]), tuple(nearest[(slice(None), *step)]))
    group = list(range(count + 1))
    picture = Image.fromarray(mask.astype(np.uint8))
    pen, wide = ImageDraw.Draw(picture), max(1, round(stroke_pixels(mask)))
    for (one, other), (_, start, end) in sorted(links.items(), key=lambda item: item[1]):
        if group[one] != group[other]:
            group = [group[one] if name == group[other] else name for name in group]
            pen.line([(int(y), int(x)) for x, y in (start, end)], 1, wide)
    joined: Mask = np.array(picture).astype(bool)
    return joined
