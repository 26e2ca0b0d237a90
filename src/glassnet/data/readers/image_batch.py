"""Many pictures as rows of pixels: all of one size, grey or with three colours, read side by side.

Whether ink is bright or dark is decided for a data set as a whole. Where nearly all borders are bright, or nearly all
dark, it holds drawings, and each is turned to bright ink on dark ground, as MNIST has it. Where borders are mixed it
holds photographs, which stay as they are. What was decided goes with the model, so that a picture it is asked about is
read as the training's were.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...i18n.language import counted
from ...io.limits import in_threads
from .image import bright_border, quiet_pillow, read_picture

AGREED = 0.98
"""Part of the borders that have to be alike for drawings."""
LARGEST = 2**32
"""Bytes of pixels at most: more belong to another kind of network."""
LARGEST_UNASKED = 64 * 64
"""Pixels of a picture up to which all become inputs where no size is named: those of a drawing of 320 × 320 would be
102,400, with 20 million weights for 200 nodes, which is never meant and learns little from some hundred pictures."""
_CHUNK = 32  # pictures a thread takes at a time


@dataclass(frozen=True)
class Pictures:
    """Result of `read_pictures`.

    Parameters
    ----------
    inputs : ndarray of uint8, shape (n, rows · columns) or (n, rows · columns · 3)
        Red, green and blue of a pixel stand together.
    shape : (rows, columns)
    reading : {"ink", "photo"}
        Whether they are drawings, turned to bright ink on dark ground, or stay as they are.
    remarks : tuple of str
        What was done to them.
    coloured : int
        How many have colours in their files.
    white : int
        What counts as white in grey ones of more than 8 bits; 0 where there are none.
    """

    inputs: NDArray[np.uint8]
    shape: tuple[int, int]
    reading: str
    remarks: tuple[str, ...]
    coloured: int
    white: int


def read_pictures(
    files: Sequence[Path | IO[bytes]],
    names: Sequence[str],
    *,
    size: tuple[int, int] | None = None,
    colour: bool = False,
    reading: str = "",
    white: int | None = None,
    large: bool = True,
) -> Pictures:
    """Read pictures, in this order.

    Parameters
    ----------
    files : sequence of path or stream, length n > 0
    names : sequence of str, length n
        For messages.
    size : (rows, columns), optional
        What each is brought to; without it all must have the same, and be files.
    colour : bool
        Whether colours are kept; otherwise pictures become grey.
    reading : {"", "ink", "photo"}
        What they are; nothing, to find out.
    white : int, optional
        What counts as white in grey pictures of more than 8 bits, at least; if not given, one for all is found out.
    large : bool
        Whether pictures of more than `LARGEST_UNASKED` pixels are read without a size.

    Raises
    ------
    FileError
        GN001 to GN006 for the first picture that cannot be read.
    DataError
        GN017 for one of monstrous size, GN070 when sizes differ, or all together are too large, GN077 when they are
        large and no size is given.
    """
    with quiet_pillow():
        shape = size or _shape(_read(files[0], names[0], None, colour, 0).pixels)
        if not (size or large) and shape[0] * shape[1] > LARGEST_UNASKED:
            raise _large(names[0], shape, 3 if colour else 1)
        every = range(len(files))
        inputs, found, whites = _read_all(files, names, every, shape, (size, colour, white or 0))
        top = int(whites.max())
        darker = np.flatnonzero((whites > 0) & (whites < top))
        if white is None and len(darker):
            inputs[darker], found[darker], _ = _read_all(files, names, darker.tolist(), shape, (size, colour, top))
    bright, coloured, resized = found.T
    if not reading:
        mixed = 1 - AGREED < bright.mean() < AGREED
        reading = "photo" if colour or mixed else "ink"
    remarks = []
    if resized.any():
        remarks.append(f"{_count(resized)} brought to {shape[0]} × {shape[1]} pixels")
    if 0 < top < 65535:
        bits = f"{_count(whites > 0)} of 16 bits hold {top.bit_length()}"
        remarks.append(f"{bits}: {top:,} is white, also in pictures that the model is asked about")
    if coloured.any() and not colour:
        remarks.append(f"{_count(coloured)} in colour, read as grey; --colour keeps the colours")
    if reading == "ink" and bright.any():
        inputs[bright] = 255 - inputs[bright]
        remarks.append(f"{_count(bright)} dark on light: inverted, so that ink is bright as in MNIST")
    return Pictures(inputs, shape, reading, tuple(remarks), int(coloured.sum()), top)


def _read_all(
    files: Sequence[Path | IO[bytes]],
    names: Sequence[str],
    which: Sequence[int],
    shape: tuple[int, int],
    way: tuple[tuple[int, int] | None, bool, int],
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int64]]:
    """Return pixels of some pictures, one row each; three marks of each; and what was white in each, shape (pictures,).

    The marks are whether it has a bright border, has colours, and was resized. `way` is as `_read` takes it.
    """
    colour = way[1]
    features = shape[0] * shape[1] * (3 if colour else 1)
    if features * len(which) > LARGEST:
        raise DataError(
            "GN070",
            f"{len(which):,} pictures of {shape[1]} × {shape[0]} pixels are {features * len(which) / 2**30:.1f} GiB, "
            f"{LARGEST / 2**30:g} at most. Bring them to another size: --size 64.",
        )
    inputs = np.empty((len(which), features), np.uint8)
    found, whites = np.zeros((len(which), 3), bool), np.zeros(len(which), np.int64)

    def read(start: int) -> None:
        for place, k in enumerate(which[start : start + _CHUNK], start):
            one = _read(files[k], names[k], *way)
            if _shape(one.pixels) != shape:
                raise _unequal((names[0], shape), (names[k], _shape(one.pixels)))
            inputs[place] = one.pixels.reshape(-1)
            found[place], whites[place] = (one.bright, one.coloured, one.resized), one.white

    in_threads(read, range(0, len(which), _CHUNK))
    return inputs, found, whites


class _One(NamedTuple):
    """One picture's pixels, and what there is to say about it."""

    pixels: NDArray[np.uint8]
    bright: bool
    coloured: bool
    resized: bool
    white: int


def _read(file: Path | IO[bytes], name: str, size: tuple[int, int] | None, colour: bool, white: int) -> _One:
    picture, resized, white = read_picture(file, name, size, white)
    grey: NDArray[np.uint8] = np.asarray(picture if picture.mode == "L" else picture.convert("L"))
    coloured = picture.mode == "RGB" and _is_coloured(np.asarray(picture))
    return _One(np.asarray(picture.convert("RGB")) if colour else grey, bright_border(grey), coloured, resized, white)


def _shape(pixels: NDArray[np.uint8]) -> tuple[int, int]:
    return pixels.shape[0], pixels.shape[1]


def _is_coloured(pixels: NDArray[np.uint8]) -> bool:
    """Tell colours from a grey picture saved with three channels, which JPEG may tint a little."""
    red, green, blue = np.moveaxis(pixels.astype(np.int16), -1, 0)
    apart = np.maximum(abs(red - green), abs(green - blue))
    return float((apart > 24).mean()) > 0.01


def _count(which: NDArray[np.bool_]) -> str:
    some = int(which.sum())
    if some == len(which):
        return counted(some, "picture")
    return f"{some:,} of {counted(len(which), 'picture')}"


def _large(name: str, shape: tuple[int, int], channels: int) -> DataError:
    """GN077: a picture whose pixels are too many to become inputs unasked."""
    high, wide = shape
    side, own = math.isqrt(LARGEST_UNASKED), str(high) if high == wide else f"{high}x{wide}"
    return DataError(
        "GN077",
        f"{name} has {wide} × {high} pixels, which would be {high * wide * channels:,} inputs: above {side} × {side} "
        "the size must be named. If they are handwritten digits, `glassnet train --handwriting` finds these; otherwise "
        f"shrink the pictures with --size 28, or keep every pixel with --size {own} (in Python: handwriting=True, "
        f"size=(28, 28), size=({high}, {wide})).",
    )


def _unequal(first: tuple[str, tuple[int, int]], other: tuple[str, tuple[int, int]]) -> DataError:
    """GN070: two pictures that differ in size."""
    (one, (high, wide)), (two, (tall, broad)) = first, other
    return DataError(
        "GN070",
        f"{one} has {wide} × {high} pixels, {two} {broad} × {tall}: all must have one size. "
        f"Bring them to one with --size {max(high, wide)}, or --size {high}x{wide} (rows x columns).",
    )
