"""Limit the memory for decompressed data and streams, for all readers.

A few megabytes of gzip can hold a thousand times as much. Unpacked bytes are therefore counted, and a size that a file
declares is checked before anything is read. The limit does not apply to plain files.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TypeVar

from ..errors import FileError, OptionError
from ..messages.option_spelling import Door, Option, in_python

MAX_BYTES = 4 << 30
"""Default limit: ten million rows of sixty fields, about half the memory of a current machine."""
SIZE = "SIZE"
"""What stands for a number of bytes in the help."""
FLAG = "--max-bytes"
LOADER = "glassnet loads"
"""Name of a thread that loads code in the background while a command reads its data."""
_UNITS = {"": 1, **{f"{prefix}b": 1000**power for power, prefix in enumerate(("", "k", "m", "g", "t"))}}
_UNITS |= {f"{prefix}ib": 1024**power for power, prefix in enumerate(("k", "m", "g", "t"), 1)}
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
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


def available_cores(root: Path = Path("/")) -> int:
    """Return the number of cores that this process may use: its affinity, or the quota of its containers if less.

    A quota (Linux, control groups) of two and a half cores counts as three. `root` holds ``proc`` and ``sys``.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([cores, *map(math.ceil, _quotas(root))]))


@cache
def _quotas(root: Path) -> list[float]:
    """Return the quotas, in cores, of the control groups of this process and of the groups above them."""
    quotas = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        controllers, _, group = line.partition(":")[2].partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        # In a container, its own group is at the root, even if `group` is the path outside.
        for one in (PurePosixPath(group), *PurePosixPath(group).parents):
            folder = root / "sys/fs/cgroup" / controllers / str(one).lstrip("/")
            files = ("cpu.cfs_quota_us", "cpu.cfs_period_us") if controllers else ("cpu.max",)
            quota = " ".join(_text(folder / file) for file in files).split()
            if len(quota) == 2 and all(number.isdecimal() and int(number) > 0 for number in quota):  # no "max", no -1
                quotas.append(int(quota[0]) / int(quota[1]))
    return quotas


def _text(path: Path) -> str:
    with suppress(OSError, ValueError):
        return path.read_text(encoding="utf-8")
    return ""


def in_threads(
    function: Callable[[_Item], _Result], items: Iterable[_Item], workers: int | None = None
) -> list[_Result]:
    """Map a function over items in threads under the caller's limit; raise the error of the first item that fails.

    A new thread has its own context, in which the default limit would apply. By default there are more threads than
    cores, for work that waits for files.
    """
    from concurrent.futures import ThreadPoolExecutor

    context = copy_context()
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda item: context.copy().run(function, item), items))


def require_room(name: str, size: int) -> None:
    """Raise an error for content that unpacks to more than the limit.

    Parameters
    ----------
    name : str
        The file, for the message.
    size : int
        Bytes unpacked so far, or the size that the file declares.
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
