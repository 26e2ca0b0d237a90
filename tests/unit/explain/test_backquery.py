"""Backquery, activation maximization, and statistics of hidden nodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet import Dataset, Network, NeuralNetwork, Options, fit
from glassnet.data import bundled
from glassnet.errors import OptionError
from glassnet.explain.backquery import _InputSearch, backquery, dream
from glassnet.explain.nodes import examine_nodes
from glassnet.explain.why import why
from glassnet.model.model import Model
from glassnet.network import forward
from glassnet.notes import backwards
from glassnet.preprocess import Scaling, Targets
from support.samples import digits, small_model

TRAINING = bundled("train").take(slice(0, 1000))


@pytest.fixture(scope="module")
def model():
    return fit(TRAINING, Options(hidden=(30,), epochs=5, engine="reference")).model


def test_backquery_is_the_method_of_the_notes_class(model):
    notes = NeuralNetwork(784, 30, 10, 0.2)
    notes.wih, notes.who = model.network.parameters.weights
    wanted = notes.backquery(model.targets.table())
    np.testing.assert_allclose(backquery(model), wanted.T, rtol=1e-4, atol=1e-5)
    assert (backquery(model).min(axis=1), backquery(model).max(axis=1)) == (
        pytest.approx(0.01, abs=1e-6),
        pytest.approx(0.99, abs=1e-6),
    )


def test_backquery_inverts_the_forward_pass_of_an_orthogonal_matrix():
    """With one square orthogonal matrix the transpose is the inverse, so only the rescaling remains."""
    network = Network([4, 4], "sigmoid", bias=True, seed=1)
    network.parameters.weights[0][...] = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    network.parameters.biases[0][...] = [0.1, -0.2, 0.3, 0.0]
    x = np.array([[0.01, 0.3, 0.7, 0.99]])
    outputs = forward(network.architecture, network.parameters, x).outputs
    np.testing.assert_allclose(backwards(network, outputs), x, atol=1e-12)


def test_backquery_needs_sigmoids():
    network = Network([16, 5, 3], ["relu", "sigmoid"])
    other = replace(small_model(), network=network)
    with pytest.raises(OptionError) as problem:
        backquery(other)
    assert problem.value.code == "GN081"
    assert "relu" in str(problem.value)


def test_an_input_found_for_a_class_is_predicted_as_that_class(model):
    found = dream(model)
    assert found.shape == (10, 784)
    assert ((found >= 0) & (found <= 1)).all()
    assert model.predict(found * 255).tolist() == list(range(10))


def test_other_starting_points_reach_classes_that_the_first_does_not():
    """Three layers, trained at too high a rate: samples lead to every class that is predicted."""
    options = Options(
        hidden=(20, 20, 20), activation="relu", learning_rate=0.5, rule="gradient", epochs=3, engine="reference", seed=1
    )
    deep = fit(TRAINING, options).model
    climb = _InputSearch(deep, 0.5, 0.3)

    def classes_of(found):
        return set(np.flatnonzero(climb.is_classified_as(found, np.arange(10))))

    first_start, alone, with_samples = climb.maximise_sum(), dream(deep), dream(deep, samples=TRAINING.inputs)
    assert len(classes_of(first_start)) < len(classes_of(alone))
    assert classes_of(first_start) <= classes_of(alone)
    assert classes_of(with_samples) >= set(deep.predict(TRAINING.inputs)) | classes_of(first_start)
    kept = sorted(classes_of(first_start))
    assert (alone[kept] == first_start[kept]).all(), "a result reached from a black image is kept"


def test_a_class_that_is_never_predicted_keeps_its_first_result(model):
    """The last matrix's row of class 3 is far below the others for all activations of the hidden nodes."""
    parameters = model.network.parameters.copy()
    parameters.weights[-1][3] = parameters.weights[-1].min() - 10
    modified = replace(model, network=Network.of(model.network.architecture, parameters))
    found = dream(modified, samples=TRAINING.inputs[:10])
    assert modified.predict(found * 255)[[0, 1, 2, 4, 5, 6, 7, 8, 9]].tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert (found[3] == _InputSearch(modified, 0.5, 0.3).maximise_sum()[3]).all()


def test_the_prior_makes_inputs_smooth_and_small(model):
    def roughness(pictures):
        pictures = pictures.reshape(-1, 28, 28)
        return np.abs(np.diff(pictures, axis=1)).sum() + np.abs(np.diff(pictures, axis=2)).sum()

    assert roughness(dream(model, smooth=1.0)) < roughness(dream(model, smooth=0))
    assert np.square(dream(model, small=1.0)).sum() < np.square(dream(model, small=0.0)).sum()


def test_the_importance_of_nodes_is_their_mean_contribution_to_the_margin(model):
    data = digits(20)
    [layer] = examine_nodes(model, data)
    parts = np.mean([np.abs(why(model, row).nodes) for row in data.inputs], axis=0)
    np.testing.assert_allclose(layer.matters, parts, rtol=1e-3, atol=1e-6)
    assert (np.diff(layer.matters[layer.order]) <= 0).all()
    hidden = next(model.batches(data.inputs))[1][0].activations[1]
    np.testing.assert_allclose(layer.mean, hidden.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(layer.flat, (hidden * (1 - hidden) < 0.05 / 4).mean(axis=0))


@pytest.mark.parametrize(("activation", "names"), [("sigmoid", True), ("relu", False)])
def test_dead_and_saturated_nodes_are_named(activation, names):
    """One node always far below its threshold, one saturated on 99 of 100 samples, and one ordinary node."""
    inputs = np.zeros((100, 3), np.float32)
    inputs[:, 2] = np.linspace(0, 1, 100)
    inputs[0, 1] = 1
    data = Dataset(inputs, np.arange(100) % 2, 2, None, "t", 1.0)
    network = Network([3, 3, 2], [activation, "sigmoid"], bias=True)
    network.parameters.weights[0][...] = np.diag([1, 30, 2])
    network.parameters.biases[0][...] = [-30, -30, 0.1]
    model = Model(network, Scaling.named("unit", 1.0), Targets.named("notes", 2))
    [layer] = examine_nodes(model, data)
    assert layer.dead.tolist() == ([0] if activation == "sigmoid" else [0, 1])
    assert layer.saturated.tolist() == ([1] if names else [])
    assert layer.flat[2] == 0


def test_every_hidden_layer_is_examined():
    model = fit(TRAINING.take(slice(0, 100)), Options(hidden=(8, 6), epochs=1, engine="reference")).model
    layers = examine_nodes(model, digits(10))
    assert [(one.layer, one.matters.shape, one.weights.shape) for one in layers] == [
        (1, (8,), (8, 784)),
        (2, (6,), (6, 8)),
    ]
