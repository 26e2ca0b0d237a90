"""Signed numbers as pixels: vermilion for positive, blue for negative, transparent for 0.

The magnitude is the opacity, so one image suits light and dark pages. The vermilion and blue of Okabe and Ito are
distinguishable with any kind of colour vision.
"""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from .palette import BLUE, VERMILION

LARGEST_SIDE = 800


def signed_colours(values: ArrayLike, limit: float | None = None) -> NDArray[np.uint8]:
    """Return RGBA of each number, shape (…, 4); the magnitude `limit`, by default the largest, has full colour."""
    numbers = np.asarray(values, float)
    limit = limit or float(np.abs(numbers).max(initial=0)) or 1.0
    inks = np.array([tuple(bytes.fromhex(ink[1:])) for ink in (BLUE, VERMILION)]) / 255  # without matplotlib
    colours = np.empty((*numbers.shape, 4))
    colours[..., :3] = inks[(numbers > 0).astype(int)]
    colours[..., 3] = np.clip(np.abs(numbers) / limit, 0, 1)
    shades: NDArray[np.uint8] = np.rint(colours * 255).astype(np.uint8)
    return shades


def signed_picture(values: ArrayLike, image_shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return an RGBA image of one number per input, shape (rows, columns, 4); channels are summed."""
    return signed_colours(np.asarray(values, float).reshape(*image_shape, -1).sum(axis=-1))


def signed_uri(matrix: ArrayLike, limit: float | None = None) -> str:
    """Return a matrix as a PNG data URI, ``data:image/png;base64,…``, to be embedded in a page.

    A matrix with more than 800 rows or columns is reduced as by `pool_extremes`.
    """
    numbers = pool_extremes(np.atleast_2d(np.asarray(matrix, float)), LARGEST_SIDE)
    return png_uri(Image.fromarray(signed_colours(numbers, limit), "RGBA"))


def pool_extremes(matrix: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Reduce a matrix to at most `side` rows and columns; each block keeps its largest magnitude."""
    for axis in (0, 1):
        step = -(-matrix.shape[axis] // side)
        parts = np.arange(0, matrix.shape[axis], step)
        low, high = np.minimum.reduceat(matrix, parts, axis), np.maximum.reduceat(matrix, parts, axis)
        matrix = np.where(-low > high, low, high)
    return matrix


def png_uri(picture: Image.Image) -> str:
    """Return an image as a data URI."""
    content = BytesIO()
    picture.save(content, "PNG", optimize=True)
    return f"data:image/png;base64,{b64encode(content.getvalue()).decode()}"
