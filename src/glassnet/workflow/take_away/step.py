"""A training step as a command or a Python program."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ...data import BUNDLED
from ...explain.small_network import SmallNetwork
from ...messages.option_spelling import Option, flag_words
from .program import Code, call, load_model_call, read_like_model


def small_step_program(network: SmallNetwork) -> str:
    """Return a Python program that takes the training step of a small network, and prints its numbers."""
    weights = "".join(
        f'        "layer{number}.weight": np.array({[list(row) for row in matrix]!r}),\n'
        for number, matrix in enumerate(network.weights, start=1)
    )
    return f"""\
import numpy as np

import glassnet

network = glassnet.Network({network.sizes!r}, {network.activation!r}, rule={network.rule!r})
architecture, parameters = network.architecture, network.parameters
parameters.assign(
    {{
{weights}    }}
)
inputs, targets = np.array([{list(network.inputs)!r}]), np.array([{list(network.targets)!r}])

signals = glassnet.forward(architecture, parameters, inputs)
print("sums", *signals.sums)
print("outputs", *signals.activations[1:])
print("loss", network.loss(inputs, targets))
gradients = glassnet.backpropagate(architecture, parameters, signals, targets)
glassnet.update(parameters, gradients, {network.rate!r})
print("weights after", *parameters.weights)
print("loss after", network.loss(inputs, targets))
"""


def step_text(
    form: str,
    model: str | None,
    source: str | None,
    place: Mapping[str, Any],
    *,
    of_table: bool = False,
    maximum: float = 255.0,
    parent: str | None = None,
) -> str:
    """Return what explains a training step of a model.

    `form` is ``"command"`` or ``"python"``. The model is a file; None stands for the reader that comes with the
    package. The source is named as it should be in the text; None stands for the data that the model was trained on.
    `place` has ``row`` and ``part`` of an example, or ``epoch`` and ``step`` of the training run, which started from
    the model in the file `parent`, or from a new network. `maximum` is the largest possible input.
    """
    if form == "command":
        flags = [part for name, value in place.items() for part in flag_words(Option(name, value))]
        return shlex.join(["glassnet", "explain", *filter(None, (model, source)), *flags]) + "\n"
    lines = ["import glassnet", "", f"model = {load_model_call(model)}"]
    if "epoch" in place:
        started = {"init_model": Code(load_model_call(parent))} if parent else {}
        lines += call("data = glassnet.load_split", [Code("model"), *([source] if source else [])], {})
        lines += call("again = glassnet.explain.replay", [Code("model"), Code("data"), place["epoch"], place["step"]],
                      started)  # fmt: skip
        lines += ["print(again.before.hash(), again.after.hash())", "step = again.trace"]
    else:
        lines += read_like_model(source or BUNDLED, of_table=of_table, part=place.get("part", ""), maximum=maximum)
        lines += [
            f"sample = data.take(data.row_numbers == {place['row']})",
            "print(sample.labels if sample.values is None else sample.values, model.predict(sample.inputs))",
            "step = glassnet.explain.trace(model, sample)",
        ]
    return "\n".join(
        [
            *lines,
            "print(step.loss_before, step.loss_after)",
            "for layer in step.layers:",
            "    print(layer.activations, layer.ways[step.rule].error, layer.ways[step.rule].delta)",
            "",
        ]
    )
