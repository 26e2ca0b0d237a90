"""Read an image file as an array, grey or with three colours; `picture_formats` lists the formats.

For a model like MNIST's, `parse_image` reads an image of the model's size as one digit, and any other as a photograph
whose digits are found and brought to that size. Images of a class folder are resized as a whole (`image_batch`).
"""

from __future__ import annotations

import contextlib
import stat
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from ...errors import DataError, FileError, GlassnetError
from ...io.opening import LFS_READ, Opened, file_problem, refuse_pointer
from ...io.picture_formats import HEIC, NAMES, PILLOW_NAMES, begins_as_heic
from ...messages.message import Listing, Place
from ...segmentation.mnist_form import SIDE, extract_digits
from ...segmentation.morphology import border
from ...segmentation.photo import eight_bits, opaque, reduction

_WHITEST = 65535
LARGEST = 89_000_000
"""Greatest number of pixels of an image; a small file can declare any number."""


def parse_image(
    opened: Opened, shape: tuple[int, int] | None, *, handwriting: bool = False
) -> tuple[NDArray[np.uint8], list[str]]:
    """Read an image as rows of pixels, one per digit, with their names.

    An image of the model's size, or enlarged with equal blocks of pixels, is used as it is; ink on paper (a bright
    border) is inverted. For a model of 28 × 28, any other image is treated as a photograph of handwriting: its digits
    are found and brought to MNIST's form. For other models, a whole multiple of the size is averaged down.

    The digits are found by geometry alone; `handwriting.reader.read_photo` decides unclear cases with a model.

    `shape` is that of the model's inputs, (rows, columns), if they are images. With `handwriting`, an image of 28 × 28
    is a photograph too, unless it has the form of MNIST in all respects. The rows are uint8, shape (digits, rows ·
    columns); a name is that of the image, or for several digits ``photo.jpg, row 0``, and so on.
    """
    if shape is None:
        raise DataError(
            "GN017", "{name}: an image, but the model does not take images. Pass rows (CSV).", name=opened.name
        )
    picture = open_photo(opened)
    grey = np.array(picture.convert("L"))
    times = grey.shape[0] // shape[0]
    whole = times > 0 and grey.shape == (shape[0] * times, shape[1] * times)
    if shape == (SIDE, SIDE) and (handwriting or grey.min() == grey.max()):
        whole = False  # a blank image has equal blocks too, but no digit
    small = grey
    if whole:
        means: NDArray[np.float64] = grey.reshape(shape[0], times, shape[1], times).mean(axis=(1, 3))
        small = np.floor(means + 0.5).astype(np.uint8)
    if whole and (shape != (SIDE, SIDE) or np.array_equal(np.kron(small, np.ones((times, times), np.uint8)), grey)):
        ink = 255 - small if bright_border(small) else small
        return ink.reshape(1, -1), [opened.name]
    if shape != (SIDE, SIDE):
        raise DataError(
            "GN017",
            "{name}: {wide} × {high} pixels, expected {columns} × {rows} or a whole multiple. Resize or "
            "crop the image.",
            name=opened.name,
            wide=grey.shape[1],
            high=grey.shape[0],
            columns=shape[1],
            rows=shape[0],
        )
    forms = extract_digits(picture)
    if not len(forms):
        raise no_digit(opened.name)
    names = [opened.name] if len(forms) == 1 else [str(Place(opened.name, row=k)) for k in range(len(forms))]
    return forms.reshape(len(forms), -1), names


def no_digit(name: str) -> DataError:
    """Return the error for an image without a digit."""
    return DataError(
        "GN085", "{name}: no digit found. Use dark ink on light paper, or light ink on dark paper.", name=name
    )


def open_photo(opened: Opened) -> Image.Image:
    """Read an image in RGB, upright by its EXIF orientation; transparent areas become paper."""
    with opened.stream() as stream, quiet_pillow(), _opened(stream, opened.name) as picture:
        ImageOps.exif_transpose(picture, in_place=True)
        return opaque(picture)


class Photo(NamedTuple):
    """Result of `open_reduced`: the image, perhaps reduced, and the (width, height) that it has in its file."""

    picture: Image.Image
    size: tuple[int, int]


def open_reduced(opened: Opened) -> Photo:
    """Read an image as `open_photo`, in little memory: a large one at 1/2, 1/3, … of its size.

    As many pixels remain as are used for reading handwriting. Errors as for `open_photo`.
    """
    with opened.stream() as stream, quiet_pillow(), _opened(stream, opened.name) as picture:
        size, times = picture.size, reduction(picture.size)
        if times > 1:  # a JPEG is decoded at 1/2, 1/4 or 1/8 of its size
            picture.draft(None, (size[0] // times, size[1] // times))
        on_its_side = picture.getexif().get(ExifTags.Base.Orientation, 1) > 4
        ImageOps.exif_transpose(picture, in_place=True)
        small: Image.Image = picture
        if picture.mode not in ("L", "RGB", "RGBA"):  # before their mean can be taken
            small = opaque(picture)
        if (times := reduction(small.size)) > 1:
            small = small.reduce(times)
        return Photo(opaque(small), size[::-1] if on_its_side else size)


class Read(NamedTuple):
    """Result of `read_picture`: the image, ``L`` or ``RGB``; whether it was resized; its white, see `eight_bits`."""

    picture: Image.Image
    resized: bool
    white: int


def read_picture(file: IO[bytes] | Path, name: str, size: tuple[int, int] | None = None, white: int = 0) -> Read:
    """Read an image, on white if it is transparent, and upright by its EXIF orientation.

    `name` is for messages. The size is (rows, columns) after resizing; proportions are not kept. `white` is the least
    value of white in a grey image of more than 8 bits.
    """
    with _opened(file, name) as picture:
        # Pillow returns the upper 8 bits, which would be nearly black; only `tile` shows the bits of the file.
        if 0 < white < _WHITEST and not picture.mode.startswith("I") and ";16" in str(getattr(picture, "tile", "")):
            raise DataError(
                "GN017",
                "{name}: 16-bit colours, of which the upper 8 bits are read, but white is {white:,}, as in "
                "training. Save the image with 8 bits per colour, and {white:,} as 255.",
                name=name,
                white=white,
            )
        if size and picture.size != size[::-1]:
            # Decode a JPEG at 1/2, 1/4 or 1/8 of its size if that is still twice the size needed.
            picture.draft(None, (2 * size[1], 2 * size[0]))
        ImageOps.exif_transpose(picture, in_place=True)
        flat, white = _flat(picture, white)
        if size is None or flat.size == size[::-1]:
            return Read(flat, False, white)
        smaller = flat.width >= size[1] and flat.height >= size[0]
        # The mean over each new pixel's area exactly undoes an enlargement by whole pixels.
        way = Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR
        return Read(flat.resize(size[::-1], way), True, white)


_quiet = threading.Lock()
_quiet_blocks, _filters = 0, contextlib.ExitStack()


@contextlib.contextmanager
def quiet_pillow() -> Iterator[None]:
    """Suppress Pillow's warnings about large sizes and odd metadata, in all threads.

    Threads share the filters of warnings. So the last of overlapping blocks restores them; if each block restored what
    it found, the filters of a block that began within another one would stay.
    """
    global _quiet_blocks
    with _quiet:
        _quiet_blocks += 1
        if _quiet_blocks == 1:
            _filters.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", module=r"(PIL|pillow_heif)\b")
    try:
        yield
    finally:
        with _quiet:
            _quiet_blocks -= 1
            if _quiet_blocks == 0:
                _filters.close()


def bright_border(grey: NDArray[np.uint8]) -> bool:
    """Return whether the border of an image, shape (rows, columns), is bright, as with dark ink on paper."""
    edge = border(grey)
    return bool(2 * np.count_nonzero(edge > 127) > len(edge))


@contextlib.contextmanager
def _opened(file: IO[bytes] | Path, name: str) -> Iterator[Image.Image]:
    """Open an image; convert errors until it is closed to glassnet's own."""
    try:
        if isinstance(file, Path) and not stat.S_ISREG(file.stat().st_mode):  # reading from a pipe would block
            raise UnidentifiedImageError
        with _identified(file, name) as picture:
            if picture.width * picture.height > LARGEST:
                raise Image.DecompressionBombError
            yield picture
    except Image.DecompressionBombError:
        raise DataError(
            "GN017",
            "{name}: more than {most} million pixels. Crop or shrink the image.",
            name=name,
            most=LARGEST // 10**6,
        ) from None
    except UnidentifiedImageError:
        raise FileError(
            "GN005",
            "{name}: not a {formats} image. Save it as one, or remove it.",
            name=name,
            formats=Listing(NAMES, last="or"),
        ) from None
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise file_problem(name, error) from None
    except GlassnetError:
        raise
    except Exception as error:  # Pillow's decoders raise many kinds of errors
        raise FileError(
            "GN006",
            "{name}: the image is damaged ({error}). Save it again, or remove it.",
            name=name,
            error=type(error).__name__,
        ) from None


def _identified(file: IO[bytes] | Path, name: str) -> Image.Image:
    try:
        return Image.open(file, formats=PILLOW_NAMES)
    except UnidentifiedImageError:
        head = _head(file)
        refuse_pointer(head, name)
        if not begins_as_heic(head):
            raise
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        raise FileError(
            "GN005",
            "{name}: a HEIC image, which needs pillow-heif: pip install pillow-heif. Or save it as JPEG.",
            name=name,
        ) from None
    register_heif_opener()
    return Image.open(file, formats=(HEIC.name,))


def _head(file: IO[bytes] | Path) -> bytes:
    """Return the first bytes of a file; an empty result if it is not a regular file."""
    if not isinstance(file, Path):
        file.seek(0)
        return file.read(LFS_READ)
    if not file.is_file():
        return b""
    with file.open("rb") as stream:
        return stream.read(LFS_READ)


def _flat(picture: Image.Image, white: int) -> tuple[Image.Image, int]:
    """Convert an image to grey or RGB, on white if it is transparent; also return its white."""
    if picture.mode.startswith(("I", "F")):
        return eight_bits(picture, white)
    if picture.has_transparency_data:
        above = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", above.size, "white"), above)
    elif picture.mode == "1":
        return picture.convert("L"), 0
    picture.load()  # before the file is closed
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB"), 0
