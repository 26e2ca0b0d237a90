"""Parts of the commands and programs to take away: expressions, calls, flags, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...options.options import SPECS
from ...options.recipes import RECIPE_ALIASES

_WIDTH = 80
_STANDARD_RECIPES = {name: alias for alias, name in RECIPE_ALIASES.items()}


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


def alone(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with each tuple of one value as this value, without parentheses."""
    return {name: value[0] if isinstance(value, tuple) and len(value) == 1 else value for name, value in values.items()}


def in_python(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options by their names in Python, the field's standard ones; single values without parentheses."""
    return {SPECS[name].alias or name: value for name, value in alone(options).items()}


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


def flag_words(flag: str, value: str) -> list[str]:
    """Return the words of a flag; a value that looks like a flag is joined to it."""
    return [f"--{flag}={value}"] if value.startswith("-") else [f"--{flag}", value]


def option_words(name: str, value: Any) -> list[str]:
    """Return the words of an option on the command line."""
    word = SPECS[name].word(name)
    if isinstance(value, bool):
        return [f"--{word}" if value else f"--no-{word}"]
    return [part for one in (value if isinstance(value, tuple) else (value,)) for part in flag_words(word, str(one))]


def standard_recipe(name: str) -> str:
    """Return the field's standard name of a recipe."""
    return _STANDARD_RECIPES.get(name, name)
