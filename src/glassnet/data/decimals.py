"""Which columns of text write decimals with a comma, told by the values that are numbers in one way alone.

``6,41`` and ``1.234,5`` are no numbers with a decimal point, ``6.41`` and ``1,234.5`` none with a decimal comma;
``45,000`` and ``1.234`` are numbers in both, and are read as the rest of their column is, or else as the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from .written import beside_in, few, numbers_in, strays_in

_GROUPED_COMMA = r"\d\.\d{3},\d"
_POINT = r"^\D{0,5}\d+\.\d+\D{0,5}$"
_FOUR_GROUPS = r"^\d{1,3}(?:\.\d{1,3}){3}$"
_OTHER = {",": ".", ".": ","}


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


class _Readings:
    """A column of text, missing values left out, as numbers with a decimal comma and with a point."""

    def __init__(self, column: pl.Series) -> None:
        self.column = column.drop_nulls()
        beside = "".join(beside_in(self.column))
        self._strays = {sign: strays_in(self.column, sign == ",", beside) for sign in _OTHER}

    def read(self, sign: str) -> bool:
        """Tell whether nearly all values are numbers."""
        return few(self._strays[sign], self.column)

    def better(self, sign: str) -> bool:
        """Tell whether nearly all values are numbers, and more of them than with the other sign."""
        return self.read(sign) and len(self._strays[sign]) < len(self._strays[_OTHER[sign]])

    def only(self, sign: str) -> bool:
        """Tell whether nearly all values are numbers, and not with the other sign."""
        return self.read(sign) and not self.read(_OTHER[sign])


def decimals_of(text: pl.DataFrame, separator: str = "") -> Decimals:
    """Decide how the columns of a table write decimals.

    Parameters
    ----------
    text : polars.DataFrame of str
        The columns of text, null where a value is missing.
    separator : str
        What separates the values, if the table stood in delimited text. Where that is a comma, or nothing, ``3,5`` is
        more often a list than a number if another column has points, and no column both.
    """
    suspects = {column.name: _Readings(column) for column in _with(text, ",")}
    commas = [name for name, readings in suspects.items() if readings.better(",")]
    if separator in ("", ",") and commas:
        both = any(suspects[name].column.str.contains(_GROUPED_COMMA).any() for name in commas)
        if not both and any(column.str.contains(_POINT).any() for column in _with(text.drop(commas), ".")):
            commas = []
    followers: list[str] = []
    if any(suspects[name].only(",") for name in commas):
        pointed = {column.name: _Readings(column) for column in _with(text.drop(suspects), ".")}
        rest = {name: one for name, one in {**suspects, **pointed}.items() if name not in commas}
        if not any(one.only(".") for one in rest.values()):
            words = {name for name, one in rest.items() if not one.read(",") or _addresses(one.column)}
            followers = [name for name in text.columns if name not in words and name not in commas]
    thousands = [one.column for name, one in suspects.items() if name not in (*commas, *followers) and one.read(".")]
    return Decimals(
        frozenset(commas + followers),
        (
            *_say(map(text.get_column, commas), ",", "is read with a decimal comma"),
            *_say(map(text.get_column, followers), ",", "is read with a decimal comma, as other columns are"),
            *_say(map(text.get_column, followers), r"\d\.\d", "is read with points between thousands"),
            *_say(thousands, r"\d,\d{3}", "is read with commas between thousands"),
        ),
    )


def decimals_as_learnt(text: pl.DataFrame, learnt: Mapping[str, str]) -> Decimals:
    """Decide the same of a table for a model.

    A column is read as in training, unless most of it is no number then and with the other sign it is. Columns that are
    numbers in both ways follow those that had the same sign in training, if these all have the other now.

    Parameters
    ----------
    text : polars.DataFrame of str
    learnt : mapping of str to {",", "."}
        The sign that the model's columns of numbers had.
    """
    shown = text.select(name for name in text.columns if name in learnt)
    if "," not in learnt.values() and not _with(shown, ","):
        return Decimals()
    marked = {column.name: _Readings(column) for column in _with(shown, "[.,]")}
    found = dict(learnt)
    for sign, other in _OTHER.items():
        group = {name: readings for name, readings in marked.items() if learnt[name] == sign}
        changed = [name for name, readings in group.items() if readings.only(other)]
        if changed and not any(readings.better(sign) for readings in group.values()):
            changed = [name for name, readings in group.items() if readings.read(other)]
        found.update(dict.fromkeys(changed, other))
    commas = {name for name in shown.columns if found[name] == ","}

    def chosen(sign: str, before: str) -> list[pl.Series]:
        return [one.column for name, one in marked.items() if (found[name], learnt[name]) == (sign, before)]

    return Decimals(
        frozenset(commas),
        (
            *_say(chosen(",", "."), ",", "is read with a decimal comma, other than in training"),
            *_say(chosen(".", ","), r"\.", "is read with a decimal point, other than in training"),
            *_say(chosen(",", ","), r"\d\.\d{3}", "is read with points between thousands, as in training"),
            *_say(chosen(",", ","), r"^[^.]*\d,\d{3}\D*$", "is read with a decimal comma, as in training"),
            *_say(chosen(".", "."), r"\d,\d{3}", "is read with commas between thousands"),
        ),
    )


def with_points(column: pl.Series) -> pl.Series:
    """Write the decimals of a column of numbers that have commas with a point, thousands with nothing between.

    What is no number so, but would be one with a point, becomes null.
    """
    if not _Readings(column).read(","):
        return column  # words
    numbers = numbers_in(column, True, "".join(beside_in(column.drop_nulls())))
    turned = column.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    plain = column.cast(pl.Float64, strict=False).is_null() | (column.str.len_bytes() == 0)
    return turned.zip_with(numbers.is_not_null(), column.zip_with(plain, pl.Series([None], dtype=pl.String)))


def _with(text: pl.DataFrame, form: str) -> list[pl.Series]:
    """Return the columns in which something of a form stands."""
    if not text.width:
        return []
    found = text.select(pl.all().str.contains(form, literal=len(form) == 1).any()).row(0)
    return [column for column, one in zip(text, found, strict=True) if one]


def _addresses(column: pl.Series) -> bool:
    """Tell whether all values are four groups of digits, such as 192.168.100.100."""
    return bool(column.str.contains(_FOUR_GROUPS).all())


def _say(columns: Iterable[pl.Series], form: str, what: str) -> list[str]:
    """Say of the first column with a value of a form what that is taken for, and of how many more."""
    found = [(column.name, column.filter(column.str.contains(form))) for column in columns]
    found = [(name, values) for name, values in found if len(values)]
    if not found:
        return []
    name, values = found[0]
    others = len(found) - 1
    more = f"; so are those of {others:,} more column{'s' * (others > 1)}" if others else ""
    return [f"column {name!r}: {values[0]!r} {what}{more}"]
