"""One picture file as an array: PNG, JPEG, GIF, BMP and WebP, grey or with three colours.

Two ways lead on from it. A digit for a model of MNIST's kind is bright ink on dark ground of the model's own size
(`parse_image`); a picture of a folder is brought to one size as a whole (`pictures`).
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ..errors import DataError, FileError
from .files import Opened, file_problem

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
"""Pillow's names of what is read."""
LARGEST = 89_000_000
"""Pixels of a picture at most; a small file can claim any number."""


def parse_image(opened: Opened, shape: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Read one picture as a row of pixels.

    Ink on paper (a bright border) is inverted; what is transparent counts as white.

    Parameters
    ----------
    opened : Opened
        A picture file.
    shape : (rows, columns) or None
        How the model's inputs are drawn. A picture that is a whole number of times larger is averaged down.

    Returns
    -------
    ndarray of uint8, shape (rows · columns,)

    Raises
    ------
    FileError
        GN005 when it is no picture, GN006 when it is damaged.
    DataError
        GN017 when the model takes no pictures, or none of this size.
    """
    if shape is None:
        raise DataError("GN017", f"{opened.name}: a picture, but the model's inputs are not one. Give it rows (CSV).")
    with opened.stream() as stream, quiet_pillow():
        grey = np.array(read_picture(stream, opened.name)[0].convert("L"))
    if bright_border(grey):
        grey = 255 - grey
    return _shrunk(grey, shape, opened.name).reshape(-1)


def read_picture(file: IO[bytes] | Path, name: str, size: tuple[int, int] | None = None) -> tuple[Image.Image, bool]:
    """Read a picture, on white where it is transparent, upright if it says how it was taken.

    Parameters
    ----------
    file : stream or path
    name : str
        The picture's name, for messages.
    size : (rows, columns), optional
        What it is brought to as a whole: its sides are stretched or shrunk, each by itself.

    Returns
    -------
    picture : PIL.Image.Image
        Of mode ``L`` or ``RGB``.
    resized : bool
        Whether it had another size.

    Raises
    ------
    FileError
        GN001 to GN003 when it cannot be opened, GN005 when it is no picture, GN006 when it is damaged.
    DataError
        GN017 when it is of monstrous size.
    """
    with _explained(name), Image.open(file, formats=FORMATS) as picture:
        if picture.width * picture.height > LARGEST:
            raise Image.DecompressionBombError
        if size and picture.size != size[::-1]:
            # A JPEG is decoded at a half, a quarter or an eighth if that is still twice as large as needed.
            picture.draft(None, (2 * size[1], 2 * size[0]))
        flat = _flat(picture)
        if size is None or flat.size == size[::-1]:
            return flat, False
        smaller = flat.width >= size[1] and flat.height >= size[0]
        # The mean over each new pixel's area, so that a picture drawn larger comes back as it was.
        return flat.resize(size[::-1], Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR), True


@contextlib.contextmanager
def quiet_pillow() -> Iterator[None]:
    """Keep Pillow from warning of large sizes and odd metadata; for all threads at once, as warnings go."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def bright_border(grey: NDArray[np.uint8]) -> bool:
    """Tell whether the border of a picture, shape (rows, columns), is bright: paper, on which ink is dark."""
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    return bool(2 * np.count_nonzero(border > 127) > len(border))


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except Image.DecompressionBombError:
        raise DataError(
            "GN017", f"{name}: more than {LARGEST // 10**6} million pixels. Cut or shrink the picture."
        ) from None
    except UnidentifiedImageError:
        raise FileError(
            "GN005", f"{name}: not a PNG, JPEG, GIF, BMP or WebP picture. Save it as one, or remove it."
        ) from None
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise file_problem(name, error) from None
    except Exception as error:  # damaged files bring many kinds out of Pillow's decoders
        raise FileError(
            "GN006", f"{name}: the picture is damaged ({type(error).__name__}). Save it again, or remove it."
        ) from None


def _flat(picture: Image.Image) -> Image.Image:
    """Make a picture grey or of three colours, upright, on white where it is transparent."""
    ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode.startswith("I"):
        # 16 bits a pixel: Pillow's own conversion would cut off above 255.
        wide: NDArray[Any] = np.array(picture)
        return Image.fromarray((np.clip(wide, 0, 65535) / 257.0).round().astype(np.uint8))
    if picture.has_transparency_data:
        above = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", above.size, "white"), above)
    elif picture.mode == "1":
        return picture.convert("L")
    picture.load()  # from a file that will be closed
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")


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
