"""Parse dates and times as people write them; training uses dates of which year, month and day are certain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .date_form import DateForm, minutes_of
from .numbers import without_missing

Moments = NDArray[np.datetime64]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = (
    r"(?i)^(?:(?:\d{4}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}[ -]{_MONTH}[ ,-]+\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}})(?:[T ,]+\d{{1,2}}:\d{{2}}.*)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?)$"
)
_ISO = (
    r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:(?:T| +)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?(Z|UTC|[+-]\d{2}:?(?:\d{2})?))?)?$"
)
_YEAR_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(\D.*)?$"
_YEAR_FIRST = {"day": "${3}-${2}-${1}${4}", "month": "${3}-${1}-${2}${4}"}
_OFFSET = r"^\d.*:\d{2}(?:[.,]\d+)? ?(Z|UTC|[+-]\d{2}:?(?:\d{2})?)$"
_UNITS = (24, 60, 60)
_NAT = np.datetime64("NaT", "us")
_ALMOST = 0.9
"""A column with at least this fraction of dates consists of them."""


def are_dates(texts: Sequence[str] | pl.Series) -> bool:
    """Return whether nearly all texts are dates or times in any form; missing values do not count."""
    column = without_missing(texts).drop_nulls()
    return len(column) > 0 and bool(column.str.contains(_DATE).sum() >= _ALMOST * len(column))


def are_moments(column: pl.Series) -> bool:
    """Return whether `moments_of` reads nearly all values of a column; missing values do not count."""
    present = len(column) - column.null_count()
    return present > 0 and int((~np.isnat(moments_of(column, form_of(column)))).sum()) >= _ALMOST * present


def form_of(column: pl.Series) -> DateForm:
    """Return the form of the dates of a column.

    A day above 12, as in 16/08/2023, decides the order of day and month, unless another date contradicts it. Of several
    offsets from UTC the most frequent is the zone.
    """
    if column.dtype == pl.Datetime:
        return DateForm(zone=column.dtype.time_zone or "")  # type: ignore[attr-defined]
    if column.dtype != pl.String:
        return DateForm()
    parts = column.str.extract_groups(_YEAR_LAST).struct.unnest()
    first, second = (bool((one.cast(pl.Int64) > 12).any()) for one in parts.get_columns()[:2])
    offsets: dict[int, int] = {}
    for offset, count in column.str.extract(_OFFSET).drop_nulls().value_counts().iter_rows():
        minutes = minutes_of(offset) or 0
        offsets[minutes] = offsets.get(minutes, 0) + count
    zone = ""
    if offsets:
        most = max(offsets, key=lambda minutes: (offsets[minutes], -minutes))
        hours, rest = divmod(abs(most), 60)
        zone = f"{'-' if most < 0 else '+'}{hours:02}:{rest:02}" if most else "UTC"
    return DateForm("" if first == second else "day" if first else "month", zone)


def moments_of(column: pl.Series, form: DateForm) -> Moments:
    """Return the dates of a column, with the time of day in the zone of the form, to the microsecond.

    Text begins with the year, as in 2024-03-01, 2024/3/1 or 2024-03-01T12:30:00Z (ISO 8601), or is in the order of the
    form: 01/03/2024 is a day in January or in March.

    Return datetime64[us], shape (n,): NaT for missing values, other text and other types.
    """
    if column.dtype in (pl.Date, pl.Datetime):
        written = column.dtype.time_zone if column.dtype == pl.Datetime else None  # type: ignore[attr-defined]
        if written and form.zone not in (None, written):
            return _local_times(column.dt.convert_time_zone("UTC").dt.replace_time_zone(None), form)
        if written:
            column = column.dt.replace_time_zone(None)
        return column.cast(pl.Datetime("us")).to_numpy()
    if column.dtype != pl.String:
        return np.full(len(column), _NAT)
    if form.order:
        column = column.str.replace(_YEAR_LAST, _YEAR_FIRST[form.order])
    *fields, offset = column.str.extract_groups(_ISO).struct.unnest()
    year, month, day, *clock = (one.cast(pl.Int64).fill_null(0).to_numpy() for one in fields)
    months = (np.maximum(year, 1) - 1970).astype("M8[Y]").astype("M8[M]") + (month - 1)
    dates = months.astype("M8[D]") + (day - 1)
    valid = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (dates.astype("M8[M]") == months)
    moments = dates.astype("M8[us]")
    for value, unit, below in zip(clock, ("h", "m", "s"), _UNITS, strict=True):
        valid &= value < below
        moments = moments + value.astype(f"m8[{unit}]")
    moments = np.where(valid, moments, _NAT)
    if form.zone is None or offset.null_count() == len(offset):
        return moments
    minutes = offset.replace_strict({one: minutes_of(one) for one in offset.drop_nulls().unique()}, default=None)
    utc = moments - minutes.fill_null(0).to_numpy().astype("m8[m]")
    return np.where(minutes.is_null().to_numpy(), moments, _local_times(pl.Series(utc), form))


def require_zone(zone: str) -> None:
    """Raise ValueError for a time zone that cannot be used."""
    try:
        _local_times(pl.Series([0], dtype=pl.Datetime("us")), DateForm(zone=zone))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as problem:
        raise ValueError(f"time zone {zone!r}: {problem}") from None


def without_zone(column: pl.Series) -> NDArray[np.bool_]:
    """Return which values are times of day without a time zone, shape (n,)."""
    if column.dtype == pl.String:
        return column.str.contains(r"\d:\d{2}").fill_null(False).to_numpy() & ~with_zone(column)
    if column.dtype != pl.Datetime or column.dtype.time_zone:  # type: ignore[attr-defined]
        return np.zeros(len(column), np.bool_)
    return (column.dt.time() != time(0)).fill_null(False).to_numpy()


def with_zone(column: pl.Series) -> NDArray[np.bool_]:
    """Return which values have a time zone, shape (n,)."""
    if column.dtype == pl.String:
        return column.str.contains(_OFFSET).fill_null(False).to_numpy()
    if column.dtype != pl.Datetime or not column.dtype.time_zone:  # type: ignore[attr-defined]
        return np.zeros(len(column), np.bool_)
    return column.is_not_null().to_numpy()


def _local_times(utc: pl.Series, form: DateForm) -> Moments:
    """Convert times in UTC to the zone of a form."""
    if (minutes := form.minutes) is not None:
        local = utc + timedelta(minutes=minutes)
    else:
        local = utc.dt.replace_time_zone("UTC").dt.convert_time_zone(form.zone or "UTC").dt.replace_time_zone(None)
    return local.cast(pl.Datetime("us")).to_numpy()
