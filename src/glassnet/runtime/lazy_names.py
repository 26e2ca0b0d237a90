"""Packages whose names are imported when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for a package that exports names of its modules.

    `package` is its ``__name__``; `homes` maps an exported name to the module of the package that defines it, followed
    by a colon and the name there if it differs. An empty module means that the name is itself a module.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, original = homes[name].partition(":")
        if not module:
            return import_module(f".{name}", package)
        return getattr(import_module(f".{module}", package), original or name)

    def names() -> list[str]:
        return sorted({*vars(import_module(package)), *homes})

    return get, names
