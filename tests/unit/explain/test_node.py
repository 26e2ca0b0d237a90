"""One hidden node: the statistics agree with the formulas of the network, for every kind of model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet import Options, fit
from glassnet.errors import OptionError
from glassnet.explain import examine_node, examine_nodes
from glassnet.network import forward
from support.samples import digits

DATA = digits(120)


def model_of(**options):
    return fit(
        DATA, Options(**{"hidden": (9, 6), "epochs": 1, "engine": "reference", "dtype": "float64", **options})
    ).model


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh"])
@pytest.mark.parametrize("layer", [1, 2])
def test_the_statistics_agree_with_the_signals(layer, activation):
    model = model_of(activation=(activation,), rule="gradient", learning_rate=0.01)
    found = examine_node(model, DATA, 4, layer, count=7)
    network = model.network
    x = model.scaling.apply(DATA.inputs, np.float64)
    signals = forward(network.architecture, network.parameters, x)
    a = signals.activations[layer][:, 4]
    assert found.mean == pytest.approx(a.mean())
    np.testing.assert_array_equal(found.activations, np.sort(a)[::-1][:7])
    np.testing.assert_array_equal(a[found.rows], found.activations)
    np.testing.assert_array_equal(DATA.inputs[found.rows], found.inputs)
    np.testing.assert_array_equal(DATA.labels[found.rows], found.labels)
    np.testing.assert_allclose(found.by_output, [a[DATA.labels == k].mean() for k in range(10)])
    [*_, statistics] = examine_nodes(model, DATA)[:layer]
    assert found.flat == statistics.flat[4]
    # What the node adds: the change of the logits if its activation is varied slightly, and its inputs likewise.
    if layer == 2:
        np.testing.assert_allclose(found.slopes, network.parameters.weights[-1][:, 4])
        np.testing.assert_allclose(found.adds, network.parameters.weights[-1][:, 4] * a.mean())
    else:
        np.testing.assert_array_equal(found.weights, network.parameters.weights[0][4])


def test_gradients_through_other_layers_agree_with_small_changes():
    model = model_of(activation=("tanh",), rule="gradient", learning_rate=0.01)
    network, x = model.network, model.scaling.apply(DATA.inputs, np.float64)
    lower, upper = examine_node(model, DATA, 4, 1), examine_node(model, DATA, 4, 2)

    def logits_with(change: float) -> np.ndarray:
        """Logits if the activation of node 4 of layer 1 is changed."""
        a = forward(network.architecture, network.parameters, x).activations[1].copy()
        a[:, 4] += change
        for weights, bias in zip(network.parameters.weights[1:], network.parameters.biases[1:], strict=True):
            z = a @ weights.T + (0 if bias is None else bias)
            a = np.tanh(z)
        return z

    step = 1e-6
    np.testing.assert_allclose(
        found := (logits_with(step) - logits_with(-step)).mean(axis=0) / (2 * step), lower.slopes, atol=1e-8
    )
    assert np.abs(found).max() > 1e-3
    pixel = int(np.abs(upper.weights).argmax())
    shifted = [x.copy(), x.copy()]
    shifted[0][:, pixel] += step
    shifted[1][:, pixel] -= step
    sums = [forward(network.architecture, network.parameters, one).sums[1][:, 4].mean() for one in shifted]
    assert (sums[0] - sums[1]) / (2 * step) == pytest.approx(upper.weights[pixel], abs=1e-8)


def test_labels_have_means_and_numbers_have_correlations():
    odd_large = np.column_stack([DATA.labels % 2, DATA.labels > 4]).astype(float)
    data = replace(DATA, classes=2, labels=np.arange(len(DATA)), values=odd_large, class_names=("odd", "large"))
    for targets, output in (("multilabel", "sigmoid"), ("values", "identity")):
        options = {"rule": "gradient", "targets": targets, "output": output, "learning_rate": 0.01}
        model = fit(data, Options(hidden=(5,), epochs=1, engine="reference", **options)).model
        found = examine_node(model, data, 2, count=3)
        x = model.scaling.apply(data.inputs)
        a = forward(model.network.architecture, model.network.parameters, x).activations[1][:, 2].astype(float)
        wanted = [a[odd_large[:, 0] == 1].mean(), a[odd_large[:, 1] == 1].mean()]
        if targets == "values":
            wanted = [np.corrcoef(a, odd_large[:, k])[0, 1] for k in range(2)]
        np.testing.assert_allclose(found.by_output, wanted, rtol=1e-5)
        assert found.labels.shape == (3, 2)


def test_equal_activations_are_ordered_by_the_weighted_sum():
    model = model_of(hidden=(5,))
    weights = model.network.parameters.weights[0]
    weights[3] = 1000  # saturates on every digit
    found = examine_node(model, DATA, 3)
    sums = model.scaling.apply(DATA.inputs, np.float64) @ weights[3]
    assert set(found.activations) == {1.0}
    np.testing.assert_array_equal(found.rows, np.argsort(-sums, kind="stable")[:10])
    np.testing.assert_allclose(found.sums, sums[found.rows], rtol=1e-4)
    assert len(set(found.sums)) > 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((9, 1), "GN021"), ((-1, 1), "GN021"), ((0, 3), "GN021"), ((0, 0), "GN021"), ((0, 1, 0), "GN021")],
)
def test_nodes_and_layers_that_do_not_exist_are_rejected(arguments, code):
    with pytest.raises(OptionError) as caught:
        examine_node(model_of(), DATA, *arguments)
    assert caught.value.code == code


def test_a_network_without_a_hidden_layer_has_no_nodes():
    model = fit(DATA, Options(hidden=(), epochs=1, engine="reference")).model
    with pytest.raises(OptionError, match="no hidden layer"):
        examine_node(model, DATA, 0)
