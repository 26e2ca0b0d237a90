"""Image formats that are read: names, file suffixes and first bytes; and the names of IDX files of images.

HEIC, the usual format of photographs of phones, is read if pillow-heif is installed; without it, such files are listed
and named all the same, so that none is missed silently.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Format(NamedTuple):
    """An image format. The upper-case `name` is Pillow's; `beginning` is a regular expression."""

    name: str
    suffixes: tuple[str, ...]
    beginning: bytes


FORMATS = (
    Format("PNG", (".png",), rb"\x89PNG"),
    Format("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), rb"\xff\xd8\xff"),
    Format("GIF", (".gif",), rb"GIF8"),
    Format("BMP", (".bmp",), rb"BM.{4}\0{4}"),  # text may begin with BM, but has no zero bytes
    Format("WebP", (".webp",), rb"RIFF.{4}WEBP"),
    Format("TIFF", (".tif", ".tiff"), rb"II[*+]\0|MM\0[*+]"),  # + in BigTIFF
    Format("PPM", (".pgm", ".ppm", ".pbm", ".pnm"), rb"P[1-6]\r?\n(?:#[^\n]*\n)*\d+[ \t]+\d+\s"),  # all Netpbm
)
HEIC = Format("HEIF", (".heic", ".heif", ".hif"), rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)")

SUFFIXES = tuple(suffix for one in (*FORMATS, HEIC) for suffix in one.suffixes)
NAMES = tuple(one.name for one in FORMATS)
PILLOW_NAMES = tuple(name.upper() for name in NAMES)

_IDX_IMAGES = re.compile(r".*images[-.]idx[2-4]-[a-z]+(?:\.gz)?")
_BEGINNING = re.compile(b"|".join(one.beginning for one in (*FORMATS, HEIC)), re.DOTALL)


def begins_as_picture(head: bytes) -> bool:
    """Return whether a file with these first bytes is an image."""
    return _BEGINNING.match(head) is not None


def begins_as_heic(head: bytes) -> bool:
    """Return whether a file with these first bytes is a HEIC or other HEIF image (ISO/IEC 23008-12, its brands)."""
    return re.match(HEIC.beginning, head, re.DOTALL) is not None


def is_images_name(name: str) -> bool:
    """Return whether a file is named as IDX images: ``emnist-digits-train-images-idx3-ubyte.gz``."""
    return _IDX_IMAGES.fullmatch(name) is not None
