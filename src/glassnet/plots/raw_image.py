"""Save one sample as an image file that `glassnet query` can read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..io.writing import MAKER, picture_format, replacing
from .tone import shades


def save_digit(
    pixels: ArrayLike,
    path: str | Path,
    image_shape: tuple[int, int] | None = None,
    scale: int = 10,
    photo: bool = False,
) -> Path:
    """Write one sample as a PNG without interpolation: ink dark on white, photographs unchanged.

    Parameters
    ----------
    pixels : array_like, shape (features,)
        Unscaled pixels.
    path : path
        An existing file is replaced only when the new one is complete.
    image_shape : (rows, columns), optional
        Shape of the image; a square by default.
    scale : int
        Side of each pixel in the file.
    photo : bool
        Whether high values are light instead of ink.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    FileError
        GN001 to GN004 if the file cannot be written.
    OptionError
        GN021 for another suffix than ``.png``.
    ShapeError
        GN050 if the pixels do not match the shape.
    """
    picture_format(path, (".png",))
    [paper] = shades(np.asarray(pixels).reshape(1, -1), image_shape, photo)
    large = paper.repeat(scale, axis=0).repeat(scale, axis=1)
    content, metadata = BytesIO(), PngInfo()
    metadata.add_text("Software", MAKER)  # marks a file that may be overwritten
    Image.fromarray(large if large.shape[2] == 3 else large[:, :, 0]).save(content, "PNG", pnginfo=metadata)
    with replacing(path) as file:
        file.write(content.getvalue())
    return Path(path)
