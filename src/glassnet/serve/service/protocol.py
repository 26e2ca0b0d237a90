"""The Open Inference Protocol, version 2, as KServe, Triton and MLServer speak it, with binary tensors.

Sources: https://github.com/kserve/open-inference-protocol (``inference_rest.md``) and
https://github.com/triton-inference-server/server (``docs/protocol/extension_binary_data.md``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from ... import __version__
from ...errors import DataError
from ...messages.message import Listing, Message
from ...nn.parameters import FloatArray
from ...preprocess.tabular.encoders import BooleanColumn, NumberColumn
from ..rendering import for_client
from .errors import RequestError, malformed
from .exchange import Answer, Context, Request, Route, flag_in, json_answer, json_in
from .limits import Limits
from .models import ServedModel
from .predict import remarks
from .rows import checked, encoded_columns, judged, outputs_of, require_few
from .tensors import Tensor, tensors_in

VERSION = "1"
"""Of every model."""
INPUT = "input"
"""The name of the input of a model of arrays."""
HEADER_LENGTH = "Inference-Header-Content-Length"
_BINARY = "application/octet-stream"
_DATATYPES = {"bytes": "UINT8", "float": "FP32", "double": "FP64"}


def metadata(served: ServedModel) -> dict[str, Any]:
    """Return the metadata of a model: its inputs and outputs."""
    return {
        "name": served.name,
        "versions": [VERSION],
        "platform": "glassnet",
        "parameters": {"hash": served.model.hash()},
        "inputs": inputs_described(served),
        "outputs": [
            {"name": name, "datatype": datatype, "shape": shape}
            for name, (datatype, shape) in _outputs_described(served).items()
        ],
    }


def inputs_described(served: ServedModel) -> list[dict[str, Any]]:
    """Return name, datatype and shape of the inputs: one for arrays, one for each column of a table."""
    columns = served.model.columns
    if columns is None:
        datatype = _DATATYPES[served.form.input_kind]
        return [{"name": INPUT, "datatype": datatype, "shape": [-1, served.model.features]}]
    kinds = {NumberColumn: "FP64", BooleanColumn: "BOOL"}
    return [
        {"name": one.name, "datatype": kinds.get(type(one), "BYTES"), "shape": [-1, 1]}  # BYTES: words and dates
        for one in columns.inputs
    ]


def _outputs_described(served: ServedModel) -> dict[str, tuple[str, list[int]]]:
    """Return the outputs: name -> datatype, shape."""
    model = served.model
    if model.targets.name == "values":
        return {"value": ("FP64", [-1, model.classes])}
    probabilities = ("FP32", [-1, model.classes])
    if not model.targets.of_classes:
        return {"labels": ("BOOL", [-1, model.classes]), "probabilities": probabilities}
    return {"label": ("BYTES" if model.class_names else "INT64", [-1]), "probabilities": probabilities}


def _outputs(served: ServedModel, outputs: FloatArray) -> dict[str, NDArray[Any]]:
    """Return the values of the outputs."""
    model = served.fast
    predicted = model.targets.invert(outputs)
    if model.targets.name == "values":
        return {"value": predicted}
    probabilities = model.probabilities(outputs)
    if not model.targets.of_classes:
        return {"labels": predicted.astype(bool), "probabilities": probabilities}
    if model.class_names:
        predicted = np.array(model.class_names, object)[predicted]
    return {"label": predicted, "probabilities": probabilities}


def _infer(context: Context, request: Request) -> Answer:
    served = _model(context, request)
    given, binary = _parts(request)
    request.strict = flag_in(given.get("parameters"), "strict", request.strict)
    wanted = _wanted(served, given)
    tensors = tensors_in(given.get("inputs"), binary)
    outputs = _outputs(served, outputs_of(served, _inputs(served, tensors, request, context.limits), request))
    described, data = [], []
    for name, is_binary in wanted.items():
        tensor = Tensor(name, _outputs_described(served)[name][0], outputs[name])
        if is_binary:
            head, content = tensor.to_binary()
            described.append(head)
            data.append(content)
        else:
            described.append(tensor.to_json())
    answer: dict[str, Any] = {"model_name": served.name, "model_version": VERSION}
    if (identity := given.get("id")) is not None:
        answer["id"] = identity
    if found := remarks(request):
        answer["parameters"] = {"remarks": "\n".join(found["remarks"])}  # the protocol has no lists here
    answer["outputs"] = described
    rows = len(next(iter(outputs.values())))
    if not data:
        return json_answer(answer, rows=rows)
    head_of_answer = orjson.dumps(answer)
    more = {HEADER_LENGTH: str(len(head_of_answer))}
    return Answer(b"".join([head_of_answer, *data]), _BINARY, headers=more, rows=rows)


def _model(context: Context, request: Request) -> ServedModel:
    version = request.parameters.get("version", VERSION)
    served = context.models.get(request.parameters["model"])
    if version != VERSION:
        raise RequestError(
            404,
            "GN121",
            "Model {name!r} has no version {version!r}, only {known}.",
            name=served.name,
            version=version,
            known=VERSION,
        )
    return served


def _parts(request: Request) -> tuple[dict[str, Any], memoryview]:
    """Return the JSON of a request, and the binary data after it."""
    body, length = request.body, request.header(HEADER_LENGTH.lower())
    end = len(body)
    if length:
        if not length.isdecimal() or len(length) > 12 or int(length) > end:
            raise malformed(
                "{header} {length}: expected at most the length of the body, {most}.",
                header=HEADER_LENGTH,
                length=length,
                most=end,
            )
        end = int(length)
    view = memoryview(body)
    given = json_in(view[:end])
    if not isinstance(given, dict):
        raise malformed("The body is not an object with inputs.")
    if not isinstance(given.get("id"), str | None):
        raise malformed("id: expected a text.")
    return given, view[end:]


def _wanted(served: ServedModel, given: dict[str, Any]) -> dict[str, bool]:
    """Return the names of the outputs that are wanted, and whether each is wanted in binary form."""
    usual = flag_in(given.get("parameters"), "binary_data_output", False)
    names, named = [*_outputs_described(served)], given.get("outputs")
    if named is None or named == []:
        return dict.fromkeys(names, usual)
    if type(named) is not list or not all(isinstance(one, dict) for one in named):
        raise malformed("outputs: expected a list of objects.")
    wanted = {}
    for one in named:
        name, parameters = one.get("name"), one.get("parameters")
        if name not in names:
            raise malformed("output {value!r}: expected one of {names}.", value=name, names=Listing(names))
        if isinstance(parameters, dict) and parameters.get("classification"):
            raise malformed(
                "output {name!r}: classification: not supported. Use the output 'probabilities'.", name=name
            )
        wanted[name] = flag_in(parameters, "binary_data", usual)
    return wanted


def _inputs(served: ServedModel, tensors: dict[str, Tensor], request: Request, limits: Limits) -> NDArray[Any]:
    """Return the inputs of a model, (n, features)."""
    expected = [one["name"] for one in inputs_described(served)]
    for name in tensors:
        if name not in expected:
            raise malformed("input {name!r}: expected {names}.", name=name, names=Listing(expected[:20], quoted=True))
    for name in expected:
        if name not in tensors:
            raise malformed("input {name!r}: missing.", name=name)
    if served.encoder is not None:
        return _encoded(served, tensors, request, limits)
    (tensor,) = tensors.values()
    if tensor.datatype == "BYTES":
        raise DataError("GN013", "input {name!r}: datatype BYTES, expected numbers.", name=tensor.name)
    values = tensor.values
    if values.ndim == 1:
        values = values[np.newaxis]
    require_few(len(values), limits)
    return judged(served, checked(served, values, Message("input {name!r}", name=tensor.name)), request)


def _encoded(served: ServedModel, tensors: dict[str, Tensor], request: Request, limits: Limits) -> NDArray[np.float32]:
    columns: dict[str, NDArray[Any]] = {}
    for tensor in tensors.values():
        shape = tensor.values.shape
        if len(shape) not in (1, 2) or shape[1:] not in ((), (1,)):
            raise malformed("input {name!r}: shape {shape}, expected [rows, 1].", name=tensor.name, shape=list(shape))
        columns[tensor.name] = tensor.values.reshape(-1)
    counts = {len(column) for column in columns.values()}
    if len(counts) > 1:
        raise malformed("inputs: of different lengths, {counts}.", counts=Listing(sorted(counts)))
    (rows,) = counts
    require_few(rows, limits)
    return encoded_columns(served, columns, rows, request, limits)


def _metadata(context: Context, request: Request) -> Answer:
    return json_answer(metadata(_model(context, request)))


def _model_ready(context: Context, request: Request) -> Answer:
    served = _model(context, request)
    problem = context.models.problems.get(served.name)
    more = {}
    if problem is not None:
        more = {"problem": {"code": problem.code, "message": for_client(problem, request.language)}}
    return json_answer({"name": served.name, "ready": True, **more})


_MODEL = "/v2/models/{model}"
_SERVER = {"name": "glassnet", "version": __version__, "extensions": ["binary_tensor_data"]}

ROUTES = (
    Route(
        "GET",
        "/v2/health/live",
        lambda *_: json_answer({"live": True}),
        "Whether the server runs",
        "Live",
        needs_token=False,
    ),
    Route(
        "GET",
        "/v2/health/ready",
        lambda *_: json_answer({"ready": True}),
        "Whether the server can predict",
        "Ready",
        needs_token=False,
    ),
    Route("GET", "/v2", lambda *_: json_answer(_SERVER), "The server's name, version and extensions", "Server"),
    *(
        route
        for path in (_MODEL, f"{_MODEL}/versions/{{version}}")
        for route in (
            Route("GET", path, _metadata, "The inputs and outputs of a model", "Model"),
            Route("GET", f"{path}/ready", _model_ready, "Whether a model can predict", "ModelReady"),
            Route("POST", f"{path}/infer", _infer, "Predict tensors", "InferAnswer", "infer"),
        )
    ),
)
