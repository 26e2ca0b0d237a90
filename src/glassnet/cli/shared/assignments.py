"""Options as words such as ``hidden=100``: those of ``--set``, and of the sides of a comparison."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ...errors import ArgumentError, OptionError, require_names
from ...options.options import ALIASES, ITEMS, NAMES, OTHER_NAMES, SPECS, TYPES, by_field

_BOOLEANS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def options_in(flag: str, words: Sequence[str], allowed: Collection[str] = SPECS) -> dict[str, Any]:
    """Return the options in words such as ``hidden=100``, by the names of their fields; repeated layers are joined.

    Parameters
    ----------
    flag : str
        What the words follow.
    words : sequence of str
    allowed : collection of str
        Names of the fields that the command takes.
    """
    names = {spec.word(name): name for name, spec in SPECS.items()} | {name: name for name in NAMES}
    known = [name for name in NAMES if ALIASES.get(name, name) in allowed]
    found: dict[str, Any] = {}
    for word in words:
        given_name, equals, value = word.partition("=")
        if not equals:
            raise OptionError(
                "GN022", "{flag} {word}: expected OPTION=VALUE, such as hidden=100.", flag=flag, word=word
            )
        name = given_name.lstrip("-").replace("-", "_")
        name = names.get(name.replace("_", "-"), names.get(name, name))
        try:
            require_names(flag, [name], known, OTHER_NAMES)
        except ArgumentError as problem:
            raise OptionError(problem.code, problem.message) from None
        read = _value(ALIASES.get(name, name), value)
        if name in found and not isinstance(read, tuple):
            raise OptionError(
                "GN022", "{flag} {word}: {name} is given twice. Give it once.", flag=flag, word=word, name=given_name
            )
        found[name] = (*found.get(name, ()), *read) if isinstance(read, tuple) else read
    return by_field(found)


def _value(name: str, text: str) -> Any:
    """Return an option's value from its text, several ones separated by commas; other text stays, to be refused."""
    if TYPES[name] is not ITEMS[name]:
        return tuple(_item(ITEMS[name], one.strip()) for one in text.split(","))
    return _item(ITEMS[name], text)


def _item(kind: Any, text: str) -> Any:
    if kind is bool:
        return _BOOLEANS.get(text.lower(), text)
    try:
        return kind(text)
    except ValueError:
        return text
