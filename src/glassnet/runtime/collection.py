"""A pause of Python's search for unreachable cycles."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

_lock = threading.Lock()
_pauses = 0


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Do not search for unreachable cycles in this block, unless the search is off anyway.

    For code that makes many objects that live long, such as an import or a compiler: searching them for cycles would
    take a tenth of its time. Blocks of several threads may overlap; the last one resumes the search.
    """
    global _pauses
    with _lock:
        pauses = _pauses > 0 or gc.isenabled()
        _pauses += pauses
    try:
        if pauses:
            gc.disable()
        yield
    finally:
        if pauses:
            with _lock:
                _pauses -= 1
                if _pauses == 0:
                    gc.enable()
