"""A pool of threads that run a kernel side by side, a block of steps at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import kernels
from .pool_size import PoolSize
from .worker import Done, Worker, available_cores

WORTH_THREADS = 40_000_000
"""Products of a block from which several threads pay: one alone has done fewer before the others are awake."""


class Times(NamedTuple):
    """Seconds that a thread took, and those of them that it was on a core."""

    on_core: float
    in_all: float


class WorkerPool:
    """Threads for blocks of steps; how many of them work is measured from block to block.

    Parameters
    ----------
    wanted : int
        Threads; 0 is as many as there are cores.
    useful : int
        More would have nothing to do.
    spins : int
        How often a thread looks for the others before it yields its core, where each thread has one.

    Attributes
    ----------
    most : int
        How many threads there are at most.
    leader : Worker
        The first of them, whose `run` calls what calls the pool's `run`.
    spins : int
        For the barriers of its blocks: see `kernels.new_barrier`.
    """

    def __init__(self, wanted: int, useful: int, spins: int) -> None:
        cores = available_cores()
        self.most = min(wanted or cores, useful)
        self.spins = spins if self.most <= cores else kernels.FEW_SPINS
        self.leader, self._others = Worker(), [Worker() for _ in range(1, self.most)]
        self._size = PoolSize(self.most)

    def reset(self) -> None:
        """Begin anew to find out how many threads pay."""
        self._size = PoolSize(self.most)

    def run(
        self,
        kernel: Callable[..., Any],
        arguments: tuple[Any, ...],
        barrier: NDArray[np.int64],
        *,
        steps: int,
        products: int,
    ) -> None:
        """Run a kernel on the calling thread, and on others beside it where there is enough to do.

        Parameters
        ----------
        kernel : callable
            Called with the number of the thread, how many there are, the barrier, and the arguments.
        arguments : tuple
        barrier : ndarray
            New for each block; `kernels.abort` ends the kernel within a step.
        steps : int
            Steps of the block.
        products : int
            Products with weights in all of them.
        """
        # Called on the leader: on the main thread an interrupt could come before the last worker has its task, and the
        # others would wait for it without end.
        if products < WORTH_THREADS:
            kernel(0, 1, barrier, *arguments)
            return
        threads, began, results = self._size.size, time.perf_counter(), list[Done]()
        try:
            for thread, worker in enumerate(self._others[: threads - 1], start=1):
                results.append(worker.submit(partial(_timed, kernel, thread, threads, barrier, *arguments)))
            times = [_timed(kernel, 0, threads, barrier, *arguments)]
        except BaseException:
            kernels.abort(barrier)  # a worker could not be given its task
            raise
        finally:
            done = [one.get() for one in results]
        problems = [problem for _, problem in done if problem is not None]
        times += [seconds for seconds, _ in done]
        try:
            if problems:
                raise problems[0]
        finally:
            del problems, done  # a traceback would keep this frame alive, and with it itself
        # Measured by each thread: being woken takes a good part of a short block, and says nothing of neighbours.
        share = sum(one.on_core for one in times) / (sum(one.in_all for one in times) or 1.0)
        self._size.learn(steps, time.perf_counter() - began, share)


def _timed(kernel: Callable[..., Any], thread: int, threads: int, barrier: NDArray[np.int64], *arguments: Any) -> Times:
    """Run one thread's part of a kernel; one that fails does not leave the others waiting."""
    on_core, began = time.thread_time(), time.perf_counter()
    try:
        kernel(thread, threads, barrier, *arguments)
    except BaseException:
        kernels.abort(barrier)
        raise
    return Times(time.thread_time() - on_core, time.perf_counter() - began)
