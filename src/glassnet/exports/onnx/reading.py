"""Reading an ONNX file that may come from a stranger: its nodes, and its constants as arrays, checked before use."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

from ...errors import FileError
from ...io.opening import file_problem
from ...messages.message import Listing, Message
from ...nn.activations import HIDDEN
from .building import NotImportableError
from .tensors import FLOATS, HALF, LARGEST, LONGEST, WHOLE, array_of, read_outside, type_name

MOST_NODES = 2000
"""A chain of dense layers has two or three nodes per layer."""
MISMATCH = Message("shapes do not match")
_MOST_OUTPUTS = 8
_DEEPEST = 8
"""Operators between a constant of the file and its use."""
Array = NDArray[Any]


def refused(node: Any, why: str | Message, /, **values: Any) -> NotImportableError:
    """Return the reason that names a node's operator, and the node: by its first output if it has no name."""
    name = node.name or "".join(node.output[:1])
    operator = node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"
    reason = Message(why, **values) if isinstance(why, str) else why
    return NotImportableError(
        "operator {operator}, node {name!r}: {why}", operator=operator[:LONGEST], name=name[:LONGEST], why=reason
    )


_LAYERS = Message("Only dense layers can be imported: run this network in onnxruntime")
_ACTIVATIONS = Message("Train with one of {names} instead (gelu with approximate='tanh')", names=Listing(HIDDEN))
_QUANTISED = Message("Export the network before it is quantised")
_INSTEAD = {
    **dict.fromkeys(("Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool"), _LAYERS),
    **dict.fromkeys(("GlobalMaxPool", "LSTM", "GRU", "RNN", "LayerNormalization", "InstanceNormalization"), _LAYERS),
    **dict.fromkeys(("GroupNormalization", "RMSNormalization", "Attention", "Einsum", "Loop", "If", "Scan"), _LAYERS),
    **dict.fromkeys(("TreeEnsembleClassifier", "TreeEnsembleRegressor", "SVMClassifier", "SVMRegressor"), _LAYERS),
    **dict.fromkeys(("LinearClassifier", "LinearRegressor", "TreeEnsemble"), _LAYERS),
    **dict.fromkeys(("Selu", "Celu", "Softsign", "HardSwish", "HardSigmoid", "Mish"), _ACTIVATIONS),
    **dict.fromkeys(("ThresholdedRelu", "Clip", "Erf", "Swish", "Where"), _ACTIVATIONS),
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"), _QUANTISED),
    **dict.fromkeys(("MatMulInteger", "QLinearMatMul", "QGemm"), _QUANTISED),
}
"""Operator -> what would do instead."""


def unsupported(node: Any) -> NotImportableError:
    """Return the reason for an operator that no chain has, with what would do instead."""
    instead = _INSTEAD.get(node.op_type, Message("docs/export.md lists the operators that can be imported"))
    return refused(node, "not supported. {instead}", instead=instead)


@dataclass(frozen=True)
class Input:
    """The input of a graph: its name, its type in ONNX, and its sides, None where they are not fixed."""

    name: str
    dtype: int
    sides: tuple[int | None, ...]


@dataclass(frozen=True)
class OnnxGraph:
    """The graph of a file."""

    name: str  # the file, for messages
    size: int  # bytes of the file, and of its tensors in another file
    sha256: str  # of its content
    data_sha256: str  # of the tensors that are in another file; empty if there are none
    input: Input
    outputs: tuple[str, ...]
    producers: dict[str, Any]  # name of a value -> the node that computes it
    order: dict[str, int]  # name of a value -> the place of its node
    initializers: dict[str, Any]
    metadata: dict[str, str]
    opset: int  # version of the operators
    proto: Any = field(repr=False)

    def constant(self, name: str) -> Array | None:
        """Return the value of a constant, also one that nodes make of constants alone; None for other values."""
        later: list[Any] = []
        while (value := self._stored(name)) is None:
            node = self.producers.get(name)
            if node is None or node.op_type not in _OF_CONSTANTS or not node.input or len(later) == _DEEPEST:
                return None
            later.append(node)
            name = node.input[0]
        for node in reversed(later):
            others = [self._stored(one) for one in node.input[1:] if one]
            if any(one is None for one in others):
                return None
            evaluator: Any = ReferenceEvaluator(node, opsets={"": self.opset})
            try:
                value = evaluator.run(None, dict(zip(filter(None, node.input), [value, *others], strict=True)))[0]
            except Exception:  # of any kind, by the operator
                raise refused(node, MISMATCH) from None
        return value

    def is_constant(self, name: str) -> bool:
        """Return whether `constant` returns a value; takes no time, however large it is."""
        for _ in range(_DEEPEST + 1):
            node = self.producers.get(name)
            if name in self.initializers or (node is not None and node.op_type == "Constant"):
                return True
            if node is None or node.op_type not in _OF_CONSTANTS or not node.input:
                return False
            name = node.input[0]
        return False

    def _stored(self, name: str) -> Array | None:
        """Return a constant that the file contains."""
        if name in self.initializers:
            return array_of(self.initializers[name])
        node = self.producers.get(name)
        return _constant_of(node) if node is not None and node.op_type == "Constant" else None


def attributes(node: Any) -> dict[str, Any]:
    """Return the attributes of a node that are numbers, texts or lists of them; others are None."""
    fields = {1: "f", 2: "i", 3: "s", 6: "floats", 7: "ints", 8: "strings"}
    found: dict[str, Any] = {}
    for one in node.attribute:
        value = getattr(one, fields[one.type]) if one.type in fields else None
        found[one.name] = list(value or ()) if one.type in (6, 7, 8) else value
    return found


def _constant_of(node: Any) -> Array:
    for one in node.attribute:
        if one.name == "value":
            return array_of(one.t)
        if one.name in ("value_float", "value_floats"):
            return np.array(one.f if one.name == "value_float" else list(one.floats), np.float32)
        if one.name in ("value_int", "value_ints"):
            return np.array(one.i if one.name == "value_int" else list(one.ints), np.int64)
    raise unsupported(node)


_OF_CONSTANTS = ("Identity", "Cast", "Transpose", "Unsqueeze", "Reshape")
"""Operators that are applied to constants; none makes an array larger."""


def read_graph(path: str | Path) -> OnnxGraph:
    """Read an ONNX file."""
    name = str(path)
    content = _content(name)
    proto = None
    with suppress(Exception):  # protobuf's errors, which differ between its implementations
        proto = onnx.load_model_from_string(content)
    if proto is None or not proto.ir_version or not proto.graph.node:
        raise NotImportableError("not an ONNX file, or a damaged one. Export the network again")
    graph = proto.graph
    if len(graph.node) > MOST_NODES:
        raise NotImportableError("more than {count} nodes, expected a chain of dense layers", count=MOST_NODES)
    if proto.functions or graph.sparse_initializer:
        raise NotImportableError(
            "functions or sparse tensors, expected a chain of dense layers. Remove functions with "
            "onnx.inliner.inline_local_functions"
        )
    initializers = {one.name: one for one in graph.initializer}
    inputs = [one for one in graph.input if one.name not in initializers]
    if len(inputs) != 1:
        names = Listing((one.name[:LONGEST] for one in inputs), 4, quoted=True)
        raise NotImportableError(
            "{count} inputs ({names}), expected one input with one row per sample. Join them to one before the export",
            count=len(inputs),
            names=names,
        )
    seen = {*initializers, inputs[0].name, ""}
    producers, order = {}, {}
    for place, node in enumerate(graph.node):
        if missing := [one for one in node.input if one not in seen]:
            raise refused(
                node,
                "its input {name!r} is from no node before it (a cycle, or a damaged file)",
                name=missing[0][:LONGEST],
            )
        for output in filter(None, node.output):
            if output in seen:
                raise refused(node, "its output {name!r} exists already", name=output[:LONGEST])
            seen.add(output)
            producers[output], order[output] = node, place
    outputs = tuple(one.name for one in graph.output)
    if len(outputs) > _MOST_OUTPUTS:
        raise NotImportableError("{count} outputs, expected at most {most}", count=len(outputs), most=_MOST_OUTPUTS)
    if not outputs or any(one not in producers for one in outputs):
        raise NotImportableError("an output that no node computes")
    size, data_sha256 = read_outside(name, graph.initializer)
    versions = [one.version for one in proto.opset_import if one.domain in ("", "ai.onnx")]
    return OnnxGraph(
        name=name,
        size=len(content) + size,
        sha256=hashlib.sha256(content).hexdigest(),
        data_sha256=data_sha256,
        input=_input_of(inputs[0]),
        outputs=outputs,
        producers=producers,
        order=order,
        initializers=initializers,
        metadata={one.key: one.value for one in proto.metadata_props},
        opset=max(versions, default=1),
        proto=proto,
    )


def _content(name: str) -> bytes:
    place = Path(name)
    if "\0" in name:
        raise file_problem(name, FileNotFoundError())
    if place.exists() and not (place.is_file() or place.is_dir()):
        raise FileError("GN003", "{name}: a device or a pipe, expected a file name. Choose another path.", name=name)
    try:
        if place.is_file() and place.stat().st_size > LARGEST:
            raise NotImportableError("larger than 2 GB, which an ONNX file cannot be")
        return place.read_bytes()
    except OSError as problem:
        raise file_problem(name, problem) from None


def _input_of(info: Any) -> Input:
    tensor = info.type.tensor_type
    if tensor.elem_type not in (*FLOATS, *WHOLE):
        raise NotImportableError(
            "input {name!r} has type {kind}, expected FLOAT or DOUBLE. {instead}",
            name=info.name[:LONGEST],
            kind=type_name(tensor.elem_type),
            instead=HALF,
        )
    sides = tuple(one.dim_value if one.HasField("dim_value") else None for one in tensor.shape.dim)
    if len(sides) > 4 or any(side is not None and side < 1 for side in sides):
        raise NotImportableError(
            "input {name!r} has shape {shape}, expected one row per sample",
            name=info.name[:LONGEST],
            shape=list(sides)[:8],
        )
    return Input(info.name, tensor.elem_type, sides)
