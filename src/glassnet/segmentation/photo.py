"""Prepare a photograph: in RGB, without transparency, of a working size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .morphology import Plane

SHORTEST, MOST = 168, 1_000_000
"""Limits of the working size: fewest pixels on the shorter side, and most pixels in total."""
DEPTHS = (8, 10, 12, 14, 16)
"""Bit depths of cameras and scanners, whose files have 16 bits."""
_ENLARGED = 8  # largest factor; an image smaller than a digit of MNIST has no digit


def opaque(picture: Image.Image) -> Image.Image:
    """Convert an image to RGB; transparent pixels become paper: white, or black if the ink is light."""
    if picture.mode.startswith(("I", "F")):
        return eight_bits(picture)[0].convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    above = picture.convert("RGBA")
    alpha = above.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return above.convert("RGB")
    few = min(1.0, 1000 / max(above.size))  # a sample suffices
    size = (max(1, round(above.width * few)), max(1, round(above.height * few)))
    pixels = np.asarray(above.resize(size, Image.Resampling.NEAREST))
    seen = pixels[..., 3] > 127
    colours = pixels[seen][:, :3]
    if not seen.any() or seen.mean() < 0.5:  # only ink: choose a contrasting paper
        light = bool(seen.any()) and float(colours.mean()) > 150
        paper = (0, 0, 0) if light else (255, 255, 255)
    else:  # paper with a hole, or round corners
        red, green, blue = (int(value) for value in np.median(colours, axis=0))
        paper = (red, green, blue)
    flat = Image.new("RGB", above.size, paper)
    flat.paste(above, mask=alpha)
    return flat


def eight_bits(picture: Image.Image, white: int = 0) -> tuple[Image.Image, int]:
    """Convert an image of 16 or 32 bits per pixel to grey, mode ``L``; the conversion of Pillow would clip at 255.

    Returns also the white level, at least `white`: the largest value of the smallest of `DEPTHS` that fits all values,
    because 12-bit cameras write 16-bit files. It is 0 for fractions and numbers beyond 16 bits, which use the largest
    value of the image.
    """
    wide: NDArray[Any] = np.nan_to_num(np.array(picture, np.float64))
    clear = wide == picture.info.get("transparency", -1)
    largest = float(wide.max(initial=0.0, where=~clear))
    if picture.mode == "F" or largest >= 2 ** DEPTHS[-1]:
        top, white = max(largest, 1e-30), 0
    else:
        white = max(white, next(2**bits - 1 for bits in DEPTHS if largest < 2**bits))
        top = float(white)
    grey = (wide.clip(0, top) * (255 / top)).round()
    return Image.fromarray(np.where(clear, 255, grey).astype(np.uint8)), white


def reduction(size: tuple[int, int]) -> int:
    """Return the largest factor by which the sides of an image can be divided before its working size suffers."""
    return max(1, int(math.sqrt(math.prod(size) / MOST)))


def working_size(picture: Image.Image) -> Plane:
    """Return the image scaled to the working size, as values from 0 to 1, shape (rows, columns, 3)."""
    scale = min(1.0, math.sqrt(MOST / math.prod(picture.size)))
    if scale == 1 and min(picture.size) < SHORTEST:
        scale = min(SHORTEST / min(picture.size), _ENLARGED, math.sqrt(MOST / math.prod(picture.size)))
    if scale != 1:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        way = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
        picture = picture.resize(size, way)
    values: Plane = np.asarray(picture, np.float32) / np.float32(255)
    return values
