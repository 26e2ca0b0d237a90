"""The course's data files: TOML tables whose fields and texts are checked, so that a wrong file names the place."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ..messages.languages import LANGUAGES
from .expressions import ExpressionError, names_in

Texts = Mapping[str, str]
"""Language -> text."""

T = TypeVar("T")


class TableError(ValueError):
    """A data file of the course is wrong; the text names the file, the table and the field."""


class Table:
    """A table of a TOML file, which knows its place and notices unknown fields."""

    def __init__(self, place: str, fields: Any) -> None:
        if not isinstance(fields, dict):
            raise TableError(f"{place}: {fields!r} is not a table")
        self.place, self.fields = place, dict(fields)

    def take(self, name: str, kind: type[T], default: T | None = None) -> T:
        """Return a field and remove it; without a default it must be there. A whole number is also a float."""
        value = self.fields.pop(name, default)
        if kind is float and type(value) is int:
            value = float(value)
        if value is None or not isinstance(value, kind):
            problem = "is missing" if value is None else f"is {value!r}, not {kind.__name__}"
            raise TableError(f"{self.place}: {name} {problem}")
        return value

    def tables(self, name: str) -> list[Table]:
        """Return a field that is a list of tables."""
        items = self.take(name, list, [])
        return [Table(f"{self.place}, {name} {number}", one) for number, one in enumerate(items, 1)]

    def texts(self, name: str = "") -> Texts:
        """Return a text in every language: the field `name` of the tables en and zh, or these fields themselves."""
        if not name:
            return {language: self.take(language, str) for language in LANGUAGES}
        found = {}
        for language in LANGUAGES:
            of_language = self.fields.get(language)
            if not isinstance(of_language, dict) or not isinstance(of_language.get(name), str):
                raise TableError(f"{self.place}: {language}.{name} is missing")
            found[language] = of_language.pop(name)
            if not of_language:
                del self.fields[language]
        return found

    def formula(self, name: str, allowed: Collection[str]) -> str:
        """Return a field that is a formula of these names."""
        text = self.take(name, str)
        self.check_formula(text, allowed)
        return text

    def check_formula(self, text: str, allowed: Collection[str] | None) -> None:
        """Raise if a text is not a formula of these names; without names, of any."""
        try:
            names = names_in(text)
        except ExpressionError as error:
            raise TableError(f"{self.place}: {error}") from None
        if unknown := names - set(names if allowed is None else allowed):
            raise TableError(f"{self.place}: {text!r} contains {', '.join(sorted(unknown))}, which is not known there")

    def end(self) -> None:
        """Raise if a field was not taken."""
        if self.fields:
            raise TableError(f"{self.place}: unknown: {', '.join(self.fields)}")


def read_tables(path: Path, key: str) -> list[Table]:
    """Return the tables ``[[key]]`` of a file; each has an id of its own, which its place names."""
    with path.open("rb") as file:
        try:
            content = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            raise TableError(f"{path.name}: {error}") from None
    ids: set[str] = set()
    tables = []
    for number, fields in enumerate(content.pop(key, []), 1):
        own = fields.get("id")
        if not isinstance(own, str) or own in ids:
            raise TableError(f"{path.name}, {key} {number}: id is {own!r}, not a new name")
        ids.add(own)
        tables.append(Table(f"{path.name}, {key} {own!r}", fields))
    if content:
        raise TableError(f"{path.name}: unknown: {', '.join(content)}")
    return tables
