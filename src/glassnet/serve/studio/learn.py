"""The routes of the room Learn: the course, exercises whose answer is a program, and the learner's progress."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from ...learn.chapters import blocks_of, chapter_titles, course
from ...learn.functions import MOST_SEED, CodeFacts, judge_code
from .endpoints import api, object_in, require_known, text_in, whole_in
from .persistence import progress
from .session import Session


def chapter(language: str, slug: str) -> dict[str, Any]:
    """Return the blocks of a chapter in one language."""
    require_known("chapter", slug, chapter_titles(language))
    return {"blocks": blocks_of(slug, language)}


def run(session: Session, given: dict[str, Any]) -> CodeFacts:
    """Run the program of an exercise in a process of its own, and judge what it computes.

    A studio that other machines can reach runs it only if the system confines that process. Takes ``exercise``,
    ``seed`` and ``code``, the text that was typed. Nothing else is run: no file of this machine, and nothing from
    another page, which the middleware refuses.
    """
    session.require_python()
    seed = whole_in(given, "seed", 0, 0, MOST_SEED)
    exercise, code = text_in(given, "exercise"), text_in(given, "code")
    return judge_code(exercise, seed, code, given["language"], confined=not session.local)


routes: list[Route] = [
    api("GET", "/api/learn", lambda session, given: course(given["language"])),
    api("GET", "/api/learn/chapters/{slug}", lambda session, given: chapter(given["language"], given["slug"])),
    api("POST", "/api/learn/run", run),
    api("GET", "/api/learn/progress", lambda session, given: progress.read()),
    api("POST", "/api/learn/progress", lambda session, given: progress.merge(object_in(given, "changes"))),
    api("DELETE", "/api/learn/progress", lambda session, given: progress.empty()),
]
