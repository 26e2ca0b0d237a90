"""From an ONNX graph to a chain of steps: dense layers, activations, and factors and offsets between them.

The graph is followed from its outputs back to its input. What interprets the outputs (`ArgMax`, names of classes,
probabilities that are divided by their sum) is read first, then the mean of an ensemble, then each network.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...messages.message import Message
from ...nn.activations import LARGEST_EXPONENT
from ...preprocess.scaling import FARTHEST
from .activations import BRANCH, BY_OPERATOR, activation_of, activation_of_nodes
from .building import NotImportableError
from .reading import MISMATCH, MOST_NODES, OnnxGraph, attributes, refused, unsupported
from .tensors import FLOATS

Floats = NDArray[np.float64]

_TRAINING = Message("in training mode. Export the trained network as it answers (in PyTorch: after network.eval())")

_MOST_STEPS = 4 * MOST_NODES
_MOST_AFTER = 8
"""Factors and offsets between the outputs of a network and those of the graph."""


@dataclass(frozen=True)
class Dense:
    """``x @ weights.T + bias``; weights of shape (fan_out, fan_in), bias (fan_out,) or of one value."""

    weights: NDArray[Any]
    bias: Floats
    node: Any = field(repr=False)


@dataclass(frozen=True)
class Affine:
    """``x · factor + offset``: each one value, or one per value of `x`."""

    factor: Floats
    offset: Floats
    node: Any = field(repr=False)


@dataclass(frozen=True)
class Activation:
    """An activation function of `nn.activations`, times a constant."""

    name: str
    node: Any = field(repr=False)


@dataclass(frozen=True)
class Widen:
    """A conversion to float64."""


Step = Dense | Affine | Activation | Widen


@dataclass(frozen=True)
class Decoding:
    """A value in the graph, and what its outputs make of it."""

    value: str  # the name of the value
    task: str | None = None  # "classes", "labels" or "numbers"; None if that is not decided
    classes: NDArray[Any] | None = None  # the names of the classes, in the order of the outputs
    binary: bool = False  # whether the one output is the probability of the second of two classes
    normalised: bool = False  # whether the outputs are divided by their sum
    # `low`, `high`: the outputs that become the probabilities 0 and 1
    low: float = 0.0
    high: float = 1.0
    decision: tuple[float, ...] = ()  # factors of classes or thresholds of labels, as in `Targets`

    @classmethod
    def of(cls, graph: OnnxGraph, output: str) -> Decoding:
        """Follow an output back to the value that it interprets."""
        made = _named(graph, output)
        probabilities = _probabilities(graph, made.value)
        task = made.task or probabilities.task
        return replace(probabilities, task=task, classes=made.classes, decision=made.decision)


@dataclass(frozen=True)
class Chain:
    """What a graph computes."""

    # The steps of each network, from the input on. The outputs of several are averaged.
    members: tuple[tuple[Step, ...], ...]
    decoding: Decoding  # what the graph makes of this average


def read_chain(graph: OnnxGraph) -> Chain:
    """Return the chain of a graph."""
    decodings = [Decoding.of(graph, name) for name in graph.outputs]
    value = max((one.value for one in decodings), key=lambda name: graph.order.get(name, -1))
    for one in decodings:
        node = graph.producers.get(value)
        before = node.input[0] if node is not None and node.op_type in ("Softmax", "LogSoftmax", "Sigmoid") else ""
        if one.value not in (value, "" if one.decision else before):  # factors of logits are not those of outputs
            for other in filter(None, (graph.producers.get(one.value), node)):
                if other.op_type not in OPERATORS:
                    raise unsupported(other)
            raise NotImportableError("two outputs of different branches")
    classes = next((one.classes for one in decodings if one.classes is not None), None)
    rescaled = next((one for one in decodings if (one.low, one.high) != (0, 1)), decodings[0])
    normalised = any(one.normalised for one in decodings)
    # Labels may also be listed with the probability of their absence, as if they were classes.
    tasks = {"classes": normalised, **{one.task: True for one in decodings}}
    task = next((name for name in ("labels", "classes") if tasks.get(name)), None)
    averaged, after = _averaged(graph, value)
    left = _Left(graph.size, _MOST_STEPS)
    members = tuple((*_steps(graph, member, left), *after) for member in averaged)
    binary = task == "classes" and any(one.binary for one in decodings)
    decision = next((one.decision for one in decodings if one.decision), ())
    decoding = Decoding(value, task, classes, binary, normalised, rescaled.low, rescaled.high, decision)
    return Chain(members, decoding)


_SHAPES = ("Identity", "Reshape", "Squeeze", "Flatten", "Cast")
"""Operators that keep the values of decoded answers."""


def _named(graph: OnnxGraph, output: str) -> Decoding:
    """Remove from an output the choice of a class or of labels, and their names."""
    value, classes = output, None
    while (node := graph.producers.get(value)) is not None:
        given = attributes(node)
        kind = node.op_type
        if kind == "ArgMax":
            if given.get("axis", 0) not in (1, -1) or given.get("select_last_index"):
                raise refused(node, "expected the first largest of each row")
            weighed, factors = _weighed(graph, node.input[0])
            return Decoding(weighed, "classes", classes, decision=factors)
        if kind in ("Greater", "GreaterOrEqual", "Binarizer"):
            limit = given.get("threshold", 0.0) if kind == "Binarizer" else graph.constant(node.input[1])
            limits = [] if limit is None else np.ravel(limit).tolist()
            if limits == [0.5]:
                return Decoding(node.input[0], "labels", classes)
            # A comparison of float64 with other numbers is the decision of a model that glassnet exported.
            ours = kind == "Greater" and isinstance(limit, np.ndarray) and limit.dtype == np.float64
            if not (ours and limits and all(0 <= one <= 1 for one in limits)):
                raise refused(node, "expected a comparison with 0.5")
            return Decoding(_narrow(graph, node.input[0]), "labels", classes, decision=tuple(limits))
        if classes is not None and kind in ("Gather", "ArrayFeatureExtractor", "LabelEncoder"):
            raise unsupported(node)
        if kind in ("Gather", "ArrayFeatureExtractor"):
            classes = graph.constant(node.input[0])
            if classes is None or given.get("axis", 0) not in (0, -1):
                raise unsupported(node)
            classes, value = classes.ravel(), node.input[1]
        elif kind == "LabelEncoder":
            classes, value = _labels(node, given), node.input[0]
        elif kind == "ZipMap":
            names = given.get("classlabels_strings") or given.get("classlabels_int64s") or []
            return Decoding(node.input[0], "classes", np.array([_text(one) for one in names]))
        elif kind in _SHAPES:
            value = node.input[0]
        else:
            break
    if classes is not None:
        raise NotImportableError("names of classes without an ArgMax that chooses one")
    return Decoding(output)  # its conversions belong to the chain


def _weighed(graph: OnnxGraph, value: str) -> tuple[str, tuple[float, ...]]:
    """Return what is multiplied by one factor above 0 for each class, and these; none if nothing is."""
    node = graph.producers.get(value)
    factors = graph.constant(node.input[1]) if node is not None and node.op_type == "Mul" else None
    if node is None or factors is None or factors.size < 2 or not ((factors > 0) & (factors < 1e30)).all():
        return value, ()
    return _narrow(graph, node.input[0]), tuple(factors.ravel().tolist())


def _narrow(graph: OnnxGraph, value: str) -> str:
    """Return a value before its conversion to another float type."""
    node = graph.producers.get(value)
    is_cast = node is not None and node.op_type == "Cast" and attributes(node).get("to") in FLOATS
    return node.input[0] if node is not None and is_cast else value


def _labels(node: Any, given: dict[str, Any]) -> NDArray[Any]:
    keys = given.get("keys_int64s") or []
    values = given.get("values_strings") or given.get("values_int64s") or []
    if list(keys) != list(range(len(values))) or not keys:
        raise refused(node, "expected a name for each of the classes 0, 1, 2, …")
    return np.array([_text(one) for one in values])


def _text(value: bytes | int) -> str | int:
    return value.decode() if isinstance(value, bytes) else value


def _probabilities(graph: OnnxGraph, output: str) -> Decoding:
    """Remove from probabilities what makes those of a row add up to 1, or adds that of the first of two classes."""
    value = output
    while (node := graph.producers.get(value)) is not None and (
        node.op_type == "Identity" or (node.op_type == "Cast" and attributes(node).get("to") in FLOATS)
    ):
        value = node.input[0]
    if node is None:
        return Decoding(value)
    if node.op_type == "Concat" and len(node.input) == 2:
        first, second = node.input
        other = graph.producers.get(first)
        if other is None or other.op_type != "Sub" or other.input[1] != second or not _is(graph, other.input[0], 1.0):
            raise refused(node, BRANCH)
        return Decoding(second, "classes", binary=True, normalised=True)
    if node.op_type != "Div" or len(node.input) != 2 or not _is_sum(graph, *node.input):
        return Decoding(value)
    value = node.input[0]
    low, high = 0.0, 1.0
    if (node := graph.producers.get(value)) is not None and node.op_type == "Max":
        value = node.input[0]
        if (limit := graph.constant(node.input[1])) is None or limit.size != 1 or not 0 <= limit.ravel()[0] <= 1e-6:
            raise unsupported(node)
    factor, offset = 1.0, 0.0
    for _ in range(_MOST_AFTER):
        node = graph.producers.get(value)
        step = _affine(graph, node) if node is not None and node.op_type in ("Sub", "Div", "Mul", "Add") else None
        if step is None or step[0].factor.size != 1 or step[0].offset.size != 1 or len(_members(graph, value)) > 1:
            break
        factor, offset = factor * step[0].factor.item(), factor * step[0].offset.item() + offset
        value = step[1]
    if not factor > 0:
        raise NotImportableError("probabilities that fall as their output rises")
    low, high = -offset / factor, (1 - offset) / factor
    return Decoding(value, normalised=True, low=low, high=high)


def _is(graph: OnnxGraph, name: str, expected: float) -> bool:
    value = graph.constant(name)
    return value is not None and value.size == 1 and float(value.ravel()[0]) == expected


def _is_sum(graph: OnnxGraph, value: str, total: str) -> bool:
    """Return whether a value is the sum of the rows of another."""
    node = graph.producers.get(total)
    if node is None or node.op_type not in ("ReduceSum", "ReduceL1") or node.input[0] != value:
        return False
    axes = graph.constant(node.input[1]) if len(node.input) > 1 else np.array(attributes(node).get("axes"))
    return axes is not None and axes.ravel().tolist() in ([1], [-1])


def _averaged(graph: OnnxGraph, output: str) -> tuple[list[str], tuple[Step, ...]]:
    """Return the outputs of the networks that are averaged, and the factors and offsets after the mean."""
    value = output
    after: list[Step] = []
    for _ in range(_MOST_AFTER):
        if (node := graph.producers.get(value)) is None:
            break
        members = _members(graph, value)
        if len(members) > 1:
            return members, tuple(reversed(after))
        arithmetic = node.op_type in ("Add", "Sub", "Mul", "Div")
        if node.op_type not in ("Cast", "Identity") and not (arithmetic and _affine(graph, node) is not None):
            break
        steps, value = _step(graph, node)
        after += steps
    return [output], ()


def _members(graph: OnnxGraph, output: str) -> list[str]:
    """Return the values of which an output is the mean, or the output itself."""
    node = graph.producers.get(output)
    if node is None:
        return [output]
    if node.op_type == "Mean" and len(node.input) > 1:
        return list(node.input)
    if node.op_type not in ("Div", "Mul") or (divisor := graph.constant(node.input[1])) is None or divisor.size != 1:
        return [output]
    added, todo = [], [node.input[0]]
    while todo:
        value = todo.pop()
        inner = graph.producers.get(value)
        operands = list(inner.input) if inner is not None and inner.op_type in ("Add", "Sum") else []
        if len(operands) > 1 and not any(map(graph.is_constant, operands)):
            todo += reversed(operands)
        else:
            added.append(value)
        if len(added) + len(todo) > len(graph.producers):  # the same values again and again
            return [output]
    count = float(divisor.ravel()[0])
    count = count if node.op_type == "Div" else (1 / count if count else 0.0)
    return added if len(added) > 1 and abs(count / len(added) - 1) < 1e-6 else [output]


@dataclass
class _Left:
    """How many more numbers and steps a chain may have.

    A file that uses the same constant or node again and again would otherwise need more memory and time than its size.
    """

    numbers: int
    steps: int

    def take(self, steps: list[Step]) -> None:
        """Subtract steps; raise NotImportableError if there are too many."""
        self.steps -= 1
        for step in steps:
            if isinstance(step, Dense):
                self.numbers -= step.weights.size + step.bias.size
            elif isinstance(step, Affine):
                self.numbers -= step.factor.size + step.offset.size
        if min(self.numbers, self.steps) < 0:
            raise NotImportableError("the same weights or nodes used many times")


def _steps(graph: OnnxGraph, value: str, left: _Left) -> tuple[Step, ...]:
    """Return the steps from the graph's input to a value."""
    steps: list[Step] = []
    while value != graph.input.name:
        node = graph.producers.get(value)
        if node is None:
            raise NotImportableError("an output that does not depend on the input")
        found, value = _step(graph, node)
        left.take(found)
        steps += found
    return tuple(reversed(steps))


def _step(graph: OnnxGraph, node: Any) -> tuple[list[Step], str]:
    """Return the steps of a node, the last first, and the value that they are applied to."""
    kind, given = node.op_type, attributes(node)
    if node.domain not in ("", "ai.onnx"):
        if (node.domain, kind) == ("ai.onnx.ml", "Scaler"):
            return _scaler(node, given)
        raise unsupported(node)
    before = node.input[0] if node.input else ""
    if kind == "Gemm":
        return [_gemm(graph, node, given)], before
    if kind == "MatMul":
        return [Dense(_weights(graph, node).T, np.zeros(1), node)], before
    if kind in ("Add", "Sub", "Mul", "Div"):
        if (affine := _affine(graph, node)) is not None:
            return [affine[0]], affine[1]
        name, factor, start = activation_of_nodes(graph, node)
        scaled: list[Step] = [] if abs(factor - 1) < 1e-6 else [Affine(np.array([factor]), np.array([0.0]), node)]
        return [*scaled, Activation(name, node)], start
    if kind == "Neg":
        return [Affine(np.array(-1.0), np.array(0.0), node)], before
    if kind == "BatchNormalization":
        return [_batch_normalisation(graph, node, given)], before
    if kind in _WITHOUT_EFFECT:
        return _without_effect(graph, node, given), before
    activation = activation_of(graph, node, given)
    return [Activation(activation, node)], _before_exponential(graph, node) if kind == "Exp" else before


def _gemm(graph: OnnxGraph, node: Any, given: dict[str, Any]) -> Dense:
    weights = _weights(graph, node)
    if given.get("transA", 0):
        raise refused(node, "transA is not 0")
    wide = weights if given.get("transB", 0) else weights.T
    if (alpha := float(given.get("alpha", 1.0))) != 1:
        wide = wide.astype(np.float64) * alpha
    bias = np.zeros(1)
    if len(node.input) > 2 and node.input[2]:
        bias = _vector(graph, node, node.input[2], len(wide)) * float(given.get("beta", 1.0))
    return Dense(wide, bias, node)


def _weights(graph: OnnxGraph, node: Any) -> NDArray[Any]:
    """Return the second input of a node, a matrix."""
    if len(node.input) < 2:
        raise refused(node, MISMATCH)
    weights = graph.constant(node.input[1])
    if weights is None:
        computed = not graph.is_constant(node.input[0])
        raise refused(node, BRANCH if computed else Message("its constant is the first input, expected the second"))
    if weights.ndim != 2 or weights.dtype not in (np.float32, np.float64) or not weights.size:
        raise refused(
            node,
            "weights of shape {shape} and type {kind}, expected a matrix",
            shape=list(weights.shape),
            kind=weights.dtype,
        )
    return weights


def _vector(graph: OnnxGraph, node: Any, name: str, width: int | None = None) -> Floats:
    """Return a constant as one value, or one for each of a row's values."""
    value = graph.constant(name)
    if value is None:
        raise refused(node, "an input is computed, expected a constant")
    sides = [side for side in value.shape if side != 1]
    of_rows = not sides or (len(sides) == 1 and value.shape[-1] == sides[0])
    if value.dtype.kind not in "fiu" or not of_rows or value.ndim > 4 or (width and value.size not in (1, width)):
        raise refused(node, MISMATCH)
    return value.ravel().astype(np.float64)


def _affine(graph: OnnxGraph, node: Any) -> tuple[Affine, str] | None:
    """Return arithmetic with a constant, and the other input; None if both are computed."""
    if len(node.input) != 2:
        raise refused(node, MISMATCH)
    first = not graph.is_constant(node.input[0])
    if first and not graph.is_constant(node.input[1]):
        return None
    value, other = (node.input[0], node.input[1]) if first else (node.input[1], node.input[0])
    constant, kind = _vector(graph, node, other), node.op_type
    one, zero = np.array([1.0]), np.array([0.0])
    if kind == "Add":
        factor, offset = one, constant
    elif kind == "Sub":
        factor, offset = (one, -constant) if first else (-one, constant)
    elif kind == "Mul":
        factor, offset = constant, zero
    elif first and constant.all():
        factor, offset = 1 / constant, zero
    else:
        raise refused(node, "a division by a computed value" if not first else Message("a division by 0"))
    return Affine(factor, offset, node), value


def _scaler(node: Any, given: dict[str, Any]) -> tuple[list[Step], str]:
    scale, offset = np.array(given.get("scale") or [1.0]), np.array(given.get("offset") or [0.0])
    if len({scale.size, offset.size} - {1}) > 1:
        raise refused(node, MISMATCH)
    return [Affine(scale, -offset * scale, node)], node.input[0]


def _batch_normalisation(graph: OnnxGraph, node: Any, given: dict[str, Any]) -> Affine:
    if len(node.input) != 5 or given.get("training_mode") or any(node.output[1:]):
        raise refused(node, _TRAINING)
    scale, shift, mean, variance = (_vector(graph, node, name) for name in node.input[1:])
    if len({one.size for one in (scale, shift, mean, variance)}) != 1 or (variance < 0).any():
        raise refused(node, MISMATCH)
    factor = scale / np.sqrt(variance + float(given.get("epsilon", 1e-5)))
    return Affine(factor, shift - mean * factor, node)


def _without_effect(graph: OnnxGraph, node: Any, given: dict[str, Any]) -> list[Step]:
    """Return the steps of a node that changes no value: none, or the conversion to float64."""
    kind = node.op_type
    if kind == "Cast":
        if given.get("to") not in FLOATS:
            raise refused(node, "a conversion to another type than FLOAT and DOUBLE")
        return [Widen()] if given["to"] == FLOATS[1] else []
    if kind == "Dropout" and len(node.input) > 2 and node.input[2]:
        training = graph.constant(node.input[2])
        if training is None or training.any():
            raise refused(node, _TRAINING)
    if kind == "Flatten" and given.get("axis", 1) != 1:
        raise refused(node, "expected axis 1")
    if kind in ("Reshape", "Squeeze"):
        value = graph.constant(node.input[1]) if len(node.input) > 1 else np.array(given.get("axes", ()), np.int64)
        sides = value.ravel().tolist() if value is not None else []
        rows = [-1, 0, *graph.input.sides[:1]]
        fits = sides in ([1], [-1]) if kind == "Squeeze" else len(sides) == 2 and sides[0] in rows
        if not fits and not (value is None and _is_of_shapes(graph, node.input[1])):
            shape = Message("shape {shape}", shape=sides[:8]) if sides else Message("a computed shape")
            raise refused(
                node, "to {shape}, expected one row per sample. In PyTorch, use torch.flatten(x, 1)", shape=shape
            )
    if kind == "Clip":
        limits = [given.get("min"), given.get("max")]
        limits = [graph.constant(one) if one else None for one in node.input[1:]] or limits
        if any(one is not None and (np.size(one) != 1 or abs(float(np.ravel(one)[0])) < FARTHEST) for one in limits):
            raise unsupported(node)
    return []


_MOST_OF_SHAPES = 16
_OF_SHAPES = ("Shape", "Gather", "Slice", "Squeeze", "Unsqueeze", "Concat", "Cast", "Identity")


def _is_of_shapes(graph: OnnxGraph, name: str) -> bool:
    """Return whether a computed value depends only on the shape of others, such as torch's ``x.view(len(x), -1)``.

    Whether it keeps one row per sample shows when the graph is run for the comparison.
    """
    seen, todo = 0, [name]
    while todo:
        value = todo.pop()
        node = graph.producers.get(value)
        if value in graph.initializers or (node is not None and node.op_type == "Constant"):
            continue
        seen += 1
        if node is None or node.op_type not in _OF_SHAPES or node.domain or seen > _MOST_OF_SHAPES:
            return False
        todo += [] if node.op_type == "Shape" else list(filter(None, node.input))
    return True


def _before_exponential(graph: OnnxGraph, node: Any) -> str:
    """Return the input of ``exp``, or of the limit before it."""
    value = str(node.input[0])
    inner = graph.producers.get(value)
    if inner is not None and inner.op_type == "Min" and len(inner.input) == 2:
        if not _is(graph, inner.input[1], LARGEST_EXPONENT):
            raise unsupported(inner)
        value = inner.input[0]
    return value


_WITHOUT_EFFECT = frozenset(("Identity", "Dropout", "Cast", "Flatten", "Reshape", "Squeeze", "Clip"))
_SUMS = frozenset(("Gemm", "MatMul", "Add", "Sub", "Mul", "Div", "Neg", "BatchNormalization"))
OPERATORS = _SUMS | _WITHOUT_EFFECT | {*BY_OPERATOR, "Gelu", "PRelu", "Exp"}
"""Operators of a chain; others may be part of an activation, or interpret the outputs."""
