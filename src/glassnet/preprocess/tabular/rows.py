"""Encoding of single rows and small pandas frames, bit for bit as `Columns.apply`, without making a table of them.

Only values of the usual types are read here. For all others, such as numbers in text, a `RowEncoder` returns None, and
`Columns.apply` must read them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.tables.date_form import DateForm
from ...data.tables.missing_markers import MISSING
from ...data.validation import TRUTH, plain
from .columns import Columns
from .dates import DateColumn
from .encoders import BooleanColumn, Encoded, NumberColumn, WordColumn, clipped, moderate
from .imputation import fill_truths

MOST_ROWS = 4096
"""Larger frames are left to `Columns.apply`, which uses several threads."""

_INTEGERS = frozenset({int, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64})
_FLOATS = frozenset({float, np.float64, np.float32})
_TRUTHS = frozenset({bool, np.bool_})
_NUMBERS = _INTEGERS | _FLOATS | _TRUTHS
_SCALARS = _NUMBERS | {str, type(None), date, datetime}
_LIMIT = 2**63
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
"""Usual dates; as in a table, the fraction of a second is ignored."""


class _OtherValueError(Exception):
    """A value that must be read as in a table."""


class RowEncoder:
    """Encoder of rows for learned columns.

    Parameters
    ----------
    columns : Columns
    """

    def __init__(self, columns: Columns) -> None:
        self._features = len(columns.features)
        self._names, self._needed = columns.names, frozenset(columns.names)
        numbers: list[tuple[NumberColumn, int]] = []
        self._numbers: list[str] = []
        self._words: list[tuple[str, _Words]] = []
        self._truths: list[tuple[str, int]] = []
        self._dates: list[tuple[DateColumn, slice]] = []
        start = 0
        for one in columns.inputs:
            width = len(one.features)
            if isinstance(one, NumberColumn):
                numbers.append((one, start))
                self._numbers.append(one.name)
            elif isinstance(one, WordColumn):
                self._words.append((one.name, _Words(one, start)))
            elif isinstance(one, BooleanColumn):
                self._truths.append((one.name, start))
            else:
                self._dates.append((one, slice(start, start + width)))
            start += width
        self._block = _NumberBlock(numbers)
        # The logarithm of earlier versions may differ in its last bits between one value and many.
        self._reads = not any(one.bend for one, _ in numbers)

    def row(self, values: Mapping[Any, Any]) -> Encoded | None:
        """Return the inputs of one row, shape (1, features); see `rows`."""
        return self.rows([values])

    def rows(self, rows: Sequence[Mapping[Any, Any]]) -> Encoded | None:
        """Return the inputs of rows, shape (n, features).

        Parameters
        ----------
        rows : sequence of mapping of str to value
            For each row the value of each column; further columns are ignored.

        Returns
        -------
        ndarray of float32, or None
            None if a row lacks a column, or has a value of another type than usual.
        """
        if not self._reads:
            return None
        usual = []
        for values in rows:
            if not _SCALARS.issuperset(map(type, values.values())):
                values = {name: as_usual(value) for name, value in values.items()}
                if not _SCALARS.issuperset(map(type, values.values())):
                    return None
            if any(type(name) is not str for name in values):
                values = {str(name): value for name, value in values.items()}
            usual.append(values)
        try:
            return self._rows(usual)
        except (KeyError, _OtherValueError):
            return None

    def _rows(self, rows: Sequence[Mapping[str, Any]]) -> Encoded:
        encoded = np.zeros((len(rows), self._features), np.float32)
        for values, line in zip(rows, encoded, strict=True):
            for name, words in self._words:
                place = words.place(values[name])
                if place >= 0:
                    line[place] = 1
            for name, place in self._truths:
                truth = _truth(values[name])
                line[place] = 2 * truth - 1 if truth == truth else 0
        for one, places in self._dates:
            moments = [_moments(values[one.name], one.form) for values in rows]
            encoded[:, places] = one.encode_moments(np.concatenate(moments))
        if self._numbers:
            numbers = [[_number(values[name]) for name in self._numbers] for values in rows]
            self._block.encode(np.array(numbers), encoded)
        return encoded

    def frame(self, frame: Any) -> Encoded | None:
        """Return the inputs of a pandas frame, shape (n, features).

        Returns
        -------
        ndarray of float32, or None
            None if a column is missing or has values of another type than usual, and for more rows than `MOST_ROWS`.
        """
        rows, names = len(frame), [str(name) for name in frame.columns]
        place = {name: k for k, name in enumerate(names)}
        if not (self._reads and 0 < rows <= MOST_ROWS and len(place) == len(names)):
            return None
        if any(name not in place for name in self._names):
            return None
        if rows == 1:
            cell = frame.iat
            return self.row({name: cell[0, place[name]] for name in self._names})
        try:
            columns = zip(names, frame.items(), strict=True)
            return self._frame(rows, {name: one.to_numpy() for name, (_, one) in columns if name in self._needed})
        except _OtherValueError:
            return None

    def arrays(self, rows: int, columns: Mapping[str, NDArray[Any]]) -> Encoded | None:
        """Return the inputs of arrays of shape (rows,), shape (rows, features).

        Parameters
        ----------
        rows : int
        columns : mapping of str to ndarray
            For each column numbers or booleans, or objects: text, and None if missing. Further ones are ignored.

        Returns
        -------
        ndarray of float32, or None
            None if a column is missing or has values of another type than usual.
        """
        if not self._reads:
            return None
        try:
            return self._frame(rows, columns)
        except (KeyError, _OtherValueError):
            return None

    def _frame(self, rows: int, columns: Mapping[str, NDArray[Any]]) -> Encoded:
        encoded, lines = np.zeros((rows, self._features), np.float32), np.arange(rows)
        for name, words in self._words:
            places = words.places(columns[name])
            present = places >= 0
            encoded[lines[present], places[present]] = 1
        for name, place in self._truths:
            encoded[:, place] = fill_truths(_truths(columns[name]))
        for one, places_of_date in self._dates:
            encoded[:, places_of_date] = one.encode_moments(_all_moments(columns[one.name]))
        if self._numbers:
            self._block.encode(np.stack([_numbers(columns[name]) for name in self._numbers], axis=1), encoded)
        return encoded


class _NumberBlock:
    """Columns of numbers that are encoded together: `NumberColumn.encode_numbers` for several columns."""

    def __init__(self, columns: Sequence[tuple[NumberColumn, int]]) -> None:
        self._fill, self._centre, self._scale = np.array(
            [(one.fill, one.centre, one.scale) for one, _ in columns]
        ).reshape(-1, 3).T  # fmt: skip
        self._places = [start for _, start in columns]
        edges = [
            (k, start + part, low, high - low)
            for k, (one, start) in enumerate(columns)
            for part, (low, high) in enumerate(pairwise(one.edges), start=1)
        ]
        self._of, self._interval_places = [edge[0] for edge in edges], [edge[1] for edge in edges]
        self._lows, self._widths = np.array([edge[2:] for edge in edges]).reshape(-1, 2).T
        self._flagged = [k for k, (one, _) in enumerate(columns) if one.flag]
        self._flag_places = [columns[k][1] + len(columns[k][0].features) - 1 for k in self._flagged]

    def encode(self, numbers: NDArray[np.float64], encoded: Encoded) -> None:
        """Write the inputs of numbers, (n, columns) with NaN for missing ones, to `encoded`, (n, features)."""
        absent = np.isnan(numbers)
        values = np.where(absent, self._fill, numbers)
        with np.errstate(over="ignore"):
            encoded[:, self._places] = clipped(moderate((moderate(values) - self._centre) / self._scale))
            if self._of:
                inside = values[:, self._of]
                inside -= self._lows
                inside /= self._widths
                np.maximum(inside, 0.0, out=inside)
                np.minimum(inside, 1.0, out=inside)
                inside -= 0.5
                encoded[:, self._interval_places] = inside
        if self._flagged:
            encoded[:, self._flag_places] = absent[:, self._flagged]


class _Words:
    """The place of each word's input, -1 if it has none."""

    def __init__(self, column: WordColumn, start: int) -> None:
        self._trained = {word: start + k for k, word in enumerate(column.words)}
        self._other = start + len(column.words) if column.rare else -1
        self._missing = start + len(column.features) - 1 if column.missing else -1
        # Most texts are words of the training data or usual markers of missing values, which need not be cleaned. There
        # is usually only one NaN in a frame, that of NumPy.
        markers = [*MISSING, *map(str.upper, MISSING), None, np.nan]
        self._clean: dict[Any, int] = dict.fromkeys(markers, self._missing)
        self._clean |= {word: place for word, place in self._trained.items() if _is_clean(word)}

    def place(self, value: Any) -> int:
        """Return the place of a value."""
        kind = type(value)
        if kind is str:
            return self._place_of_text(value)
        if value is None or value != value:
            return self._missing
        if kind in _INTEGERS:
            text = str(_within_limit(int(value)))
        elif kind in _TRUTHS:
            text = "true" if value else "false"
        elif kind in _FLOATS:
            text = plain(float(value))
        else:
            raise _OtherValueError
        return self._trained.get(text, self._other)

    def _place_of_text(self, text: str) -> int:
        place = self._clean.get(text)
        if place is None:
            text = _stripped(text)
            place = self._missing if text.lower() in MISSING else self._trained.get(text, self._other)
        return place

    def places(self, column: NDArray[Any]) -> NDArray[np.int64]:
        """Return the place of each value of a column of text, shape (n,)."""
        if column.dtype.kind != "O":
            raise _OtherValueError
        texts = column.tolist()
        try:
            places = [*map(self._clean.get, texts)]
        except TypeError:  # a list or the like
            raise _OtherValueError from None
        if None in places:
            others = {k: text for k, (text, place) in enumerate(zip(texts, places, strict=True)) if place is None}
            if any(type(text) is not str and not _is_nan(text) for text in others.values()):
                raise _OtherValueError
            for k, text in others.items():
                places[k] = self.place(text)
        return np.fromiter(places, np.int64, len(places))


def _objects(column: NDArray[Any], kind: type) -> list[Any]:
    """Return the values of a column of objects, None if missing; all others must be of one type."""
    values = [None if _is_nan(value) else value for value in column.tolist()]
    if not {*map(type, values)} <= {kind, type(None)}:
        raise _OtherValueError
    return values


def _is_nan(value: Any) -> bool:
    return type(value) is float and value != value


def _stripped(text: str) -> str:
    """Return text without surrounding blanks; polars has other blanks than Python among rare characters."""
    if not text.isprintable() or not text.isascii():
        raise _OtherValueError
    return text.strip(" ")


def _is_clean(word: str) -> bool:
    """Return whether a table has the word as it is: without blanks around it, and not as a missing value."""
    try:
        return _stripped(word) == word and word.lower() not in MISSING
    except _OtherValueError:
        return word.isprintable() and word[:1].isalnum() and word[-1:].isalnum()


def _within_limit(value: int) -> int:
    if not -_LIMIT <= value < _LIMIT:
        raise _OtherValueError
    return value


def _number(value: Any) -> float:
    """Return a number; NaN for missing and infinite values."""
    if value is None:
        return math.nan
    kind = type(value)
    if kind in _INTEGERS:
        return float(_within_limit(int(value)))
    if kind not in _NUMBERS:
        raise _OtherValueError
    number = float(value)
    return number if math.isfinite(number) else math.nan


def _numbers(column: NDArray[Any]) -> NDArray[np.float64]:
    """Return a column as numbers, shape (n,); NaN for missing and infinite values."""
    if column.dtype.type not in _NUMBERS:
        raise _OtherValueError
    numbers = column.astype(np.float64)
    if not np.isfinite(numbers).all():
        numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _truth(value: Any) -> float:
    """Return 1 for yes, 0 for no and NaN for missing and other values."""
    if type(value) is not str:
        number = _number(value)
        return number if number in (0.0, 1.0) else math.nan
    text = _stripped(value).lower()
    if text in MISSING:
        return math.nan
    if text not in TRUTH:
        raise _OtherValueError
    return TRUTH[text]


def _truths(column: NDArray[Any]) -> NDArray[np.float64]:
    """Return a column as truths, shape (n,): see `_truth`."""
    if column.dtype.kind == "O":
        values = column.tolist()
        return np.array([*map(_truth, _objects(column, bool if bool in map(type, values) else str))])
    numbers = _numbers(column)
    return np.where((numbers == 0) | (numbers == 1), numbers, np.nan)


def as_usual(value: Any) -> Any:
    """Return a value of pandas or NumPy as one of Python if that has the same bits, and any other value unchanged.

    An array without dimensions is its value. A missing date is None, a timestamp without nanoseconds and time zone a
    datetime.
    """
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, np.str_):
        return str(value)
    if isinstance(value, np.datetime64):
        moment = value.astype("M8[us]")
        exact = moment.item() if moment == value or np.isnat(value) else value
        return value if isinstance(exact, int) else exact
    if not isinstance(value, datetime):
        return value
    if value != value:
        return None
    if value.tzinfo is None and not getattr(value, "nanosecond", 0):
        return datetime.combine(value.date(), value.time())
    return value


def _moments(value: Any, form: DateForm) -> NDArray[np.datetime64]:
    """Return a date, with its time of day in the zone of the form, shape (1,); NaT if it is missing."""
    kind = type(value)
    if value is None or (kind in _FLOATS and value != value):
        return np.array(["NaT"], "M8[us]")
    if kind is str and (found := _ISO.fullmatch(value)):
        *parts, offset = found.groups("0")
        shift = form.minutes_from("" if offset == "0" else offset)
        if shift is None:
            raise _OtherValueError
        with suppress(ValueError):
            moment = np.array([datetime(*map(int, parts))], "M8[us]")  # type: ignore[arg-type]
            return np.asarray(moment + np.array(shift, "m8[m]"))
    if kind is date or (kind is datetime and value.tzinfo is None):
        return np.array([value], "M8[us]")
    raise _OtherValueError


def _all_moments(column: NDArray[Any]) -> NDArray[np.datetime64]:
    """Return a column of dates, shape (n,), if microseconds suffice."""
    if column.dtype not in ("M8[us]", "M8[ns]"):
        raise _OtherValueError
    moments = column.astype("M8[us]")
    if not ((moments == column) | np.isnat(column)).all():
        raise _OtherValueError
    return moments
