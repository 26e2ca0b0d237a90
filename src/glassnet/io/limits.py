"""The limit on memory for decompressed data and streams: one for all readers, and how it is raised.

A few megabytes of gzip can hold a thousand times as much. So what is unpacked is counted, and where a file says how
much there will be, that is compared before anything is read. Plain files are as large as they are; for those it does
not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TypeVar

from ..errors import FileError, OptionError

MAX_BYTES = 4 << 30
"""What the limit is where nothing is said: ten million rows of sixty fields, in memory half of a machine of today."""
FLAG = "--max-bytes"
_UNITS = {"": 1, **{f"{prefix}b": 1000**power for power, prefix in enumerate(("", "k", "m", "g", "t"))}}
_UNITS |= {f"{prefix}ib": 1024**power for power, prefix in enumerate(("k", "m", "g", "t"), 1)}
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_limit: ContextVar[int] = ContextVar("max_bytes", default=MAX_BYTES)


@contextmanager
def max_bytes(size: int | str) -> Iterator[None]:
    """Limit what compressed data and streams may unpack to within a ``with`` block; 4 GiB elsewhere.

    Parameters
    ----------
    size : int or str
        Bytes, or with a unit: ``"500MB"``, ``"8GiB"``.

    Raises
    ------
    OptionError
        GN021 when it is no such size.

    Examples
    --------
    >>> with max_bytes("8GiB"):
    ...     pass  # data = glassnet.data.load("large.csv.gz")
    """
    before = _limit.set(parse_size(size))
    try:
        yield
    finally:
        _limit.reset(before)


def parse_size(size: int | str) -> int:
    """Return a size in bytes from a number or a text such as ``"8GiB"``; errors as for `max_bytes`."""
    match = re.fullmatch(r"(\d{1,18}(?:\.\d{1,9})?) ?([kmgt]?i?b|)", str(size).strip().lower())
    if isinstance(size, bool) or not match or match[2] not in _UNITS or not float(match[1]):
        raise OptionError("GN021", f"max-bytes {size!r}: expected a number of bytes, such as 500MB or 8GiB.")
    return int(float(match[1]) * _UNITS[match[2]])


def format_size(size: int) -> str:
    """Return a size for people, in a form that `parse_size` accepts."""
    for unit, count in (("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= count:
            return f"{size / count:.4g}{unit}"
    return f"{size}B"


def in_threads(function: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    """Map a function over items in threads, under the limit of the caller; raise the first error in their order.

    A thread begins with a context of its own, in which the limit would be the usual one.
    """
    context = copy_context()
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda item: context.copy().run(function, item), items))


def require_room(name: str, size: int) -> None:
    """Refuse content that would unpack to more than the limit.

    Parameters
    ----------
    name : str
        The file, for the message.
    size : int
        Bytes so far, or as the file says it.

    Raises
    ------
    FileError
        GN033.
    """
    limit = _limit.get()
    if size > limit:
        enough = format_size(1 << (size - 1).bit_length())
        raise FileError(
            "GN033",
            f"{name}: more than {format_size(limit)} when unpacked. If that is right, allow more: {FLAG} {enough} "
            f"(in Python: with glassnet.max_bytes({enough!r})).",
        )
