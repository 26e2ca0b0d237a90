"""Locks between processes: each is one byte of a file, and the system releases those of a process that ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

POLL_SECONDS = 0.1
"""Longest single wait for another process or thread, after which it is repeated.

If a library installs its own signal handler (polars does when it is loaded), an unlimited wait is not interrupted.
"""

LONGEST_WAIT = 600.0
"""Seconds after which a wait ends without the lock: the holder may be suspended (Ctrl-Z)."""

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
"""Error numbers that mean that another process has the lock."""


class ByteLocks:
    """The locks of one file. Use one object per file and process, from one thread at a time.

    Parameters
    ----------
    path : Path
        Created when the first lock is taken, and left in place.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @contextlib.contextmanager
    def held(self, place: int, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the lock of a byte, where the file system supports locks; otherwise do nothing.

        Parameters
        ----------
        place : int
            Position of the byte, 0 to 2⁶² − 1; it need not exist.
        waiting : callable
            Called once if another process holds the lock.
        """
        locked = self._lock(place, waiting)
        try:
            yield
        finally:
            if locked:
                with contextlib.suppress(OSError):
                    self._unlock(place)

    def _lock(self, place: int, waiting: Callable[[], None]) -> bool:
        """Return whether the lock is held; False if there is no support for locks, or after `LONGEST_WAIT`."""
        last = None
        while last is None or time.monotonic() < last:
            try:
                self._try(place)
            except OSError as problem:
                if problem.errno not in _HELD:
                    return False
            else:
                return True
            if last is None:
                waiting()
                last = time.monotonic() + LONGEST_WAIT
            time.sleep(POLL_SECONDS)
        return False

    def _try(self, place: int) -> None:
        """Lock a byte, or raise OSError at once."""
        # The descriptor stays open: closing any descriptor of a file releases all locks that a process has on it.
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        if sys.platform == "win32":
            os.lseek(self._descriptor, place, os.SEEK_SET)
            msvcrt.locking(self._descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)

    def _unlock(self, place: int) -> None:
        assert self._descriptor is not None
        if sys.platform == "win32":
            os.lseek(self._descriptor, place, os.SEEK_SET)
            msvcrt.locking(self._descriptor, msvcrt.LK_UNLCK, 1)
        else:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, place)
