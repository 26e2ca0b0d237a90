"""Gradients of the logits by the inputs and the hidden activations.

Training needs the gradient of the loss by the weights, explanations that of the outputs by the signals. It is the exact
chain rule, whatever rule the network was trained with.
"""

from __future__ import annotations

import numpy as np

from ..errors import OptionError
from ..messages.message import Message
from ..model.model import Model
from ..model.network import Network
from ..network import Signals, forward
from ..nn.activations import ACTIVATIONS, Array


def output_gradients(network: Network, signals: Signals, direction: Array, top: int | None = None) -> list[Array]:
    """Return the gradient of ``direction · z``, with the logits z, by the signals of each layer.

    With `top`, z are the weighted sums of that layer, counted from 1, instead.

    The signals are those of n samples, or of one sample for several directions. A direction, shape (n, outputs) or
    (outputs,), of 1 for one class and −1 for another gives the gradient of their margin. The gradient by the inputs,
    shape (n, features), comes first, then those by the activations of each hidden layer, (n, nodes).
    """
    architecture, weights = network.architecture, network.parameters.weights[:top]
    gradient: Array = direction @ weights[-1]
    gradients = [gradient]
    for layer in reversed(range(1, len(weights))):
        derivative = ACTIVATIONS[architecture.activations[layer - 1]].derivative
        assert derivative is not None  # hidden layers cannot have softmax
        gradient = (gradient * derivative(signals.sums[layer - 1], signals.activations[layer])) @ weights[layer - 1]
        gradients.append(gradient)
    return gradients[::-1]


def members_in_float64(model: Model) -> list[Network]:
    """Return the ensemble members in float64, so that attributions add up."""
    return [Network.of(one.architecture, one.parameters.copy(np.float64)) for one in model.members]


def forward_members(members: list[Network], inputs: Array) -> list[Signals]:
    """Run scaled inputs, shape (n, features), forward through every member."""
    return [forward(member.architecture, member.parameters, inputs) for member in members]


def last_hidden(signals: list[Signals]) -> Array:
    """Return the activations of the last hidden layer of all members, shape (n, nodes)."""
    return np.concatenate([one.activations[-2] for one in signals], axis=1)


def mean_output_sums(signals: list[Signals]) -> Array:
    """Return the logits, averaged over the members, shape (n, classes)."""
    sums: Array = np.mean([one.sums[-1] for one in signals], axis=0)
    return sums


def input_gradients(members: list[Network], signals: list[Signals], direction: Array) -> Array:
    """Return the gradient of ``direction · z``, with the mean logits z, by the inputs; see `output_gradients`."""
    gradient: Array = np.mean(
        [output_gradients(*pair, direction)[0] for pair in zip(members, signals, strict=True)], axis=0
    )
    return gradient


def require_classes(model: Model, what: str | Message) -> None:
    """Reject models without exclusive classes."""
    if not model.targets.of_classes:
        raise OptionError(
            "GN081",
            "{what}: expected a model that predicts one of several classes, not numbers or multiple labels.",
            what=what,
        )


def input_range(model: Model) -> tuple[float, float]:
    """Return the range of unscaled inputs; infinite for columns of a table and inputs without bounds."""
    return (-np.inf, np.inf) if model.columns or not model.layout.bounded else (0.0, model.scaling.maximum)
