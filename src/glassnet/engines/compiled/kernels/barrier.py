"""A barrier for kernels that run in parallel on several threads, without Python's lock.

Threads synchronise several times in every step, tens of thousands of times per second: too often for Python's barriers.
A waiting thread spins on a shared counter; after many spins it also yields its core after each spin. The barrier can be
aborted, so that a thread that fails, or an interrupt, does not leave the others waiting.
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
"""Number of spins, about a millisecond, before a thread yields its core.

A core that is yielded to another process comes back after some milliseconds, so a thread does not yield it early. If
each thread has its own core, the others rarely arrive later.
"""

FEW_SPINS = 2_000
"""Number of spins if there are more threads than cores: the last thread may be waiting for this core."""

_sched_yield = types.ExternalFunction("sched_yield", types.int32())


def new_barrier(most_spins: int = SPINS) -> NDArray[np.int64]:
    """Return a barrier: threads arrived, number of meetings, whether it is aborted, and its spins."""
    return np.array([0, 0, 0, most_spins])


def abort(barrier: NDArray[np.int64]) -> None:
    """Make every thread return from its next wait, whether the other threads arrive or not."""
    barrier[2] = 1


def _address(context: Any, builder: Any, array_type: Any, array: Any, index: int) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [ir.Constant(ir.IntType(64), index)])


def _counter_operation(index: int, emit: Any, arguments: int) -> Any:
    """Return an intrinsic on one counter; `emit` emits the instruction."""

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
    """Wait until all threads have arrived; then all threads see what the others wrote before.

    Return False if the barrier is aborted. The caller must then return at once and treat no result as complete.
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
    """Publish what this thread wrote before, by storing a number at the start of an exchange buffer, (1 or more,)."""
    _publish(exchange, np.int64(number))


@kernel
def wait_for(barrier: Any, exchange: Any, number: int) -> bool:
    """Wait for a number in an exchange buffer; data written before it are then visible. Return False if aborted."""
    spins, most_spins = 0, barrier[3]
    while _published(exchange) != number and not (spins > most_spins and _aborted(barrier)):
        spins += 1
        if spins > most_spins:
            _sched_yield()
    return not _aborted(barrier)
