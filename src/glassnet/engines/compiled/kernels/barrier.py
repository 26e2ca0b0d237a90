"""A barrier for kernels that run in parallel on several threads, without Python's lock.

Threads synchronise several times in every step, tens of thousands of times per second: too often for Python's barriers.
A waiting thread spins on a shared counter; after many spins it also yields its core after each spin. The barrier can be
aborted, so that a thread that fails, or an interrupt, does not leave the others waiting.

A block of steps runs in parts. A thread that waits long waits for one that another process has pushed off its core. A
single such wait can take as long as a thousand steps, so it ends the part: the caller continues with fewer threads.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from ....runtime.jit import kernel

SPINS = 500_000
"""Number of spins, about a millisecond, after which a wait is long: the thread yields its core, and the part ends.

A core that is yielded to another process comes back after some milliseconds, so a thread does not yield it early. If
each thread has its own core, the others rarely arrive later.
"""

_ARRIVED, _MEETINGS, _ABORTED, _SPINS, _LONG_WAITS, _NEXT, _STOP = range(7)
"""Places in a barrier: threads that have arrived, number of meetings, whether it is aborted, the spins of a short wait,
number of long waits in this part, first step of this part or the next, and the step before which this part stops."""

_sched_yield = types.ExternalFunction("sched_yield", types.int32())
_ctypes: Any = ctypes


def _add_sched_yield() -> None:
    """Let kernels find Windows' function for the same purpose by this name, which no library there has."""
    function = _ctypes.windll.kernel32.SwitchToThread
    binding.add_symbol("sched_yield", ctypes.cast(function, ctypes.c_void_p).value)


if sys.platform == "win32":
    _add_sched_yield()


def new_barrier() -> NDArray[np.int64]:
    """Return a barrier for a block of steps."""
    return np.zeros(_STOP + 1, np.int64)


def begin_part(barrier: NDArray[np.int64], steps: int, spins: int = SPINS) -> None:
    """Let the next part have so many steps, and its threads so many spins in a short wait."""
    barrier[_SPINS], barrier[_LONG_WAITS], barrier[_STOP] = spins, 0, barrier[_NEXT] + steps


def next_step(barrier: NDArray[np.int64]) -> int:
    """Return the number of steps of the block that are complete."""
    return int(barrier[_NEXT])


def abort(barrier: NDArray[np.int64]) -> None:
    """Make every thread return from its next wait, whether the other threads arrive or not."""
    barrier[_ABORTED] = 1


def is_aborted(barrier: NDArray[np.int64]) -> bool:
    """Return whether the block has been aborted."""
    return bool(barrier[_ABORTED])


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


_meetings = _counter_operation(_MEETINGS, _load, 0)
_aborted = _counter_operation(_ABORTED, _load, 0)
_arrive = _counter_operation(_ARRIVED, _add, 1)
_meet = _counter_operation(_MEETINGS, _add, 1)
_long_waits = _counter_operation(_LONG_WAITS, _load, 0)
_set_long_waits = _counter_operation(_LONG_WAITS, _store, 1)
_count_long_wait = _counter_operation(_LONG_WAITS, _add, 1)
_stop = _counter_operation(_STOP, _load, 0)
_stop_at = _counter_operation(_STOP, _store, 1)
_published = _counter_operation(0, _load, 0)
_publish = _counter_operation(0, _store, 1)


@kernel
def _waited(barrier: Any, spins: int) -> bool:
    """Count one more spin of a wait, and yield the core if it is long; return False if aborted then."""
    if spins < barrier[_SPINS]:
        return True
    if spins == barrier[_SPINS]:
        _count_long_wait(barrier, np.int64(1))
    _sched_yield()
    return not _aborted(barrier)


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
            spins = 0
            while _meetings(barrier) == before and _waited(barrier, spins):
                spins += 1
    return not _aborted(barrier)


@kernel
def publish(exchange: Any, number: int) -> None:
    """Publish what this thread wrote before, by storing a number at the start of an exchange buffer, (1 or more,)."""
    _publish(exchange, np.int64(number))


@kernel
def wait_for(barrier: Any, exchange: Any, number: int) -> bool:
    """Wait for a number in an exchange buffer; data written before it are then visible. Return False if aborted."""
    spins = 0
    while _published(exchange) != number and _waited(barrier, spins):
        spins += 1
    return not _aborted(barrier)


@kernel
def first_step(barrier: Any, thread: int, threads: int) -> int:
    """Wait for all threads, some of which are still waking up; return the first step of the part."""
    if wait_for_all(barrier, threads) and thread == 0:
        _set_long_waits(barrier, np.int64(0))
    return int(barrier[_NEXT])


@kernel
def goes_on(barrier: Any, thread: int, step: int) -> bool:
    """Return whether the part has this step. All threads must wait for the first thread at least once in every step.

    If a thread has waited long, the first thread stops the part after this step, before the others can begin the next.
    """
    stop = _stop(barrier)
    if thread == 0 and step + 1 < stop and _long_waits(barrier) > 0:
        _stop_at(barrier, np.int64(step + 1))
    return bool(step < stop)


@kernel
def end_part(barrier: Any, thread: int, step: int) -> None:
    """Note the first step that is not complete."""
    if thread == 0:
        barrier[_NEXT] = step
