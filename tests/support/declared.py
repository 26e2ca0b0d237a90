"""Whether JSON is as it is declared, by a `TypedDict` beside the function that makes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import is_dataclass
from types import UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from glassnet.workflow.shared.facts import with_described


def undeclared(value: Any, hint: Any, place: str = "") -> list[str]:
    """Return the places in a JSON value with a missing or further key, or a value of another type."""
    origin, inner = get_origin(hint), get_args(hint)
    if is_typeddict(hint) or is_dataclass(hint):
        return _in_object(value, hint, place) if isinstance(value, dict) else [place]
    if origin in (Union, UnionType):
        return [] if any(not undeclared(value, one) for one in inner) else [place]
    if origin is dict and isinstance(value, dict):
        return [one for key, part in value.items() for one in undeclared(part, inner[1], f"{place}.{key}")]
    if origin in (list, tuple, Sequence) and isinstance(value, list):
        if origin is tuple and Ellipsis not in inner and len(value) != len(inner):
            return [place]
        return [one for part in value for one in undeclared(part, inner[0], f"{place}[]")]
    kinds = {float: (int, float)}.get(hint, hint)
    fits = hint is Any or (not origin and isinstance(value, kinds) and (hint is bool or not isinstance(value, bool)))
    return [] if fits else [place]


def _in_object(value: dict[str, Any], hint: Any, place: str) -> list[str]:
    full, plain = get_type_hints(hint, include_extras=True), get_type_hints(hint)
    declared = {name: get_args(one)[0] if get_origin(one) is Annotated else one for name, one in full.items()}
    optional = {name for name, one in declared.items() if get_origin(one) is NotRequired}
    optional |= getattr(hint, "__optional_keys__", frozenset())
    plain = {name: with_described(plain[name], *get_args(one)[2:]) for name, one in full.items()}
    wrong = sorted((plain.keys() - optional - value.keys()) | (value.keys() - plain.keys()))
    found = [f"{place}.{name}" for name in wrong]
    for name in value.keys() & plain.keys():
        found += undeclared(value[name], plain[name], f"{place}.{name}")
    return found
