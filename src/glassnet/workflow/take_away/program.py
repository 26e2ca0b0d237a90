"""Parts of the commands and programs to take away: expressions, calls, flags, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...messages.option_spelling import Option
from ...messages.option_spelling import flag_words as words_of

_WIDTH = 80


class Code(str):
    """An expression of a program, rather than a text in it."""

    def __repr__(self) -> str:
        return str(self)


def call(function: str, arguments: Iterable[Any], named: Mapping[str, Any]) -> list[str]:
    """Return the lines of a call, with one argument a line where it would be too long."""
    parts = [*map(repr, arguments), *(f"{name}={value!r}" for name, value in named.items())]
    line = f"{function}({', '.join(parts)})"
    return [line] if len(line) <= _WIDTH else [f"{function}(", *(f"    {part}," for part in parts), ")"]


def in_python(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with single values without parentheses."""
    return {
        name: value[0] if isinstance(value, tuple) and len(value) == 1 else value for name, value in options.items()
    }


def flag_words(flag: str, value: str) -> list[str]:
    """Return the words of a flag; a value that looks like a flag is joined to it."""
    return [f"--{flag}={value}"] if value.startswith("-") else [f"--{flag}", value]


def option_words(name: str, value: Any) -> list[str]:
    """Return the words of an option on the command line."""
    return words_of(Option(name, value))
