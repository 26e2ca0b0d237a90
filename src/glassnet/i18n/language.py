"""In which language a reader is spoken to, how a catalogue of words is read, and texts: light, as all commands ask."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unicodedata import combining, east_asian_width

from ..errors import require_choice
from ..io.control_characters import printable

LANGUAGES = ("en", "zh")

_ONE = {
    "are": "is",
    "columns": "column",
    "epochs": "epoch",
    "labels": "label",
    "links come": "link comes",
    "members": "member",
    "nodes that matter": "node that matters",
    "nodes": "node",
    "others are": "other is",
    "others": "other",
    "rows": "row",
    "samples": "sample",
    "that matter": "that matters",
    "times": "time",
    "values": "value",
    "wrong or ambiguous labels": "wrong or ambiguous label",
}
_COUNTED = re.compile(rf"\{{(\w+)(:,)?\}} (?:\{{\w+\}} |misread )?(?P<many>{'|'.join(_ONE)})\b")
"""What an English word of a catalogue says of several, right behind their number."""

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
        Key -> the word in each of `LANGUAGES`; what stands in braces is filled in. Behind a number, English says one
        thing of one and another of several: ``{samples} samples`` becomes ``1 sample``.

    Raises
    ------
    OptionError
        GN021 for another language.
    """
    require_choice("language", language, LANGUAGES)
    place = LANGUAGES.index(language)

    def word(key: str, **filled_in: Any) -> str:
        text = catalogue[key][place]
        return (text if place else of_one(text, filled_in)).format(**filled_in)

    return word


def of_one(text: str, filled_in: Mapping[str, Any]) -> str:
    """Return an English text with ``{samples} samples`` as ``{samples} sample`` where just one is filled in."""

    def agreeing(found: re.Match[str]) -> str:
        one, many = str(filled_in.get(found[1])) == "1", found["many"]
        return found[0].removesuffix(many) + _ONE[many] if one else found[0]

    return _COUNTED.sub(agreeing, text)


def counted(count: int, thing: str) -> str:
    """Return ``1 row`` or ``1,200 rows``."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def listed(names: Sequence[object], most: int, comma: str = ", ", more: str = ", …") -> str:
    """Return ``cat, dog, …``: the first few of several names, and a sign where there are more."""
    return comma.join(map(str, names[:most])) + (more if len(names) > most else "")


def width_of(text: str) -> int:
    """Return how wide a text is in letters of a terminal, of which a Chinese one takes two, printed by `printable`."""
    return sum((east_asian_width(letter) in "WF") + 1 - bool(combining(letter)) for letter in printable(text))


def shortened(text: str, width: int) -> str:
    """Return a text on one line, `width` letters wide at most, its end an ellipsis if need be."""
    text = printable(text)
    if width_of(text) <= width:
        return text
    while text and width_of(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def below_all(share: float, digits: int = 2) -> float:
    """Return a part of 1 so that so many digits of a percent do not make it 100 %, unless it is all."""
    return min(share, 1 - 10.0 ** -(digits + 2)) if share < 1 else share
