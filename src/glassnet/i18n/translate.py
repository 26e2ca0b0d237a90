"""Translate a finished English message: `messages` has the sentences of the code as keys.

The code builds its messages as f-strings, in English. Here the text is matched against the literal parts of every
key, and what fills the holes goes into the Chinese sentence. So only the doors (command line, pages) know of languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from . import messages

_HOLE = re.compile(r"\{(\w+)\}")
_BREAK = re.compile(r"(?<=[.?!;]) (?=\S)")
"""Between two sentences of a message."""
_PLACE = re.compile(r"^([^\s'\"`]+):(?: |$)")
"""A file's or option's name in front of a message."""


class _Sentence(NamedTuple):
    """A key of the catalogue: what surrounds its holes, the holes' names, and its Chinese."""

    literals: tuple[str, ...]
    names: tuple[str, ...]
    chinese: str


def in_chinese(message: str) -> str | None:
    """Return a message of glassnet in Chinese.

    Parameters
    ----------
    message : str
        In English, as an exception, a warning or a notice has it.

    Returns
    -------
    str or None
        None if the catalogue lacks the sentence or, where there are several, one of them.
    """
    return _sentences(message) or _whole(message) or _placed(message)


def _whole(message: str) -> str | None:
    """Translate a text that equals one key; of several, the one with most literal text."""
    for sentence in _catalogue():
        if (fillings := _fillings(message, sentence.literals)) is not None:
            filled = {name: _filling(text) for name, text in zip(sentence.names, fillings, strict=True)}
            return sentence.chinese.format(**filled).replace("： ", "：")
    return None


def _placed(message: str) -> str | None:
    """Translate ``place: message``."""
    place = _PLACE.match(message)
    rest = in_chinese(message[place.end() :]) if place else None
    return f"{place[1]}：{rest}" if place and rest else None


def _sentences(message: str) -> str | None:
    """Translate sentence by sentence."""
    for end in _BREAK.finditer(message):
        first, rest = message[: end.start()], message[end.end() :]
        if (start := _whole(first) or _placed(first)) and (after := in_chinese(rest)):
            return start + after
    return None


def _filling(text: str) -> str:
    """Translate what fills a hole if it is a sentence or fragment of the catalogue, and no quotation."""
    if text[:1] in ("'", '"', "`"):
        return text
    return in_chinese(text) or in_chinese(text.strip()) or _PLACE.sub(r"\1：", text)


def _fillings(message: str, literals: tuple[str, ...]) -> list[str] | None:
    """Return the text between the literals in a message, each found as early as possible; None if one is missing."""
    first, *others = literals
    if not message.startswith(first):
        return None
    if not others:
        return [] if message == first else None
    *inner, last = others
    fillings, place = [], len(first)
    for literal in inner:
        if (found := message.find(literal, place)) < 0:
            return None
        fillings.append(message[place:found])
        place = found + len(literal)
    end = len(message) - len(last)
    if end < place or not message.endswith(last):
        return None
    return [*fillings, message[place:end]]


@cache
def catalogue() -> Mapping[str, str]:
    """Return every sentence in English with its Chinese; holes are names in braces."""
    joined: dict[str, str] = {}
    for module in iter_modules(messages.__path__):
        joined |= import_module(f"{messages.__name__}.{module.name}").MESSAGES
    return joined


@cache
def _catalogue() -> tuple[_Sentence, ...]:
    sentences = (
        _Sentence(tuple(_HOLE.split(key)[::2]), tuple(_HOLE.findall(key)), zh) for key, zh in catalogue().items()
    )
    return tuple(sorted(sentences, key=lambda one: -sum(map(len, one.literals))))
