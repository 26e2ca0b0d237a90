"""One step in full: the worked example of the notes, changes against numerical slopes, and the training step."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from glassnet import Network, Options, fit, update
from glassnet.errors import DataError
from glassnet.explain.step import split, trace, trace_step, worked_example
from support.samples import digits, small_model

X, T = np.random.default_rng(11).uniform(0.01, 1, (1, 3)), np.array([[0.99, 0.01]])


SLOPES = 1e-9
"""Rounding moves a loss of about 1 by some units of 1e-16, and is divided by 2h = 2e-6; h² leaves out far less."""


def slope(network, inputs, targets, h=1e-6):
    """Return the slope of the loss for every parameter by central differences, accurate to `SLOPES`."""
    flat, found = network.parameters.flat, np.empty_like(network.parameters.flat)
    for place, kept in enumerate(flat.copy()):
        flat[place] = kept + h
        up = network.loss(inputs, targets)
        flat[place] = kept - h
        found[place] = (up - network.loss(inputs, targets)) / (2 * h)
        flat[place] = kept
    return found


def flat_change(step, rule):
    """Return the changes in the order of the flat vector."""
    parts = []
    for layer in step.layers:
        way = layer.ways[rule]
        parts += [way.change.ravel()] if way.bias_change is None else [way.change.ravel(), way.bias_change]
    return np.concatenate(parts)


def test_the_worked_example_of_the_notes_to_the_last_digit():
    error, weight = np.array([[0.8, 0.5]]), np.array([[2.0, 3.0], [1.0, 4.0]])
    shares = split(error, weight, in_proportion=True)
    assert [f"{back:.15g}" for back in shares.sum(axis=1)[0]] == ["0.42", "0.88"]
    assert shares.sum() == pytest.approx(error.sum(), abs=1e-15)
    step = worked_example()
    assert f"{step.in_proportion(0)[0, 0]:.15g}" == "0.42"
    np.testing.assert_allclose(step.layers[0].ways["notes"].error, [[2.1, 4.4]], rtol=1e-14)
    np.testing.assert_allclose(step.layers[1].links("notes")[0], [[1.6, 2.4], [0.5, 2.0]], rtol=1e-14)


def test_without_the_denominator_the_shares_add_up_to_the_backpropagated_error():
    network = Network([3, 4, 5, 2], rule="notes", seed=2)
    step = trace_step(network, X, T, 0.2)
    for rule in ("notes", "gradient"):
        for below, above in zip(step.layers, step.layers[1:], strict=False):
            np.testing.assert_allclose(above.links(rule).sum(axis=1), below.ways[rule].error, rtol=1e-12)


def test_weights_that_cancel_out_have_zero_shares_and_no_warning():
    assert split(np.ones((1, 1)), np.array([[1.0, -1.0]]), in_proportion=True).tolist() == [[[0.0, 0.0]]]


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "gelu", "identity"])
@pytest.mark.parametrize(("output", "loss"), [("sigmoid", "squared_error"), ("softmax", "cross_entropy")])
def test_the_change_by_rule_gradient_is_the_slope_of_the_loss(bias, hidden, output, loss):
    network = Network([3, 4, 2], [hidden, output], bias=bias, loss=loss, seed=3)
    step = trace_step(network, X, T, 0.5)
    np.testing.assert_allclose(flat_change(step, "gradient"), -0.5 * slope(network, X, T), rtol=0, atol=SLOPES)


def test_the_change_by_rule_notes_is_the_slope_of_one_loss_per_layer():
    network = Network([3, 4, 2], rule="notes", seed=3)
    entropy = Network.of(
        replace(network.architecture, rule="gradient", loss="cross_entropy"), network.parameters.copy()
    )
    step, first = trace_step(network, X, T, 0.5), 3 * 4
    change = flat_change(step, "notes")
    np.testing.assert_allclose(change[:first], -0.5 * slope(entropy, X, T)[:first], rtol=0, atol=SLOPES)
    np.testing.assert_allclose(change[first:], -0.5 * slope(network, X, T)[first:], rtol=0, atol=SLOPES)
    assert np.abs(step.layers[0].difference).max() > 1e-3
    assert not step.layers[1].difference.any()


@pytest.mark.parametrize("rule", ["notes", "gradient"])
def test_the_traced_step_is_the_training_step_and_leaves_the_network_unchanged(rule):
    network = Network([3, 4, 4, 2], rule=rule, bias=True, seed=5)
    before = network.parameters.flat.copy()
    step = trace_step(network, X, T, 0.3)
    assert np.array_equal(network.parameters.flat, before)
    assert step.rules[0] == rule
    update(network.parameters, network.gradients(X, T), 0.3)
    np.testing.assert_allclose(before + flat_change(step, rule), network.parameters.flat, rtol=1e-15, atol=1e-15)
    assert step.loss_after == pytest.approx(network.loss(X, T), rel=1e-12)


def test_delta_error_and_signals_follow_the_formulas_of_the_notes():
    step = trace_step(Network([3, 4, 2], rule="notes", seed=1), X, T, 0.2)
    for layer in step.layers:
        np.testing.assert_allclose(layer.sums, layer.inputs @ layer.weight.T, rtol=1e-14)
        np.testing.assert_allclose(layer.derivative, layer.activations * (1 - layer.activations), rtol=1e-14)
        way = layer.ways["notes"]
        np.testing.assert_allclose(way.delta, way.error * layer.derivative, rtol=1e-14)
        np.testing.assert_allclose(way.change, 0.2 * way.delta.T @ layer.inputs, rtol=1e-12, atol=1e-18)
    np.testing.assert_allclose(step.layers[-1].ways["notes"].error, T - step.outputs, rtol=1e-14)


def test_a_network_unsuited_to_rule_notes_has_only_rule_gradient():
    step = trace_step(Network([3, 4, 2], ["relu", "softmax"], loss="cross_entropy"), X, T, 0.2)
    assert step.rules == ("gradient",)
    assert step.layers[0].difference is None
    assert step.in_proportion(0) is None


def test_a_model_is_traced_with_samples_of_its_own_data():
    model, data = small_model(), digits(3)
    sample = replace(data.take(slice(0, 2)), inputs=data.inputs[:2, :16], labels=np.array([0, 2]), classes=3)
    step = trace(model, sample)
    # Sums of 16 products in float32, in a batch of one and in a batch of two.
    np.testing.assert_allclose(step.outputs, model.outputs(sample.inputs), rtol=16 * np.finfo("float32").eps)
    assert step.targets.tolist() == model.targets.apply(sample.labels).tolist()
    assert step.learning_rate == 0.2
    assert trace(model, sample, learning_rate=0.05).learning_rate == 0.05
    with pytest.raises(DataError) as problem:
        trace(model, data)
    assert problem.value.code == "GN017"


def test_the_change_of_a_batch_is_the_mean_of_its_samples():
    network, random = Network([3, 4, 2], seed=4), np.random.default_rng(1)
    inputs, targets = random.uniform(size=(5, 3)), random.uniform(size=(5, 2))
    together = flat_change(trace_step(network, inputs, targets, 0.1), "gradient")
    alone = [
        flat_change(trace_step(network, x[None], t[None], 0.1), "gradient")
        for x, t in zip(inputs, targets, strict=True)
    ]
    np.testing.assert_allclose(together, np.mean(alone, axis=0), rtol=0, atol=1e-15)  # five terms below 0.1


def test_a_step_of_a_regression_has_scaled_targets():
    values = np.random.default_rng(2).normal(size=(40, 2))
    data = replace(digits(40), values=values, labels=np.arange(40), classes=2)
    options = Options(hidden=(4,), output="identity", rule="gradient", targets="values", epochs=1, engine="reference")
    model = fit(data, options).model
    step = trace(model, data.take(slice(3, 4)))
    np.testing.assert_allclose(model.targets.invert(step.targets), data.values[3:4], rtol=0, atol=1e-6)  # float32


def test_a_step_can_be_written_as_json():
    plain = json.loads(json.dumps(trace_step(Network([3, 4, 2], rule="notes"), X, T, 0.2).to_dict()))
    layer = plain["layers"][1]
    np.testing.assert_allclose(
        np.add(layer["weight"], layer["ways"]["notes"]["change"]), layer["ways"]["notes"]["after"]
    )
    assert np.shape(layer["ways"]["notes"]["links_in_proportion"]) == (1, 2, 4)
    assert np.shape(plain["layers"][0]["error_in_proportion"]) == (1, 4)
