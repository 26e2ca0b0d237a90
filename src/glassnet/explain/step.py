r"""One training step, recomputed in full: every signal, error, delta and weight change, by both rules.

Signs follow the notes: the error is :math:`e = t - o`, the delta :math:`\delta = e \cdot f'`, and weights change by
:math:`\Delta W = \alpha \, \delta \, O_{prev}^T`, in the direction that reduces the error. All numbers are float64,
whatever the precision of the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import OptionError
from ..messages.one_line import one_line
from ..model.evaluate import truth_of
from ..model.model import Model
from ..model.network import Network
from ..network import Signals, backpropagate, forward, send_back
from ..nn.activations import ACTIVATIONS, Array
from ..nn.architecture import RULES, Architecture
from ..nn.optimizers import State, take_step
from ..nn.parameters import Parameters
from ..options.options import Options


def split(error: Array, weight: Array, *, in_proportion: bool) -> Array:
    """Split the error of each node over the weights into it.

    Split in proportion, as the notes start, a weight gets ``e_k · w_kj / Σ_j w_kj``, or 0 if the sum is 0; in their
    example 0.42. Without the denominator, as they continue, it gets ``e_k · w_kj``; summed over k, that is ``Wᵀ · e``.

    `error` has shape (n, fan_out), `weight` (fan_out, fan_in), and the shares (n, fan_out, fan_in): their sum over the
    nodes k is the error of each node in the layer below.

    >>> split(np.array([[0.8, 0.5]]), np.array([[2.0, 3.0], [1.0, 4.0]]), in_proportion=True).sum(axis=1).round(12)
    array([[0.42, 0.88]])
    """
    if in_proportion:
        total = weight.sum(axis=1)
        error = np.divide(error, total, out=np.zeros_like(error), where=total != 0)
    shares: Array = error[:, :, None] * weight
    return shares


class WayFacts(TypedDict):
    """Error, delta and changes of a layer by one rule."""

    error: Annotated[list[list[float]], "(samples, nodes); at the outputs `t − o`"]
    delta: Annotated[list[list[float]], "(samples, nodes)"]
    sent: Annotated[list[list[float]], "(samples, nodes): what is sent back over the weights"]
    change: Annotated[list[list[float]], "(nodes, nodes below): what is added to the weights"]
    bias_change: Annotated[list[float] | None, "what is added to the bias"]
    after: Annotated[list[list[float]], "(nodes, nodes below): the weights after the step"]
    links: Annotated[
        NotRequired[list[list[list[float]]]],
        "(samples, nodes, nodes below): what is sent back over each weight; not for the first layer",
    ]
    links_in_proportion: Annotated[NotRequired[list[list[list[float]]]], "likewise, split in proportion to the weights"]


class WaysFacts(TypedDict):
    """A layer by each rule."""

    notes: Annotated[NotRequired[WayFacts], "by the rule of the notes, if it applies"]
    gradient: Annotated[WayFacts, "by the gradient"]


class LayerFacts(TypedDict):
    """A layer in a training step."""

    activation: Annotated[str, "the activation function"]
    inputs: Annotated[list[list[float]], "(samples, nodes below)"]
    weight: Annotated[list[list[float]], "(nodes, nodes below), before the step"]
    bias: Annotated[list[float] | None, "before the step"]
    sums: Annotated[list[list[float]], "(samples, nodes)"]
    activations: Annotated[list[list[float]], "(samples, nodes)"]
    derivative: Annotated[list[list[float]] | None, "(samples, nodes); null for softmax"]
    ways: Annotated[WaysFacts, "the changes by each rule"]
    difference: Annotated[
        list[list[float]] | None,
        "(nodes, nodes below): difference of the changes by the two rules; null if one does not apply",
    ]
    error_in_proportion: Annotated[
        list[list[float]] | None,
        "(samples, nodes): the error in proportion to the weights; null if that does not apply",
    ]


class TraceFacts(TypedDict):
    """The numbers of a training step."""

    rule: Annotated[str, "that of the network"]
    loss: Annotated[str, "that of the network"]
    loss_before: Annotated[float, "loss before the step by the network's rule"]
    loss_after: Annotated[float, "loss after it"]
    learning_rate: Annotated[float, "the α of the step"]
    optimizer: Annotated[str, "that of the network"]
    targets: Annotated[list[list[float]], "(samples, outputs)"]
    layers: Annotated[list[LayerFacts], "first hidden layer first"]
    image_shape: Annotated[tuple[int, int] | None, "rows and columns of a drawn sample"]
    class_names: Annotated[tuple[str, ...], "names of the outputs; empty if they have only numbers"]


@one_line
@dataclass(frozen=True)
class WayBack:
    """Error, delta and weight changes of a layer by one rule."""

    error: Array  # shape (n, fan_out): error sent back to the nodes of the layer; at the outputs ``t − o``
    # shape (n, fan_out): error times derivative, ``E · O(1 − O)`` in the notes; at the outputs, negative gradient of
    # the loss
    delta: Array
    # shape (n, fan_out): signal sent back over the weights: the error by rule ``notes``, the delta by rule ``gradient``
    sent: Array
    change: Array  # shape (fan_out, fan_in): change of the weights, averaged over the samples
    bias_change: Array | None  # shape (fan_out,)


@one_line
@dataclass(frozen=True)
class LayerStep:
    """One layer of nodes and the weights into it, in one step.

    Parameters
    ----------
    activation : str
    inputs : ndarray, shape (n, fan_in)
        Activations of the layer below.
    weight : ndarray, shape (fan_out, fan_in)
        Weights before the step; ``weight + ways[rule].change`` are those after it.
    bias : ndarray, shape (fan_out,), or None
    sums, activations : ndarray, shape (n, fan_out)
    derivative : ndarray, shape (n, fan_out), or None
        Derivative of the activation; None for softmax, which has no derivative per node.
    ways : dict
        Rule -> `WayBack`.
    """

    activation: str
    inputs: Array
    weight: Array
    bias: Array | None
    sums: Array
    activations: Array
    derivative: Array | None
    ways: dict[str, WayBack]

    @property
    def difference(self) -> Array | None:
        """Change by rule ``notes`` minus change by rule ``gradient``; None if rule ``notes`` does not apply."""
        return self.ways["notes"].change - self.ways["gradient"].change if "notes" in self.ways else None

    @property
    def masked(self) -> bool:
        """Whether dropout has masked some nodes and scaled up the others."""
        value = ACTIVATIONS[self.activation].value(self.sums)
        return not np.allclose(self.activations, value, rtol=1e-9, atol=1e-12)

    def links(self, rule: str, *, in_proportion: bool = False) -> Array:
        """Return the signal sent back over each weight, shape (n, fan_out, fan_in); see `split`."""
        return split(self.ways[rule].sent, self.weight, in_proportion=in_proportion)


@one_line
@dataclass(frozen=True)
class Trace:
    """One training step of one network.

    Parameters
    ----------
    rule : str
        Rule of the network; the other rule is computed for comparison.
    loss : str
        Name of the loss.
    loss_before, loss_after : float
        Mean loss of the samples, without dropout, before and after the step by the rule of the network.
    learning_rate : float
    optimizer : str
    targets : ndarray, shape (n, outputs)
    layers : tuple of LayerStep
        Layers, starting with the first hidden layer.
    image_shape : (rows, columns) or None
        Shape of an input, if it is an image.
    raw : ndarray, shape (1, features), or None
        First sample, unscaled, for drawing it; not in JSON.
    photo : bool
        Whether high values are light instead of ink; not in JSON.
    class_names : tuple of str
        Names of the outputs; empty if they are numbered.
    losses_after : dict
        Rule -> loss after the step by this rule; not in JSON.
    """

    rule: str
    loss: str
    loss_before: float
    loss_after: float
    learning_rate: float
    optimizer: str
    targets: Array
    layers: tuple[LayerStep, ...]
    image_shape: tuple[int, int] | None = None
    raw: NDArray[Any] | None = None
    photo: bool = False
    class_names: tuple[str, ...] = ()
    losses_after: dict[str, float] = field(default_factory=dict)

    def node_name(self, layer: LayerStep, node: int) -> str:
        """Return the name of a node: the class name of an output, if it has one, otherwise its number."""
        return self.class_names[node] if self.class_names and layer is self.layers[-1] else str(node)

    def is_plain(self, layer: LayerStep, rule: str) -> bool:
        """Whether the changes are the gradient times the learning rate, without weight decay or clipping."""
        way = layer.ways[rule]
        plain = self.learning_rate * way.delta.T @ layer.inputs / len(layer.inputs)
        return bool(np.allclose(way.change, plain, rtol=1e-6, atol=1e-12))

    @property
    def inputs(self) -> Array:
        """The scaled inputs, shape (n, features)."""
        return self.layers[0].inputs

    @property
    def drawn(self) -> NDArray[Any]:
        """First sample as drawn, shape (1, features)."""
        return self.inputs[:1] if self.raw is None else self.raw

    @property
    def outputs(self) -> Array:
        """The outputs, shape (n, outputs)."""
        return self.layers[-1].activations

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that apply, starting with that of the network."""
        return tuple(sorted(self.layers[0].ways, key=lambda rule: rule != self.rule))

    def in_proportion(self, layer: int) -> Array | None:
        """Return the error sent back to the nodes of a layer in proportion to the weights, shape (n, fan_out).

        None for the outputs, which have no layer above, and if rule ``notes`` does not apply.
        """
        if layer + 1 == len(self.layers) or "notes" not in self.rules:
            return None
        back: Array = self.layers[layer + 1].links("notes", in_proportion=True).sum(axis=1)
        return back

    def to_dict(self) -> TraceFacts:
        """Return all numbers as plain values, for JSON."""
        plain: dict[str, Any] = _to_plain(replace(self, raw=None))
        del plain["raw"], plain["photo"], plain["losses_after"]
        for number, (layer, numbers) in enumerate(zip(self.layers, plain["layers"], strict=True)):
            numbers["difference"] = _to_plain(layer.difference)
            numbers["error_in_proportion"] = _to_plain(self.in_proportion(number))
            for rule, way in numbers["ways"].items():
                way["after"] = (layer.weight + layer.ways[rule].change).tolist()
                if layer is not self.layers[0]:
                    for name, in_proportion in (("links", False), ("links_in_proportion", True)):
                        way[name] = layer.links(rule, in_proportion=in_proportion).tolist()
        facts: TraceFacts = plain  # type: ignore[assignment]
        return facts


def trace(model: Model, sample: Dataset, *, learning_rate: float | None = None) -> Trace:
    """Compute one plain training step, ``w ← w − α g``, without changing the model.

    Parameters
    ----------
    model : Model
        Of an ensemble, the first member is used.
    sample : Dataset
        One sample, ``data.take(slice(row, row + 1))``, or a batch, whose weight changes are averaged.
    learning_rate : float, optional
        Learning rate α; by default that of the training record, or 0.2 as in the notes.

    Raises
    ------
    DataError
        GN010, GN017 if the sample does not fit the model.
    OptionError
        GN021 for an invalid learning rate.
    """
    model.require(sample)
    if learning_rate is None:
        learning_rate = float(model.receipt.get("options", {}).get("learning_rate", Options().learning_rate))
    learning_rate = Options(learning_rate=learning_rate).learning_rate
    model, raw = model.opened(sample.inputs)
    inputs = model.scaling.apply(raw, np.float64)
    targets = model.targets.apply(truth_of(sample))
    step = trace_step(model.network, inputs, targets, learning_rate)
    return replace(
        step,
        image_shape=model.image_shape,
        raw=raw[:1],
        photo=model.reading == "photo",
        class_names=tuple(model.class_names),
    )


def trace_step(
    network: Network,
    inputs: Array,
    targets: Array,
    learning_rate: float,
    *,
    options: Options | None = None,
    state: State | None = None,
    masks: Sequence[Array | None] = (),
    weights: Array | None = None,
) -> Trace:
    """Compute one step of a network on scaled inputs, shape (n, features), and targets, (n, outputs).

    By default, the optimizer makes plain steps and its state is empty. Dropout `masks` are as for `network.forward`,
    sample `weights`, shape (n,), as for `network.backpropagate`; errors and deltas are multiplied by them.
    """
    options = options or Options()
    parameters = network.parameters.copy(np.float64)
    architecture = network.architecture
    signals = forward(architecture, parameters, inputs, masks)
    steps = {}
    for rule in _applicable_rules(architecture):
        ruled = replace(architecture, rule=rule)
        gradients = backpropagate(ruled, parameters, signals, targets, masks, weights=weights)
        after = _take_step(parameters, gradients, learning_rate, options, state)
        steps[rule] = list(send_back(ruled, parameters, signals, targets, masks, weights))[::-1], after
    layers = []
    for number in range(len(architecture.activations)):
        ways = {
            rule: _make_way_back(rule, number, errors[number][1:], parameters, after)
            for rule, (errors, after) in steps.items()
        }
        layers.append(_make_layer(architecture, parameters, signals, number, ways))
    losses_after = {rule: _mean_loss(architecture, after, inputs, targets) for rule, (_, after) in steps.items()}
    return Trace(
        rule=architecture.rule,
        loss=architecture.loss,
        loss_before=_mean_loss(architecture, parameters, inputs, targets),
        loss_after=losses_after[architecture.rule],
        learning_rate=learning_rate,
        optimizer=options.optimizer,
        targets=targets,
        layers=tuple(layers),
        losses_after=losses_after,
    )


def worked_example() -> Trace:
    """Return the worked example of the notes as a step: errors 0.8, 0.5, weights 2, 3 and 1, 4, so 0.42 and 0.88.

    Two nodes lead to two outputs. The notes give no signals and no activation; here the signals are 1, the activation
    is the identity, and the targets produce the errors of the notes.
    """
    network = Network((2, 2, 2), "identity", rule="notes")
    network.parameters.assign({"layer1.weight": np.eye(2), "layer2.weight": np.array([[2.0, 3.0], [1.0, 4.0]])})
    ones = np.ones((1, 2))
    return trace_step(network, ones, network.outputs(ones) + np.array([[0.8, 0.5]]), 0.01)


def _applicable_rules(architecture: Architecture) -> list[str]:
    """Return the rules that apply to an architecture."""
    fitting = []
    for rule in RULES:
        try:
            replace(architecture, rule=rule)
        except OptionError:
            continue
        fitting.append(rule)
    return fitting


def _take_step(
    parameters: Parameters, gradients: Parameters, rate: float, options: Options, state: State | None
) -> Parameters:
    """Return the parameters after a step; the arguments are not changed."""
    state_copy = State.new(parameters.copy(), options)
    if state is not None:
        state_copy.slots[...], state_copy.step = state.slots, state.step
    take_step(state_copy, gradients, rate, options)
    return state_copy.parameters


def _make_way_back(rule: str, layer: int, way: tuple[Array, Array], before: Parameters, after: Parameters) -> WayBack:
    error, delta = -way[0], -way[1]  # in `network` they are gradients, o − t
    bias, bias_after = before.biases[layer], after.biases[layer]
    bias_change = None if bias is None or bias_after is None else bias_after - bias
    sent = error if rule == "notes" else delta
    return WayBack(error, delta, sent, after.weights[layer] - before.weights[layer], bias_change)


def _make_layer(
    architecture: Architecture, parameters: Parameters, signals: Signals, layer: int, ways: dict[str, WayBack]
) -> LayerStep:
    name, z, a = architecture.activations[layer], signals.sums[layer], signals.activations[layer + 1]
    derivative_of = ACTIVATIONS[name].derivative
    weight, bias = parameters.weights[layer], parameters.biases[layer]
    derivative = derivative_of(z, ACTIVATIONS[name].value(z)) if derivative_of else None  # as without dropout
    return LayerStep(name, signals.activations[layer], weight, bias, z, a, derivative, ways)


def _mean_loss(architecture: Architecture, parameters: Parameters, inputs: Array, targets: Array) -> float:
    signals = forward(architecture, parameters, inputs)
    return float(architecture.output_loss.value(signals.sums[-1], signals.outputs, targets).mean())


def _to_plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return [_to_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _to_plain(one) for name, one in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: _to_plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
