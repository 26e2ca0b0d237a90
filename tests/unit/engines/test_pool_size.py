"""The number of threads that work, on simulated machines."""

import pytest

from glassnet.engines.threads.pool_size import CROWDED, SHORTEST, PoolSize

BLOCKS = 400


def blocks_of(pool, seconds, share, blocks=BLOCKS):
    """Return the seconds that blocks take, given the seconds and the CPU share of each pool size."""
    taken = 0.0
    for _ in range(blocks):
        taken += seconds[pool.size]
        pool.learn(10, 10 * seconds[pool.size], share[pool.size])
    return taken


def test_without_contention_the_whole_pool_works():
    pool = PoolSize(4)
    blocks_of(pool, {4: 1.0}, {4: 1.0})
    assert pool.size == 4


@pytest.mark.parametrize(
    ("seconds", "share"),
    [
        ({2: 3.0, 1: 2.0}, {2: 0.6, 1: 1.0}),  # a busy process on one of two cores
        ({2: 2.0, 1: 3.0}, {2: 0.6, 1: 1.0}),  # a light process: two threads are still faster
        ({2: 3.0, 1: 2.0}, {2: 0.4, 1: 0.5}),  # busy processes on both
        ({4: 4.0, 3: 3.0, 2: 2.0, 1: 3.5}, {4: 0.5, 3: 0.6, 2: 1.0, 1: 1.0}),  # two busy processes, four cores
        ({4: 4.0, 3: 3.0, 2: 2.5, 1: 2.0}, {4: 0.5, 3: 0.5, 2: 0.5, 1: 0.5}),
    ],
)
def test_with_contention_nearly_all_blocks_use_the_best_size(seconds, share):
    best = min(seconds.values())
    assert blocks_of(PoolSize(max(seconds)), seconds, share) < 1.05 * BLOCKS * best


def test_all_threads_work_again_after_contention_ends():
    pool = PoolSize(2)
    blocks_of(pool, {2: 3.0, 1: 2.0}, {2: 0.5, 1: 1.0})
    blocks_of(pool, {2: 1.0, 1: 2.0}, {2: 1.0, 1: 1.0}, blocks=70)
    assert pool.size == 2


def test_short_or_isolated_measurements_change_nothing():
    pool = PoolSize(2)
    for seconds, share in ((SHORTEST / 2, 0.1), (SHORTEST / 2, 0.1), (1.0, 0.1), (1.0, 1.0), (1.0, 0.1)):
        pool.learn(1, seconds, share)
        pool.learn(0, seconds, share)  # a block without steps
        assert pool.size == 2


def test_a_pool_of_one_thread_keeps_its_size():
    pool = PoolSize(1)
    for share in (1.0, CROWDED / 2, 1.0):
        pool.learn(1, 1.0, share)
        assert pool.size == 1
