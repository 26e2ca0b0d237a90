"""Deskewing: remove the slant of handwriting and centre it by its centre of mass.

Each image is sheared by its own slant, computed from second moments: with ``y`` and ``x`` a pixel's row and column
relative to the centre of mass, and means weighted by ink, the slant is ``mean(x y) / mean(y²)``. Deskewing is one of
the oldest preprocessing steps of digit classifiers: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning
applied to document recognition", section III, compares many classifiers with and without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STEEPEST = 0.8
"""Largest slant that is corrected, about 39°: that of a nearly horizontal stroke is undetermined."""


def deskew(rows: NDArray[Any], image_shape: tuple[int, int]) -> NDArray[Any]:
    """Return images with upright, centred writing.

    In the images, shape (n, features) with rows · columns = features, 0 is the background, and larger values are ink.
    The result has their dtype; each image is clipped to the range of the original, and interpolated by cubic splines.
    Ink shifted outside the image is lost.
    """
    from scipy import ndimage  # slow to import

    middle = (np.array(image_shape) - 1) / 2
    out = np.empty_like(rows)
    for number, (row, slant, *centre) in enumerate(zip(rows, *_slants_and_centres(rows, image_shape), strict=True)):
        shear = np.array([[1, 0], [slant, 1]])  # from the new image's coordinates to the old ones
        ink = row.reshape(image_shape).astype(np.float32)
        upright = ndimage.affine_transform(ink, shear, centre - shear @ middle, order=3)
        upright = np.clip(upright, min(0, row.min()), row.max()).ravel()
        out[number] = np.rint(upright) if np.issubdtype(rows.dtype, np.integer) else upright
    return out


def _slants_and_centres(rows: NDArray[Any], image_shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return the slant, in columns per row, and the row and column of the centre of mass, shape (3, n)."""
    y, x = (axis.ravel().astype(float) for axis in np.indices(image_shape))
    mass, *moments = (rows @ np.stack([np.ones(len(y)), y, x, x * y, y * y], axis=1)).T
    middle_y, middle_x, across, down = np.array(moments) / np.where(mass > 0, mass, 1)
    spread = down - middle_y**2
    tall = spread > 1e-6
    slants = np.where(tall, (across - middle_x * middle_y) / np.where(tall, spread, 1), 0)
    inked = mass > 0
    empty = (np.array(image_shape) - 1) / 2
    return np.array([
        np.clip(slants, -STEEPEST, STEEPEST), np.where(inked, middle_y, empty[0]), np.where(inked, middle_x, empty[1])
    ])  # fmt: skip
