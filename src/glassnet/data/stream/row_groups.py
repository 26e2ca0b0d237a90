"""The digest and the size of the values of a row group."""

from __future__ import annotations

import hashlib
from typing import Any

import polars as pl

from ...io.byte_order import little_endian
from ..tables.table import Table

SHORT_TEXT = 64
"""Bytes that no number takes as text."""


def digest_of(table: Table) -> bytes:
    """Return the SHA-256 of names and values of a table, equal whichever kind of file or memory they come from."""
    digest = hashlib.sha256()
    for series in table.frame:
        digest.update(f"{series.name}\0{len(series)}\0".encode())
        digest.update(series.is_null().to_numpy().tobytes())
        digest.update(_bytes_of(series))
    return digest.digest()


def row_bytes(table: Table) -> int:
    """Return the bytes of an average row: 8 for a value, and what text has above `SHORT_TEXT`.

    So it is the same whether numbers are read from typed columns or from text.
    """
    text = table.frame.select(pl.col(pl.String).str.len_bytes().cast(pl.Int64).fill_null(0) - SHORT_TEXT)
    above = sum(int(series.clip(0).sum()) for series in text)
    return 8 * len(table.names) + above // max(len(table), 1)


def _bytes_of(series: pl.Series) -> Any:
    dtype = series.dtype
    if dtype.is_numeric() and not dtype.is_decimal():
        return little_endian(series.fill_null(0).to_numpy()).tobytes()
    if dtype == pl.Boolean or dtype.is_temporal():
        return little_endian(series.to_physical().cast(pl.Int64).fill_null(0).to_numpy()).tobytes()
    text = series if dtype == pl.String else pl.Series([None if one is None else str(one) for one in series.to_list()])
    text = text.cast(pl.String).fill_null("")
    return little_endian(text.str.len_bytes().to_numpy()).tobytes() + "".join(text.to_list()).encode()
