"""Limit the memory for decompressed data and streams, for all readers.

A few megabytes of gzip can hold a thousand times as much. Unpacked bytes are therefore counted, and a size that a file
declares is checked before anything is read. The limit does not apply to plain files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..errors import FileError, OptionError
from ..messages.option_spelling import Door, Option, in_python

MAX_BYTES = 4 << 30
"""Default limit: ten million rows of sixty fields, about half the memory of a current machine."""
SIZE = "SIZE"
"""What stands for a number of bytes in the help."""
FLAG = "--max-bytes"
_UNITS = {"": 1, **{f"{prefix}b": 1000**power for power, prefix in enumerate(("", "k", "m", "g", "t"))}}
_UNITS |= {f"{prefix}ib": 1024**power for power, prefix in enumerate(("k", "m", "g", "t"), 1)}
_limit: ContextVar[int] = ContextVar("max_bytes", default=MAX_BYTES)


@contextmanager
def max_bytes(size: int | str) -> Iterator[None]:
    """Limit the unpacked size of compressed data and streams within a ``with`` block; the default is 4 GiB.

    Parameters
    ----------
    size : int or str
        Bytes, or with a unit: ``"500MB"``, ``"8GiB"``.

    Raises
    ------
    OptionError
        GN021 when `size` is not valid.

    Examples
    --------
    >>> import glassnet
    >>> with glassnet.max_bytes("8GiB"):
    ...     pass  # data = glassnet.data.load("large.csv.gz")
    """
    before = _limit.set(parse_size(size))
    try:
        yield
    finally:
        _limit.reset(before)


class _Limit:
    """The way to allow more bytes: an option, but a context manager in Python."""

    def __init__(self, size: str) -> None:
        self.size = size

    def text(self, language: str = "en", door: Door = in_python) -> str:
        """Return the option, or the call."""
        return f"with glassnet.max_bytes({self.size!r})" if door is in_python else door(Option("max_bytes", self.size))


def parse_size(size: int | str, name: str | Option = Option("max_bytes")) -> int:  # noqa: B008 - does not change
    """Convert a number or a text such as ``"8GiB"`` to bytes; errors as for `max_bytes`, with this name."""
    match = re.fullmatch(r"(\d{1,18}(?:\.\d{1,9})?) ?([kmgt]?i?b|)", str(size).strip().lower())
    if isinstance(size, bool) or not match or match[2] not in _UNITS or not float(match[1]):
        raise OptionError(
            "GN021", "{name} {size!r}: expected a size in bytes, such as 500MB or 8GiB.", name=name, size=size
        )
    return int(float(match[1]) * _UNITS[match[2]])


def format_size(size: int) -> str:
    """Return a size for people, in a form that `parse_size` accepts."""
    for unit, count in (("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= count:
            return f"{size / count:.4g}{unit}"
    return f"{size}B"


def require_room(name: str, size: int) -> None:
    """Raise an error for content that unpacks to more than the limit.

    `size` is the number of bytes unpacked so far, or the size that the file declares.
    """
    limit = _limit.get()
    if size > limit:
        enough = format_size(1 << (size - 1).bit_length())
        raise FileError(
            "GN033",
            "{name}: more than {limit} when unpacked. If you trust the file, allow more: {option}.",
            name=name,
            limit=format_size(limit),
            option=_Limit(enough),
        )
