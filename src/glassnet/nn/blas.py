"""One BLAS thread for each of ours, and which BLAS there is.

Two BLAS threads on small matrices often run slower than one, and how a product is divided among them shows in its last
bits. So BLAS gets one thread while glassnet trains, and what it had before afterwards.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Lock, get_ident
from types import TracebackType
from typing import Any

from threadpoolctl import OpenBLASController, ThreadpoolController


def blas_in_use() -> str:
    """Return kind and processor of NumPy's and SciPy's BLAS, which the kernels call too, for the record.

    The processor is the one whose loops it has chosen, which an environment variable can change. Versions follow from
    NumPy's and SciPy's where each brings its own.
    """
    libraries = [one for one in ThreadpoolController().info() if one["user_api"] == "blas"]
    own = [one for one in libraries if {"numpy.libs", "scipy.libs"} & set(Path(one["filepath"]).parts)] or libraries
    return ", ".join(sorted({f"{one['internal_api']} {one.get('architecture', '')}".strip() for one in own}))


class OneBlasThread:
    """Holds BLAS to one thread: ``with one_blas_thread():``, in any number of threads, nested or not."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._depths: dict[int, int] = {}  # of each thread that is inside
        self._controller: Any = None
        self._modules = 0
        self._before: list[tuple[Any, int]] = []

    def __call__(self) -> _Visit:
        """Return a context in which BLAS has one thread."""
        return _Visit(self, 1)

    def as_before(self) -> _Visit:
        """Return a context that leaves BLAS as it came to it, whatever an interrupt leaves behind inside."""
        return _Visit(self, 0)

    def look_again(self) -> None:
        """Find the libraries that have been loaded since, with modules; that takes some milliseconds."""
        with self._lock:
            if len(sys.modules) != self._modules:
                self._controller, self._modules = ThreadpoolController(), len(sys.modules)
                if self._depths:
                    self._limit()

    @property
    def depth(self) -> int:
        """How many times this thread is inside."""
        return self._depths.get(get_ident(), 0)

    def go(self, depth: int) -> None:
        """Be so many times inside, by this thread; what was interrupted here is done by doing it again."""
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
                _take_control()  # the last to leave need not be the first who came
                for library, count in self._before:
                    library.set_num_threads(count)
                _take_control()  # and leave it to whoever comes next
                self._before = []  # last: until then all can be done again

    def forget_others(self) -> None:
        """Go on in a forked process, in which other threads are neither inside nor hold the lock."""
        depth, self._lock, self._depths = self.depth, Lock(), {}
        self.go(depth)

    def _limit(self) -> None:
        # Set here and not by `limit`, which asks every library all there is to know: this is done a block.
        _take_control()
        blas = [library for library in self._controller.lib_controllers if library.user_api == "blas"]
        for library, count in [(one, one.get_num_threads()) for one in blas]:
            if count != 1:
                self._before.append((library, count))
                library.set_num_threads(1)


class _Visit:
    """A context further inside. An interrupt may come between any two lines, so what it broke off is done again.

    Only on the first of the leaving can nothing be done again; then whoever is further out leaves for both.
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
    """Let this thread set the number of BLAS threads; threadpoolctl leaves that to the first thread that did."""
    OpenBLASController.clear_controlling_thread(force=True)


one_blas_thread = OneBlasThread()
"""The process's one."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=one_blas_thread.forget_others)
