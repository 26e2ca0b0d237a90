"""Read many images in parallel as rows of pixels of one size, grey or with three colours.

Whether ink is bright or dark is decided for the whole data set. If nearly all borders are bright, or nearly all dark,
the images are drawings, and become bright ink on dark ground, as in MNIST. If borders are mixed, they are photographs
and stay unchanged. The model stores the decision, so that images to predict are read like the training images.
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
from ...messages.message import Message
from ...messages.option_spelling import Option
from ...messages.progress import step
from ...runtime.threads import in_threads
from ..validation import ImageSize
from .image import bright_border, quiet_pillow, read_picture

AGREED = 0.98
"""Fraction of borders that must agree for drawings."""
LARGEST = 2**32
"""Greatest total size of pixels in bytes; more needs another kind of network."""
LARGEST_UNASKED = 64 * 64
"""Greatest number of pixels per image without an explicit size. A drawing of 320 × 320 would have 102,400 inputs and 20
million weights for 200 nodes, which is never intended and does not train well on some hundred images."""
_CHUNK = 32  # images per task of a thread


@dataclass(frozen=True)
class Pictures:
    """Result of `read_pictures`."""

    # Shape (n, rows · columns) or (n, rows · columns · 3); red, green and blue of a pixel are adjacent
    inputs: NDArray[np.uint8]
    shape: tuple[int, int]  # (rows, columns)
    reading: str  # "ink" or "photo"; whether they are drawings, with bright ink on dark ground, or unchanged
    remarks: tuple[Message, ...]  # messages about what was done
    coloured: int  # number of images with colours in their files
    white: int  # the value of white in grey images of more than 8 bits; 0 if there are none


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
    """Read images, in this order.

    One or more files are paths or streams; `names` are for messages. The size is (rows, columns) after resizing;
    without it all images must have the same size, be files, and unless `large` have at most `LARGEST_UNASKED` pixels.
    Without `colour` images become grey. The reading, ``"ink"`` or ``"photo"``, is detected if it is empty. `white` is
    the least value of white in grey images of more than 8 bits; by default one value is detected for all.
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
        remarks.append(
            Message(
                "resized {images} to {rows} × {columns} pixels", images=_count(resized), rows=shape[0], columns=shape[1]
            )
        )
    if 0 < top < 65535:
        remarks.append(
            Message(
                "white is {white:,} in {images} of 16 bits that use only {bits}, and in images to predict",
                white=top,
                images=_count(whites > 0),
                bits=top.bit_length(),
            )
        )
    if coloured.any() and not colour:
        remarks.append(
            Message(
                "read {images} in colour as grey; {colour} keeps the colours",
                images=_count(coloured),
                colour=Option("colour", True),
            )
        )
    if reading == "ink" and bright.any():
        inputs[bright] = 255 - inputs[bright]
        remarks.append(
            Message(
                "inverted {images} with dark ink on light, so that ink is bright as in MNIST", images=_count(bright)
            )
        )
    return Pictures(inputs, shape, reading, tuple(remarks), int(coloured.sum()), top)


def _read_all(
    files: Sequence[Path | IO[bytes]],
    names: Sequence[str],
    which: Sequence[int],
    shape: tuple[int, int],
    way: tuple[tuple[int, int] | None, bool, int],
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int64]]:
    """Return the pixels of some images, one row each; three flags of each; and the white of each, shape (images,).

    The flags are: bright border, coloured, resized. `way` has the last three arguments of `_read`.
    """
    colour = way[1]
    features = shape[0] * shape[1] * (3 if colour else 1)
    if features * len(which) > LARGEST:
        raise DataError(
            "GN070",
            "{count:,} images of {wide} × {high} pixels are {size:.1f} GiB, expected at most {most:g} "
            "GiB. Resize them, for example with {option}.",
            count=len(which),
            wide=shape[1],
            high=shape[0],
            size=features * len(which) / 2**30,
            most=LARGEST / 2**30,
            option=Option("size", ImageSize(64, 64)),
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
            reading.advance()

    with step(Message("reading images"), len(which)) as reading:
        in_threads(read, range(0, len(which), _CHUNK))
    return inputs, found, whites


class _One(NamedTuple):
    """The pixels of an image, and facts about it."""

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
    """Return whether an RGB image has colours; JPEG may slightly tint a grey image."""
    red, green, blue = np.moveaxis(pixels.astype(np.int16), -1, 0)
    apart = np.maximum(abs(red - green), abs(green - blue))
    return float((apart > 24).mean()) > 0.01


def _count(which: NDArray[np.bool_]) -> Message:
    some = int(which.sum())
    if some < len(which):
        return Message("{some:,} of {count:,} images", some=some, count=len(which))
    return Message("{count:,} images", count=some)


def _large(name: str, shape: tuple[int, int], channels: int) -> DataError:
    """Return the error GN077 for an image with too many pixels and no explicit size."""
    high, wide = shape
    side = math.isqrt(LARGEST_UNASKED)
    return DataError(
        "GN077",
        "{name}: {wide} × {high} pixels would be {inputs:,} inputs, and more than {side} × {side} "
        "need an explicit size. For handwritten digits, use {handwriting}; else shrink the images with "
        "{size}, or keep every pixel with {own}.",
        name=name,
        wide=wide,
        high=high,
        inputs=high * wide * channels,
        side=side,
        handwriting=Option("handwriting", True),
        size=Option("size", ImageSize(28, 28)),
        own=Option("size", ImageSize(high, wide)),
    )


def _unequal(first: tuple[str, tuple[int, int]], other: tuple[str, tuple[int, int]]) -> DataError:
    """Return the error GN070 for two images that differ in size."""
    (one, (high, wide)), (two, (tall, broad)) = first, other
    return DataError(
        "GN070",
        "{one} has {wide} × {high} pixels, {two} {broad} × {tall}, expected one size for all images. "
        "Resize them with {square}, or {own} (rows, columns).",
        one=one,
        wide=wide,
        high=high,
        two=two,
        broad=broad,
        tall=tall,
        square=Option("size", ImageSize(max(high, wide), max(high, wide))),
        own=Option("size", ImageSize(high, wide)),
    )
