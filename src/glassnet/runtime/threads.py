"""The number of threads, by the cores that this process may use and what a user or the work asks for; and threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from .system import available_cores

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_background: set[threading.Thread] = set()


def number_of_threads(wanted: int = 0, useful: int | None = None) -> int:
    """Return how many threads a piece of work gets: those that a user wants, by default one per core.

    `wanted` is the option `threads`, or `n_jobs`, with 0 for one per core; `useful` the most that the work can use,
    such as the shards of a batch.
    """
    threads = wanted or available_cores()
    return threads if useful is None else min(threads, useful)


def in_threads(
    function: Callable[[_Item], _Result], items: Iterable[_Item], workers: int | None = None
) -> list[_Result]:
    """Map a function over items in threads, in the caller's context; raise the error of the first item that fails.

    In the context of a new thread the default limit of `io.limits.max_bytes` would apply. By default there are more
    threads than cores, for work that waits for files.
    """
    from concurrent.futures import ThreadPoolExecutor

    context = copy_context()
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda item: context.copy().run(function, item), items))


def in_context(function: Callable[..., _Result]) -> Callable[..., _Result]:
    """Return a function that runs this one on another thread in a copy of the caller's context; call it once.

    The context holds the limit of `io.limits.max_bytes`, and the function that shows notices of compilation.
    """
    return partial(copy_context().run, function)


def start_in_background(work: Callable[[], Any]) -> threading.Thread:
    """Start a thread that does not keep the program from ending, in the caller's context; see `runs_in_background`."""

    def run() -> None:
        try:
            work()
        finally:
            _background.discard(thread)

    thread = threading.Thread(target=in_context(run), daemon=True)
    _background.add(thread)
    thread.start()
    return thread


def runs_in_background() -> bool:
    """Return whether a thread of `start_in_background` is running: it may load or compile kernels."""
    return any(thread.is_alive() for thread in _background.copy())
