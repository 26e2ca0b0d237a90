"""What the service counts, as metrics of Prometheus; those of the process itself come from whatever runs it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper limits of the buckets of the durations."""


class Counters:
    """Metrics since the start, and the requests of now: those `in_progress`, and those of them `waiting` for a thread.

    Labels are routes, statuses and the names of the served models: nothing that a client can make up.
    """

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = own = CollectorRegistry()
        self.in_progress = self.waiting = 0
        text = "Answered requests; an unknown path has the route ''."
        self.requests = Counter("glassnet_requests", text, ("route", "model", "status"), registry=own)
        text = "Seconds from the head of a request to the end of its answer."
        self.seconds = Histogram("glassnet_request_duration_seconds", text, ("route",), registry=own, buckets=SECONDS)
        progress = Gauge("glassnet_requests_in_progress", "Requests in progress.", registry=own)
        progress.set_function(lambda: self.in_progress)
        waiting = Gauge("glassnet_requests_waiting", "Requests that wait for a thread.", registry=own)
        waiting.set_function(lambda: self.waiting)
        text = "Rows that were predicted or explained."
        self.rows = Counter("glassnet_rows_predicted", text, ("model",), registry=own)
        text = "Times that a model's file has changed."
        self.reloads = Counter("glassnet_model_reloads", text, ("model", "result"), registry=own)

    def count(self, route: str, model: str, status: int, rows: int, seconds: float) -> None:
        """Count an answer; the model is empty where none was named."""
        self.requests.labels(route, model, status).inc()
        self.seconds.labels(route).observe(seconds)
        if rows:
            self.rows.labels(model).inc(rows)
