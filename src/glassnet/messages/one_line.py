"""Descriptions of objects with arrays on one line."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from .control_characters import printable

_Class = TypeVar("_Class", bound=type)
_LONGEST, _MOST = 60, 5  # characters of a value, items of a sequence


def one_line(cls: _Class) -> _Class:
    """Decorate a dataclass so that `repr` shows arrays by type and shape, and long values shortened."""
    cls.__repr__ = _described  # type: ignore[assignment]
    return cls


def _described(self: Any) -> str:
    shown = [f"{one.name}={_short(getattr(self, one.name, None))}" for one in fields(self) if one.repr]
    return printable(f"{type(self).__name__}({', '.join(shown)})")


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"<{value.dtype} {'×'.join(map(str, value.shape))}>"
    if isinstance(value, tuple | list | dict | set | frozenset) and len(value) > _MOST:
        return f"<{len(value):,} items>"
    if isinstance(value, tuple | list):
        text = f"({', '.join(map(_short, value))}{',' if len(value) == 1 else ''})"
        return text if len(text) <= 4 * _LONGEST else f"<{len(value)} items>"
    text = " ".join(repr(value).split())
    return text if len(text) <= 2 * _LONGEST else f"{text[:_LONGEST]}…"
