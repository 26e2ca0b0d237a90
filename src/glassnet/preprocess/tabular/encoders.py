"""Encodings of table columns as network inputs: numbers, booleans, words. `dates` has that of dates.

Each encoding is learned from a training table, applied to any other table, and stored as plain data. See
`docs/design/tables.md` for the reasons.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...data.tables.missing_markers import sentinels_beyond
from ...data.validation import is_sign
from ...errors import with_code
from ...messages.formats import number_text, share_text
from ...messages.message import Listing, Message
from ..exact_sums import LARGEST as LARGEST
from ..exact_sums import moderate as moderate
from .imputation import learn_fill
from .number_block import CLIP as CLIP
from .number_block import Encoded as Encoded
from .number_block import NumberBlock, bent, clipped
from .summaries.columns import BooleanSummary, NumberSummary, OddValues, WordSummary
from .summaries.distinct import DistinctValues
from .target_statistics import StatisticsOf, TargetStatistics

if TYPE_CHECKING:
    from ...data.tables.table import Column

OTHER, MISSING, MEAN = "other", "missing", "mean of"
"""Names of the inputs for rare words, for missing values, and for an output's mean of a rare word."""
LIMIT = 255
"""Largest number of words per column with their own input."""
MANY_WORDS, ROWS_PER_WORD, ROWS_OF_OWN = 100, 20, 10
"""Number of words from which, with fewer rows each on average, a column has many; and with how many rows words of such
a column have their own input."""
MOST_BINS, MOST_BIN_INPUTS, ROWS_PER_BIN = 16, 512, 20
"""Limits of the intervals of a column of numbers: intervals per column, inputs of all columns, rows per interval."""
FLAG_SHARE, FLAG_ROWS = 0.05, 20
"""Smallest fraction and number of rows without a value for an input that flags them."""
_WITHIN, _LONGEST = 1 - 1e-6, 700.0  # an encoded value of exactly 3 would decode to infinity; larger exponents overflow
_ROUNDING = 2.0**-22  # relative error of float32 inputs, with a margin
_CLIPPED = 0.2  # standard deviation, as a fraction of `LARGEST`, if more than some 4% of the values are beyond it
_CHOICES = 33  # values of a number that `choices` returns
_UNLIKELY = 1e-3
"""Probability of values of a column below which they are remarked on."""


@dataclass(frozen=True)
class NumberColumn:
    """Numbers: standardised and smoothly clipped, and their place in each of several intervals.

    The first input is ``z = (v − centre) / scale`` as ``z / √(1 + (z/3)²)``, which is within ±3 for any value (smooth
    clipping: Holzmüller, Grinsztajn and Steinwart 2024, section 3). Then one input per interval between two `edges`
    rises from −0.5 below the interval to 0.5 above it (piecewise linear encoding: Gorishniy, Rubachev and Babenko 2022,
    section 3.2), so that one layer can follow any curve with bends at the edges.

    Parameters
    ----------
    name : str
        The column.
    fill : float
        Replacement of missing values; see `imputation`.
    centre, scale : float
        Mean and standard deviation of the training values.
    bend : float
        0. Files of earlier versions may have the scale of a logarithm, for which `v` is ``log(1 + value / bend)``, and
        in these, centre and scale are from the quartiles.
    flag : bool
        Whether a last input flags missing values, which are common enough.
    missing : float
        Fraction of the training rows without a value.
    low, high : float
        Smallest and largest training value.
    unit : str
        The unit or sign written next to the numbers, as in 12 kg or 5%; empty if there is none.
    edges : tuple of float
        Edges of the intervals, ascending; none or at least two.
    """

    name: str
    fill: float
    centre: float
    scale: float
    bend: float = field(metadata={"key": "unit"})
    flag: bool
    missing: float
    low: float
    high: float
    unit: str = field(default="", metadata={"key": "beside"})
    edges: tuple[float, ...] = ()
    is_continuous: ClassVar[bool] = True

    @classmethod
    def learn(cls, column: Column, bins: int = 0) -> NumberColumn:
        """Learn from a column with at least one number, with up to `bins` intervals."""
        return cls.from_summary(column.name, NumberSummary.of(column), bins, column.unit)

    @classmethod
    def from_summary(cls, name: str, summary: NumberSummary, bins: int = 0, unit: str = "") -> NumberColumn:
        """Learn from what is counted of a column with at least one number."""
        rows, spread, sums = summary.rows, summary.spread, summary.sums
        return cls(
            name=name,
            fill=learn_fill(spread),
            centre=sums.mean,
            scale=sums.deviation or 1.0,
            bend=0.0,
            flag=lacks_many(rows - summary.count, rows),
            missing=1 - summary.count / rows,
            low=summary.low,
            high=summary.high,
            unit=unit,
            edges=interval_edges(spread, bins),
        )

    @property
    def clipped_remark(self) -> Message | None:
        """A remark if more values than outliers are clipped to `LARGEST`, which makes them equal."""
        if self.scale < _CLIPPED * LARGEST and abs(self.centre) < LARGEST / 2:
            return None
        return Message(
            "column {name!r}: numbers beyond {largest:g} count as that. Divide the column by a constant",
            name=self.name,
            largest=LARGEST,
        )

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the inputs."""
        intervals = (f"{self.name} {low:.12g} to {high:.12g}" for low, high in pairwise(self.edges))
        return (self.name, *intervals, *([f"{self.name} {MISSING}"] if self.flag else []))

    @property
    def whole(self) -> bool:
        """Whether the numbers seem whole: the ends, and half of the edges between, as quantiles may be fractions."""
        between = [edge.is_integer() for edge in self.edges[1:-1]]
        return self.low.is_integer() and self.high.is_integer() and 2 * sum(between) >= len(between)

    @property
    def of_truths(self) -> bool:
        """Whether the training numbers seem to be 0 and 1 only."""
        return self.low == 0 and self.high == 1 and self.fill in (0, 0.5, 1) and self.whole

    @property
    def has_thousands(self) -> bool:
        """Whether the training numbers seem whole, and some have four digits; quantiles may be fractions."""
        return self.high >= 1000 and all(one.is_integer() for one in (self.low, self.high, 2 * self.fill))

    def deviations(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return the distance of each value from the centre, in standard deviations, before clipping."""
        with np.errstate(over="ignore"):
            return moderate((bent(moderate(np.asarray(values, float)), self.bend) - self.centre) / self.scale)

    def inputs_of(self, numbers: NDArray[np.float64]) -> Encoded:
        """Return the inputs of numbers of shape (n,), NaN for missing ones, shape (n, features)."""
        encoded = np.zeros((len(numbers), len(self.features)), np.float32)
        NumberBlock([(self, 0)]).encode(np.asarray(numbers, np.float64)[np.newaxis], encoded)
        return encoded

    def numbers_at(self, deviations: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return the numbers at distances from the centre in standard deviations; undoes `deviations`."""
        bent: NDArray[np.float64] = np.asarray(deviations, np.float64) * self.scale + self.centre
        if self.bend:
            bent = np.sign(bent) * np.expm1(np.minimum(np.abs(bent), _LONGEST)) * self.bend
        return bent

    def slopes(self, deviations: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return the derivatives of the inputs by the deviation, for deviations of shape (n,), shape (n, features)."""
        slopes = np.zeros((len(deviations), len(self.features)))
        slopes[:, 0] = 1 / np.hypot(1, deviations / CLIP) ** 3
        numbers = self.numbers_at(deviations)
        per_deviation = self.scale * (self.bend + np.abs(numbers) if self.bend else 1.0)
        for place, (low, high) in enumerate(pairwise(self.edges), start=1):
            slopes[:, place] = ((numbers >= low) & (numbers < high)) * per_deviation / (high - low)
        return slopes

    def choices(self) -> Encoded:
        """Return the inputs of values over the training range, shape (choices, features); none is missing."""
        low, high = clipped(self.deviations([self.low, self.high])).tolist()
        inputs = np.linspace(low, high, _CHOICES)
        return self.inputs_of(np.clip(self.numbers_at(straightened(inputs)), self.low, self.high))

    def middle(self) -> Encoded:
        """Return the inputs of the median, shape (features,)."""
        [inputs] = self.inputs_of(np.array([self.fill]))
        return np.asarray(inputs, np.float32)

    def decode(self, inputs: ArrayLike) -> float:
        """Return the value that these inputs, shape (features,), encode: NaN if flagged as missing.

        Rounded to the digits that float32 inputs have, so that 0 remains 0.
        """
        z, *others = np.asarray(inputs, float).tolist()
        if self.flag and others[-1] > 0.5:
            return float("nan")
        number = float(self.numbers_at(straightened(z)))
        error = _ROUNDING * (abs(self.centre) + self.scale)
        if self.bend:
            error *= abs(number) + self.bend
        return round(number, -math.ceil(math.log10(error))) + 0.0 if 0 < error < LARGEST else number

    def surprises(self, column: Column) -> list[Message]:
        """Return remarks on values that are not numbers or may mean missing, and on units that differ from training."""
        remarks = non_numeric_remarks(self.name, odd_numbers(column), self.unit)
        isolated = sentinels_beyond(column.numbers, self.low, self.high)
        remarks += [
            Message(
                "column {name!r}: {value:g} in {count:,} rows is far outside the training range {low:g} to "
                "{high:g} and is used as a number; if it means missing, empty these fields",
                name=self.name,
                value=value,
                count=count,
                low=self.low,
                high=self.high,
            )
            for value, count in isolated.items()
        ]
        if not self.of_truths:
            remarks += truth_remarks(column)
        return remarks + self.about_thousands(column) + unit_remarks(column, self.unit)

    def about_thousands(self, column: Column) -> list[Message]:
        """Return a remark on whole numbers that seem to have become fractions, such as 12.345 for 12345."""
        if not self.has_thousands:
            return []
        lost = column.numbers[has_lost_thousands(column.numbers, self.low, self.high)]
        template = (
            "column {name!r}: {value:.15g} is a fraction, but the training data had whole numbers up to "
            "{high:.15g}; if the point is between thousands, write {whole:.0f}"
        )
        facts = {"name": self.name, "high": self.high}
        return [with_code(Message(template, value=value, whole=1000 * value, **facts)) for value in lost[:1]]

    def far_number(self, column: Column) -> float | None:
        """Return a number outside the training range by more than its width, if most of a column's numbers are.

        Also one that is off by about a thousand times, unless `about_thousands` has a remark.
        """
        values = column.numbers
        isolated = list(sentinels_beyond(values, self.low, self.high))
        values = values[~np.isnan(values) & ~np.isin(values, isolated)]
        apart = values[are_thousandfold(values, self.low, self.high)]
        if len(apart):
            return None if self.about_thousands(column) else float(apart[0])
        z, (low, high) = self.deviations(values), self.deviations([self.low, self.high])
        far = values[(z > 2 * high - low) | (z < 2 * low - high)]
        return float(far[0]) if low < high and 2 * len(far) > len(values) else None

    @property
    def message(self) -> Message:
        """A line about the column."""
        low, high, median = map(number_text, (self.low, self.high, self.fill))
        missing: Message | str = ""
        if self.missing:
            facts = {"share": share_text(self.missing), "fill": median}
            missing = (
                Message(", {share} missing, filled with {fill} and flagged", **facts)
                if self.flag
                else Message(", {share} missing, filled with {fill}", **facts)
            )
        return Message(
            "number, {low} to {high}, median {median}{unit}{bent}{missing}",
            low=low,
            high=high,
            median=median,
            unit=f" {self.unit}" if self.unit else "",
            bent=Message(", logarithm") if self.bend else "",
            missing=missing,
        )

    def __str__(self) -> str:
        return str(self.message)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a file, where some keys are older names."""
        described = {"kind": "number", **{key: getattr(self, name) for name, key in keys_of(NumberColumn).items()}}
        described["edges"] = list(self.edges)
        for name in ("beside", "edges"):
            if not described[name]:
                del described[name]  # older files lack them
        return described


def far_limits(one: NumberColumn) -> tuple[float, float]:
    """Return limits within which no number is far off for `NumberColumn.far_number`; without a logarithm."""
    width = one.high - one.low
    margin = width * (1 - 1e-6)  # the deviations that are compared are rounded
    return (one.low - margin, one.high + margin) if 0 < width < np.inf else (-np.inf, np.inf)


def has_lost_thousands(
    numbers: NDArray[np.float64], low: float | NDArray[np.float64], high: float | NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which numbers are fractions that a thousand times are whole, and within a range of whole numbers.

    They must have three decimals, or be outside of the range.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        thousands = 1000 * numbers
        whole = np.round(thousands)
        fractions = (numbers != np.floor(numbers)) & (np.abs(thousands - whole) <= 1e-9 * np.abs(whole))
        certain = (whole % 10 != 0) | (numbers < low) | (numbers > high)
    lost: NDArray[np.bool_] = fractions & certain & (whole >= low) & (whole <= high)
    return lost


def are_thousandfold(
    numbers: NDArray[np.float64], low: float | NDArray[np.float64], high: float | NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which numbers are about a thousand times smaller or larger than all of a range.

    They are more than ten times off its end, and a thousand times off the other end, or within them.
    """
    size, most = np.abs(numbers), np.maximum(np.abs(low), np.abs(high))
    least = np.maximum(np.maximum(low, -np.asarray(high)), 0.0)  # 0 of a range with 0
    with np.errstate(invalid="ignore", over="ignore"):
        below = (size > 0) & (10 * size < least) & (1000 * size <= most)
        above = (size > 10 * most) & (size >= 1000 * np.where(least > 0, least, most))
    apart: NDArray[np.bool_] = (below | above) & (most > 0)
    return apart


def straightened(inputs: ArrayLike) -> NDArray[np.float64]:
    """Undo the smooth clipping to `CLIP` standard deviations, for inputs of any shape.

    Outliers become distinguishable again. The zeros of words do not change, their ones hardly.
    """
    part = np.clip(np.asarray(inputs, float) / CLIP, -_WITHIN, _WITHIN)
    straight: NDArray[np.float64] = CLIP * part / np.sqrt(1 - part**2)
    return straight


def lacks_many(absent: int, rows: int) -> bool:
    """Return whether so many of the rows lack a value that an input flags them."""
    return absent >= max(FLAG_ROWS, FLAG_SHARE * rows)


def odd_numbers(column: Column) -> OddValues:
    """Return the words and infinite values in a column of numbers."""
    return OddValues.of(column.non_numeric.to_list(), column.infinite)


def non_numeric_remarks(name: str, odd: OddValues, unit: str) -> list[Message]:
    """Return remarks on the words and infinite values in a column of numbers."""
    remarks = []
    if count := odd.count:
        of = Message(" in {unit}", unit=unit) if unit else ""
        remarks.append(
            Message(
                "column {name!r}: {count:,} values treated as missing, expected numbers{unit} ({shown})",
                name=name,
                count=count,
                unit=of,
                shown=shown_examples(odd.examples),
            )
        )
    if count := odd.infinite:
        remarks.append(Message("column {name!r}: {count:,} infinite values treated as missing", name=name, count=count))
    return remarks


def truth_remarks(column: Column) -> list[Message]:
    """Return a remark on true and false in a column of numbers."""
    if not (count := column.truths_among_numbers):
        return []
    return [
        Message(
            "column {name!r}: {count:,} values true or false, used as 1 or 0, expected numbers",
            name=column.name,
            count=count,
        )
    ]


def needs_unit(unit: str) -> bool:
    """Return whether numbers without this unit of the training data may mean something else.

    An amount of money is the same with or without its sign; 0.5 and 50 % are not, nor may 12000 and 12 k be.
    """
    return bool(unit) and unicodedata.category(unit[-1]) != "Sc"


def unit_remarks(column: Column, unit: str) -> list[Message]:
    """Return remarks on units and signs that training did not have, or on the missing unit of training."""
    if not unit:
        return [
            Message(
                "column {name!r}: {sign!r}, which the training data did not have, is ignored",
                name=column.name,
                sign=sign,
            )
            for sign in column.units
            if is_sign(sign)
        ]
    if needs_unit(unit) and not column.units and column.present.any():
        return [
            Message(
                "column {name!r}: its numbers lack the {unit!r} of the training data, which is assumed",
                name=column.name,
                unit=unit,
            )
        ]
    return []


def shown_examples(words: Sequence[str]) -> Listing:
    """Return a list of the first words, for remarks."""
    return Listing([word[:40] for word in words], 3, quoted=True)


def quantiles(values: DistinctValues, at: Sequence[float]) -> list[float]:
    """Return quantiles of numbers: bit for bit those of `numpy.quantile`, if the distinct values are exact.

    Hyndman and Fan 1996, definition 7.
    """
    found, last = [], len(values) - 1
    places = [last * fraction for fraction in at]
    before = [int(place) for place in places]
    ends = zip(values.at(before), values.at([min(one + 1, last) for one in before]), strict=True)
    for place, start, (low, high) in zip(places, before, ends, strict=True):
        weight = place - start
        found.append(high - (high - low) * (1 - weight) if weight >= 0.5 else low + (high - low) * weight)
    return found


def bins_for(rows: int, columns: int) -> int:
    """Return how many intervals a column of numbers gets in a table with these numbers of training rows and columns."""
    return min(MOST_BINS, rows // ROWS_PER_BIN, MOST_BIN_INPUTS // max(1, columns))


def interval_edges(values: DistinctValues, bins: int) -> tuple[float, ...]:
    """Return edges of up to `bins` intervals for numbers; none for fewer than two intervals.

    Values that many rows share, such as 0, are edges themselves, and the other edges are quantiles of the rest: edges
    at quantiles of all numbers would leave the rest of a column that is mostly 0 in a single interval.
    """
    if bins < 2:
        return ()
    edges = values.values
    if len(edges) > bins:
        often = values.counts * bins >= len(values)
        rest = values.chosen(~often)
        between = max(1, bins - int(often.sum()))
        at = np.linspace(0, 1, between + 1).tolist()
        edges = np.unique([*edges[often], *(quantiles(rest, at) if len(rest) else [])])
    return tuple(edges.tolist()) if len(edges) > 2 else ()


@dataclass(frozen=True)
class BooleanColumn:
    """Booleans: yes is 1, no is −1, missing is 0.

    Parameters
    ----------
    name : str
        The column.
    share : float
        Fraction of yes among the training rows with a value.
    missing : float
        Fraction of the training rows without a value.
    """

    name: str
    share: float
    missing: float
    is_continuous: ClassVar[bool] = False

    @classmethod
    def from_summary(cls, name: str, summary: BooleanSummary) -> BooleanColumn:
        """Learn from what is counted of a column with at least one yes or no."""
        present = summary.yes + summary.no
        return cls(name, summary.yes / present, (summary.rows - present) / summary.rows)

    @property
    def features(self) -> tuple[str, ...]:
        """Name of the input."""
        return (self.name,)

    def choices(self) -> Encoded:
        """Return the inputs of yes and no, shape (2, 1)."""
        return np.array([[1], [-1]], np.float32)

    def middle(self) -> Encoded:
        """Return the mean input of the training rows with a value, shape (1,)."""
        return np.array([2 * self.share - 1], np.float32)

    def decode(self, inputs: ArrayLike) -> dict[str, float]:
        """Return the shares of yes and no in this input, shape (1,): one half each if it is missing."""
        [value] = np.clip(np.asarray(inputs, float), -1, 1).tolist()
        return {"yes": (1 + value) / 2, "no": (1 - value) / 2}

    def surprises(self, column: Column) -> list[Message]:
        """Return a remark on values that are neither yes nor no."""
        return non_boolean_remarks(self.name, odd_booleans(column))

    @property
    def message(self) -> Message:
        """A line about the column."""
        missing = Message(", {share} missing", share=share_text(self.missing)) if self.missing else ""
        return Message("yes or no, {share:.1%} yes{missing}", share=self.share, missing=missing)

    def __str__(self) -> str:
        return str(self.message)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a file."""
        return {"kind": "boolean", **asdict(self)}


@dataclass(frozen=True)
class WordColumn:
    """Words: one input per frequent word, one for all other words, one for missing values.

    A word that the training data did not have counts as one of the other words if there are any, and otherwise sets no
    input. With many other words, their target in the training rows is a further input of each output: see
    `target_statistics`.

    Parameters
    ----------
    name : str
        The column.
    words : tuple of str
        The words with their own input, sorted.
    rare : int
        Number of different words that share the input for other words; without any there is no such input.
    missing : float
        Fraction of the training rows without a value; if it is 0 there is no input for missing values.
    statistics : TargetStatistics or None
        What the other words say about the target.
    word_counts : tuple of int
        With statistics, the number of training rows of each of `words`; none in files of earlier versions.
    """

    name: str
    words: tuple[str, ...]
    rare: int
    missing: float
    statistics: TargetStatistics | None = None
    word_counts: tuple[int, ...] = ()
    is_continuous: ClassVar[bool] = False

    @classmethod
    def from_summary(cls, name: str, summary: WordSummary) -> WordColumn:
        """Learn from what is counted of a column with at least one word in `enough` rows, and not too many words."""
        frequent, others = _frequent(summary, enough(summary.rows))
        return cls(name, frequent, len(others), summary.missing)

    @classmethod
    def of_many(
        cls, name: str, summary: WordSummary, statistics_of: StatisticsOf, *, keep: bool = False
    ) -> WordColumn | None:
        """Learn from what is counted of a column of many words, and of their targets.

        None if the words tell no more about the target than chance; with `keep`, those of enough rows are inputs even
        so.
        """
        frequent, others = _frequent(summary, ROWS_OF_OWN)
        statistics = statistics_of(others)
        if statistics is None and not (keep and frequent):
            return None
        if statistics is None or not others:
            return cls(name, frequent, len(others), summary.missing)
        word_counts = tuple(summary.counts[word] for word in frequent) if summary.counts else ()
        return cls(name, frequent, len(others), summary.missing, statistics, word_counts)

    @property
    def categories(self) -> tuple[str, ...]:
        """The stored words: those with their own input, and those of the statistics."""
        return self.words if self.statistics is None else (*self.words, *self.statistics.words)

    @property
    def unlikely_without(self) -> float:
        """Number of values in a row without a word of its own input that is unlikely; infinite without rare words.

        In training, more rows had each word with an input than any rare one, so the share of rows with rare words was
        below that of rare words among all words.
        """
        if not self.rare or self.statistics is not None:
            return math.inf
        return math.ceil(math.log(_UNLIKELY) / math.log(self.rare / (self.rare + len(self.words))))

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the inputs."""
        others = [f"{self.name} {OTHER}"] * (self.rare > 0) + [f"{self.name} {MISSING}"] * (self.missing > 0)
        if self.statistics:
            others += [f"{self.name} {MEAN} {output}" for output in self.statistics.outputs]
        return (*(f"{self.name}={word}" for word in self.words), *others)

    @property
    def marks(self) -> int:
        """Number of inputs that are 0 or 1; those learned from the target come after them."""
        return len(self.words) + (self.rare > 0) + (self.missing > 0)

    def places(self, column: Column, start: int) -> NDArray[np.int32]:
        """Return which input of each row is 1, shape (n,), if the column's inputs begin at `start`; -1 for none."""
        codes, words = column.words()
        place = self.place_of_words(start)
        other, missing = self.other_places(start)
        return np.array([*(place.get(word, other) for word in words), missing], np.int32)[codes]

    def place_of_words(self, start: int) -> dict[str, int]:
        """Return the place of the input of each word that has its own, if the column's inputs begin at `start`."""
        return {word: start + k for k, word in enumerate(self.words)}

    def other_places(self, start: int) -> tuple[int, int]:
        """Return the places of the inputs of rare words and of missing values; -1 if there is none."""
        rare = start + len(self.words) if self.rare else -1
        return rare, start + self.marks - 1 if self.missing else -1

    def choices(self) -> Encoded:
        """Return the inputs of each word that has its own, shape (words, features); without any, of the other words."""
        return np.eye(len(self.words) or 1, len(self.features), dtype=np.float32)

    def middle(self) -> Encoded:
        """Return the same share of each word and of the rare ones together, shape (features,).

        With statistics, which have the rows of the rare words, it is the mean of the training rows that have a word. In
        files without the rows of the other words, these count as having the fewest that they can have.
        """
        if self.statistics is None:
            count = len(self.words) + (self.rare > 0)
            return np.pad(np.full(count, 1 / count, np.float32), (0, len(self.features) - count))
        rows = np.array(self.statistics.rows, np.float64)
        of_words = np.array(self.word_counts or (ROWS_OF_OWN,) * len(self.words), np.float64)
        means = rows @ self.statistics.inputs[:-1]
        sums = [*of_words, rows.sum(), *[0.0] * (self.missing > 0), *means]
        return np.array(sums / (rows.sum() + of_words.sum()), np.float32)

    def decode(self, inputs: ArrayLike) -> dict[str, float]:
        """Return the shares of each word, of ``(other)`` and of ``(missing)`` in these inputs, shape (features,)."""
        # Parentheses, because "other" may be a word of the column.
        names = [*self.words, *[f"({OTHER})"] * (self.rare > 0), *[f"({MISSING})"] * (self.missing > 0)]
        return dict(zip(names, np.asarray(inputs, float)[: self.marks].tolist(), strict=True))

    def surprises(self, column: Column) -> list[Message]:
        """Return a remark on words not in the training data.

        If that had rare words that are not stored, it is on a column without any frequent word, if this is unlikely.
        """
        codes, words = column.words()
        trained = {*self.categories}
        new = [k for k, word in enumerate(words) if word not in trained]
        if not new:
            return []
        count = int(np.isin(codes, new).sum())
        shown = shown_examples([words[k] for k in new])
        if self.statistics is not None:
            return [
                Message(
                    "column {name!r}: {count:,} values not in the training data, treated as an average rare word "
                    "({shown})",
                    name=self.name,
                    count=count,
                    shown=shown,
                )
            ]
        if self.rare and (count < self.unlikely_without or count < np.count_nonzero(codes >= 0)):
            return []
        return [
            Message(
                "column {name!r}: all {count:,} values count as rare words, since none is a frequent word of "
                "the training data ({shown})"
                if self.rare
                else "column {name!r}: {count:,} values not in the training data, treated as none of its words "
                "({shown})",
                name=self.name,
                count=count,
                shown=shown,
            )
        ]

    @property
    def message(self) -> Message:
        """A line about the column."""
        missing = Message(", {share} missing, flagged", share=share_text(self.missing)) if self.missing else ""
        rare: Message | str = Message(", {count} rare words combined", count=self.rare) if self.rare else ""
        if self.statistics is not None:
            rare = Message(", {count} rare words by their target in training", count=self.rare)
        return Message(
            "{count} words ({words}){rare}{missing}" if self.words else "words{rare}{missing}",
            count=len(self.words),
            words=Listing(self.words, 4),
            rare=rare,
            missing=missing,
        )

    def __str__(self) -> str:
        return str(self.message)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a file."""
        described = {"kind": "words", "name": self.name, "words": list(self.words), "rare": self.rare}
        described["missing"] = self.missing
        if self.statistics is None:
            return described
        word_counts = {"word_counts": list(self.word_counts)} if self.word_counts else {}
        return described | {"statistics": self.statistics.to_dict()} | word_counts


def _frequent(summary: WordSummary, fewest: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words with their own input, in at least so many rows, and the others; both sorted."""
    counts = summary.counts
    assert counts is not None
    frequent = [word for word, count in counts.items() if count >= fewest]
    if len(frequent) > LIMIT:
        frequent = sorted(sorted(frequent, key=lambda word: -counts[word])[:LIMIT])
    own = {*frequent}
    return tuple(frequent), tuple(word for word in counts if word not in own)


def has_many_words(summary: WordSummary) -> bool:
    """Return whether a column has so many words that most would have a single input, or inputs of few rows."""
    words = len(summary.counts or ())
    return words > LIMIT or (words > MANY_WORDS and summary.present < ROWS_PER_WORD * words)


def odd_booleans(column: Column) -> OddValues:
    """Return the values of a column that are neither yes nor no."""
    odd = np.flatnonzero(np.isnan(column.truths) & column.present)
    return OddValues.of(column.texts(odd)) if len(odd) else OddValues()


def non_boolean_remarks(name: str, odd: OddValues) -> list[Message]:
    """Return a remark on values that are neither yes nor no."""
    if not (count := odd.count):
        return []
    return [
        Message(
            "column {name!r}: {count:,} values treated as missing, expected yes or no ({shown})",
            name=name,
            count=count,
            shown=shown_examples(odd.examples),
        )
    ]


def enough(rows: int) -> int:
    """Return in how many rows a word must occur to have its own input: 1%, at least 2 and at most 4."""
    return min(4, max(2, rows // 100))


def keys_of(cls: type) -> dict[str, str]:
    """Return the init fields of a dataclass with their keys in files, some of which are older names."""
    return {one.name: one.metadata.get("key", one.name) for one in fields(cls) if one.init}
