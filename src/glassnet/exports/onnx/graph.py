"""A graph of ONNX operators under construction, and the versions of the format that are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

OPSET, ML_OPSET, IR_VERSION = 17, 3, 8
"""Versions of the operators, of the operators of ``ai.onnx.ml``, and of the file.

No operator here needs later ones, and old runtimes read old versions.
"""
ML = "ai.onnx.ml"


class Graph:
    """Nodes and constants; every value gets a unique name, also different from `reserved`, those of the inputs."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self.taken = set(reserved)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.domains = {""}

    def name(self, wanted: str) -> str:
        """Return a name that no value has yet: the wanted one, or with underscores after it."""
        while wanted in self.taken:
            wanted += "_"
        self.taken.add(wanted)
        return wanted

    def constant(self, value: NDArray[Any], wanted: str) -> str:
        """Add a constant tensor; return its name."""
        name = self.name(wanted)
        if value.dtype.kind in "OUT":
            texts = [text.encode() for text in value.ravel().tolist()]
            self.constants.append(helper.make_tensor(name, onnx.TensorProto.STRING, value.shape, texts))
        else:
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, *inputs: str, wanted: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output; return the name of the output."""
        name = self.name(wanted)
        self.domains.add(domain)
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, domain=domain, **attributes))
        return name

    def cast(self, value: str, dtype: Any, wanted: str) -> str:
        """Add a conversion to a NumPy type; return the name of its output."""
        return self.add("Cast", value, wanted=wanted, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def take(self, name: str, dtype: int, width: int) -> str:
        """Declare an input with one row per sample; return its name."""
        self.inputs.append(helper.make_tensor_value_info(name, dtype, ["N", width]))
        return name

    def give(self, name: str, dtype: Any, *widths: int) -> None:
        """Declare a value as an output with one row per sample; text if `dtype` is that of strings."""
        kind = np.dtype(dtype)
        code = onnx.TensorProto.STRING if kind.kind in "OUT" else helper.np_dtype_to_tensor_dtype(kind)
        self.outputs.append(helper.make_tensor_value_info(name, code, ["N", *widths]))

    def model(self, name: str, about: str, metadata: dict[str, str], version: str) -> onnx.ModelProto:
        """Return the finished model."""
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.constants)
        versions = {"": OPSET, ML: ML_OPSET}
        opsets = [helper.make_opsetid(domain, versions[domain]) for domain in sorted(self.domains)]
        model = helper.make_model(
            graph,
            opset_imports=opsets,
            ir_version=IR_VERSION,
            producer_name="glassnet",
            producer_version=version,
            doc_string=about,
        )
        helper.set_model_props(model, metadata)
        return model
