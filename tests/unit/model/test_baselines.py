"""Baselines: a constant prediction and a linear model, compared with a network on the same samples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import balanced_accuracy_score, log_loss

from glassnet import Dataset, fit
from glassnet.errors import DataError
from glassnet.model.baselines import compare_with_baselines, fit_linear, prediction_scores


def made(kind: str, weighted: bool = False):
    """Return a network, and the training and test data, whose targets depend linearly on the inputs."""
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(400, 4))
    sums = inputs @ rng.normal(size=(4, 3))
    targets = {
        "two": np.array(["no", "yes"])[(sums[:, 0] + rng.normal(size=400) > 0.8).astype(int)],
        "three": np.array(["a", "b", "c"])[sums.argmax(axis=1)],
        "numbers": sums[:, 0] + rng.normal(size=400) / 3,
        "labels": (sums[:, :2] + rng.normal(size=(400, 2)) > 0).astype(int),
    }
    training, test = Dataset.from_arrays(inputs, targets[kind], test_size=0.25)
    if weighted:
        training = replace(training, weights=rng.uniform(0.1, 3, len(training)))
    return fit(training, epochs=3, engine="reference").model, training, test


@pytest.mark.parametrize(("kind", "weighted"), [("two", True), ("three", False)])
def test_the_linear_model_is_logistic_regression_with_the_penalty_of_scikit_learn(kind, weighted):
    model, training, test = made(kind, weighted)
    inputs = [model.scaling.apply(one.inputs).astype(float) for one in (training, test)]
    peer = LogisticRegression(tol=1e-8, max_iter=5000).fit(inputs[0], training.labels, training.weights)
    linear = fit_linear(model, training).predict(inputs[1])
    np.testing.assert_allclose(linear, peer.predict_proba(inputs[1]), atol=2e-3)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_linear_model_of_numbers_is_ridge_regression(weighted):
    model, training, test = made("numbers", weighted)
    inputs = [model.scaling.apply(one.inputs).astype(float) for one in (training, test)]
    peer = Ridge().fit(inputs[0], training.values, training.weights)
    np.testing.assert_allclose(
        fit_linear(model, training).predict(inputs[1]).ravel(), peer.predict(inputs[1]).ravel(), rtol=1e-6
    )


def test_each_label_is_its_own_logistic_regression():
    model, training, test = made("labels")
    inputs = [model.scaling.apply(one.inputs).astype(float) for one in (training, test)]
    linear = fit_linear(model, training).predict(inputs[1])
    for k in range(2):
        peer = LogisticRegression(tol=1e-8).fit(inputs[0], training.values[:, k])
        np.testing.assert_allclose(linear[:, k], peer.predict_proba(inputs[1])[:, 1], atol=2e-3)


def test_scores_of_classes_are_those_of_scikit_learn():
    model, training, test = made("three")
    compared = compare_with_baselines(model, test, training)
    constant = DummyClassifier(strategy="prior").fit(training.inputs, training.labels)
    for scores, p in [
        (compared.network, model.predict_proba(test.inputs)),
        (compared.constant, constant.predict_proba(test.inputs)),
    ]:
        assert scores.accuracy == pytest.approx((p.argmax(axis=1) == test.labels).mean())
        assert scores.balanced_accuracy == pytest.approx(balanced_accuracy_score(test.labels, p.argmax(axis=1)))
        assert scores.log_loss == pytest.approx(log_loss(test.labels, p, labels=[0, 1, 2]), rel=1e-5)
    assert compared.rows == len(training)
    assert compared.linear.accuracy > 0.9 > compared.constant.accuracy


def test_the_mean_explains_nothing_of_its_own_data():
    model, _, test = made("numbers")
    compared = compare_with_baselines(model, test)
    assert compared.constant.r2 == pytest.approx(0)
    assert compared.constant.rmse == pytest.approx(test.values.std())
    assert (compared.linear, compared.rows) == (None, 0)


def test_exact_predictions_have_perfect_scores():
    model, _, test = made("labels")
    scores = prediction_scores(model, test, test.values.astype(float))
    assert scores.accuracy == 1
    assert scores.log_loss == pytest.approx(0, abs=1e-6)


def test_large_training_data_are_thinned(monkeypatch):
    model, training, test = made("two")
    monkeypatch.setattr("glassnet.model.baselines.ROWS", 50)
    compared = compare_with_baselines(model, test, training)
    assert compared.rows == 50
    assert compared.linear.accuracy > 0.7


def test_data_of_another_width_are_rejected():
    model, training, test = made("two")
    with pytest.raises(DataError):
        compare_with_baselines(model, replace(test, inputs=test.inputs[:, :3]), training)
