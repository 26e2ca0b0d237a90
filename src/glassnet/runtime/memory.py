"""Memory of a process that runs long and now and then needs much.

The C library of Linux (glibc) holds on to some hundred megabytes after training, in parts of each thread, between a few
small blocks that are still used. Elsewhere both functions do nothing.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_MMAP_THRESHOLD = -3
_LARGE = 1 << 20


def return_large_blocks() -> None:
    """Let the system have blocks of a mebibyte and more back as soon as they are free, from now on."""
    _call("mallopt", _MMAP_THRESHOLD, _LARGE)


def release_free_memory() -> None:
    """Give free memory back to the system now."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            getattr(ctypes.CDLL(None), name)(*arguments)
