"""Pictures as inputs: PNG and JPEG to rows of grey values, bright ink on dark as in MNIST."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, FileError
from .files import Opened

if TYPE_CHECKING:
    from PIL.Image import Image


def open_picture(opened: Opened) -> Image:
    """Open a PNG or JPEG picture: RGB, the right way up; what is transparent becomes paper.

    Raises
    ------
    FileError
        GN005 when it is not PNG or JPEG, GN006 when it is damaged.
    DataError
        GN017 when it is far too large.
    """
    from PIL import Image, UnidentifiedImageError

    from ..preprocess.handwriting import open_photo

    try:
        with warnings.catch_warnings(), opened.stream() as stream:
            # Pillow only warns about pictures of monstrous size.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return open_photo(stream)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise DataError("GN017", f"{opened.name}: far too large for a digit. Cut or shrink the picture.") from None
    except UnidentifiedImageError:
        raise FileError("GN005", f"{opened.name}: not a PNG or JPEG picture. Save it as one.") from None
    except Exception as error:  # damaged files bring many kinds out of Pillow's decoders
        raise FileError(
            "GN006", f"{opened.name}: the picture is damaged ({type(error).__name__}). Save it again."
        ) from None


def parse_image(opened: Opened, shape: tuple[int, int] | None) -> tuple[NDArray[np.uint8], list[str]]:
    """Read a picture as rows of pixels, one a digit, with their names.

    A picture of the model's own size, or with each pixel drawn as an equal block, is taken as it is; ink on paper (a
    bright border) is inverted. For a model of 28 × 28, any other is taken for a photograph of handwriting: its digits
    are found and brought to MNIST's form. For other models, a whole number of times larger is averaged down.

    Parameters
    ----------
    opened : Opened
        A PNG or JPEG file.
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
        GN005 when it is not PNG or JPEG, GN006 when it is damaged.
    DataError
        GN017 when the model takes no pictures, or none of this size; GN085 when no digit is found.
    """
    from ..preprocess.handwriting import SIDE, forms_of

    if shape is None:
        raise DataError("GN017", f"{opened.name}: a picture, but the model's inputs are not one. Give it rows (CSV).")
    picture = open_picture(opened)
    grey = np.array(picture.convert("L"))
    times = grey.shape[0] // shape[0]
    whole = times > 0 and grey.shape == (shape[0] * times, shape[1] * times)
    small = _averaged(grey, shape, times) if whole else grey
    if whole and (shape != (SIDE, SIDE) or np.array_equal(np.kron(small, np.ones((times, times), np.uint8)), grey)):
        return _ink_bright(small).reshape(1, -1), [opened.name]
    if shape != (SIDE, SIDE):
        raise DataError(
            "GN017",
            f"{opened.name}: {grey.shape[1]} × {grey.shape[0]} pixels, expected {shape[1]} × {shape[0]} or a whole "
            "multiple. Resize or crop the picture.",
        )
    forms = forms_of(picture)
    if not len(forms):
        raise DataError("GN085", f"{opened.name}: no digit found. Show dark ink on light paper, or light on dark.")
    names = [opened.name] if len(forms) == 1 else [f"{opened.name}, digit {k + 1}" for k in range(len(forms))]
    return forms.reshape(len(forms), -1), names


def _ink_bright(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    return 255 - grey if np.median(border) > 127 else grey


def _averaged(grey: NDArray[np.uint8], shape: tuple[int, int], times: int) -> NDArray[np.uint8]:
    """Average equal blocks so that the picture has this shape."""
    blocks = grey.reshape(shape[0], times, shape[1], times)
    means: NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return np.floor(means + 0.5).astype(np.uint8)
