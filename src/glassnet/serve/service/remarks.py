"""Remarks on the values of rows in JSON that a model does not know, in the words of `Columns.surprises`.

Reading a value as a table takes about a millisecond, so only values that look unusual are read again, and only a few.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.tables.missing_markers import MISSING
from ...data.validation import TRUTH
from ...preprocess.tabular.columns import Columns
from ...preprocess.tabular.dataset import read_table
from ...preprocess.tabular.dates import DateColumn
from ...preprocess.tabular.encoders import BooleanColumn, NumberColumn, WordColumn
from .messages import Request

MOST = 20
"""Values of a request that are read again."""


class Remarks:
    """Remarks on the rows of one request, which are added to it.

    Parameters
    ----------
    columns : Columns
    request : Request
    """

    def __init__(self, columns: Columns, request: Request) -> None:
        self._columns, self._request, self._left = columns, request, MOST

    def on_rows(self, rows: Sequence[Mapping[str, Any]], encoded: NDArray[np.float32], first: int) -> None:
        """Look at rows of usual values, whose numbers and dates are known; `first` is the number of the first."""
        self._on_encoded(encoded, lambda name, k: rows[k][name], first)

    def on_arrays(self, columns: Mapping[str, NDArray[Any]], encoded: NDArray[np.float32]) -> None:
        """Look at such rows as columns, each of shape (n,)."""
        self._on_encoded(encoded, lambda name, k: columns[name][k : k + 1].tolist()[0], 0)

    def _on_encoded(self, encoded: NDArray[np.float32], value_of: Callable[[str, int], Any], first: int) -> None:
        for k, one in self._without_input(encoded):
            if not self._left:
                return
            if not _is_missing(value := value_of(one.name, k)):
                self._look(one, value, first + k)

    def on_row(self, row: Mapping[str, Any], number: int) -> None:
        """Look at a row of any values."""
        for one in self._columns.inputs:
            if self._left and not (_is_missing(row[one.name]) or _is_known(one, row[one.name])):
                self._look(one, row[one.name], number)

    def _without_input(self, encoded: NDArray[np.float32]) -> Iterator[tuple[int, WordColumn | BooleanColumn]]:
        """Yield the rows and columns whose inputs are 0: missing, an unknown word, or neither yes nor no."""
        start = 0
        for one in self._columns.inputs:
            place, start = slice(start, start + len(one.features)), start + len(one.features)
            if isinstance(one, WordColumn | BooleanColumn):
                for k in np.flatnonzero(~encoded[:, place].any(axis=1)).tolist():
                    yield k, one

    def _look(self, one: Any, value: Any, number: int) -> None:
        self._request.may_take_time()
        self._left -= 1
        table = read_table({one.name: [value]}, (one.name,))
        found = one.surprises(self._columns.parsed(table, [one])[one.name])
        self._request.remarks += [(f"row {number}", remark) for remark in found]


def _is_missing(value: Any) -> bool:
    return value is None or value != value or (type(value) is str and value.strip().lower() in MISSING)


def _is_known(one: Any, value: Any) -> bool:
    """Return whether a value is plainly of a column's kind; False if it must be read to tell."""
    is_text = type(value) is str
    if isinstance(one, NumberColumn):
        with suppress(ValueError):
            return not is_text or (value.isascii() and "_" not in value and math.isfinite(float(value)))
        return False
    if isinstance(one, DateColumn):
        with suppress(ValueError):
            return is_text and len(value) == 10 and bool(date.fromisoformat(value))
        return False
    if isinstance(one, BooleanColumn):
        return value.strip().lower() in TRUTH if is_text else value in (0, 1)
    return bool(one.rare) or value in one.words
