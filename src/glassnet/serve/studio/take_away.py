"""The route of "take it away": what a room shows as a command or a Python program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from . import compare, draw, look, step, train
from .endpoints import api, require_known, text_in
from .session import Session

ROOMS: dict[str, Callable[[Session, dict[str, Any]], str]] = {
    "draw": draw.take_away,
    "train": train.take_away,
    "step": step.take_away,
    "compare": compare.take_away,
    "look": look.take_away,
}
"""Room -> function that returns the text for what its page describes, with ``form`` ("command" or "python")."""


def take_away(session: Session, given: dict[str, Any]) -> dict[str, str]:
    """Return the text for a room."""
    given = {**given, "form": text_in(given, "form", "command", ("command", "python"))}
    return {"text": require_known("room", text_in(given, "room"), ROOMS)(session, given)}


routes: list[Route] = [api("POST", "/api/take-away", take_away)]
