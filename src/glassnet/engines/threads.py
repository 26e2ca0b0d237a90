"""Threads: how many there are, and one BLAS thread for each of ours.

Two BLAS threads on small matrices often run slower than one, and how a product is divided among them shows in its last
bits. So BLAS gets one thread while glassnet trains, and what it had before afterwards.
"""

from __future__ import annotations

import os
import sys
from threading import Lock
from types import TracebackType
from typing import Any

from threadpoolctl import OpenBLASController, ThreadpoolController


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
