"""From the steps of a chain to layers: factors and offsets between dense layers become part of their weights."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from ...data.dataset import HANDWRITING
from ...model.header import Receipt, imported_from
from ...nn.activations import ACTIVATIONS
from .building import LARGEST_INPUT, Floats, Imported, Layer, NotImportableError
from .chain import Activation, Affine, Chain, Dense, Step, Widen
from .reading import MISMATCH, OnnxGraph, refused
from .tensors import WHOLE
from .writer import KEY

_LARGEST_BATCH = 10_000
_READINGS = ("ink", "photo", HANDWRITING)


class _Folded(NamedTuple):
    """Layers, and what precedes and follows them: ``x · factor + offset``."""

    layers: tuple[Layer, ...]
    before: tuple[Floats, Floats]
    after: tuple[Floats, Floats] | None


def folded(graph: OnnxGraph, chain: Chain) -> Imported:
    """Return the network that a chain describes."""
    members = [_folded(steps) for steps in chain.members]
    first = members[0]
    features = first.layers[0].weights.shape[1]
    if any(len(one.before[0]) not in (1, features) or len(one.before[1]) not in (1, features) for one in members):
        raise NotImportableError("a scaling of another number of inputs than the first layer has")
    for one in members[1:]:
        same = all(map(np.array_equal, one.before, first.before))
        if not same or not all(map(np.array_equal, one.after or _NOTHING, first.after or _NOTHING)):
            raise NotImportableError("branches whose inputs or outputs are scaled differently")
    if chain.decoding.binary and len(first.layers[-1].weights) != 1:
        raise NotImportableError("two probabilities for each of several outputs")
    sides = graph.input.sides[1:]
    if None not in sides and math.prod(side or 0 for side in sides) != features:
        raise NotImportableError(
            "an input of shape {sides}, but a first layer of {features} inputs", sides=list(sides), features=features
        )
    factor, offset = first.after or (None, None)
    source = {"file": Path(graph.name).name, "sha256": graph.sha256}
    if graph.data_sha256:
        source["data_sha256"] = graph.data_sha256
    return Imported(
        tuple(one.layers for one in members),
        Receipt(not_verifiable=str(imported_from(source)), imported=source),
        *first.before,
        task=chain.decoding.task or ("numbers" if first.after else None),
        classes=chain.decoding.classes,
        low=chain.decoding.low,
        high=chain.decoding.high,
        decision=chain.decoding.decision,
        normalised=chain.decoding.normalised,
        target_factor=factor,
        target_offset=offset,
        names=_names(graph, len(first.layers[-1].weights)),
        image_shape=_image_shape(graph, features),
        whole_inputs=graph.input.dtype in WHOLE,
        maximum=_maximum(graph),
        reading=next((one for one in _READINGS if one == graph.metadata.get(f"{KEY}reading")), ""),
    )


def _folded(steps: tuple[Step, ...]) -> _Folded:
    """Return the layers of one network.

    What follows a conversion to float64 at the end stays apart, as the network's targets: folded into weights of
    float32, a large offset would lose digits.
    """
    last = max((k for k, step in enumerate(steps) if isinstance(step, Dense | Activation)), default=-1)
    wide = next((k for k, step in enumerate(steps) if k > last and isinstance(step, Widen)), len(steps))
    layers: list[Layer] = []
    sums: tuple[NDArray[Any], Floats, Any] | None = None  # of a layer whose activation is still to come
    before: tuple[Floats, Floats] | None = None
    pending = _NOTHING  # factor and offset that no layer has taken yet
    for step in steps[:wide]:
        if isinstance(step, Dense):
            if sums is not None:
                layers.append(Layer(sums[0], sums[1], "identity"))
            if before is None:
                before, pending = pending, _NOTHING
            elif layers and not ACTIVATIONS[layers[-1].activation].hidden:
                raise refused(
                    step.node, "after {activation}, expected this of the outputs only", activation=layers[-1].activation
                )
            sums, pending = _dense(step, layers[-1] if layers else None, pending), _NOTHING
        elif isinstance(step, Affine):
            if sums is None:
                pending = _after(pending, step)
            else:
                sums = _scaled(sums, step)
        elif isinstance(step, Activation):
            if sums is None:
                raise refused(step.node, "no dense layer before it")
            layers.append(Layer(sums[0], sums[1], step.name))
            sums = None
    if sums is not None:
        layers.append(Layer(sums[0], sums[1], "identity"))
    if before is None:
        raise NotImportableError("no dense layer")
    for step in steps[wide:]:
        if isinstance(step, Affine):
            pending = _after(pending, step)
    if pending is _NOTHING:
        return _Folded(tuple(layers), before, None)
    if not (pending[0] > 0).all():
        raise NotImportableError("outputs with a factor that is not above 0")
    return _Folded(tuple(layers), before, pending)


_NOTHING = np.ones(1), np.zeros(1)


def _after(pending: tuple[Floats, Floats], step: Affine) -> tuple[Floats, Floats]:
    """Return factor and offset of one affine step after another."""
    if len({one.size for one in (*pending, step.factor, step.offset)} - {1}) > 1:
        raise refused(step.node, MISMATCH)
    return pending[0] * step.factor, pending[1] * step.factor + step.offset


def _dense(step: Dense, last: Layer | None, pending: tuple[Floats, Floats]) -> tuple[NDArray[Any], Floats, Any]:
    weights, bias = step.weights, np.broadcast_to(step.bias, len(step.weights))
    fan_in = weights.shape[1]
    if last is not None and len(last.weights) != fan_in:
        raise refused(
            step.node,
            "{inputs} inputs, but the layer before has {outputs} outputs",
            inputs=fan_in,
            outputs=len(last.weights),
        )
    if pending is not _NOTHING:
        factor, offset = pending
        if {factor.size, offset.size} - {1, fan_in}:
            raise refused(step.node, MISMATCH)
        wide = weights.astype(np.float64)
        bias = bias + wide @ np.broadcast_to(offset, fan_in)
        weights = (wide * factor).astype(weights.dtype)
    return weights, bias.astype(np.float64), step.node


def _scaled(sums: tuple[NDArray[Any], Floats, Any], step: Affine) -> tuple[NDArray[Any], Floats, Any]:
    """Return a layer's weights and bias with a factor and an offset after them."""
    weights, bias, node = sums
    if {step.factor.size, step.offset.size} - {1, len(weights)}:
        raise refused(step.node, MISMATCH)
    if (step.factor != 1).any():
        weights = (weights.astype(np.float64) * step.factor.reshape(-1, 1)).astype(weights.dtype)
    return weights, bias * step.factor + step.offset, node


def _names(graph: OnnxGraph, outputs: int) -> tuple[str, ...]:
    """Return the names of labels or numbers that glassnet wrote into the metadata."""
    with suppress(ValueError, RecursionError):
        names = json.loads(graph.metadata.get(f"{KEY}names", "null"))
        if isinstance(names, list) and len(names) == outputs and all(isinstance(one, str) for one in names):
            return tuple(names) if names != [str(k) for k in range(outputs)] else ()
    return ()


def _image_shape(graph: OnnxGraph, features: int) -> tuple[int, int] | None:
    """Return the sides of grey images: those that the input has, or that glassnet wrote into the metadata."""
    sides = graph.input.sides[1:]
    if len(sides) in (2, 3) and (len(sides) == 2 or sides[0] == 1) and sides[-1] and sides[-2]:
        return sides[-2], sides[-1]
    with suppress(ValueError, RecursionError):
        shape = json.loads(graph.metadata.get(f"{KEY}image_shape", "null"))
        whole = isinstance(shape, list) and [type(one) for one in shape] == [int, int] and min(shape) > 0
        if whole and features in (math.prod(shape), 3 * math.prod(shape)):
            return shape[0], shape[1]
    return None


def _maximum(graph: OnnxGraph) -> float | None:
    """Return the largest value of inputs: as glassnet wrote it into the metadata, or 255 for bytes, or None."""
    with suppress(ValueError):
        written = float(graph.metadata.get(f"{KEY}input_max", ""))
        if LARGEST_INPUT[0] <= written <= LARGEST_INPUT[1]:
            return written
    return 255.0 if graph.input.dtype == onnx.TensorProto.UINT8 else None


def reference(graph: OnnxGraph, chain: Chain) -> Any:
    """Return a function that computes the outputs of the chain in the graph itself, by onnx's reference implementation.

    Only the nodes of the chain are computed.
    """
    from onnx.reference import ReferenceEvaluator

    wanted, nodes = {chain.decoding.value}, []
    for node in reversed(graph.proto.graph.node):
        if wanted & {*node.output}:
            nodes.append(node)
            wanted |= {*node.input}
    stored = [one for one in graph.proto.graph.initializer if one.name in wanted]
    given = [one for one in graph.proto.graph.input if one.name == graph.input.name]
    output = helper.make_tensor_value_info(chain.decoding.value, onnx.TensorProto.FLOAT, None)
    part = helper.make_graph(nodes[::-1], "chain", given, [output], stored)
    model = helper.make_model(part, opset_imports=graph.proto.opset_import, ir_version=graph.proto.ir_version)
    producer = graph.producers[chain.decoding.value].op_type
    dtype = helper.tensor_dtype_to_np_dtype(graph.input.dtype)
    first, *others = graph.input.sides or (None,)
    sides = tuple(side or -1 for side in others) or (-1,)
    if first is not None and first > _LARGEST_BATCH:
        raise NotImportableError(
            "a fixed number of {samples:,} samples. Export it for any number (in PyTorch: dynamic_shapes)",
            samples=first,
        )

    def answers(rows: NDArray[Any]) -> NDArray[Any]:
        session: Any = ReferenceEvaluator(model)
        shaped = rows.astype(dtype).reshape(len(rows), *(sides if sides.count(-1) < 2 else (-1,)))
        batch = first or len(shaped)
        count = -(-len(shaped) // batch)
        filled = np.resize(shaped, (count * batch, *shaped.shape[1:]))  # with the first rows again at the end
        found = [
            np.reshape(session.run(None, {graph.input.name: one})[0], (batch, -1)) for one in np.split(filled, count)
        ]
        outputs = np.concatenate(found)[: len(shaped)]
        return np.exp(outputs) if producer == "LogSoftmax" else outputs

    return answers
