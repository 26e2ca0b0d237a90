"""Importance and saturation of hidden nodes, measured on data.

The notes warn of saturation: where the sigmoid is flat, its derivative is nearly 0, so the weights into the node hardly
change. Here it is measured as the fraction of samples for which the derivative of a node is nearly 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..messages.one_line import one_line
from ..model.model import Model
from ..model.network import Network
from ..network import Signals
from ..nn.activations import ACTIVATIONS, Array
from .input_gradients import output_gradients

FLAT = 0.05
"""A node is saturated on a sample if its derivative is below this fraction of the largest derivative of the activation:
for a sigmoid if the sum is beyond ±4.4. Where the activation is about 0 there, as a ReLU below 0, the node is off."""
MOSTLY = 0.95
"""A sigmoid or tanh node is called saturated if it is so on more than this fraction of the samples."""
STEEPEST = {"sigmoid": 0.25}
"""Largest derivative of an activation; that of the other activations is 1 or slightly more."""
BENDING_BOTH_WAYS = ("sigmoid", "tanh")
SATURATING = (*BENDING_BOTH_WAYS, "elu")
"""Activations that are flat at another value than 0."""


@one_line
@dataclass(frozen=True)
class LayerOfNodes:
    """Statistics of a hidden layer's nodes.

    Parameters
    ----------
    layer : int
        Number of the hidden layer, from 1.
    activation : str
    matters : ndarray, shape (nodes,)
        Importance: mean over the samples of the absolute contribution to the margin between the two best classes, that
        is activation times gradient of the margin. In the last hidden layer it is exact, see `why`. Without classes,
        the sum of all outputs replaces the margin.
    mean : ndarray, shape (nodes,)
        Mean activation.
    flat : ndarray, shape (nodes,)
        Fraction of the samples on which the derivative of the node is nearly 0.
    weights : ndarray, shape (nodes, fan_in)
        Weights into the nodes.
    """

    layer: int
    activation: str
    matters: Array
    mean: Array
    flat: Array
    weights: Array

    @property
    def order(self) -> NDArray[np.intp]:
        """Numbers of the nodes, from 0, in order of decreasing importance."""
        return np.argsort(-self.matters, kind="stable")

    @property
    def dead(self) -> NDArray[np.intp]:
        """Nodes with a derivative near 0 on every sample: their output is constant, and no sample trains them."""
        return np.flatnonzero(self.flat == 1)

    @property
    def saturated(self) -> NDArray[np.intp]:
        """Sigmoid and tanh nodes with a derivative near 0 on most samples, but not on all."""
        if self.activation not in BENDING_BOTH_WAYS:
            return np.empty(0, np.intp)
        return np.flatnonzero((self.flat > MOSTLY) & (self.flat < 1))


def examine_nodes(model: Model, data: Dataset) -> list[LayerOfNodes]:
    """Measure every hidden node on data; of an ensemble, those of the first member.

    Raises
    ------
    DataError
        GN010, GN017 if the data do not fit the model.
    """
    model.require(data)
    network = model.network
    hidden = network.architecture.sizes[1:-1]
    totals = [np.zeros((3, nodes)) for nodes in hidden]
    for _, members in model.batches(data.inputs):
        signals = members[0]
        direction = _top_two_direction(signals) if model.targets.of_classes else np.ones_like(signals.outputs)
        by_layer = output_gradients(network, signals, direction)
        for layer, total in enumerate(totals):
            total += _sum_statistics(network, signals, by_layer[layer + 1], layer)
    layers = []
    for layer, (total, weights) in enumerate(zip(totals, network.parameters.weights, strict=False)):
        matters, mean, flat = total / len(data)
        layers.append(LayerOfNodes(layer + 1, network.architecture.activations[layer], matters, mean, flat, weights))
    return layers


def is_flat(activation: str, sums: Array, activations: Array) -> NDArray[np.bool_]:
    """Return where nodes are saturated, see `FLAT`; arrays of any equal shape."""
    derivative = ACTIVATIONS[activation].derivative
    assert derivative is not None  # hidden layers cannot have softmax
    flat: NDArray[np.bool_] = np.abs(derivative(sums, activations)) < FLAT * STEEPEST.get(activation, 1.0)
    return flat


def _top_two_direction(signals: Signals) -> Array:
    """Return the direction of the margin between the two best classes of each sample, shape (n, classes)."""
    best = np.argsort(-signals.outputs, axis=1, kind="stable")
    direction = np.zeros_like(signals.outputs)
    np.put_along_axis(direction, best[:, :1], 1, axis=1)
    np.put_along_axis(direction, best[:, 1:2], -1, axis=1)
    return direction


def _sum_statistics(network: Network, signals: Signals, slope: Array, layer: int) -> Array:
    """Return sums over the samples of importance, activation and saturation, shape (3, nodes)."""
    name, a = network.architecture.activations[layer], signals.activations[layer + 1]
    flat = is_flat(name, signals.sums[layer], a)
    return np.stack(
        [np.abs(a * slope).sum(axis=0, dtype=np.float64), a.sum(axis=0, dtype=np.float64), flat.sum(axis=0)]
    )
