"""Parts of the commands and programs to take away: expressions, calls, flags, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_WIDTH = 80
READING = ("classes", "colour", "handwriting")
"""Options that `load_data` takes under the same names."""


class Code(str):
    """An expression of a program, rather than a text in it."""

    def __repr__(self) -> str:
        return str(self)


def call(function: str, arguments: Iterable[Any], named: Mapping[str, Any]) -> list[str]:
    """Return the lines of a call, with one argument a line where it would be too long."""
    parts = [*map(repr, arguments), *(f"{name}={value!r}" for name, value in named.items())]
    line = f"{function}({', '.join(parts)})"
    return [line] if len(line) <= _WIDTH else [f"{function}(", *(f"    {part}," for part in parts), ")"]


def simplified(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with each tuple of one value as this value, without parentheses."""
    return {name: value[0] if isinstance(value, tuple) and len(value) == 1 else value for name, value in values.items()}


def load_model_call(model: str | None) -> str:
    """Return the expression for a model: its file, or None for the reader that comes with the package."""
    return f"glassnet.load_model({model!r})" if model else "glassnet.shipped_model()"


def read_like_model(source: str, *, of_table: bool, part: str = "", maximum: float = 255.0) -> list[str]:
    """Return the lines that read labelled data as ``model`` needs them."""
    if of_table:
        return call("data = glassnet.load_table", [source], {"columns": Code("model.columns")})
    given: dict[str, Any] = {"part": part} if part else {}
    given |= {"maximum": maximum} if maximum != 255 else {}
    return call("data = glassnet.load_data", [source], {**given, "like": Code("model")})
