"""The scores of a search, and what its evidence claims about the winner."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import Dataset, evaluate, fit
from glassnet.metrics import METRICS
from glassnet.model.evaluate import score
from glassnet.workflow.search.evidence import Scorer, judge_choice, predictions_for, resamples

RNG_SEED = 5


def samples(task):
    rng = np.random.default_rng(RNG_SEED)
    inputs = rng.normal(size=(90, 3))
    targets = {
        "classes": (inputs[:, 0] > 0.5).astype(int) + (inputs[:, 1] > 0.8),
        "labels": (inputs[:, :2] > 0).astype(int),
        "numbers": inputs[:, :2] * 3 + 1,
    }[task]
    return Dataset.from_arrays(inputs, targets, weights=rng.uniform(0.5, 2, 90))


@pytest.mark.parametrize(
    ("task", "metric"), [(task, name) for name, metric in METRICS.items() for task in metric.tasks]
)
def test_a_score_equals_that_of_the_evaluation(task, metric):
    data = samples(task)
    model = fit(data, epochs=3, members=1, engine="reference").model
    found, halves = evaluate(model, data), (data.take(slice(0, 40)), data.take(slice(40, 90)))
    wanted = score(model, data, found.outputs, metric)
    assert getattr(found, metric, wanted) in (wanted, None)
    of_halves = np.concatenate([predictions_for(model, half, metric) for half in halves])
    assert float(Scorer.of(halves, metric, 0.5)(of_halves)) == pytest.approx(wanted, rel=1e-6)
    assert float(Scorer.of([data], metric, 0.5)(predictions_for(model, data, metric))) == wanted


def noise(trials, samples, seed, better=0.0):
    """Return the answers of trials that are right with probability 0.7, the last with more; every true class is 1."""
    rng = np.random.default_rng(seed)
    shares = [0.7] * (trials - 1) + [0.7 + better]
    return {number: (rng.random(samples) < share).astype(int) for number, share in enumerate(shares)}


def scorer_for(samples):
    return Scorer(METRICS["accuracy"], np.ones(samples, np.int64), None)


def test_the_corrected_score_of_a_lucky_winner_is_near_the_truth():
    naive, corrected = [], []
    for seed in range(12):
        found = judge_choice(noise(20, 150, seed), scorer_for(150), seed)
        corrected.append(found.corrected)
        naive.append(found.corrected + found.optimism)
        assert found.not_told_apart
    assert np.mean(naive) > 0.75
    assert np.mean(corrected) == pytest.approx(0.7, abs=0.02)


def test_a_clear_winner_is_sure():
    found = judge_choice(noise(6, 400, 0, better=0.2), scorer_for(400), 0)
    assert (found.winner, found.not_told_apart) == (5, ())
    assert found.probabilities[5] > 0.99
    assert found.optimism < 0.01


def test_equal_trials_share_and_the_first_wins():
    one = noise(1, 100, 0)[0]
    found = judge_choice({3: one, 7: one}, scorer_for(100), 0)
    assert (found.winner, found.not_told_apart) == (3, (7,))
    assert found.probabilities == {3: 0.5, 7: 0.5}


def test_lower_errors_win():
    scorer = Scorer(METRICS["rmse"], np.zeros((50, 1)), None)
    answers = {0: np.full((50, 1), 2.0), 1: np.full((50, 1), 1.0)}
    found = judge_choice(answers, scorer, 0)
    assert (found.winner, found.corrected, found.optimism) == (1, 1.0, 0.0)


def test_samples_of_a_group_are_drawn_together():
    groups = np.repeat([5, 2, 9, 7], 3)
    (counts,) = resamples(12, np.random.default_rng(0), groups)
    by_group = counts.reshape(-1, 4, 3)
    assert (by_group == by_group[:, :, :1]).all()
    assert (by_group[:, :, 0].sum(axis=1) == 4).all()
    alone = Scorer(METRICS["rmse"], np.zeros((4, 1)), None)
    thrice = Scorer(METRICS["rmse"], np.zeros((12, 1)), None, groups)
    errors = np.array([[0.1], [0.5], [2.0], [1.0]])
    np.testing.assert_allclose(
        np.quantile(thrice(errors.repeat(3, axis=0), counts), [0.05, 0.95]),
        np.quantile(alone(errors, by_group[:, :, 0]), [0.05, 0.95]),
    )
