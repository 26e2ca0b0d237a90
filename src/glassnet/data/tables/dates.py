"""Parse dates and times as people write them; of these, training uses the dates that begin with the year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
    r"(?:(?:T| +)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d{2}:?(?:\d{2})?))?)?$"
)
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
    return present > 0 and int((~np.isnat(moments_of(column))).sum()) >= _ALMOST * present


def moments_of(column: pl.Series) -> Moments:
    """Return the dates of a column, with their time of day, to the microsecond.

    Text must begin with the year, as in 2024-03-01, 2024/3/1 or 2024-03-01T12:30:00Z (ISO 8601): 01/03/2024 is a day in
    January or in March. The time of day is the one that is written, whatever the time zone.

    Parameters
    ----------
    column : polars.Series

    Returns
    -------
    ndarray of datetime64[us], shape (n,)
        NaT for missing values, other text and other types.
    """
    if column.dtype in (pl.Date, pl.Datetime):
        if column.dtype == pl.Datetime:
            column = column.dt.replace_time_zone(None)
        return column.cast(pl.Datetime("us")).to_numpy()
    if column.dtype != pl.String:
        return np.full(len(column), _NAT)
    fields = column.str.extract_groups(_ISO).struct.unnest()
    year, month, day, *time = (one.cast(pl.Int64).fill_null(0).to_numpy() for one in fields)
    months = (np.maximum(year, 1) - 1970).astype("M8[Y]").astype("M8[M]") + (month - 1)
    dates = months.astype("M8[D]") + (day - 1)
    valid = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (dates.astype("M8[M]") == months)
    moments = dates.astype("M8[us]")
    for value, unit, below in zip(time, ("h", "m", "s"), _UNITS, strict=True):
        valid &= value < below
        moments = moments + value.astype(f"m8[{unit}]")
    return np.where(valid, moments, _NAT)
