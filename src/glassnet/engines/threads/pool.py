"""Threads that run a kernel side by side, a block of steps at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..compiled import kernels
from .pool_size import TeamSize
from .threads import Aside, Done, spread, usable_cores

WORTH_A_TEAM = 40_000_000
"""Work of a block, in products, from which others are called; the first has done less before they are awake."""

_Result = TypeVar("_Result")
Together = Callable[..., None]
"""Takes a kernel, the steps of its block, and what follows the kernel's first arguments: me, threads and team."""


class Times(NamedTuple):
    """Seconds that a member took, and those of them that it was on a core."""

    on_core: float
    in_all: float


class Team:
    """Threads for blocks of steps; which of them work is found out from block to block.

    Parameters
    ----------
    wanted : int
        Threads; 0 is as many as there are cores.
    useful : int
        More would have nothing to do.
    patience : int
        How often a thread looks for the others before it offers its core to other processes.

    Attributes
    ----------
    most : int
        How many threads there are at most.
    """

    def __init__(self, wanted: int, useful: int, patience: int) -> None:
        cores = usable_cores()
        self.most = min(wanted or cores, useful)
        self._patience = patience if self.most <= cores else kernels.IMPATIENCE
        self._leader, self._others = Aside(), [Aside() for _ in range(1, self.most)]
        self.forget()

    def forget(self) -> None:
        """Begin anew to find out how many threads pay."""
        self._size = TeamSize(self.most)

    def run(self, lead: Callable[[Together], _Result], work: int, *, needed: bool = True) -> _Result:
        """Return what `lead` returns, which has the team do something together; a little `work` its leader does alone.

        It is called on the leader's thread; what comes from several threads is done one after the other. An interrupt
        sends the team home within a step, and waits for that where what was done is `needed`.
        """
        # A team called together by the first thread could be left waiting for a member who was never called.
        team = kernels.new_team(self._patience)
        together = partial(self._together if work >= WORTH_A_TEAM else _alone, team)
        return self._leader.run(lambda: self._lead(lead, together), lambda: kernels.send_home(team), needed=needed)

    @staticmethod
    def _lead(lead: Callable[[Together], _Result], together: Together) -> _Result:
        with np.errstate(over="ignore", invalid="ignore"):  # what has diverged is found by who trains
            return lead(together)

    def _together(self, team: NDArray[np.int64], kernel: Callable[..., Any], steps: int, *common: Any) -> None:
        """Call the team together, and be its first member."""
        threads, began, called = self._size.size, time.perf_counter(), list[Done]()
        try:
            for me, other in enumerate(self._others[: threads - 1], start=1):
                called.append(other.begin(partial(_take_part, kernel, me, threads, team, *common)))
            spread(other.number for other in self._others)
            times = [_take_part(kernel, 0, threads, team, *common)]
        except BaseException:
            kernels.send_home(team)  # a member could not be called
            raise
        finally:
            done = [one.get() for one in called]
        problems = [problem for _, problem in done if problem is not None]
        times += [seconds for seconds, _ in done]
        try:
            if problems:
                raise problems[0]
        finally:
            del problems, done  # a traceback would keep this frame alive, and with it itself
        # Not of all the time since they were called: being woken takes a good part of a short block.
        share = sum(one.on_core for one in times) / (sum(one.in_all for one in times) or 1.0)
        self._size.learn(steps, time.perf_counter() - began, share)


def _alone(team: NDArray[np.int64], kernel: Callable[..., Any], steps: int, *common: Any) -> None:
    kernel(0, 1, team, *common)


def _take_part(kernel: Callable[..., Any], me: int, threads: int, team: NDArray[np.int64], *common: Any) -> Times:
    """Be a member of a team; whoever fails does not leave the others waiting."""
    on_core, began = time.thread_time(), time.perf_counter()
    try:
        kernel(me, threads, team, *common)
    except BaseException:
        kernels.send_home(team)
        raise
    return Times(time.thread_time() - on_core, time.perf_counter() - began)
