"""The application: pages, the routes that every room uses, and those of each room."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ...messages.languages import LANGUAGES
from ...words.speaking import words_of
from ...words.studio import STUDIO_WORDS
from . import (
    compare,
    data,
    draw,
    labels,
    learn,
    look,
    model_routes,
    page_training,
    session_routes,
    step,
    take_away,
    train,
)
from .endpoints import api, number_in, require_known, whole_in
from .safety import Safety, problem_page
from .session import Session

STATIC = Path(__file__).parent / "static"
ROOMS = ("hand", "draw", "classes", "learn", "train", "step", "compare", "look")
CONTROLS = ("pause", "resume", "step", "speed", "stop", "cancel")


def create_app(session: Session, token: str, port: int) -> Safety:
    """Return the application for a session, behind the middleware that checks who asks.

    The token opens the session; see `safety`. The port is the one that it is served on.
    """
    mimetypes.add_type("text/javascript", ".js")  # browsers refuse modules of another type
    app = Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse(f"/{session.first_room}")),
            *(Route(f"/{room}", lambda request: FileResponse(STATIC / "index.html")) for room in ROOMS),
            Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
            api("GET", "/api/session", lambda session, given: {"language": given["language"], **session.describe()}),
            api("GET", "/api/words/{of}", _words),
            Route("/api/events", _events),
            api("GET", "/api/jobs/{id}", lambda session, given: session.jobs.get(given["id"]).describe()),
            api("POST", "/api/jobs/{id}/{action}", _control),
            *(
                route
                for module in (
                    session_routes,
                    data,
                    model_routes,
                    page_training,
                    draw,
                    learn,
                    train,
                    step,
                    compare,
                    look,
                    labels,
                    take_away,
                )
                for route in module.routes
            ),
        ],
        exception_handlers={HTTPException: _no_such_page},
    )
    app.state.session = session
    return Safety(app, token, port)


def _words(_: Session, given: dict[str, Any]) -> dict[str, str]:
    require_known("language", given["of"], dict.fromkeys(LANGUAGES))
    return words_of(STUDIO_WORDS, given["of"])


async def _events(request: Request) -> Response:
    session: Session = request.app.state.session
    after = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return StreamingResponse(session.events.stream(after), media_type="text/event-stream")


def _control(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    job = session.jobs.get(given["id"])
    require_known("action", given["action"], dict.fromkeys(CONTROLS))
    if given["action"] == "speed":
        job.set_speed(number_in(given, "updates", 0.0))
    elif given["action"] == "step":
        job.step(whole_in(given, "updates", 0))
    else:
        getattr(job, given["action"])()
    return job.describe()


async def _no_such_page(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return problem_page(problem.status_code, "GN094", request.url.path)
