"""Properties that hold for all sizes, values and orders, tested with hypothesis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from glassnet import Network, NeuralNetwork, Options, Parameters, Scaling, Targets
from glassnet.nn.parameters import Layout
from glassnet.nn.schedules import SCHEDULES, learning_rates
from glassnet.preprocess import BESIDE_CLASSES, SCALINGS, TARGETS
from glassnet.preprocess.scaling import STANDARDISING
from support.cases import RULE_PAIRS, rounding_unit
from support.formulas import ELEMENTWISE

sizes = st.lists(st.integers(1, 6), min_size=2, max_size=5).map(tuple)
layouts = st.builds(Layout, sizes, st.booleans())
seeds = st.integers(0, 2**63 - 1)
FIXED_SCALINGS = st.sampled_from(sorted(set(SCALINGS) - set(STANDARDISING)))


@st.composite
def networks(draw) -> Network:
    widths, seed = draw(sizes), draw(seeds)
    rule, loss, output = draw(st.sampled_from(RULE_PAIRS))
    names = (*(draw(st.sampled_from(ELEMENTWISE)) for _ in widths[2:]), output)
    network = Network(widths, names, bias=draw(st.booleans()), loss=loss, rule=rule, seed=seed)
    flat = network.parameters.flat
    flat[...] = np.random.default_rng(seed).normal(0, 1, flat.size)
    return network


def batch_for(network: Network, count: int, seed: int):
    random = np.random.default_rng(seed)
    made = network.architecture
    return random.uniform(-1, 1, (count, made.sizes[0])), random.uniform(0.05, 0.95, (count, made.sizes[-1]))


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-12 * max(1.0, np.abs(wanted).max(initial=0)))


@given(layouts, seeds)
def test_views_share_the_memory_of_the_vector(layout, seed):
    parameters = Parameters(layout, np.arange(layout.size, dtype=float))
    assert sum(view.size for view in parameters.views.values()) == layout.size
    np.testing.assert_array_equal(np.concatenate([view.ravel() for view in parameters.views.values()]), parameters.flat)
    place = seed % layout.size
    parameters.flat[place] = -1
    held = [name for name, view in parameters.views.items() if (view == -1).any()]
    assert len(held) == 1
    parameters.views[held[0]][...] = -1
    assert (parameters.flat == -1).sum() == parameters.views[held[0]].size


@given(layouts)
def test_assign_and_copy_transfer_every_value(layout):
    one = Parameters(layout, np.arange(layout.size, dtype=float))
    other = Parameters(layout)
    other.assign(one.views)
    assert other.hash() == one.hash() == one.copy().hash()


@given(
    st.sampled_from([np.float32, np.float64]).flatmap(
        lambda dtype: st.tuples(*[arrays(dtype, 6, elements=st.floats(width=np.dtype(dtype).itemsize * 8))] * 2)
    )
)
def test_the_hash_changes_if_and_only_if_a_bit_does(pair):
    """Bits, not values: 0.0 and −0.0 differ, and a NaN equals itself."""
    one, other = pair
    layout = Layout((2, 3))
    assert (Parameters(layout, one).hash() == Parameters(layout, other).hash()) == (one.tobytes() == other.tobytes())
    assert Parameters(layout, one).hash() == Parameters(layout, one.copy()).hash()


@given(arrays(np.float64, 6, elements=st.floats()), st.integers(0, 6 * 64 - 1))
def test_any_single_bit_changes_the_hash(values, bit):
    turned = values.copy()
    turned.view(np.uint64)[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    layout = Layout((2, 3))
    before = Parameters(layout, values.copy()).hash()
    assert Parameters(layout, turned).hash() != before
    turned.view(np.uint64)[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    assert Parameters(layout, turned).hash() == before


@given(networks(), st.integers(1, 8), seeds)
def test_the_outputs_of_a_batch_are_those_of_its_rows(network, count, seed):
    x, t = batch_for(network, count, seed)
    close(network.outputs(x), np.vstack([network.outputs(row) for row in x]))
    close(network.loss(x, t), np.mean([network.loss(a, b) for a, b in zip(x, t, strict=True)]))


@given(networks(), st.integers(1, 8), seeds)
def test_the_gradient_of_a_batch_is_the_mean_over_its_rows(network, count, seed):
    x, t = batch_for(network, count, seed)
    rows = [network.gradients(a, b).flat for a, b in zip(x, t, strict=True)]
    close(network.gradients(x, t).flat, np.mean(rows, axis=0))


@given(networks(), st.integers(2, 8), seeds)
def test_reordering_a_batch_reorders_the_outputs_and_keeps_the_gradient(network, count, seed):
    x, t = batch_for(network, count, seed)
    order = np.random.default_rng(seed).permutation(count)
    close(network.outputs(x[order]), network.outputs(x)[order])
    close(network.gradients(x[order], t[order]).flat, network.gradients(x, t).flat)


@given(networks(), st.integers(1, 4), st.integers(2, 4), seeds)
def test_a_batch_repeated_has_the_same_gradient(network, count, times, seed):
    x, t = batch_for(network, count, seed)
    close(network.gradients(np.tile(x, (times, 1)), np.tile(t, (times, 1))).flat, network.gradients(x, t).flat)


@given(networks(), seeds)
def test_hidden_nodes_can_be_permuted(network, seed):
    """The nodes of a hidden layer have no order: they can be swapped together with their weights."""
    made = network.architecture
    assume(len(made.sizes) > 2)
    x, t = batch_for(network, 3, seed)
    order = np.random.default_rng(seed).permutation(made.sizes[1])
    answer, gradients = network.outputs(x), network.gradients(x, t)
    for parameters in (network.parameters, gradients):
        parameters.weights[0][...] = parameters.weights[0][order]
        parameters.weights[1][...] = parameters.weights[1][:, order]
        if made.bias:
            parameters.biases[0][...] = parameters.biases[0][order]
    close(network.outputs(x), answer)
    close(network.gradients(x, t).flat, gradients.flat)


@given(networks(), seeds, st.floats(0, 1))
def test_a_step_follows_the_negative_gradient_and_outputs_change_nothing(network, seed, rate):
    x, t = batch_for(network, 3, seed)
    before = network.parameters.flat.copy()
    gradients = network.gradients(x, t).flat
    network.loss(x, t)
    network.outputs(x)
    assert network.parameters.flat.tobytes() == before.tobytes()
    each = np.mean([np.abs(network.gradients(x[k : k + 1], t[k : k + 1]).flat) for k in range(len(x))], axis=0)
    network.train(x, t, rate)
    # Both sum the terms of the samples in order: one rounding each, and some for rate, mean and weight.
    bound = (len(x) + 4) * rounding_unit("float64") * (np.abs(before) + rate * each)
    assert (np.abs(network.parameters.flat - (before - rate * gradients)) <= bound).all()


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 4), st.integers(1, 6))),
    FIXED_SCALINGS,
)
def test_scaling_pixels_is_exactly_invertible(raw, name):
    for dtype in (np.float32, np.float64):
        scaling = Scaling.named(name)
        inputs = scaling.apply(raw, dtype)
        assert inputs.dtype == dtype
        low, high = scaling.offset, scaling.offset + scaling.span
        assert (inputs >= low - 1e-6).all()
        assert (inputs <= high + 1e-6).all()
        np.testing.assert_array_equal(np.rint(scaling.invert(inputs)), raw)


@given(
    arrays(float, 8, elements=st.floats(-1e3, 1e3)),
    FIXED_SCALINGS,
    st.floats(1e-3, 1e5),
)
def test_scaling_is_invertible(raw, name, maximum):
    scaling = Scaling.named(name, maximum)
    # Adding and subtracting the offset costs a unit in its last place, 0.01 · ε, times the maximum.
    np.testing.assert_allclose(scaling.invert(scaling.apply(raw)), raw, rtol=1e-14, atol=1e-15 * maximum)
    np.testing.assert_allclose(
        scaling.apply(raw), raw * scaling.factor + scaling.offset, rtol=1e-14, atol=1e-16 * np.abs(raw / maximum).max()
    )


@given(st.integers(1, 12).flatmap(lambda classes: st.tuples(st.just(classes), st.lists(st.integers(0, classes - 1)))))
@pytest.mark.parametrize("name", sorted(set(TARGETS) - set(BESIDE_CLASSES)))
def test_targets_are_invertible(name, drawn):
    classes, labels = drawn
    targets, labels = Targets.named(name, classes), np.array(labels, np.int64)
    for dtype in (np.float32, np.float64):
        wanted = targets.apply(labels, dtype)
        assert (wanted.shape, wanted.dtype) == ((len(labels), classes), dtype)
        np.testing.assert_array_equal(targets.invert(wanted), labels)
        np.testing.assert_array_equal((wanted == dtype(targets.high)).sum(axis=1), np.ones(len(labels)))
        np.testing.assert_array_equal((wanted == dtype(targets.low)).sum(axis=1), np.full(len(labels), classes - 1))


@given(
    st.sampled_from(sorted(SCHEDULES)), st.integers(1, 200).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
)
def test_rates_do_not_depend_on_the_division_into_blocks(name, where):
    total, cut = where
    options = Options(schedule=name, learning_rate=0.2)
    parts = learning_rates(options, 0, cut, total), learning_rates(options, cut, total - cut, total)
    np.testing.assert_array_equal(np.concatenate(parts), learning_rates(options, 0, total, total))


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), seeds, seeds)
def test_backquery_stays_in_range_for_all_weights(inputs, hidden, outputs, seed, drawn):
    network = NeuralNetwork(inputs, hidden, outputs, 0.2, seed=seed)
    wanted = np.random.default_rng(drawn).uniform(0.001, 0.999, (3, outputs))
    found = network.backquery(wanted)
    assert found.shape == (inputs, 3)
    assert (found >= 0.01 - 1e-12).all()
    assert (found <= 0.99 + 1e-12).all()
