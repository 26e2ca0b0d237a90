"""The reader's language, catalogues of texts in two languages, and widths of texts; imports nothing heavy."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unicodedata import combining, east_asian_width

from ..errors import require_choice
from ..messages.catalogue import catalogue, translated
from ..messages.control_characters import printable
from ..messages.message import LANGUAGES, Door, in_python, rendered
from ..messages.plurals import agreeing

_WITH_WORDS = ("rule", "way", "engine", "loss")
"""Options whose values have a Chinese word: contexts of the catalogue."""
Say = Callable[..., str]
"""Returns a text by its key, with the values in braces filled in."""


def preferred() -> str:
    """Return the default language, ``"zh"`` or ``"en"``, from ``GLASSNET_LANGUAGE`` or else from the locale.

    It is read on every call, so a notebook can set the variable at any time.
    """
    names = ("GLASSNET_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    language = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if language.lower().startswith("zh") else "en"


def chinese() -> bool:
    """Return whether the default language is Chinese."""
    return preferred() == "zh"


def speaking(language: str, words: Mapping[str, str], door: Door = in_python) -> Say:
    """Return a function that gives the texts of a catalogue in a language.

    For example ``speaking("zh", words)("read_as", answer=7)``.

    Parameters
    ----------
    language : str
        ``"en"`` or ``"zh"``.
    words : mapping
        Key -> the English template; ``zh.po`` has the Chinese. In English a plural after a number becomes singular
        for 1: ``{samples} samples`` becomes ``1 sample``.
    door : callable
        Spells the options among the values; see `message`.
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


def counted(count: int, thing: str) -> str:
    """Return ``1 row`` or ``1,200 rows``."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def listed(names: Sequence[object], most: int, comma: str = ", ", more: str = ", …") -> str:
    """Return the first names, at most `most`, followed by `more` if there are more: ``cat, dog, …``."""
    return comma.join(map(str, names[:most])) + (more if len(names) > most else "")


def width_of(text: str) -> int:
    """Return the width of a text in terminal columns when printed by `printable`; a Chinese character takes two."""
    return sum((east_asian_width(letter) in "WF") + 1 - bool(combining(letter)) for letter in printable(text))


def shortened(text: str, width: int) -> str:
    """Return a text on one line, cut to `width` columns with an ellipsis if it is longer."""
    text = printable(text)
    if width_of(text) <= width:
        return text
    while text and width_of(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def number_text(value: float) -> str:
    """Return a number with six significant digits, and a whole number below 1e15 in full."""
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:g}"


def share_text(share: float) -> str:
    """Return a fraction in per cent; ``<0.1%`` instead of 0.0% unless it is 0."""
    text = f"{share:.1%}"
    return "<0.1%" if share and text == "0.0%" else text


def below_all(share: float, digits: int = 2) -> float:
    """Return a fraction that does not round to 100 % at this number of digits unless it is 1."""
    return min(share, 1 - 10.0 ** -(digits + 2)) if share < 1 else share
