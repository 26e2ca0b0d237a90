"""Reading of single rows and pandas frames, without making a table of them; `InputLayout` encodes the values.

Only values of the usual types are read here. For all others, such as numbers in text, a `RowEncoder` returns None, and
`Columns.apply` must read them. Nothing is judged here: rows that `Columns.surprises` may have a remark on are only
counted out, so that it need not look at all others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.tables.date_form import DateForm
from ...data.tables.missing_markers import MISSING, sentinels_apart
from ...data.validation import TRUTH, plain
from .columns import Columns
from .encoders import NumberColumn, WordColumn, are_thousandfold, far_limits, has_lost_thousands, needs_unit
from .imputation import fill_truths
from .input_layout import BLOCK, TableValues
from .number_block import Encoded

_INTEGERS = frozenset({int, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64})
_FLOATS = frozenset({float, np.float64, np.float32})
_TRUTHS = frozenset({bool, np.bool_})
_NUMBERS = _INTEGERS | _FLOATS | _TRUTHS
_SCALARS = _NUMBERS | {str, type(None), date, datetime}
_TEXT = frozenset({str})
_LIMIT = 2**63
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
"""Usual dates; as in a table, the fraction of a second is ignored."""


_FEW = 8
"""Rows from which arrays of the words' places are quicker than lists."""
_NEW, _NEITHER = -2, math.inf
"""The place of a word without an input, and the truth of a value that is neither yes nor no."""


class _OtherValueError(Exception):
    """A value that must be read as in a table."""


class RowEncoder:
    """Encoder of rows for learned columns."""

    def __init__(self, columns: Columns) -> None:
        self._layout = layout = columns.layout
        self._names, self._needed = columns.names, frozenset(columns.names)
        self._words = [(one.name, _Words(one, start)) for one, start in layout.words]
        self._by_target = [k for k, (one, _) in enumerate(layout.words) if one.statistics]
        self._numbers = [one.name for one in layout.numbers]
        self._usual = _UsualNumbers(layout.numbers)
        # The logarithm of earlier versions may differ in its last bits between one value and many.
        self._reads = not any(one.bend for one in layout.numbers)

    def usual(self, data: Any) -> Encoded | None:
        """Return the inputs, (n, features), for a mapping of one row, or a pandas frame.

        None for values of other types than usual, and if there may be remarks on the values.
        """
        encoded, unusual = None, set[int]()
        if isinstance(data, Mapping):
            encoded = self.rows([data], unusual)
        elif type(data).__module__.partition(".")[0] == "pandas" and hasattr(data, "columns"):
            encoded = self.frame(data, unusual)
        return None if unusual else encoded

    def row(self, values: Mapping[Any, Any], unusual: set[int] | None = None) -> Encoded | None:
        """Return the inputs of one row, shape (1, features); see `rows`."""
        return self.rows([values], unusual)

    def rows(self, rows: Sequence[Mapping[Any, Any]], unusual: set[int] | None = None) -> Encoded | None:
        """Return the inputs of rows, shape (n, features).

        A row has a value for each column; further columns are ignored. `unusual` gets the index of each row that,
        alone, `Columns.surprises` may have a remark on. Return None if a row lacks a column, or has a value of another
        type than usual.
        """
        usual = []
        for values in rows:
            if not _SCALARS.issuperset(map(type, values.values())):
                values = {name: as_usual(value) for name, value in values.items()}
                if not _SCALARS.issuperset(map(type, values.values())):
                    return None
            if not _TEXT.issuperset(map(type, values)):
                values = {str(name): value for name, value in values.items()}
            usual.append(values)
        try:
            columns = zip(*[[*map(values.__getitem__, self._names)] for values in usual], strict=True)
        except KeyError:
            return None
        return self.arrays(len(usual), dict(zip(self._names, columns, strict=True)), unusual)

    def frame(self, frame: Any, unusual: set[int] | None = None) -> Encoded | None:
        """Return the inputs of a pandas frame, shape (n, features).

        `unusual` gets indices of rows if `Columns.surprises` may have a remark on the frame. Return None if a column is
        missing or has values of another type than usual.
        """
        rows, names = len(frame), [str(name) for name in frame.columns]
        place = {name: k for k, name in enumerate(names)}
        if not (self._reads and rows and len(place) == len(names)):
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
        self, rows: int, columns: Mapping[str, _Values], unusual: set[int] | None = None, *, alone: bool = True
    ) -> Encoded | None:
        """Return the inputs of columns of values, shape (rows, features).

        Each column is an array, (rows,), of numbers or booleans, or of objects: text, and None if missing. A tuple may
        have values of several types. Further columns are ignored. `unusual` is as for `rows`, for each row `alone`, or
        else for all together, among which some may be far off. Return None if a column is missing or has values of
        another type than usual.
        """
        if not self._reads:
            return None
        try:
            values, odd = self._read(rows, columns, alone=alone)
        except (KeyError, _OtherValueError):
            return None
        if unusual is not None:
            unusual.update(odd)
        if rows > BLOCK:
            return self._layout.encode(values, rows)
        encoded = np.zeros((rows, self._layout.width), np.float32)
        self._layout.fill(values, encoded)
        return encoded

    def _read(self, rows: int, columns: Mapping[str, _Values], *, alone: bool) -> tuple[TableValues, set[int]]:
        """Return the values of columns, and the rows on which there may be a remark."""
        layout, odd = self._layout, set[int]()
        words: Any = [one.places(columns[name]) for name, one in self._words]
        if rows >= _FEW:
            words = np.fromiter(chain.from_iterable(words), np.int32, len(words) * rows).reshape(len(words), rows)
        for (_, one), places in zip(self._words, words, strict=True):
            if _NEW in places:
                odd |= {row for row, place in enumerate(places) if place == _NEW}
            if not alone and one.are_unlikely(np.asarray(places)):
                odd |= {*range(rows)}
        means = list[NDArray[np.float32]]()
        for k in self._by_target:
            codes, one = np.array(words[k]), self._words[k][1]
            means += [*one.means_of_code[:, codes]]
            words[k] = one.place_of_code[codes]
        truths: list[Any] = [_truths(columns[one.name]) for one in layout.booleans]
        if truths:
            neither = np.array(truths) == _NEITHER
            odd |= _which(neither.any(axis=0))
            truths = [*fill_truths(np.where(neither, np.nan, truths))]
        given = [columns[name] for name in self._numbers]
        numbers = np.array([*map(_numbers, given)]).reshape(len(given), rows)
        if self._usual.may_be_unusual(numbers):
            odd |= _which(self._usual.unusual(numbers, alone=alone))
            numbers[np.isinf(numbers)] = np.nan
        odd |= self._usual.truths_in(given, rows)
        for of_dates in layout.dates:
            moments = _moments(columns[of_dates.name], of_dates.form)
            numbers = np.concatenate([numbers, of_dates.quantities(moments)])
        return TableValues(numbers, words, truths, means), odd


def _which(rows: NDArray[np.bool_]) -> set[int]:
    return {*np.flatnonzero(rows).tolist()}


_Values = NDArray[Any] | tuple[Any, ...]
"""A column: numbers or booleans, or objects; or values of any types, each for itself."""


class _UsualNumbers:
    """What is usual in columns of numbers, (columns, n): others may need a remark."""

    def __init__(self, columns: Sequence[NumberColumn]) -> None:
        ends = np.array([(one.low, one.high) for one in columns]).reshape(-1, 2)
        limits = np.array([far_limits(one) for one in columns]).reshape(-1, 2)
        self._low, self._high, self._low_limit, self._high_limit = (
            edge[:, np.newaxis] for edge in (*ends.T, *limits.T)
        )
        self._sentinels: dict[float, list[int]] = {}
        for k, one in enumerate(columns):
            for value in sentinels_apart(one.low, one.high):
                self._sentinels.setdefault(value, []).append(k)
        self._of_thousands = np.array([k for k, one in enumerate(columns) if one.has_thousands], np.int64)
        self._of_unit = [k for k, one in enumerate(columns) if needs_unit(one.unit)]
        self._without_truths = [k for k, one in enumerate(columns) if not one.of_truths]

    def may_be_unusual(self, numbers: NDArray[np.float64]) -> bool:
        """Return False if `unusual` would find nothing, in a few operations; most rows are usual."""
        if self._of_unit or np.count_nonzero((numbers < self._low) | (numbers > self._high)):
            return True
        whole = numbers.take(self._of_thousands, axis=0)
        return bool(np.count_nonzero(whole != np.floor(whole)))

    def unusual(self, numbers: NDArray[np.float64], *, alone: bool) -> NDArray[np.bool_]:
        """Return which rows have a number that is unusual, (n,): by itself, or far off.

        If not `alone`, a number is far off if most of its column are; there may be more than `NumberColumn.far_number`
        says.
        """
        far = (numbers < self._low_limit) | (numbers > self._high_limit)
        if not alone:
            far &= (2 * far.sum(axis=1) > np.count_nonzero(~np.isnan(numbers), axis=1))[:, np.newaxis]
        far |= are_thousandfold(numbers, self._low, self._high)
        odd: NDArray[np.bool_] = (far | np.isinf(numbers)).any(axis=0)
        for value, columns in self._sentinels.items():
            odd |= (numbers[columns] == value).any(axis=0)
        if len(k := self._of_thousands):
            odd |= has_lost_thousands(numbers[k], self._low[k], self._high[k]).any(axis=0)
        if self._of_unit:
            odd |= ~np.isnan(numbers[self._of_unit]).all(axis=0)
        return odd

    def truths_in(self, columns: Sequence[_Values], rows: int) -> set[int]:
        """Return the rows where a column of numbers other than 0 and 1 has truths."""
        others = [columns[k] for k in self._without_truths]
        kinds = (map(type, one) if isinstance(one, tuple) else [one.dtype.type] for one in others)
        if _TRUTHS.isdisjoint(chain.from_iterable(kinds)):
            return set()
        return {row for row in range(rows) if any(type(one[row]) in _TRUTHS for one in others)}


class _Words:
    """The place of each word's input, `_NEW` if it has none, and -1 for a missing value without an input.

    Where rare words have inputs by their target, each stored word has a code instead, a new word has `_NEW`, and a
    missing value -1; `place_of_code` and `means_of_code`, (outputs, codes), have these two last.
    """

    def __init__(self, column: WordColumn, start: int) -> None:
        self._trained = column.place_of_words(start)
        other, self._missing = column.other_places(start)
        self._other = other if column.rare else _NEW
        if column.statistics is not None:
            own, rare = len(column.words), len(column.statistics.words)
            self.place_of_code = np.array([*self._trained.values(), *[other] * (rare + 1), self._missing], np.int32)
            self.means_of_code = np.zeros((len(column.statistics.outputs), own + rare + 2), np.float32)
            self.means_of_code[:, own:-2] = column.statistics.inputs[:-1].T
            self._trained = {word: code for code, word in enumerate(column.categories)}
            self._other, self._missing = _NEW, -1
        self._unlikely = column.unlikely_without
        # Most texts are words of the training data or usual markers of missing values, which need not be cleaned. There
        # is usually only one NaN in a frame, that of NumPy.
        markers = [*MISSING, *map(str.upper, MISSING), None, np.nan]
        self._clean: dict[Any, int] = dict.fromkeys(markers, self._missing)
        self._clean |= {word: place for word, place in self._trained.items() if _is_clean(word)}

    def _place(self, value: Any) -> int:
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

    def places(self, column: _Values) -> list[int]:
        """Return the place of each value of a column: in an array only of text."""
        if isinstance(column, np.ndarray) and column.dtype.kind != "O":
            raise _OtherValueError
        texts = column if isinstance(column, tuple) else column.tolist()
        try:
            places: list[Any] = [*map(self._clean.get, texts)]
        except TypeError:  # a list or the like
            raise _OtherValueError from None
        if None in places:
            others = {k: text for k, (text, place) in enumerate(zip(texts, places, strict=True)) if place is None}
            if column is not texts and any(type(text) is not str and not _is_nan(text) for text in others.values()):
                raise _OtherValueError
            for k, text in others.items():
                places[k] = self._place(text)
        return places

    def are_unlikely(self, places: NDArray[Any]) -> bool:
        """Return whether so many values of a column are rare words or missing that this is unlikely."""
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
    if kind is float:
        return value  # type: ignore[no-any-return]
    if kind in _INTEGERS:
        return float(_within_limit(int(value)))
    if kind not in _NUMBERS:
        raise _OtherValueError
    return float(value)


def _numbers(column: _Values) -> list[float] | NDArray[np.float64]:
    """Return a column as numbers, shape (n,), some possibly infinite; NaN for missing ones."""
    if isinstance(column, tuple):
        return [*map(_number, column)]
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


def _truths(column: _Values) -> list[float] | NDArray[np.float64]:
    """Return a column as truths, shape (n,): see `_truth`."""
    if isinstance(column, tuple):
        return [*map(_truth, column)]
    if column.dtype.kind == "O":
        values = column.tolist()
        return [*map(_truth, _objects(column, bool if bool in map(type, values) else str))]
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


def _moments(column: _Values, form: DateForm) -> NDArray[np.datetime64]:
    """Return a column of dates, shape (n,), if microseconds suffice; NaT for missing ones."""
    if isinstance(column, tuple):
        return np.concatenate([_moment(value, form) for value in column])
    if column.dtype not in ("M8[us]", "M8[ns]"):
        raise _OtherValueError
    moments = column.astype("M8[us]")
    if not ((moments == column) | np.isnat(column)).all():
        raise _OtherValueError
    return moments


def _moment(value: Any, form: DateForm) -> NDArray[np.datetime64]:
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
