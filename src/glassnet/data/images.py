"""Pictures as inputs: PNG and JPEG to a row of grey values, bright ink on dark as in MNIST."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ..errors import DataError, FileError
from .files import Opened


def parse_image(opened: Opened, shape: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Read one picture as a row of pixels.

    Ink on paper (a bright border) is inverted; what is transparent counts as white.

    Parameters
    ----------
    opened : Opened
        A PNG or JPEG file.
    shape : (rows, columns) or None
        How the model's inputs are drawn. A picture that is a whole number of times larger is averaged down.

    Returns
    -------
    ndarray of uint8, shape (rows · columns,)

    Raises
    ------
    FileError
        GN005 when it is not PNG or JPEG, GN006 when it is damaged.
    DataError
        GN017 when the model takes no pictures, or none of this size.
    """
    if shape is None:
        raise DataError("GN017", f"{opened.name}: a picture, but the model's inputs are not one. Give it rows (CSV).")
    grey = _grey(opened)
    if np.median(np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])) > 127:
        grey = 255 - grey
    return _shrunk(grey, shape, opened.name).reshape(-1)


def _grey(opened: Opened) -> NDArray[np.uint8]:
    try:
        with warnings.catch_warnings(), opened.stream() as stream:
            # Pillow only warns about pictures of monstrous size.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(stream, formats=("PNG", "JPEG")) as picture:
                return np.array(_flat(ImageOps.exif_transpose(picture)))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise DataError("GN017", f"{opened.name}: far too large for a digit. Cut or shrink the picture.") from None
    except UnidentifiedImageError:
        raise FileError("GN005", f"{opened.name}: not a PNG or JPEG picture. Save it as one.") from None
    except Exception as error:  # damaged files bring many kinds out of Pillow's decoders
        raise FileError(
            "GN006", f"{opened.name}: the picture is damaged ({type(error).__name__}). Save it again."
        ) from None


def _flat(picture: Image.Image) -> Image.Image:
    """Make a picture grey, on white where it is transparent."""
    if picture.mode.startswith("I"):
        # 16 bits a pixel: Pillow's own conversion would cut off above 255.
        wide: NDArray[Any] = np.array(picture)
        return Image.fromarray((np.clip(wide, 0, 65535) / 257.0).round().astype(np.uint8))
    if picture.has_transparency_data:
        above = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", above.size, "white"), above)
    return picture.convert("L")


def _shrunk(grey: NDArray[np.uint8], shape: tuple[int, int], name: str) -> NDArray[np.uint8]:
    """Average equal blocks so that the picture has this shape."""
    rows, columns = shape
    times = grey.shape[0] // rows
    if times == 0 or grey.shape != (rows * times, columns * times):
        raise DataError(
            "GN017",
            f"{name}: {grey.shape[1]} × {grey.shape[0]} pixels, expected {columns} × {rows} or a whole multiple. "
            "Resize or crop the picture.",
        )
    blocks = grey.reshape(rows, times, columns, times)
    means: NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return np.floor(means + 0.5).astype(np.uint8)
