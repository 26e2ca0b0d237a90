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
from .language import chinese_list

_HOLE = re.compile(r"\{(\w+)\}")
_BREAK = re.compile(r"(?<=[.?!;]) (?=\S)")
"""Between two sentences of a message."""
_HAN, _LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z0-9.'\")\]%]")
_PLACE = re.compile(r"^([^\s'\"`]+):(?: |$)")
"""A file's or option's name in front of a message."""
_MOST_CHARACTERS, _MOST_JOINTS = 4000, 30
"""Longer messages, and those of more parts, stay English: the search takes the square of their number."""
_NAMES = frozenset(["folder", "label", "labels", "name", "names", "path", "source", "table", "word"])
"""Holes for names of the user, such as the file ``sample 3.png``: of the catalogue, only whole phrases fill them."""
_FLAG = re.compile(r"^--[\w-]+ (?!and )[^\s:]+$")
"""A flag and its value."""


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
        None if the catalogue lacks the sentence or, where there are several, one of them, and for very long messages.
    """
    joints = len(_BREAK.findall(message)) + message.count(": ")
    if len(message) > _MOST_CHARACTERS or joints > _MOST_JOINTS:
        return None
    try:
        found = _translation(message)
    except RecursionError:  # the same words over and over, as only a name made for it has
        return None
    finally:
        _translation.cache_clear()
    return found and found.text


class _Translation(NamedTuple):
    """A text in Chinese, and how many characters of the English are literal parts of keys."""

    covered: int
    text: str


@cache
def _translation(message: str) -> _Translation | None:
    """Return the translation that covers most: the message as one sentence, after a place, or as several sentences."""
    found = [
        _filled_in(one, fillings) for one in _sentences() if (fillings := _fillings(message, one.literals)) is not None
    ]
    if (place := _PLACE.match(message)) and (rest := _translation(message[place.end() :])):
        found.append(_Translation(rest.covered, f"{place[1]}：{rest.text}"))
    for end in _BREAK.finditer(message):
        if (first := _translation(message[: end.start()])) and (rest := _translation(message[end.end() :])):
            found.append(_Translation(first.covered + rest.covered, first.text + rest.text))
    return max(found, key=lambda one: one.covered, default=None)


def _filled_in(sentence: _Sentence, fillings: list[str]) -> _Translation:
    """Fill the holes of a Chinese sentence with what fills the English one, translated where the catalogue has it."""
    filled = [_filling(name, text) for name, text in zip(sentence.names, fillings, strict=True)]
    texts = {name: chinese_list(name, one.text) for name, one in zip(sentence.names, filled, strict=True)}
    text = _spaced(sentence.chinese, texts)
    covered = sum(map(len, sentence.literals)) + sum(one.covered for one in filled)
    return _Translation(covered, text.replace("： ", "："))


def _spaced(chinese: str, texts: Mapping[str, str]) -> str:
    """Fill the holes of a Chinese text, with a space between a Chinese character and a Latin one in a hole next to it.

    A hole may hold either, such as a file or the words for the training data.
    """
    made = ""
    for place, piece in enumerate(_HOLE.split(chinese)):
        added = texts[piece] if place % 2 else piece
        here, there = made[-1:], added[:1]
        if (_HAN.match(here) and _LATIN.match(there)) or (_LATIN.match(here) and _HAN.match(there)):
            made += " "
        made += added
    return made


def _filling(name: str, text: str) -> _Translation:
    """Return what fills a hole; names, numbers, quotations and flags with their values stay."""
    if name in _NAMES:
        phrase = catalogue().get(text) if " " in text else None
        return _Translation(len(text), phrase) if phrase else _Translation(0, text)
    if text[:1] in ("'", '"', "`") or _FLAG.match(text):
        return _Translation(0, text)
    return _translation(text) or _translation(text.strip()) or _Translation(0, _PLACE.sub(r"\1：", text))


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
    rest = message[place:end]
    if not last and rest.endswith(".") and ": " in rest and not literals[-2].rstrip().endswith((".", ":", ";")):
        return None  # a message with its place: ``sample 3.csv: no samples.`` is not ``sample {sample}``
    return [*fillings, rest]


@cache
def catalogue() -> Mapping[str, str]:
    """Return every sentence in English with its Chinese; holes are names in braces."""
    joined: dict[str, str] = {}
    for module in iter_modules(messages.__path__):
        joined |= import_module(f"{messages.__name__}.{module.name}").MESSAGES
    return joined


@cache
def _sentences() -> list[_Sentence]:
    return [
        _Sentence(tuple(_HOLE.split(english)[::2]), tuple(_HOLE.findall(english)), chinese)
        for english, chinese in catalogue().items()
    ]
