"""Outputs of single rows: equal to those of the reference, and the same bits alone, among others, and by NumPy."""

from __future__ import annotations

from functools import partial
from itertools import cycle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import Model, Network, Scaling, Targets, compiled
from glassnet.engines.portable import blocks_of
from glassnet.model import independent
from glassnet.model.independent import RowNetwork
from glassnet.network import forward
from glassnet.nn.activations import HIDDEN
from glassnet.training.ensemble import side_by_side
from support.covering import covering

LIMIT = {"float32": 3e-6, "float64": 1e-13}
ROWS = 32


@pytest.fixture(params=["numpy", "compiled"])
def either_way(request, monkeypatch):
    """Let NumPy compute all rows, or compiled loops."""
    monkeypatch.setattr(independent, "FEW_ROWS", 10**9 if request.param == "numpy" else 0)


def network_of(sizes, output="softmax", dtype="float32", bias=True, seed=0, hidden="relu"):
    loss = {"softmax": "cross_entropy", "sigmoid": "cross_entropy", "exponential": "poisson"}.get(
        output, "squared_error"
    )
    made = Network(sizes, (hidden,) * (len(sizes) - 2) + (output,), bias=bias, loss=loss, dtype=dtype, seed=seed)
    rng = np.random.default_rng(seed)
    for one in made.parameters.biases:
        if one is not None:
            one[...] = rng.normal(0, 0.3, len(one))
    return made


def rows_of(count, features, dtype="float32"):
    rng = np.random.default_rng(count)
    return (rng.normal(0, 1, (count, features)) * (rng.random((count, features)) < 0.5)).astype(dtype)


SIZES = ((9, 2), (30, 5, 3), (30, 16, 17), (40, 130, 70, 2), (7, 300, 15, 300, 20), (3, 3, 1))


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize(
    ("sizes", "hidden", "output", "dtype", "bias"),
    [
        (sizes, hidden, *others)
        for hidden, (sizes, *others) in zip(
            cycle(HIDDEN),
            covering(SIZES, ("softmax", "sigmoid", "identity", "exponential"), ("float32", "float64"), (True, False)),
        )
    ],
)
def test_outputs_equal_the_reference_and_have_the_same_bits_in_any_company(sizes, hidden, output, dtype, bias):
    if output == "softmax" and sizes[-1] == 1:
        sizes = (*sizes[:-1], 2)
    network = network_of(sizes, output, dtype, bias, hidden=hidden)
    rows = rows_of(2 * ROWS + 3, sizes[0], dtype)
    quick = RowNetwork(network, 1.0)
    outputs = quick.outputs(rows)
    expected = forward(network.architecture, network.parameters, rows).outputs
    assert outputs.dtype == expected.dtype
    assert np.abs(outputs - expected).max() < LIMIT[dtype] * max(1, np.abs(expected).max())
    alone = np.concatenate([quick.outputs(row[np.newaxis]) for row in rows])
    order = np.random.default_rng(1).permutation(len(rows))
    for other in (alone, quick.outputs(rows[::-1])[::-1], quick.outputs(rows[order])[np.argsort(order)]):
        assert other.tobytes() == outputs.tobytes()


@pytest.mark.usefixtures("either_way")
@given(st.integers(1, 3 * ROWS), st.integers(0, 3 * ROWS))
def test_any_part_of_the_rows_has_the_same_bits(count, begin):
    rows = rows_of(3 * ROWS, 40)
    assert QUICK.outputs(rows[begin : begin + count]).tobytes() == QUICK.outputs(rows)[begin : begin + count].tobytes()


QUICK = RowNetwork(network_of(SIZES[3]), 1.0)


@pytest.mark.usefixtures("either_way")
def test_the_temperature_divides_the_sums():
    network, rows = network_of((9, 20, 3)), rows_of(20, 9)
    sums = forward(network.architecture, network.parameters, rows).sums[-1] / 2.5
    expected = np.exp(sums) / np.exp(sums).sum(axis=1, keepdims=True)
    outputs = RowNetwork(network, 2.5).outputs(rows)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5)


@pytest.mark.usefixtures("either_way")
def test_large_sums_do_not_overflow():
    network = network_of((2, 2))
    network.parameters.weights[0][...] = [[1000, 0], [0, 1000]]
    outputs = RowNetwork(network, 1.0).outputs(np.array([[1, -1], [-1, 1]], np.float32))
    np.testing.assert_allclose(outputs, [[1, 0], [0, 1]], atol=1e-30)


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("nodes", [16, 40, 128, 200])
def test_networks_side_by_side_are_blocks(nodes):
    networks = [network_of((20, nodes, nodes, 2), seed=seed) for seed in range(4)]
    wide = side_by_side(networks)
    blocks = blocks_of(wide.parameters.weights[1])
    assert blocks == [(slice(k * nodes, (k + 1) * nodes),) * 2 for k in range(4)]
    rows = rows_of(50, 20)
    expected = forward(wide.architecture, wide.parameters, rows).outputs
    found = RowNetwork(wide, 1.0).outputs(rows)
    assert np.abs(found - expected).max() < LIMIT["float32"]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=5), st.booleans(), st.integers(0, 9)
)
def test_blocks_have_all_weights(shapes, zeros, seed):
    nodes, inputs = (max(1, sum(sizes)) for sizes in zip(*shapes, strict=True))
    weights, node, column = np.zeros((nodes, inputs)), 0, 0
    rng = np.random.default_rng(seed)
    for height, width in shapes:
        part = rng.normal(0, 1, (height, width)) * (rng.random((height, width)) < (0.3 if zeros else 1))
        weights[node : node + height, column : column + width] = part
        node, column = node + height, column + width
    blocks = blocks_of(weights)
    outside = weights.copy()
    for rows, columns in blocks:
        outside[rows, columns] = 0
    assert not outside.any()
    assert [node for rows, _ in blocks for node in range(rows.start, rows.stop)] == [*range(nodes)]
    assert all(rows.stop - rows.start >= min(16, nodes) for rows, _ in blocks)


def test_a_dense_matrix_is_one_block():
    assert blocks_of(np.ones((64, 3))) == [(slice(0, 64), slice(0, 3))]


@pytest.mark.usefixtures("either_way")
def test_read_only_and_strided_rows_are_no_other_type():
    rows = rows_of(10, 40)
    expected = QUICK.outputs(rows)
    rows.flags.writeable = False
    strided = np.zeros((10, 80), np.float32)
    strided[:, ::2] = rows
    for one in (rows, strided[:, ::2], rows.astype(np.float64)):
        assert QUICK.outputs(one).tobytes() == expected.tobytes()
    assert QUICK.outputs(rows[:0]).shape == (0, 2)


def test_the_first_rows_are_computed_by_numpy_with_the_bits_of_the_compiled_loops(monkeypatch):
    network, rows = network_of((40, 130, 70, 2)), rows_of(40, 40)
    monkeypatch.setattr(independent, "FEW_ROWS", 20)
    monkeypatch.setattr(RowNetwork, "rows", 0)
    one = RowNetwork(network, 1.0)
    first = one.outputs(rows[:20])
    assert one._fastest is None
    assert one.outputs(rows)[:20].tobytes() == first.tobytes()
    assert one._fastest is not None


@pytest.mark.parametrize("members", [2, 8, 17])
def test_a_row_has_the_same_bits_alone_in_an_ensemble_of_one_output(members):
    network, *others = (network_of((5, 7, 1), "identity", seed=seed) for seed in range(members))
    targets = Targets.of_values(np.linspace(0, 1, 9)[:, np.newaxis])
    model = Model(network, Scaling.named("unit", 1.0), targets, others=tuple(others))
    rows = rows_of(40, 5)
    for outputs in (compiled(model, "portable").outputs, partial(independent.independent_outputs, model)):
        assert np.concatenate([outputs(row) for row in rows]).tobytes() == outputs(rows).tobytes()
