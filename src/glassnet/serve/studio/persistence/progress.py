"""A learner's progress in the course: one file of the user, which every studio reads, and writes at every change."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ....errors import OptionError
from ....io.writing import free_name, replacing
from ....runtime.file_lock import file_lock
from . import folder

FILE = "learn-progress.json"
FORMAT = {"glassnet_progress": 1}
"""The first field of the file: it is also what the page saves and opens."""
_MOST, _LONGEST = 500, 80
_ONE = threading.Lock()
"""Held while this process has the lock between processes, whose file it may open once at a time."""


def _is_whole(value: Any, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


_BY_NAME: Mapping[str, Callable[[Any], bool]] = {
    "seeds": lambda one: _is_whole(one, 0, 999_999),
    "done": lambda one: one is True,
    "predicted": lambda one: _is_whole(one, -1, 99),
    "code": lambda one: isinstance(one, str) and len(one) <= 20_000,
}
"""Fields with a value for each exercise or prediction."""
_SINGLE: Mapping[str, Callable[[Any], bool]] = {
    "seed": lambda one: _is_whole(one, 0, 999_999),
    "last": lambda one: isinstance(one, str) and len(one) <= _LONGEST,
}


def _fits(name: str, value: Any) -> bool:
    if name in _SINGLE:
        return _SINGLE[name](value)
    if name not in _BY_NAME or not isinstance(value, dict) or len(value) > _MOST:
        return False
    return all(len(one) <= _LONGEST for one in value) and all(map(_BY_NAME[name], value.values()))


def read() -> dict[str, Any]:
    """Return the path of the file, and the progress in it; an empty path if this user has no folder."""
    place = folder.place_of_user()
    return _answer(None, {}) if place is None else _answer(place / FILE, _read(place / FILE) or {})


def merge(changes: dict[str, Any]) -> dict[str, Any]:
    """Add changes to the file, exercise by exercise: two studios that are open lose nothing of each other.

    Raises OptionError GN021 for what is not progress.
    """
    with _own_file() as path:
        if path is None:
            return _answer(None, {})
        before = _read(path)
        merged = before or {}
        for name, value in changes.items():
            merged[name] = merged.get(name, {}) | value if name in _BY_NAME and isinstance(value, dict) else value
            if not _fits(name, merged[name]):
                raise OptionError("GN021", "{name}: not progress of the course.", name=name)
        if before is None and path.exists():
            path.rename(free_name(path.with_name(f"damaged-{FILE}")))  # whoever edited it finds it there
        with replacing(path) as file:
            file.write(json.dumps({**FORMAT, **merged}, ensure_ascii=False, indent=1).encode(errors="replace"))
        return _answer(path, merged)


def empty() -> dict[str, Any]:
    """Remove the file."""
    with _own_file() as path:
        if path is not None:
            path.unlink(missing_ok=True)
        return _answer(path, {})


@contextlib.contextmanager
def _own_file() -> Iterator[Path | None]:
    """Give the path of the file, which no other studio changes in this block; None if there can be none."""
    place = folder.place_of_user()
    if place is None:
        yield None
        return
    with _ONE, file_lock(place / f"{FILE}.lock", lambda: None):
        yield place / FILE


def _read(path: Path) -> dict[str, Any] | None:
    """Return the progress in a file; None if there is none, or it is damaged."""
    found = folder.read(path)
    if not isinstance(found, dict) or {name: found.pop(name, None) for name in FORMAT} != FORMAT:
        return None
    return found if all(_fits(name, value) for name, value in found.items()) else None


def _answer(path: Path | None, progress: dict[str, Any]) -> dict[str, Any]:
    return {"path": str(path or ""), "progress": progress}
