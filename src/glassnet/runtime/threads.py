"""The number of threads: the cores that this process may use, and what a user or the work asks for; and threads."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import copy_context
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_background: set[threading.Thread] = set()


def available_cores(root: Path = Path("/")) -> int:
    """Return the number of cores that this process may use: its affinity, or the quota of its containers if less.

    A quota (Linux, control groups) of two and a half cores counts as three. `root` holds ``proc`` and ``sys``.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([cores, *map(math.ceil, _quotas(root))]))


def number_of_threads(wanted: int = 0, useful: int | None = None) -> int:
    """Return how many threads a piece of work gets: those that a user wants, by default one per core.

    `wanted` is the option `threads`, or `n_jobs`, with 0 for one per core; `useful` the most that the work can use,
    such as the shards of a batch.
    """
    threads = wanted or available_cores()
    return threads if useful is None else min(threads, useful)


@cache
def _quotas(root: Path) -> list[float]:
    """Return the quotas, in cores, of the control groups of this process and of the groups above them."""
    quotas = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        controllers, _, group = line.partition(":")[2].partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        # In a container, its own group is at the root, even if `group` is the path outside.
        for one in (PurePosixPath(group), *PurePosixPath(group).parents):
            folder = root / "sys/fs/cgroup" / controllers / str(one).lstrip("/")
            files = ("cpu.cfs_quota_us", "cpu.cfs_period_us") if controllers else ("cpu.max",)
            quota = " ".join(_text(folder / file) for file in files).split()
            if len(quota) == 2 and all(number.isdecimal() and int(number) > 0 for number in quota):  # no "max", no -1
                quotas.append(int(quota[0]) / int(quota[1]))
    return quotas


def _text(path: Path) -> str:
    with suppress(OSError, ValueError):
        return path.read_text(encoding="utf-8")
    return ""


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
