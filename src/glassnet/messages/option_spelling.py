"""How an option is spelled for its reader: ``learning_rate=0.1`` in Python, ``--rate 0.1`` in a terminal.

Whoever raises or reports names the option; each door has a function that spells it. Pages have theirs in
`serve.rendering`, and the command line gives the flags their short names in `cli.shared.console`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

UNSET = object()
"""The value of an `Option` that only names it."""
Door = Callable[["Option"], str]
"""Spells an option for the readers of one door."""


@dataclass(frozen=True)
class Option:
    """An option, parameter or field of a form, with its value if the message gives one.

    Parameters
    ----------
    name : str
        As in Python, such as ``"learning_rate"`` or ``"target"``.
    value : object
        A tuple or list is a parameter that takes several.
    """

    name: str
    value: Any = UNSET

    def text(self, language: str = "en", door: Door | None = None) -> str:
        """Return the option as the door spells it; it has no translation."""
        return (door or in_python)(self)


def in_python(option: Option) -> str:
    """Return an option as an argument of a call: ``learning_rate=0.1``, or its name alone."""
    if option.value is UNSET:
        return option.name
    return f"{option.name}={list(option.value) if isinstance(option.value, tuple) else option.value!r}"


def as_flag(option: Option, flag: str = "") -> str:
    """Return an option as typed in a terminal: ``--rate 0.1``, ``--no-deskew``, ``--drop a --drop 'b c'``.

    Parameters
    ----------
    option : Option
    flag : str
        The flag without dashes, if it is not the option's name.
    """
    word, value = flag or option.name.replace("_", "-"), option.value
    if value is UNSET or value is True:
        return f"--{word}"
    if value is False:
        return f"--no-{word}"
    values = value if isinstance(value, tuple | list) else (value,)
    return " ".join(f"--{word} {shlex.quote(str(one))}" for one in values)
