"""Save one sample as an image file, which `glassnet query` can read."""

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
    """Write one sample as a PNG without interpolation: ink dark on white, photographs as they are.

    Parameters
    ----------
    pixels : array_like, shape (features,)
        As they stand in the data.
    path : path
        A file that is there already is replaced only when the new one is complete.
    image_shape : (rows, columns), optional
        A square, if not given.
    scale : int
        Side of a pixel in the file.
    photo : bool
        Whether high values are light and not ink.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    FileError
        GN001 to GN004 when the file cannot be written.
    OptionError
        GN021 for a name that ends as another kind of file.
    ShapeError
        GN050 when the pixels do not fill the shape.
    """
    picture_format(path, (".png",))
    [paper] = shades(np.asarray(pixels).reshape(1, -1), image_shape, photo)
    large = paper.repeat(scale, axis=0).repeat(scale, axis=1)
    content, metadata = BytesIO(), PngInfo()
    metadata.add_text("Software", MAKER)  # by which a picture is known that may be replaced
    Image.fromarray(large if large.shape[2] == 3 else large[:, :, 0]).save(content, "PNG", pnginfo=metadata)
    with replacing(path) as file:
        file.write(content.getvalue())
    return Path(path)
