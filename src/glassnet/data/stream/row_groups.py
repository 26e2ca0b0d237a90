"""The values of row groups: their digest, and several of them as one table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from ..tables.table import Table


def joined(tables: Sequence[Table]) -> Table:
    """Return one or more tables of the same columns as one, with the numbers of their rows."""
    rows = [table.rows for table in tables if table.rows is not None]
    frame = pl.concat([table.frame for table in tables], rechunk=True)
    return replace(tables[0], frame=frame, rows=np.concatenate(rows) if rows else None)


def digest_of(table: Table) -> bytes:
    """Return the SHA-256 of names and values of a table, equal whichever kind of file or memory they come from."""
    digest = hashlib.sha256()
    for series in table.frame:
        digest.update(f"{series.name}\0{len(series)}\0".encode())
        digest.update(series.is_null().to_numpy().tobytes())
        digest.update(_bytes_of(series))
    return digest.digest()


def _bytes_of(series: pl.Series) -> Any:
    dtype = series.dtype
    if dtype.is_numeric() and not dtype.is_decimal():
        return series.fill_null(0).to_numpy().tobytes()
    if dtype == pl.Boolean or dtype.is_temporal():
        return series.to_physical().cast(pl.Int64).fill_null(0).to_numpy().tobytes()
    text = series if dtype == pl.String else pl.Series([None if one is None else str(one) for one in series.to_list()])
    text = text.cast(pl.String).fill_null("")
    return text.str.len_bytes().to_numpy().tobytes() + "".join(text.to_list()).encode()
