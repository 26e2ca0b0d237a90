"""Where independent training runs are computed: on threads of this process, or on the machines of a cluster.

The members of an ensemble, the folds of a cross-validation and the trials of a search are tasks for an executor. The
task decides the result, never the executor: the same bits for any number of workers, and for a task that is repeated
because its machine was lost. `distributed` has an executor for Ray.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, Self, TypeVar

from ..engines import available_cores

T = TypeVar("T")

Send = Callable[[Any], bool]
"""Passes an event of a task to the caller's `on_event`; returns what that returns, such as whether training ends."""


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

    def __enter__(self) -> Self:
        """Return self."""
        ...

    def __exit__(self, *problem: object) -> None:
        """Cancel tasks that have not started, end the others at their next event, and wait for them."""
        ...


class ThreadExecutor:
    """Runs tasks on threads of this process, in the order in which they are submitted.

    Parameters
    ----------
    threads : int, default 0
        Tasks at the same time; 0: one per available core.
    """

    def __init__(self, threads: int = 0) -> None:
        self.workers = threads or available_cores()
        self._pool, self._cancelled = ThreadPoolExecutor(self.workers), threading.Event()

    def share(self, value: Any) -> Any:
        """Return the value itself."""
        return value

    def submit(
        self, task: Callable[..., T], *arguments: Any, on_event: Callable[[Any], bool] | None = None
    ) -> Future[T]:
        """See `Executor.submit`."""

        def send(event: Any) -> bool:
            if self._cancelled.is_set():
                raise KeyboardInterrupt
            return bool(on_event and on_event(event))

        return self._pool.submit(task, *arguments, send)

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, *problem: object) -> None:
        """See `Executor`."""
        self._cancelled.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
