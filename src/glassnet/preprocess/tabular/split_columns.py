"""The columns of a table about its rows: which belong together, when each was, and how much each counts.

The first two decide how rows are split.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...data.held_out import about_missing
from ...data.tables.date_form import DateForm
from ...errors import DataError
from ...messages.message import Message, Place
from ...messages.option_spelling import Option

if TYPE_CHECKING:
    from ...data.tables.table import Table

TIME_KINDS = ("number", "date")
"""The kinds of columns that order rows."""


@dataclass(frozen=True)
class TimeColumn:
    """A column of numbers or dates by which rows are ordered, and how the training table writes them."""

    name: str
    kind: str  # "number" or "date"
    unit: str = ""
    decimal: str = "."
    # `order`, `zone`: as in `DateForm`
    order: str = ""
    zone: str | None = ""

    def __post_init__(self) -> None:
        """Raise ValueError for a time zone that cannot be used, as a file may have."""
        if DateForm(self.order, self.zone).minutes is None:
            from ...data.tables.dates import require_zone  # loads polars

            require_zone(self.zone or "")

    @classmethod
    def of(cls, table: Table, name: str) -> TimeColumn:
        """Find how a column is written; DataError GN061 for one of other values than numbers or dates."""
        column = table.column(name)
        if column.kind == "number":
            return cls(name, "number", column.unit, column.decimal)
        if column.kind == "date":
            from ...data.tables.dates import are_moments, form_of  # loads polars

            if are_moments(column.series):
                form = form_of(column.series)
                return cls(name, "date", order=form.order, zone=form.zone)
        raise DataError(
            "GN061",
            "{source}: column {name!r} in {time} is of neither numbers nor dates, which order the rows. Write dates as "
            "2024-03-01.",
            source=table.source,
            name=name,
            time=Option("time"),
        )

    def values(self, table: Table) -> NDArray[Any]:
        """Return the time of each row, shape (n,), int64 or float64; the smallest for a missing one."""
        if self.kind == "number":
            numbers = table.columns_as({self.name: (self.unit, self.decimal)})[self.name].numbers
            return np.where(np.isnan(numbers), -np.inf, numbers)
        column = table.columns_without_numbers([self.name])[self.name]
        return replace(column, form=DateForm(self.order, self.zone)).moments.astype(np.int64)


@dataclass(frozen=True)
class WeightColumn:
    """A column of the weights of the rows, and how the training table writes numbers."""

    name: str
    unit: str = ""
    decimal: str = "."

    @classmethod
    def of(cls, table: Table, name: str) -> WeightColumn:
        """Find how a column is written."""
        column = table.column(name)
        return cls(name, column.unit, column.decimal) if column.kind == "number" else cls(name)

    def values(self, table: Table) -> NDArray[np.float64]:
        """Return the weight of each row, shape (n,), 0 or more.

        DataError GN013 for a value that is not a number, GN014 for a missing one, and for one below 0 or infinite.
        """
        column = table.columns_as({self.name: (self.unit, self.decimal)})[self.name]
        weights = column.numbers
        if (wrong := np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))).size:
            row = int(wrong[0])
            place = Place(table.source, row=int(table.numbers_of_rows[row]), column=self.name)
            value, is_number = column.series[row], not np.isnan(weights[row])
            if value is None or (not is_number and not isinstance(value, str)):
                raise DataError("GN014", "{place}: no weight, expected a number of 0 or more.", place=place)
            template = "{place}: weight {value!r}, expected a number of 0 or more."
            code, value = ("GN014", float(weights[row])) if is_number else ("GN013", value)
            raise DataError(code, template, place=place, value=value)
        return weights


@dataclass(frozen=True)
class SplitColumns:
    """The columns that decide which rows are on the same side of a split, and that of the rows' weights."""

    group: tuple[str, ...] = ()  # their values together name the group of a row; excluded from the inputs
    time: TimeColumn | None = None
    weight: WeightColumn | None = None  # excluded from the inputs

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all these columns."""
        return (*self.group, *(one.name for one in (self.time, self.weight) if one is not None))

    @property
    def deciding(self) -> tuple[str, ...]:
        """Names of the columns that decide how rows are split."""
        return replace(self, weight=None).names

    def groups(self, table: Table) -> NDArray[np.int64] | None:
        """Return a number for the group of each row, shape (n,), 0 or more; None without groups.

        The number depends on the text of the values only, so it is the same in each part of a stream. Rows without a
        value are one group.
        """
        if not self.group:
            return None
        mixed = np.zeros(len(table), np.uint64)
        for column in table.columns_without_numbers(self.group).values():
            codes, words = column.words()
            own = np.array([_hash(word) for word in words] + [0], np.uint64)  # code −1: missing
            mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + own[codes]
        return (mixed >> np.uint64(1)).astype(np.int64)

    def times(self, table: Table) -> NDArray[Any] | None:
        """Return the time of each row, shape (n,), see `TimeColumn.values`; None without such a column."""
        return None if self.time is None else self.time.values(table)

    def about_missing(self, table: Table) -> list[Message]:
        """Return remarks on rows that have no group or no time, or part of one."""
        remarks = []
        for name, column in table.columns_without_numbers(self.group).items():
            remarks += about_missing(Message("column {name!r}", name=name), column.words()[0] < 0)
        if self.time is not None:
            times = self.time.values(table)
            first = -np.inf if self.time.kind == "number" else np.iinfo(np.int64).min  # NaT as a number
            remarks += about_missing(Message("column {name!r}", name=self.time.name), times == first, times=True)
        return remarks

    def weights(self, table: Table) -> NDArray[np.float64] | None:
        """Return the weight of each row, shape (n,), see `WeightColumn.values`; None without such a column."""
        return None if self.weight is None else self.weight.values(table)

    def present_in(self, table: Table) -> SplitColumns:
        """Return those of these columns that a table has: a test may lack the weight, or groups and times together."""
        names, splits = set(table.names), replace(self, weight=None)
        weight = None if self.weight is None or self.weight.name not in names else self.weight
        return replace(splits if set(splits.names) <= names else SplitColumns(), weight=weight)

    @classmethod
    def from_dict(cls, described: dict[str, Any]) -> SplitColumns:
        """Make them from the result of `dataclasses.asdict` after a file."""
        time, weight = described.get("time"), described.get("weight")
        return cls(
            tuple(map(str, described.get("group", ()))),
            None if time is None else TimeColumn(**time),
            None if weight is None else WeightColumn(**weight),
        )


def split_columns(table: Table, group: Sequence[str], time: str | None, weight: str | None) -> SplitColumns:
    """Return the columns with these names, which the table has; errors as `TimeColumn.of`."""
    return SplitColumns(
        tuple(group),
        None if time is None else TimeColumn.of(table, time),
        None if weight is None else WeightColumn.of(table, weight),
    )


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())
