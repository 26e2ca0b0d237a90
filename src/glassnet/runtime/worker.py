"""A worker thread for tasks that an interrupt must not break off."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar, cast

import numpy as np

from .file_lock import POLL_SECONDS
from .threads import in_context

_Result = TypeVar("_Result")

Done = SimpleQueue[tuple[Any, BaseException | None]]


class Worker:
    """A thread that runs tasks one after another.

    Interrupts reach only the main thread, between any two lines, so a task that must not be interrupted runs on this
    thread. `concurrent.futures` is not suitable: interrupted within `Future.result`, it may leave a lock held for which
    its thread waits forever. A `SimpleQueue` has no such lock.
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
        """Add a task; return the queue that will receive its result or its exception."""
        if self._process != os.getpid():  # a forked process does not have its parent's threads
            self._start()
        done: Done = SimpleQueue()
        self._tasks.put((in_context(partial(_without_warnings, work)), done))
        return done

    def run(self, work: Callable[[], _Result], stop: Callable[[], None], *, needed: bool = True) -> _Result:
        """Run a task and return its result. An interrupt calls `stop`, waits for the end of the task, and is raised.

        A task that changes nothing need not be waited for: `needed` is False then.
        """
        try:
            done = self.submit(work)
            result, problem = awaited(done)
        except BaseException:
            stop()
            if needed:
                awaited(self.submit(int))  # runs after the task, if that was submitted at all
            raise
        try:
            if problem is not None:
                raise problem
            return cast(_Result, result)
        finally:
            del problem, result, done, work, self  # the traceback references them: break the cycle


def awaited(queue: SimpleQueue[_Result]) -> _Result:
    """Return the next item of a queue; an interrupt during the wait is raised."""
    while True:
        with contextlib.suppress(Empty):
            return queue.get(timeout=POLL_SECONDS)


def _without_warnings(work: Callable[[], _Result]) -> _Result:
    with np.errstate(over="ignore", invalid="ignore"):  # the training loop checks the results
        return work()


def _work(tasks: SimpleQueue[Any]) -> None:
    while task := tasks.get():
        work, done = task
        try:
            done.put((work(), None))
        except BaseException as problem:
            done.put((None, problem))
        del task, work, done  # and everything they reference
