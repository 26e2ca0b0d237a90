"""The routes of the room Compare."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
