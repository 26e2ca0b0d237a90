"""A digit for the terminal: half blocks in grey, or plain characters."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .tone import shades

BLOCK = "▀"
RAMP = " .:-=+*#%@"
RESET = "\x1b[0m"
LUMINANCE = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as in Pillow


def digit_lines(
    pixels: ArrayLike,
    image_shape: tuple[int, int] | None = None,
    colour: bool = True,
    encoding: str | None = None,
    photo: bool = False,
) -> list[str]:
    """Return a digit as lines of text; a line shows two rows of pixels, because characters are twice as high as wide.

    In colour, each character is an upper half block with the upper pixel as foreground and the lower pixel as
    background: dark ink on white, independent of the terminal's colours. The greys are from the 256-colour palette,
    which more terminals support than 24-bit colour.

    Parameters
    ----------
    pixels : array_like, shape (features,) or (rows, columns)
        One image; high values are ink. Colours become grey.
    image_shape : (rows, columns), optional
        Shape of a flat image; a square by default.
    colour : bool
        False for plain ASCII; each character is one of `` .:-=+*#%@``.
    encoding : str, optional
        Encoding of the output, by default that of standard output. ASCII is used if it lacks the half block.
    photo : bool
        Whether high values are light instead of ink.

    Returns
    -------
    list of str
        ``ceil(rows / 2)`` lines of `columns` visible characters, each with its own colour codes.

    Raises
    ------
    ShapeError
        GN050 if the pixels do not match `image_shape`.
    DataError
        GN018 for a value that is NaN or infinite.
    """
    values = np.asarray(pixels)
    shape = image_shape or ((values.shape[0], values.shape[1]) if values.ndim == 2 else None)
    [paper] = shades(values.reshape(1, -1), shape, photo)
    rows, columns = paper.shape[:2]
    padded = np.zeros((rows + rows % 2, columns), np.uint8)
    padded[:rows] = 255 - (paper @ LUMINANCE if paper.shape[2] == 3 else paper[:, :, 0])
    upper, lower = padded[::2], padded[1::2]
    if colour and _has_block(encoding or getattr(sys.stdout, "encoding", None)):
        return [_block_line(*pair) for pair in zip(_grey(upper), _grey(lower), strict=True)]
    # The darker of the two rows, because the mean would lose thin horizontal strokes.
    level = np.maximum(upper, lower).astype(int) * (len(RAMP) - 1)
    return ["".join(RAMP[i] for i in line) for line in np.rint(level / 255).astype(int)]


def _has_block(encoding: str | None) -> bool:
    try:
        BLOCK.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _grey(dark: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return palette numbers: 231 is white, 255 down to 232 are 24 greys, 16 is black."""
    palette = np.array([231, *range(255, 231, -1), 16])
    shades: NDArray[np.int64] = palette[np.rint(dark / 255 * (len(palette) - 1)).astype(int)]
    return shades


def _block_line(upper: NDArray[np.int64], lower: NDArray[np.int64]) -> str:
    parts = []
    before: tuple[int, int] | None = None
    for pair in zip(upper.tolist(), lower.tolist(), strict=True):
        parts.append(BLOCK if pair == before else f"\x1b[38;5;{pair[0]};48;5;{pair[1]}m{BLOCK}")
        before = pair
    return "".join(parts) + RESET
