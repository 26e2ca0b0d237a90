"""A barrier for kernels that run side by side on several threads, without Python's lock.

Threads meet several times in every step, some ten thousand times a second: too often for Python's own barriers. A
thread that waits spins on a shared counter, and after many spins yields its core between any two. A thread that will
never come, or an interrupt, must not leave the others waiting: so the barrier can be aborted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from ....nn.jit import kernel

SPINS = 500_000
"""How often a thread spins, for about a millisecond, before it yields its core.

A core that went to a busy neighbour comes back after some milliseconds, so it is not given away sooner than needed.
With a core for each thread the others are rarely later.
"""

FEW_SPINS = 2_000
"""The same where there are more threads than cores: the one that all wait for may be waiting for this core."""

_sched_yield = types.ExternalFunction("sched_yield", types.int32())


def new_barrier(most_spins: int = SPINS) -> NDArray[np.int64]:
    """Return a barrier: how many threads have arrived, how often all have met, whether it is aborted, its spins."""
    return np.array([0, 0, 0, most_spins])


def abort(barrier: NDArray[np.int64]) -> None:
    """Make every thread return from where it next meets the others, whether they come or not."""
    barrier[2] = 1


def _address(context: Any, builder: Any, array_type: Any, array: Any, index: int) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [ir.Constant(ir.IntType(64), index)])


def _counter_operation(index: int, emit: Any, arguments: int) -> Any:
    """Make an intrinsic on one counter; `emit` writes the instruction."""

    def typing(context: Any, barrier: Any, *values: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            pointer = _address(context, builder, signature.args[0], given[0], index)
            return emit(builder, pointer, *given[1:])

        return types.int64(barrier, *(types.int64 for _ in values)), code

    if arguments == 0:
        return intrinsic(lambda context, barrier: typing(context, barrier))
    return intrinsic(lambda context, barrier, value: typing(context, barrier, value))


def _load(builder: Any, pointer: Any) -> Any:
    return builder.load_atomic(pointer, "acquire", 8)


def _store(builder: Any, pointer: Any, value: Any) -> Any:
    builder.store_atomic(value, pointer, "release", 8)
    return value


def _add(builder: Any, pointer: Any, value: Any) -> Any:
    return builder.atomic_rmw("add", pointer, value, "acq_rel")


_meetings = _counter_operation(1, _load, 0)
_aborted = _counter_operation(2, _load, 0)
_arrive = _counter_operation(0, _add, 1)
_meet = _counter_operation(1, _add, 1)
_published = _counter_operation(0, _load, 0)
_publish = _counter_operation(0, _store, 1)


@kernel
def wait_for_all(barrier: Any, threads: int) -> bool:
    """Return when all threads have come here; what they wrote before is then seen by all.

    False means that the barrier is aborted: return at once, and take nothing for complete.
    """
    if threads > 1:
        before = _meetings(barrier)
        if _arrive(barrier, np.int64(1)) == threads - 1:
            _arrive(barrier, np.int64(-threads))
            _meet(barrier, np.int64(1))
        else:
            spins, most_spins = 0, barrier[3]
            while _meetings(barrier) == before and not (spins > most_spins and _aborted(barrier)):
                spins += 1
                if spins > most_spins:
                    _sched_yield()
    return not _aborted(barrier)


@kernel
def publish(exchange: Any, number: int) -> None:
    """Let others see what was written before, by a number in an exchange buffer, (1 or more,): its first."""
    _publish(exchange, np.int64(number))


@kernel
def wait_for(barrier: Any, exchange: Any, number: int) -> bool:
    """Return when a number is in an exchange buffer; what was written before it is then seen. False: aborted."""
    spins, most_spins = 0, barrier[3]
    while _published(exchange) != number and not (spins > most_spins and _aborted(barrier)):
        spins += 1
        if spins > most_spins:
            _sched_yield()
    return not _aborted(barrier)
