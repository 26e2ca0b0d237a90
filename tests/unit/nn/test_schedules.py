"""Schedules: the rate of every step, however the steps are divided."""

from __future__ import annotations

import math

import numpy as np
import pytest

from glassnet import Options
from glassnet.nn.schedules import SCHEDULES, Plateau, learning_rates

FALLING = ("linear", "cosine", "one_cycle")
"""Those that end at 0."""


def rates_of(name: str, start: int, count: int, total: int, *, rate: float = 0.2, **changes) -> np.ndarray:
    return learning_rates(Options(schedule=name, learning_rate=rate, **changes), start, count, total)


@pytest.mark.parametrize("name", ["constant", "plateau"])
def test_constant_is_the_rate_itself(name):
    """Plateau too: it falls by what has been reached, and of that the steps know nothing."""
    np.testing.assert_array_equal(rates_of(name, 0, 50, 50), np.full(50, 0.2))


@pytest.mark.parametrize("total", [1, 7, 1000])
def test_linear_falls_evenly_from_the_rate_and_would_reach_zero_after_the_last_step(total):
    rates = rates_of("linear", 0, total, total)
    assert rates[0] == 0.2
    np.testing.assert_allclose(-np.diff(rates), 0.2 / total, rtol=1e-9)
    assert rates[-1] == pytest.approx(0.2 / total)


def test_cosine_is_half_a_wave():
    rates = rates_of("cosine", 0, 1000, 1000)
    np.testing.assert_allclose(rates, [0.1 + 0.1 * math.cos(math.pi * step / 1000) for step in range(1000)], atol=1e-15)
    np.testing.assert_allclose(rates[[0, 250, 500, 750]] / 0.2, [1, 0.5 + 0.5**1.5, 0.5, 0.5 - 0.5**1.5], rtol=1e-12)
    # It begins and ends level, and is the same turned round: what it loses at first it keeps at the end.
    np.testing.assert_allclose(rates[1:] + rates[:0:-1], 0.2, rtol=1e-12)
    assert 0.2 - rates[1] < 1e-5 * 0.2


def test_one_cycle_rises_from_a_25th_for_three_tenths_of_the_way_and_falls_to_0():
    rates = rates_of("one_cycle", 0, 1000, 1000)
    assert rates[0] == pytest.approx(0.2 / 25)
    assert rates.argmax() == 300
    assert rates[300] == 0.2
    assert (np.diff(rates[:301]) > 0).all()
    assert (np.diff(rates[300:]) < 0).all()
    assert rates[150] == pytest.approx(0.2 * 13 / 25)  # halfway up: the mean of 1 and 1/25
    assert rates[650] == pytest.approx(0.1)  # halfway down
    assert np.abs(np.diff(rates)).max() < 0.2 * 0.006, "there is no jump"


@pytest.mark.parametrize("drop", [0.1, 0.5, 1.0, 0.0])
def test_step_drops_at_a_half_and_at_three_quarters(drop):
    rates = rates_of("step", 0, 100, 100, rate_drop=drop)
    np.testing.assert_allclose(rates, [0.2] * 50 + [0.2 * drop] * 25 + [0.2 * drop**2] * 25, rtol=1e-15)
    assert rates_of("step", 74, 2, 100, rate_drop=drop).tolist() == rates[74:76].tolist()


@pytest.mark.parametrize("name", FALLING)
def test_a_falling_schedule_comes_to_rest(name):
    """The last of many steps is next to nothing, and the step after it would be nothing."""
    assert 0 < rates_of(name, 9999, 1, 10_000)[0] < 0.2 * 2e-4
    assert SCHEDULES[name](np.array([1.0]))[0] == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("total", [100, 5000])  # short trainings are looked up, long ones calculated a block at a time
def test_rates_depend_on_the_step_not_on_the_block(name, total):
    whole = rates_of(name, 0, total, total, rate=0.3)
    parts = [rates_of(name, start, count, total, rate=0.3) for start, count in ((0, 1), (1, 40), (41, total - 41))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert rates_of(name, 5, 0, total).shape == (0,)
    whole *= 0  # what is looked up is not what a caller has
    assert rates_of(name, 0, total, total, rate=0.3).any()


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("total", [1, 2, 3, 101])
def test_no_schedule_exceeds_the_rate_or_turns_the_step_round(name, total):
    factors = SCHEDULES[name](np.arange(total) / total)
    assert factors.max() <= 1
    assert (factors > 0).all()
    if name != "one_cycle":  # which alone rises first
        assert factors[0] == 1
        assert (np.diff(factors) <= 0).all()


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_are_in_proportion_to_the_base(name):
    one, many = (rates_of(name, 3, 20, 40, rate=base) for base in (1.0, 0.25))
    np.testing.assert_array_equal(many, one * 0.25)
    assert not rates_of(name, 3, 20, 40, rate=0.0).any()


def factors_after(losses: list[float], **changes) -> list[float]:
    plateau, factors = Plateau(Options(**{"schedule": "plateau", "rate_drop": 0.5, "patience": 2, **changes})), []
    assert plateau.factor == 1
    for loss in losses:
        plateau.epoch_done(loss)
        factors.append(plateau.factor)
    return factors


def test_plateau_drops_when_nothing_was_better_for_as_long_as_its_patience():
    assert factors_after([5, 4, 3, 2, 1]) == [1, 1, 1, 1, 1]
    assert factors_after([5, 6, 6, 6, 6, 6]) == [1, 1, 0.5, 0.5, 0.25, 0.25]
    assert factors_after([5, 5, 5]) == [1, 1, 0.5], "as good as before is no better"
    assert factors_after([5, 6, 4, 5, 3, 4]) == [1] * 6, "a better one in time begins the wait anew"
    assert factors_after([5, 6, 5.5, 5.2, 5.1]) == [1, 1, 0.5, 0.5, 0.25], "better than before, but not the best yet"
    assert factors_after([5, 6, 6], patience=1) == [1, 0.5, 0.25]
    assert factors_after([5, 6, 6], rate_drop=0.0, patience=1) == [1, 0, 0]


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "plateau"])
def test_no_other_schedule_asks_what_has_been_reached(name):
    assert factors_after([5, 6, 7, 8, 9, 10], schedule=name) == [1] * 6
