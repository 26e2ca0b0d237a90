"""Columns of text as numbers; and their text, where numbers would not say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .header import AUTO, MISSING
from .numbers import CODE, Numbers, decimal_commas, with_points
from .raw_table import numbered
from .table import cleaned

Columns = tuple[NDArray[np.float64], dict[int, NDArray[Any]], dict[int, NDArray[np.str_]]]
"""Numbers, words and exact text of columns, as `LooseTable` has them."""
Column = tuple[NDArray[np.float64], NDArray[Any] | None, NDArray[np.str_] | None]
"""The same of one; None where there are none."""

_EXACT = rf"{CODE}|^[+-]?\d{{16,}}$"
"""What a number would not bring back: zeros in front, and whole numbers beyond 2**53."""
_SOME_EXACT = rb'(?:\A|[%s\n "])(?:0[0-9]|[+-]?[0-9]{16})'


def needs_text(text: bytes, separator: str, width: int, header: bool) -> bool:
    """Tell whether a column of a table may hold codes, which have to be kept as text.

    Not of many columns without names, which are pixels: zeros in front of those mean nothing, and looking takes longer
    than reading.
    """
    return (header or width < 100) and re.search(_SOME_EXACT % re.escape(separator.encode()), text) is not None


def columns_of(text: bytes, separator: str, width: int, exact: bool, decimal: str = AUTO) -> tuple[Columns, bool]:
    """Read rows that all have the right width.

    Parameters
    ----------
    text : bytes
        The rows alone, without quotation marks.
    separator : str
    width : int
        How many values a row has.
    exact : bool
        From `needs_text`.
    decimal : {"auto", ",", "."}
        How decimals are written; found out by column if not given.

    Returns
    -------
    columns : (numbers, words, exact)
        As in `LooseTable`.
    commas : bool
        Whether decimals have a comma in any of them.
    """
    if not text:
        return (np.empty((0, width)), {}, {}), False
    names = numbered(width)
    common: dict[str, Any] = {"has_header": False, "separator": separator, "quote_char": None}
    common.update(encoding="utf8-lossy")
    frame = pl.read_csv(text, schema=dict.fromkeys(names, pl.Float64()), ignore_errors=True, **common)
    numbers = frame.to_numpy(order="c", writable=True)
    doubtful = [place for place, nulls in enumerate(frame.null_count().row(0)) if nulls or exact or decimal == ","]
    if not doubtful:
        return (numbers, {}, {}), False
    schema = dict.fromkeys(names, pl.String())
    texts = cleaned(pl.read_csv(text, schema=schema, columns=doubtful, **common))
    commas = decimal_commas(texts, decimal)
    values, words, spelt = read_columns(texts, commas)
    numbers[:, doubtful] = values
    words = {doubtful[place]: fields for place, fields in words.items()}
    return (numbers, words, {doubtful[place]: fields for place, fields in spelt.items()}), bool(commas)


def read_columns(texts: pl.DataFrame, commas: Mapping[str, Numbers]) -> Columns:
    """Read columns of text, null where a value is missing; some have numbers with decimal commas."""
    numbers, words, spelt = np.empty((len(texts), texts.width)), {}, {}
    for place, series in enumerate(texts):
        found = commas.get(series.name)
        numbers[:, place], fields, written = column_of(with_points(series, found) if found else series)
        words.update({} if fields is None else {place: fields})
        spelt.update({} if written is None else {place: written})
    return numbers, words, spelt


def column_of(series: pl.Series) -> Column:
    """Return a column of text as numbers, NaN where a field is none; and as text where it has to be kept."""
    fields = series.fill_null("").str.strip_chars()
    # Python's spelling of what is no number, so that "nan" and "inf" do not pass for text.
    numbers = fields.cast(pl.Float64, strict=False).fill_null(float("nan"))
    empty = fields.str.to_lowercase().is_in(list(MISSING))
    words = bool((numbers.is_nan() & ~empty).any())
    spelt = bool(fields.str.contains(_EXACT).any())
    if not (words or spelt):
        return numbers.to_numpy(), None, None
    texts: NDArray[Any] = fields.to_numpy().astype(object)
    texts[empty.to_numpy()] = ""
    return numbers.to_numpy(), texts if words else None, texts.astype(np.str_) if spelt else None
