"""A step in place equals forward, backpropagate and update in sequence."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import backpropagate, forward, update
from glassnet.errors import ShapeError
from glassnet.model.train_step import add_outer_products, train_step
from support.cases import RULE_PAIRS, copy_of, initialize_away_from_kinks, network_of
from support.covering import covering


@pytest.mark.parametrize(("pair", "bias", "dtype"), covering(RULE_PAIRS, (False, True), ("float64", "float32")))
def test_a_step_in_place_equals_forward_backpropagate_and_update(pair, bias, dtype):
    rule, loss, output = pair
    random = np.random.default_rng(0)
    for depth, count in ((1, 1), (2, 1), (3, 1), (3, 7)):
        x, t = random.uniform(0.01, 1, (count, 3)).astype(dtype), random.uniform(0.05, 0.95, (count, 3)).astype(dtype)
        whole = network_of(depth, "sigmoid", output, bias=bias, loss=loss, rule=rule, dtype=dtype)
        initialize_away_from_kinks(whole, x)
        separate, before = copy_of(whole), whole.parameters.flat.copy()
        made, parameters = separate.architecture, separate.parameters
        for _ in range(3):
            train_step(whole.architecture, whole.parameters, x, t, 0.3)
            update(parameters, backpropagate(made, parameters, forward(made, parameters, x), t), 0.3)
        assert np.abs(whole.parameters.flat - before).max() > 1e-3
        # Weights and steps have absolute values of at most 10; each step rounds a few times.
        np.testing.assert_allclose(whole.parameters.flat, parameters.flat, rtol=0, atol=300 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("nodes", "features", "count"), [(4, 3, 1), (1, 1, 1), (1, 5, 2), (5, 1, 3), (30, 40, 9)])
def test_products_are_added_in_place_for_any_memory_layout(nodes, features, count, dtype):
    random = np.random.default_rng(1)
    flat = random.normal(size=nodes * features).astype(dtype)
    weight, before = flat.reshape(nodes, features), flat.reshape(nodes, features).copy()
    delta, a = random.normal(size=(count, nodes)).astype(dtype), random.normal(size=(count, features)).astype(dtype)
    wanted = before + 3 * -0.5 * delta.T @ a
    for layout in (np.ascontiguousarray, np.asfortranarray, lambda rows: np.repeat(rows, 2, axis=1)[:, ::2]):
        add_outer_products(weight, -0.5, layout(delta), layout(a))
    np.testing.assert_allclose(flat.reshape(nodes, features), wanted, rtol=0, atol=300 * np.finfo(dtype).eps)


@pytest.mark.parametrize("count", [1, 3])
def test_a_wrong_number_of_masks_is_rejected(count):
    network = network_of(3, "sigmoid", "sigmoid", bias=False, loss="squared_error", rule="gradient")
    x = np.full((2, 3), 0.5)
    made, parameters = network.architecture, network.parameters
    assert len(made.sizes) == 4
    signals = forward(made, parameters, x, [None, None])
    masks = [np.ones((2, 3))] * count
    for wrong in (
        lambda: forward(made, parameters, x, masks),
        lambda: backpropagate(made, parameters, signals, x, masks),
    ):
        with pytest.raises(ShapeError, match=f"{count} masks: expected one for each of 2 hidden layers"):
            wrong()
