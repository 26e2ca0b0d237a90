"""Tone: darkness of each pixel, for plots and the terminal."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.dataset import channels_of
from ..data.dataset import image_shape as square_shape
from ..errors import DataError, ShapeError


def darkness(pixels: ArrayLike) -> NDArray[np.uint8]:
    """Return the darkness of each pixel, 0 (paper) to 255 (full ink); high values are ink, as in MNIST.

    Bytes with a value above 127 are used unchanged. Other values, such as scaled inputs or digits of 16 grey levels,
    are stretched from the smallest to the largest value.
    """
    raw: NDArray[Any] = np.asarray(pixels)
    if raw.dtype == np.uint8 and raw.size and raw.max() > 127:
        return raw.astype(np.uint8, copy=False)
    values: NDArray[np.float64] = raw.astype(np.float64)
    if not np.isfinite(values).all():
        raise DataError("GN018", "pixels: a value is NaN or infinite. Only finite values can be drawn.")
    low, high = (values.min(), values.max()) if values.size else (0.0, 0.0)
    if low == high:
        return np.zeros(values.shape, np.uint8)
    return np.rint((values - low) / (high - low) * 255).astype(np.uint8)


def shades(pixels: ArrayLike, image_shape: tuple[int, int] | None = None, photo: bool = False) -> NDArray[np.uint8]:
    """Return images to draw, 0 is black: ink dark on white; photographs and colours unchanged.

    The pixels, shape (n, features), may have any range; an image is a square by default. With `photo`, high values are
    light instead of ink, as they always are in colour images. The result is uint8 of shape (n, rows, columns, 1 or 3).
    """
    dark = darkness(pixels)
    shape = shape_of_image(dark.shape[1], image_shape)
    channels = channels_of(dark.shape[1], shape)
    return (dark if photo or channels == 3 else 255 - dark).reshape(-1, *shape, channels)


def shape_of_image(features: int, image_shape: tuple[int, int] | None) -> tuple[int, int]:
    """Return `image_shape`, or by default the square of `features` grey or RGB values."""
    shape = image_shape or square_shape(features)
    if shape is None:
        raise ShapeError(
            "GN050", "an image of {features} values is not square. Pass image_shape=(rows, columns).", features=features
        )
    if len(shape) != 2 or min(shape) < 1 or shape[0] * shape[1] * channels_of(features, shape) != features:
        raise ShapeError(
            "GN050",
            "image_shape {shape} does not match the {features} values of an image.",
            shape=tuple(shape),
            features=features,
        )
    return shape
