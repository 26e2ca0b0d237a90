"""One hidden node, examined on data: what excites it, how it differs between classes, what it adds to each output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import OptionError
from ..messages.one_line import one_line
from ..model.evaluate import truth_of
from ..model.model import Model
from ..model.network import Network
from ..network import Signals
from ..nn.activations import ACTIVATIONS, Array
from .input_gradients import output_gradients
from .nodes import is_flat


@one_line
@dataclass(frozen=True)
class HiddenNode:
    """Result of `examine_node`.

    Parameters
    ----------
    layer, node : int
        Number of the hidden layer, from 1, and of the node in it, from 0.
    activation : str
    samples : int
        Number of examined samples.
    mean, flat : float
        Mean activation; fraction of the samples on which the node is saturated, see `nodes.FLAT`.
    weights : ndarray, shape (features,)
        The input pattern: in the first hidden layer the weights into the node; in another one the gradient of its
        weighted sum by the scaled inputs, averaged over the samples.
    rows : ndarray of int64, shape (count,)
        Samples with the largest activation, the largest first: row numbers in the source, as in
        `Dataset.row_numbers`.
    activations : ndarray, shape (count,)
        Activations for these samples.
    sums : ndarray, shape (count,)
        Weighted sums for these samples; they differ where the activation is saturated.
    inputs : ndarray, shape (count, features)
        These samples, unscaled; deskewed, if the model deskews its inputs.
    labels : ndarray, shape (count,)
        Their classes; for multiple labels or numbers per sample, shape (count, outputs).
    by_output : ndarray, shape (outputs,)
        For classes and labels, the mean activation on the samples of each, NaN if there are none; for a regression the
        correlation of the activation with each target, NaN if one of the two is constant.
    slopes : ndarray, shape (outputs,)
        Gradient of each logit by the activation, averaged over the samples; in the last hidden layer these are the
        weights to the outputs.
    adds : ndarray, shape (outputs,)
        What the node adds to each logit on average: activation times gradient. In the last hidden layer, where logits
        are linear, this is exact: weight times mean activation.
    """

    layer: int
    node: int
    activation: str
    samples: int
    mean: float
    flat: float
    weights: Array
    rows: NDArray[np.int64]
    activations: Array
    sums: Array
    inputs: NDArray[Any]
    labels: NDArray[Any]
    by_output: Array
    slopes: Array
    adds: Array


def examine_node(model: Model, data: Dataset, node: int, layer: int = 1, count: int = 10) -> HiddenNode:
    """Examine one hidden node on labelled data; of an ensemble, a node of the first member.

    Parameters
    ----------
    model : Model
    data : Dataset
    node : int
        Number of the node in its layer, from 0.
    layer : int
        Hidden layer, from 1.
    count : int
        Number of samples with the largest activation to return; fewer if there are fewer.

    Raises
    ------
    OptionError
        GN021 for a layer, node or `count` that does not exist; GN081 if the model has no hidden layer.
    DataError
        GN010, GN017 if the data do not fit the model.

    Examples
    --------
    >>> from glassnet import Options, fit, load_data
    >>> data = load_data("mnist", part="test").take(slice(0, 200))
    >>> model = fit(data, Options(hidden=20, engine="reference", epochs=1)).model
    >>> found = examine_node(model, data, 7)
    >>> found.weights.shape, found.by_output.shape, len(found.rows)
    ((784,), (10,), 10)
    """
    network = model.network
    hidden = network.architecture.sizes[1:-1]
    if not hidden:
        raise OptionError("GN081", "node {node}: the network has no hidden layer.", node=node)
    if not 1 <= layer <= len(hidden):
        raise OptionError(
            "GN021", "layer {layer}: the network has hidden layers 1 to {layers}.", layer=layer, layers=len(hidden)
        )
    if not 0 <= node < hidden[layer - 1]:
        last = hidden[layer - 1] - 1
        raise OptionError(
            "GN021", "node {node}: hidden layer {layer} has nodes 0 to {last}.", node=node, layer=layer, last=last
        )
    if count < 1:
        raise OptionError("GN021", "count {count}: expected 1 or more.", count=count)
    model.require(data)
    activation = network.architecture.activations[layer - 1]
    signals, sums = [], np.zeros((3, model.classes))
    pattern = np.zeros(model.features)
    for _, members in model.batches(data.inputs):
        first = members[0]
        z, a = first.sums[layer - 1][:, node], first.activations[layer][:, node]
        slopes = _logit_slopes(network, first, layer, node)
        sums[:2] += np.stack([slopes.sum(axis=0), a.astype(np.float64) @ slopes])
        if layer > 1:
            one_node = np.arange(hidden[layer - 1]) == node
            pattern += output_gradients(network, first, one_node.astype(np.float64), layer)[0].sum(axis=0)
        signals.append(np.stack([z, a]).astype(np.float64))
    z, a = np.concatenate(signals, axis=1)
    # Where the activation is flat, many samples have the same one: the weighted sum decides, then the row.
    most = np.lexsort((np.arange(len(a)), -z, -a))[:count]
    return HiddenNode(
        layer=layer,
        node=node,
        activation=activation,
        samples=len(a),
        mean=float(a.mean()),
        flat=float(is_flat(activation, z, a).mean()),
        weights=pattern / len(a) if layer > 1 else network.parameters.weights[0][node].astype(np.float64),
        rows=data.row_numbers[most],
        activations=a[most],
        sums=z[most],
        inputs=model.upright(data.inputs[most]),
        labels=truth_of(data)[most],
        by_output=_by_output(model, data, a),
        slopes=sums[0] / len(a),
        adds=sums[1] / len(a),
    )


def _logit_slopes(network: Network, signals: Signals, layer: int, node: int) -> Array:
    """Return the gradient of each logit by the activation of a node, shape (n, outputs)."""
    weights, architecture = network.parameters.weights, network.architecture
    tangent = np.broadcast_to(weights[layer][:, node].astype(np.float64), (len(signals.outputs), len(weights[layer])))
    for above in range(layer + 1, len(weights)):
        derivative = ACTIVATIONS[architecture.activations[above - 1]].derivative
        assert derivative is not None  # hidden layers cannot have softmax
        tangent = (tangent * derivative(signals.sums[above - 1], signals.activations[above])) @ weights[above].T
    return tangent


def _by_output(model: Model, data: Dataset, a: Array) -> Array:
    """Return the mean activation by class or label, or its correlation with each target; shape (outputs,)."""
    found = np.full(model.classes, np.nan)
    if data.values is None:
        counts = np.bincount(data.labels, minlength=model.classes)
        totals = np.bincount(data.labels, weights=a, minlength=model.classes)
        np.divide(totals, counts, out=found, where=counts > 0)
        return found
    for output, values in enumerate(np.asarray(data.values, np.float64).T):
        if model.targets.name != "values":
            if (values > 0.5).any():
                found[output] = a[values > 0.5].mean()
        elif a.std() and values.std():
            found[output] = np.corrcoef(a, values)[0, 1]
    return found
