"""In which language a reader is spoken to, and how a catalogue of words is read: light, as every command asks it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any
from unicodedata import combining, east_asian_width

from .errors import require_choice

LANGUAGES = ("en", "zh")

Say = Callable[..., str]
"""Gives a word by its key, with what stands in braces filled in."""


def preferred() -> str:
    """Return ``"zh"`` or ``"en"``, the language where none is named: by ``GLASSNET_LANGUAGE``, else by the locale.

    It is looked up anew each time, so that a notebook can set the variable at any moment.
    """
    names = ("GLASSNET_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    language = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if language.lower().startswith("zh") else "en"


def chinese() -> bool:
    """Whether the language where none is named is Chinese."""
    return preferred() == "zh"


def speaking(language: str, catalogue: Mapping[str, tuple[str, str]]) -> Say:
    """Return what gives a word of a catalogue in a language: ``speaking("zh", words)("read_as", answer=7)``.

    Parameters
    ----------
    language : str
        ``"en"`` or ``"zh"``.
    catalogue : mapping
        Key -> the word in each of `LANGUAGES`; what stands in braces is filled in.

    Raises
    ------
    OptionError
        GN021 for another language.
    """
    require_choice("language", language, LANGUAGES)
    place = LANGUAGES.index(language)

    def word(key: str, **filled_in: Any) -> str:
        return catalogue[key][place].format(**filled_in)

    return word


def width_of(text: str) -> int:
    """Return how wide a text is in letters of a terminal, of which a Chinese one takes two."""
    return sum((east_asian_width(letter) in "WF") + 1 - bool(combining(letter)) for letter in text)
