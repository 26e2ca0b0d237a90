"""Prediction alone: the same network in hand-written NumPy, and as an ONNX model in onnxruntime. Weights are random."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet
from peers import Plan, scaled

Weights = list[NDArray[np.float32]]


def make(data: glassnet.Dataset, plan: Plan) -> ForwardOnly:
    return ForwardOnly(plan)


class ForwardOnly:
    def __init__(self, plan: Plan) -> None:
        self.settings = {"hidden": plan.hidden, "threads": plan.threads, "form": plan.more["by"], "weights": "random"}
        random = np.random.default_rng(plan.seed)
        shapes = ((784, plan.hidden), (plan.hidden,), (plan.hidden, 10), (10,))
        weights = [random.normal(0, 0.05, shape).astype(np.float32) for shape in shapes]
        self._outputs = _numpy(weights) if plan.more["by"] == "numpy" else _onnxruntime(weights, plan.threads)

    def compile(self) -> None:
        """Do nothing: there is nothing to compile."""

    def epoch(self) -> None:
        """Do nothing: there is no training."""

    def ready(self, rows: NDArray[np.uint8]) -> NDArray[np.float32]:
        return scaled(rows)

    def predict(self, ready: NDArray[np.float32]) -> NDArray[Any]:
        answer: NDArray[Any] = self._outputs(ready).argmax(axis=1)
        return answer


def _numpy(weights: Weights) -> Any:
    first, first_bias, second, second_bias = weights
    return lambda inputs: np.maximum(inputs @ first + first_bias, 0) @ second + second_bias


def _onnxruntime(weights: Weights, threads: int) -> Any:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("Gemm", ["inputs", "w0", "w1"], ["sums"]),
        helper.make_node("Relu", ["sums"], ["nodes"]),
        helper.make_node("Gemm", ["nodes", "w2", "w3"], ["outputs"]),
    ]
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])
        for name, width in (("inputs", 784), ("outputs", 10))
    ]
    constants = [numpy_helper.from_array(one, f"w{number}") for number, one in enumerate(weights)]
    graph = helper.make_graph(nodes, "net", values[:1], values[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(None, {"inputs": inputs})[0]
