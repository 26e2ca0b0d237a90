"""Locks between processes: each is a file, and the system releases those of a process that ends."""

from __future__ import annotations

import contextlib
import errno
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from . import system

POLL_SECONDS = 0.1
"""Longest single wait for another process or thread, after which it is repeated.

If a library installs its own signal handler (polars does when it is loaded), an unlimited wait is not interrupted.
"""

LONGEST_WAIT = 600.0
"""Seconds after which a wait ends without the lock: the holder may be suspended (Ctrl-Z)."""

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
"""Error numbers that mean that another process has the lock."""


@contextlib.contextmanager
def file_lock(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a file in this block, where the file system supports locks; otherwise do nothing.

    The file is created if necessary, and left in place. A process opens it once at a time: closing it releases the
    lock. `waiting` is called once if another process holds the lock.
    """
    file: IO[bytes] | None = None
    with contextlib.suppress(OSError):  # a folder that cannot be written
        file = path.open("ab")
    with file or contextlib.nullcontext():
        last = None
        while file and (last is None or time.monotonic() < last) and _is_held_elsewhere(file):
            if last is None:
                waiting()
                last = time.monotonic() + LONGEST_WAIT
            time.sleep(POLL_SECONDS)
        yield


def lock_now(path: Path) -> IO[bytes] | None:
    """Lock a file until the returned one is closed or the process ends; None if another process has it.

    None also where nothing can be locked. As for `file_lock`, a process opens the file once at a time.
    """
    file: IO[bytes] | None = None
    try:
        file = path.open("ab")
        system.lock(file)
    except OSError:
        if file is not None:
            file.close()
        return None
    return file


def _is_held_elsewhere(file: IO[bytes]) -> bool:
    """Lock a file, if its file system supports locks; return whether another process has the lock."""
    try:
        system.lock(file)
    except OSError as problem:
        return problem.errno in _HELD
    return False
