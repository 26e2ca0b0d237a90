"""Threads: how many there are, and one BLAS thread for each of ours.

Two BLAS threads on small matrices often run slower than one, and how a product is divided among them shows in its last
bits. So BLAS gets one thread while glassnet trains, and what it had before afterwards.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, cast

from threadpoolctl import OpenBLASController, ThreadpoolController


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(others: Iterable[int]) -> None:
    """Have other threads of this process, by their native numbers, go on elsewhere than on the caller's core.

    A thread that is woken while all cores are busy for a moment may be put on its waker's. There it would wait, while
    the waker looks for it without end, until the system evens the cores out some milliseconds later: longer than a
    block of a small table takes. They may come back, so that nothing is lost beside a busy neighbour. Without a system
    that tells cores, nothing happens.
    """
    if not hasattr(os, "sched_setaffinity") or (core := _core_teller()) is None:
        return
    here = core()
    for thread in others:
        with contextlib.suppress(OSError):  # it has ended, or there is no other core
            allowed = os.sched_getaffinity(thread)
            os.sched_setaffinity(thread, allowed - {here})
            os.sched_setaffinity(thread, allowed)


@cache
def _core_teller() -> Callable[[], int] | None:
    """Return the C library's function that tells on which core its caller runs, if it has one."""
    try:
        return cast(Callable[[], int], ctypes.CDLL(None).sched_getcpu)
    except (AttributeError, OSError, TypeError):
        return None


def blas_in_use() -> str:
    """Return kind and processor of NumPy's and SciPy's BLAS, which the kernels call too, for the record.

    The processor is the one whose loops it has chosen, which an environment variable can change. Versions follow from
    NumPy's and SciPy's where each brings its own.
    """
    found = [one for one in ThreadpoolController().info() if one["user_api"] == "blas"]
    own = [one for one in found if {"numpy.libs", "scipy.libs"} & set(Path(one["filepath"]).parts)] or found
    return ", ".join(sorted({f"{one['internal_api']} {one.get('architecture', '')}".strip() for one in own}))


class OneBlasThread:
    """A context in which BLAS has one thread; several trainings may be in it at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._controller: Any = None
        self._modules = 0
        self._before: list[tuple[Any, int]] = []

    def look_again(self) -> None:
        """Find the libraries that have been loaded since, with modules; that takes some milliseconds."""
        with self._lock:
            if len(sys.modules) != self._modules:
                self._controller, self._modules = ThreadpoolController(), len(sys.modules)

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._controller = self._controller or ThreadpoolController()
                _take_control()
                # Set here and not by `limit`, which asks every library all there is to know: this is done a block.
                blas = [library for library in self._controller.lib_controllers if library.user_api == "blas"]
                self._before = [(library, count) for library in blas if (count := library.get_num_threads()) != 1]
                for library, _ in self._before:
                    library.set_num_threads(1)
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                _take_control()  # the last to leave need not be the first who came
                for library, count in self._before:
                    library.set_num_threads(count)
                _take_control()  # and leave it to whoever comes next


def _take_control() -> None:
    """Let this thread set the number of BLAS threads; threadpoolctl leaves that to the first thread that did."""
    OpenBLASController.clear_controlling_thread(force=True)


one_blas_thread = OneBlasThread()
"""The process's one."""
