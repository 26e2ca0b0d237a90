"""Limit BLAS to one thread during training, and describe the installed BLAS.

On small matrices two BLAS threads are often slower than one, and the way they divide a product affects its last bits.
So BLAS runs on one thread while glassnet trains and gets its previous number of threads back afterwards.
"""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Lock, get_ident
from types import TracebackType
from typing import Any

from threadpoolctl import OpenBLASController, ThreadpoolController

from .system import after_fork


def blas_in_use() -> str:
    """Return the kind and processor of the BLAS of NumPy and SciPy, for the training record. The kernels use it too.

    The processor is the one whose code BLAS has selected, which an environment variable can override. Its version is
    determined by that of NumPy or SciPy if these bring their own BLAS.
    """
    libraries = [one for one in ThreadpoolController().info() if one["user_api"] == "blas"]
    own = [one for one in libraries if {"numpy.libs", "scipy.libs"} & set(Path(one["filepath"]).parts)] or libraries
    return ", ".join(sorted({f"{one['internal_api']} {one.get('architecture', '')}".strip() for one in own}))


class OneBlasThread:
    """Limits BLAS to one thread: ``with one_blas_thread():``. Can be nested and used in several threads at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._depths: dict[int, int] = {}  # nesting depth of each thread that is inside
        self._controller: Any = None
        self._modules = 0
        self._before: list[tuple[Any, int]] = []

    def __call__(self) -> _Visit:
        """Return a context manager that limits BLAS to one thread."""
        return _Visit(self, 1)

    def as_before(self) -> _Visit:
        """Return a context manager that restores the limit of its start, even after an interrupt inside."""
        return _Visit(self, 0)

    def look_again(self) -> None:
        """Include libraries that have been loaded since the last call; takes some milliseconds if modules were."""
        with self._lock:
            if len(sys.modules) != self._modules:
                self._controller, self._modules = ThreadpoolController(), len(sys.modules)
                if self._depths:
                    self._limit()

    @property
    def depth(self) -> int:
        """Nesting depth of this thread."""
        return self._depths.get(get_ident(), 0)

    def go(self, depth: int) -> None:
        """Set the nesting depth of this thread. After an interrupt, a second call completes the change."""
        with self._lock:
            limited = bool(self._depths)
            if depth:
                self._depths[get_ident()] = depth
            else:
                self._depths.pop(get_ident(), None)
            if self._depths and not limited:
                self._controller = self._controller or ThreadpoolController()
                self._limit()
            elif self._before and not self._depths:
                _take_control()  # the last thread to leave may not be the one that set the limit
                for library, count in self._before:
                    library.set_num_threads(count)
                _take_control()  # so that any thread can set the limit next
                self._before = []  # last, so that an interrupted call can be repeated

    def forget_others(self) -> None:
        """Reset the state in a forked process, where no other thread is inside or holds the lock."""
        depth, self._lock, self._depths = self.depth, Lock(), {}
        self.go(depth)

    def _limit(self) -> None:
        # Not by threadpoolctl's `limit`, which queries every library in full: this runs once per block.
        _take_control()
        blas = [library for library in self._controller.lib_controllers if library.user_api == "blas"]
        for library, count in [(one, one.get_num_threads()) for one in blas]:
            if count != 1:
                self._before.append((library, count))
                library.set_num_threads(1)


class _Visit:
    """A context manager that increases the nesting depth; a change that is interrupted is repeated.

    An interrupt can come between any two lines. One before the first line of ``__exit__`` cannot be handled here; the
    next outer context then restores the limit.
    """

    def __init__(self, guard: OneBlasThread, further: int) -> None:
        self._guard, self._further = guard, further

    def __enter__(self) -> None:
        self._depth = self._guard.depth
        try:
            self._guard.go(self._depth + self._further)
        except BaseException:
            self._guard.go(self._depth)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._guard.go(self._depth)
        except BaseException:
            self._guard.go(self._depth)
            raise


def _take_control() -> None:
    """Let this thread set the number of BLAS threads; threadpoolctl reserves this for the first thread to do so."""
    OpenBLASController.clear_controlling_thread(force=True)


one_blas_thread = OneBlasThread()
"""The instance of this process."""
after_fork(one_blas_thread.forget_others)
