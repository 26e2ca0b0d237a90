"""Routes of the session as a whole: its file, the states of rooms, emptying it, and what a killed studio left."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from ....errors import OptionError
from ..endpoints import BYTES, api, text_in
from ..session import Session
from . import opening, session_file


def save(session: Session, given: dict[str, Any]) -> Response:
    """Return the session file; `place` is the address of the room that is shown."""
    return Response(session.in_file(text_in(given, "place", "")), media_type=BYTES)


def open_file(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Add what a session file has; the answer is that of `opening.restore`."""
    name = text_in(given, "name", f"session{session_file.SUFFIX}")
    return opening.restore(session, session_file.read(given["body"], name))


def empty(session: Session, _: dict[str, Any]) -> dict[str, Any]:
    """Empty the session."""
    session.empty()
    return session.describe()


def pages(session: Session, _: dict[str, Any]) -> dict[str, Any]:
    """Return the states of rooms that only their pages know."""
    return {name: value for name, value in session.pages.items() if value is not None}


def put_page(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Keep such a state, any JSON."""
    name = given["name"]
    if not session_file.is_page(name) or len({*session.pages, name}) > session_file.MOST_PAGES:
        raise OptionError("GN021", "{name} {value!r}: expected a word.", name="name", value=name)
    session.put_page(name, given.get("value"))
    return {}


def open_left(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Add what a killed studio left."""
    return opening.open_left(session, given["id"])


def empty_left(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Remove what a killed studio left."""
    session.empty_left(given["id"])
    return session.describe()


routes: list[Route] = [
    api("DELETE", "/api/session", empty),
    api("GET", "/api/session/file", save),
    api("POST", "/api/session/file", open_file),
    api("GET", "/api/session/pages", pages),
    api("POST", "/api/session/pages/{name}", put_page),
    api("POST", "/api/session/left/{id}", open_left),
    api("DELETE", "/api/session/left/{id}", empty_left),
]
