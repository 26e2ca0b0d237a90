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


def certain(output: str, factor: float, count: int = 4000, classes: int = 3) -> tuple[Model, Dataset]:
    """A model whose sums are `factor` times those from which the labels were drawn: so it is the right temperature."""
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
def test_the_temperature_that_is_right_is_found_and_mends_confidence(output, factor):
    model, data = certain(output, factor)
    found = fit_temperature(model, data)
    assert found == pytest.approx(factor, rel=0.1)
    mended = replace(model, temperature=found)
    assert reliability(mended, data).expected_error < 0.02
    assert evaluate(mended, data).loss <= evaluate(model, data).loss + 1e-9
    assert fit_temperature(mended, data) == pytest.approx(found), "the one it has is left out of account"
    if factor != 1:
        assert reliability(model, data).expected_error > 0.05
    np.testing.assert_array_equal(mended.predict(data.inputs), model.predict(data.inputs))


def test_a_temperature_of_1_changes_no_bit_and_another_is_saved(tmp_path):
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


def test_probabilities_add_up():
    data = patterns(30)
    model = fit(data, Options(hidden=(4,), epochs=1)).model
    outputs = model.outputs(data.inputs)
    chances = model.probabilities(outputs)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(chances.max(axis=1), model.confidence(outputs))


def test_what_has_no_confidence_is_not_calibrated():
    model = Model(Network((2, 1), "identity"), Scaling.named("unit"), Targets("values", 1, offset=(0.0,), scale=(1.0,)))
    data = Dataset(np.zeros((2, 2)), np.arange(2), 1, None, "numbers", values=np.zeros((2, 1)))
    assert np.isnan(model.confidence(model.outputs(data.inputs))).all()
    for ask in (reliability, fit_temperature):
        with pytest.raises(OptionError, match="regression") as caught:
            ask(model, data)
        assert caught.value.code == "GN022"
    plain = Model(Network((2, 2), "identity"), Scaling.named("unit"), Targets.named("one-hot", 2))
    with pytest.raises(OptionError, match="identity"):
        fit_temperature(plain, Dataset(np.zeros((2, 2)), np.arange(2), 2, None, "classes"))
    with pytest.raises(OptionError, match="bins"):
        reliability(plain, Dataset(np.zeros((2, 2)), np.arange(2), 2, None, "classes"), bins=0)


def test_a_few_right_answers_are_no_certainty():
    model, _ = certain("softmax", 1.0)
    sums = np.eye(3)[[0, 1, 2, 0, 1]] * 3
    few = Dataset(sums, np.array([0, 1, 2, 0, 1]), 3, None, "few")
    mended = replace(model, temperature=fit_temperature(model, few))
    sure = mended.confidence(mended.outputs(few.inputs))
    assert sure == pytest.approx(np.full(5, 6 / 7), rel=1e-3), "one more would be wrong of the seven"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"batch_size": 16, "optimizer": "adam"},
        {"batch_size": 16, "rule": "gradient", "activation": ("relu",), "output": "softmax", "loss": "cross_entropy"},
        {"batch_size": 300, "optimizer": "adamw", "rule": "gradient", "epochs": 30},
    ],
)
def test_the_rate_that_is_suggested_learns_about_as_well_as_the_best_of_many(changes):
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


def test_the_finder_stops_where_the_loss_runs_away():
    data = patterns(100)
    options = Options(hidden=(5,), output="identity", rule="gradient", engine="reference")
    found = find_learning_rate(data, options, low=1e-3, high=1e9, points=40)
    assert 0 < len(found.rates) < 40
    assert np.isfinite(found.losses).all()


@pytest.mark.parametrize("changes", [{"low": 0.0}, {"low": 2.0, "high": 1.0}, {"points": 5}, {"high": np.inf}])
def test_a_range_without_meaning_is_refused(changes):
    with pytest.raises(OptionError, match="points") as caught:
        find_learning_rate(patterns(30), Options(), **changes)
    assert caught.value.code == "GN021"
