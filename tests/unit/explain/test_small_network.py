"""Small networks whose numbers can be changed, and the program that repeats their step."""

from __future__ import annotations

import re

import numpy as np
import pytest

from glassnet.errors import DataError, OptionError, ShapeError
from glassnet.explain.small_network import SMALL_NETWORKS
from glassnet.explain.step import worked_example
from glassnet.workflow.take_away.step import small_step_program

NET = SMALL_NETWORKS["3-4-2"]


def test_the_worked_example_is_that_of_the_notes():
    mine, notes = SMALL_NETWORKS["2-2-2"].trace(), worked_example()
    for layer, expected in zip(mine.layers, notes.layers, strict=True):
        np.testing.assert_allclose(layer.weight, expected.weight)
        for rule in ("notes", "gradient"):
            np.testing.assert_allclose(layer.ways[rule].change, expected.ways[rule].change, rtol=1e-12)


@pytest.mark.parametrize("name", SMALL_NETWORKS)
def test_changed_numbers_are_used_and_survive_json(name):
    net = SMALL_NETWORKS[name]
    assert net.changed({}) == net == net.changed(net.to_dict())
    weights = [[[2 * value for value in row] for row in layer] for layer in net.weights]
    again = net.changed({"weights": weights, "rule": "gradient", "rate": 0.5})
    step = again.trace()
    assert (step.rule, step.learning_rate) == ("gradient", 0.5)
    for layer, before in zip(step.layers, net.weights, strict=True):
        np.testing.assert_array_equal(layer.weight, 2 * np.array(before))


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"weights": [[[1, 2], [3, 4]]]}, ShapeError),
        ({"weights": [[[1, 2], [3]], []]}, ShapeError),
        ({"weights": 5}, ShapeError),
        ({"inputs": [1, 2]}, ShapeError),
        ({"targets": [float("nan"), 1]}, DataError),
        ({"inputs": ["a", "b", "c"]}, DataError),
        ({"rate": -1}, OptionError),
        ({"rate": "much"}, OptionError),
        ({"rule": "other"}, OptionError),
    ],
)
def test_wrong_numbers_are_refused(given, error):
    with pytest.raises(error):
        NET.changed(given)


@pytest.mark.parametrize(("name", "rule"), [("3-4-2", "notes"), ("3-4-2", "gradient"), ("2-2-2", "notes")])
def test_the_program_prints_the_numbers_of_the_step(name, rule, capsys):
    net = SMALL_NETWORKS[name].changed({"rule": rule})
    program = small_step_program(net)
    exec(program, {})
    printed = capsys.readouterr().out
    step = net.trace()
    losses = [float(one) for one in re.findall(r"^loss(?: after)? (\S+)$", printed, re.M)]
    assert losses == pytest.approx([step.loss_before, step.loss_after], rel=1e-12)
    after = printed.split("weights after")[1].split("loss after")[0]
    shown = [float(one) for one in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", after)]
    expected = np.concatenate([(layer.weight + layer.ways[rule].change).ravel() for layer in step.layers])
    np.testing.assert_allclose(shown, expected, atol=1e-7)
