"""The process of the service: return memory of large requests to the system, and allow enough connections."""

from __future__ import annotations

import gc

from ...runtime.system import call_allocator, raise_open_file_limit, release_free_memory
from .limits import DEADLINES

IDLE_SECONDS = 0.5
"""Without work on a thread before memory is returned."""
_FILES = 4 * DEADLINES.connections
_MALLOPT = {-8: 1, -1: 256 << 20, -3: 32 << 20}
"""Of glibc: M_ARENA_MAX, M_TRIM_THRESHOLD and M_MMAP_THRESHOLD, whose largest value this is."""


def prepare() -> None:
    """Prepare the process, before it has threads.

    All threads share one heap, as glibc returns the end of no other; a thread that exists has its own. It keeps the
    memory of a request for the next one, which would otherwise wait for pages of the system, until `release` returns
    it. There are file descriptors for all connections: without one, asyncio cannot refuse a connection either.
    """
    for parameter, value in _MALLOPT.items():
        call_allocator("mallopt", parameter, value)
    raise_open_file_limit(_FILES)


def exempt_from_collection() -> None:
    """Exempt what is loaded so far from garbage collection, whose pauses become shorter."""
    gc.collect()
    gc.freeze()


def release() -> None:
    """Return unused memory; takes milliseconds."""
    gc.collect()
    release_free_memory()
