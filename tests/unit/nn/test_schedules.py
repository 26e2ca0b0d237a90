"""Schedules: the rate of every step, however the steps are divided into blocks."""

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
    """So does plateau: only losses lower its rate, and steps do not see them."""
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
    # It starts and ends flat, and is point-symmetric: the decrease at first equals the remainder at the end.
    np.testing.assert_allclose(rates[1:] + rates[:0:-1], 0.2, rtol=1e-12)
    assert 0.2 - rates[1] < 1e-5 * 0.2


def test_one_cycle_rises_from_a_25th_for_30_percent_of_the_steps_and_falls_to_0():
    rates = rates_of("one_cycle", 0, 1000, 1000)
    assert rates[0] == pytest.approx(0.2 / 25)
    assert rates.argmax() == 300
    assert rates[300] == 0.2
    assert (np.diff(rates[:301]) > 0).all()
    assert (np.diff(rates[300:]) < 0).all()
    assert rates[150] == pytest.approx(0.2 * 13 / 25)  # halfway up: the mean of 1 and 1/25
    assert rates[650] == pytest.approx(0.1)  # halfway down
    assert np.abs(np.diff(rates)).max() < 0.2 * 0.006, "the rate must not jump"


@pytest.mark.parametrize("drop", [0.1, 0.5, 1.0, 0.0])
def test_step_drops_at_a_half_and_at_three_quarters(drop):
    rates = rates_of("step", 0, 100, 100, rate_drop=drop)
    np.testing.assert_allclose(rates, [0.2] * 50 + [0.2 * drop] * 25 + [0.2 * drop**2] * 25, rtol=1e-15)
    assert rates_of("step", 74, 2, 100, rate_drop=drop).tolist() == rates[74:76].tolist()


@pytest.mark.parametrize("name", FALLING)
def test_a_falling_schedule_ends_near_0(name):
    """After many steps the last rate is almost 0, and the next one would be 0."""
    assert 0 < rates_of(name, 9999, 1, 10_000)[0] < 0.2 * 2e-4
    assert SCHEDULES[name](np.array([1.0]))[0] == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("total", [100, 5000])  # short runs use a table, long runs calculate each block
def test_rates_do_not_depend_on_the_division_into_blocks(name, total):
    whole = rates_of(name, 0, total, total, rate=0.3)
    parts = [rates_of(name, start, count, total, rate=0.3) for start, count in ((0, 1), (1, 40), (41, total - 41))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert rates_of(name, 5, 0, total).shape == (0,)
    whole *= 0  # changing the result must not change the cached table
    assert rates_of(name, 0, total, total, rate=0.3).any()


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("total", [1, 2, 3, 101])
def test_rates_are_between_0_and_the_learning_rate(name, total):
    factors = SCHEDULES[name](np.arange(total) / total)
    assert factors.max() <= 1
    assert (factors > 0).all()
    if name != "one_cycle":  # the only one that rises first
        assert factors[0] == 1
        assert (np.diff(factors) <= 0).all()


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_are_proportional_to_the_learning_rate(name):
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


def test_plateau_drops_after_its_patience_without_improvement():
    assert factors_after([5, 4, 3, 2, 1]) == [1, 1, 1, 1, 1]
    assert factors_after([5, 6, 6, 6, 6, 6]) == [1, 1, 0.5, 0.5, 0.25, 0.25]
    assert factors_after([5, 5, 5]) == [1, 1, 0.5], "an equal loss is not an improvement"
    assert factors_after([5, 6, 4, 5, 3, 4]) == [1] * 6, "an improvement in time restarts the wait"
    assert factors_after([5, 6, 5.5, 5.2, 5.1]) == [1, 1, 0.5, 0.5, 0.25], "better than the last, not than the best"
    assert factors_after([5, 6, 6], patience=1) == [1, 0.5, 0.25]
    assert factors_after([5, 6, 6], rate_drop=0.0, patience=1) == [1, 0, 0]


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "plateau"])
def test_no_other_schedule_depends_on_the_loss(name):
    assert factors_after([5, 6, 7, 8, 9, 10], schedule=name) == [1] * 6
