"""``/docs``: a page about the service, with commands that can be copied."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...errors import CODES
from ...html.service import content_policy, service_page
from ...messages.catalogue import translated
from ...messages.formats import listed
from ...messages.languages import LANGUAGES
from ...words.plots import words_in
from ...words.service import SERVICE_WORDS
from ...words.speaking import Say
from ..rendering import for_client
from .examples import Example, has_digit, infer_example, model_example, predict_example
from .exchange import Answer, Context, Request, Route
from .limits import DEADLINES
from .models import ServedModel

_MODELS, _NAMES = 8, 12
"""Most models with a command of their own, and most names that are listed."""

STATUSES = {
    "GN121": "404",
    "GN122": "405, 415",
    "GN123": "401",
    "GN124": "403",
    "GN125": "413",
    "GN126": "408, 429, 503",
    "GN127": "400, 431",
}
"""Code -> statuses of the answers that have it."""


def _docs(context: Context, request: Request) -> Answer:
    language = request.parameters.get("lang", request.language)
    language = language if language in LANGUAGES else request.language
    page = service_page(_content(context, request.address, language), language)
    headers = {
        "Content-Security-Policy": content_policy(page),
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Language",
    }
    return Answer(page.encode(), "text/html; charset=utf-8", headers=headers)


def _content(context: Context, address: str, language: str) -> dict[str, Any]:
    say, models = words_in(language, SERVICE_WORDS), [*context.models]
    names = [one.name for one in models]
    lead = say("lead_one", name=names[0]) if len(names) == 1 else say("lead", count=len(names))
    problems = [
        f"{name}: " + say("not_reloaded", problem=for_client(problem, language))
        for name, problem in context.models.problems.items()
    ]
    title = f"glassnet: {listed(names, 3)}"
    return {
        "title": title,
        "heading": title,
        "lead": lead,
        "models": [_described(one, say, language) for one in models],
        "problems": problems,
        "requests": _requests(context, models, address, say),
        "has_token": context.has_token,
        "limits": _limits(context, say),
        "errors": [
            {"code": code, "statuses": statuses, "meaning": translated(CODES[code], language)}
            for code, statuses in STATUSES.items()
        ],
        "bundled": any(map(has_digit, models)),
    }


def _described(served: ServedModel, say: Say, language: str) -> dict[str, str]:
    model = served.model
    comma = {"zh": "、"}.get(language, ", ")
    if model.columns is not None:
        names = [one.name for one in model.columns.inputs]
        inputs = say("columns", count=len(names), names=listed(names, _NAMES, comma, f"{comma}…"))
    elif model.image_shape:
        rows, columns = model.image_shape
        inputs = say("image", rows=rows, columns=columns)
    else:
        inputs = say("numbers", features=model.features)
    return {
        "name": served.name,
        "layers": "-".join(map(str, model.network.architecture.sizes)),
        "inputs": inputs,
        "outputs": listed([model.name_of(k) for k in range(model.classes)], _NAMES, comma, f"{comma}…"),
        "loaded": datetime.fromtimestamp(served.loaded, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "hash": model.hash()[:8],
    }


def _requests(context: Context, models: list[ServedModel], address: str, say: Say) -> list[dict[str, Any]]:
    first, others = models[0], len(models) > 1
    shown: list[tuple[str, list[Example]]] = [
        ("predict", [predict_example(one, others) for one in models[:_MODELS]]),
        ("explain", [predict_example(first, others, "/explain")]),
        ("infer", [infer_example(first)]),
        ("metadata", [model_example(first)]),
        ("ready", [Example("GET", "/v2/health/ready")]),
        ("metrics", [Example("GET", "/metrics")]),
        ("openapi", [Example("GET", "/openapi.json")]),
    ]
    return [
        {
            "method": examples[0].method,
            "path": examples[0].route,
            "text": say(key),
            "commands": [
                one.curl(address, "TOKEN" if context.has_token and key != "ready" else "") for one in examples
            ],
        }
        for key, examples in shown
    ]


def _limits(context: Context, say: Say) -> list[dict[str, str]]:
    limits = context.limits
    rows: list[tuple[str, str, float, str]] = [
        ("max_body", "", limits.max_body, "413"),
        ("max_rows", "", limits.max_rows, "413"),
        ("timeout", "", limits.timeout, "503"),
        ("max_waiting", "", limits.max_waiting, "429"),
        ("slow", say("slow", body=DEADLINES.body, rate=DEADLINES.rate), DEADLINES.head, "408"),
        ("connections", "", DEADLINES.connections, "503"),
    ]
    return [{"text": text or say(key), "value": f"{value:,g}" if value < 1e6 else f"{value:,}", "status": status}
            for key, text, value, status in rows]  # fmt: skip


ROUTES = (Route("GET", "/docs", _docs, "The service's own documentation", "text/html", on_thread=True),)
