"""How many threads work, on machines that are only imagined."""

import pytest

from glassnet.engines.threads.pool_size import CROWDED, SHORTEST, PoolSize

BLOCKS = 400


def blocks_of(pool, seconds, share, blocks=BLOCKS):
    """What some blocks take, by the seconds and the share that each size has."""
    taken = 0.0
    for _ in range(blocks):
        taken += seconds[pool.size]
        pool.learn(10, 10 * seconds[pool.size], share[pool.size])
    return taken


def test_alone_the_whole_pool_works():
    pool = PoolSize(4)
    blocks_of(pool, {4: 1.0}, {4: 1.0})
    assert pool.size == 4


@pytest.mark.parametrize(
    ("seconds", "share"),
    [
        ({2: 3.0, 1: 2.0}, {2: 0.6, 1: 1.0}),  # a neighbour on one of two cores
        ({2: 2.0, 1: 3.0}, {2: 0.6, 1: 1.0}),  # one that takes little: two threads are still quicker
        ({2: 3.0, 1: 2.0}, {2: 0.4, 1: 0.5}),  # neighbours on both
        ({4: 4.0, 3: 3.0, 2: 2.0, 1: 3.5}, {4: 0.5, 3: 0.6, 2: 1.0, 1: 1.0}),  # two neighbours, four cores
        ({4: 4.0, 3: 3.0, 2: 2.5, 1: 2.0}, {4: 0.5, 3: 0.5, 2: 0.5, 1: 0.5}),
    ],
)
def test_beside_neighbours_nearly_all_blocks_are_by_the_best_size(seconds, share):
    best = min(seconds.values())
    assert blocks_of(PoolSize(max(seconds)), seconds, share) < 1.05 * BLOCKS * best


def test_when_the_neighbour_has_gone_all_work_again():
    pool = PoolSize(2)
    blocks_of(pool, {2: 3.0, 1: 2.0}, {2: 0.5, 1: 1.0})
    blocks_of(pool, {2: 1.0, 1: 2.0}, {2: 1.0, 1: 1.0}, blocks=70)
    assert pool.size == 2


def test_what_may_be_chance_changes_nothing():
    pool = PoolSize(2)
    for seconds, share in ((SHORTEST / 2, 0.1), (SHORTEST / 2, 0.1), (1.0, 0.1), (1.0, 1.0), (1.0, 0.1)):
        pool.learn(1, seconds, share)
        pool.learn(0, seconds, share)  # a block without steps
        assert pool.size == 2


def test_one_thread_has_no_choice():
    pool = PoolSize(1)
    for share in (1.0, CROWDED / 2, 1.0):
        pool.learn(1, 1.0, share)
        assert pool.size == 1
