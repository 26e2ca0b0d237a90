"""From a network that was read, wherever it is from, to a model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.arrays import are_integers
from ...data.dataset import SampleLayout
from ...messages.message import Message
from ...model.header import Receipt
from ...model.model import Model
from ...model.network import Network
from ...nn.architecture import Architecture
from ...nn.parameters import Parameters
from ...options.options import SPECS
from ...preprocess import Scaling, Targets
from ...preprocess.targets import TARGETS

_LARGEST = 1e30
"""Larger factors or offsets of a scaling become part of the first weights."""
LARGEST_INPUT = SPECS["input_max"].low or 0.0, SPECS["input_max"].high or 0.0
"""Limits of the largest value of inputs."""
_LOSSES = {"softmax": "cross_entropy", "sigmoid": "cross_entropy", "exponential": "poisson"}
"""Output activation -> the usual loss, with which training can resume."""

Floats = NDArray[np.float64]


class NotImportableError(ValueError):
    """The reason why a network cannot be imported: a sentence without a full stop, and the values in it."""

    def __init__(self, template: str | Message, /, **values: Any) -> None:
        self.message = Message(template, **values) if isinstance(template, str) else template
        super().__init__(self.message)


@dataclass(frozen=True)
class Layer:
    """A layer: weights of shape (fan_out, fan_in), bias of shape (fan_out,), and the name of its activation."""

    weights: NDArray[Any]
    bias: Floats
    activation: str


@dataclass(frozen=True)
class Imported:
    """A network that was read, whatever it was read from."""

    members: tuple[tuple[Layer, ...], ...]
    receipt: Receipt
    # `factor`, `offset`: what is applied to the inputs first: one value, or one per feature
    factor: Floats = field(default_factory=lambda: np.ones(1))
    offset: Floats = field(default_factory=lambda: np.zeros(1))
    task: str | None = None  # "classes", "labels" or "numbers"; None if the source does not show it
    # The names of the classes in the order of the outputs; None if they are numbers from 0
    classes: NDArray[Any] | None = None
    # `low`, `high`: for classes, the outputs that become the probabilities 0 and 1
    low: float = 0.0
    high: float = 1.0
    decision: tuple[float, ...] = ()  # as in `Targets`
    normalised: bool = False  # whether the source divides the outputs by their sum
    # `target_factor`, `target_offset`: shape (outputs,); what is applied to the outputs of a regression last
    target_factor: Floats | None = None
    target_offset: Floats | None = None
    names: tuple[str, ...] = ()  # names of labels or numbers, if known
    image_shape: tuple[int, int] | None = None  # (rows, columns)
    whole_inputs: bool = False  # whether the source takes only whole numbers
    # Largest value that files of inputs may have; None for any numbers, with pictures from 0 to 1
    maximum: float | None = None
    reading: str = ""  # how image files become inputs; see `Model`


def model_of(imported: Imported, task: str | None) -> Model:
    """Return the model of a network that was read."""
    factor, offset = imported.factor, imported.offset
    members = imported.members
    if not _can_scale(factor, offset):
        members = tuple(_with_inputs_scaled(one, factor, offset) for one in members)
        factor, offset = np.ones(1), np.zeros(1)
    task = task or imported.task or ("classes" if members[0][-1].activation in ("softmax", "sigmoid") else "numbers")
    members = tuple(_for_task(one, task, imported) for one in members)
    outputs = len(members[0][-1].weights)
    networks = [_network(one) for one in members]
    if any(one.architecture != networks[0].architecture for one in networks):
        raise NotImportableError("branches of different sizes or activations")
    names, class_type = (imported.names, "") if task != "classes" else _class_names(imported.classes)
    if len(names) not in (0, outputs) or len(set(names)) < len(names):
        raise NotImportableError("{count} names for {outputs} outputs", count=len(names), outputs=outputs)
    if len(imported.decision) not in (0, outputs):
        template = "{count} factors or thresholds for {outputs} outputs"
        raise NotImportableError(template, count=len(imported.decision), outputs=outputs)
    return Model(
        networks[0],
        _scaling(factor, offset, 1.0 if imported.maximum is None else imported.maximum),
        replace(_targets(task, outputs, imported), decision=imported.decision if task == imported.task else ()),
        imported.image_shape,
        imported.receipt,
        tuple(networks[1:]),
        names,
        reading=imported.reading,
        layout=SampleLayout(bounded=imported.maximum is not None),
        class_type=class_type,
    )


def _can_scale(factor: Floats, offset: Floats) -> bool:
    both = np.concatenate([factor, offset])
    return bool(factor.all() and np.isfinite(both).all() and np.abs(both).max() < _LARGEST)


def _with_inputs_scaled(layers: tuple[Layer, ...], factor: Floats, offset: Floats) -> tuple[Layer, ...]:
    first = layers[0]
    wide = first.weights.astype(np.float64)
    bias = first.bias + wide @ np.broadcast_to(offset, wide.shape[1])
    return (Layer((wide * factor).astype(first.weights.dtype), bias, first.activation), *layers[1:])


def _for_task(layers: tuple[Layer, ...], task: str, imported: Imported) -> tuple[Layer, ...]:
    """Return layers whose last activation suits the task: two outputs for two classes, probabilities for logits."""
    last = layers[-1]
    logits = last.activation == "identity" and not imported.normalised
    if task == "classes":
        if len(last.weights) == 1:
            if last.activation != "sigmoid" and not logits:
                raise NotImportableError(
                    "one {activation} output, expected a probability or numbers", activation=last.activation
                )
            # softmax(0, z) is (1 - sigmoid(z), sigmoid(z))
            weights = np.concatenate([np.zeros_like(last.weights), last.weights])
            last = Layer(weights, np.concatenate([np.zeros(1), last.bias]), "softmax")
        elif logits:
            last = Layer(last.weights, last.bias, "softmax")
    elif task == "labels":
        if last.activation != "sigmoid" and not logits:
            raise NotImportableError(
                "{activation} outputs, expected one sigmoid output per label", activation=last.activation
            )
        last = Layer(last.weights, last.bias, "sigmoid")
    elif last.activation == "softmax":
        raise NotImportableError("softmax outputs, expected numbers")
    return (*layers[:-1], last)


def _network(layers: tuple[Layer, ...]) -> Network:
    activations = tuple(one.activation for one in layers)
    sizes = (layers[0].weights.shape[1], *(len(one.weights) for one in layers))
    loss = _LOSSES.get(activations[-1], "squared_error")
    architecture = Architecture(sizes, activations, bias=True, loss=loss)
    wide = any(one.weights.dtype == np.float64 for one in layers)
    parameters = Parameters(architecture.layout, dtype=np.float64 if wide else np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for one, weights, bias in zip(layers, parameters.weights, parameters.biases, strict=True):
            assert bias is not None
            weights[...], bias[...] = one.weights, one.bias
    if not np.isfinite(parameters.flat).all():
        raise NotImportableError("weights that are NaN or infinite")
    return Network.of(architecture, parameters)


def _scaling(factor: Floats, offset: Floats, maximum: float) -> Scaling:
    """Return ``x · factor + offset`` as a scaling, whose span is for inputs up to `maximum`."""
    span = factor * maximum
    if max(factor.size, offset.size) > 1:
        span, offset = np.broadcast_arrays(span, offset)
        return Scaling("features", maximum, tuple(span.tolist()), tuple(offset.tolist()))
    nothing = factor.item() == maximum == 1 and offset.item() == 0
    return Scaling("unit" if nothing else "standard", maximum, span.item(), offset.item())


def _targets(task: str, outputs: int, imported: Imported) -> Targets:
    if task == "labels":
        return Targets.named("multilabel", outputs)
    if task == "classes":
        low, high = imported.low, imported.high
        for name, (usual_low, usual_high) in TARGETS.items():  # undoes the rounding to float32
            if abs(low - usual_low) + abs(high - usual_high) < 1e-6 and name in ("notes", "one-hot"):
                return Targets.named(name, outputs)
        return Targets("one-hot", outputs, low, high)
    offset, factor = (
        tuple(np.broadcast_to(usual if given is None else given, outputs).tolist())
        for given, usual in ((imported.target_offset, np.zeros(1)), (imported.target_factor, np.ones(1)))
    )
    return Targets("values", outputs, offset=offset, scale=factor)


def _class_names(classes: NDArray[Any] | None) -> tuple[tuple[str, ...], str]:
    """Return the names of classes, none for numbers from 0, and `Model.class_type`."""
    if classes is None or (classes.dtype.kind in "iu" and classes.tolist() == list(range(len(classes)))):
        return (), ""
    names = tuple(str(one) for one in classes.tolist())
    if classes.dtype.kind == "b":
        return names, "bool"
    if classes.dtype.kind == "f":
        return names, "float"
    return names, "text" if classes.dtype.kind in "OUT" and are_integers(names) else ""
