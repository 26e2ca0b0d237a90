"""Before the first stage: where writing fills the picture up to its edges, paper is put around it.

What is paper is found from beside the strokes; where a picture was cut off along them there is no such place.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..data.dataset import border
from .paper import Ink, otsu, reduced
from .photo import MOST
from .rules import Mask, Plane
from .segment import Piece, box_of

_COARSE = 128  # pixels on the longer side where a picture is seen as a whole
_TWO = 0.8  # of the variance that lies between two shades: of one shade with noise it is 0.64, of a slope of light 0.75
_FULL = 0.12  # of the picture that the rarer shade covers: of a digit with room around it, less
_FILLING = 0.8  # of one of the picture's sides that writing takes
_OPEN = 0.2  # of the edge in a shade, from which that may be the paper


def with_margins(picture: Plane) -> list[tuple[Plane, int]]:
    """Put paper around a picture of two shades.

    Parameters
    ----------
    picture : ndarray of float32, shape (rows, columns, 3), 0 to 1

    Returns
    -------
    list of (ndarray, pixels)
        The picture with a margin, and how wide that is; twice, the likelier first, where either shade may be the paper;
        none where the picture is not of two shades, or where one of them does not fill it.
    """
    small = reduced(picture, -(-max(picture.shape[:2]) // _COARSE))
    if min(small.shape[:2]) < 4:
        return []
    pixels = small.reshape(-1, 3) - small.mean(axis=(0, 1))
    shades = (pixels @ np.linalg.eigh(pixels.T @ pixels)[1][:, -1]).reshape(small.shape[:2])
    first = shades > otsu(shades)
    share = float(first.mean())
    apart = share * (1 - share) * (shades[first].mean() - shades[~first].mean()) ** 2 if 0 < share < 1 else 0.0
    if min(share, 1 - share) < _FULL or apart < _TWO * shades.var():
        return []
    if math.prod(picture.shape[:2]) > MOST / 2:  # with the margin it would be too large to be worked on
        picture = reduced(picture, 2)
    margin = max(picture.shape[:2]) // 4
    papers = [paper for paper in sorted((first, ~first), key=_at_edge, reverse=True) if _may_be_paper(paper)]
    return [(_surrounded(picture, small, paper, margin), margin) for paper in papers]


def _at_edge(paper: Mask) -> float:
    return float(border(paper).mean())


def _may_be_paper(paper: Mask) -> bool:
    """Tell whether it reaches the picture's edge, and what is written on it fills the picture."""
    rows, columns = box_of(~paper)
    high, wide = (rows.stop - rows.start) / len(paper), (columns.stop - columns.start) / paper.shape[1]
    return _at_edge(paper) > _OPEN and max(high, wide) > _FILLING


def _surrounded(picture: Plane, small: Plane, paper: NDArray[np.bool_], margin: int) -> Plane:
    """Put a margin around the picture, of the shade that the paper has nearest to it."""
    inner = ndimage.binary_erosion(paper, iterations=1, border_value=1)
    inner = inner if inner.any() else paper
    rows, columns = ndimage.distance_transform_edt(~inner, return_distances=False, return_indices=True)
    shades = ndimage.uniform_filter(small[rows, columns], (9, 9, 1), mode="nearest")
    height, width = picture.shape[:2]
    down = np.arange(-margin, height + margin).clip(0, height - 1) * small.shape[0] // height
    across = np.arange(-margin, width + margin).clip(0, width - 1) * small.shape[1] // width
    around: Plane = shades[down[:, np.newaxis], across]
    around[margin : margin + height, margin : margin + width] = picture
    return around


def without_margin(pieces: list[Piece], ink: Ink, mask: Mask, margin: int) -> tuple[list[Piece], Ink, Mask]:
    """Bring what was found in a picture with a margin back to the picture; what lies in the margin alone is dropped."""
    rows, columns = mask.shape[0] - 2 * margin, mask.shape[1] - 2 * margin
    inner = slice(margin, margin + rows), slice(margin, margin + columns)
    back = []
    for piece in pieces:
        top, left = max(piece.top - margin, 0), max(piece.left - margin, 0)
        bottom, right = min(piece.bottom - margin, rows), min(piece.right - margin, columns)
        if top < bottom and left < right:
            within = piece.mask[top + margin - piece.top :, left + margin - piece.left :]
            back.append(Piece(top, left, bottom, right, within[: bottom - top, : right - left]))
    back = [piece for piece in back if piece.mask.any()]
    return back, replace(ink, strength=ink.strength[inner], paper=ink.paper[inner]), mask[inner]
