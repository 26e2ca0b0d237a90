"""Every activation is written in every form, and comes back from ONNX."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pytest

from glassnet import Model, Network, Scaling, Targets, export, import_model
from glassnet.nn.activations import ACTIVATIONS, OUTPUTS_ONLY, spelled

ROWS = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)


PARAMETERS = {name: one.parameter for name, one in ACTIVATIONS.items() if one.parameter}
NAMES = [*ACTIVATIONS, *(spelled(name, 0.3 if own.low > -0.3 else -0.3) for name, own in PARAMETERS.items())]


def model_with(activation):
    """A model with an activation in its hidden layer, or in the last one if no other may have it."""
    hidden, last = ("tanh", activation) if activation in OUTPUTS_ONLY else (activation, "identity")
    targets = (
        Targets.named("one-hot", 3) if last == "softmax" else Targets("values", 3, offset=(0,) * 3, scale=(1,) * 3)
    )
    loss = {"softmax": "cross_entropy", "exponential": "poisson"}.get(last, "squared_error")
    network = Network((5, 7, 3), (hidden, last), loss=loss, rule="gradient", bias=True, seed=4)
    return Model(network, Scaling("unit", 1.0, 1.0, 0.0), targets, receipt={"imported": {"class": "x"}})


@pytest.mark.parametrize(
    ("activation", "form"), [*((name, "onnx") for name in NAMES), *zip(NAMES, cycle(("c", "html")))]
)
def test_each_activation_has_each_form(tmp_path, activation, form):
    model, path = model_with(activation), tmp_path / f"net.{form}"
    assert export(model, path, data=ROWS).equal in (True, None)
    if form == "onnx":
        assert import_model(path).network.architecture.activations == model.network.architecture.activations
