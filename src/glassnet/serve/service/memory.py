"""Return memory of large requests to the system, which Python and glibc would keep for later ones."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from typing import Any

IDLE_SECONDS = 0.5
"""Without work on a thread before memory is returned."""


def keep_out_of_collections() -> None:
    """Exempt what is loaded so far from garbage collection, whose pauses become shorter."""
    gc.collect()
    gc.freeze()


def release() -> None:
    """Return unused memory; takes milliseconds."""
    gc.collect()
    if _trim is not None:
        _trim(0)


def _malloc_trim() -> Callable[[int], Any] | None:
    try:
        function = ctypes.CDLL(None).malloc_trim  # glibc alone has it
    except (AttributeError, OSError, TypeError):
        return None
    function.argtypes, function.restype = [ctypes.c_size_t], ctypes.c_int
    return function


_trim = _malloc_trim()
