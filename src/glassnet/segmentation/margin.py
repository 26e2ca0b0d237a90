"""Add a paper margin before the first stage if the writing fills the image up to its edges.

The paper is estimated from the surroundings of the strokes, which an image cropped along the strokes does not have.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.typing import NDArray

from .morphology import Mask, Plane, border
from .paper import Ink, downsample, otsu_threshold
from .photo import MOST
from .rules import is_grid
from .segment import Piece, bounding_box

_COARSE = 128  # pixels on the longer side of the coarse image
_TWO = 0.8  # least fraction of variance between two shades; one shade with noise has 0.64, a gradient 0.75
_FULL = 0.12  # least fraction of the image in the rarer shade; less is a digit with a margin, or fine strokes
_FILLING = 0.8  # least fraction of a side of the image that the writing spans
_OPEN = 0.2  # least fraction of the edge in the shade of the paper


def add_margins(picture: Plane) -> list[tuple[Plane, int]]:
    """Add a paper margin to an image of two shades, float32, shape (rows, columns, 3), 0 to 1; return also its width.

    There are two versions, the likelier first, if either shade may be the paper; none if the image does not have two
    shades, or if the writing does not fill it.
    """
    small = downsample(picture, -(-max(picture.shape[:2]) // _COARSE))
    if min(small.shape[:2]) < 4:
        return []
    pixels = small.reshape(-1, 3) - small.mean(axis=(0, 1))
    shades = (pixels @ np.linalg.eigh(pixels.T @ pixels)[1][:, -1]).reshape(small.shape[:2])
    first = shades > otsu_threshold(shades)
    share = float(first.mean())
    between_variance = (
        share * (1 - share) * (shades[first].mean() - shades[~first].mean()) ** 2 if 0 < share < 1 else 0.0
    )
    if between_variance < _TWO * shades.var():
        return []
    rarer = first if share < 0.5 else ~first
    if min(share, 1 - share) < _FULL and (not border(rarer).any() or is_grid(rarer)):
        return []
    if math.prod(picture.shape[:2]) > MOST / 2:  # with the margin it would exceed the working size
        picture = downsample(picture, 2)
    margin = max(picture.shape[:2]) // 4
    either = (first, ~first) if min(share, 1 - share) > _FULL else (~rarer,)
    papers = [paper for paper in sorted(either, key=_edge_share, reverse=True) if _may_be_paper(paper)]
    return [(_pad_with_paper(picture, small, paper, margin), margin) for paper in papers]


def _edge_share(paper: Mask) -> float:
    return float(border(paper).mean())


def _may_be_paper(paper: Mask) -> bool:
    """Return whether a shade reaches the edge of the image and the writing on it fills the image."""
    rows, columns = bounding_box(~paper)
    high, wide = (rows.stop - rows.start) / len(paper), (columns.stop - columns.start) / paper.shape[1]
    return _edge_share(paper) > _OPEN and max(high, wide) > _FILLING


def _pad_with_paper(picture: Plane, small: Plane, paper: NDArray[np.bool_], margin: int) -> Plane:
    """Pad the image with the nearest shade of the paper."""
    inner = scipy.ndimage.binary_erosion(paper, iterations=1, border_value=1)
    inner = inner if inner.any() else paper
    rows, columns = scipy.ndimage.distance_transform_edt(~inner, return_distances=False, return_indices=True)
    shades = scipy.ndimage.uniform_filter(small[rows, columns], (9, 9, 1), mode="nearest")
    height, width = picture.shape[:2]
    down = np.arange(-margin, height + margin).clip(0, height - 1) * small.shape[0] // height
    across = np.arange(-margin, width + margin).clip(0, width - 1) * small.shape[1] // width
    around: Plane = shades[down[:, np.newaxis], across]
    around[margin : margin + height, margin : margin + width] = picture
    return around


def remove_margin(pieces: list[Piece], ink: Ink, mask: Mask, margin: int) -> tuple[list[Piece], Ink, Mask]:
    """Map pieces, ink and mask back to the image without the margin; drop pieces in the margin."""
    rows, columns = mask.shape[0] - 2 * margin, mask.shape[1] - 2 * margin
    inner = slice(margin, margin + rows), slice(margin, margin + columns)
    moved = []
    for piece in pieces:
        top, left = max(piece.top - margin, 0), max(piece.left - margin, 0)
        bottom, right = min(piece.bottom - margin, rows), min(piece.right - margin, columns)
        if top < bottom and left < right:
            within = piece.mask[top + margin - piece.top :, left + margin - piece.left :]
            moved.append(Piece(top, left, bottom, right, within[: bottom - top, : right - left]))
    moved = [piece for piece in moved if piece.mask.any()]
    return moved, replace(ink, strength=ink.strength[inner], paper=ink.paper[inner]), mask[inner]
