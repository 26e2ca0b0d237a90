"""The number of threads that work, on simulated machines."""

import pytest

from glassnet.engines.compiled.pool_size import CROWDED, LONGEST, LONGEST_PAUSE, SHORTEST, SPREADING, PoolSize

DURATION = 60.0
STEP = 1e-5
"""Seconds of a step that takes one unit of the tests' times."""
SLICE = 0.004
"""Seconds that another process has a core before the system gives it to the next."""


def units(pool, times, share, duration=DURATION, rows=5000):
    """Return the mean time of a step, in units, given the time and the CPU share of each pool size.

    `share` is that of all threads, or a list. A part in which threads wait for one that is off its core ends then.
    """
    steps, taken, left = 0, 0.0, 0
    while taken < duration:
        left, size = left or rows, pool.size
        shares = share[size] if isinstance(share[size], list) else [share[size]] * size
        most = left if size == 1 or min(shares) >= CROWDED else 1 + int(SLICE / (times[size] * STEP))
        part = min(left, pool.steps, most)
        seconds = part * times[size] * STEP
        taken, steps, left = taken + seconds, steps + part, left - part
        pool.learn(part, seconds, shares)
    return taken / steps / STEP


def test_without_contention_the_whole_pool_works():
    pool = PoolSize(4)
    units(pool, {4: 1.0}, {4: 1.0})
    assert pool.size == 4


@pytest.mark.parametrize(
    ("times", "share"),
    [
        ({2: 3.0, 1: 2.0}, {2: 0.6, 1: 1.0}),  # a busy process on one of two cores
        ({2: 2.0, 1: 3.0}, {2: 0.6, 1: 1.0}),  # a light process: two threads are still faster
        ({2: 3.0, 1: 2.0}, {2: 0.4, 1: 0.5}),  # busy processes on both
        ({2: 300.0, 1: 20.0}, {2: 0.1, 1: 0.1}),  # eight on each
        ({2: 2000.0, 1: 2.0}, {2: 0.5, 1: 1.0}),  # threads that meet each step only when both are on a core
        ({4: 4.0, 3: 3.0, 2: 2.0, 1: 3.5}, {4: 0.7, 3: 0.75, 2: 1.0, 1: 1.0}),
        ({4: 4.0, 3: 3.0, 2: 2.5, 1: 2.0}, {4: 0.5, 3: 0.5, 2: 0.5, 1: 0.5}),
        ({8: 9.0, 7: 1.2, 1: 8.0}, {8: [1.0] * 7 + [0.7], 7: 1.0}),  # one busy process, eight cores: not down to one
    ],
)
def test_with_contention_nearly_all_steps_are_run_by_the_best_number_of_threads(times, share):
    assert units(PoolSize(max(times)), times, share) < 1.05 * min(times.values())


@pytest.mark.parametrize("share_of_one", [1.0, 0.5])
def test_all_threads_work_again_after_contention_ends(share_of_one):
    pool = PoolSize(2)
    units(pool, {2: 3.0, 1: 2.0}, {2: 0.5, 1: share_of_one})
    units(pool, {2: 1.0, 1: 2.0}, {2: 1.0, 1: 1.0}, duration=LONGEST_PAUSE + 2 * LONGEST)
    assert pool.size == 2


def test_a_moment_without_contention_does_not_make_trials_frequent():
    """Every third measurement of two threads falls between two slices of a busy process."""
    pool, parts, of_two = PoolSize(2), 15_000, 0
    for _ in range(parts):
        if pool.size == 1:
            pool.learn(2, SLICE, [1.0])
        else:
            of_two += 1
            pool.learn(1, SLICE, [1.0, 0.5 if of_two % 3 else 1.0])
    assert of_two < 0.02 * parts


def test_while_a_single_thread_shares_its_core_no_others_start():
    pool = PoolSize(2)
    units(pool, {2: 3.0, 1: 2.0}, {2: 0.5, 1: 0.5}, duration=1.0)
    for _ in range(1000):
        pool.learn(10, LONGEST, [0.5])
        assert pool.size == 1


def test_a_single_crowded_measurement_changes_nothing():
    pool = PoolSize(2)
    for seconds, share in ((SHORTEST / 3, 0.1), (SHORTEST / 3, 0.1), (1.0, 0.1), (1.0, 1.0), (1.0, 0.1)):
        pool.learn(1, seconds, [1.0, share])
        pool.learn(0, seconds, [0.1, 0.1])  # aborted in its first step
        assert pool.size == 2


def test_many_short_parts_are_measured_together():
    pool, parts = PoolSize(2), 0
    while pool.size == 2:
        pool.learn(3, SHORTEST / 10, [0.5, 0.7])
        parts += 1
    assert 0 < parts - 10 * SPREADING / SHORTEST < 20


def test_threads_that_begin_on_one_core_have_time_to_spread():
    pool = PoolSize(2)
    for _ in range(3):  # epochs, between which threads sleep
        for seconds, share in ((0.8 * SPREADING, 0.5), (SPREADING, 1.0)):
            for _ in range(10):
                pool.learn(1, seconds / 10, [share, share])
                assert pool.size == 2


def test_a_slow_part_does_not_make_the_next_ones_short():
    pool = PoolSize(2)
    for _ in range(2):
        pool.learn(1, LONGEST, [0.1, 0.1])
    assert pool.size == 1
    assert pool.steps == 1
    pool.learn(1, STEP, [1.0])
    assert pool.steps > 1000


def test_the_time_of_a_step_is_that_on_a_core():
    pool = PoolSize(1)
    assert pool.step_seconds == 0
    for share in (1.0, 0.1, 0.5):
        pool.learn(10, 0.5, [share])
    assert pool.step_seconds == pytest.approx(0.005)


def test_a_pool_of_one_thread_keeps_its_size():
    pool = PoolSize(1)
    for share in (1.0, CROWDED / 2, 1.0):
        pool.learn(1, 1.0, [share])
        assert pool.size == 1
