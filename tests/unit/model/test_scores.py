"""Scores compared with those of scikit-learn, and the curve in a training record."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics

from glassnet import History
from glassnet.model.evaluate import class_scores, label_scores, most_confused, number_scores
from glassnet.training.callbacks import MOST_POINTS

NEAR = {"rtol": 1e-12, "atol": 1e-13}
"""Quotients of sums of at most 80 numbers, added in another order: about 80 units of 1e-16."""


def test_class_scores_equal_those_of_scikit_learn():
    random = np.random.default_rng(8)
    true, answered = random.integers(0, 5, 300), random.integers(0, 4, 300)
    scores = class_scores(metrics.confusion_matrix(true, answered, labels=range(6)))
    wanted = metrics.precision_recall_fscore_support(true, answered, labels=range(6), zero_division=np.nan)
    for found, expected in zip((scores.precision, scores.recall), wanted, strict=False):
        np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(scores.f1[:5], wanted[2][:5], **NEAR)
    np.testing.assert_array_equal(scores.samples, wanted[3])
    np.testing.assert_array_equal(scores.answers, np.bincount(answered, minlength=6))


def test_label_scores_equal_those_of_scikit_learn():
    true, answered = np.random.default_rng(9).integers(0, 2, (2, 100, 4))
    scores = label_scores(true, answered)
    wanted = metrics.precision_recall_fscore_support(true, answered)
    for found, expected in zip((scores.precision, scores.recall, scores.f1, scores.samples), wanted, strict=True):
        np.testing.assert_allclose(found, expected, **NEAR)


@pytest.mark.parametrize("weights", [None, np.random.default_rng(10).random(80)])
def test_regression_scores_equal_those_of_scikit_learn(weights):
    true, answered = np.random.default_rng(11).normal(size=(2, 80, 3))
    scores = number_scores(true, answered, weights)
    arguments = {"sample_weight": weights, "multioutput": "raw_values"}
    np.testing.assert_allclose(scores.r2, metrics.r2_score(true, answered, **arguments), **NEAR)
    np.testing.assert_allclose(scores.rmse**2, metrics.mean_squared_error(true, answered, **arguments), **NEAR)
    np.testing.assert_allclose(scores.mean_error, metrics.mean_absolute_error(true, answered, **arguments), **NEAR)


def test_the_most_frequent_confusions_come_first():
    confusion = np.array([[90, 2, 0], [5, 80, 2], [0, 0, 70]])
    assert most_confused(confusion) == [(1, 0, 5), (0, 1, 2), (1, 2, 2)]
    assert most_confused(confusion, 1) == [(1, 0, 5)]


def test_a_long_curve_is_thinned_in_the_training_record():
    count = 10 * MOST_POINTS + 7
    loss = list(np.random.default_rng(12).random(count))
    history = History(progress=[k / 10 for k in range(1, count + 1)], loss=loss)
    history.loss[3] = float("inf")
    kept = history.thinned()
    assert len(kept["progress"]) == len(kept["loss"]) <= MOST_POINTS
    assert kept["progress"][-1] == pytest.approx(count / 10, rel=1e-5)
    assert kept["loss"][0] is None
    assert kept["loss"][1] == pytest.approx(np.mean(history.loss[11:22]), rel=1e-5)
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
    short = History(progress=[0.5, 1.0], loss=[0.25, 0.125], accuracy=[0.5, 1.0])
    assert short.thinned() == short.curve()
