"""Temperature, reliability, and the learning-rate finder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet import (
    Dataset,
    Model,
    Network,
    Options,
    Scaling,
    Targets,
    compiled,
    evaluate,
    find_learning_rate,
    fit,
    fit_temperature,
    load_model,
    reliability,
    save_model,
)
from glassnet.errors import DivergedError, OptionError
from support.cases import patterns


def miscalibrated(output: str, factor: float, count: int = 4000, classes: int = 3) -> tuple[Model, Dataset]:
    """A model whose logits are `factor` times those that generated the labels: `factor` is the right temperature."""
    random = np.random.default_rng(0)
    rows = random.normal(0, 2, (count, classes))
    network = Network((classes, classes), output, loss="cross_entropy")
    network.parameters.weights[0][...] = factor * np.eye(classes)
    name = "one-hot" if output == "softmax" else "multilabel"
    model = Model(network, Scaling.named("unit", 1.0), Targets.named(name, classes))
    chances = replace(model, temperature=factor).outputs(rows)
    if output == "softmax":
        labels = (random.random((count, 1)) > chances.cumsum(axis=1)).sum(axis=1)
        return model, Dataset(rows, labels, classes, None, "drawn", 1.0)
    values = (random.random(chances.shape) < chances).astype(float)
    return model, Dataset(rows, np.arange(count), classes, None, "drawn", 1.0, values=values)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
@pytest.mark.parametrize("factor", [0.4, 1.0, 3.0])
def test_the_right_temperature_is_found_and_calibrates_confidence(output, factor):
    model, data = miscalibrated(output, factor)
    found = fit_temperature(model, data)
    assert found == pytest.approx(factor, rel=0.1)
    calibrated = replace(model, temperature=found)
    assert reliability(calibrated, data).expected_error < 0.02
    assert evaluate(calibrated, data).loss <= evaluate(model, data).loss + 1e-9
    assert fit_temperature(calibrated, data) == pytest.approx(found), "the current temperature must have no effect"
    if factor != 1:
        assert reliability(model, data).expected_error > 0.05
    np.testing.assert_array_equal(calibrated.predict(data.inputs), model.predict(data.inputs))


def test_a_temperature_of_1_changes_nothing_and_others_are_saved(tmp_path):
    data = patterns(60)
    model = fit(data, Options(hidden=(4,), epochs=1)).model
    warm = replace(model, temperature=2.5)
    save_model(warm, tmp_path / "m")
    again = load_model(tmp_path / "m")
    assert again.temperature == 2.5
    np.testing.assert_array_equal(again.outputs(data.inputs), warm.outputs(data.inputs))
    np.testing.assert_allclose(compiled(warm).outputs(data.inputs), warm.outputs(data.inputs), atol=1e-5)
    assert replace(warm, temperature=1.0).outputs(data.inputs).tobytes() == model.outputs(data.inputs).tobytes()
    outputs = model.outputs(data.inputs)
    wanted = 1 / (1 + np.exp(-np.log(outputs / (1 - outputs)) / 2.5))
    np.testing.assert_allclose(warm.outputs(data.inputs), wanted, rtol=1e-5)


def test_reliability_by_hand():
    network = Network((2, 2), "identity")
    network.parameters.weights[0][...] = np.eye(2)
    model = Model(network, Scaling.named("unit", 1.0), Targets.named("one-hot", 2))
    rows = np.array([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.5, 0.5]])
    found = reliability(model, Dataset(rows, np.array([0, 1, 1, 1, 0]), 2, None, "hand"), bins=5)
    np.testing.assert_array_equal(found.counts, [0, 0, 2, 1, 2])
    np.testing.assert_allclose(found.confidence, [np.nan, np.nan, 0.55, 0.8, 0.9])
    np.testing.assert_allclose(found.accuracy, [np.nan, np.nan, 1.0, 1.0, 0.5])
    assert found.expected_error == pytest.approx((2 * 0.45 + 0.2 + 2 * 0.4) / 5)


def test_probabilities_sum_to_1():
    data = patterns(30)
    model = fit(data, Options(hidden=(4,), epochs=1)).model
    outputs = model.outputs(data.inputs)
    chances = model.probabilities(outputs)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(chances.max(axis=1), model.confidence(outputs))


def test_models_without_confidence_cannot_be_calibrated():
    model = Model(Network((2, 1), "identity"), Scaling.named("unit"), Targets("values", 1, offset=(0.0,), scale=(1.0,)))
    data = Dataset(np.zeros((2, 2)), np.arange(2), 1, None, "numbers", values=np.zeros((2, 1)))
    assert np.isnan(model.confidence(model.outputs(data.inputs))).all()
    for function in (reliability, fit_temperature):
        with pytest.raises(OptionError, match="regression") as caught:
            function(model, data)
        assert caught.value.code == "GN022"
    plain = Model(Network((2, 2), "identity"), Scaling.named("unit"), Targets.named("one-hot", 2))
    with pytest.raises(OptionError, match="identity"):
        fit_temperature(plain, Dataset(np.zeros((2, 2)), np.arange(2), 2, None, "classes"))
    with pytest.raises(OptionError, match="bins"):
        reliability(plain, Dataset(np.zeros((2, 2)), np.arange(2), 2, None, "classes"), bins=0)


def test_a_few_right_predictions_do_not_give_full_confidence():
    model, _ = miscalibrated("softmax", 1.0)
    logits = np.eye(3)[[0, 1, 2, 0, 1]] * 3
    few = Dataset(logits, np.array([0, 1, 2, 0, 1]), 3, None, "few")
    calibrated = replace(model, temperature=fit_temperature(model, few))
    confidence = calibrated.confidence(calibrated.outputs(few.inputs))
    assert confidence == pytest.approx(np.full(5, 6 / 7), rel=1e-3), "as with one error in seven predictions"


@pytest.mark.parametrize(
    "changes",
    [
        {"engine": "compiled"},
        {"batch_size": 16, "optimizer": "adam"},
        {"batch_size": 16, "rule": "gradient", "activation": ("relu",), "output": "softmax", "loss": "cross_entropy"},
        {"batch_size": 300, "optimizer": "adamw", "rule": "gradient", "epochs": 30},
    ],
)
def test_the_suggested_rate_is_about_as_good_as_the_best_of_several(changes):
    data = patterns(300)
    options = Options(**{"hidden": (12,), "epochs": 3, "engine": "reference", "schedule": "linear", **changes})
    found = find_learning_rate(data, options, points=50)
    assert found.rates[0] == pytest.approx(1e-5)
    assert (np.diff(found.rates) > 0).all()
    assert found.rates.shape == found.losses.shape

    def reached(rate):
        try:
            return evaluate(fit(data, replace(options, learning_rate=float(rate))).model, data).loss
        except DivergedError:
            return np.inf

    losses = [reached(rate) for rate in np.geomspace(1e-4, 10, 6)]
    untrained = max(loss for loss in losses if np.isfinite(loss))
    assert reached(found.suggestion) - min(losses) < 0.2 * (untrained - min(losses))
    again = find_learning_rate(data, options, points=50)
    np.testing.assert_array_equal(again.losses, found.losses)


def test_the_finder_stops_when_the_loss_diverges():
    data = patterns(100)
    options = Options(hidden=(5,), output="identity", rule="gradient", engine="reference")
    found = find_learning_rate(data, options, low=1e-3, high=1e9, points=40)
    assert 0 < len(found.rates) < 40
    assert np.isfinite(found.losses).all()


@pytest.mark.parametrize("changes", [{"low": 0.0}, {"low": 2.0, "high": 1.0}, {"points": 5}, {"high": np.inf}])
def test_an_invalid_range_is_rejected(changes):
    with pytest.raises(OptionError, match=r"points|low") as caught:
        find_learning_rate(patterns(30), Options(), **changes)
    assert caught.value.code == "GN021"
