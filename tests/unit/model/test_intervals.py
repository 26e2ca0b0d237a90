"""Intervals cover the true score as often as they say, and stay within its limits."""

import numpy as np
import pytest

from glassnet.model.evaluate import number_scores
from glassnet.model.intervals import accuracy_interval, number_intervals, share_interval


@pytest.mark.parametrize("samples", [15, 60, 400])
@pytest.mark.parametrize("accuracy", [0.5, 0.85, 0.97])
def test_the_accuracy_is_in_the_interval_as_often_as_it_says(samples, accuracy):
    right = np.random.default_rng(3).binomial(samples, accuracy, 2000)
    covered = np.mean([low <= accuracy <= high for low, high in (accuracy_interval(one, samples) for one in right)])
    assert 0.91 < covered < 0.99


@pytest.mark.parametrize("right", [0, 1, 19, 20])
def test_the_interval_of_an_accuracy_is_within_0_and_1_and_has_the_accuracy(right):
    low, high = accuracy_interval(right, 20)
    assert 0 <= low <= right / 20 <= high <= 1
    assert high - low > 0.1


def test_the_interval_of_an_accuracy_has_it_exactly():
    for samples in range(1, 1500):
        assert accuracy_interval(samples, samples)[1] == 1
        assert accuracy_interval(0, samples)[0] == 0


@pytest.mark.parametrize("outputs", [1, 3])
def test_r2_and_rmse_are_in_the_interval_as_often_as_they_say(outputs):
    random = np.random.default_rng(4)
    r2, rmse, times = 0.8, 0.5, 400
    inside = {"r2": 0, "rmse": 0}
    for _ in range(times):
        values = random.normal(size=(200, outputs)) * rmse / (1 - r2) ** 0.5
        ends = number_intervals(values, values + random.normal(size=values.shape) * rmse)
        for name, score in (("r2", r2), ("rmse", rmse)):
            low, high = ends[name]
            inside[name] += low <= score <= high
    assert 0.9 < inside["r2"] / times <= 1
    assert 0.9 < inside["rmse"] / times <= 1


def test_the_interval_has_the_score_and_bends_with_the_unit():
    random = np.random.default_rng(5)
    values = random.normal(size=(30, 2))
    answers = values + random.normal(size=(30, 2))
    ends, scores = number_intervals(values, answers), number_scores(values, answers)
    assert ends["r2"][0] < scores.r2.mean() < ends["r2"][1] < 1
    assert 0 < ends["rmse"][0] < scores.rmse.mean() < ends["rmse"][1]
    larger = number_intervals(1000 * values, 1000 * answers)
    np.testing.assert_allclose(larger["rmse"], 1000 * np.array(ends["rmse"]))
    np.testing.assert_allclose(larger["r2"], ends["r2"])


@pytest.mark.parametrize("groups", [6, 40])
def test_scores_of_groups_are_in_the_interval_as_often_as_it_says(groups):
    """Ten samples of a group are right or wrong, near or far, together."""
    random, inside, times = np.random.default_rng(6), {"accuracy": 0, "rmse": 0}, 400
    who = np.repeat(np.arange(groups), 10)
    for _ in range(times):
        low, high = share_interval((random.random(groups) < 0.7)[who].astype(float), who)
        inside["accuracy"] += low <= 0.7 <= high
        errors = random.normal(size=groups)[who][:, None]
        values = random.normal(size=errors.shape)
        low, high = number_intervals(values, values + errors, who)["rmse"]
        inside["rmse"] += low <= 1 <= high
    assert 0.92 < inside["accuracy"] / times <= 1
    assert 0.9 < inside["rmse"] / times <= 1


@pytest.mark.parametrize("values", [np.zeros((5, 1)), np.arange(5.0)[:, None], np.ones((1, 1))])
def test_perfect_answers_and_values_without_variance_give_finite_ends(values):
    for answers in (values, values + 1):
        ends = number_intervals(values, answers)
        assert np.isfinite([*ends["r2"], *ends["rmse"]]).all()


def test_numbers_of_a_single_group_have_no_interval():
    """The group's sum of influences is 0, which would make the interval as narrow as a point."""
    values = np.random.default_rng(7).normal(size=(50, 1))
    assert number_intervals(values, values + 0.1 * values**2, np.ones(50, np.int64)) == {}
    low, high = share_interval(np.repeat([1.0, 0.0], [40, 10]), np.ones(50, np.int64))
    assert high - low > 0.7, "of one sample"
