"""Write tables of results, as CSV or Parquet, and recognise them, so that no other file is replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import OptionError
from ...io.writing import MAKER, replacing, require_place
from ...messages.message import Listing
from .spreadsheet import cell_of

if TYPE_CHECKING:
    import polars as pl

FORMATS = (".csv", ".parquet")
"""Suffixes of the formats that are written."""
_MAKER_KEY = "maker"


def require_table_place(path: str | Path, first: Sequence[str], *, overwrite: bool = True) -> None:
    """Check that a table of results can be written, before the work is done.

    `first` are the names of the first columns, or the beginning of the last of them; a CSV file that begins otherwise
    is not replaced, and without `overwrite` none is.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise OptionError(
            "GN021",
            "{path}: tables are written as {suffixes}. Use a name with one of these suffixes.",
            path=path,
            suffixes=Listing(FORMATS, last="or"),
        )
    own = re.escape(",".join(first)) if suffix == ".csv" else rf"PAR1.*{_MAKER_KEY}.{{,8}}{MAKER}"
    require_place(path, re.compile(own.encode(), re.DOTALL))
    require_place(path, overwrite=overwrite)


def write_table(path: str | Path, columns: Mapping[str, Any], *, overwrite: bool = True) -> None:
    """Write columns as CSV or Parquet, by the suffix of the file; call `require_table_place` before.

    In CSV, text that a spreadsheet would take for a formula begins with an apostrophe, see `spreadsheet`; in both
    formats, undecodable bytes of file names become backslash escapes.

    A column is a name and its text or numbers; None and NaN are empty cells.
    """
    import polars as pl

    frame = pl.DataFrame([_column(name, values) for name, values in columns.items()])
    csv = Path(path).suffix.lower() == ".csv"
    if csv:
        texts = [name for name, kind in frame.schema.items() if kind == pl.String]
        cells = [pl.Series(name, [text and cell_of(text) for text in frame[name]], pl.String) for name in texts]
        frame = frame.with_columns(cells).rename({name: cell_of(name) for name in frame.columns})
    with replacing(path, overwrite=overwrite) as file:
        if csv:
            frame.write_csv(file)
        else:
            frame.write_parquet(file, metadata={_MAKER_KEY: MAKER})


def _column(name: str, values: Any) -> pl.Series:
    import polars as pl

    if any(isinstance(value, str) for value in values):
        values = [None if value is None else _encodable(value) for value in values]
    series = pl.Series(_encodable(name), values)
    return series.fill_nan(None) if series.dtype.is_float() else series


def _encodable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
