"""Isolate a sheet on a table, or a note on a board, before the first stage."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.typing import NDArray

from .morphology import Plane
from .paper import downsample, otsu_threshold

_COARSE = 128  # pixels on the longer side of the coarse image
_SMALLEST = 0.1  # least fraction of the image that a sheet covers
_SOLID = 0.75  # least fraction of a sheet without writing
_SHARP = 0.5  # least fraction of the contrast at its edge; a spot of light has less
_CORNERED = 0.1  # largest relative difference between the area of a sheet and that of the quadrilateral of its corners


def isolate_sheet(picture: Plane) -> Plane | None:
    """Replace the surroundings of a sheet with the shades of the sheet.

    The image has shape (rows, columns, 3), values 0 to 1. Returns None if it does not show a whole sheet on a
    background.
    """
    step = -(-max(picture.shape[:2]) // _COARSE)
    small = downsample(picture, step)
    sheet = _find_sheet(small)
    if sheet is None:
        return None
    inside = scipy.ndimage.binary_erosion(sheet, iterations=2)
    reach = max(3, min(small.shape[:2]) // 6)
    shades = scipy.ndimage.grey_closing(np.where(inside[..., None], small, 0), (reach, reach, 1))
    rows, columns = scipy.ndimage.distance_transform_edt(~inside, return_distances=False, return_indices=True)
    around = _upsample(shades[rows, columns], step, picture)
    return np.where(_upsample(inside, step, picture)[..., None], picture, around)


def _find_sheet(small: Plane) -> NDArray[np.bool_] | None:
    """Return the mask of a solid region with a sharp outline that hardly touches the edge of the image, or None."""
    if min(small.shape[:2]) < 16:
        return None
    edge = np.ones(small.shape[:2], bool)
    edge[2:-2, 2:-2] = False
    off = np.linalg.norm(small - np.median(small[edge], axis=0), axis=2)
    labels, count = scipy.ndimage.label(off > otsu_threshold(off))
    if not count:
        return None
    piece = labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    sheet: NDArray[np.bool_] = scipy.ndimage.binary_fill_holes(piece)
    solid = piece.sum() > _SOLID * sheet.sum() and _is_four_cornered(sheet)
    if not (solid and sheet.mean() > _SMALLEST and sheet[edge].mean() < 0.15):
        return None
    within = sheet & ~scipy.ndimage.binary_erosion(sheet, iterations=4)
    outside = ~sheet & scipy.ndimage.binary_dilation(sheet, iterations=4)
    contrast = float(np.median(off[sheet]) - np.median(off[~sheet]))
    return sheet if np.median(off[within]) - np.median(off[outside]) > _SHARP * contrast else None


def _is_four_cornered(sheet: NDArray[np.bool_]) -> bool:
    """Return whether a region nearly fills a (rotated) rectangle of moderate aspect ratio up to its corners.

    An oval does not fill a rectangle; a thick 8 does, but the quadrilateral of its corners is smaller than the 8.
    """
    places = np.argwhere(sheet)
    angles = np.radians(np.arange(0, 90, 3))
    one, other = places @ (np.cos(angles), np.sin(angles)), places @ (-np.sin(angles), np.cos(angles))
    sides = np.ptp([one, other], axis=1) + 1
    best = int(np.argmin(sides.prod(axis=0)))
    share, ratio = len(places) / sides[:, best].prod(), sides[0, best] / sides[1, best]
    across, down = one[:, best] / sides[0, best], other[:, best] / sides[1, best]
    corners = places[[np.argmax(x * across + y * down) for x, y in ((1, 1), (1, -1), (-1, -1), (-1, 1))]]
    onward = np.roll(corners, -1, axis=0)
    # Pixels are squares: half of each pixel along the sides is outside the polygon of pixel centres (Pick 1899).
    area = (abs(np.linalg.det(np.stack([corners, onward], axis=1)).sum()) + np.hypot(*(onward - corners).T).sum()) / 2
    return bool(share > 0.83 and 1 / 3 < ratio < 3 and abs(area / len(places) - 1) < _CORNERED)


def _upsample(values: NDArray[Any], step: int, like: Plane) -> NDArray[Any]:
    large = values.repeat(step, axis=0).repeat(step, axis=1)
    return large[: like.shape[0], : like.shape[1]]
