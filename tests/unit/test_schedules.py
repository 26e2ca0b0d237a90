"""Schedules: the rate of every step, however the steps are divided."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import Options
from glassnet.schedules import SCHEDULES, Plateau, learning_rates, one_cycle, step


def rates_of(name: str, start: int, count: int, total: int, base: float = 0.3, **options):
    return learning_rates(Options(schedule=name, learning_rate=base, **options), start, count, total)


@pytest.mark.parametrize("name", ["constant", "plateau"])
def test_constant_is_the_rate_itself(name):
    np.testing.assert_array_equal(rates_of(name, 0, 50, 50, 0.2), np.full(50, 0.2))


@pytest.mark.parametrize("total", [1, 7, 1000])
def test_linear_falls_evenly_from_the_rate_and_would_reach_zero_after_the_last_step(total):
    rates = rates_of("linear", 0, total, total, 0.2)
    assert rates[0] == 0.2
    np.testing.assert_allclose(-np.diff(rates), 0.2 / total, rtol=1e-9)
    assert rates[-1] == pytest.approx(0.2 / total)


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_depend_on_the_step_not_on_the_block(name):
    whole = rates_of(name, 0, 100, 100)
    parts = [rates_of(name, start, count, 100) for start, count in ((0, 1), (1, 40), (41, 59))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert rates_of(name, 5, 0, 100).shape == (0,)


@pytest.mark.parametrize("name", sorted(set(SCHEDULES) - {"one_cycle"}))
def test_a_schedule_starts_at_the_full_rate_never_rises_and_never_turns_the_step_round(name):
    factors = SCHEDULES[name](np.linspace(0, 1, 101)[:-1])
    assert factors[0] == 1
    assert (np.diff(factors) <= 0).all()
    assert (factors > 0).all()


def test_one_cycle_rises_to_the_rate_at_three_tenths_and_falls_to_nothing():
    progress = np.linspace(0, 1, 1001)
    factors = one_cycle(progress)
    assert factors[0] == pytest.approx(1 / 25)
    assert progress[factors.argmax()] == pytest.approx(0.3)
    assert factors.max() == pytest.approx(1)
    assert factors[-1] == pytest.approx(0, abs=1e-12)
    assert (np.diff(factors[:301]) > 0).all()
    assert (np.diff(factors[300:]) < 0).all()


def test_cosine_is_half_way_at_half_way():
    assert SCHEDULES["cosine"](np.array([0.5]))[0] == pytest.approx(0.5)


def test_step_drops_at_a_half_and_at_three_quarters():
    np.testing.assert_allclose(step(np.array([0, 0.49, 0.5, 0.74, 0.75, 0.99]), 0.2), [1, 1, 0.2, 0.2, 0.04, 0.04])
    np.testing.assert_allclose(rates_of("step", 0, 4, 4, 1.0, rate_drop=0.5), [1, 1, 0.5, 0.25])


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_are_in_proportion_to_the_base(name):
    one, many = (rates_of(name, 3, 20, 40, base) for base in (1.0, 0.25))
    np.testing.assert_array_equal(many, one * 0.25)
    assert not rates_of(name, 3, 20, 40, 0.0).any()


def test_plateau_drops_when_patience_is_over_and_begins_to_wait_anew():
    plateau = Plateau(Options(schedule="plateau", patience=2, rate_drop=0.5))
    factors = []
    for loss in (1.0, 0.9, 0.9, 0.95, 0.8, 0.85, 0.81, 0.9, 0.9):
        plateau.epoch_done(loss)
        factors.append(plateau.factor)
    assert factors == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]


def test_other_schedules_have_no_plateau():
    plateau = Plateau(Options(schedule="linear", patience=1))
    for _ in range(5):
        plateau.epoch_done(1.0)
    assert plateau.factor == 1
