"""Return memory of large requests to the system, which Python and glibc would keep for later ones."""

from __future__ import annotations

import ctypes
import gc
from typing import Any

IDLE_SECONDS = 0.5
"""Without work on a thread before memory is returned."""
_ARENA_MAX = -8
"""Of glibc's ``mallopt``."""


def prepare() -> None:
    """Prepare the process, before its threads begin.

    All threads share one heap, as glibc returns the end of no other; and what is loaded so far is exempt from garbage
    collection, whose pauses become shorter.
    """
    if (mallopt := _function("mallopt")) is not None:
        mallopt(_ARENA_MAX, 1)
    gc.collect()
    gc.freeze()


def release() -> None:
    """Return unused memory; takes milliseconds."""
    gc.collect()
    if (trim := _function("malloc_trim")) is not None:
        trim(ctypes.c_size_t(0))


def _function(name: str) -> Any:
    """Return a function of glibc; None with another C library."""
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None
