"""A pool of threads that run a kernel in parallel, one block of steps at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...io.limits import available_cores
from ..compiled import kernels
from .pool_size import PoolSize
from .worker import Done, Worker

WORTH_THREADS = 40_000_000
"""Number of products of a block from which several threads pay off: a single thread finishes a smaller block before the
others wake up."""


class Times(NamedTuple):
    """Seconds that a thread took: on a core, and in total."""

    on_core: float
    total: float


class WorkerPool:
    """Threads for blocks of steps. The number of active threads is adapted from block to block.

    Parameters
    ----------
    wanted : int
        Number of threads; 0: one per core.
    useful : int
        Number of threads for which there is work.
    spins : int
        How often a waiting thread spins before it yields its core, if each thread has its own core.

    Attributes
    ----------
    most : int
        Maximum number of threads.
    leader : Worker
        The first thread. The pool's `run` must be called from a task of this worker.
    spins : int
        Number of spins for the barriers of the blocks: see `kernels.new_barrier`.
    """

    def __init__(self, wanted: int, useful: int, spins: int) -> None:
        cores = available_cores()
        self.most = min(wanted or cores, useful)
        self.spins = spins if self.most <= cores else kernels.FEW_SPINS
        self.leader, self._others = Worker(), [Worker() for _ in range(1, self.most)]
        self._size = PoolSize(self.most)

    def reset(self) -> None:
        """Restart the measurement of the best number of threads."""
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
        """Run a kernel on the calling thread and, if there is enough work, on the other threads.

        Parameters
        ----------
        kernel : callable
            Called with the thread's index, the number of threads, the barrier, and the arguments.
        arguments : tuple
        barrier : ndarray
            A new one for each block; `kernels.abort` ends the kernel within a step.
        steps : int
            Number of steps of the block.
        products : int
            Number of products with weights in all steps.
        """
        # This runs on the leader, because an interrupt of the main thread could come before the last worker has its
        # task, and the others would wait for it forever.
        if products < WORTH_THREADS:
            kernel(0, 1, barrier, *arguments)
            return
        threads, began, results = self._size.size, time.perf_counter(), list[Done]()
        try:
            for thread, worker in enumerate(self._others[: threads - 1], start=1):
                results.append(worker.submit(partial(_timed, kernel, thread, threads, barrier, *arguments)))
            times = [_timed(kernel, 0, threads, barrier, *arguments)]
        except BaseException:
            kernels.abort(barrier)  # not all workers have received their task
            raise
        finally:
            done = [one.get() for one in results]
        problems = [problem for _, problem in done if problem is not None]
        times += [seconds for seconds, _ in done]
        try:
            if problems:
                raise problems[0]
        finally:
            del problems, done  # the traceback references this frame: break the cycle
        # Measured by each thread itself, so that wake-up time, which is long for short blocks, does not look like load.
        share = sum(one.on_core for one in times) / (sum(one.total for one in times) or 1.0)
        self._size.learn(steps, time.perf_counter() - began, share)


def _timed(kernel: Callable[..., Any], thread: int, threads: int, barrier: NDArray[np.int64], *arguments: Any) -> Times:
    """Run one thread's part of a kernel; if it fails, release the other threads."""
    on_core, began = time.thread_time(), time.perf_counter()
    try:
        kernel(thread, threads, barrier, *arguments)
    except BaseException:
        kernels.abort(barrier)
        raise
    return Times(time.thread_time() - on_core, time.perf_counter() - began)
