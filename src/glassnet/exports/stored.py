"""What a file stores, compared value by value with an export of the same model that is made for the comparison.

Answers to rows do not show everything: not the names, nor a weight whose input is 0 in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from ..messages.message import Message

PROGRAM = "program"
"""The fact of a form that is neither data nor a name: its code, or its operators."""
_DIFFERS = "{fact} is {value} in the file, and {expected} in the model"
_MOST = 8
"""Differences that are listed."""
_LONGEST = 60
"""Characters of a value in a message."""


@dataclass(frozen=True)
class Stored:
    """What a file stores."""

    name: str  # the name of the model in the file
    version: str  # the version of glassnet that wrote the file
    facts: Mapping[str, Any]  # name -> array, list, number or text


def differences(file: Stored, expected: Stored) -> tuple[Message, ...]:
    """Return the first differences of a file from what is expected, each a sentence without a full stop.

    Of a file of another version only the facts that both have are compared, and not its program.
    """
    same_version = file.version == expected.version
    names = [one for one in {**expected.facts, **file.facts} if same_version or one != PROGRAM]
    found: list[Message] = []
    for name in names:
        if name in file.facts and name in expected.facts:
            found += _difference(name, file.facts[name], expected.facts[name])
        elif same_version:
            found.append(
                Message("the file has no {fact}", fact=name)
                if name in expected.facts
                else Message("the file has {fact} in addition", fact=name)
            )
    return tuple(found[:_MOST])


def _difference(name: str, value: Any, expected: Any) -> Iterator[Message]:
    """Yield the first difference of one fact, if there is one."""
    if isinstance(value, np.ndarray) and isinstance(expected, np.ndarray):
        if value.dtype == expected.dtype and value.shape == expected.shape and value.tobytes() == expected.tobytes():
            return
        first, second = (
            Message("{kind} of shape {shape}", kind=str(one.dtype), shape=list(one.shape)) for one in (value, expected)
        )
        if first != second:
            yield Message(_DIFFERS, fact=name, value=first, expected=second)
            return
        value, expected = value.ravel().tolist(), expected.ravel().tolist()
    number = 0
    if isinstance(value, list) and isinstance(expected, list):
        if [*map(type, value)] == [*map(type, expected)] and _same(value, expected):  # soon known of a long list
            return
        pairs = enumerate(zip_longest(value, expected, fillvalue=None), start=1)
        differing = next(((place, one) for place, one in pairs if not _same(*one)), None)
        if differing is None:
            return
        number, (value, expected) = differing
    if not _same(value, expected):
        texts = [repr(one) for one in (value, expected)]
        alike = next((place for place, (one, other) in enumerate(zip(*texts, strict=False)) if one != other), 0)
        start = max(0, alike - _LONGEST // 2)
        held, wanted = (
            Message("missing") if one is None else _cut(text, start)
            for one, text in zip((value, expected), texts, strict=True)
        )
        fact = Message("value {number} of {fact}", number=number, fact=name) if number else name
        yield Message(_DIFFERS, fact=fact, value=held, expected=wanted)


def _same(one: Any, other: Any) -> bool:
    """Return whether two values have the same type and the same digits; −0 is not 0."""
    if type(one) is not type(other):
        return False
    return bool(one == other) if isinstance(one, str) else repr(one) == repr(other)


def _cut(text: str, start: int) -> str:
    """Return a part of a long text, from a place on."""
    if len(text) <= _LONGEST:
        return text
    return "…" * (start > 0) + text[start : start + _LONGEST] + "…" * (len(text) > start + _LONGEST)
