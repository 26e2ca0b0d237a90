"""Every score equals that of scikit-learn, weighted or not, also far from 0 and where there is little to score."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as peers

from glassnet import metrics
from glassnet.metrics import METRICS, guessing, metrics_of

NEAR = {"rel": 1e-12, "abs": 1e-12}
PEERS = {
    "accuracy": peers.accuracy_score,
    "balanced_accuracy": peers.balanced_accuracy_score,
    "rmse": peers.root_mean_squared_error,
    "mae": peers.mean_absolute_error,
    "r2": peers.r2_score,
    "pinball": peers.mean_pinball_loss,
}


def peer(name, truth, predicted, weights):
    """The score of scikit-learn, which warns of classes that do not occur."""
    classes = None if predicted.ndim == 1 else np.arange(predicted.shape[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "f1":
            return peers.f1_score(truth, predicted, average="macro", sample_weight=weights)
        if name == "log_loss":
            return peers.log_loss(truth, predicted, labels=classes, sample_weight=weights)
        if name == "brier":
            if predicted.shape[1] == 2:
                return peers.brier_score_loss(truth, predicted[:, 1], sample_weight=weights, pos_label=1)
            # A sum over the classes, which scikit-learn computes itself from 1.7 on.
            pairs = [((truth == k).astype(int), np.minimum(predicted[:, k], 1)) for k in classes]
            return sum(peers.brier_score_loss(*one, sample_weight=weights, pos_label=1) for one in pairs)
        if name == "auc" and predicted.shape[1] == 2:
            return peers.roc_auc_score(truth, predicted[:, 1], sample_weight=weights)
        if name == "auc":
            with_both = [k for k in classes if 0 < (truth == k).sum() < len(truth)]
            return np.mean([peers.roc_auc_score(truth == k, predicted[:, k], sample_weight=weights) for k in with_both])
        return PEERS[name](truth, predicted, sample_weight=weights)


@st.composite
def cases(draw, task: str):
    """Truth, answers and probabilities of up to 60 samples, with ties, and weights or None."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, width = draw(st.integers(2, 60)), draw(st.integers(2, 5))
    weights = draw(st.sampled_from([None, random.uniform(0.1, 9, count), random.integers(1, 4, count).astype(float)]))
    if task == "numbers":
        offset, scale = draw(st.sampled_from([0, 1e3, -1e6])), 10.0 ** draw(st.integers(-3, 3))
        truth = offset + scale * random.normal(size=(count, width - 1))
        answers = truth + scale * random.normal(size=truth.shape)
        return truth, answers, answers, weights
    p = random.dirichlet(np.full(width, 0.3), count)
    p = draw(st.sampled_from([p, np.round(p, 1)]))
    p = np.where(p.sum(axis=1, keepdims=True) == 0, 1 / width, p / np.maximum(p.sum(axis=1, keepdims=True), 1e-9))
    truth = random.integers(0, width, count)
    truth[:2] = 0, 1
    return truth, p.argmax(axis=1), p, weights


def predicted_for(name, answers, p):
    return p if METRICS[name].of_probabilities else answers


@pytest.mark.parametrize("name", [name for name, one in METRICS.items() if "classes" in one.tasks])
@given(case=cases("classes"))
def test_scores_of_classes_are_those_of_scikit_learn(name, case):
    truth, answers, p, weights = case
    predicted = predicted_for(name, answers, p)
    found = METRICS[name].score(truth, predicted, weights)
    assert float(found) == pytest.approx(peer(name, truth, predicted, weights), **NEAR)


@pytest.mark.parametrize("name", [name for name, one in METRICS.items() if "numbers" in one.tasks])
@given(case=cases("numbers"))
def test_scores_of_numbers_are_those_of_scikit_learn(name, case):
    truth, answers, _, weights = case
    found = float(METRICS[name].score(truth, answers, weights))
    # Both lose the digits of the offset; scikit-learn's mean those of the sum, too.
    near = 1e-12 * (1 + (np.abs(truth).max() / truth.std()) * 1e-2) if name == "r2" else 1e-12
    assert found == pytest.approx(peer(name, truth, answers, weights), rel=near, abs=near)


@settings(max_examples=20)
@given(case=cases("classes"), labels=st.integers(2, 4))
def test_scores_of_labels_are_those_of_scikit_learn(case, labels):
    truth, _, p, weights = case
    p = np.stack([np.roll(p[:, 0], k) for k in range(labels)], axis=1)
    values = (np.stack([np.roll(truth, k) for k in range(labels)], axis=1) > 0).astype(float)
    answers = (p > 0.5).astype(int)
    pairs = list(zip(values.T, p.T, strict=True))
    wanted = {
        "accuracy": peers.accuracy_score(values, answers, sample_weight=weights),
        "log_loss": np.mean([peers.log_loss(*one, labels=[0, 1], sample_weight=weights) for one in pairs]),
        "brier": np.mean([peers.brier_score_loss(*one, sample_weight=weights, pos_label=1) for one in pairs]),
        "auc": peers.roc_auc_score(values, p, sample_weight=weights),
    }
    occurring = (values + answers).any(axis=0)
    wanted["f1"] = peers.f1_score(
        values[:, occurring], answers[:, occurring], average="macro", sample_weight=weights, zero_division=0
    )
    for name, score in wanted.items():
        found = METRICS[name].score(values, predicted_for(name, answers, p), weights)
        assert float(found) == pytest.approx(score, **NEAR), name


def test_coverage_is_the_weighted_fraction_within_the_limits_ends_included():
    values, low, high = np.array([[1.0, 5], [2, 6], [3, 7]]), np.array([[1.0, 6], [3, 0], [0, 0]]), 6
    assert metrics.coverage(values, low, high) == pytest.approx((0.5 + 0.5 + 0.5) / 3)
    assert metrics.coverage(values, -np.inf, 2.0, [1, 2, 1]) == pytest.approx((0.5 + 2 * 0.5) / 4)
    assert metrics.coverage(values[:, 0], -np.inf, 2.0) == pytest.approx(2 / 3)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
@given(case=cases("numbers"))
def test_the_pinball_loss_is_that_of_scikit_learn(quantile, case):
    truth, answers, _, weights = case
    found = METRICS["pinball"].at(quantile).score(truth, answers, weights)
    wanted = peers.mean_pinball_loss(truth, answers, sample_weight=weights, alpha=quantile)
    assert float(found) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("name", METRICS)
@given(seed=st.integers(0, 2**32 - 1))
def test_many_weightings_at_once_give_the_score_of_each(name, seed):
    random = np.random.default_rng(seed)
    counts = random.integers(0, 3, (5, 40)).astype(float)
    counts[0] = 0
    if "numbers" in METRICS[name].tasks:
        truth = 1e9 + random.normal(size=(40, 2))
        predicted = truth + random.normal(size=truth.shape)
    else:
        truth, p = random.integers(0, 3, 40), random.dirichlet(np.ones(3), 40)
        predicted = predicted_for(name, p.argmax(axis=1), p)
    found = METRICS[name].score(truth, predicted, counts)
    assert found.shape == (5,)
    assert np.isnan(found[0]), "no weight, no score"
    for score, row in zip(found[1:], counts[1:], strict=True):
        repeated = np.repeat(np.arange(40), row.astype(int))
        assert score == pytest.approx(float(METRICS[name].score(truth, predicted, row)), rel=1e-9)
        assert score == pytest.approx(float(METRICS[name].score(truth[repeated], predicted[repeated], None)), rel=1e-9)


@pytest.mark.parametrize("offset", [0, 1e9, -1e12])
@pytest.mark.parametrize("weighted", [False, True])
def test_r2_does_not_depend_on_the_offset_of_the_target(offset, weighted):
    random = np.random.default_rng(0)
    off = np.rint(1000 * random.normal(size=200)) / 1000  # exact beside the offset, as the differences are
    values = np.rint(4096 * random.normal(size=200)) / 4096 + offset
    answers = np.rint(4096 * (values - offset + off / 3)) / 4096 + offset
    parts = random.integers(1, 5, 200) if weighted else np.ones(200, int)
    exact = [Fraction(float(one)) for one in values]
    mean = sum(w * y for w, y in zip(parts.tolist(), exact, strict=True)) / int(parts.sum())
    spread = sum(w * (y - mean) ** 2 for w, y in zip(parts.tolist(), exact, strict=True))
    errors = sum(
        w * (Fraction(float(answer)) - y) ** 2
        for w, y, answer in zip(parts.tolist(), exact, answers.tolist(), strict=True)
    )
    wanted = float(1 - errors / spread)
    assert float(metrics.r2(values, answers, parts if weighted else None)) == pytest.approx(wanted, rel=1e-12)
    many = metrics.r2(values, answers, np.stack([parts, parts[::-1]]))
    assert many[0] == pytest.approx(wanted, rel=1e-11)


def test_a_probability_of_0_costs_what_it_costs_in_scikit_learn_also_in_float32():
    p = np.array([[1.0, 0.0], [1e-30, 1.0], [0.5, 0.5]])
    truth = np.array([1, 0, 0])
    wanted = peers.log_loss(truth, p)
    assert float(metrics.log_loss(truth, p)) == pytest.approx(wanted, rel=1e-12)
    assert float(metrics.log_loss(truth, p.astype(np.float32))) == pytest.approx(wanted, rel=1e-7)


def test_constant_targets_and_one_class():
    values = np.full(100_003, 0.1)
    for weights in (None, np.random.default_rng(2).uniform(size=len(values))):
        assert metrics.r2(values, values, weights) == 1
        assert metrics.r2(values, values + 1e-9, weights) == 0
    truth = np.zeros(4, int)
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    assert metrics.balanced_accuracy(truth, p.argmax(axis=1)) == 0.75
    assert np.isnan(metrics.auc(truth, p))
    assert metrics.f1(truth, p.argmax(axis=1)) == pytest.approx((2 * 3 / 7 + 0) / 2)


@given(case=cases("classes"))
def test_samples_of_weight_0_do_not_count(case):
    truth, answers, p, _ = case
    parts = np.where(np.arange(len(truth)) % 3 == 2, 0.0, 2.0)
    inside = parts > 0
    for name, one in METRICS.items():
        if "classes" in one.tasks:
            predicted = predicted_for(name, answers, p)
            alone = float(one.score(truth[inside], predicted[inside], None))
            assert float(one.score(truth, predicted, parts)) == pytest.approx(alone, rel=1e-12, nan_ok=True), name


@given(case=cases("classes"), bins=st.integers(1, 12))
def test_the_calibration_error_by_its_definition(case, bins):
    truth, answers, p, weights = case
    confidence, right = p.max(axis=1), truth == answers
    edges, counts, *means, found = metrics.calibration(confidence, right, weights, bins)
    parts = np.ones(len(truth)) if weights is None else weights
    error = 0.0
    for k in range(bins):
        low, high = edges[k], edges[k + 1]
        inside = (confidence > low) & (confidence <= high)
        assert counts[k] == inside.sum()
        if inside.any():
            sure, correct = (np.average(one[inside], weights=parts[inside]) for one in (confidence, right))
            assert (means[0][k], means[1][k]) == (pytest.approx(sure), pytest.approx(correct))
            error += parts[inside].sum() / parts.sum() * abs(sure - correct)
    assert found == pytest.approx(error, rel=1e-11, abs=1e-14)


def test_the_default_metric_of_each_task():
    assert [metrics_of(task, 1)[0] for task in ("classes", "labels", "numbers")] == ["accuracy", "accuracy", "rmse"]
    assert metrics_of("numbers", 2)[0] == "r2"


@pytest.mark.parametrize("name", [name for name, one in METRICS.items() if one.chance is not None])
@pytest.mark.parametrize("weighted", [False, True])
def test_chance_is_the_mean_score_of_shuffled_answers(name, weighted):
    rng = np.random.default_rng(0)
    for task, truth in (
        ("classes", rng.choice(4, 4000, p=[0.6, 0.3, 0.1, 0])),
        ("labels", rng.random((4000, 2)) < 0.3),
    ):
        if task not in METRICS[name].tasks:
            continue
        truth = truth.astype(np.int64)
        weights = np.where(rng.random(4000) < 0.5, 3.0, 1.0) if weighted else None
        found = guessing(name, truth, 4 if task == "classes" else 2, weights)
        shuffled = [METRICS[name].score(truth, rng.permutation(truth), weights) for _ in range(30)]
        assert found.chance == pytest.approx(np.mean(shuffled), abs=0.01)


def test_constant_predictions_are_the_best_without_inputs():
    """So for probabilities and numbers: the frequencies and the mean are no worse than others near them."""
    rng = np.random.default_rng(1)
    truth, numbers = rng.choice(3, 300, p=[0.5, 0.3, 0.2]), rng.normal(size=(300, 2))
    shares = np.bincount(truth) / 300
    for name in ("log_loss", "brier"):
        other = np.broadcast_to(shares + np.array([0.05, -0.02, -0.03]), (300, 3))
        assert guessing(name, truth, 3).constant < METRICS[name].score(truth, other, None)
    assert guessing("auc", truth, 3) == (0.5, None, 0)
    assert guessing("accuracy", truth, 3)[::2] == (shares.max(), 0)
    assert guessing("r2", numbers, 2).constant == pytest.approx(0, abs=1e-12)
    for quantile in (0.1, 0.5, 0.9):  # no other constant is better
        best = guessing("pinball", numbers, 2, quantile=quantile).constant
        others = (np.broadcast_to(one, numbers.shape) for one in numbers)
        assert best <= min(METRICS["pinball"].at(quantile).score(numbers, one) for one in others)
    assert guessing("rmse", numbers, 2) == (pytest.approx(numbers.std(axis=0).mean()), None, None)
