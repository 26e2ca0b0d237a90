"""Encoding of single rows and small pandas frames, bit for bit as `Columns.apply`, without making a table of them.

Only values of the usual types are read here. For all others, such as numbers in text, a `RowEncoder` returns None, and
`Columns.apply` must read them. Nothing is judged here: rows that `Columns.surprises` may have a remark on are only
counted out, so that it need not look at all others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.tables.date_form import DateForm
from ...data.tables.missing_markers import MISSING, sentinels_apart
from ...data.validation import TRUTH, plain
from .columns import Columns
from .dates import DateColumn
from .encoders import (
    BooleanColumn,
    Encoded,
    NumberColumn,
    WordColumn,
    clipped,
    far_limits,
    has_lost_thousands,
    moderate,
    needs_unit,
)
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


_NEW, _NEITHER = -2, math.inf
"""The place of a word without an input, and the truth of a value that is neither yes nor no."""


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

    def row(self, values: Mapping[Any, Any], unusual: set[int] | None = None) -> Encoded | None:
        """Return the inputs of one row, shape (1, features); see `rows`."""
        return self.rows([values], unusual)

    def rows(self, rows: Sequence[Mapping[Any, Any]], unusual: set[int] | None = None) -> Encoded | None:
        """Return the inputs of rows, shape (n, features).

        Parameters
        ----------
        rows : sequence of mapping of str to value
            For each row the value of each column; further columns are ignored.
        unusual : set of int, optional
            Gets the index of each row that, alone, `Columns.surprises` may have a remark on.

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
            return self._rows(usual, set() if unusual is None else unusual)
        except (KeyError, _OtherValueError):
            return None

    def _rows(self, rows: Sequence[Mapping[str, Any]], unusual: set[int]) -> Encoded:
        encoded = np.zeros((len(rows), self._features), np.float32)
        for k, (values, line) in enumerate(zip(rows, encoded, strict=True)):
            for name, words in self._words:
                place = words.place(values[name])
                if place >= 0:
                    line[place] = 1
                elif place == _NEW:
                    unusual.add(k)
            for name, place in self._truths:
                truth = _truth(values[name])
                line[place] = 2 * truth - 1 if truth in (0.0, 1.0) else 0
                if truth == _NEITHER:
                    unusual.add(k)
        for one, places in self._dates:
            moments = [_moments(values[one.name], one.form) for values in rows]
            encoded[:, places] = one.encode_moments(np.concatenate(moments))
        if self._numbers:
            given = [[values[name] for name in self._numbers] for values in rows]
            numbers = np.array([[_number(value) for value in one] for one in given])
            self._block.encode(numbers, encoded)
            if self._block.may_be_unusual(numbers):
                odd, far = self._block.unusual(numbers)
                unusual.update(np.flatnonzero(odd | far.any(axis=1)).tolist())
            if not _TRUTHS.isdisjoint(map(type, chain.from_iterable(given))):
                unusual.update(k for k, one in enumerate(given) if self._block.has_truths(map(type, one)))
        return encoded

    def frame(self, frame: Any, unusual: set[int] | None = None) -> Encoded | None:
        """Return the inputs of a pandas frame, shape (n, features).

        Parameters
        ----------
        frame : pandas.DataFrame
        unusual : set of int, optional
            Gets indices of rows if `Columns.surprises` may have a remark on the frame.

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
            return self.row({name: cell[0, place[name]] for name in self._names}, unusual)
        columns = zip(names, frame.items(), strict=True)
        arrays = {name: one.to_numpy() for name, (_, one) in columns if name in self._needed}
        return self.arrays(rows, arrays, unusual, alone=False)

    def arrays(
        self, rows: int, columns: Mapping[str, NDArray[Any]], unusual: set[int] | None = None, *, alone: bool = True
    ) -> Encoded | None:
        """Return the inputs of arrays of shape (rows,), shape (rows, features).

        Parameters
        ----------
        rows : int
        columns : mapping of str to ndarray
            For each column numbers or booleans, or objects: text, and None if missing. Further ones are ignored.
        unusual : set of int, optional
            See `rows`.
        alone : bool
            Whether `unusual` is for each row alone; otherwise for all together, among which some may be far off.

        Returns
        -------
        ndarray of float32, or None
            None if a column is missing or has values of another type than usual.
        """
        if not self._reads:
            return None
        try:
            encoded, odd = self._frame(rows, columns, alone=alone)
        except (KeyError, _OtherValueError):
            return None
        if unusual is not None:
            unusual.update(np.flatnonzero(odd).tolist())
        return encoded

    def _frame(
        self, rows: int, columns: Mapping[str, NDArray[Any]], *, alone: bool
    ) -> tuple[Encoded, NDArray[np.bool_]]:
        encoded, lines = np.zeros((rows, self._features), np.float32), np.arange(rows)
        odd = np.zeros(rows, bool)
        for name, words in self._words:
            places = words.places(columns[name])
            present = places >= 0
            encoded[lines[present], places[present]] = 1
            odd |= (places == _NEW) | (not alone and words.are_unlikely(places))
        for name, place in self._truths:
            truths = _truths(columns[name])
            odd |= truths == _NEITHER
            encoded[:, place] = fill_truths(np.where(truths == _NEITHER, np.nan, truths))
        for one, places_of_date in self._dates:
            encoded[:, places_of_date] = one.encode_moments(_all_moments(columns[one.name]))
        if self._numbers:
            given = [columns[name] for name in self._numbers]
            numbers = np.stack([_numbers(one) for one in given], axis=1)
            self._block.encode(numbers, encoded)
            if self._block.may_be_unusual(numbers):
                of_values, far = self._block.unusual(numbers)
                mostly = 2 * far.sum(axis=0) > np.count_nonzero(~np.isnan(numbers), axis=0)
                odd |= of_values | far[:, slice(None) if alone else mostly].any(axis=1)
            odd |= self._block.has_truths(one.dtype.type for one in given)
        return encoded, odd


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
        self._ends = np.array([(one.low, one.high) for one, _ in columns]).reshape(-1, 2).T
        self._limits = np.array([far_limits(one) for one, _ in columns]).reshape(-1, 2).T
        self._sentinels: dict[float, list[int]] = {}
        for k, (one, _) in enumerate(columns):
            for value in sentinels_apart(one.low, one.high):
                self._sentinels.setdefault(value, []).append(k)
        self._of_thousands = [k for k, (one, _) in enumerate(columns) if one.has_thousands]
        self._have_thousands = np.array([one.has_thousands for one, _ in columns])
        self._of_unit = [k for k, (one, _) in enumerate(columns) if needs_unit(one.unit)]
        self._of_truths = [one.of_truths for one, _ in columns]

    def encode(self, numbers: NDArray[np.float64], encoded: Encoded) -> None:
        """Write the inputs of numbers, (n, columns) with NaN for missing ones, to `encoded`, (n, features)."""
        absent = ~np.isfinite(numbers)
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

    def may_be_unusual(self, numbers: NDArray[np.float64]) -> bool:
        """Return False if `unusual` would find nothing, in a few operations; most rows are usual."""
        low, high = self._ends
        unusual = (numbers < low) | (numbers > high)
        if self._of_thousands:
            unusual |= (numbers != np.floor(numbers)) & self._have_thousands
        return bool(unusual.any()) or bool(self._of_unit)

    def unusual(self, numbers: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which rows have a number that is unusual by itself, (n,), and which numbers are far off, (n, columns).

        Of the latter, there may be more than `NumberColumn.far_number` says.
        """
        (low, high), (low_limit, high_limit) = self._ends, self._limits
        far = (numbers < low_limit) | (numbers > high_limit)
        odd = np.zeros(len(numbers), bool)
        odd |= np.isinf(numbers).any(axis=1)
        for value, columns in self._sentinels.items():
            odd |= (numbers[:, columns] == value).any(axis=1)
        if self._of_thousands:
            k = self._of_thousands
            odd |= has_lost_thousands(numbers[:, k], low[k], high[k]).any(axis=1)
        if self._of_unit:
            odd |= ~np.isnan(numbers[:, self._of_unit]).all(axis=1)
        return odd, far

    def has_truths(self, types: Iterable[Any]) -> bool:
        """Return whether a column of numbers other than 0 and 1 has truths; `types` are those of each column."""
        return any(kind in _TRUTHS and not expected for kind, expected in zip(types, self._of_truths, strict=True))


class _Words:
    """The place of each word's input, `_NEW` if it has none, and -1 for a missing value without an input."""

    def __init__(self, column: WordColumn, start: int) -> None:
        self._trained = {word: start + k for k, word in enumerate(column.words)}
        self._other = start + len(column.words) if column.rare else _NEW
        self._missing = start + len(column.features) - 1 if column.missing else -1
        self._unlikely = column.unlikely_without
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

    def are_unlikely(self, places: NDArray[np.int64]) -> bool:
        """Return whether the places of so many values are those of rare words or missing that this is unlikely."""
        others = np.count_nonzero(places == self._other)
        return bool(self._unlikely <= others == np.count_nonzero(places != self._missing))


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
    """Return a number, possibly infinite; NaN if it is missing."""
    if value is None:
        return math.nan
    kind = type(value)
    if kind in _INTEGERS:
        return float(_within_limit(int(value)))
    if kind not in _NUMBERS:
        raise _OtherValueError
    return float(value)


def _numbers(column: NDArray[Any]) -> NDArray[np.float64]:
    """Return a column as numbers, shape (n,), some possibly infinite; NaN for missing ones."""
    if column.dtype.type not in _NUMBERS:
        raise _OtherValueError
    return column.astype(np.float64)


def _truth(value: Any) -> float:
    """Return 1 for yes, 0 for no, NaN for missing values and `_NEITHER` for others."""
    if type(value) is not str:
        number = _number(value)
        return number if number in (0.0, 1.0) or number != number else _NEITHER
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
    return np.where((numbers == 0) | (numbers == 1) | np.isnan(numbers), numbers, _NEITHER)


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
