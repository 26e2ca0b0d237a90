"""A training step as a command or a Python program."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ...explain.small_network import SmallNetwork
from .program import Code, call, flag_words


def small_step_program(network: SmallNetwork) -> str:
    """Return a Python program that takes the training step of a small network, and prints its numbers."""
    weights = [
        f'        "layer{number}.weight": np.array({[list(row) for row in matrix]!r}),'
        for number, matrix in enumerate(network.weights, start=1)
    ]
    return "\n".join(
        [
            "import numpy as np",
            "",
            "import glassnet",
            "",
            f"network = glassnet.Network({network.sizes!r}, {network.activation!r}, rule={network.rule!r})",
            "architecture, parameters = network.architecture, network.parameters",
            "parameters.assign(",
            "    {",
            *weights,
            "    }",
            ")",
            f"inputs, targets = np.array([{list(network.inputs)!r}]), np.array([{list(network.targets)!r}])",
            "",
            "signals = glassnet.forward(architecture, parameters, inputs)",
            'print("sums", *signals.sums)',
            'print("outputs", *signals.activations[1:])',
            'print("loss", network.loss(inputs, targets))',
            "gradients = glassnet.backpropagate(architecture, parameters, signals, targets)",
            f"glassnet.update(parameters, gradients, {network.rate!r})",
            'print("weights after", *parameters.weights)',
            'print("loss after", network.loss(inputs, targets))',
            "",
        ]
    )


def step_text(form: str, model: str | None, source: str | None, place: Mapping[str, Any]) -> str:
    """Return what explains a training step of a model.

    Parameters
    ----------
    form : {"command", "python"}
    model : str or None
        The model's file; None for the reader that comes with the package.
    source : str or None
        The data, as they should be named in the text; None for those that the model was trained on.
    place : mapping
        ``row`` and ``part`` of an example, or ``epoch`` and ``step`` of the training run.
    """
    if form == "command":
        flags = [part for name, value in place.items() for part in flag_words(name, str(value))]
        return shlex.join(["glassnet", "explain", *filter(None, (model, source)), *flags]) + "\n"
    load, name = ("load_model", model) if model else ("shipped_model", "the reader")
    function = "replay_step" if "epoch" in place else "explain_step"
    arguments = [Code("model"), name, source, *(place[key] for key in ("row", "epoch", "step") if key in place)]
    named = {key: place[key] for key in ("part",) if key in place}
    shown = {
        "replay_step": [
            "again = result.replay",
            "print(again.before.hash(), again.after.hash())",
            "step = again.trace",
        ],
        "explain_step": ["print(result.label, result.answer)", "step = result.trace"],
    }
    return "\n".join(
        [
            f"from glassnet.model.file import {load}",
            f"from glassnet.workflow.explain_job import {function}",
            "",
            f"model = {load}({repr(model) if model else ''})",
            *call(f"result = {function}", arguments, named),
            *shown[function],
            "print(step.loss_before, step.loss_after)",
            "for layer in step.layers:",
            "    print(layer.activations, layer.ways[step.rule].error, layer.ways[step.rule].delta)",
            "",
        ]
    )
