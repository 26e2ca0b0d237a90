"""Texts by key in the reader's language: pages, plots and commands have catalogues of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import require_choice
from ..messages.catalogue import catalogue, translated
from ..messages.languages import LANGUAGES
from ..messages.message import rendered
from ..messages.option_spelling import Door, in_python
from ..messages.plurals import agreeing

_WITH_WORDS = ("rule", "way", "engine", "loss")
"""Options whose values have a Chinese word: contexts of the catalogue."""
Say = Callable[..., str]
"""Returns a text by its key, with the values in braces filled in."""


def speaking(language: str, words: Mapping[str, str], door: Door = in_python) -> Say:
    """Return a function that gives the texts of a catalogue in a language.

    For example ``speaking("zh", words)("read_as", answer=7)``. The words are English templates by key; ``zh.po`` has
    the Chinese. In English a plural after a number becomes singular for 1: ``{samples} samples`` becomes ``1 sample``.
    The door spells the options among the values; see `message`.
    """
    require_choice("language", language, LANGUAGES)

    def word(key: str, **values: Any) -> str:
        template = words[key]
        values = {name: rendered(value, language, door) for name, value in values.items()}
        if language == "en":
            return agreeing(template, values).format(**values)
        values = {name: chinese_value(name, value) for name, value in values.items()}
        return translated(template, "zh", key).format(**values)

    return word


def words_of(words: Mapping[str, str], language: str) -> dict[str, str]:
    """Return the templates of a catalogue in a language, for a page that fills in the values itself."""
    return {key: translated(template, language, key) for key, template in words.items()}


def chinese_value(name: str, value: Any) -> Any:
    """Return the value of an option with its Chinese word: ``notes（笔记）``; other values do not change.

    A hole such as `short_rule` is filled with the word alone.
    """
    if name.startswith("short_"):
        return catalogue(name.removeprefix("short_"))[value]
    word = catalogue(name).get(value) if name in _WITH_WORDS else None
    return f"{value}（{word}）" if word else value
