"""Sample weights: equal in both engines, and equivalent to repeated samples."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest

from glassnet import Dataset, Options, evaluate, fit
from glassnet.errors import DataError, OptionError
from glassnet.network import backpropagate, forward
from glassnet.preprocess import class_weights
from support.cases import (
    RULE_PAIRS,
    gap,
    initialize_away_from_kinks,
    inputs_of,
    network_of,
    patterns,
    samples_of,
    sparse_rows,
    trained,
)
from support.engines import COMPILED, ENGINES, REFERENCE, STEP


def weighted(count: int = 40):
    weights = np.random.default_rng(4).uniform(0, 3, count)
    weights[::7] = 0
    return replace(samples_of(sparse_rows(count, 3), 3), weights=weights)


@pytest.mark.parametrize(
    ("rule", "loss", "output", "dtype"), [(*pair, dtype) for pair, dtype in zip(RULE_PAIRS, cycle(STEP))]
)
def test_both_engines_apply_weights_equally(rule, loss, output, dtype):
    samples = weighted()
    network = network_of(3, "tanh", output, bias=True, loss=loss, rule=rule, dtype=dtype)
    initialize_away_from_kinks(network, inputs_of(samples), margin=1e-4)
    rate = 0.01 if output == "exponential" else 0.2  # gradients grow with the outputs
    for batch, extra in ((1, {}), (40, {}), (7, {"clip": 0.5})):
        fast, fast_sums = trained(COMPILED, network, samples, np.arange(40), batch=batch, rate=rate, **extra)
        slow, slow_sums = trained(REFERENCE, network, samples, np.arange(40), batch=batch, rate=rate, **extra)
        plain, _ = trained(REFERENCE, network, replace(samples, weights=None), np.arange(40), batch=batch, rate=rate)
        bound = 40 * STEP[dtype]
        assert gap(plain.parameters.flat, slow.parameters.flat) > 2 * bound, "the sample weights must have an effect"
        assert gap(fast.parameters.flat, slow.parameters.flat) <= bound
        assert fast_sums.loss == pytest.approx(slow_sums.loss, rel=100 * bound)
        assert fast_sums.correct == slow_sums.correct


@ENGINES
@pytest.mark.parametrize("batch", [1, 8])
def test_weights_of_1_change_no_bit(engine, batch):
    samples = samples_of(sparse_rows(30, 3), 3)
    network = network_of(2, "sigmoid", "sigmoid", bias=True, loss="squared_error", rule="notes", dtype="float32")
    plain, sums = trained(engine, network, samples, np.arange(30), batch=batch)
    ones, ones_sums = trained(engine, network, replace(samples, weights=np.ones(30)), np.arange(30), batch=batch)
    assert plain.parameters.flat.tobytes() == ones.parameters.flat.tobytes()
    assert sums == ones_sums


@pytest.mark.parametrize(("rule", "loss", "output"), RULE_PAIRS)
def test_an_integer_weight_equals_repeated_samples(rule, loss, output):
    samples = samples_of(sparse_rows(6, 3), 3)
    network = network_of(3, "tanh", output, bias=True, loss=loss, rule=rule)
    initialize_away_from_kinks(network, inputs_of(samples))
    times = np.array([0, 1, 2, 3, 1, 5])
    x, t = inputs_of(samples), samples.targets[samples.labels]
    made, parameters = network.architecture, network.parameters
    signals = forward(made, parameters, x)
    found = backpropagate(made, parameters, signals, t, weights=times.astype(float))
    wanted = network.gradients(np.repeat(x, times, axis=0), np.repeat(t, times, axis=0))
    np.testing.assert_allclose(found.flat * len(times), wanted.flat * times.sum(), rtol=1e-10, atol=1e-14)


def test_training_scales_the_weights_to_a_mean_of_1():
    data, options = patterns(60), Options(hidden=(5,), epochs=2, dtype="float64")
    weights = np.random.default_rng(0).uniform(1, 2, 60)
    small, large = (fit(replace(data, weights=weights * factor), options).model for factor in (1.0, 64.0))
    assert small.hash() == large.hash() != fit(data, options).model.hash()


def test_balanced_weights_raise_the_recall_of_a_rare_class():
    random = np.random.default_rng(0)
    labels = (random.random(1500) < 0.06).astype(np.int64)
    rows = (random.normal(0, 1, (1500, 2)) + 1.3 * labels[:, None]).astype(np.float32)
    data = Dataset(rows, labels, 2, None, "rare", maximum=1.0)
    options = Options(hidden=(8,), scaling="unit", bias=True, learning_rate=0.05, epochs=6)
    plain = evaluate(fit(data, options).model, data)
    weights = class_weights(labels, "balanced")
    balanced = evaluate(fit(replace(data, weights=weights), options).model, data)
    assert plain.confusion[1, 1] < 0.4 * labels.sum() < 0.7 * labels.sum() < balanced.confusion[1, 1]


def test_an_evaluation_uses_the_weights_of_its_data():
    data = patterns(90)
    model = fit(data, Options(hidden=(3,), epochs=1, learning_rate=0.02)).model
    times = np.random.default_rng(0).integers(0, 4, 90)
    whole, repeated = replace(data, weights=times.astype(float)), data.take(np.repeat(np.arange(90), times))
    one, other = evaluate(model, whole), evaluate(model, repeated)
    assert 0 < one.accuracy < 1
    assert one.accuracy == pytest.approx(other.accuracy)
    assert one.loss == pytest.approx(other.loss, rel=1e-5)
    assert one.log_loss == pytest.approx(other.log_loss, rel=1e-5)
    assert len(one.answers) == one.confusion.sum() == 90


def test_given_class_weights():
    labels = np.array([0, 0, 0, 2, 2, 5])
    np.testing.assert_allclose(class_weights(labels, "balanced"), [2 / 3] * 3 + [1.0] * 2 + [2.0])
    np.testing.assert_array_equal(class_weights(labels, {2: 0.5, 0: 3}), [3, 3, 3, 0.5, 0.5, 1])


@pytest.mark.parametrize("given", ["even", {1: 2.0}, {0: -1.0}, {0: np.nan}])
def test_invalid_class_weights_are_rejected(given):
    with pytest.raises(OptionError, match="class weights") as caught:
        class_weights(np.array([0, 0, 2]), given)
    assert caught.value.code == "GN021"


@pytest.mark.parametrize("weights", [[1, -1, 1], [1, np.nan, 1], [1, np.inf, 1], [0, 0, 0]])
def test_invalid_sample_weights_are_rejected(weights):
    with pytest.raises(DataError, match="weight") as caught:
        Dataset(np.zeros((3, 2)), np.zeros(3, np.int64), 1, None, "rows.csv", weights=np.array(weights, float))
    assert caught.value.code == "GN014"
