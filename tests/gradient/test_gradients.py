"""The changes of both rules for every weight, against difference quotients and the formulas of the notes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from glassnet import Architecture, Network
from glassnet.errors import OptionError
from glassnet.nn.activations import ACTIVATIONS
from glassnet.nn.architecture import RULES
from glassnet.nn.initializers import INITIALIZERS
from glassnet.nn.losses import LOSSES as LOSS_NAMES
from support.cases import GRADIENT_PAIRS, initialize_away_from_kinks, network_of
from support.covering import covering
from support.formulas import (
    ELEMENTWISE,
    PAIRS,
    VALUES,
    central_differences,
    mean_loss,
    signals,
    slope,
    unpack,
)

X = np.random.default_rng(5).uniform(0.01, 1.0, (4, 3))
T = np.random.default_rng(6).uniform(0.05, 0.95, (4, 3))
"""Targets that are neither 0 nor 1 and do not add up to 1: formulas that hold for one-hot rows alone would show."""

DEPTHS = (1, 2, 3, 4)


def slope_has_meaning(loss: str, output: str, hidden: str, depth: int, bias: bool) -> bool:
    """Return whether to test a case; without hidden layers one hidden activation is enough."""
    return (loss, output) in GRADIENT_PAIRS and (depth > 1 or hidden == ELEMENTWISE[0])


SLOPES = covering(LOSS_NAMES, ACTIVATIONS, ELEMENTWISE, DEPTHS, (False, True), allowed=slope_has_meaning)
"""Every pair of loss and outputs, each with every activation below; and so on for depth and biases."""


def loss_of(network: Network, flat: np.ndarray) -> float:
    made = network.architecture
    return mean_loss(flat, made.sizes, made.bias, made.activations, made.loss, X, T)


@pytest.mark.parametrize(("loss", "output", "hidden", "depth", "bias"), SLOPES)
def test_rule_gradient_is_the_slope_of_the_loss(loss, output, hidden, depth, bias):
    network = network_of(depth, hidden, output, bias=bias, loss=loss, rule="gradient")
    initialize_away_from_kinks(network, X)
    flat = network.parameters.flat
    assert network.loss(X, T) == pytest.approx(loss_of(network, flat), rel=1e-12)
    found = network.gradients(X, T).flat
    quotients = central_differences(lambda moved: loss_of(network, moved), flat)
    # h = 1e-5 gives h² ≈ 1e-10 of curvature and ε/h ≈ 2e-11 of rounding, both relative to slopes of 1e-3 and more.
    scale = np.abs(quotients).max()
    assert scale > 1e-5
    np.testing.assert_allclose(found, quotients, rtol=0, atol=1e-6 * scale)

    # The complex step has neither error, so a constant that is wrong in its 8th digit is found.
    exact = np.array([np.imag(loss_of(network, flat + 1e-30j * one)) / 1e-30 for one in np.eye(flat.size)])
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-11 * scale)


def notes_delta_w(network: Network, x: np.ndarray, t: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return ΔW with α = 1 for one sample, node by node, as in the notes."""
    made = network.architecture
    layers = unpack(network.parameters.flat, made.sizes, made.bias)
    sums, outputs = signals(network.parameters.flat, made.sizes, made.bias, made.activations, x[None])
    e = [t[k] - outputs[-1][0, k] for k in range(len(t))]
    changes = []
    for number in reversed(range(len(layers))):
        weight = layers[number][0]
        o, o_prev = outputs[number + 1][0], outputs[number][0]
        change, bias_change = np.zeros_like(weight), np.zeros(len(o))
        for k in range(len(o)):
            if made.activations[number] == "sigmoid":
                derivative = o[k] * (1 - o[k])
            else:
                derivative = slope(VALUES[made.activations[number]], sums[number][0, k : k + 1])[0]
            for j in range(len(o_prev)):
                change[k, j] = e[k] * derivative * o_prev[j]
            bias_change[k] = e[k] * derivative
        changes.insert(0, (change, bias_change))
        # e_hidden = Wᵀ e: every hidden node sums the errors of the nodes it is connected to, times the weights.
        e = [sum(weight[k, j] * e[k] for k in range(len(o))) for j in range(len(o_prev))]
    return changes


@pytest.mark.parametrize(
    ("output", "hidden", "depth", "bias"), covering(ELEMENTWISE, ELEMENTWISE, DEPTHS, (False, True))
)
def test_rule_notes_is_the_formula_of_the_notes_in_every_layer(output, hidden, depth, bias):
    network = network_of(depth, hidden, output, bias=bias, loss="squared_error", rule="notes")
    initialize_away_from_kinks(network, X)
    wanted = [notes_delta_w(network, x, t) for x, t in zip(X, T, strict=True)]
    found = network.gradients(X, T)
    for number, (weight, offset) in enumerate(zip(found.weights, found.biases, strict=True)):
        change = np.mean([one[number][0] for one in wanted], axis=0)
        assert np.abs(change).max() > 1e-6
        np.testing.assert_allclose(-weight, change, rtol=1e-12, atol=1e-14)
        assert (offset is not None) == bias
        if offset is not None:
            np.testing.assert_allclose(
                -offset, np.mean([one[number][1] for one in wanted], axis=0), rtol=1e-12, atol=1e-14
            )


@pytest.mark.parametrize("bias", [False, True])
def test_rule_notes_is_the_slope_of_a_different_loss_in_each_layer(bias):
    network = network_of(2, "sigmoid", "sigmoid", bias=bias, loss="squared_error", rule="notes")
    initialize_away_from_kinks(network, X)
    made, found = network.architecture, network.gradients(X, T)
    last = found.weights[1].size + (made.sizes[2] if bias else 0)

    def quotients(loss: str) -> np.ndarray:
        return central_differences(
            lambda flat: mean_loss(flat, made.sizes, made.bias, made.activations, loss, X, T), network.parameters.flat
        )

    squared, entropy = quotients("squared_error"), quotients("cross_entropy")
    np.testing.assert_allclose(found.flat[-last:], squared[-last:], rtol=0, atol=1e-8)
    np.testing.assert_allclose(found.flat[:-last], entropy[:-last], rtol=0, atol=1e-8)
    # Not the other way round, so it is the gradient of neither loss as a whole.
    assert np.abs(found.flat[:-last] - squared[:-last]).max() > 1e-3
    assert np.abs(found.flat[-last:] - entropy[-last:]).max() > 1e-3


def is_valid(hidden: str, output: str, loss: str, rule: str) -> bool:
    if hidden not in ELEMENTWISE or (rule == "notes" and (loss != "squared_error" or output == "softmax")):
        return False
    return (loss, output) in PAIRS


COMBINATIONS = list(itertools.product(VALUES, VALUES, LOSS_NAMES, RULES))


def refusal_of(hidden: str, output: str, loss: str, rule: str) -> str | None:
    """Return the message with which a combination is rejected, if it is."""
    try:
        Architecture((3, 4, 2), (hidden, output), loss=loss, rule=rule)
    except OptionError as refusal:
        return f"{refusal.code} {refusal}"
    return None


def test_an_invalid_combination_is_rejected_by_name():
    failed = {}
    for hidden, output, loss, rule in COMBINATIONS:
        if is_valid(hidden, output, loss, rule):
            continue
        message = refusal_of(hidden, output, loss, rule) or "it is not refused"
        if hidden not in ELEMENTWISE:
            named = hidden in message and "hidden" in message
        elif rule == "notes":
            named = "notes" in message and (loss in message or output in message)
        else:
            named = loss in message and output in message
        if not named or not message.startswith("GN022 ") or "\n" in message:
            failed[hidden, output, loss, rule] = message
    assert failed == {}


def test_every_other_combination_is_accepted():
    taken = [one for one in COMBINATIONS if is_valid(*one)]
    assert len(taken) > 100
    assert {one: refusal for one in taken if (refusal := refusal_of(*one)) is not None} == {}


@pytest.mark.parametrize("depth", [3, 4])
@pytest.mark.parametrize("place", [0, 1])
def test_softmax_is_refused_in_any_hidden_layer(depth, place):
    names = ["sigmoid"] * depth
    names[place] = "softmax"
    with pytest.raises(OptionError, match="softmax") as caught:
        Network((2,) * (depth + 1), names)
    assert caught.value.code == "GN022"


@pytest.mark.parametrize(
    ("hidden", "output", "loss", "rule"), covering(VALUES, VALUES, LOSS_NAMES, RULES, allowed=is_valid)
)
def test_networks_of_every_activation_and_loss_train(hidden, output, loss, rule):
    network = Network((3, 4, 3), (hidden, output), loss=loss, rule=rule)
    initialize_away_from_kinks(network, X)
    before, answer = network.loss(X, T), network.outputs(X)
    for _ in range(20):
        network.train(X, T, 0.005)
    assert answer.shape == (4, 3)
    assert network.loss(X, T) < before


@pytest.mark.parametrize(
    ("word", "arguments", "part"),
    [
        ("activation", {"activations": "sigmoids"}, "'sigmoids'"),
        ("activation", {"activations": ("sigmoid", "")}, "''"),
        ("loss", {"loss": "entropy"}, "'entropy'"),
        ("rule", {"rule": "hebb"}, "'hebb'"),
        ("initializer", {"initializer": "zero"}, "'zero'"),
        ("dtype", {"dtype": "float16"}, "'float16'"),
        ("sizes", {"sizes": (3,)}, "(3,)"),
        ("sizes", {"sizes": (3, 0, 2)}, "(3, 0, 2)"),
        ("sizes", {"sizes": (3, -1, 2)}, "(3, -1, 2)"),
    ],
)
def test_an_unknown_name_or_size_is_rejected_and_the_valid_ones_are_named(word, arguments, part):
    with pytest.raises(OptionError) as caught:
        Network(**{"sizes": (3, 4, 2), **arguments})
    assert caught.value.code == "GN021"
    assert word in str(caught.value)
    assert part in str(caught.value)
    choices = {"activation": ACTIVATIONS, "loss": LOSS_NAMES, "rule": RULES, "initializer": INITIALIZERS}
    for name in choices.get(word, ()):
        assert name in str(caught.value)


@pytest.mark.parametrize("names", [(), ("sigmoid",), ("sigmoid",) * 3])
def test_a_wrong_number_of_activations_is_rejected(names):
    with pytest.raises(OptionError) as caught:
        Architecture((3, 4, 2), names)
    assert caught.value.code == "GN022"
    assert str(len(names)) in str(caught.value)
