"""Which columns of text write decimals with a comma, told by the values that are numbers in one way alone.

``6,41`` and ``1.234,5`` are no numbers with a decimal point, ``6.41`` and ``1,234.5`` none with a decimal comma;
``45,000`` and ``1.234`` are numbers in both, and are read as the rest of their column is, or else as the table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from .numbers import beside_in, few, numbers_in, strays_in

_GROUPED_COMMA = r"\d\.\d{3},\d"
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


@dataclass(frozen=True)
class _Readings:
    """A column of text as numbers with a decimal comma, and with a point.

    Parameters
    ----------
    column : polars.Series of str
        Without missing values.
    lost : mapping of {",", "."} to int
        How many values are no numbers so.
    readable : frozenset of {",", "."}
        How nearly all values are numbers.
    """

    column: pl.Series
    lost: Mapping[str, int]
    readable: frozenset[str]

    @classmethod
    def of(cls, column: pl.Series) -> _Readings:
        """Read a column both ways."""
        beside = "".join(beside_in(column))
        strays = {sign: strays_in(column, sign == ",", beside) for sign in _OTHER}
        readable = frozenset(sign for sign, found in strays.items() if few(found, column))
        return cls(column, {sign: len(found) for sign, found in strays.items()}, readable)

    def read(self, sign: str) -> bool:
        """Tell whether nearly all values are numbers."""
        return sign in self.readable

    def better(self, sign: str) -> bool:
        """Tell whether nearly all values are numbers, and more of them than with the other sign."""
        return self.read(sign) and self.lost[sign] < self.lost[_OTHER[sign]]

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
    suspects = _readings(_with(text, ","))
    commas = [name for name, readings in suspects.items() if readings.better(",")]
    lists: list[pl.Series] = []
    if separator in ("", ",") and commas:
        both = any(suspects[name].column.str.contains(_GROUPED_COMMA).any() for name in commas)
        others = {} if both else _readings(_with(text.drop(commas), "."))
        if any(one.only(".") for one in others.values()):
            lists, commas = [suspects[name].column for name in commas], []
    followers: list[str] = []
    if any(suspects[name].only(",") for name in commas):
        pointed = _readings(_with(text.drop(suspects), "."))
        rest = {name: one for name, one in {**suspects, **pointed}.items() if name not in commas}
        if not any(one.only(".") for one in rest.values()):
            words = {name for name, one in rest.items() if not one.read(",") or _addresses(one.column)}
            followers = [name for name in text.columns if name not in words and name not in commas]
    thousands = [one.column for name, one in suspects.items() if name not in (*commas, *followers) and one.read(".")]
    lists = [column for column in lists if column.name not in {one.name for one in thousands}]
    return Decimals(
        frozenset(commas + followers),
        (
            *_say(map(text.get_column, commas), ",", "is read with a decimal comma"),
            *_say(map(text.get_column, followers), ",", "is read with a decimal comma, as other columns are"),
            *_say(map(text.get_column, followers), r"\d\.\d", "is read with points between thousands"),
            *_say(thousands, r"\d,\d{3}", "is read with commas between thousands"),
            *_say(lists, ",", "is read as a word, as other columns have decimal points"),
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
    if "," not in learnt.values() and not _with(shown, ",").width:
        return Decimals()
    marked = _readings(_with(shown, "[.,]"))
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
            *_say(chosen(",", "."), r"\d\.\d{3}", "is read with points between thousands, other than in training"),
            *_say(chosen(".", ","), r"\.", "is read with a decimal point, other than in training"),
            *_say(chosen(".", ","), r"\d,\d{3}", "is read with commas between thousands, other than in training"),
            *_say(chosen(",", ","), r"\d\.\d{3}", "is read with points between thousands, as in training"),
            *_say(chosen(",", ","), r"^[^.]*\d,\d{3}\D*$", "is read with a decimal comma, as in training"),
            *_say(chosen(".", "."), r"\d,\d{3}", "is read with commas between thousands"),
        ),
    )


def with_points(text: pl.DataFrame, commas: Collection[str]) -> pl.DataFrame:
    """Write the decimals of columns of numbers that have commas with a point, and thousands with nothing between.

    What is no number so, but would be one with a point, becomes null.
    """
    plain = list(_plainly(text.select(commas), ","))
    text = text.with_columns(pl.col(plain).str.replace(",", ".", literal=True))
    return text.with_columns([_with_points(text[name]) for name in commas if name not in plain])


def _with_points(column: pl.Series) -> pl.Series:
    if not _Readings.of(column.drop_nulls()).read(","):
        return column  # words
    numbers = numbers_in(column, True, "".join(beside_in(column.drop_nulls())))
    turned = column.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    words = column.cast(pl.Float64, strict=False).is_null()
    return turned.zip_with(numbers.is_not_null(), column.zip_with(words, pl.Series([None], dtype=pl.String)))


def _readings(text: pl.DataFrame) -> dict[str, _Readings]:
    """Read columns both ways; of thousands of plain ones, all at once."""
    found: dict[str, _Readings] = {}
    for sign, other in _OTHER.items():
        for name, lost in _plainly(text, sign).items():
            column = text[name].drop_nulls()
            if lost > len(column) / 2:  # by far too many to be strays
                found[name] = _Readings(column, {sign: 0, other: lost}, frozenset(sign))
    return {name: found.get(name) or _Readings.of(text[name].drop_nulls()) for name in text.columns}


def _plainly(text: pl.DataFrame, sign: str) -> dict[str, int]:
    """Return the columns of digits and at most one such sign, and how many values are no numbers with the other one."""
    if not text.width:
        return {}
    plain = text.select(pl.all().str.contains(rf"^[+-]?\d+(?:[{sign}]\d+)?$").all()).row(0)
    grouped = pl.all().str.contains(rf"^[+-]?[1-9]\d{{0,2}}[{sign}]\d{{3}}$")
    lost = text.select((pl.all().str.contains(sign, literal=True) & ~grouped).sum()).row(0)
    return {name: count for name, one, count in zip(text.columns, plain, lost, strict=True) if one}


def _with(text: pl.DataFrame, form: str) -> pl.DataFrame:
    """Return the columns in which something of a form stands."""
    if not text.width:
        return text
    found = text.select(pl.all().str.contains(form, literal=len(form) == 1).any()).row(0)
    return text.select(name for name, one in zip(text.columns, found, strict=True) if one)


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
