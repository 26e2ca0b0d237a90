"""What is counted of each kind of column; `encoders` and `dates` make encodings of it.

Every summary merges with others of its kind: commutative, associative, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...exact_sums import LARGEST, ExactSums, moderate
from .distinct import DistinctValues

if TYPE_CHECKING:
    from ....data.tables.dates import Moments
    from ....data.tables.table import Column

MOST_WORDS = 1 << 17
"""Most different words of a column that are counted."""
MOST_CHARACTERS = 1 << 25
"""Most characters of all different words of a column that are counted."""
SHOWN = 4  # one more than remarks show, so that they know of more


@dataclass(frozen=True)
class NumberSummary:
    """Numbers."""

    rows: int  # number of rows, including those without a number
    # The finite numbers
    values: DistinctValues = field(default_factory=lambda: DistinctValues(np.empty(0), np.empty(0, np.int64)))
    sums: ExactSums = field(default_factory=ExactSums)  # their sums, clipped to `LARGEST`
    high: float = -np.inf  # the largest; −∞ without numbers

    @classmethod
    def of(cls, column: Column) -> NumberSummary:
        """Summarise a column of numbers."""
        return cls.of_ordered(column.ordered, len(column))

    @classmethod
    def of_numbers(cls, numbers: NDArray[np.float64]) -> NumberSummary:
        """Summarise numbers, shape (n,); NaN for missing ones."""
        ordered = np.sort(numbers)  # puts NaN last
        return cls.of_ordered(ordered[: np.searchsorted(ordered, np.nan)], len(numbers))

    @classmethod
    def of_ordered(cls, ordered: NDArray[np.float64], rows: int) -> NumberSummary:
        """Summarise the finite numbers among so many rows, in increasing order."""
        if not len(ordered):
            return cls(rows)
        return cls(rows, DistinctValues.of(ordered), ExactSums.of(moderate(ordered)), float(ordered[-1]) + 0.0)

    def merge(self, other: NumberSummary) -> NumberSummary:
        """Return the summary of the rows of both."""
        values, sums = self.values.merge(other.values), self.sums.merge(other.sums)
        return NumberSummary(self.rows + other.rows, values, sums, max(self.high, other.high))

    def shifted(self, by: int) -> NumberSummary:
        """Return the summary of the numbers plus a whole number each."""
        return NumberSummary(self.rows, self.values.shifted(by), self.sums.shifted(by), self.high + by)

    @property
    def count(self) -> int:
        """Number of rows with a number."""
        return self.sums.count

    @property
    def low(self) -> float:
        """The smallest number; ∞ without numbers."""
        return float(self.values.values[0]) if self.count else np.inf

    @property
    def spread(self) -> DistinctValues:
        """The numbers for quantiles: clipped to `LARGEST`, with both ends exact."""
        values = self.values
        if not values.exact:
            ends = values.values.copy()
            ends[-1] = self.high
            values = DistinctValues(ends, values.counts, values.level)
        return values.clipped(LARGEST)


@dataclass(frozen=True)
class BooleanSummary:
    """Yes and no; other values count as missing."""

    # `rows`, `yes`, `no`: numbers of all rows, and of those with yes and no
    rows: int
    yes: int
    no: int

    @classmethod
    def of(cls, column: Column) -> BooleanSummary:
        """Summarise a column of yes and no, or of 1 and 0."""
        truths = column.truths
        return cls(len(column), int((truths == 1).sum()), int((truths == 0).sum()))

    def merge(self, other: BooleanSummary) -> BooleanSummary:
        """Return the summary of the rows of both."""
        return BooleanSummary(self.rows + other.rows, self.yes + other.yes, self.no + other.no)


@dataclass(frozen=True)
class WordSummary:
    """Words."""

    # `rows`, `present`: number of rows, and of those with a word
    rows: int
    present: int
    # Number of rows with each word, sorted by word; None if there are more than `MOST_WORDS`, or than
    # `MOST_CHARACTERS` in them
    counts: Mapping[str, int] | None

    @property
    def missing(self) -> float:
        """Fraction of the rows without a word."""
        return (self.rows - self.present) / self.rows

    @classmethod
    def of(cls, column: Column) -> WordSummary:
        """Summarise the words of a column."""
        return cls(len(column), int(column.present.sum()), column.word_counts(MOST_WORDS, MOST_CHARACTERS))

    def merge(self, other: WordSummary) -> WordSummary:
        """Return the summary of the rows of both."""
        rows, present = self.rows + other.rows, self.present + other.present
        if self.counts is None or other.counts is None:
            return WordSummary(rows, present, None)
        more, fewer = self.counts, other.counts
        if len(more) < len(fewer):
            more, fewer = fewer, more
        new = [word for word in fewer if word not in more]
        counts = dict(more)
        for word, count in fewer.items():
            counts[word] = counts.get(word, 0) + count
        return WordSummary(rows, present, _limited(dict(sorted(counts.items())) if new else counts))


@dataclass(frozen=True)
class DateSummary:
    """Dates, as quantities that are numbers."""

    rows: int  # number of rows, including those without a date
    parts: Mapping[str, NumberSummary]  # each quantity in the rows with a date; days are since 1970-01-01

    @classmethod
    def of(cls, column: Column) -> DateSummary:
        """Summarise a column of dates."""
        moments = column.moments
        quantities = quantities_of(moments[~np.isnat(moments)])
        return cls(len(moments), {name: NumberSummary.of_numbers(values) for name, values in quantities.items()})

    def merge(self, other: DateSummary) -> DateSummary:
        """Return the summary of the rows of both."""
        parts = {name: one.merge(other.parts[name]) for name, one in self.parts.items()}
        return DateSummary(self.rows + other.rows, parts)

    @property
    def count(self) -> int:
        """Number of rows with a date."""
        return self.parts["days"].count

    @property
    def first(self) -> np.datetime64:
        """The day of the earliest date; there must be one."""
        return np.datetime64(int(self.parts["days"].low), "D")

    @property
    def last(self) -> np.datetime64:
        """The day of the latest date; there must be one."""
        return np.datetime64(int(self.parts["days"].high), "D")


ColumnSummary = NumberSummary | BooleanSummary | WordSummary | DateSummary

SUMMARIES: dict[str, type[NumberSummary | BooleanSummary | WordSummary | DateSummary]] = {
    "number": NumberSummary,
    "boolean": BooleanSummary,
    "text": WordSummary,
    "date": DateSummary,
}
"""Kind of a column, as `Column.kind` -> the class of its summary; each has `of` and `merge`."""


@dataclass(frozen=True)
class OddValues:
    """Values that do not fit the kind of their column and count as missing."""

    # `count`, `infinite`: number of words or other values, and of infinite numbers
    count: int = 0
    infinite: int = 0
    examples: tuple[str, ...] = ()  # the first of the different values in sorted order, at most `SHOWN`

    @classmethod
    def of(cls, values: Iterable[str], infinite: int = 0) -> OddValues:
        """Count the odd values of a column."""
        words = list(values)
        return cls(len(words), infinite, tuple(sorted({*words})[:SHOWN]))

    def merge(self, other: OddValues) -> OddValues:
        """Return the odd values of both parts."""
        examples = tuple(sorted({*self.examples, *other.examples})[:SHOWN])
        return OddValues(self.count + other.count, self.infinite + other.infinite, examples)


def quantities_of(moments: Moments) -> dict[str, NDArray[np.float64]]:
    """Return the quantities of dates, each of shape (n,); NaN where a date is missing.

    They are ``days`` since 1970-01-01, ``year``, ``month`` from 1, ``weekday`` from Monday, 0, and ``hour``, a
    fraction.
    """
    days, months, years = (moments.astype(f"M8[{unit}]") for unit in "DMY")
    since_epoch = days.astype(np.int64)
    quantities = {
        "days": since_epoch,
        "year": years.astype(np.int64) + 1970,
        "month": (months - years.astype("M8[M]")).astype(np.int64) + 1,
        "weekday": (since_epoch + 3) % 7,  # day 0 is a Thursday
        "hour": (moments - days).astype("m8[us]").astype(np.int64) / 3.6e9,
    }
    absent = np.isnat(moments)
    return {name: np.where(absent, np.nan, values) for name, values in quantities.items()}


def _limited(counts: dict[str, int]) -> dict[str, int] | None:
    few = len(counts) <= MOST_WORDS and sum(map(len, counts)) <= MOST_CHARACTERS
    return counts if few else None


@dataclass(frozen=True)
class TargetSummary:
    """A target column; what cannot be of use for its kind is None."""

    odd: OddValues  # values of a column of numbers that are none
    numbers: NumberSummary | None = None  # of a column of numbers
    words: WordSummary | None = None  # of the names of classes, unless they are numbers
    truths: BooleanSummary | None = None  # of labels

    @classmethod
    def of(cls, column: Column, *, several: bool = False, named: bool = False) -> TargetSummary:
        """Summarise a target column: one of `several`, or of numbers that are probably names, such as 2D."""
        numbers = NumberSummary.of(column) if column.kind == "number" else None
        return cls(
            OddValues.of(column.non_numeric.to_list(), column.infinite) if numbers else OddValues(),
            numbers,
            WordSummary.of(column) if named or numbers is None else None,
            BooleanSummary.of(column) if several else None,
        )

    def merge(self, other: TargetSummary) -> TargetSummary:
        """Return the summary of the rows of both."""
        return TargetSummary(
            self.odd.merge(other.odd),
            None if self.numbers is None or other.numbers is None else self.numbers.merge(other.numbers),
            None if self.words is None or other.words is None else self.words.merge(other.words),
            None if self.truths is None or other.truths is None else self.truths.merge(other.truths),
        )
