"""The chapters of the course and its texts as HTML: what ``scripts/make_chapters.py`` wrote from ``docs/learn``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from ..messages.languages import LANGUAGES
from .exercises import described


@cache
def contents() -> dict[str, Any]:
    """Return the chapters with their blocks, and texts of exercises and mistakes by their ids, in both languages."""
    text = (Path(__file__).parent / "chapters.json").read_text("utf-8")
    return dict(json.loads(text))


def chapter_titles(language: str) -> dict[str, str]:
    """Return the title of each chapter by its slug, in the order of the course."""
    return {one["slug"]: one[language]["title"] for one in contents()["chapters"]}


def course(language: str) -> dict[str, Any]:
    """Return the chapters without their blocks, the exercises and the mistakes, as the page takes them.

    They are what `exercises.described` has, with texts as HTML, and with the ``symbols`` of quantities as MathML.
    """
    texts = in_language({name: contents()[name] for name in ("exercises", "mistakes")}, language)
    parts = described(language)
    for one in parts["exercises"]:
        own = dict(texts["exercises"][one["id"]])
        for step, text in zip(one["steps"], own.pop("steps"), strict=True):
            step["text"] = text
        one |= own
    for one in parts["mistakes"]:
        one |= texts["mistakes"][one["id"]]
    chapters = [
        {"slug": one["slug"], "number": one["number"], "title": one[language]["title"]}
        for one in contents()["chapters"]
    ]
    return {"chapters": chapters, **parts}


def blocks_of(slug: str, language: str) -> list[dict[str, Any]]:
    """Return what a chapter consists of; KeyError for a slug that no chapter has."""
    blocks: dict[str, list[dict[str, Any]]] = {one["slug"]: one[language]["blocks"] for one in contents()["chapters"]}
    return blocks[slug]


def in_language(texts: Any, language: str) -> Any:
    """Return texts in which each ``{"en": …, "zh": …}`` is that of one language."""
    if isinstance(texts, list):
        return [in_language(one, language) for one in texts]
    if isinstance(texts, dict) and set(texts) != set(LANGUAGES):
        return {name: in_language(one, language) for name, one in texts.items()}
    return texts[language] if isinstance(texts, dict) else texts
