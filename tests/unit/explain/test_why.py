"""Why: contributions add up to the margin, counterfactuals change the prediction, and nearest samples are nearest."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from glassnet import Dataset, Options, evaluate, fit
from glassnet.data import bundled
from glassnet.errors import OptionError, ShapeError
from glassnet.explain import integrated_gradients
from glassnet.explain.input_gradients import (
    forward_members,
    input_gradients,
    mean_output_sums,
    members_in_float64,
    output_gradients,
)
from glassnet.explain.why import Neighbours, why
from glassnet.model.network import Network
from glassnet.network import forward
from support.samples import digits, small_model

TRAINING = bundled("train").take(slice(0, 600))
KINDS = {
    "notes": Options(hidden=(30,)),
    "relu": Options.recipe("quick", hidden=(20, 15), batch_size=10),
    "committee": Options(hidden=(12,), bias=True, members=3),
}


@pytest.fixture(scope="module", params=KINDS)
def model(request):
    return fit(TRAINING, replace(KINDS[request.param], epochs=3, engine="reference")).model


@pytest.fixture(scope="module")
def explanations(model):
    return [why(model, row) for row in digits(12).inputs]


def assert_complete(one):
    """The contributions of the inputs add up to the margin minus that of the baseline, but for rounding in float64."""
    close = 1e-9 * np.abs(one.inputs).sum() + 1e-12
    assert one.inputs.sum() == pytest.approx(one.gap - one.baseline_gap, rel=0, abs=close)
    assert one.missing * abs(one.gap - one.baseline_gap) <= close


def test_nodes_and_biases_add_up_to_the_margin(model, explanations):
    for one in explanations:
        assert one.nodes.sum() + one.bias == pytest.approx(one.gap, abs=1e-5)
        assert one.answer == one.outputs.argmax() != one.rival
        assert one.outputs[one.rival] == np.sort(one.outputs)[-2]
        sums = [
            forward(net.architecture, net.parameters.copy(float), model.scaling.apply(one.sample[None])).sums[-1][0]
            for net in model.members
        ]
        mean = np.mean(sums, axis=0)
        assert one.gap == pytest.approx(mean[one.answer] - mean[one.rival], abs=1e-4)


def test_an_answer_is_compared_with_the_class_that_is_named(model, explanations):
    for one in explanations[:4]:
        named = why(model, one.sample, rival=(last := int(one.outputs.argmin())))
        assert (named.answer, named.rival, named.runner_up) == (one.answer, last, one.rival)
        assert named.nodes.sum() + named.bias == pytest.approx(named.gap, abs=1e-5)
        assert_complete(named)
        assert why(model, one.sample, rival=one.answer).rival == one.rival
    with pytest.raises(OptionError) as caught:
        why(model, explanations[0].sample, rival=10)
    assert caught.value.code == "GN021"


def test_inputs_add_up_to_the_margin_minus_that_of_the_baseline(model, explanations):
    black = model.scaling.apply(np.zeros((1, model.features)))
    [sums] = mean_output_sums(forward_members(members_in_float64(model), black))
    for one in explanations:
        assert_complete(one)
        assert not one.inputs[one.sample == 0].any()
        assert one.baseline_gap == pytest.approx(sums[one.answer] - sums[one.rival], abs=1e-5)


def test_the_contribution_of_an_input_is_its_mean_gradient_on_the_path(model, explanations):
    """Integrated gradients, equation 1, with 1,000 points on the path."""
    one, members = explanations[3], members_in_float64(model)
    baseline, x = model.scaling.apply(np.stack([np.zeros_like(one.sample), one.sample]))
    points = baseline + (np.arange(1000) + 0.5)[:, None] / 1000 * (x - baseline)
    direction = np.zeros(10)
    direction[[one.answer, one.rival]] = 1, -1
    wanted = (x - baseline) * input_gradients(members, forward_members(members, points), direction).mean(axis=0)
    assert np.abs(one.inputs - wanted).max() < 0.02 * np.abs(wanted).max()


@pytest.mark.parametrize("sizes", [(6, 9, 8, 7, 3), (6, 9, 8, 3)])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "gelu", "identity"])
@pytest.mark.parametrize("size", [1.0, 30.0])
def test_inputs_of_any_network_add_up_with_few_pieces(activation, size, sizes, monkeypatch):
    """Including saturated networks, whose output jumps on the path."""
    members = [Network([*sizes], activation, bias=True, seed=seed, dtype="float64") for seed in (1, 2)]
    for member in members:
        member.parameters.flat[...] *= size
    rng, direction = np.random.default_rng(4), np.array([1.0, -1.0, 0.0])
    for pieces in (1, 3, 48):
        monkeypatch.setattr(integrated_gradients, "PIECES", pieces)
        baseline, x = rng.normal(size=(2, 6))
        parts = integrated_gradients.integrated_gradients(members, baseline, x, direction)
        gap, black = mean_output_sums(forward_members(members, np.stack([x, baseline]))) @ direction
        assert parts.sum() == pytest.approx(gap - black, rel=1e-9, abs=1e-9 * np.abs(parts).sum())


@pytest.mark.parametrize(
    ("activation", "hidden"),
    [("sigmoid", (30, 30)), ("tanh", (30, 30, 30)), ("relu", (30, 30, 30)), ("gelu", (30, 30))],
)
def test_contributions_of_inputs_agree_with_thousands_of_points(activation, hidden):
    member = Network([20, *hidden, 3], activation, bias=True, initializer="he", seed=3)
    member.parameters.flat[...] *= 1.5
    rng, direction = np.random.default_rng(4), np.array([1.0, -1.0, 0.0])
    for baseline, x in rng.normal(size=(3, 2, 20)):
        points = baseline + (np.arange(5000) + 0.5)[:, None] / 5000 * (x - baseline)
        wanted = (x - baseline) * input_gradients([member], forward_members([member], points), direction).mean(axis=0)
        explanations = integrated_gradients.integrated_gradients([member], baseline, x, direction)
        assert np.abs(explanations - wanted).sum() < 0.01 * np.abs(wanted).sum()


def test_a_single_piece_is_exact_for_one_hidden_layer():
    member = Network([20, 30, 3], "tanh", bias=True, initializer="he", seed=3)
    (baseline, x), direction = np.random.default_rng(4).normal(size=(2, 20)), np.array([1.0, 0.0, 0.0])
    points = baseline + (np.arange(5000) + 0.5)[:, None] / 5000 * (x - baseline)
    wanted = (x - baseline) * input_gradients([member], forward_members([member], points), direction).mean(axis=0)
    np.testing.assert_allclose(
        integrated_gradients.integrated_gradients([member], baseline, x, direction), wanted, atol=1e-8
    )


def test_if_gradients_find_no_counterfactual_another_sample_leads_to_one():
    """Layers trained at too high a rate: for every prediction there is a training sample of another class."""
    options = Options(
        hidden=(20, 20), activation="tanh", learning_rate=4.0, rule="gradient", epochs=3, engine="reference"
    )
    saturated = fit(TRAINING, options).model
    neighbours, rows = Neighbours(saturated, TRAINING), digits(60).inputs
    assert len(set(saturated.predict(TRAINING.inputs))) > 1
    alone = [why(saturated, row).flip for row in rows]
    explanations = [why(saturated, row, neighbours) for row in rows]
    assert None in alone
    for one, without in zip(explanations, alone, strict=True):
        assert saturated.predict(one.flip.sample)[0] == one.flip.answer != one.answer
        assert one.flip.sample.dtype == np.uint8
        if without is not None:
            assert (one.flip.sample == without.sample).all()


def test_counterfactuals_change_the_prediction_and_are_close(model, explanations):
    flips = [(one, one.flip) for one in explanations if one.flip]
    assert len(flips) >= 0.9 * len(explanations)
    for one, flip in flips:
        assert model.predict(flip.sample)[0] == flip.answer != one.answer
        assert flip.sample.dtype == np.uint8
        change = flip.sample.astype(float) - one.sample
        assert np.linalg.norm(change) / 255 == pytest.approx(flip.distance)
    assert np.median([flip.distance for _, flip in flips]) < 3  # the norm of a digit is about 9


def test_nearest_samples_have_the_smallest_distances(model):
    neighbours, sample = Neighbours(model, TRAINING), TRAINING.inputs[17]
    explanations = why(model, sample, neighbours)
    closest = explanations.nearest
    assert closest.rows[0] == 17
    assert explanations.same == [True, False, False, False, False]
    assert closest.distances[0] == pytest.approx(0, abs=1e-3)
    assert (np.diff(closest.distances) >= 0).all()
    np.testing.assert_array_equal(closest.labels, TRAINING.labels[closest.rows])
    hidden = np.concatenate(
        [
            np.concatenate([one.activations[-2] for one in signals], axis=1)
            for _, signals in model.batches(TRAINING.inputs)
        ]
    )
    wanted = np.sort(np.linalg.norm(hidden - hidden[17], axis=1))[:5]
    np.testing.assert_allclose(closest.distances, wanted, atol=1e-3)


def test_the_sample_itself_is_left_out_of_the_nearest_and_its_copies_are_not(model):
    row = 17
    rows = np.array([*range(60), row])  # a copy of the row, with a number of its own
    samples = TRAINING.take(rows)
    for first in (0, 4):  # in the whole source, and in a part of it
        part = replace(samples, source_rows=first + np.arange(len(rows)))
        explanations = why(model, samples.inputs[row], Neighbours(model, part), own_row=first + row)
        assert first + row not in explanations.nearest.rows
        assert (explanations.nearest.rows[0], explanations.same[0]) == (first + 60, True)
    few = TRAINING.take(slice(0, 3))
    assert len(why(model, few.inputs[0], Neighbours(model, few), own_row=0).nearest.rows) == 2


def test_nearest_samples_are_ordered_even_if_all_are_close():
    """With three saturated nodes, distances are as small as the float32 rounding of their squares."""
    tiny = fit(TRAINING, Options(hidden=(3,), epochs=20, engine="reference")).model
    tiny.network.parameters.flat[...] *= 4
    neighbours = Neighbours(tiny, TRAINING)
    for row in digits(8).inputs:
        closest = why(tiny, row, neighbours).nearest
        assert (np.diff(closest.distances) >= 0).all()


def test_output_gradients_agree_with_difference_quotients(model):
    network = model.network
    network = type(network).of(network.architecture, network.parameters.copy(float))
    x, direction, h = model.scaling.apply(digits(1).inputs), np.arange(10) - 4.5, 1e-6
    explanations = output_gradients(network, forward(network.architecture, network.parameters, x), direction)[0][0]
    for pixel in range(100, 784, 61):
        moved = np.repeat(x, 2, axis=0)
        moved[:, pixel] += h, -h
        sums = forward(network.architecture, network.parameters, moved).sums[-1] @ direction
        assert explanations[pixel] == pytest.approx((sums[0] - sums[1]) / (2 * h), abs=1e-6)


def test_deleting_the_most_important_pixels_lowers_the_output_more_than_random_ones(model):
    data = digits(1000)
    misread = evaluate(model, data).misread[:40]
    rng, better = np.random.default_rng(3), 0
    for row in misread:
        one = why(model, data.inputs[row])
        without = [one.sample.copy() for _ in range(11)]
        without[0][np.argsort(-one.inputs)[:39]] = 0
        for picture in without[1:]:
            picture[rng.choice(784, 39, replace=False)] = 0
        outputs = model.outputs(np.stack(without))[:, one.answer]
        better += outputs[0] < outputs[1:].mean()
    assert better >= 0.9 * len(misread) > 10


def test_a_counterfactual_of_a_table_has_real_numbers_in_range():
    rng = np.random.default_rng(8)
    inputs = rng.normal(size=(200, 5)).astype(np.float32) ** 2
    data = Dataset(inputs, (inputs[:, 1] > inputs[:, 3]).astype(int), 2, None, "t", float(inputs.max()))
    model = fit(data, Options(hidden=(8,), engine="reference", epochs=40, learning_rate=1.0)).model
    explanations = [why(model, row, Neighbours(model, data)) for row in inputs[:40]]
    matters = np.mean([np.abs(one.inputs) for one in explanations], axis=0)
    assert set(np.argsort(-matters)[:2]) == {1, 3}
    one = explanations[0]
    assert one.flip.sample.dtype.kind == "f"
    assert ((one.flip.sample >= 0) & (one.flip.sample <= data.maximum)).all()


def test_a_wrong_shape_or_output_is_rejected():
    with pytest.raises(ShapeError) as problem:
        why(small_model(), np.zeros(15))
    assert problem.value.code == "GN050"
    for model, output, code in (
        (small_model(), 0, "GN022"),
        (regression_model(), 2, "GN021"),
        (labels_model(), -1, "GN021"),
    ):
        with pytest.raises(OptionError) as problem:
            why(model, np.zeros(model.features), output=output)
        assert problem.value.code == code


def model_of(values_of, **options):
    """Train a model of two values or labels on 120 samples of five features."""
    inputs = np.random.default_rng(5).normal(size=(120, 5)).astype(np.float32)
    data = Dataset(inputs, np.arange(120), 2, None, "t", 1.0, values=values_of(inputs))
    options = {"rule": "gradient", "engine": "reference", "hidden": (8,), "bias": True, "epochs": 30, **options}
    return fit(data, Options(**options)).model, data


def regression_model(output="identity", members=1):
    two = lambda x: np.column_stack([40 + 9 * x[:, 0] - x[:, 1], np.exp(x[:, 2])])  # noqa: E731
    return model_of(two, targets="values", output=output, members=members, learning_rate=0.05)[0]


def labels_model(members=1):
    two = lambda x: (x[:, :2] + x[:, 2:4] > 0).astype(float)  # noqa: E731
    return model_of(two, targets="multilabel", output="sigmoid", members=members, learning_rate=0.5)[0]


@pytest.mark.parametrize("members", [1, 3])
def test_contributions_add_up_to_a_value_in_its_own_unit(members):
    model = regression_model(members=members)
    for output, row in product((0, 1), np.random.default_rng(1).normal(size=(10, 5))):
        one = why(model, row, output=output)
        assert one.answer == pytest.approx(model.predict(row)[0, output], rel=1e-5)
        assert one.gap == pytest.approx(one.answer, rel=1e-4)
        assert one.nodes.sum() + one.bias == pytest.approx(one.gap, rel=1e-9)
        assert one.baseline_gap == pytest.approx(model.predict(np.zeros(5))[0, output], rel=1e-4)
        assert_complete(one)
        assert (one.output, one.rival, one.flip) == (output, None, None)


def test_contributions_to_an_exponential_output_add_up_to_its_logit():
    model, row = regression_model("exponential"), np.random.default_rng(2).normal(size=5)
    one = why(model, row, output=1)
    assert one.nodes.sum() + one.bias == pytest.approx(one.gap, rel=1e-9)
    assert np.exp(one.gap) * model.targets.scale[1] == pytest.approx(model.predict(row)[0, 1], rel=1e-4)


@pytest.mark.parametrize("members", [1, 3])
def test_each_label_has_its_own_contributions_and_counterfactual(members):
    model = labels_model(members)
    flips = 0
    for row in np.random.default_rng(1).normal(size=(10, 5)).clip(0.05, 0.95):
        for output in (0, 1):
            one = why(model, row, output=output)
            assert one.answer == model.predict(row)[0, output] == 1 - one.rival
            assert one.nodes.sum() + one.bias == pytest.approx(one.gap, rel=1e-9)
            assert members > 1 or (one.gap > 0) == one.answer
            assert_complete(one)
            if one.flip:
                flips += 1
                assert model.predict(one.flip.sample)[0, output] == one.flip.answer == one.rival
        assert why(model, row).output == model.outputs(row)[0].argmax()
    assert flips > 5


def test_nearest_samples_of_a_regression_have_their_values():
    model, data = model_of(lambda x: x[:, :2] * 3.0, targets="values", output="identity", learning_rate=0.05)
    closest = why(model, data.inputs[9], Neighbours(model, data)).nearest
    assert closest.rows[0] == 9
    np.testing.assert_array_equal(closest.labels, data.values[closest.rows])
