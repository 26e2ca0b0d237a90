"""Deskewing: handwriting that leans is set upright, and its centre of mass in the middle, before the network sees it.

A shear by the picture's own slant, which its second moments give: with ``y`` and ``x`` a pixel's row and column
less those of the centre of mass, and means weighted by ink, the slant is ``mean(x y) / mean(y²)``. It is one of the
oldest steps in front of a digit classifier: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to
document recognition", section III, has classifiers of many kinds with and without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STEEPEST = 0.8
"""Slants are taken as no larger, some 39°: a lying stroke has none that could be told."""


def deskew(rows: NDArray[Any], image_shape: tuple[int, int]) -> NDArray[Any]:
    """Return pictures whose writing stands upright in the middle.

    Parameters
    ----------
    rows : ndarray, shape (n, features)
        Pictures of ink on nothing: 0 is the ground, what is larger is ink.
    image_shape : (rows, columns)
        With ``rows · columns = features``.

    Returns
    -------
    ndarray, shape (n, features)
        Of the same type, each within the range of the picture that it was; between pixels by cubic splines. What would
        leave the picture is lost.
    """
    from scipy import ndimage  # which takes a moment to load

    middle = (np.array(image_shape) - 1) / 2
    out = np.empty_like(rows)
    for number, (row, slant, *centre) in enumerate(zip(rows, *_slants_and_centres(rows, image_shape), strict=True)):
        shear = np.array([[1, 0], [slant, 1]])  # from the new picture's places to the old one's
        ink = row.reshape(image_shape).astype(np.float32)
        upright = ndimage.affine_transform(ink, shear, centre - shear @ middle, order=3)
        upright = np.clip(upright, min(0, row.min()), row.max()).ravel()
        out[number] = np.rint(upright) if np.issubdtype(rows.dtype, np.integer) else upright
    return out


def _slants_and_centres(rows: NDArray[Any], image_shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return, (3, n): how far the writing leans, in columns a row, and the row and column of its centre of mass."""
    y, x = (axis.ravel().astype(float) for axis in np.indices(image_shape))
    mass, *moments = (rows @ np.stack([np.ones(len(y)), y, x, x * y, y * y], axis=1)).T
    middle_y, middle_x, across, down = np.array(moments) / np.where(mass > 0, mass, 1)
    spread = down - middle_y**2
    leans = spread > 1e-6
    slants = np.where(leans, (across - middle_x * middle_y) / np.where(leans, spread, 1), 0)
    some = mass > 0
    empty = (np.array(image_shape) - 1) / 2
    return np.array([
        np.clip(slants, -STEEPEST, STEEPEST), np.where(some, middle_y, empty[0]), np.where(some, middle_x, empty[1])
    ])  # fmt: skip
