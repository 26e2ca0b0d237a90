"""Numbers with a unit, as people write them: ``12 kg``, ``3,5 km``, ``1 200 kr``, ``USD 500``.

A column whose numbers all have one unit is a column of numbers; ``kg``, ``KG`` and ``kg.`` are one. What has several is
not converted, as only its owner knows what they mean; `mixed_units` finds it, so that it can be said.
"""

from __future__ import annotations

import re

import polars as pl

_NUMBER = "[+\\-\u2212]?[.,]?\\d[\\d.,'’ \u00a0\u2009\u202f]*"
_UNIT = "[\\p{L}°º′″][\\p{L}\\p{N}°²³/·*^.-]{0,15}(?: [\\p{L}][\\p{L}²³/]{0,11})?"
_MONEY = r"(?:US|R|A|C|S|NT|HK|NZ)\$|USD|EUR|GBP|CHF|JPY|CNY|RMB|INR|SEK|NOK|DKK|PLN|CZK|BRL|CAD|AUD|kr|Rs|Fr"
_BEHIND = rf"^({_NUMBER})({_UNIT})$"
_BEFORE = rf"^((?i:{_MONEY}))\.?\s*({_NUMBER})$"
_ORDINALS = {"st", "nd", "rd", "th"}
_NAMES = (
    "mg g kg t lb oz mm cm m km in ft yd mi mile ml cl dl l L gal ms s sec min h hr hour day week month year "
    "cal kcal J kJ kWh W kW MW PS hp C F °C °F K k M B KB MB GB TB kr USD EUR GBP CHF JPY CNY RMB INR SEK NOK DKK "
    "克 千克 公斤 斤 吨 毫米 厘米 米 公里 千米 毫升 升 秒 分钟 小时 天 岁 元 千 万 亿"
)
_SAMPLE, _MANY = 1000, 50
_CASED = re.compile(r"[mtbMTB]|[mM](?:g|m|s|W|Wh|V|A|Pa|J|eV|N)|[MGT]b")
"""Units that capitals make another one of: metres and millions, milliwatts and megawatts, megabits and megabytes."""


def unit_of(column: pl.Series, almost: float) -> str:
    """Return the unit that at least a part `almost` of some text has behind its number; empty if there is none.

    Parameters
    ----------
    column : polars.Series of str
        Without missing values.
    almost : float
        From 0 to 1.
    """
    if not len(column) or _apart(column.head(_SAMPLE))[1].null_count() > len(column.head(_SAMPLE)) / 2:
        return ""
    counts = _counted(column)
    total: dict[str, int] = {}
    for unit, count in counts.items():
        total[_plain(unit)] = total.get(_plain(unit), 0) + count
    commonest = max(total, key=lambda plain: total[plain], default="")
    if not commonest or total[commonest] < almost * len(column) or commonest in _ORDINALS:
        return ""
    return max((unit for unit in counts if _plain(unit) == commonest), key=lambda unit: counts[unit])


def without_unit(column: pl.Series, unit: str) -> pl.Series:
    """Return the numbers before a unit, as text, null for what has another or none.

    A column in which nothing has any unit is returned without what has a sign: who leaves out every one means this.
    """
    if not has_units(column):
        return column.zip_with(~column.str.contains(r"[\p{Sc}%]").fill_null(False), pl.Series([None], dtype=pl.String))
    numbers, units = _apart(column)
    same = [one for one in units.unique().drop_nulls().to_list() if _plain(one) == _plain(unit)]
    return numbers.zip_with(units.is_in(same).fill_null(False), pl.Series([None], dtype=pl.String))


def has_units(column: pl.Series) -> bool:
    """Tell whether any value of some text is a number with a unit."""
    return _apart(column)[1].null_count() < len(column)


def mixed_units(column: pl.Series) -> dict[str, int]:
    """Return unit -> number of values, most first, where text without missing values has several; else nothing."""
    if not len(column) or _apart(column.head(_SAMPLE))[1].null_count() > len(column.head(_SAMPLE)) / 2:
        return {}
    counts: dict[str, int] = {}
    for unit, count in _counted(column).items():  # of several spellings the commonest comes first
        name = next((other for other in counts if _plain(other) == _plain(unit)), unit)
        counts[name] = counts.get(name, 0) + count
    plain = {_plain(unit) for unit in counts}
    apart = len({unit.casefold() for unit in plain}) < len(plain)  # by capitals alone, such as mW and MW
    known = plain & _KNOWN
    letters = all(len(unit) == 1 and unit.isascii() for unit in known) and not known <= {"k", "M", "B"}
    if letters and not column.str.contains(r"\d\s+\p{L}$").any():
        known = set()  # 12B and 3C are seats
    return counts if apart or len(known) > 1 else {}


def units_of(column: pl.Series) -> list[str]:
    """Return the unit of each value of some text, different spellings made one; empty where there is none."""
    return [_plain(unit) if unit else "" for unit in _apart(column)[1].to_list()]


def _apart(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return numbers and units, as text; null where a value is not of that form."""
    numbers, units = column.str.extract(_BEHIND, 1), column.str.extract(_BEHIND, 2)
    if units.null_count():
        before = units.is_null()
        units = units.zip_with(~before, column.str.extract(_BEFORE, 1))
        numbers = numbers.zip_with(~before, column.str.extract(_BEFORE, 2))
    exponents = units.str.contains(r"^[eE][+-]?\d+$").fill_null(False)  # as in 1e3
    if exponents.any():
        numbers, units = (one.zip_with(~exponents, pl.Series([None], dtype=pl.String)) for one in (numbers, units))
    return numbers.str.strip_chars(), units


def _counted(column: pl.Series) -> dict[str, int]:
    """Return unit -> number of values, most first; nothing where there are too many to be units."""
    counted = _apart(column)[1].drop_nulls().value_counts(sort=True)
    return {} if len(counted) > _MANY else dict(counted.rows())


def _plain(unit: str) -> str:
    """Return what ``year``, ``years``, ``Year`` and ``year.`` have in common."""
    unit = unit.replace(".", "")
    if not _CASED.fullmatch(unit):
        unit = unit.casefold()
    return unit[:-1] if re.fullmatch(r"[a-z]{2,}(?<!s)s", unit) else unit


_KNOWN = frozenset(map(_plain, _NAMES.split()))
"""What surely is a unit: with two of these, a column is told to mix them."""
