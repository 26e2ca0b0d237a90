"""Tasks in parallel with the results, events and errors of one after the other.

A comparison decides after each seed whether it goes on, and callbacks may end it. So that neither depends on the number
of workers or on the order in which tasks end, only what is next in order is passed on: an event of a later task waits
until its turn. Tasks that turn out not to be needed are cancelled, and end at their next event if they have begun.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

from ...messages.message import Message
from ...messages.progress import counted_step
from ...runtime.worker import awaited
from ...training.callbacks import ends_training
from ...training.executor import Executor

T = TypeVar("T")


class Turns:
    """Passes what happens to the callbacks in the order of the tasks, one at a time, on the thread where it happens.

    If one of the callbacks returns True, everything ends (`ended`); the others still receive what happened.
    """

    def __init__(self, callbacks: Sequence[Callable[[Any], object]]) -> None:
        self.ended = False
        self._callbacks, self._lock = callbacks, threading.Lock()
        self._problem: BaseException | None = None
        self._turn, self._waiting = -1, dict[int, list[Any]]()

    def listener(self, task: int) -> Callable[[Any], bool]:
        """Return the function that receives the events of a task, and returns whether the task is to end."""

        def receive(event: Any) -> bool:
            with self._lock:
                if not self.ended and task == self._turn:
                    self._pass(event)
                elif not self.ended:
                    self._waiting.setdefault(task, []).append(event)
                return self.ended

        return receive

    def begin(self, task: int) -> None:
        """Let a task have its turn: its events so far are passed on at once, and those to come when they happen."""
        with self._lock:
            self._turn = task
            for event in self._waiting.pop(task, ()):
                if not self.ended:
                    self._pass(event)

    def __call__(self, happened: Any) -> bool:
        """Pass on something that is not an event of a task; return whether everything has ended."""
        with self._lock:
            self._pass(happened)
        self.require_no_error()
        return self.ended

    def require_no_error(self) -> None:
        """Raise the exception of a callback, on the thread that waits for the results."""
        if self._problem is not None:
            raise self._problem

    def end(self) -> None:
        """End all tasks at their next event."""
        self.ended = True

    def _pass(self, happened: Any) -> None:
        try:
            answers = [ends_training(callback(happened)) for callback in self._callbacks]
        except BaseException as problem:
            self._problem, answers = problem, [True]
        self.ended = self.ended or any(answers)


def results_in_order(
    task: Callable[..., T], rounds: Sequence[Sequence[tuple[Any, ...]]], executor: Executor, turns: Turns
) -> Generator[list[T]]:
    """Run tasks in rounds; yield the results of each round in order, until there is no other or a callback ends it.

    While a round is awaited, as many of the following rounds run as there are free workers for. Closing the iterator
    cancels them.

    The arguments of each task are a tuple, for `Executor.submit`; the rounds have equal sizes. `turns` receives the
    events. The exception of the first task in order, or of a callback, is raised; later tasks are cancelled.
    """
    size, done = len(rounds[0]), SimpleQueue[Future[T]]()
    ahead = 1 + math.ceil(executor.workers / size)
    submitted: deque[list[Future[T]]] = deque()

    def submit(number: int) -> None:
        submitted.append([])
        for place, arguments in enumerate(rounds[number]):
            future = executor.submit(task, *arguments, on_event=turns.listener(number * size + place))
            submitted[-1].append(future)
            future.add_done_callback(done.put)

    try:
        following = 0
        for number in counted_step(Message("comparing"), range(len(rounds)), len(rounds)):
            while following < min(number + ahead, len(rounds)):
                submit(following)
                following += 1
            results: list[T] = []
            for place, future in enumerate(submitted[0]):
                turns.begin(number * size + place)
                while not turns.ended and not future.done():
                    awaited(done)  # unlike `Future.result`, it can be interrupted
                turns.require_no_error()
                if turns.ended:
                    return
                results.append(future.result())
            submitted.popleft()
            yield results
    finally:
        turns.end()
        executor.cancel([future for futures in submitted for future in futures])
