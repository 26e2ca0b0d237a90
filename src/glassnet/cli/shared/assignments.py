"""Options as words such as ``hidden=100``: those of ``--set``, and of the sides of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import ArgumentError, OptionError, require_names
from ...options.job_parameters import Parameter
from ...options.options import OTHER_NAMES

_BOOLEANS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def options_in(flag: str, words: Sequence[str], allowed: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return the options in words such as ``hidden=100``, by their names; repeated layers are joined.

    The words follow `flag`; `allowed` are the parameters that the command takes, by name.
    """
    found: dict[str, Any] = {}
    for word in words:
        given, equals, value = word.partition("=")
        name = given.lstrip("-").replace("-", "_")
        if not equals:
            example = "hidden=100"
            if (one := allowed.get(name)) is not None:
                values = one.spec.choices or (("yes", "no") if one.item is bool else (str(one.default),))
                example = f"{name}={' | '.join(values)}"
            template = "{flag} {word}: expected OPTION=VALUE, such as {example}."
            raise OptionError("GN022", template, flag=flag, word=word, example=example)
        try:
            require_names(flag, [name], tuple(allowed), OTHER_NAMES)
        except ArgumentError as problem:
            raise OptionError(problem.code, problem.message) from None
        read = _value(allowed[name], value)
        if name in found and not isinstance(read, tuple):
            template = "{flag} {word}: {name} is given twice. Give it once."
            raise OptionError("GN022", template, flag=flag, word=word, name=given)
        found[name] = (*found.get(name, ()), *read) if isinstance(read, tuple) else read
    return found


def _value(parameter: Parameter, text: str) -> Any:
    """Return a value from its text, several ones separated by commas; other text stays, to be refused."""
    if parameter.several:
        return tuple(_item(parameter.item, one.strip()) for one in text.split(","))
    return _item(parameter.item, text)


def _item(kind: Any, text: str) -> Any:
    if kind is bool:
        return _BOOLEANS.get(text.lower(), text)
    try:
        return kind(text)
    except ValueError:
        return text
