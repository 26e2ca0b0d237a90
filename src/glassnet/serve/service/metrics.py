"""``/metrics``: the counters and the state of the models, in Prometheus's text format."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from ... import __version__
from .exchange import Answer, Context, Request, Route

CONTENT_TYPE = CONTENT_TYPE_LATEST


def _metrics(context: Context, request: Request) -> Answer:
    counters, state = context.counters, CollectorRegistry()

    def gauge(name: str, text: str, label: str = "model") -> Gauge:
        return Gauge(f"glassnet_{name}", text, (label,), registry=state)

    gauge("build_info", "1; the version of glassnet is the label.", "version").labels(__version__).set(1)
    loaded = gauge("model_loaded_timestamp_seconds", "Unix time at which the served model was loaded.")
    took = gauge("model_load_duration_seconds", "Seconds that loading the served model took.")
    text = "Whether the model's file could be loaded when it last changed; if not, the model from before is served."
    fine = gauge("model_last_reload_successful", text)
    for one in context.models:
        loaded.labels(one.name).set(one.loaded)
        took.labels(one.name).set(one.seconds)
        fine.labels(one.name).set(one.name not in context.models.problems)
        counters.rows.labels(one.name)  # from the start, at 0
        for result in ("success", "failure"):
            counters.reloads.labels(one.name, result)
    return Answer(generate_latest(counters.registry) + generate_latest(state), CONTENT_TYPE)


ROUTES = (Route("GET", "/metrics", _metrics, "Metrics for Prometheus", CONTENT_TYPE.partition(";")[0]),)
