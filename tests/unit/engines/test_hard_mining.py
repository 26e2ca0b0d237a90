"""Hard-example mining: only the samples with the largest losses change the weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from glassnet import Network, Options, fit, new_model
from glassnet.engines.compiled.kernels.hard_mining import find_hardest
from glassnet.engines.shards import SMALLEST_SHARD, hardest_of, rows_of, shards_of
from glassnet.engines.stepwise import only_hardest
from support.kernels import from_python
from support.samples import digits

FEW_VALUES = st.sampled_from([0.0, 0.5, 1.0, 2.0, np.inf])  # many are equal
COSTS = st.integers(1, 60).flatmap(lambda n: arrays(np.float64, n, elements=FEW_VALUES | st.floats(0, 10)))
MODERN = {
    "activation": "relu", "output": "softmax", "loss": "cross_entropy", "rule": "gradient", "initializer": "he",
    "targets": "one-hot", "scaling": "unit", "hidden": (20,), "batch_size": 50, "learning_rate": 0.1,
}  # fmt: skip


@given(costs=COSTS, part=st.floats(0.001, 1))
def test_the_largest_losses_are_found_and_ties_go_to_the_first(costs, part):
    wanted = hardest_of(len(costs), part)
    kept, before = np.empty(len(costs), np.int64), costs.copy()
    count = from_python(find_hardest)(costs, wanted, np.empty_like(costs), kept)
    assert count == wanted
    np.testing.assert_array_equal(kept[:count], np.sort(np.argsort(-costs, kind="stable")[:wanted]))
    np.testing.assert_array_equal(costs, before)


@given(costs=COSTS, part=st.floats(0.001, 1), data=st.data())
def test_the_number_of_rows_is_the_same_if_losses_are_nan(costs, part, data):
    """If training diverges, the error is raised after the block; until then the kernel must cope with NaN."""
    for place in data.draw(st.lists(st.integers(0, len(costs) - 1), min_size=1)):
        costs[place] = np.nan
    wanted, kept = hardest_of(len(costs), part), np.full(len(costs), -1)
    assert from_python(find_hardest)(costs, wanted, np.empty_like(costs), kept) == wanted
    ranked = np.where(np.isnan(costs), np.inf, costs)
    np.testing.assert_array_equal(kept[:wanted], np.sort(np.argsort(-ranked, kind="stable")[:wanted]))


@given(rows=st.integers(1, 500), shards=st.integers(1, 9), part=st.floats(0.001, 1), seed=st.integers(0, 9))
def test_each_shard_keeps_the_same_fraction(rows, shards, part, seed):
    rng = np.random.default_rng(seed)
    losses, sample_weights = rng.random(rows), rng.random(rows) + 0.1
    options = Options(hard_fraction=part, shards=shards)
    weights, left_out = only_hardest(losses, sample_weights, options)
    kept, count = weights > 0, shards_of(rows, shards)
    np.testing.assert_array_equal(weights[kept], sample_weights[kept])
    assert left_out == pytest.approx((losses * sample_weights)[~kept].sum())
    assert count == 1 or rows // count >= SMALLEST_SHARD
    for shard in range(count):
        in_shard = slice(*rows_of(shard, count, rows))
        weighted, chosen = (losses * sample_weights)[in_shard], kept[in_shard]
        assert chosen.sum() == hardest_of(len(chosen), part)
        assert chosen.all() or weighted[chosen].min() >= weighted[~chosen].max()


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_the_reported_loss_is_the_mean_over_all_samples(engine):
    """With a rate of 0 the weights never change, so the loss is that of the untrained network."""
    data = digits(200)
    histories = [
        fit(data, Options(**{**MODERN, "engine": engine, "learning_rate": 0.0, "hard_fraction": part})).history
        for part in (1.0, 0.2)
    ]
    assert histories[1].epoch_loss == pytest.approx(histories[0].epoch_loss, rel=1e-6)
    assert histories[1].epoch_accuracy == histories[0].epoch_accuracy


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_step_uses_only_the_hardest_samples(engine):
    """The gradient is still divided by the number of all samples; the omitted ones contribute 0."""
    data = digits(50)
    chosen = {**MODERN, "engine": engine, "epochs": 1, "schedule": "constant", "shards": 1, "dtype": "float64"}
    options = Options(**chosen, hard_fraction=0.2, shuffle=False)
    model = new_model(data, options)
    inputs, targets = model.scaling.apply(data.inputs, np.float64), model.targets.apply(data.labels)
    network: Network = model.network
    losses = np.array([network.loss(one, wanted) for one, wanted in zip(inputs, targets, strict=True)])
    hardest = np.argsort(-losses, kind="stable")[:10]
    before, slope = network.parameters.flat.copy(), network.gradients(inputs[hardest], targets[hardest]).flat
    after = fit(data, options).model.network.parameters.flat
    np.testing.assert_allclose(after, before - 0.1 * slope * 10 / 50, rtol=0, atol=1e-14)
    assert abs(after - before).max() > 1e-4


def test_a_batch_of_one_sample_is_not_reduced():
    plain = fit(digits(60), Options(epochs=1)).model.network.parameters.hash()
    assert fit(digits(60), Options(epochs=1, hard_fraction=0.01)).model.network.parameters.hash() == plain
