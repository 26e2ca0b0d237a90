"""The routes of the room Learn: the course, and exercises whose answer is a program."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from ...learn.chapters import blocks_of, chapter_titles, course
from .endpoints import api, require_known, text_in, whole_in
from .session import Session

MOST_SEED = 999_999
MOST_CODE = 20_000
"""Most characters of a program that is typed into the page."""


def chapter(language: str, slug: str) -> dict[str, Any]:
    """Return the blocks of a chapter in one language."""
    require_known("chapter", slug, chapter_titles(language))
    return {"blocks": blocks_of(slug, language)}


def run(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Run the program of an exercise in a process with limits, and judge what it computes.

    Takes ``exercise``, ``seed`` and ``code``, the text that was typed. Nothing else is run: no file of this machine,
    and nothing from another page, which the middleware refuses.
    """
    session.require_python()
    from ...learn.functions import judge_code

    code = text_in(given, "code")
    return judge_code(
        text_in(given, "exercise"), whole_in(given, "seed", 0, 0, MOST_SEED), code, language=given["language"]
    )


routes: list[Route] = [
    api("GET", "/api/learn", lambda session, given: course(given["language"])),
    api("GET", "/api/learn/chapters/{slug}", lambda session, given: chapter(given["language"], given["slug"])),
    api("POST", "/api/learn/run", run),
]
