"""Slopes of the answers: how the sums of the outputs move when an input, or what a hidden node says, moves.

Training asks how the loss moves with the weights; an explanation asks how the answer moves with the signals. It is the
chain rule over the same links, always exact, whatever rule the network was trained by.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..activations import ACTIVATIONS, Array
from ..errors import OptionError
from ..model import Model
from ..network import Network, Signals, forward
from ..parameters import Parameters


def slopes(network: Network, signals: Signals, direction: Array) -> list[Array]:
    """Return the slope of ``direction · z``, with the outputs' sums z before their activation, by every signal below.

    Parameters
    ----------
    network : Network
    signals : Signals
        From `network.forward`, of n samples; or of one, for several directions.
    direction : ndarray, shape (n, outputs) or (outputs,)
        One that is 1 for an answer and −1 for another gives the gap between them.

    Returns
    -------
    list of ndarray
        By the inputs, shape (n, features); then by the activations of each hidden layer, (n, nodes).
    """
    made, weights = network.architecture, network.parameters.weights
    slope: Array = direction @ weights[-1]
    found = [slope]
    for layer in reversed(range(1, len(weights))):
        derivative = ACTIVATIONS[made.activations[layer - 1]].derivative
        assert derivative is not None  # softmax is refused in hidden layers
        slope = (slope * derivative(signals.sums[layer - 1], signals.activations[layer])) @ weights[layer - 1]
        found.append(slope)
    return found[::-1]


def first_sum_slopes(network: Network, signals: Signals, direction: Array) -> Array:
    """Return the slope of ``direction · z`` by the sums of the first layer, shape (n, nodes); see `slopes`."""
    made, sums = network.architecture, signals.sums[0]
    if len(made.activations) == 1:
        return np.broadcast_to(direction, sums.shape)
    derivative = ACTIVATIONS[made.activations[0]].derivative
    assert derivative is not None
    found: Array = slopes(network, signals, direction)[1] * derivative(sums, signals.activations[1])
    return found


def along(network: Network, start: Array, way: Array) -> Network:
    """Return the network as it is on ``start + t · way``, each (features,): t is its only input.

    The first layer's sums are linear in t, so many points of the way cost hardly more than one.
    """
    made, own = network.architecture, network.parameters
    short = replace(made, sizes=(1, *made.sizes[1:]), bias=True)
    parameters = Parameters(short.layout)
    for place, (weight, bias) in enumerate(zip(own.weights, own.biases, strict=True)):
        added = 0.0 if bias is None else bias
        parameters.weights[place][...] = weight if place else (weight @ way)[:, None]
        behind = parameters.biases[place]
        assert behind is not None
        behind[...] = added if place else weight @ start + added
    return Network.of(short, parameters)


def exact_members(model: Model) -> list[Network]:
    """Return the networks that answer in float64, so that what is split adds up."""
    return [Network.of(one.architecture, one.parameters.copy(np.float64)) for one in model.members]


def signals_of(members: list[Network], inputs: Array) -> list[Signals]:
    """Pass scaled inputs, shape (n, features), through every member."""
    return [forward(member.architecture, member.parameters, inputs) for member in members]


def hidden_of(signals: list[Signals]) -> Array:
    """Return what the last hidden layers say, member beside member, shape (n, nodes)."""
    return np.concatenate([one.activations[-2] for one in signals], axis=1)


def mean_sums(signals: list[Signals]) -> Array:
    """Return the sums of the outputs, the mean over the members, shape (n, classes)."""
    sums: Array = np.mean([one.sums[-1] for one in signals], axis=0)
    return sums


def input_slopes(members: list[Network], signals: list[Signals], direction: Array) -> Array:
    """Return the slope of ``direction · z``, z the members' mean sums, by the inputs; see `slopes`."""
    slope: Array = np.mean([slopes(*pair, direction)[0] for pair in zip(members, signals, strict=True)], axis=0)
    return slope


def require_classes(model: Model, what: str) -> None:
    """Refuse to explain answers that do not compete.

    Raises
    ------
    OptionError
        GN081 when the model answers with numbers or several labels.
    """
    if not model.targets.of_classes:
        raise OptionError(
            "GN081", f"{what}: the model answers with numbers or several labels, not with one of classes."
        )


def range_of(model: Model) -> tuple[float, float]:
    """Return the ends of the unscaled values that a sample can have; what stands for a table's columns has none."""
    return (-np.inf, np.inf) if model.columns else (0.0, model.scaling.maximum)
