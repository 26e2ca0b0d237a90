"""Whether JSON from a stranger is as a `TypedDict` declares it: keys, types, lengths of tuples, finite numbers."""

from __future__ import annotations

import sys
from types import UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict


def is_declared(value: Any, hint: Any) -> bool:
    """Return whether a value of JSON has a declared type; ValueError for texts that cannot be encoded.

    `hint` is made of `TypedDict`, ``list``, ``tuple``, ``dict``, ``Literal``, ``|`` and the types of JSON.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        hints = get_type_hints(hint, include_extras=True)
        needed = {name for name, one in hints.items() if get_origin(one) is not NotRequired}
        fits = isinstance(value, dict) and needed <= value.keys() <= hints.keys()
        return fits and all(is_declared(one, hints[name]) for name, one in value.items())
    if origin in (Annotated, NotRequired):
        return is_declared(value, inner[0])
    if origin in (Union, UnionType):
        return any(is_declared(value, one) for one in inner)
    if origin is Literal:
        return isinstance(value, str) and value in inner
    if origin is dict:
        return isinstance(value, dict) and all(is_declared(one, inner[1]) for one in value.values())
    if origin is list:
        return isinstance(value, list) and all(is_declared(one, inner[0]) for one in value)
    if origin is tuple:
        return isinstance(value, list) and len(value) == len(inner) and all(map(is_declared, value, inner))
    if hint is str:
        return isinstance(value, str) and value.encode() is not None
    if hint is float:
        return type(value) in (int, float) and abs(value) <= sys.float_info.max
    return hint is Any or type(value) is (hint or type(None))
