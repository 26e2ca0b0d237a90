"""The verdict on paired differences: how often it is wrong, how often it is missed, and its numbers."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from glassnet.workflow.comparison.paired import FEWEST, LEVEL, MOST, fewest_pairs, judge

RACES = 1500
SCORES = {
    "normal": lambda rng, size: rng.normal(size=size),
    "skewed": lambda rng, size: rng.exponential(size=size) ** 2,
    "two values": lambda rng, size: rng.integers(0, 2, size) / 10_000,
    "accuracies": lambda rng, size: rng.binomial(10_000, 0.9995, size) / 10_000,
    "accuracies of few samples": lambda rng, size: rng.binomial(30, 0.9, size) / 30,
}


@pytest.mark.parametrize("kind", SCORES)
def test_the_same_recipe_with_other_seeds_rarely_wins(kind):
    rng = np.random.default_rng(27)
    differences = SCORES[kind](rng, (RACES, 8)) - SCORES[kind](rng, (RACES, 8))
    winners = sum(judge(row, 8).sign != 0 for row in differences)
    assert winners <= 0.055 * RACES
    assert winners > 0 or kind == "two values"


@pytest.mark.parametrize(("planned", "stop_early"), [(6, True), (8, True), (8, False)])
def test_over_all_signs_of_the_same_sizes_a_verdict_has_at_most_the_level(planned, stop_early):
    """The property that makes the level hold for any distribution, with ties and zeros too."""
    rng = np.random.default_rng(planned)
    steps = rng.integers(0, 4, planned) / 10_000
    for sizes in (rng.exponential(size=planned), np.ones(planned), 0.1 * np.arange(planned), steps):
        some = [signs for signs in product((-1, 1), repeat=planned) if signs[0] > 0]  # the others mirror them
        won = sum(judge(np.multiply(signs, sizes), planned, stop_early=stop_early).sign != 0 for signs in some)
        assert won <= LEVEL * len(some)
    won = sum(judge(np.multiply(signs, np.ones(planned)), planned, stop_early=stop_early).sign for signs in some)
    assert won == (4 if planned == 8 and stop_early else 1), "equal signs only, of the first six if it may end early"


@pytest.mark.parametrize("seeds", range(1, FEWEST))
def test_fewer_than_six_pairs_give_no_verdict(seeds):
    for planned in {seeds, FEWEST, MOST}:
        verdict = judge([1.0 + 1e-3 * k for k in range(seeds)], planned)
        assert (verdict.sign, verdict.detectable) == (0, None)
    assert judge([1.0] * FEWEST, FEWEST).sign == 1


def test_equal_differences():
    assert judge([0.0] * 8, 8).sign == 0
    assert judge([0.0] * 8, 8).p_value == 1
    assert judge([0.0] * 8, 8).interval == (0, 0)
    for step in (1e-4, 0.9797 - 0.9796):
        verdict = judge([-step] * 8, 8, shared=0.1)
        assert (verdict.sign, verdict.pairs, verdict.detectable) == (-1, 6, None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-5, 5), min_size=8, max_size=8), st.booleans())
def test_a_verdict_does_not_depend_on_unit_and_direction(steps, stop_early):
    one = judge(np.array(steps) / 10_000, 8, shared=0.1, stop_early=stop_early)
    other = judge(-123.0 * np.array(steps), 8, shared=0.1, stop_early=stop_early)
    assert (other.sign, other.pairs, other.p_value) == (-one.sign, one.pairs, one.p_value)
    assert other.mean == pytest.approx(-1_230_000 * one.mean)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=8, max_size=12), st.floats(0, 0.5))
def test_a_verdict_names_the_interval_that_excludes_0_and_a_small_p_value(differences, shared):
    verdict = judge(differences, len(differences), shared=shared)
    if verdict.sign:
        low, high = verdict.interval
        assert verdict.p_value <= LEVEL
        assert verdict.sign * low > 0 < verdict.sign * high
        # The following pairs change nothing, and a look at fewer pairs saw nothing.
        assert judge(differences[: verdict.pairs], len(differences), shared=shared) == verdict
        assert judge(differences[: verdict.pairs - 1], len(differences), shared=shared).sign == 0
    else:
        assert verdict.pairs == len(differences)


def test_a_single_look_is_the_exact_test_of_all_signs():
    differences = np.array([0.3, 0.1, 0.4, -0.1, 0.5, 0.9, 0.2])
    verdict = judge(differences, 7, stop_early=False)
    exact = stats.permutation_test((differences,), np.sum, permutation_type="samples", n_resamples=np.inf)
    assert verdict.p_value == pytest.approx(exact.pvalue)
    low, high = stats.ttest_1samp(differences, 0).confidence_interval(0.95)
    assert verdict.interval == pytest.approx((low, high))


def test_the_interval_has_the_variance_of_nadeau_and_bengio():
    differences = [0.3, 0.1, 0.4, -0.1, 0.5, 0.9, 0.2]
    usual, wider = (judge(differences, 7, shared=shared, stop_early=False) for shared in (0.0, 0.25))
    half, wide = (one.interval[1] - one.mean for one in (usual, wider))
    assert wide / half == pytest.approx(math.sqrt((1 / 7 + 0.25) / (1 / 7)))


def test_a_difference_that_only_these_data_have_is_rarely_a_verdict():
    """Differences that have a part in common, as those of overlapping training data, of mean 0 over other data."""
    rng, shared = np.random.default_rng(3), 0.25
    part = shared / (1 + shared)  # the correlation for which the variance of the interval is right
    common = rng.normal(0, math.sqrt(part), (2000, 1))
    differences = common + rng.normal(0, math.sqrt(1 - part), (2000, 8))
    assert sum(judge(row, 8, shared=shared).sign != 0 for row in differences) <= 0.055 * 2000
    assert sum(judge(row, 8).sign != 0 for row in differences[:500]) > 0.1 * 500


@pytest.mark.parametrize(("planned", "shared"), [(8, 1 / 9), (8, 0.25), (6, 0.25)])
def test_a_detectable_difference_is_usually_seen_and_the_interval_covers_it(planned, shared):
    rng, races = np.random.default_rng(5), 300
    unit = judge(np.array([1, -1] * (planned // 2)), planned, shared=shared, stop_early=False)
    size = unit.detectable / np.std([1, -1] * (planned // 2), ddof=1)
    verdicts = [judge(row, planned, shared=shared) for row in rng.normal(size, 1, (races, planned))]
    assert sum(one.sign > 0 for one in verdicts) > 0.75 * races
    assert sum(one.interval[0] <= size <= one.interval[1] for one in verdicts) > 0.95 * races


def test_clear_differences_end_early_and_most_pairs_are_fast():
    assert judge([1.0, 1.1, 0.9, 1.0, 1.2, 0.8, 1.0, 1.0], 8, shared=0.1).pairs == 6
    assert judge([1.0, 1.1, 0.9, 1.0, 1.2, 0.8, 1.0, 1.0], 8, stop_early=False).pairs == 8
    assert judge([(-1.0) ** k * k for k in range(MOST)], MOST).pairs == MOST


@pytest.mark.parametrize("sides", [2, 4])
def test_one_of_several_sides_rarely_wins_although_all_are_equal(sides):
    """And their common first side makes the comparisons depend on each other."""
    rng = np.random.default_rng(sides)
    scores, planned = rng.exponential(size=(400, sides + 1, 9)) ** 2, 9
    winners = sum(any(judge(one - race[0], planned, comparisons=sides).sign for one in race[1:]) for race in scores)
    assert 0 < winners <= 0.055 * len(scores)


@pytest.mark.parametrize("sides", range(1, 8))
def test_a_verdict_on_each_of_several_sides_needs_more_pairs(sides):
    fewest = fewest_pairs(sides)
    clear = [1.0 + 1e-3 * k for k in range(fewest + 2)]
    assert judge(clear[:fewest], fewest, comparisons=sides).sign == 1
    few = judge(clear[: fewest - 1], fewest - 1, comparisons=sides)
    assert (few.sign, few.detectable) == (0, None)
    one_disagrees = judge([-0.01, *clear[1:]], fewest + 2, comparisons=sides)
    assert one_disagrees.sign == 1, "the number of seeds by default"
    assert one_disagrees.p_value <= LEVEL


def test_intervals_of_several_sides_cover_all_differences_at_once():
    rng, sides, races = np.random.default_rng(8), 3, 1000
    missed = 0
    for race in rng.normal(size=(races, sides + 1, 7)):
        intervals = [judge(one - race[0], 7, stop_early=False, comparisons=sides).interval for one in race[1:]]
        missed += any(not low <= 0 <= high for low, high in intervals)
    assert missed <= 0.06 * races
