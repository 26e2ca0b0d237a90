"""``/openapi.json``: the routes, limits and models as OpenAPI 3.1, with examples that the models can answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ... import __version__
from ...errors import CODES
from ...options.job_parameters import parameters as parameters_of
from ...preprocess.tabular.dates import DateColumn
from ...preprocess.tabular.encoders import BooleanColumn, NumberColumn
from ...workflow.explain_job import WhyJob
from ...workflow.predict_job import QueryJob
from .examples import infer_body, row_of
from .exchange import JSON, Answer, Context, Request, Route, json_answer
from .models import ServedModel
from .predict import CSV, FORM
from .tensors import DTYPES

OPENAPI = "3.1.0"

_BINARY = "application/octet-stream"


def document(context: Context, prefix: str = "") -> dict[str, Any]:
    """Return the description of a service whose addresses have a prefix."""
    limits, models = context.limits, [*context.models]
    paths: dict[str, dict[str, Any]] = {}
    for route in context.routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, context, models)
    security = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}} if context.has_token else {}
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "glassnet",
            "version": __version__,
            "description": (
                f"Predictions and explanations of {', '.join(one.name for one in models)}. A request has at most "
                f"{limits.max_body:,} bytes and {limits.max_rows:,} rows, and is answered within {limits.timeout:g} "
                "seconds. Below /v2, the Open Inference Protocol."
            ),
        },
        "servers": [{"url": prefix or "/"}],
        "paths": paths,
        "components": {"schemas": _schemas(models), **security},
    }


def _operation(route: Route, context: Context, models: Sequence[ServedModel]) -> dict[str, Any]:
    names = [one.name for one in models]
    parameters: list[dict[str, Any]] = []
    if "{model}" in route.path:
        parameters.append({"name": "model", "in": "path", "required": True, "schema": {"enum": names}})
    if "{version}" in route.path:
        parameters.append({"name": "version", "in": "path", "required": True, "schema": {"const": "1"}})
    if route.body in ("rows", "row"):
        parameters.append(
            {"name": "model", "in": "query", "required": len(names) > 1, "schema": {"enum": names},
             "description": "Needed if the service has several models."}
        )  # fmt: skip
        both = ("strict", "coverage") if route.body == "rows" else ("strict",)
        described = parameters_of(QueryJob)
        parameters += [{"name": name, "in": "query", "schema": described[name].schema()} for name in both]
    if route.body == "row":
        parameters.append({"name": "output", "in": "query", "schema": parameters_of(WhyJob)["output"].schema()})
    made: dict[str, Any] = {
        "operationId": "_".join([route.method.lower(), *re.findall(r"\w+", route.path)]),
        "summary": route.summary,
        "tags": ["Open Inference Protocol" if route.is_protocol else "glassnet"],
        "responses": {"200": _answer(route), **_errors(route, context)},
    }
    if parameters:
        made["parameters"] = parameters
    if route.body:
        made["requestBody"] = {"required": True, "content": _bodies(route.body, models)}
    if context.has_token and route.needs_token:
        made["security"] = [{"token": []}]
    return made


def _answer(route: Route) -> dict[str, Any]:
    if "/" in route.answer:
        return {"description": route.summary, "content": {route.answer: {"schema": {"type": "string"}}}}
    content = {JSON: {"schema": _reference(route.answer)}}
    if route.body == "infer":
        content[_BINARY] = {"schema": {"description": "JSON, then the tensors' bytes."}}
    return {"description": route.summary, "content": content}


def _errors(route: Route, context: Context) -> dict[str, Any]:
    """Return the statuses of errors that a route can have."""
    statuses = ["403", "500"]
    statuses += ["401"] if context.has_token and route.needs_token else []
    statuses += ["404"] if "{model}" in route.path or route.body else []
    statuses += ["400", "408", "413", "415", "422", "429", "503"] if route.body else []
    schema = _reference("ProtocolError" if route.is_protocol else "Error")
    return {
        status: {"description": DESCRIPTIONS[int(status)], "content": {JSON: {"schema": schema}}}
        for status in sorted(statuses)
    }


DESCRIPTIONS = {
    400: "The request does not have the expected form.",
    401: "The token is missing or wrong.",
    403: "The request comes from a page of another site, or for another host.",
    404: "There is no such address or model.",
    408: "The request arrives too slowly.",
    413: "The body is too large, or has too many rows.",
    415: "The content type or encoding is not supported.",
    422: "The rows do not fit the model.",
    429: "Too many requests wait.",
    500: "An error in glassnet.",
    503: "The request takes too long, or there is not enough memory.",
}
"""Status -> what it means."""


def _bodies(body: str, models: Sequence[ServedModel]) -> dict[str, Any]:
    if body == "infer":
        shown = {one.name: {"value": infer_body(one)} for one in models}
        return {JSON: {"schema": _reference("InferRequest"), "examples": shown}}
    shown = {one.name: {"value": {"row": row_of(one)} if body == "row" else {"rows": [row_of(one)]}} for one in models}
    text = {"schema": {"type": "string"}}
    form = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
    return {
        JSON: {"schema": _reference("Row" if body == "row" else "Rows"), "examples": shown},
        **dict.fromkeys(CSV, text),
        "image/*": {"schema": {"type": "string", "format": "binary"}},
        FORM: {"schema": form},
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Mapping[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    needed = [*properties] if required is None else [*required]
    return {"type": "object", "properties": dict(properties), **({"required": needed} if needed else {})}


def _schemas(models: Sequence[ServedModel]) -> dict[str, Any]:
    text, number, truth = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
    maybe_number = {"type": ["number", "null"]}
    tensor = {
        "name": text,
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "datatype": {"enum": [*DTYPES]},
        "parameters": {"type": "object"},
        "data": {"type": "array"},
    }
    described: dict[str, Any] = {
        "type": "array",
        "items": _object({name: tensor[name] for name in ("name", "datatype", "shape")}),
    }
    described["items"]["properties"]["shape"] = {"type": "array", "items": {"type": "integer", "minimum": -1}}
    row = {"anyOf": [*{str(one): one for one in map(_row_schema, models)}.values()]}
    rows = {"type": "array", "minItems": 1, "items": row}
    prediction = _object(
        {
            "input": text,
            "answer": {"description": "The class's number, or a text: labels that hold, or values."},
            "name": {"type": ["string", "null"], "description": "The class's name."},
            "confidence": {**maybe_number, "description": "The class's probability."},
            "outputs": {"type": ["array", "null"], "items": number, "description": "The network's outputs."},
            "interval": {
                "type": "array",
                "description": "With a coverage: both ends of the prediction interval, or such a pair for each number.",
            },
            "sure": {"type": "boolean", "description": "Of a digit in an image: whether the confidence suffices."},
            "reason": {"type": ["string", "null"], "description": "Of a digit in an image: why it is not sure."},
        },
        ["input", "answer", "name", "confidence", "outputs"],
    )
    error = {"code": {"enum": [*CODES, ""]}, "message": text}
    return {
        "Row": {"anyOf": [_object({"row": row, "strict": truth}, ["row"]), _reference("Rows")]},
        "Rows": {"anyOf": [_object({"rows": rows, "strict": truth, "coverage": number}, ["rows"]), rows]},
        "Predictions": _object(
            {
                "model": text,
                "answers": {"type": "array", "items": prediction},
                "remarks": {"type": "array", "items": text, "description": "On values that training did not have."},
            },
            ["model", "answers"],
        ),
        "Explanation": _object({"model": text}),
        "Error": _object(error),
        "ProtocolError": _object({"error": text, "code": error["code"]}),
        "Server": _object({"name": text, "version": text, "extensions": {"type": "array", "items": text}}),
        "Live": _object({"live": truth}),
        "Ready": _object({"ready": truth}),
        "Model": _object(
            {
                "name": text,
                "versions": {"type": "array", "items": text},
                "platform": text,
                "parameters": _object({"hash": text}),
                "inputs": described,
                "outputs": described,
            }
        ),
        "ModelReady": _object({"name": text, "ready": truth, "problem": _object(error)}, ["name", "ready"]),
        "InferRequest": _object(
            {
                "id": text,
                "parameters": {"type": "object"},
                "inputs": {"type": "array", "items": _object(tensor, ["name", "shape", "datatype"])},
                "outputs": {
                    "type": "array",
                    "items": _object({"name": text, "parameters": {"type": "object"}}, ["name"]),
                },
            },
            ["inputs"],
        ),
        "InferAnswer": _object(
            {
                "model_name": text,
                "model_version": text,
                "id": text,
                "parameters": _object({"remarks": text}, []),
                "outputs": {"type": "array", "items": _object(tensor, ["name", "shape", "datatype"])},
            },
            ["model_name", "outputs"],
        ),
        "Description": {"type": "object"},
    }


def _row_schema(served: ServedModel) -> dict[str, Any]:
    model = served.model
    if model.columns is None:
        return {"type": "array", "items": {"type": "number"}, "minItems": model.features, "maxItems": model.features}
    kinds: dict[str, Any] = {}
    for one in model.columns.inputs:
        if isinstance(one, NumberColumn):
            kinds[one.name] = {"type": ["number", "string", "null"]}
        elif isinstance(one, BooleanColumn):
            kinds[one.name] = {"type": ["boolean", "string", "number", "null"]}
        elif isinstance(one, DateColumn):
            kinds[one.name] = {"type": ["string", "null"], "format": "date"}
        else:
            kinds[one.name] = {"type": ["string", "number", "boolean", "null"], "examples": list(one.categories[:20])}
    return _object(kinds)


def _openapi(context: Context, request: Request) -> Answer:
    return json_answer(document(context, request.prefix))


ROUTES = (Route("GET", "/openapi.json", _openapi, "This description", "Description"),)
