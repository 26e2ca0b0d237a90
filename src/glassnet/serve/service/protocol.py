"""The Open Inference Protocol, version 2, as KServe, Triton and MLServer have it."""

from __future__ import annotations

from ... import __version__
from .messages import Answer, Context, Request, Route, json_answer


def _live(context: Context, request: Request) -> Answer:
    return json_answer({"live": True})


def _ready(context: Context, request: Request) -> Answer:
    return json_answer({"ready": True, "problems": len(context.models.problems)})


def _server(context: Context, request: Request) -> Answer:
    return json_answer({"name": "glassnet", "version": __version__, "extensions": ["binary_tensor_data"]})


ROUTES = (
    Route("GET", "/v2/health/live", _live, needs_token=False),
    Route("GET", "/v2/health/ready", _ready, needs_token=False),
    Route("GET", "/v2", _server),
)
