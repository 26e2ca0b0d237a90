"""The numbers of a step that a drawing shows are those of the step, and what is omitted is accounted for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from glassnet import Network, Options, fit
from glassnet.explain.excerpt import MOST_NODES, WHOLE, excerpt
from glassnet.explain.step import trace, trace_step, worked_example
from support.samples import digits


def step_of(sizes, activations="sigmoid", samples=1, **more):
    generator = np.random.default_rng(sizes)
    network = Network(sizes, activations, seed=3, **more)
    if more.get("bias"):
        for bias in network.parameters.biases:
            bias[...] = generator.normal(size=bias.shape)
    return trace_step(
        network,
        generator.uniform(0.01, 1, (samples, sizes[0])),
        generator.uniform(0.01, 0.99, (samples, sizes[-1])),
        0.3,
    )


STEPS = {
    "small": step_of((3, 4, 2), rule="notes"),
    "wide": step_of((40, 30, 20, 14), bias=True, rule="notes"),
    "batch": step_of((20, 15, 3), ("relu", "softmax"), samples=7, loss="cross_entropy", bias=True),
    "no hidden layer": step_of((16, 2)),
    "example": worked_example(),
}


@pytest.mark.parametrize("name", STEPS)
def test_sums_and_errors_add_up_with_what_is_omitted(name):
    step, numbers = STEPS[name], excerpt(STEPS[name], sample=len(STEPS[name].inputs) - 1)
    for layer, shown in zip(step.layers, numbers["layers"], strict=True):
        for node in shown["nodes"]:
            links = node["links"]
            terms = np.dot(links["weight"], links["signal"])
            assert terms + links["rest"] + (node["bias"] or 0) == pytest.approx(node["sum"], abs=1e-12)
            assert len(links["from"]) + links["left"] == layer.weight.shape[1]
            for rule, back in node["back"].items():
                sent = np.dot(back["weight"], back["sent"]) + back["rest"]
                assert sent == pytest.approx(node["ways"][rule]["error"], abs=1e-12)


@pytest.mark.parametrize("name", STEPS)
def test_the_numbers_are_those_of_the_step(name):
    step, last = STEPS[name], len(STEPS[name].inputs) - 1
    numbers = json.loads(json.dumps(excerpt(step, sample=last)))
    for layer, shown in zip(step.layers, numbers["layers"], strict=True):
        for node in shown["nodes"]:
            k, below = node["node"], node["links"]["from"]
            assert (node["sum"], node["activation"]) == (layer.sums[last, k], layer.activations[last, k])
            assert node["links"]["weight"] == layer.weight[k, below].tolist()
            assert node["links"]["signal"] == layer.inputs[last, below].tolist()
            for rule, way in layer.ways.items():
                assert node["links"]["change"][rule] == way.change[k, below].tolist()
                assert node["ways"][rule]["error"] == way.error[last, k]
                assert node["ways"][rule]["delta"] == way.delta[last, k]
    assert numbers["losses_after"][step.rule] == step.loss_after


def test_small_layers_are_whole_and_of_large_ones_the_largest_deltas_are_shown():
    assert excerpt(STEPS["small"])["whole"]
    numbers = excerpt(STEPS["wide"])
    assert not numbers["whole"]
    for layer, shown in zip(STEPS["wide"].layers, numbers["layers"], strict=True):
        deltas = np.abs(layer.ways["notes"].delta[0])
        chosen = [node["node"] for node in shown["nodes"]]
        assert len(chosen) == min(MOST_NODES, len(deltas)) or len(deltas) <= WHOLE
        assert deltas[chosen].min() >= np.delete(deltas, chosen).max(initial=0)
    # Links between shown nodes are those that the drawing has.
    assert numbers["layers"][1]["nodes"][0]["links"]["from"] == [one["node"] for one in numbers["layers"][0]["nodes"]]


def test_a_named_node_is_shown_too():
    chosen = {node["node"] for node in excerpt(STEPS["wide"])["layers"][0]["nodes"]}
    other = next(node for node in range(30) if node not in chosen)
    with_other = {node["node"] for node in excerpt(STEPS["wide"], extra=(1, other))["layers"][0]["nodes"]}
    assert with_other == chosen | {other}


def test_a_named_input_is_shown_too():
    step = STEPS["wide"]
    shown = {node["node"] for node in excerpt(step)["inputs"]["nodes"]}
    other = next(place for place in range(40) if place not in shown)
    numbers = excerpt(step, extra=(0, other))
    assert {node["node"] for node in numbers["inputs"]["nodes"]} == shown | {other}
    assert all(other in node["links"]["from"] for node in numbers["layers"][0]["nodes"])
    assert numbers["rules"] == ["gradient", "notes"]


def test_the_worked_example_has_the_notes_numbers():
    hidden = excerpt(worked_example())["layers"][0]["nodes"]
    assert [node["proportion"] for node in hidden] == pytest.approx([0.42, 0.88], abs=1e-12)
    assert [node["ways"]["notes"]["error"] for node in hidden] == pytest.approx([2.1, 4.4], abs=1e-12)


def test_an_image_comes_as_pixels_and_not_as_a_matrix():
    data = digits(30)
    model = fit(data, Options(hidden=(20,), epochs=1)).model
    step = trace(model, data.take(slice(0, 1)))
    numbers = excerpt(step, scaling=model.scaling)
    assert numbers["inputs"]["image"]["shape"] == list(model.image_shape)
    for one in numbers["inputs"]["nodes"]:
        scaling = numbers["inputs"]["scaling"]
        value = one["raw"] / scaling["maximum"] * scaling["span"] + scaling["offset"]
        assert one["value"] == pytest.approx(value, abs=1e-15)
    assert len(json.dumps(numbers)) < 100_000
