"""Parse numbers as people write them: ``$1,200``, ``12 kg``, ``1'200``, ``1.234,5``.

One unit or sign before or after the numbers of a column is stripped. Nothing is converted: numbers with different units
are words. The decimal sign is a comma if a column has more numbers with a comma than with a point, or if it is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..validation import AUTO, OTHER, is_sign
from .missing_markers import AMONG_NUMBERS, MISSING

CODE = r"^0\d+$"
"""Digits with a leading zero, such as postal codes, which a number would lose."""

_MONEY = (
    r"\p{Sc}|(?:US|R|A|C|S|NT|HK|NZ)\$|(?i:USD|EUR|GBP|CHF|JPY|CNY|RMB|INR|SEK|NOK|DKK|PLN|CZK|BRL|CAD|AUD|kr|Rs|Fr)\b"
)
_DIGITS = r"[+-]?[.,]?\d[\d.,'’ \x{a0}\x{2009}\x{202f}]*(?:[eE][+-]?\d+)?"
_UNIT = r"[\p{L}°º′″][\p{L}\p{N}°²³/·*^.-]{0,15}(?: [\p{L}][\p{L}²³/]{0,11})?|[\p{Sc}%]"
_FORM = (
    rf"^(?P<minus>[+-]?)\s*(?:(?P<before>{_MONEY})\.?\s*(?P<amount>{_DIGITS})"
    rf"|(?P<digits>{_DIGITS})(?P<behind>{_UNIT}))$"
)
_EXPONENT = r"^[+-]?[\d.,]+[eE][+-]?\d+$"
_CASED = re.compile(r"[mtbMTB]|[mM](?:g|m|s|W|Wh|V|A|Pa|J|eV|N)|[MGT]b")
"""Units that depend on case: metres and millions, milliwatts and megawatts, megabits and megabytes."""
_BLANKS = r"^[+-]?[1-9]\d{0,2}([ '’\x{a0}\x{2009}\x{202f}]\d{3})+([.,]\d*)?$"
_BLANK = r"[ '’\x{a0}\x{2009}\x{202f}]"
_POINT = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"
_COMMA = r"^[+-]?(?:(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?$"
_GROUPED = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
_MILLIONS = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}$"
_DECIMALS = r"\.(?:\d{1,2}(?:\D|$)|\d{4})"
_UP_TO_999 = r"^[+-]?(?:0|[1-9]\d{0,2})$"
_NULL = pl.Series([None], dtype=pl.String)
_TRUTHS = {"true": 1.0, "false": 0.0}
_MANY = 50
"""With more different units than this, they are words."""
_OFTEN = 10
"""Least average number of values per unit in a column of several units."""
_SAMPLE = 1000
_FEW_KINDS = 3
_GRADES = 10
_ALMOST = 0.9
"""A column with at least this fraction of numbers consists of them."""


@dataclass(frozen=True)
class Numbers:
    """The numbers in a column of text."""

    values: pl.Series  # float64; null if a value is missing or not a number
    non_numeric: pl.Series  # the values that are not numbers
    unit: str = ""  # the unit or sign that is stripped; empty if there is none
    decimal: str = "."  # "." or ","; the decimal sign
    # Every unit or sign before or after numbers -> its count, the most frequent first
    units: dict[str, int] = field(default_factory=dict)
    truths: int = 0  # number of values that are true or false, read as 1 or 0, as in a typed column

    @property
    def count(self) -> int:
        """Number of values that are not missing."""
        return len(self.values) - self.values.null_count() + len(self.non_numeric)

    @property
    def nearly_all(self) -> bool:
        """Whether nearly all values are numbers."""
        return len(self.non_numeric) <= (1 - _ALMOST) * self.count

    @property
    def few_non_numeric(self) -> bool:
        """Whether only few values are not numbers, so that the column counts as numbers.

        They must be of few kinds; those of `AMONG_NUMBERS` do not count.
        """
        if not self.nearly_all:
            return False
        kinds = self.non_numeric.unique()
        return len(kinds) <= _FEW_KINDS or sum(kind.lower() not in AMONG_NUMBERS for kind in kinds) <= _FEW_KINDS

    @property
    def graded(self) -> bool:
        """Whether there are only few different numbers, as in a column of grades or codes."""
        return self.values.drop_nulls().n_unique() <= _GRADES

    @property
    def mixed(self) -> bool:
        """Whether nearly all values are numbers with one of few units; single letters, as in 12B, do not count."""
        letters = all(len(unit) == 1 and unit.isascii() and unit.isalpha() for unit in self.units)
        few = 1 < len(self.units) <= self.count / _OFTEN
        return few and not letters and sum(self.units.values()) >= _ALMOST * self.count


def find_numbers(column: pl.Series, decimal: str = AUTO) -> Numbers:
    """Parse the numbers of a column, with the most frequent unit or without a unit.

    Missing values of the column, which is text, are null. If the decimal sign is to be detected, and a column such as
    ``45,000`` has numbers both ways, it is a point.
    """
    parts = _split(column)
    found: list[Numbers] = []
    for unit in dict.fromkeys((next(iter(parts.counts), ""), "")):
        found += _read(parts, unit, [unit, ""] if is_sign(unit) else [unit], decimal)
    best = min(found, key=lambda one: (not one.few_non_numeric, len(one.non_numeric)))
    return _with_truths(best, column) if best.few_non_numeric else best


def read_numbers(column: pl.Series, unit: str, learnt: str, decimal: str = AUTO) -> Numbers:
    """Parse a column as in training.

    Missing values of the column, which is text, are null. A value with another unit than in training is not a number;
    nor is a value without a unit if other values have it, unless it is a sign. If there was no unit in training, signs
    are stripped. `learnt` is the decimal sign in training; the other one is used if only that makes the column numbers,
    unless the sign of this column is given by `decimal`.
    """
    parts = _split(column)
    if not unit:
        accepted = ["", *filter(is_sign, parts.counts)]
    else:
        accepted = [one for one in parts.counts if _spelling(one) == _spelling(unit)]
        accepted += [""] * (is_sign(unit) or all(map(is_sign, parts.counts)))
    [usual] = _read(parts, unit, accepted, learnt if decimal == AUTO else decimal)
    if decimal == AUTO and not usual.few_non_numeric:
        [other] = _read(parts, unit, accepted, OTHER[learnt])
        usual = other if other.few_non_numeric else usual
    return _with_truths(usual, column)


def _with_truths(found: Numbers, column: pl.Series) -> Numbers:
    """Read true and false among numbers as 1 and 0."""
    are_truths = found.non_numeric.str.to_lowercase().is_in([*_TRUTHS])
    if not (count := int(are_truths.sum())):
        return found
    truths = column.str.to_lowercase().replace_strict(_TRUTHS, default=None, return_dtype=pl.Float64)
    values = found.values.zip_with(found.values.is_not_null(), truths)
    return replace(found, values=values, non_numeric=found.non_numeric.filter(~are_truths), truths=count)


class _Parts(NamedTuple):
    """A column's values, their digits, their units, and the count of each unit, the most frequent first.

    A value without a unit has an empty one, and its whole text as digits.
    """

    column: pl.Series
    digits: pl.Series
    units: pl.Series
    counts: dict[str, int]


def _split(column: pl.Series) -> _Parts:
    plain = column.str.replace(r"^\(([^()]+)\)$", "-${1}").str.replace("\u2212", "-")
    none = _Parts(column, plain, pl.Series([""]).new_from_index(0, len(plain)), {})
    head = plain.drop_nulls().head(_SAMPLE)
    if 2 * int(head.str.contains(r"\d").sum()) < len(head):
        return none
    parts = plain.str.extract_groups(_FORM).struct.unnest()
    units = parts["before"].fill_null(parts["behind"])
    units = units.zip_with(~plain.str.contains(_EXPONENT).fill_null(False), _NULL)
    counted = units.drop_nulls().value_counts()
    if not len(counted) or len(counted) > _MANY:
        return none
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for unit, count in sorted(counted.rows(), key=lambda row: (-row[1], row[0])):
        name = names.setdefault(_spelling(unit), unit)  # the most frequent spelling
        counts[name] = counts.get(name, 0) + count
    spelt = {unit: names[_spelling(unit)] for unit in counted.to_series().to_list()}
    units = units.replace_strict(spelt, default=None, return_dtype=pl.String)
    digits = parts["minus"] + parts["amount"].fill_null(parts["digits"]).str.strip_chars()
    digits = digits.zip_with(units.is_not_null(), plain)
    return _Parts(column, digits, units.fill_null(""), dict(sorted(counts.items(), key=lambda item: -item[1])))


def _read(parts: _Parts, unit: str, accepted: Sequence[str], decimal: str) -> list[Numbers]:
    """Parse the values whose unit is accepted, with a decimal point, a comma, or both in turn."""
    text = parts.digits.zip_with(parts.units.is_in(list(accepted)), _NULL)
    grouped = text.str.contains(_BLANKS).fill_null(False)
    text = text.str.replace_all(_BLANK, "").zip_with(grouped, text)
    if decimal == AUTO:
        # If all have several points, they may be versions or addresses.
        millions = text.str.contains(_MILLIONS).any() and text.str.contains(f"{_GROUPED}|{_UP_TO_999}").any()
        decimal = ".," if millions or text.str.contains(",", literal=True).any() else "."
    found = []
    for sign in decimal:
        values = _with_comma(text) if sign == "," else _with_point(text)
        non_numeric = parts.column.filter(values.is_null() & parts.column.is_not_null())
        found.append(Numbers(values, non_numeric, unit, sign, parts.counts))
    return found


def _with_point(text: pl.Series) -> pl.Series:
    right = text.str.contains(_POINT).fill_null(False)
    return text.str.replace_all(",", "", literal=True).zip_with(right, text).cast(pl.Float64, strict=False)


def _with_comma(text: pl.Series) -> pl.Series:
    right = text.str.contains(_COMMA).fill_null(False)
    turned = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    text = text.zip_with(~text.str.contains(".", literal=True).fill_null(False), _NULL)
    return turned.zip_with(right, text).cast(pl.Float64, strict=False)


def _spelling(unit: str) -> str:
    """Return the same text for ``year``, ``years``, ``Year`` and ``year.``."""
    unit = unit.replace(".", "")
    if not _CASED.fullmatch(unit):
        unit = unit.casefold()
    return unit[:-1] if re.fullmatch(r"[a-z]{2,}(?<!s)s", unit) else unit


def unclear_point(column: pl.Series, *, alone: bool = False) -> tuple[str, float, float] | None:
    """Return a number of a column, such as 3.964, whose point may be decimal or between thousands, and both readings.

    It may be either if every point in the column is followed by exactly three digits, no number begins with ``0.``, and
    the others are whole and up to 999. If there are no others, it counts as decimal, unless it is unclear `alone`:
    where only whole numbers are expected, or decimal commas are usual.

    None if none is. Missing values of the column, which is text, are null.
    """
    if not column.str.contains(".", literal=True).any() or column.head(_SAMPLE).str.contains(_DECIMALS).any():
        return None  # most columns
    for values in (column.head(_SAMPLE), column) if len(column) > _SAMPLE else (column,):
        digits = _split(values).digits.drop_nulls()
        grouped, up_to_999 = digits.str.contains(_GROUPED), digits.str.contains(_UP_TO_999)
        either = grouped | up_to_999
        if int(either.sum()) < _ALMOST * len(digits) or digits.filter(~either).str.contains(r"^[+-]?[.,]?\d").any():
            return None
    if not grouped.any() or not (alone or up_to_999.any()):
        return None
    text, number = column.drop_nulls().filter(grouped)[0], digits.filter(grouped).head(1)
    return text, _with_point(number)[0], _with_comma(number)[0]


def with_points(column: pl.Series, numbers: Numbers) -> pl.Series:
    """Rewrite numbers with decimal commas: with points, and without thousands separators.

    Values that are numbers only with a decimal point become null.
    """
    turned = column.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    words = column.cast(pl.Float64, strict=False).is_null()
    return turned.zip_with(numbers.values.is_not_null(), column.zip_with(words, _NULL))


def are_numbers(texts: Sequence[str]) -> bool:
    """Return whether nearly all texts are numbers, with any decimal sign and unit; empty texts do not count."""
    column = pl.Series([text for text in texts if text], dtype=pl.String)
    return len(column) > 0 and find_numbers(column).nearly_all


def non_numeric_values(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return which fields are not numbers, so that training treats them as missing; none if the column is words.

    Empty fields do not count; the decimal sign is a point.
    """
    column = pl.Series([text or None for text in texts], dtype=pl.String)
    found = find_numbers(column, ".")
    if not found.few_non_numeric:
        return np.zeros(len(column), bool)
    return (found.values.is_null() & column.is_not_null()).to_numpy()


def words_among_numbers(texts: Sequence[str]) -> list[str]:
    """Return the kinds of words because of which training treats a column of nearly all numbers as words.

    None for other columns. Empty fields do not count; the decimal sign is a point.
    """
    found = find_numbers(pl.Series([text or None for text in texts], dtype=pl.String), ".")
    if not found.nearly_all or found.few_non_numeric or found.graded:
        return []
    return found.non_numeric.unique(maintain_order=True).to_list()


def without_missing(texts: Sequence[str] | pl.Series) -> pl.Series:
    """Return fields of text as a column, with null for markers of missing values."""
    column = pl.Series(texts, dtype=pl.String)
    return column.zip_with(~column.str.to_lowercase().is_in(list(MISSING)), _NULL)
