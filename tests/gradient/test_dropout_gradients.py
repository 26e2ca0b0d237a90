"""With dropout, the gradient is the slope of the loss of the remaining network."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import Network, backpropagate, forward
from glassnet.nn.losses import LOSSES as LOSS_NAMES
from support.cases import initialize_away_from_kinks, network_of
from support.covering import covering
from support.formulas import ELEMENTWISE, LOSSES, VALUES, central_differences, unpack

X = np.random.default_rng(8).uniform(0.01, 1.0, (6, 3))
T = np.random.default_rng(9).uniform(0.05, 0.95, (6, 3))


def some_masks(network: Network, seed: int) -> list[np.ndarray | None]:
    """Drop one node in three; in every second case the first of two layers has no mask."""
    random = np.random.default_rng(seed)
    nodes = network.architecture.sizes[1:-1]
    masks: list[np.ndarray | None] = [(random.random((len(X), n)) >= 1 / 3) * 1.5 for n in nodes]
    if seed % 2 and len(masks) > 1:
        masks[0] = None
    return masks


def masked_signals(network: Network, flat: np.ndarray, masks: list) -> tuple[list, list]:
    """Return the sums and the activations that each layer passes on."""
    made = network.architecture
    sums, passed = [], [X]
    for (weight, offset), name, mask in zip(
        unpack(flat, made.sizes, made.bias), made.activations, [*masks, None], strict=True
    ):
        sums.append(passed[-1] @ weight.T + offset)
        passed.append(VALUES[name](sums[-1]) * (1 if mask is None else mask))
    return sums, passed


def masked_loss(network: Network, flat: np.ndarray, masks: list):
    outputs = masked_signals(network, flat, masks)[1][-1]
    return LOSSES[network.architecture.loss, network.architecture.activations[-1]](outputs, T).mean()


def far_from_corners(network: Network, masks: list) -> None:
    """As `initialize_away_from_kinks`, with dropout: draw until no sum is near a corner."""
    flat = network.parameters.flat
    initialize_away_from_kinks(network, X)
    for seed in range(1000):
        if min(np.abs(z).min() for z in masked_signals(network, flat, masks)[0][:-1]) > 0.002:
            return
        flat[...] = np.random.default_rng(seed).normal(0.0, 0.7, flat.size)
    raise AssertionError("no seed keeps the sums away from the corners")


@pytest.mark.parametrize(
    ("loss", "output", "hidden", "depth", "bias"),
    covering(LOSS_NAMES, VALUES, ELEMENTWISE, (2, 3, 4), (False, True), allowed=lambda *case: case[:2] in LOSSES),
)
def test_rule_gradient_is_the_slope_of_the_masked_loss(loss, output, hidden, depth, bias):
    for seed in range(2):
        network = network_of(depth, hidden, output, bias=bias, loss=loss, rule="gradient")
        masks = some_masks(network, seed)
        far_from_corners(network, masks)
        made, parameters = network.architecture, network.parameters
        signals = forward(made, parameters, X, masks)
        found = backpropagate(made, parameters, signals, T, masks).flat
        quotients = central_differences(lambda flat: masked_loss(network, flat, masks), parameters.flat)  # noqa: B023
        scale = np.abs(quotients).max()
        assert scale > 1e-5
        np.testing.assert_allclose(found, quotients, rtol=0, atol=1e-6 * scale)
        eye = np.eye(parameters.flat.size)
        exact = [np.imag(masked_loss(network, parameters.flat + 1e-30j * one, masks)) / 1e-30 for one in eye]
        np.testing.assert_allclose(found, exact, rtol=0, atol=1e-11 * scale)


@pytest.mark.parametrize("rule", ["notes", "gradient"])
@pytest.mark.parametrize("hidden", ELEMENTWISE)
def test_weights_of_a_dropped_node_do_not_change(hidden, rule):
    network = network_of(3, hidden, "sigmoid", bias=True, loss="squared_error", rule=rule)
    initialize_away_from_kinks(network, X)
    masks = [np.full((len(X), n), 2.0) for n in network.architecture.sizes[1:-1]]
    masks[0][:, 1], masks[1][:, 2] = 0, 0
    made, parameters = network.architecture, network.parameters
    found = backpropagate(made, parameters, forward(made, parameters, X, masks), T, masks)
    for layer, node in ((0, 1), (1, 2)):
        assert not found.weights[layer][node].any(), "weights into the node"
        assert found.biases[layer][node] == 0
        assert not found.weights[layer + 1][:, node].any(), "weights out of the node"
    assert all(weight.any() for weight in found.weights)


@pytest.mark.parametrize("rule", ["notes", "gradient"])
@pytest.mark.parametrize("hidden", ELEMENTWISE)
def test_masks_of_ones_make_no_difference(hidden, rule):
    network = network_of(3, hidden, "sigmoid", bias=True, loss="squared_error", rule=rule)
    initialize_away_from_kinks(network, X)
    made, parameters = network.architecture, network.parameters
    ones = [np.ones((len(X), n)) for n in made.sizes[1:-1]]
    plain = backpropagate(made, parameters, forward(made, parameters, X), T)
    masked = backpropagate(made, parameters, forward(made, parameters, X, ones), T, ones)
    np.testing.assert_array_equal(masked.flat, plain.flat)


def test_gradients_of_the_parts_of_a_batch_add_up():
    network = network_of(3, "tanh", "sigmoid", bias=True, loss="squared_error", rule="gradient")
    initialize_away_from_kinks(network, X)
    made, parameters = network.architecture, network.parameters
    whole = network.gradients(X, T).flat
    parts = [slice(0, 1), slice(1, 4), slice(4, 6)]
    of_parts = [backpropagate(made, parameters, forward(made, parameters, X[part]), T[part]).flat for part in parts]
    shares = [len(X[part]) / len(X) for part in parts]
    np.testing.assert_allclose(np.dot(shares, of_parts), whole, rtol=1e-12, atol=1e-15)
