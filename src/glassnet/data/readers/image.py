"""One picture file as an array, grey or with three colours; `picture_formats` says which kinds are read.

Two ways lead on from it. For a model of MNIST's kind, a digit is bright ink on dark ground of the model's own size, and
any other picture a photograph whose digits are brought to that (`parse_image`); a picture of a folder is brought to one
size as a whole (`pictures`).
"""

from __future__ import annotations

import contextlib
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ...errors import DataError, FileError
from ...io.opening import LFS_READ, Opened, file_problem, refuse_pointer
from ...io.picture_formats import NAMES, PILLOW_NAMES
from ..dataset import border

_WHITEST = 65535
LARGEST = 89_000_000
"""Pixels of a picture at most; a small file can claim any number."""


def parse_image(opened: Opened, shape: tuple[int, int] | None) -> tuple[NDArray[np.uint8], list[str]]:
    """Read a picture as rows of pixels, one a digit, with their names.

    A picture of the model's own size, or with each pixel drawn as an equal block, is taken as it is; ink on paper (a
    bright border) is inverted. For a model of 28 × 28, any other is taken for a photograph of handwriting: its digits
    are found and brought to MNIST's form. For other models, a whole number of times larger is averaged down.

    Parameters
    ----------
    opened : Opened
        A picture file.
    shape : (rows, columns) or None
        How the model's inputs are drawn.

    Returns
    -------
    rows : ndarray of uint8, shape (digits, rows · columns)
    names : list of str
        The picture's name; or, where it shows several digits, ``photo.jpg, digit 1``, and so on.

    Raises
    ------
    FileError
        GN005 when it is no picture, GN006 when it is damaged.
    DataError
        GN017 when the model takes no pictures, or none of this size; GN085 when no digit is found.
    """
    from ...handwriting import SIDE, extract_digits

    if shape is None:
        raise DataError("GN017", f"{opened.name}: a picture, but the model's inputs are not one. Give it rows (CSV).")
    picture = open_photo(opened)
    grey = np.array(picture.convert("L"))
    times = grey.shape[0] // shape[0]
    whole = times > 0 and grey.shape == (shape[0] * times, shape[1] * times)
    small = _averaged(grey, shape, times) if whole else grey
    if whole and (shape != (SIDE, SIDE) or np.array_equal(np.kron(small, np.ones((times, times), np.uint8)), grey)):
        ink = 255 - small if bright_border(small) else small
        return ink.reshape(1, -1), [opened.name]
    if shape != (SIDE, SIDE):
        raise DataError(
            "GN017",
            f"{opened.name}: {grey.shape[1]} × {grey.shape[0]} pixels, expected {shape[1]} × {shape[0]} or a whole "
            "multiple. Resize or crop the picture.",
        )
    forms = extract_digits(picture)
    if not len(forms):
        raise DataError("GN085", f"{opened.name}: no digit found. Show dark ink on light paper, or light on dark.")
    names = [opened.name] if len(forms) == 1 else [f"{opened.name}, digit {k + 1}" for k in range(len(forms))]
    return forms.reshape(len(forms), -1), names


def open_photo(opened: Opened) -> Image.Image:
    """Read a picture in RGB, upright if it says how it was taken; what is transparent becomes paper.

    Raises
    ------
    FileError
        GN005 when it is no picture, GN006 when it is damaged.
    DataError
        GN017 when it is of monstrous size.
    """
    from ...handwriting import opaque

    with opened.stream() as stream, quiet_pillow(), _opened(stream, opened.name) as picture:
        ImageOps.exif_transpose(picture, in_place=True)
        return opaque(picture)


class Read(NamedTuple):
    """Result of `read_picture`: of mode ``L`` or ``RGB``; whether it had another size; its white, see `eight_bits`."""

    picture: Image.Image
    resized: bool
    white: int


def read_picture(file: IO[bytes] | Path, name: str, size: tuple[int, int] | None = None, white: int = 0) -> Read:
    """Read a picture, on white where it is transparent, upright if it says how it was taken.

    Parameters
    ----------
    file : stream or path
    name : str
        The picture's name, for messages.
    size : (rows, columns), optional
        What it is brought to as a whole: its sides are stretched or shrunk, each by itself.
    white : int
        What counts as white at least, in a grey picture of more than 8 bits.

    Raises
    ------
    FileError
        GN001 to GN003 when it cannot be opened, GN005 when it is no picture, GN006 when it is damaged.
    DataError
        GN017 when it is of monstrous size, or has colours of 16 bits where white is below their largest number.
    """
    with _opened(file, name) as picture:
        # Pillow gives the upper 8 bits, which would be nearly black; its file's own numbers stand in `tile` alone.
        if 0 < white < _WHITEST and not picture.mode.startswith("I") and ";16" in str(getattr(picture, "tile", "")):
            raise DataError(
                "GN017",
                f"{name}: colours of 16 bits, of which the upper 8 are read, but white is {white:,}, as in training. "
                f"Save it with 8 bits, {white:,} as 255.",
            )
        if size and picture.size != size[::-1]:
            # A JPEG is decoded at a half, a quarter or an eighth if that is still twice as large as needed.
            picture.draft(None, (2 * size[1], 2 * size[0]))
        ImageOps.exif_transpose(picture, in_place=True)
        flat, white = _flat(picture, white)
        if size is None or flat.size == size[::-1]:
            return Read(flat, False, white)
        smaller = flat.width >= size[1] and flat.height >= size[0]
        # The mean over each new pixel's area, so that a picture drawn larger comes back as it was.
        way = Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR
        return Read(flat.resize(size[::-1], way), True, white)


@contextlib.contextmanager
def quiet_pillow() -> Iterator[None]:
    """Keep Pillow from warning of large sizes and odd metadata; for all threads at once, as warnings go."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def bright_border(grey: NDArray[np.uint8]) -> bool:
    """Tell whether the border of a picture, shape (rows, columns), is bright: paper, on which ink is dark."""
    edge = border(grey)
    return bool(2 * np.count_nonzero(edge > 127) > len(edge))


@contextlib.contextmanager
def _opened(file: IO[bytes] | Path, name: str) -> Iterator[Image.Image]:
    """Open a picture; what goes wrong until it is closed is told as one of our errors."""
    try:
        if isinstance(file, Path) and not stat.S_ISREG(file.stat().st_mode):  # a pipe would be waited for
            raise UnidentifiedImageError
        with Image.open(file, formats=PILLOW_NAMES) as picture:
            if picture.width * picture.height > LARGEST:
                raise Image.DecompressionBombError
            yield picture
    except Image.DecompressionBombError:
        raise DataError(
            "GN017", f"{name}: more than {LARGEST // 10**6} million pixels. Cut or shrink the picture."
        ) from None
    except UnidentifiedImageError:
        refuse_pointer(_head(file), name)
        raise FileError(
            "GN005", f"{name}: not a {', '.join(NAMES[:-1])} or {NAMES[-1]} picture. Save it as one, or remove it."
        ) from None
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise file_problem(name, error) from None
    except DataError:
        raise
    except Exception as error:  # damaged files bring many kinds out of Pillow's decoders
        raise FileError(
            "GN006", f"{name}: the picture is damaged ({type(error).__name__}). Save it again, or remove it."
        ) from None


def _head(file: IO[bytes] | Path) -> bytes:
    """Return the beginning of what is no picture; nothing of what is no file."""
    if not isinstance(file, Path):
        file.seek(0)
        return file.read(LFS_READ)
    if not file.is_file():
        return b""
    with file.open("rb") as stream:
        return stream.read(LFS_READ)


def _flat(picture: Image.Image, white: int) -> tuple[Image.Image, int]:
    """Make a picture grey or of three colours, on white where it is transparent; say what its white was."""
    from ...handwriting import eight_bits

    if picture.mode.startswith(("I", "F")):
        return eight_bits(picture, white)
    if picture.has_transparency_data:
        above = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", above.size, "white"), above)
    elif picture.mode == "1":
        return picture.convert("L"), 0
    picture.load()  # from a file that will be closed
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB"), 0


def _averaged(grey: NDArray[np.uint8], shape: tuple[int, int], times: int) -> NDArray[np.uint8]:
    """Average equal blocks so that the picture has this shape."""
    blocks = grey.reshape(shape[0], times, shape[1], times)
    means: NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return np.floor(means + 0.5).astype(np.uint8)
