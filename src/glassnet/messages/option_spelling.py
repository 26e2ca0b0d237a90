"""How an option is spelled for its reader: ``epochs=5`` in Python, ``--epochs 5`` in a terminal.

Whoever raises or reports names the option; each door has a function that spells it. Pages have theirs in
`serve.rendering`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

UNSET = object()
"""The value of an `Option` that only names it."""
WITHOUT_FLAG: set[str] = set()
"""Options that are typed as ``--set NAME=VALUE``; `options` enters them, and those of jobs."""
Door = Callable[["Option"], str]
"""Spells an option for the readers of one door."""


@dataclass(frozen=True)
class Option:
    """An option, parameter or field of a form, with its value if the message gives one."""

    name: str  # as in Python, such as ``"learning_rate"`` or ``"target"``
    value: Any = UNSET  # a tuple or list is a parameter that takes several
    has_flag: bool = False  # of a job, although the option of training with this name has none

    def text(self, language: str = "en", door: Door | None = None) -> str:
        """Return the option as the door spells it; it has no translation."""
        return (door or in_python)(self)


def in_python(option: Option) -> str:
    """Return an option as an argument of a call: ``learning_rate=0.1``, or its name alone."""
    if option.value is UNSET:
        return option.name
    return f"{option.name}={list(option.value) if isinstance(option.value, tuple) else option.value!r}"


def as_flag(option: Option, flag: str = "") -> str:
    """Return an option as typed in a terminal: ``--epochs 5``, ``--no-plot``, ``--drop a --drop 'b c'``.

    `flag` is without dashes, and only needed if it is not the option's name.
    """
    return shlex.join(flag_words(option, flag))


def flag_words(option: Option, flag: str = "") -> list[str]:
    """Return the words to type for an option, not quoted; the arguments are those of `as_flag`."""
    word, value = flag or option.name.replace("_", "-"), option.value
    if option.name in WITHOUT_FLAG and not option.has_flag:
        return ["--set", option.name if value is UNSET else assignment(option.name, value)]
    if value is UNSET or value is True:
        return [f"--{word}"]
    if value is False:
        return [f"--no-{word}"]
    each = value if isinstance(value, tuple | list) else (value,)
    return [part for one in each for part in (f"--{word}", value_text(one))]


def assignment(name: str, value: Any) -> str:
    """Return the word that gives an option a value: ``hidden=100,50``, ``bias=yes``."""
    return f"{name}={value_text(value)}"


def choice_text(value: Any) -> str:
    """Return an option's value as text between others: ``100x50`` for two hidden layers."""
    return value_text(value, "x") or "none"


def value_text(value: Any, joint: str = ",") -> str:
    """Return a value as text from which the same value is read: of numbers a short one if there is one."""
    if isinstance(value, tuple | list):
        return joint.join(value_text(one, joint) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)
