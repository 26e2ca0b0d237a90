"""ONNX files as other exporters write them, made by hand: those of torch, of skl2onnx, and single operators."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, DOUBLE, INT64, STRING = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING


class Net:
    """A graph under construction: `x` is the last value, and `add` appends an operator to it."""

    def __init__(self, sides: Sequence[Any] = ("N", 6), dtype: int = FLOAT, opset: int = 17, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list[Any] = []
        self.stored: list[Any] = []
        self.input = helper.make_tensor_value_info("input", dtype, list(sides))
        self.x, self.width, self.opset = "input", int(np.prod([s for s in sides[1:] if isinstance(s, int)])), opset
        self.float = np.float64 if dtype == DOUBLE else np.float32

    def constant(self, value: Any, name: str = "") -> str:
        name = name or f"constant_{len(self.stored)}"
        array = np.asarray(value)
        self.stored.append(numpy_helper.from_array(array.astype(self.float) if array.dtype == float else array, name))
        return name

    def add(self, operator: str, *others: str, before: Sequence[str] = (), domain: str = "", **given: Any) -> Net:
        """Apply an operator to the last value, with constants after it (or values before it)."""
        output = f"/{operator}_{len(self.nodes)}_output_0"
        inputs = [*before, self.x, *others]
        self.nodes.append(
            helper.make_node(operator, inputs, [output], name=f"/{operator}_{len(self.nodes)}", domain=domain, **given)
        )
        self.x = output
        return self

    def gemm(self, width: int, scale: float = 0.6, **given: Any) -> Net:
        """A layer as torch names it: weights (fan_out, fan_in), transB = 1."""
        weights = self.random.normal(size=(width, self.width)) * scale
        bias = self.random.normal(size=width)
        number = len(self.stored)
        inputs = self.constant(weights, f"layers.{number}.weight"), self.constant(bias, f"layers.{number}.bias")
        self.width = width
        return self.add("Gemm", *inputs, **{"alpha": 1.0, "beta": 1.0, "transB": 1, **given})

    def matmul(self, width: int) -> Net:
        """A layer as skl2onnx names it: weights (fan_in, fan_out), bias (1, fan_out)."""
        number = len(self.nodes)
        weights = self.constant(self.random.normal(size=(self.width, width)) * 0.6, f"coefficient{number}")
        bias = self.constant(self.random.normal(size=(1, width)), f"intercepts{number}")
        self.width = width
        return self.add("MatMul", weights).add("Add", bias)

    def proto(self, outputs: Sequence[tuple[str, int, Sequence[Any]]] = ()) -> onnx.ModelProto:
        given = [helper.make_tensor_value_info(name, dtype, sides) for name, dtype, sides in outputs]
        given = given or [helper.make_tensor_value_info(self.x, FLOAT if self.float is np.float32 else DOUBLE, None)]
        graph = helper.make_graph(self.nodes, "main_graph", [self.input], given, self.stored)
        versions = [helper.make_opsetid("", self.opset), helper.make_opsetid("ai.onnx.ml", 3)]
        return helper.make_model(graph, opset_imports=versions, ir_version=8, producer_name="pytorch")

    def save(self, path: Path, *outputs: tuple[str, int, Sequence[Any]]) -> Path:
        path.write_bytes(self.proto(outputs).SerializeToString())
        return path


def scikit_classifier(net: Net, classes: np.ndarray, zipmap: bool = True) -> tuple[tuple[str, int, Any], ...]:
    """The end of skl2onnx's graph of an `MLPClassifier`, after the output activation; return the graph's outputs."""
    if net.width == 1:
        one = net.constant(np.array([1.0]), "unity")
        p = net.x
        net.add("Sub", before=[one])
        net.add("Concat", p, axis=1)
    probabilities = net.x
    net.add("ArgMax", axis=1)
    place, text = net.x, classes.dtype.kind in "UO"
    if text:
        net.stored.append(helper.make_tensor("classes", STRING, classes.shape, [one.encode() for one in classes]))
    else:
        net.constant(classes.astype(np.int32), "classes")
    net.x = "classes"
    net.add("ArrayFeatureExtractor", place, domain="ai.onnx.ml")
    if not text:
        net.add("Cast", to=INT64)
    net.add("Reshape", net.constant(np.array([-1]), "shape_tensor"))
    label = net.x
    net.x = probabilities
    net.add("Cast", to=FLOAT)
    if zipmap:
        names = {"classlabels_strings": classes.tolist()} if text else {"classlabels_int64s": classes.tolist()}
        net.add("ZipMap", domain="ai.onnx.ml", **names)
    return (label, STRING if text else INT64, ["N"]), (net.x, FLOAT, ["N", len(classes)])
