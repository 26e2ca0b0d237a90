"""Which columns of text write decimals with a comma, told by values that can be read in one way alone.

``6,41`` and ``1.234,5`` have a decimal comma, ``6.41`` and ``1,234.5`` a decimal point; ``45,000`` and ``1.234`` may be
thousands or have three decimals, and are read as the rest of their column is, or else as the rest of the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from .written import ALMOST, bare, beside_in, numbers_in

_BEFORE, _AFTER, _SPACES = r"^[^\d.,]{0,5}", r"(?:[^\d.,].{0,30})?$", "'’\\s"
_SAMPLE = 1000


def _surely(sign: str, other: str) -> str:
    """Return the form of numbers in which `sign` begins the decimals, and `other`, if anything, divides thousands."""
    grouped = rf"\d{{1,3}}(?:{other}\d{{3}})"
    return (
        rf"{_BEFORE}(?:[\d{other}{_SPACES}]*{sign}(?:\d{{1,2}}|\d{{4,}})|(?:0|\d{{4,}}|{grouped}+){sign}\d{{3}}"
        rf"|{grouped}{{2,}}(?:{sign}\d*)?){_AFTER}"
    )


_COMMA, _POINT = _surely(",", r"\."), _surely(r"\.", ",")
_DOUBTFUL = rf"{_BEFORE}\d{{1,3}}[.,]\d{{3}}{_AFTER}"


@dataclass(frozen=True)
class Decimals:
    """How the decimals of a table's columns of text are written.

    Parameters
    ----------
    commas : frozenset of str
        Names of the columns in which they have a comma; in the others they have a point.
    remarks : tuple of str
        What was decided by it and may be wrong.
    """

    commas: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()


def decimals_of(text: pl.DataFrame, separator: str = "") -> Decimals:
    """Decide how the columns of a table write decimals.

    Parameters
    ----------
    text : polars.DataFrame of str
        The columns of text.
    separator : str
        What separates the values, if the table stood in delimited text. Commas there are more often lists than decimals
        where another column has points: then none is one.
    """
    suspects = _with_commas(text)
    told = {column.name: _evidence(column) for column in suspects}
    commas = [name for name, evidence in told.items() if evidence == ","]
    if commas:
        others = text.drop(commas)
        points = [one.name for one in others if told.get(one.name, "") == "." or _evidence(one) == "."]
        if points and separator in ("", ","):
            commas = []
    if not commas:
        return Decimals(frozenset(), _about_thousands(suspects, told))
    name = commas[0]
    example = _first(text[name], _COMMA)
    said = f"column {name!r}: {example!r} is read with a decimal comma, and points as between thousands"
    if points:
        said = f"column {name!r}: {example!r} is read with a decimal comma; column {points[0]!r} has points"
    return Decimals(frozenset(commas if points else text.columns), (said,))


def as_learnt(found: Decimals, text: pl.DataFrame, commas: Iterable[str], separator: str) -> Decimals:
    """Decide the same of another table for a model, given the columns that had commas in its training table.

    What does not show it is read as it was then, unless another such column has points; where commas separate the
    values, or nothing does, only what has a comma.
    """
    learnt = text.select(name for name in text.columns if name in set(commas))
    if any(_evidence(column) == "." for column in learnt):
        return found
    suspects = learnt if separator not in ("", ",") else _with_commas(learnt)
    more = [column for column in suspects if column.name not in found.commas]
    said = found.remarks
    for column in more:
        if example := _first(column, _DOUBTFUL):
            said = (f"column {column.name!r}: {example!r} is read with a decimal comma, as in the training table",)
            break
    return Decimals(found.commas | {column.name for column in more}, said)


def with_points(column: pl.Series) -> pl.Series:
    """Write the decimals of a column of numbers that have commas with a point, and thousands with nothing between."""
    numbers = numbers_in(column, True, "".join(beside_in(column.drop_nulls())))
    if len(column) - numbers.null_count() < ALMOST * (len(column) - column.null_count()):
        return column  # words
    turned = column.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return turned.zip_with(numbers.is_not_null(), column)


def _with_commas(text: pl.DataFrame) -> list[pl.Series]:
    """Return the columns in which decimals may have a comma: with one, or with points between groups of digits."""
    if not text.width:
        return []
    found = text.select(pl.all().str.contains(",", literal=True).any()).row(0)
    grouped = text.head(_SAMPLE).select(pl.all().str.contains(r"^\D{0,5}\d{1,3}(?:\.\d{3}){2,}").any()).row(0)
    return [column for column, *either in zip(text, found, grouped, strict=True) if any(either)]


def _evidence(column: pl.Series) -> str:
    """Return a comma or point if a column of numbers surely has decimals, or thousands, that tell; else nothing."""
    plain = bare(column.drop_nulls())
    counts = {sign: int(plain.str.contains(form).sum()) for sign, form in ((",", _COMMA), (".", _POINT))}
    sign = max(counts, key=lambda one: counts[one])
    return sign if counts[sign] and _reads(column.drop_nulls(), sign == ",") else ""


def _reads(column: pl.Series, comma: bool) -> bool:
    """Tell whether nearly all values are numbers if decimals are written so."""
    numbers = numbers_in(column, comma, "".join(beside_in(column)))
    return numbers.null_count() <= (1 - ALMOST) * len(column)


def _first(column: pl.Series, form: str) -> str:
    """Return the first value of a form; empty if there is none."""
    column = column.drop_nulls()
    found = column.filter(bare(column).str.contains(form))
    return str(found[0]) if len(found) else ""


def _about_thousands(suspects: list[pl.Series], told: dict[str, str]) -> tuple[str, ...]:
    for column in suspects:
        example = _first(column.filter(column.str.contains(",", literal=True)), _DOUBTFUL)
        if example and not told[column.name] and _reads(column.drop_nulls(), False):
            return (f"column {column.name!r}: {example!r} is read with commas between thousands",)
    return ()
