"""Whether JSON from a stranger is as a `TypedDict` declares it: keys, types, lengths of tuples, finite numbers."""

from __future__ import annotations

import sys
from types import UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict


def is_declared(value: Any, hint: Any) -> bool:
    """Return whether a value of JSON has a declared type; ValueError for texts that cannot be encoded.

    `hint` is made of `TypedDict`, ``list``, ``tuple``, ``dict`` with texts as keys, ``Literal``, ``|``, ``Any``, and
    the types of JSON's values. A float is a finite number.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if is_typeddict(hint):
        hints = get_type_hints(hint, include_extras=True)
        needed = {name for name, one in hints.items() if get_origin(one) is not NotRequired}
        return (
            isinstance(value, dict)
            and needed <= value.keys() <= hints.keys()
            and all(is_declared(one, hints[name]) for name, one in value.items())
        )
    if origin in (Annotated, NotRequired):
        return is_declared(value, inner[0])
    if origin in (Union, UnionType):
        return any(is_declared(value, one) for one in inner)
    if origin is Literal:
        return isinstance(value, str) and value in inner
    if origin is dict:
        return isinstance(value, dict) and all(
            is_declared(one, kind) for pair in value.items() for one, kind in zip(pair, inner, strict=True)
        )
    if origin is list:
        return isinstance(value, list) and all(is_declared(one, inner[0]) for one in value)
    if origin is tuple:
        return isinstance(value, list) and len(value) == len(inner) and all(map(is_declared, value, inner))
    if hint is str:
        return isinstance(value, str) and bool(value.encode() or True)
    if hint is float:
        return type(value) in (int, float) and abs(value) <= sys.float_info.max
    return value is None if hint in (None, type(None)) else type(value) is hint
