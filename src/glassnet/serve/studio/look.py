"""The routes of the room Look."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
