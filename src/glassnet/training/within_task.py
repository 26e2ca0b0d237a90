"""Running the members of an ensemble within a task of an executor: on its thread, and ended with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from .executor import Send

T = TypeVar("T")


class WithinTask:
    """An executor that runs each task at once when it is submitted; after a failed one, no other runs.

    Parameters
    ----------
    send : callable
        That of the surrounding task. If this is cancelled, so are the tasks in it, at their next event.
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
