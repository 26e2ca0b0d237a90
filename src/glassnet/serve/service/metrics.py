"""Counters of the service in Prometheus's text format, version 0.0.4.

Labels are routes, statuses, error codes and the names of the served models: nothing that a client can make up.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper limits in seconds of the histogram of durations."""

_HELP = {
    "glassnet_build_info": ("gauge", "1; the label has the version of glassnet."),
    "glassnet_http_requests_total": ("counter", "Answered requests."),
    "glassnet_http_request_duration_seconds": (
        "histogram",
        "Seconds from a request's headers to the end of its answer.",
    ),
    "glassnet_http_requests_in_flight": ("gauge", "Requests that are being answered."),
    "glassnet_errors_total": ("counter", "Requests that were refused, by error code."),
    "glassnet_rows_predicted_total": ("counter", "Rows that a model predicted."),
    "glassnet_model_info": ("gauge", "1; the label has the hash of the model's parameters."),
    "glassnet_model_loaded_timestamp_seconds": ("gauge", "Unix time at which the served model was loaded."),
    "glassnet_model_load_duration_seconds": ("gauge", "Seconds that loading the served model took."),
    "glassnet_model_last_reload_successful": ("gauge", "1 if the model's file could be loaded when it last changed."),
}
"""Name -> type and help."""


class Metrics:
    """What the service has done; threads may record at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_flight = 0
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._durations: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self._seconds: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._rows: Counter[str] = Counter()
        self._models: dict[str, dict[str, float | str]] = {}

    def begin(self) -> None:
        """Record that a request is being answered."""
        with self._lock:
            self._in_flight += 1

    def end(self, method: str, route: str, status: int, seconds: float, code: str = "") -> None:
        """Record the end of a request.

        Parameters
        ----------
        method : str
            Of the route, not of the request.
        route : str
            The route's template, such as ``/v2/models/{name}/infer``.
        status : int
            0 if the client left before the answer.
        seconds : float
        code : str, optional
            The error code of a refused request.
        """
        with self._lock:
            self._in_flight -= 1
            self._requests[method, route, status] += 1
            self._durations[route][bisect_left(BUCKETS, seconds)] += 1
            self._seconds[route] += seconds  # type: ignore[assignment]  # a Counter of floats
            if code:
                self._errors[code] += 1

    def predicted(self, model: str, rows: int) -> None:
        """Record rows that a model predicted."""
        with self._lock:
            self._rows[model] += rows

    def loaded(self, model: str, hash_: str, timestamp: float, seconds: float) -> None:
        """Record that a model was loaded or reloaded."""
        with self._lock:
            self._models[model] = {"hash": hash_, "timestamp": timestamp, "seconds": seconds, "successful": 1}

    def reload_failed(self, model: str) -> None:
        """Record that the changed file of a model could not be loaded; the model before it is still served."""
        with self._lock:
            self._models[model]["successful"] = 0

    def text(self, version: str) -> str:
        """Return everything in Prometheus's text format."""
        with self._lock:
            families = dict(self._families(version))
        lines = []
        for name, samples in families.items():
            kind, help_ = _HELP[name]
            lines += [f"# HELP {name} {help_}", f"# TYPE {name} {kind}", *samples]
        return "\n".join(lines) + "\n"

    def _families(self, version: str) -> Iterator[tuple[str, list[str]]]:
        yield _family("build_info", [({"version": version}, 1)])
        yield _family(
            "http_requests_total",
            (
                ({"method": method, "route": route, "status": str(status)}, count)
                for (method, route, status), count in sorted(self._requests.items())
            ),
        )
        yield "glassnet_http_request_duration_seconds", list(self._histogram())
        yield _family("http_requests_in_flight", [({}, self._in_flight)])
        yield _family("errors_total", (({"code": code}, count) for code, count in sorted(self._errors.items())))
        yield _family(
            "rows_predicted_total",
            (({"model": name}, self._rows[name]) for name in sorted({*self._models, *self._rows})),
        )
        models = sorted(self._models.items())
        yield _family("model_info", (({"model": name, "hash": str(one["hash"])}, 1) for name, one in models))
        for family, key in (
            ("model_loaded_timestamp_seconds", "timestamp"),
            ("model_load_duration_seconds", "seconds"),
            ("model_last_reload_successful", "successful"),
        ):
            yield _family(family, (({"model": name}, float(one[key])) for name, one in models))

    def _histogram(self) -> Iterator[str]:
        name = "glassnet_http_request_duration_seconds"
        for route, counts in sorted(self._durations.items()):
            total = 0
            for limit, count in zip((*BUCKETS, float("inf")), counts, strict=True):
                total += count
                yield _sample(f"{name}_bucket", {"route": route, "le": _number(limit)}, total)
            yield _sample(f"{name}_sum", {"route": route}, self._seconds[route])
            yield _sample(f"{name}_count", {"route": route}, total)


def _family(name: str, samples: Iterable[tuple[dict[str, str], float]]) -> tuple[str, list[str]]:
    full = f"glassnet_{name}"
    return full, [_sample(full, labels, value) for labels, value in samples]


def _sample(name: str, labels: dict[str, str], value: float) -> str:
    inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{inner}}} {_number(value)}" if inner else f"{name} {_number(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return "+Inf" if value == float("inf") else repr(value)
