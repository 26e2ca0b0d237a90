"""Numbers and dates in text as people write them: ``$1,200``, ``12 %``, ``1'200``, ``1.234,5``, ``3 May 2021``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..validation import is_sign
from .header import MISSING
from .units import mixed_units, unit_of, units_of, without_unit

_THOUSANDS = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"
_COMMA = r"^[+-]?(?:(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?$"
CODE = r"^0\d+$"
_SIGN = r"[\p{Sc}%]"
_MINUS = "\u2212"
_ADORNED = r"[\p{Sc}%()'’\x{a0}\x{2009}\x{202f}\x{2212}]|\d \d"
_BLANKS = r"^[+-]?[1-9]\d{0,2}([ '’\x{a0}\x{2009}\x{202f}]\d{3})+([.,]\d*)?$"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = (
    r"(?i)^(?:(?:\d{4}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}[ -]{_MONTH}[ ,-]+\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}})(?:[T ,]+\d{{1,2}}:\d{{2}}.*)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?)$"
)

_FEW_STRAYS = 3  # different ones
ALMOST = 0.9
"""Part of a column that makes it dates, or numbers."""


def are_dates(texts: Sequence[str]) -> bool:
    """Tell whether text, empty where a value is missing, is dates or times."""
    column = pl.Series(texts, dtype=pl.String)
    filled = column.filter(~column.str.to_lowercase().is_in(list(MISSING)))
    return len(filled) > 0 and mostly_dates(filled)


def are_numbers(texts: Sequence[str]) -> bool:
    """Tell whether nearly all of some text is numbers, with whatever decimals and units; empty where one is missing."""
    column = pl.Series([text for text in texts if text], dtype=pl.String)
    beside = "".join(beside_in(column))
    counts = [len(column) - numbers_in(column, comma, beside).null_count() for comma in (False, True)]
    return len(column) > 0 and max(counts) >= ALMOST * len(column)


def mostly_dates(column: pl.Series) -> bool:
    """Tell whether nearly all of a column of text, without missing values, is dates or times."""
    return bool(column.str.contains(_DATE).sum() >= ALMOST * len(column))


def bare(column: pl.Series) -> pl.Series:
    """Take from numbers what people write beside them: ``$1,200``, ``12 %``, ``1'200``, and ``(5)`` for −5."""
    if not column.str.contains(_ADORNED).any():
        return column
    plain = (
        column.str.replace(rf"^({_SIGN}?\s*){_MINUS}", "-${1}")
        .str.replace(r"^\(([^()]+)\)$", "-${1}")
        .str.replace(rf"^([+-]?)\s*{_SIGN}\s*", "${1}")
    )
    plain = plain.str.replace(rf"\s*{_SIGN}$", "")
    grouped = plain.str.contains(_BLANKS).fill_null(False)
    return plain.str.replace_all(r"[ '’\x{a0}\x{2009}\x{202f}]", "").zip_with(grouped, plain)


def signs_in(column: pl.Series) -> tuple[str, ...]:
    """Return the different signs that stand before or behind a digit."""
    return tuple(sorted({*_before(column).drop_nulls(), *_behind(column).drop_nulls()}))


def beside_in(column: pl.Series) -> tuple[str, ...]:
    """Return the signs, or the one unit, beside the numbers of a column of text without missing values."""
    unit = unit_of(column, ALMOST)
    return (unit,) if unit else signs_in(column)


def units_among(texts: Sequence[str]) -> tuple[dict[str, int], list[bool]]:
    """Do as `several_beside` with text, empty where a value is missing; tell too which have not the commonest."""
    column = pl.Series(texts, dtype=pl.String)
    counts = several_beside(column.filter(column != ""))
    most = max(counts, key=counts.__getitem__, default="")
    if is_sign(most):
        return counts, [any(sign in text for sign in counts if sign != most) for text in texts]
    own = units_of(pl.Series([f"1 {most}"], dtype=pl.String))[0]
    return counts, [bool(counts) and unit not in ("", own) for unit in units_of(column)]


def several_beside(column: pl.Series) -> dict[str, int]:
    """Return the units, or signs, that text without missing values mixes, and how often each is there; or nothing."""
    signs = signs_in(column)
    if len(signs) > 1:
        return {sign: int(column.str.contains(sign, literal=True).sum()) for sign in signs}
    return mixed_units(column)


def _before(column: pl.Series) -> pl.Series:
    return column.str.extract(rf"^[(+{_MINUS}-]*\s*({_SIGN})\s*[\d.+{_MINUS}-]", 1)


def _behind(column: pl.Series) -> pl.Series:
    return column.str.extract(rf"\d[.,]?\s*({_SIGN})\)?$", 1)


def numbers_in(column: pl.Series, decimal_comma: bool, beside: str | None = None) -> pl.Series:
    """Turn text into numbers, null where it is none.

    Parameters
    ----------
    column : polars.Series of str
    decimal_comma : bool
        Whether 1,5 is one and a half.
    beside : str, optional
        The unit or sign that may stand beside a number and is left out of account: what has another one is no number.
        If not given, any sign may, and no unit.
    """
    if beside and is_sign(beside):
        other = _before(column).fill_null(_behind(column)).fill_null(beside) != beside
        column = column.zip_with(~other.fill_null(False), pl.Series([None], dtype=pl.String))
    elif beside:
        column = without_unit(column, beside)
    column = bare(column)
    if decimal_comma:
        right = column.str.contains(_COMMA)
        turned = column.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        otherwise = column.str.contains(".", literal=True).fill_null(False)
        column = column.zip_with(~otherwise, pl.Series([None], dtype=pl.String))
    else:
        right = column.str.contains(_THOUSANDS)
        turned = column.str.replace_all(",", "", literal=True)
    return turned.zip_with(right.fill_null(False), column).cast(pl.Float64, strict=False)


def strays_in(column: pl.Series, decimal_comma: bool, beside: str | None = None) -> pl.Series:
    """Return what is no number in text without missing values; arguments as for `numbers_in`."""
    return column.filter(numbers_in(column, decimal_comma, beside).is_null())


def non_numeric_values(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which fields training takes for missing as they are no numbers; none where it takes the column for words.

    Empty fields are missing anyway, and are not counted; decimals have a point.
    """
    column = pl.Series(texts, dtype=pl.String)
    filled = column.filter(column != "")
    beside = beside_in(filled)
    if len(beside) > 1 or not few(strays_in(filled, False, "".join(beside)), filled):
        return np.zeros(len(column), bool)
    return (numbers_in(column, False, "".join(beside)).is_null() & (column != "")).to_numpy()


def few(strays: pl.Series, column: pl.Series) -> bool:
    """Tell whether so few and so uniform values are no numbers that all others are."""
    return len(strays) <= (1 - ALMOST) * len(column) and strays.n_unique() <= _FEW_STRAYS
