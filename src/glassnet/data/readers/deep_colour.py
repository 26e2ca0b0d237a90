"""Colours of 16 bits a channel: Pillow's pictures have 8, and it hands out the upper halves alone.

Its decoders can be told to hand out the lower halves instead. So such a picture is decoded twice and put together.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile

_DEEP = re.compile(r"(?P<channels>LA|RGB[AX]?|[RGBA]);16(?P<order>[BLN])")
"""How Pillow names these numbers in files; what is multiplied by its transparency is not among them."""
_OTHER = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
_FULL = 65535


def deep_colours(picture: Image.Image, file: IO[bytes] | Path) -> NDArray[np.uint16] | None:
    """Return colours of 16 bits, shape (rows, columns, 3), or 4 with how opaque they are; None if there are none.

    Parameters
    ----------
    picture : PIL.Image.Image
        Opened and not decoded; it is decoded here where it has such colours.
    file : stream or path
        What it was opened from.
    """
    if not isinstance(picture, ImageFile.ImageFile):
        return None
    tiles = [_DEEP.fullmatch(_name(tile[3])) for tile in picture.tile]
    if picture.mode not in ("RGB", "RGBA") or not tiles or not all(tiles):
        return None
    grey = tiles[0] is not None and tiles[0]["channels"] == "LA"
    picture.load()
    upper = np.asarray(picture)
    if not isinstance(file, Path):
        file.seek(0)
    with Image.open(file, formats=[picture.format or ""]) as again:
        assert isinstance(again, ImageFile.ImageFile)
        again.tile = [_turned(tile) for tile in again.tile]
        again.load()
        lower = np.asarray(again)
    if grey:  # taken as they are, two bytes a number
        lower = lower[..., [1, 1, 1, 3]]
    deep: NDArray[np.uint16] = (upper.astype(np.uint16) << 8) | lower
    key = picture.info.get("transparency")
    if isinstance(key, tuple) and deep.shape[2] == 3:
        opaque = np.where((deep == np.array(key, np.uint16)).all(axis=2), 0, _FULL).astype(np.uint16)
        deep = np.dstack([deep, opaque])
    return deep


def eight_bit_colours(deep: NDArray[np.uint16], white: int, like: Image.Image) -> tuple[Image.Image, int]:
    """Bring colours of 16 bits to 8; return the picture, of mode ``RGB`` or ``RGBA``, and what was taken for white.

    Parameters
    ----------
    deep : ndarray of uint16, shape (rows, columns, 3 or 4)
    white : int
        What counts as white at least.
    like : PIL.Image.Image
        The picture they are of, which knows what is up.
    """
    from ...handwriting import white_of

    seen = deep[deep[..., 3] > 0] if deep.shape[2] == 4 else deep
    white = white_of(int(seen[..., :3].max(initial=0)), white)
    tops = [white] * 3
    if deep.shape[2] == 4:
        tops.append(white if deep[..., 3].max(initial=0) <= white else _FULL)
    every = np.arange(_FULL + 1)
    tables = [np.rint(every.clip(0, top) * (255 / top)).astype(np.uint8) for top in tops]
    picture = Image.fromarray(np.dstack([table[deep[..., place]] for place, table in enumerate(tables)]))
    upright = like.getexif().get(ExifTags.Base.Orientation)
    if upright:
        picture.getexif()[ExifTags.Base.Orientation] = upright
    return picture, white


def _name(arguments: object) -> str:
    """Return what a decoder's arguments, text or a tuple that begins with it, call the numbers in the file."""
    first = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return first if isinstance(first, str) else ""


def _turned(tile: Any) -> Any:
    """Return a tile of which the lower halves are decoded; of grey with transparency, all bytes."""
    *where, arguments = tile
    found = _DEEP.fullmatch(_name(arguments))
    if found:
        new = "RGBA" if found["channels"] == "LA" else f"{found['channels']};16{_OTHER[found['order']]}"
        arguments = (new, *arguments[1:]) if isinstance(arguments, tuple) else new
    # Before Pillow 11 a tile was a plain tuple.
    return getattr(type(tile), "_make", tuple)([*where, arguments])
