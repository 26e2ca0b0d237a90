"""Slopes of the answers: how the sums of the outputs move when an input, or what a hidden node says, moves.

Training asks how the loss moves with the weights; an explanation asks how the answer moves with the signals. It is the
chain rule over the same links, always exact, whatever rule the network was trained by.
"""

from __future__ import annotations

import numpy as np

from ..errors import OptionError
from ..model.model import Model
from ..network import Signals, forward
from ..nn.activations import ACTIVATIONS, Array
from ..nn.network_class import Network


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


def exact_members(model: Model) -> list[Network]:
    """Return the networks that answer in float64, so that what is split adds up."""
    return [Network.of(one.architecture, one.parameters.copy(np.float64)) for one in model.members]


def signals_of(members: list[Network], inputs: Array) -> list[Signals]:
    """Pass scaled inputs, shape (n, features), through every member."""
    return [forward(member.architecture, member.parameters, inputs) for member in members]


def row_of(signals: Signals, row: int) -> Signals:
    """Return the signals of one sample."""
    return Signals(*([layer[row : row + 1] for layer in part] for part in signals))


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
