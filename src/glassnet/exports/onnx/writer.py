"""A model as an ONNX graph: raw values in; classes and probabilities, labels or numbers out."""

from __future__ import annotations

import json
from importlib.metadata import version

import numpy as np
import onnx

from ...model.model import Model
from ...model.portable import PortableForm, PortableLayer
from ..proof import mark
from .activations import add_activation
from .columns import add_columns
from .graph import Graph

SMALLEST = 1e-12
"""Lower limit of a probability before all are divided by their sum, as in `Model.probabilities`."""

INPUT, LABEL, PROBABILITIES, VALUE = "input", "label", "probabilities", "value"
"""Names of the input of arrays and images, and of the outputs."""

KEY = "glassnet_"
"""Prefix of our entries in the metadata."""


def onnx_model(form: PortableForm, model: Model, name: str) -> onnx.ModelProto:
    """Return a model as an ONNX model, checked by onnx.

    Inputs are ``input``, (N, features), or each column of a table by its name, (N, 1). Outputs are ``label`` and
    ``probabilities`` for classes and labels, ``value`` for numbers. Where a column has such a name, an underscore
    follows that of the output.
    """
    columns = form.columns.names if form.columns else ()
    graph = Graph([INPUT] if form.columns is None else columns)
    network_input = _input(graph, form)
    outputs = [_member(graph, form, layers, network_input, f"member{k + 1}/") for k, layers in enumerate(form.members)]
    output = outputs[0]
    for one in outputs[1:]:
        output = graph.add("Add", output, one, wanted="sum")
    if len(outputs) > 1:
        output = graph.add(
            "Div", output, graph.constant(np.array([len(outputs)], np.float32), "members"), wanted="mean"
        )
    _answers(graph, form, model, output)
    made_by = version("glassnet")
    metadata = {
        "version": made_by,
        "hash": model.hash(),
        "targets": form.target_kind,
        "names": json.dumps(form.names, ensure_ascii=False),
        "outputs": output,
    }
    if model.layout.bounded:
        metadata["input_max"] = repr(model.scaling.maximum)
    if form.image_shape is not None:
        metadata |= {"image_shape": json.dumps(form.image_shape), "reading": model.reading}
    about = f"{mark('onnx', model, None)}, {model.network.architecture.short}"
    made = graph.model(name, about, {KEY + key: value for key, value in metadata.items()}, made_by)
    onnx.checker.check_model(made, full_check=True)
    return made


def _input(graph: Graph, form: PortableForm) -> str:
    """Add the inputs; return the name of the network's inputs, float32 (N, features)."""
    if form.columns is not None:
        return add_columns(graph, form.columns)
    if form.input_kind != "double":
        return graph.take(INPUT, onnx.TensorProto.FLOAT, form.sizes[0])
    assert form.factor is not None
    assert form.offset is not None
    raw = graph.take(INPUT, onnx.TensorProto.DOUBLE, form.sizes[0])
    scaled = graph.add("Mul", raw, graph.constant(form.factor[np.newaxis], "factor"), wanted="times_factor")
    scaled = graph.add("Add", scaled, graph.constant(form.offset[np.newaxis], "offset"), wanted="scaled")
    if form.clip is not None:
        limits = (graph.constant(np.array(sign * form.clip), what) for sign, what in ((-1, "lowest"), (1, "highest")))
        scaled = graph.add("Clip", scaled, *limits, wanted="clipped")
    return graph.cast(scaled, np.float32, "scaled/float")


def _member(graph: Graph, form: PortableForm, layers: tuple[PortableLayer, ...], value: str, prefix: str) -> str:
    """Add the layers of one network; return the name of its outputs."""
    prefix = prefix if len(form.members) > 1 else ""
    for number, layer in enumerate(layers, start=1):
        place = f"{prefix}layer{number}"
        weight, bias = graph.constant(layer.weights, f"{place}.weight"), graph.constant(layer.bias, f"{place}.bias")
        value = graph.add("Gemm", value, weight, bias, wanted=f"{place}.sums", transB=1)
        if number == len(layers) and form.temperature != 1:
            divisor = graph.constant(np.array([form.temperature], np.float32), f"{place}.temperature")
            value = graph.add("Div", value, divisor, wanted=f"{place}.calibrated")
        value = add_activation(graph, layer.activation, value, place)
    return value


def _answers(graph: Graph, form: PortableForm, model: Model, output: str) -> None:
    """Add the outputs of the graph; `output` is the name of the network's outputs, float32 (N, outputs)."""
    count = form.sizes[-1]
    if form.target_kind == "numbers":
        wide = graph.cast(output, np.float64, "outputs/double")
        wide = graph.add("Mul", wide, graph.constant(form.target_scale[np.newaxis], "target_scale"), wanted="in_units")
        offset = graph.constant(form.target_offset[np.newaxis], "target_offset")
        graph.give(graph.add("Add", wide, offset, wanted=VALUE), np.float64, count)
        return
    if form.target_kind == "labels":
        if len(form.decision):
            given = graph.cast(output, np.float64, "outputs/double")
            least = graph.constant(form.decision[np.newaxis], "decision")
        else:
            given, least = output, graph.constant(np.array(0.5, np.float32), "half")
        label = graph.cast(graph.add("Greater", given, least, wanted="present"), np.int64, LABEL)
        graph.give(label, np.int64, count)
        graph.give(graph.add("Identity", output, wanted=PROBABILITIES), np.float32, count)
        return
    # Classes as the model has them: whole numbers, text, booleans or fractions.
    classes = model.classes_
    weighed = output
    if len(form.decision):
        wide, factors = graph.cast(output, np.float64, "outputs/double"), form.decision[np.newaxis]
        weighed = graph.add("Mul", wide, graph.constant(factors, "decision"), wanted="weighed")
    place = graph.add("ArgMax", weighed, wanted="place", axis=1, keepdims=0)
    label = graph.add("Gather", graph.constant(classes, "classes"), place, wanted=LABEL)
    graph.give(label, classes.dtype, *())
    low, high = form.low, form.high
    if low != 0:
        output = graph.add("Sub", output, graph.constant(np.array(low), "low"), wanted="from_low")
    if high - low != 1:
        output = graph.add("Div", output, graph.constant(np.array(high - low), "range"), wanted="rescaled")
    output = graph.add("Max", output, graph.constant(np.array(SMALLEST, np.float32), "smallest"), wanted="positive")
    axis = graph.constant(np.array([1], np.int64), "axis")
    total = graph.add("ReduceSum", output, axis, wanted="total", keepdims=1)
    graph.give(graph.add("Div", output, total, wanted=PROBABILITIES), np.float32, count)
