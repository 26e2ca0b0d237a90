"""ROC and precision-recall curves of two classes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score

from glassnet.model.quality import threshold_curves

PAIRS = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=60).filter(
    lambda pairs: 0 < sum(one for one, _ in pairs) < len(pairs)
)


@given(PAIRS)
def test_the_area_is_the_mann_whitney_statistic_and_equal_scores_count_half(pairs):
    truth, scores = np.array(pairs).T
    truth = truth.astype(bool)
    curves = threshold_curves(truth, scores / 6)
    u = mannwhitneyu(scores[truth], scores[~truth]).statistic
    assert curves.auc == pytest.approx(u / (truth.sum() * (~truth).sum()))
    assert curves.average_precision == pytest.approx(average_precision_score(truth, scores))


@given(PAIRS)
def test_the_curves_increase_from_nothing_to_all(pairs):
    truth, scores = np.array(pairs).T
    curves = threshold_curves(truth, scores)
    for one in (curves.recall, curves.false_alarms, curves.predicted):
        assert (one[0], one[-1]) == (0, 1)
        assert (np.diff(one) >= 0).all()
    for k, threshold in enumerate(curves.thresholds):
        answers = scores >= threshold
        assert curves.balanced[k] == pytest.approx(balanced_accuracy_score(truth, answers))
        assert curves.accuracy[k] == pytest.approx((answers == truth).mean())
        assert curves.predicted[k] == pytest.approx(answers.mean())


@given(PAIRS, st.floats(-0.5, 1.5))
def test_at_finds_the_threshold_with_the_same_predictions(pairs, threshold):
    truth, scores = np.array(pairs).T
    curves = threshold_curves(truth, scores / 6)
    answers = scores / 6 >= curves.thresholds[curves.at(threshold)]
    assert (answers == (scores / 6 >= threshold)).all()


def test_the_best_threshold_has_the_highest_balanced_accuracy():
    rng = np.random.default_rng(1)
    truth = rng.random(400) < 0.1
    curves = threshold_curves(truth, rng.normal(size=400) + truth)
    assert curves.balanced[curves.best] == curves.balanced.max()


def test_weights_count_as_repeated_samples():
    rng = np.random.default_rng(2)
    truth, scores, times = rng.random(50) < 0.4, rng.integers(0, 9, 50), rng.integers(0, 4, 50)
    weighted = threshold_curves(truth, scores, times)
    assert weighted.auc == pytest.approx(roc_auc_score(truth, scores, sample_weight=times))
    repeated = threshold_curves(np.repeat(truth, times), np.repeat(scores, times))
    assert weighted.auc == pytest.approx(repeated.auc)
    assert weighted.average_precision == pytest.approx(repeated.average_precision)


@pytest.mark.parametrize("truth", [[True, True], [False, False], []])
def test_samples_of_one_class_have_no_curve(truth):
    assert threshold_curves(truth, np.zeros(len(truth))) is None
