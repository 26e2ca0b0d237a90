"""Running an ONNX file: by onnxruntime, or else by the reference implementation in the package onnx."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, GlassnetError
from ...model.model import Model
from ...preprocess.tabular.columns import Columns
from ...preprocess.tabular.dates import DateColumn
from ...preprocess.tabular.encoders import NumberColumn
from ..proof import Ran
from ..rows import ProofRows
from ..stored import PROGRAM, Stored
from .activations import WRITTEN

TOLERANCE = 1e-5
"""Largest difference of an output from the portable one: runtimes add in orders of their own."""

Feed = dict[str, NDArray[Any]]

_ALONE = 8
"""Rows that are also run one at a time: a runtime may add in another order then."""


def run(path: Path, model: Model, rows: ProofRows, *, name: str | Path = "") -> Ran:
    """Run a file on rows, all at once, and the first ones also one at a time.

    Of two answers to a row, the one further from the portable answer counts.
    """
    import onnx

    from .writer import KEY

    try:
        proto = onnx.load_model_from_string(path.read_bytes())
        _require_own(name or path, proto)
        outputs = next(entry.value for entry in proto.metadata_props if entry.key == f"{KEY}outputs")
        answers = [one.name for one in proto.graph.output]
        # Compared are the network's outputs, which are a value within the graph.
        proto.graph.output.append(onnx.helper.make_tensor_value_info(outputs, onnx.TensorProto.FLOAT, None))
        tool, session = _session(proto)
        feed = _feed(model.columns, rows)
        wanted = [answers[0], outputs, *answers[1:]]
        found = _run(session, wanted, feed)
        for k in range(min(_ALONE, len(rows))):
            alone = _run(session, wanted, {name: values[k : k + 1] for name, values in feed.items()})
            if not _distance(alone[1][0], rows.outputs[k]) <= _distance(found[1][k], rows.outputs[k]):
                for whole, single in zip(found, alone, strict=True):
                    whole[k] = single[0]
    except (OSError, GlassnetError):
        raise
    except Exception as problem:  # onnx and onnxruntime raise errors of many kinds
        raise _cannot_be_run(name or path, problem) from None
    return Ran(tool, None, found[1], _predictions(model, found[0]), found[2] if len(found) > 2 else None)


def stored(path: str | Path, content: bytes) -> Stored:
    """Return what a file stores: its tensors, lists and metadata by name, and its operators as the program."""
    import onnx

    from .reading import attributes
    from .writer import KEY

    def text(value: Any) -> Any:
        return value.decode(errors="replace") if isinstance(value, bytes) else value

    try:
        proto = onnx.load_model_from_string(content)
        _require_own(path, proto)
        facts: dict[str, Any] = {}
        for one in proto.graph.initializer:
            value = onnx.numpy_helper.to_array(one)
            facts[one.name] = list(map(text, value.ravel().tolist())) if value.dtype == object else value
        program = [f"{one.domain} {one.version}" for one in proto.opset_import]
        program += [str(one).replace("\n", " ") for one in (*proto.graph.input, *proto.graph.output)]
        for node in proto.graph.node:
            given = {key: text(value) for key, value in attributes(node).items()}
            lists = {key: [*map(text, value)] for key, value in given.items() if isinstance(value, list)}
            facts |= {f"{key} of {node.output[0]}": value for key, value in lists.items()}
            numbers = {key: value for key, value in given.items() if key not in lists}
            program.append(f"{node.domain} {node.op_type} {[*node.input]} {[*node.output]} {numbers}")
        metadata = {one.key: one.value for one in proto.metadata_props if one.key.startswith(KEY)}
        version = metadata.pop(f"{KEY}version", "")
        return Stored(proto.graph.name, version, {PROGRAM: program} | metadata | facts)
    except GlassnetError:
        raise
    except Exception as problem:  # protobuf's and NumPy's, for damaged files
        raise _cannot_be_run(path, problem) from None


def _cannot_be_run(path: str | Path, problem: Exception) -> DataError:
    reason = " ".join(str(problem).split())[:200]
    return DataError("GN101", "{path}: cannot be run ({reason}). Export the model again.", path=path, reason=reason)


_OPERATORS = WRITTEN | {
    *("ArgMax", "Cast", "Clip", "Concat", "Equal", "Gather", "Gemm", "Identity", "IsInf", "IsNaN", "LabelEncoder"),
    *("Mod", "Not", "Or", "ReduceSum", "Reshape", "Sqrt"),
}
"""Operators that `writer` and `columns` write, besides those of activations."""
_LARGE = (4, 5, 9, 10, 11, 12)  # attributes that are tensors or graphs


def _require_own(path: str | Path, proto: Any) -> None:
    """Raise DataError GN101 for what glassnet does not write, such as weights in other files, which a runtime reads."""
    graph = proto.graph
    outside = [one for one in graph.initializer if one.data_location or one.external_data]
    foreign = [
        one for one in graph.node if one.op_type not in _OPERATORS or any(a.type in _LARGE for a in one.attribute)
    ]
    if outside or foreign or proto.functions or graph.sparse_initializer:
        raise DataError("GN101", "{path}: an ONNX file that glassnet did not write. Export the model again.", path=path)


def _session(proto: Any) -> tuple[str, Any]:
    """Return what runs a model, with its version, and a session of it."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # else it sends events to its makers; read when it is imported
    try:
        import onnxruntime
    except ImportError:
        import onnx
        from onnx.reference import ReferenceEvaluator

        return f"onnx {onnx.__version__} (reference)", ReferenceEvaluator(proto)
    if os.environ["ORT_DISABLE_TELEMETRY"] == "1":
        onnxruntime.disable_telemetry_events()  # Windows' own events do not depend on the variable
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return f"onnxruntime {onnxruntime.__version__}", session


def _run(session: Any, names: list[str], feed: Feed) -> list[NDArray[Any]]:
    return [np.array(one) for one in session.run(names, feed)]


def _feed(columns: Columns | None, rows: ProofRows) -> Feed:
    """Return the inputs of the graph: raw values, or the columns of a table."""
    if columns is None:
        assert rows.raw is not None
        return {"input": rows.raw.astype(np.float64 if rows.raw.dtype == np.float64 else np.float32)}
    return {one.name: column_input(one, rows.values[one.name]) for one in columns.inputs}


_SPELT = {None: "", True: "yes", False: "no"}


def column_input(encoding: Any, values: list[Any]) -> NDArray[Any]:
    """Return the values of a table's column as its input in ONNX, (n, 1); None is missing."""
    if isinstance(encoding, NumberColumn):
        given = np.array([np.nan if one is None else one for one in values], np.float64)
    elif isinstance(encoding, DateColumn):
        given = np.array([np.iinfo(np.int64).min if one is None else one for one in values], np.int64)
    else:
        given = np.array([_SPELT.get(one, one) for one in values], object)
    return given[:, np.newaxis]


def _distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).max())


def _predictions(model: Model, answers: NDArray[Any]) -> NDArray[Any]:
    """Return the answers as `ProofRows.predicted`: classes by their place."""
    if not model.targets.of_classes:
        return answers
    places = {name: place for place, name in enumerate(model.classes_.tolist())}
    return np.array([places.get(one, -1) for one in answers.tolist()], np.int64)
