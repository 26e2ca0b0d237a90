"""Watch the arrays of a running program: which values its variables and objects have, line after line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .files import PIXELS, Sightings

Array = NDArray[np.float64]

_MOST_ITEMS, _MOST_DEPTH, _LARGEST = 40, 4, 2_000_000
_MOST_BYTES = 400 << 20


class OutOfTime(BaseException):
    """Raised within the program when it has run long enough."""


@dataclass(frozen=True)
class Seen:
    """A value that a variable, an item or an attribute has from some time on."""

    time: int
    line: int  # the line that was running
    holder: int  # number of the frame or object to which it belongs
    path: str  # as in ``self.wih``, ``weights[0]``
    value: Array


@dataclass(frozen=True)
class Sighting:
    """A row of a small file among the arrays."""

    time: int
    part: str
    row: int
    span: tuple[float, float]  # smallest and largest value
    single: bool  # alone in its array


@dataclass(frozen=True)
class Call:
    """A call of a function of the program."""

    begin: int
    end: int


class Recorder:
    """Records the changes of all arrays of a program, and which rows of the small files are among them."""

    def __init__(self, filename: str, seconds: float, most_changes: int = 6000) -> None:
        self.filename, self.end, self.left = filename, monotonic() + seconds, most_changes
        self.seen: list[Seen] = []
        self.calls: list[Call] = []
        self.rows: list[Sighting] = []
        self.ended = False  # whether the program came to its end, without an error and in time
        self.changed_at: dict[tuple[int, str], list[int]] = {}
        self._last: dict[tuple[int, str], Array] = {}
        self._holders: dict[int, tuple[int, Any]] = {}
        self._own: dict[type, bool] = {}
        self._sightings = Sightings()
        self.time, self._bytes = 0, 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Record what the program does meanwhile."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != self.filename or frame.f_code.co_name in (
            "<lambda>",
            "<listcomp>",
            "<dictcomp>",
            "<setcomp>",
            "<genexpr>",
        ):
            return None
        begin, line = self.time + 1, frame.f_lineno

        def each(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal line
            self._look(frame, line)
            line = frame.f_lineno
            if event == "return":
                if argument is not None:
                    self._look_at(self._number(frame), line, "return", argument, 0)
                self.calls.append(Call(begin, self.time))
                self._holders.pop(id(frame), None)
            return each

        self._look(frame, line)
        return each

    def _number(self, thing: Any) -> int:
        """Return a number for a frame or an object, which it keeps while it lives."""
        if isinstance(thing, FrameType) and thing.f_code.co_name == "<module>":
            thing = thing.f_globals  # each statement has a frame of its own
        number, _ = self._holders.setdefault(id(thing), (len(self._holders) + self.time * 1000 + 1, thing))
        return number

    def _look(self, frame: FrameType, line: int) -> None:
        if monotonic() > self.end:
            raise OutOfTime
        self.time += 1
        holder = self._number(frame)
        for name, value in list(frame.f_locals.items()):
            if not name.startswith("__"):
                self._look_at(holder, line, name, value, 0)

    def _look_at(self, holder: int, line: int, path: str, value: Any, depth: int) -> None:
        array = as_array(value)
        if array is not None:
            if array.size:
                self._note(holder, line, path, array)
        elif depth >= _MOST_DEPTH:
            return
        elif isinstance(value, list | tuple):
            if len(value) <= _MOST_ITEMS and value and not isinstance(value[0], str | bytes):
                for number, item in enumerate(value):
                    self._look_at(holder, line, f"{path}[{number}]", item, depth + 1)
        elif isinstance(value, dict):
            for key, item in list(value.items())[:_MOST_ITEMS]:
                self._look_at(holder, line, f"{path}[{key!r}]", item, depth + 1)
        elif hasattr(value, "__dict__") and self._is_own(type(value)):
            own = self._number(value)
            for name, item in list(vars(value).items()):
                self._look_at(own, line, f"self.{name}" if depth == 0 else f"{path}.{name}", item, depth + 1)

    def _is_own(self, cls: type) -> bool:
        """Return whether a class is the program's."""
        if cls not in self._own:
            methods = [getattr(one, "__code__", None) for base in cls.__mro__ for one in vars(base).values()]
            self._own[cls] = any(one is not None and one.co_filename == self.filename for one in methods)
        return self._own[cls]

    def _note(self, holder: int, line: int, path: str, array: Array) -> None:
        key = holder, path
        last = self._last.get(key)
        if last is not None and last.shape == array.shape and np.array_equal(last, array):
            return
        self.changed_at.setdefault(key, []).append(self.time)
        found = self._sightings.find(array) if array.size >= PIXELS else []
        span = (round(float(array.min()), 9), round(float(array.max()), 9)) if found else (0.0, 0.0)
        self.rows += [Sighting(self.time, part, row, span, len(found) == 1) for part, row, _ in found]
        copy = np.array(array, dtype=float)
        self._last[key] = copy
        if self.left > 0 and self._bytes < _MOST_BYTES:
            self.left -= 1
            self._bytes += copy.nbytes
            self.seen.append(Seen(self.time, line, holder, path, copy))


def as_array(value: Any) -> Array | None:
    """Return a number, an array or nested lists of numbers as an array; None for anything else."""
    if isinstance(value, bool | np.bool_ | str | bytes | type(None)):
        return None
    if isinstance(value, int | float | np.integer | np.floating):
        number = float(value)
        return np.array(number) if abs(number) < 1e300 else None
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "fiu" or value.size > _LARGEST:
            return None
        return np.asarray(value)  # also of a matrix
    if isinstance(value, list | tuple) and value:
        return _nested(value)
    return None


def _nested(value: list[Any] | tuple[Any, ...]) -> Array | None:
    first = value[0]
    if isinstance(first, int | float | np.floating) and not isinstance(first, bool):
        if all(isinstance(one, int | float | np.floating) for one in value):
            return np.array(value, dtype=float)
    elif isinstance(first, list | tuple) and first and isinstance(first[0], int | float) and len(value) <= 1000:
        with suppress(ValueError, TypeError):  # rows of different lengths, or of other things
            return np.array(value, dtype=float)
    return None
