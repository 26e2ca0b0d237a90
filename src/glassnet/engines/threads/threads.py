"""Threads: how many there are, and one BLAS thread for each of ours.

Two BLAS threads on small matrices often run slower than one, and how a product is divided among them shows in its last
bits. So BLAS gets one thread while glassnet trains, and what it had before afterwards.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import weakref
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread, get_ident
from types import TracebackType
from typing import Any, TypeVar, cast

from threadpoolctl import OpenBLASController, ThreadpoolController

_Result = TypeVar("_Result")
HEARING = 0.1
"""Seconds that a thread waits for another before it looks up.

Where a library has a handler of its own for interrupts (polars, once it is loaded), a wait without end hears of none.
"""

Done = SimpleQueue[tuple[Any, BaseException | None]]


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
        # `PyDLL` keeps Python's lock: given away, it would come back when a thread just woken has no more use for it.
        return cast(Callable[[], int], ctypes.PyDLL(None).sched_getcpu)
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
    """Who has BLAS at one thread now: ``with one_blas_thread():``; several threads may, and each several times."""

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


class Aside:
    """A thread that does what it is told, one thing after the other.

    An interrupt comes to the first thread of a process alone, between any two lines. Work that must not end so is given
    to this one. `concurrent.futures` would not do: interrupted within `Future.result`, it may leave a lock behind for
    which its thread waits for ever. A `SimpleQueue` has none.
    """

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._todo: SimpleQueue[Any] = SimpleQueue()
        thread = Thread(target=_work, args=(self._todo,), daemon=True)
        thread.start()
        self.number = cast(int, thread.native_id)  # by which the system knows it
        self._process = os.getpid()
        weakref.finalize(self, self._todo.put, None)

    def begin(self, work: Callable[[], Any]) -> Done:
        """Have some work done, and return where its result, or its problem, will be."""
        if self._process != os.getpid():  # a process that was forked off has none of the others' threads
            self._start()
        done: Done = SimpleQueue()
        self._todo.put((work, done))
        return done

    def run(self, work: Callable[[], _Result], stop: Callable[[], None], *, needed: bool = True) -> _Result:
        """Return what some work does; an interrupt calls `stop`, waits for the end of the work, and goes on.

        It does not wait where the work is not `needed` then: that may go on by itself, and changes nothing.
        """
        try:
            done = self.begin(work)
            result, problem = awaited(done)
        except BaseException:
            stop()
            if needed:
                awaited(self.begin(int))  # done after what went before, if that was put at all
            raise
        try:
            if problem is not None:
                raise problem
            return cast(_Result, result)
        finally:
            del problem, result, done, work, self  # a traceback would keep them alive with itself


def awaited(queue: SimpleQueue[_Result]) -> _Result:
    """Wait for what is put into a queue, and hear of an interrupt meanwhile."""
    while True:
        with contextlib.suppress(Empty):
            return queue.get(timeout=HEARING)


def _work(todo: SimpleQueue[Any]) -> None:
    while given := todo.get():
        work, done = given
        try:
            done.put((work(), None))
        except BaseException as problem:
            done.put((None, problem))
        del given, work, done  # and all that they hold


def _take_control() -> None:
    """Let this thread set the number of BLAS threads; threadpoolctl leaves that to the first thread that did."""
    OpenBLASController.clear_controlling_thread(force=True)


one_blas_thread = OneBlasThread()
"""The process's one."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=one_blas_thread.forget_others)
