"""Schedules: the rate of every step, however the steps are divided."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.schedules import SCHEDULES, learning_rates


def test_constant_is_the_rate_itself():
    np.testing.assert_array_equal(learning_rates("constant", 0.2, 0, 50, 50), np.full(50, 0.2))


@pytest.mark.parametrize("total", [1, 7, 1000])
def test_linear_falls_evenly_from_the_rate_and_would_reach_zero_after_the_last_step(total):
    rates = learning_rates("linear", 0.2, 0, total, total)
    assert rates[0] == 0.2
    np.testing.assert_allclose(-np.diff(rates), 0.2 / total, rtol=1e-9)
    assert rates[-1] == pytest.approx(0.2 / total)


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_depend_on_the_step_not_on_the_block(name):
    whole = learning_rates(name, 0.3, 0, 100, 100)
    parts = [learning_rates(name, 0.3, start, count, 100) for start, count in ((0, 1), (1, 40), (41, 59))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert learning_rates(name, 0.3, 5, 0, 100).shape == (0,)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_starts_at_the_full_rate_never_rises_and_never_turns_the_step_round(name):
    factors = SCHEDULES[name](np.linspace(0, 1, 101)[:-1])
    assert factors[0] == 1
    assert (np.diff(factors) <= 0).all()
    assert (factors > 0).all()


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_are_in_proportion_to_the_base(name):
    one, many = (learning_rates(name, base, 3, 20, 40) for base in (1.0, 0.25))
    np.testing.assert_array_equal(many, one * 0.25)
    assert not learning_rates(name, 0.0, 3, 20, 40).any()
