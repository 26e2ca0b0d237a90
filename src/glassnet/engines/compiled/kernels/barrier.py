"""A barrier for kernels that run side by side on several threads, without Python's lock.

Threads of a team meet several times in every step, some ten thousand times a second: too often for Python's own
barriers. A thread that waits looks at a shared counter, and after long lets other processes have the core between two
looks. A thread that will never come, or an interrupt, must not leave the others waiting: a team can be sent home.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from ....nn.jit import kernel

PATIENCE = 500_000
"""How often a thread looks, about a millisecond long, before it offers its core to others.

Whoever offers it to a busy neighbour waits some milliseconds for its return, so not sooner than needed. With a core for
each thread the others are rarely later.
"""

IMPATIENCE = 2_000
"""The same where there are more threads than cores: the one that all wait for may be waiting for this core."""

_sched_yield = types.ExternalFunction("sched_yield", types.int32())


def new_team(patience: int = PATIENCE) -> NDArray[np.int64]:
    """Return what a team shares: how many have arrived, how often all have met, whether to go home, its patience."""
    return np.array([0, 0, 0, patience])


def send_home(team: NDArray[np.int64]) -> None:
    """Make every thread of the team return from where it next meets the others, whether they come or not."""
    team[2] = 1


def _address(context: Any, builder: Any, array_type: Any, array: Any, index: int) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [ir.Constant(ir.IntType(64), index)])


def _team_operation(index: int, emit: Any, arguments: int) -> Any:
    """Make an intrinsic on one counter; `emit` writes the instruction."""

    def typing(context: Any, team: Any, *values: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            pointer = _address(context, builder, signature.args[0], given[0], index)
            return emit(builder, pointer, *given[1:])

        return types.int64(team, *(types.int64 for _ in values)), code

    if arguments == 0:
        return intrinsic(lambda context, team: typing(context, team))
    return intrinsic(lambda context, team, value: typing(context, team, value))


def _load(builder: Any, pointer: Any) -> Any:
    return builder.load_atomic(pointer, "acquire", 8)


def _store(builder: Any, pointer: Any, value: Any) -> Any:
    builder.store_atomic(value, pointer, "release", 8)
    return value


def _add(builder: Any, pointer: Any, value: Any) -> Any:
    return builder.atomic_rmw("add", pointer, value, "acq_rel")


_meetings = _team_operation(1, _load, 0)
_sent_home = _team_operation(2, _load, 0)
_arrive = _team_operation(0, _add, 1)
_meet = _team_operation(1, _add, 1)
_shown = _team_operation(0, _load, 0)
_show = _team_operation(0, _store, 1)


@kernel
def wait_for_all(team: Any, threads: int) -> bool:
    """Return when all threads of the team have come here; what they wrote before is then seen by all.

    False means that the team has been sent home: return at once, and take nothing for complete.
    """
    if threads > 1:
        before = _meetings(team)
        if _arrive(team, np.int64(1)) == threads - 1:
            _arrive(team, np.int64(-threads))
            _meet(team, np.int64(1))
        else:
            looks, patience = 0, team[3]
            while _meetings(team) == before and not (looks > patience and _sent_home(team)):
                looks += 1
                if looks > patience:
                    _sched_yield()
    return not _sent_home(team)


@kernel
def show(board: Any, number: int) -> None:
    """Let others see what was written before, by a number on a board, (1 or more,): its first."""
    _show(board, np.int64(number))


@kernel
def wait_to_see(team: Any, board: Any, number: int) -> bool:
    """Return when a number is on a board; what was written before it is then seen. False as in `wait_for_all`."""
    looks, patience = 0, team[3]
    while _shown(board) != number and not (looks > patience and _sent_home(team)):
        looks += 1
        if looks > patience:
            _sched_yield()
    return not _sent_home(team)
