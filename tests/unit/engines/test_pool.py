"""What a pool measures of a block, with a fake clock."""

import ctypes
from collections import defaultdict
from threading import get_ident
from types import SimpleNamespace

import pytest

from glassnet.engines.compiled import pool as pools
from glassnet.engines.compiled.kernels import SPINS, abort, new_barrier
from glassnet.engines.compiled.kernels import barrier as barriers
from glassnet.runtime import threads


@pytest.fixture
def clock(monkeypatch):
    """A clock that advances while a thread works, and whenever a test adds waiting time."""
    worked, waited = defaultdict(float), [0.0]
    time = SimpleNamespace(
        thread_time=lambda: worked[get_ident()], perf_counter=lambda: waited[0] + worked[get_ident()]
    )
    monkeypatch.setattr(pools, "time", time)
    monkeypatch.setattr(threads, "available_cores", lambda: 2)
    return SimpleNamespace(worked=worked, waited=waited)


NEXT, STOP, LONG_WAITS = barriers._NEXT, barriers._STOP, barriers._LONG_WAITS


def run(pool, kernel, *arguments, steps=1, products=pools.WORTH_THREADS):
    """Run a kernel that completes all steps of each part."""
    barrier = new_barrier()

    def of_part(thread, threads):
        kernel(thread, threads, barrier, *arguments)
        if thread == 0:
            barrier[NEXT] = barrier[STOP]

    pool.run_on_threads(of_part, barrier, steps=steps, products=products)


def test_the_time_to_wake_a_worker_does_not_count_as_contention(clock, monkeypatch):
    measured = []
    monkeypatch.setattr(pools.PoolSize, "learn", lambda size, *block: measured.append(block))
    pool = pools.WorkerPool(0, 2, SPINS)
    submit = pool._others[0].submit

    def late(work):
        clock.waited[0] += 1.0
        return submit(work)

    def kernel(thread, threads, barrier, steps):
        assert threads == 2
        clock.worked[get_ident()] += 0.01 * steps

    pool._others[0].submit = late
    run(pool, kernel, 3, steps=3)
    assert measured == [(3, pytest.approx(1.03), [pytest.approx(1.0)] * 2)]


def test_there_are_no_more_threads_than_there_is_work_for(clock):
    for wanted, useful, most in ((0, 1, 1), (0, 2, 2), (0, 5, 2), (5, 3, 3), (1, 9, 1)):
        members = set()
        pool = pools.WorkerPool(wanted, useful, SPINS)
        assert pool.most == most

        def kernel(thread, threads, barrier, members=members):
            members.add((thread, threads))

        run(pool, kernel)
        assert members == {(thread, most) for thread in range(most)}


def test_small_work_runs_in_the_calling_thread(monkeypatch):
    monkeypatch.setattr(pools, "WORTH_THREADS", 100)
    pool, calls = pools.WorkerPool(2, 2, SPINS), []

    def kernel(thread, threads, barrier, name):
        calls.append((name, thread, threads))

    run(pool, kernel, "little", products=99)
    assert calls == [("little", 0, 1)]
    run(pool, kernel, "much", products=100)
    assert sorted(calls[1:]) == [("much", 0, 2), ("much", 1, 2)]


def test_a_block_runs_in_parts_until_all_its_steps_are_complete():
    """A long wait ends a part after any step; the number of threads may change then."""
    pool, barrier, parts = pools.WorkerPool(2, 2, SPINS), new_barrier(), []

    class Alternating:
        size, steps, step_seconds = 2, 7, 0.0

        def learn(self, steps, seconds, shares):
            assert (steps, len(shares)) == (parts[-1][1], self.size)
            self.size = 3 - self.size

    def kernel(thread, threads):
        if thread == 0:
            steps = min(barrier[STOP] - barrier[NEXT], 5 if len(parts) % 3 else 9)
            parts.append((threads, steps))
            barrier[NEXT] += steps

    pool._size = Alternating()
    pool.run_on_threads(kernel, barrier, steps=30, products=pools.WORTH_THREADS * 30)
    assert parts == [(2, 7), (1, 5), (2, 5), (1, 7), (2, 5), (1, 1)]


def test_an_aborted_block_ends():
    for products in (0, pools.WORTH_THREADS):
        barrier = new_barrier()

        def kernel(thread, threads, barrier=barrier):
            abort(barrier)

        pools.WorkerPool(2, 2, SPINS).run_on_threads(kernel, barrier, steps=3, products=products)


@pytest.mark.parametrize("products", [0, pools.WORTH_THREADS])
def test_the_pool_works_after_a_kernel_has_failed(products):
    pool, calls = pools.WorkerPool(2, 2, SPINS), []

    def failing(thread, threads, barrier):
        return 1 / 0

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            run(pool, failing, products=products)
    run(pool, lambda thread, threads, barrier: calls.append(thread), products=products)
    assert 0 in calls


def test_kernels_find_the_yield_of_windows_by_the_name_that_they_call(monkeypatch):
    added = {}
    kernel32 = SimpleNamespace(SwitchToThread=ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 0))
    monkeypatch.setattr(barriers, "_ctypes", SimpleNamespace(windll=SimpleNamespace(kernel32=kernel32)))
    monkeypatch.setattr(barriers, "binding", SimpleNamespace(add_symbol=added.__setitem__))
    barriers._add_sched_yield()
    address = ctypes.cast(kernel32.SwitchToThread, ctypes.c_void_p).value
    assert added == {barriers._sched_yield.symbol: address}
