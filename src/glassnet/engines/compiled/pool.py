"""A pool of threads that run a kernel in parallel, one part of a block of steps at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...runtime.threads import number_of_threads
from ...runtime.worker import Done, Worker
from . import kernels
from .pool_size import PoolSize

WORTH_THREADS = 40_000_000
"""Number of products of a block from which several threads pay off: a single thread finishes a smaller block before the
others wake up."""

SPINS_PER_SECOND = 1000 * kernels.SPINS
"""See `kernels.SPINS`."""


class Times(NamedTuple):
    """Seconds that a thread took: on a core, and in total."""

    on_core: float
    total: float


class WorkerPool:
    """Threads for blocks of steps. The number of active threads is adapted from part to part of a block.

    Parameters
    ----------
    wanted : int
        Number of threads; 0: one per core.
    useful : int
        Number of threads for which there is work.
    spins : int
        Number of spins in a wait that is not yet long: see `kernels.begin_part`.

    Attributes
    ----------
    most : int
        Maximum number of threads.
    leader : Worker
        The first thread. The pool's `run_on_threads` must be called from a task of this worker.
    """

    def __init__(self, wanted: int, useful: int, spins: int) -> None:
        self.most = number_of_threads(wanted, useful)
        self.leader, self._others = Worker(), [Worker() for _ in range(1, self.most)]
        self._spins = spins
        self.reset()

    def reset(self) -> None:
        """Restart the measurement of the best number of threads."""
        self._size = PoolSize(self.most)

    def run_on_threads(
        self, kernel: Callable[[int, int], object], barrier: NDArray[np.int64], *, steps: int, products: int
    ) -> None:
        """Run a kernel on the calling thread and, while there is enough work, on the other threads.

        Parameters
        ----------
        kernel : callable
            Called for each part of the block with the thread's index and the number of threads.
        barrier : ndarray
            A new one for each block; `kernels.abort` ends the kernel within a step.
        steps : int
            Number of steps of the block.
        products : int
            Number of products with weights in all steps.
        """
        # This runs on the leader, because an interrupt of the main thread could come before the last worker has its
        # task, and the others would wait for it forever.
        while not kernels.is_aborted(barrier) and (left := steps - kernels.next_step(barrier)) > 0:
            if self.most == 1 or products * left < WORTH_THREADS * steps:
                kernels.begin_part(barrier, left)
                kernel(0, 1)
            else:
                self._run_part(kernel, barrier, left)

    def _run_part(self, kernel: Callable[[int, int], object], barrier: NDArray[np.int64], left: int) -> None:
        """Run the next part of a block with `left` steps, and measure it."""
        # In a batch, a thread with fewer shards may wait almost a step for the others: two steps are a long wait.
        threads, first = self._size.size, kernels.next_step(barrier)
        spins = max(self._spins, int(2 * self._size.step_seconds * SPINS_PER_SECOND))
        kernels.begin_part(barrier, min(left, self._size.steps), spins)
        began, results = time.perf_counter(), list[Done]()
        try:
            for thread, worker in enumerate(self._others[: threads - 1], start=1):
                results.append(worker.submit(partial(_timed, kernel, thread, threads, barrier)))
            times = [_timed(kernel, 0, threads, barrier)]
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
        # Measured by each thread itself, so that wake-up time, which is long for short parts, does not look like load.
        shares = [one.on_core / (one.total or 1.0) for one in times]
        self._size.learn(kernels.next_step(barrier) - first, time.perf_counter() - began, shares)


def _timed(kernel: Callable[[int, int], object], thread: int, threads: int, barrier: NDArray[np.int64]) -> Times:
    """Run one thread's part of a kernel; if it fails, release the other threads."""
    on_core, began = time.thread_time(), time.perf_counter()
    try:
        kernel(thread, threads)
    except BaseException:
        kernels.abort(barrier)
        raise
    return Times(time.thread_time() - on_core, time.perf_counter() - began)
