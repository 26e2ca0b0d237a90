"""A worker thread, on which no interrupt breaks off what must be finished; and how many cores there are."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar, cast

import numpy as np

_Result = TypeVar("_Result")
POLL_SECONDS = 0.1
"""How long a wait for another thread may last before it is begun anew.

Where a library has a handler of its own for interrupts (polars, once it is loaded), an endless wait hears of none.
"""

Done = SimpleQueue[tuple[Any, BaseException | None]]


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Worker:
    """A thread that does one task after the other.

    An interrupt comes to the main thread alone, between any two lines. A task that must not end so is given to this
    thread. `concurrent.futures` would not do: interrupted within `Future.result`, it may leave a lock behind for
    which its thread waits for ever. A `SimpleQueue` has none.
    """

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._tasks: SimpleQueue[Any] = SimpleQueue()
        thread = Thread(target=_work, args=(self._tasks,), daemon=True)
        thread.start()
        self._process = os.getpid()
        weakref.finalize(self, self._tasks.put, None)

    def submit(self, work: Callable[[], Any]) -> Done:
        """Add a task; return the queue that will have its result, or the exception it raised."""
        if self._process != os.getpid():  # a forked process has none of its parent's threads
            self._start()
        done: Done = SimpleQueue()
        self._tasks.put((work, done))
        return done

    def run(self, work: Callable[[], _Result], stop: Callable[[], None], *, needed: bool = True) -> _Result:
        """Do a task and return its result; an interrupt calls `stop`, waits for the end of the task, and is raised.

        It does not wait for a task that is not `needed` then: one that changes nothing may end by itself.
        """
        try:
            done = self.submit(work)
            result, problem = awaited(done)
        except BaseException:
            stop()
            if needed:
                awaited(self.submit(int))  # done after what went before, if that was put at all
            raise
        try:
            if problem is not None:
                raise problem
            return cast(_Result, result)
        finally:
            del problem, result, done, work, self  # a traceback would keep them alive with itself


def awaited(queue: SimpleQueue[_Result]) -> _Result:
    """Return the next item of a queue; an interrupt meanwhile is raised."""
    while True:
        with contextlib.suppress(Empty):
            return queue.get(timeout=POLL_SECONDS)


def _work(tasks: SimpleQueue[Any]) -> None:
    with np.errstate(over="ignore", invalid="ignore"):  # the training loop checks results
        while task := tasks.get():
            work, done = task
            try:
                done.put((work(), None))
            except BaseException as problem:
                done.put((None, problem))
            del task, work, done  # and all that they hold
