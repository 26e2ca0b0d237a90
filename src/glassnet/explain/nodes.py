"""What each hidden node is good for, measured on data: its importance, and whether it still learns.

The notes warn of saturation: where the sigmoid is flat, its derivative is nearly 0, the weights below do not move, and
the node learns nothing. Here it is measured: at how many samples is a node's derivative nearly 0?
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..model.model import Model
from ..network import Signals
from ..nn.activations import ACTIVATIONS, Array
from ..nn.network_class import Network
from .input_gradients import output_gradients

FLAT = 0.05
"""A node is flat at a sample when its derivative is below this part of its activation's steepest: for a sigmoid when
the sum is beyond ±4.4, for a ReLU below 0."""
MOSTLY = 0.95
"""A sigmoid or tanh that is flat at more than this part of the samples is called saturated."""
STEEPEST = {"sigmoid": 0.25}
"""Of the others it is 1, or a little more."""
BENDING_BOTH_WAYS = ("sigmoid", "tanh")


@dataclass(frozen=True)
class LayerOfNodes:
    """Statistics of a hidden layer's nodes.

    Parameters
    ----------
    layer : int
        From 1, the first hidden layer.
    activation : str
    matters : ndarray, shape (nodes,)
        Mean over the samples of what the node adds, for or against, to the gap between the two best answers: its
        activation times the gap's slope. In the last hidden layer it is exactly its part of the gap, see `why`. Where
        there are no classes, the sum of all outputs takes the gap's place.
    mean : ndarray, shape (nodes,)
        Mean activation.
    flat : ndarray, shape (nodes,)
        Part of the samples at which the node's derivative is nearly 0.
    weights : ndarray, shape (nodes, fan_in)
        Of the links that lead to the nodes.
    """

    layer: int
    activation: str
    matters: Array
    mean: Array
    flat: Array
    weights: Array

    @property
    def order(self) -> NDArray[np.intp]:
        """The nodes' numbers, from 0, the most important first."""
        return np.argsort(-self.matters, kind="stable")

    @property
    def dead(self) -> NDArray[np.intp]:
        """Nodes that are flat at every sample: they output the same for all, and no sample trains them."""
        return np.flatnonzero(self.flat == 1)

    @property
    def saturated(self) -> NDArray[np.intp]:
        """Sigmoid and tanh nodes that are flat at most samples, but not at all."""
        if self.activation not in BENDING_BOTH_WAYS:
            return np.empty(0, np.intp)
        return np.flatnonzero((self.flat > MOSTLY) & (self.flat < 1))


def examine_nodes(model: Model, data: Dataset) -> list[LayerOfNodes]:
    """Measure every hidden node on data; of an ensemble, the first member's.

    Raises
    ------
    DataError
        GN010, GN017 when the data do not fit the model.
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


def _top_two_direction(signals: Signals) -> Array:
    """Return the direction of the gap between each sample's two best answers, shape (n, classes)."""
    best = np.argsort(-signals.outputs, axis=1, kind="stable")
    direction = np.zeros_like(signals.outputs)
    np.put_along_axis(direction, best[:, :1], 1, axis=1)
    np.put_along_axis(direction, best[:, 1:2], -1, axis=1)
    return direction


def _sum_statistics(network: Network, signals: Signals, slope: Array, layer: int) -> Array:
    """Return sums over the samples of importance, activations, and flat places, shape (3, nodes)."""
    name, a = network.architecture.activations[layer], signals.activations[layer + 1]
    derivative = ACTIVATIONS[name].derivative
    assert derivative is not None  # softmax is refused in hidden layers
    flat = np.abs(derivative(signals.sums[layer], a)) < FLAT * STEEPEST.get(name, 1.0)
    return np.stack(
        [np.abs(a * slope).sum(axis=0, dtype=np.float64), a.sum(axis=0, dtype=np.float64), flat.sum(axis=0)]
    )
