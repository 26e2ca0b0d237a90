"""Results of jobs as JSON has them.

The keys of such a dict are those of a `TypedDict`, or the fields of a dataclass, each with its description; a dict that
`plain` has made of a dataclass is ``Annotated[dict[str, Any], description, dataclass]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, cast, get_args, get_origin

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Return a value with dataclasses and mappings in it as dicts, whose keys are texts, and sequences as lists."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def facts_from(kind: type[T], *sources: object, **given: Any) -> T:
    """Return the values of a `TypedDict`: those given, and of the other keys the attribute of the first source with it.

    A key that no source has is left out.
    """
    facts = {}
    for name in kind.__annotations__:
        owner = next((one for one in sources if hasattr(one, name)), None)
        if name in given or owner is not None:
            facts[name] = given[name] if name in given else getattr(owner, name)
    return cast(T, facts)


def with_described(kind: Any, described: Any = None) -> Any:
    """Return a type with the dataclass that describes them in place of plain dicts, if there is one."""
    if described is None or not get_args(kind):
        return kind
    if kind == dict[str, Any]:
        return described
    return get_origin(kind)[tuple(with_described(part, described) for part in get_args(kind))]
