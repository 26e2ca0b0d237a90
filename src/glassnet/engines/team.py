"""Threads that run a kernel side by side, a block of steps at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from threading import get_native_id
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import kernels
from .team_size import TeamSize
from .threads import Aside, spread, usable_cores

_Result = TypeVar("_Result")
Together = Callable[..., None]
"""Takes a kernel, the steps of its block, and what follows the kernel's first arguments: me, threads and team."""


class Team:
    """Threads for blocks of steps; which of them work is found out from block to block.

    Parameters
    ----------
    wanted : int or None
        Threads, or as many as there are cores.
    useful : int
        More would have nothing to do.

    Attributes
    ----------
    most : int
        How many threads there are at most.
    """

    def __init__(self, wanted: int | None, useful: int) -> None:
        cores = usable_cores()
        self.most = min(wanted or cores, useful)
        self._patience = kernels.PATIENCE if self.most <= cores else kernels.IMPATIENCE
        self._leader, self._numbers = Aside(), list[int]()
        self._others = ThreadPoolExecutor(max(1, self.most - 1), initializer=_note, initargs=(self._numbers,))
        self.forget()

    def forget(self) -> None:
        """Begin anew to find out how many threads pay."""
        self._size = TeamSize(self.most)

    def run(self, lead: Callable[[Together], _Result]) -> _Result:
        """Return what `lead` returns, which has the team do something together.

        It is called on the leader's thread; what comes from several threads is done one after the other. An interrupt
        sends the team home within a step.
        """
        # A team called together by the first thread could be left waiting for a member who was never called.
        team = kernels.new_team(self._patience)
        return self._leader.run(lambda: lead(partial(self._together, team)), lambda: kernels.send_home(team))

    def _together(self, team: NDArray[np.int64], kernel: Callable[..., Any], steps: int, *common: Any) -> None:
        """Call the team together, and be its first member."""
        called: list[Future[float]] = []
        threads, began = self._size.size, time.perf_counter()
        try:
            for me in range(1, threads):
                called.append(self._others.submit(_take_part, kernel, me, threads, team, *common))
            spread(self._numbers)
            own = _take_part(kernel, 0, threads, team, *common)
        except BaseException:
            kernels.send_home(team)  # a member could not be called
            raise
        finally:
            wait(called)
            ended = time.perf_counter()
        on_cores = own + sum(one.result() for one in called)
        self._size.learn(steps, ended - began, on_cores / (threads * (ended - began)))


def _note(numbers: list[int]) -> None:
    numbers.append(get_native_id())


def _take_part(kernel: Callable[..., Any], me: int, threads: int, team: NDArray[np.int64], *common: Any) -> float:
    """Be a member of a team, and return the seconds on a core; whoever fails does not leave the others waiting."""
    began = time.thread_time()
    try:
        kernel(me, threads, team, *common)
    except BaseException:
        kernels.send_home(team)
        raise
    return time.thread_time() - began
