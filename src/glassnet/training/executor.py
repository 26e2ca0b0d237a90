"""Where independent training runs are computed: on threads of this process, or on the machines of a cluster.

The members of an ensemble, the folds of a cross-validation and the trials of a search are tasks for an executor. The
task decides the result, never the executor: the same bits for any number of workers, and for a task that is repeated
because its machine was lost. `distributed` has an executor for Ray.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from queue import SimpleQueue
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

from ..engines import Engine
from ..errors import ArgumentError, OptionError
from ..messages.message import Message
from ..messages.notice import Notify
from ..messages.option_spelling import Option
from ..messages.progress import counted_step
from ..options.options import Options
from ..runtime.threads import in_context, number_of_threads
from ..runtime.worker import awaited

T = TypeVar("T")

Send = Callable[[Any], bool]
"""Passes an event of a task to the caller's `on_event`; returns what that returns, such as whether training ends.

``send(None)`` passes nothing and returns False: it only lets the task end here if it has been cancelled.
"""


class Executor(Protocol):
    """Runs tasks in parallel; a context manager that ends unfinished tasks at their next event when it is left."""

    @property
    def workers(self) -> int:
        """Number of tasks that run at the same time."""
        ...

    def share(self, value: Any) -> Any:
        """Return what stands for a large value among the arguments of tasks; it is sent to each machine once."""
        ...

    def submit(
        self, task: Callable[..., T], *arguments: Any, on_event: Callable[[Any], bool] | None = None
    ) -> Future[T]:
        """Run ``task(*arguments, send)``.

        Parameters
        ----------
        task : callable
            A function of a module, so that it can be named on other machines. It must be repeatable: it may run again
            from its start if its machine is lost, and then sends its first events again.
        *arguments
            Values that can be pickled, or results of `share`.
        on_event : callable, optional
            Receives what the task sends, on a thread of this process, one event of a task at a time.
        """
        ...

    def cancel(self, futures: Iterable[Future[Any]]) -> None:
        """Cancel tasks that have not started, end the others at their next event, and wait for all of them."""
        ...

    def __enter__(self) -> Self:
        """Return self."""
        ...

    def __exit__(self, *problem: object) -> None:
        """Cancel tasks that have not started, end the others at their next event, and wait for them."""
        ...


@runtime_checkable
class DividesBatches(Protocol):
    """An executor that has an engine for one network, whose batches its workers share."""

    def engine(self, notify: Notify = ..., *, portable: bool = False) -> Engine:
        """Return the engine, with the bits of the compiled or the portable engine; `notify` receives its messages."""
        ...


def require_executor(given: object) -> None:
    """Raise ArgumentError GN021 if an argument `executor` is neither None nor has what an `Executor` has."""
    methods = (getattr(given, name, None) for name in ("share", "submit", "cancel"))
    if given is not None and (isinstance(given, type) or not all(map(callable, methods))):
        kind = type(given).__name__
        raise ArgumentError(
            "GN021", "executor: {kind}, expected an executor such as ThreadExecutor(1) or ray_cluster().", kind=kind
        )


def require_divisible(options: Options) -> None:
    """Raise OptionError GN022 for options with which there is nothing to divide among machines."""
    if options.batch_size == 1:
        template = "{given}: several machines divide a batch, and here is none. Use a larger one."
        raise OptionError("GN022", template, given=Option("batch_size", 1))
    if options.engine == "reference":
        template = "{given}: several machines divide batches of the engine compiled. Use {other}."
        given, other = Option("engine", "reference"), Option("engine", "compiled")
        raise OptionError("GN022", template, given=given, other=other)


def divisible(options: Options) -> Options:
    """Return options with which machines can divide a batch: without skipping zeros."""
    require_divisible(options)
    return replace(options, skip_zeros=False)


class ThreadExecutor:
    """Runs tasks on threads of this process, in the order in which they are submitted, in the caller's context.

    Parameters
    ----------
    threads : int, default 0
        Tasks at the same time; 0: one per available core.
    """

    def __init__(self, threads: int = 0) -> None:
        self.workers = number_of_threads(threads or 0)
        self._pool, self._left = ThreadPoolExecutor(self.workers), threading.Event()
        self._unfinished: dict[Future[Any], threading.Event] = {}

    def share(self, value: Any) -> Any:
        """Return the value itself."""
        return value

    def submit(
        self, task: Callable[..., T], *arguments: Any, on_event: Callable[[Any], bool] | None = None
    ) -> Future[T]:
        """See `Executor.submit`."""
        cancelled = threading.Event()

        def send(event: Any) -> bool:
            if cancelled.is_set() or self._left.is_set():
                raise KeyboardInterrupt
            return event is not None and bool(on_event and on_event(event))

        future = self._pool.submit(in_context(task), *arguments, send)
        self._unfinished[future] = cancelled
        future.add_done_callback(lambda done: self._unfinished.pop(done, None))
        return future

    def cancel(self, futures: Iterable[Future[Any]]) -> None:
        """See `Executor`."""
        chosen = list(futures)
        for future in reversed(chosen):  # the last first: no other starts meanwhile
            if not future.cancel() and (cancelled := self._unfinished.get(future)):
                cancelled.set()
        wait(chosen)

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, *problem: object) -> None:
        """See `Executor`."""
        self._left.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


class WithinTask:
    """Runs tasks within another task, such as the members of an ensemble: each at once, and none after a failed one.

    If the surrounding task, whose `send` is given, is cancelled, so are the tasks in it, at their next event.
    """

    workers = 1

    def __init__(self, send: Send) -> None:
        self._send, self._failed = send, False

    def share(self, value: Any) -> Any:
        """Return the value itself."""
        return value

    def submit(
        self, task: Callable[..., T], *arguments: Any, on_event: Callable[[Any], bool] | None = None
    ) -> Future[T]:
        """See `Executor.submit`."""

        def send(event: Any) -> bool:
            self._send(None)
            return event is not None and bool(on_event and on_event(event))

        future: Future[T] = Future()
        if self._failed:
            future.cancel()
            return future
        try:
            future.set_result(task(*arguments, send))
        except BaseException as problem:
            self._failed = True
            future.set_exception(problem)
        return future

    def cancel(self, futures: Iterable[Future[Any]]) -> None:
        """Do nothing: submitted tasks have ended."""

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, *problem: object) -> None:
        """Do nothing: submitted tasks have ended."""


@contextmanager
def executor_or_threads(executor: Executor | None, threads: int = 0) -> Iterator[Executor]:
    """Yield the executor itself, which stays open, or one on threads of this process for the duration."""
    if executor is not None:
        yield executor
        return
    with ThreadExecutor(threads) as own:
        yield own


def results_in_order(futures: Sequence[Future[T]]) -> Iterator[T]:
    """Yield the results of tasks in their order, each as soon as it and those before it are there.

    The first error of any task is raised at once; the caller cancels the other tasks. An interrupt during the wait is
    raised.
    """
    ended = SimpleQueue[Future[T]]()
    for one in futures:
        one.add_done_callback(ended.put)
    position = 0
    for _ in counted_step(Message("networks trained"), futures, len(futures)):
        awaited(ended).result()
        while position < len(futures) and futures[position].done():
            yield futures[position].result()
            position += 1
