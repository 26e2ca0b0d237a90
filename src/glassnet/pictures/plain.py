"""One digit and nothing else, as a file: what `glassnet query` reads back."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from ..files import replacing
from .ink import ink, shape_of_image


def save_digit(
    pixels: ArrayLike, path: str | Path, image_shape: tuple[int, int] | None = None, scale: int = 10
) -> Path:
    """Write one sample as a PNG, ink dark on white and without interpolation.

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

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    FileError
        GN001 to GN004 when the file cannot be written.
    ShapeError
        GN050 when the pixels do not fill the shape.
    """
    values = np.asarray(pixels).reshape(1, -1)
    rows, columns = shape_of_image(values.shape[1], image_shape)
    paper = 255 - ink(values).reshape(rows, columns)
    content = BytesIO()
    Image.fromarray(np.kron(paper, np.ones((scale, scale), np.uint8))).save(content, "PNG")
    with replacing(path) as file:
        file.write(content.getvalue())
    return Path(path)
