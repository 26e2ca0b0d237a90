"""Activations in ONNX: as one operator where there is one, otherwise as the nodes of their formula; and recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...messages.message import Message
from ...nn.activations import ACTIVATIONS, name_and_parameter, spelled
from ...nn.formulas import Symbol, variable

if TYPE_CHECKING:
    from .graph import Graph
    from .reading import OnnxGraph

OPERATORS = {
    **{"+": "Add", "-": "Sub", "*": "Mul", "/": "Div", ">": "Greater", "<": "Less", "where": "Where"},
    **{"negative": "Neg", "absolute": "Abs", "maximum": "Max", "minimum": "Min"},
    **{"exp": "Exp", "tanh": "Tanh", "expit": "Sigmoid"},
}
"""Operation of a formula -> operator."""
_FORMULAS = {"expm1": lambda x: Symbol("exp", x) - 1, "log1p": lambda x: Symbol("log", 1 + x)}
BY_OPERATOR = {one.onnx: name for name, one in ACTIVATIONS.items() if one.onnx} | {"LogSoftmax": "softmax"}
"""Operator -> the activation that it is."""
WRITTEN = frozenset((*OPERATORS.values(), *BY_OPERATOR, "Log"))
"""Operators of the activations that are written."""
BRANCH = Message("a branch, as both of its inputs are computed. Only layers one after the other can be imported")
_FROM_SEVERAL = WRITTEN - {"Softmax", "LogSoftmax"} | {"Pow"}
_MOST_TOGETHER = 16  # nodes that compute one activation
_GRID = np.linspace(-4, 4, 33)


def add_activation(graph: Graph, name: str, z: str, place: str) -> str:
    """Add the nodes of an activation of the value `z`; return the name of the result."""
    one = ACTIVATIONS[name]
    if one.onnx == "Softmax":
        return graph.add("Softmax", z, wanted=f"{place}.softmax", axis=-1)
    if one.onnx and _is_written(one.onnx):
        attributes: dict[str, Any] = {one.onnx_parameter: name_and_parameter(name)[1]} if one.onnx_parameter else {}
        return graph.add(one.onnx, z, wanted=f"{place}.{one.onnx}", **attributes)
    results: dict[Symbol, str] = {}

    def result_of(symbol: Any) -> str:
        if not isinstance(symbol, Symbol):
            return graph.constant(np.array(symbol, np.float32), f"{place}.{symbol:g}")
        if symbol.operation == "variable":
            return z
        if symbol.operation in _FORMULAS:
            return result_of(_FORMULAS[symbol.operation](*symbol.operands))
        if symbol not in results:
            operator = OPERATORS.get(symbol.operation, "Log")
            inputs = map(result_of, symbol.operands)
            results[symbol] = graph.add(operator, *inputs, wanted=f"{place}.{operator}")
        return results[symbol]

    return result_of(one.value(variable("z")))


def _is_written(operator: str) -> bool:
    """Return whether the version of the operators that is written has an operator; a later one is only read."""
    from onnx.defs import SchemaError, get_schema

    from .graph import OPSET

    try:
        get_schema(operator, OPSET)
    except SchemaError:
        return False
    return True


def activation_of(graph: OnnxGraph, node: Any, given: dict[str, Any]) -> str:
    """Return the activation that an operator is, with its parameter."""
    from .reading import refused, unsupported

    kind = node.op_type
    if kind in ("Softmax", "LogSoftmax") and given.get("axis", -1 if graph.opset >= 13 else 1) not in (1, -1):
        raise refused(node, "expected axis 1 or -1")
    if kind == "Gelu":
        if given.get("approximate") == b"tanh":
            return "gelu"
        why = "expected approximate='tanh'. Train with this form (in PyTorch: GELU(approximate='tanh'))"
        raise refused(node, why)
    if kind == "Exp":
        return "exponential"
    parameter = None
    if kind == "PRelu":  # of PyTorch, with one slope for all nodes
        slope = graph.constant(node.input[1])
        if slope is None or slope.size != 1:
            raise refused(node, "expected one slope for all nodes")
        kind, parameter = "LeakyRelu", float(slope.item())
    if kind not in BY_OPERATOR:
        raise unsupported(node)
    name = BY_OPERATOR[kind]
    parameter = given.get(ACTIVATIONS[name].onnx_parameter, parameter)
    if parameter is None:
        return name
    own, value = ACTIVATIONS[name].parameter, float(str(np.float32(parameter)))
    assert own is not None
    if not own.low <= value <= own.high:
        template = "{name} is {value:g}, expected {low:g} to {high:g}"
        raise refused(node, template, name=own.option, value=value, low=own.low, high=own.high)
    return spelled(name, value)


def activation_of_nodes(graph: OnnxGraph, node: Any) -> tuple[str, float, str]:
    """Return the activation that several nodes compute from one value, its constant factor, and the name of the value.

    Exporters spell GELU and SiLU in many ways, so what counts is the function of `z` that the nodes compute, compared
    at `_GRID`.
    """
    from onnx import helper, numpy_helper
    from onnx.reference import ReferenceEvaluator

    from .reading import refused, unsupported

    together: dict[str, Any] = {}
    open_values = {node.output[0]}
    while not together or len(open_values) > 1:
        value = max(open_values, key=lambda name: graph.order.get(name, -1))
        inner = graph.producers.get(value)
        if inner is None or len(together) == _MOST_TOGETHER:
            raise refused(node, BRANCH)
        if inner.op_type not in _FROM_SEVERAL or inner.domain not in ("", "ai.onnx"):
            is_of_chain = inner.op_type in ("Gemm", "MatMul", "Softmax", "LogSoftmax")
            raise refused(node, BRANCH) if is_of_chain else unsupported(inner)
        together[value] = inner
        open_values.remove(value)
        open_values |= {one for one in inner.input if not graph.is_constant(one)}
    [start] = open_values
    constants = {
        one: graph.constant(one) for inner in together.values() for one in inner.input if graph.is_constant(one)
    }
    if any(value is None or value.size != 1 for value in constants.values()):
        raise refused(node, BRANCH)
    stored = [numpy_helper.from_array(np.array(value, float).ravel(), name) for name, value in constants.items()]
    nodes = sorted(together.values(), key=lambda one: graph.order[one.output[0]])
    ends = [helper.make_tensor_value_info(name, 11, [None]) for name in (start, node.output[0])]
    model = helper.make_model(
        helper.make_graph(nodes, "activation", ends[:1], ends[1:], stored), opset_imports=graph.proto.opset_import
    )
    evaluator: Any = ReferenceEvaluator(model)
    with np.errstate(all="ignore"):
        result = evaluator.run(None, {start: _GRID})[0]
    for name, one in ACTIVATIONS.items():
        if one.derivative is not None and name != "identity":
            plain = one.value(_GRID)
            factor = float(result[-1] / plain[-1])
            if np.abs(result - factor * plain).max() <= 1e-5 * abs(factor):
                return name, factor, start
    raise refused(node, BRANCH)
