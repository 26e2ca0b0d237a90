"""``/metrics``: the counters in Prometheus's text format, version 0.0.4.

Labels are routes, statuses and the names of the served models: nothing that a client can make up.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from ... import __version__
from .counters import SECONDS, Counters
from .exchange import Answer, Context, Request, Route
from .models import Repository

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[str, Mapping[str, object], float]
"""A suffix of the name, labels, a value."""


def _metrics(context: Context, request: Request) -> Answer:
    return Answer(text_of(context.counters, context.models).encode(), CONTENT_TYPE)


def text_of(counters: Counters, models: Repository) -> str:
    """Return all metrics; those of the process itself come from whatever runs it."""
    lines: list[str] = []
    for name, kind, help_, samples in _families(counters, models):
        full = f"glassnet_{name}"
        lines += [f"# HELP {full} {help_}", f"# TYPE {full} {kind}"]
        for suffix, labels, value in samples:
            inner = ",".join(f'{label}="{_escaped(str(given))}"' for label, given in labels.items())
            lines.append(f"{full}{suffix}{f'{{{inner}}}' if inner else ''} {_number(value)}")
    return "\n".join(lines) + "\n"


def _families(counters: Counters, models: Repository) -> Iterator[tuple[str, str, str, Iterable[Sample]]]:
    yield "build_info", "gauge", "1; the version of glassnet is the label.", [("", {"version": __version__}, 1)]
    requests = (
        ("", {"route": route, "model": model, "status": status}, count)
        for (route, model, status), count in sorted(counters.requests.items())
    )
    yield "requests_total", "counter", "Answered requests; an unknown path has the route ''.", requests
    help_ = "Seconds from the head of a request to the end of its answer."
    yield "request_duration_seconds", "histogram", help_, _histogram(counters)
    yield "requests_in_progress", "gauge", "Requests in progress.", [("", {}, counters.in_progress)]
    yield "requests_waiting", "gauge", "Requests that wait for a thread.", [("", {}, counters.waiting)]
    names = sorted(one.name for one in models)
    rows = [("", {"model": name}, counters.rows[name]) for name in names]
    yield "rows_predicted_total", "counter", "Rows that were predicted or explained.", rows
    served = sorted(models, key=lambda one: one.name)
    loaded = [("", {"model": one.name}, one.loaded) for one in served]
    yield "model_loaded_timestamp_seconds", "gauge", "Unix time at which the served model was loaded.", loaded
    took = [("", {"model": one.name}, one.seconds) for one in served]
    yield "model_load_duration_seconds", "gauge", "Seconds that loading the served model took.", took
    fine = [("", {"model": name}, float(name not in models.problems)) for name in names]
    help_ = "Whether the model's file could be loaded when it last changed; if not, the model from before is served."
    yield "model_last_reload_successful", "gauge", help_, fine
    reloads = [
        ("", {"model": name, "result": result}, counters.reloads[name, result == "success"])
        for name in names
        for result in ("success", "failure")
    ]
    yield "model_reloads_total", "counter", "Times that a model's file has changed.", reloads


def _histogram(counters: Counters) -> Iterator[Sample]:
    for route, counts in sorted(counters.seconds.items()):
        cumulative = list(accumulate(counts))
        for limit, count in zip((*SECONDS, float("inf")), cumulative, strict=True):
            yield "_bucket", {"route": route, "le": _number(limit)}, count
        yield "_sum", {"route": route}, counters.total_seconds[route]
        yield "_count", {"route": route}, cumulative[-1]


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return "+Inf" if value == float("inf") else repr(value)


ROUTES = (Route("GET", "/metrics", _metrics),)
