"""One step in place is forward, backpropagate and update, one after the other."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import backpropagate, forward, update
from glassnet.network import add_outer_products, train_step
from support.cases import RULE_PAIRS, awake, copy_of, network_of


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("rule", "loss", "output"), RULE_PAIRS)
def test_a_step_in_place_is_the_three_one_after_the_other(rule, loss, output, bias, dtype):
    random = np.random.default_rng(0)
    for depth, count in ((1, 1), (2, 1), (3, 1), (3, 7)):
        x, t = random.uniform(0.01, 1, (count, 3)).astype(dtype), random.uniform(0.05, 0.95, (count, 3)).astype(dtype)
        whole = network_of(depth, "sigmoid", output, bias=bias, loss=loss, rule=rule, dtype=dtype)
        awake(whole, x)
        apart, before = copy_of(whole), whole.parameters.flat.copy()
        made, parameters = apart.architecture, apart.parameters
        for _ in range(3):
            train_step(whole.architecture, whole.parameters, x, t, 0.3)
            update(parameters, backpropagate(made, parameters, forward(made, parameters, x), t), 0.3)
        assert np.abs(whole.parameters.flat - before).max() > 1e-3
        # Weights and steps are at most of size 10; each step rounds a few times.
        np.testing.assert_allclose(whole.parameters.flat, parameters.flat, rtol=0, atol=300 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("nodes", "features", "count"), [(4, 3, 1), (1, 1, 1), (1, 5, 2), (5, 1, 3), (30, 40, 9)])
def test_products_are_added_in_place_however_their_arrays_lie(nodes, features, count, dtype):
    random = np.random.default_rng(1)
    flat = random.normal(size=nodes * features).astype(dtype)
    weight, before = flat.reshape(nodes, features), flat.reshape(nodes, features).copy()
    delta, a = random.normal(size=(count, nodes)).astype(dtype), random.normal(size=(count, features)).astype(dtype)
    wanted = before + 3 * -0.5 * delta.T @ a
    for lie in (np.ascontiguousarray, np.asfortranarray, lambda rows: np.repeat(rows, 2, axis=1)[:, ::2]):
        add_outer_products(weight, -0.5, lie(delta), lie(a))
    np.testing.assert_allclose(flat.reshape(nodes, features), wanted, rtol=0, atol=300 * np.finfo(dtype).eps)
