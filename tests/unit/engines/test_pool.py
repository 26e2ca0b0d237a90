"""What a pool learns from a block, by a clock of the test's own."""

from collections import defaultdict
from threading import get_ident
from types import SimpleNamespace

import pytest

from glassnet.engines.compiled.kernels import SPINS, new_barrier
from glassnet.engines.threads import pool as pools


@pytest.fixture
def clock(monkeypatch):
    """Seconds go by where a thread works, and where the test says that all of them wait."""
    worked, waited = defaultdict(float), [0.0]
    time = SimpleNamespace(
        thread_time=lambda: worked[get_ident()], perf_counter=lambda: waited[0] + worked[get_ident()]
    )
    monkeypatch.setattr(pools, "time", time)
    monkeypatch.setattr(pools, "available_cores", lambda: 2)
    return SimpleNamespace(worked=worked, waited=waited)


def run(pool, kernel, *arguments, steps=1, products=pools.WORTH_THREADS):
    pool.run(kernel, arguments, new_barrier(pool.spins), steps=steps, products=products)


def test_the_time_until_a_worker_is_woken_is_not_taken_for_a_neighbours(clock, monkeypatch):
    learnt = []
    monkeypatch.setattr(pools.PoolSize, "learn", lambda size, *block: learnt.append(block))
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
    assert learnt == [(3, pytest.approx(1.03), pytest.approx(1.0))]


def test_there_are_no_more_threads_than_have_something_to_do(clock):
    for wanted, useful, most in ((0, 1, 1), (0, 2, 2), (0, 5, 2), (5, 3, 3), (1, 9, 1)):
        members = set()
        pool = pools.WorkerPool(wanted, useful, SPINS)
        assert pool.most == most

        def kernel(thread, threads, barrier, members=members):
            members.add((thread, threads))

        run(pool, kernel)
        assert members == {(thread, most) for thread in range(most)}


def test_a_little_work_is_done_by_the_caller_alone(monkeypatch):
    monkeypatch.setattr(pools, "WORTH_THREADS", 100)
    pool, did = pools.WorkerPool(2, 2, SPINS), []

    def kernel(thread, threads, barrier, name):
        did.append((name, thread, threads))

    run(pool, kernel, "little", products=99)
    assert did == [("little", 0, 1)]
    run(pool, kernel, "much", products=100)
    assert sorted(did[1:]) == [("much", 0, 2), ("much", 1, 2)]


@pytest.mark.parametrize("products", [0, pools.WORTH_THREADS])
def test_a_kernel_that_fails_leaves_the_pool_free(products):
    pool, did = pools.WorkerPool(2, 2, SPINS), []

    def failing(thread, threads, barrier):
        return 1 / 0

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            run(pool, failing, products=products)
    run(pool, lambda thread, threads, barrier: did.append(thread), products=products)
    assert 0 in did
