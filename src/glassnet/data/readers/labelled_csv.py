"""Tables in text: the notes' ``mnist_train.csv``, a label and then the pixels in every line.

Polars reads well-formed files at the speed of memory. It is lenient about short rows and does not say where a mistake
is, so whatever it refuses or leaves doubtful goes to `rows`, which decides line by line.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...errors import DataError
from ...io.opening import Opened
from ..dataset import Like, SampleLayout
from .labelled_rows import Layout, Rows, Values, names_of, read_values, samples_in, sniff


def parse_table(
    opened: Opened, maximum: float, *, layout: SampleLayout | None = None, like: Like | None = None
) -> Rows:
    """Read a table of labelled rows.

    Parameters
    ----------
    opened : Opened
        Text; comma, semicolon, tab, bar or blanks between the values; with or without names in the first line.
    maximum : float
        Largest value allowed.
    layout : SampleLayout, optional
        How the table is laid out, if that is known.
    like : Dataset or Model, optional
        What the samples are like.

    Returns
    -------
    Rows
        With labels; C-contiguous inputs of shape (n, features).

    Raises
    ------
    DataError
        GN010 to GN015 and GN018, with the line and where it applies the column.
    """
    found = sniff(opened)
    if found.width < 2:
        raise DataError(
            "GN012",
            f"{opened.name}, line {found.first + found.header}: 1 value, expected a label and the values of the "
            "sample. Separate them by commas.",
        )
    values = None
    if found.first == 1 and not _ends_open(opened, found):
        values = _read(opened, found, pl.Int64(), pl.UInt8()) if maximum == 255 else None
        values = values or _read(opened, found, pl.Float64(), pl.Float32())
    values = values or read_values(opened, found, labelled=True)
    features, usual = (None, None) if like is None else (like.features, like.layout)
    if features == found.width:
        features = None  # without a label, which is said of such a row
    return samples_in(values, opened.name, maximum, layout=layout, features=features, usual=usual)


def _ends_open(opened: Opened, layout: Layout) -> bool:
    """Tell whether the last line ends in a separator: one value too many, which polars would pass over."""
    with opened.stream() as stream:
        stream.seek(max(0, stream.seek(0, 2) - 16))
        return stream.read().rstrip(b"\r\n ").endswith(layout.separator.encode())


def _named_or_read(opened: Opened) -> str | IO[bytes]:
    """Return what polars takes: a plain file by its name, which needs the least memory, if that name is text."""
    name = str(opened.path)
    if opened.content is None and not any("\udc80" <= sign <= "\udcff" for sign in name):
        return name
    with opened.stream() as stream:
        return BytesIO(stream.read())


def _read(opened: Opened, layout: Layout, first: pl.DataType, value: pl.DataType) -> Values | None:
    """Let polars read the rows as these types; None if anything is doubtful."""
    schema = {"v0": first, **{f"v{k}": value for k in range(1, layout.width)}}
    blocks: list[NDArray[Any]] = []
    firsts: list[NDArray[Any]] = []
    try:
        frames = pl.scan_csv(
            _named_or_read(opened),
            has_header=False,
            skip_rows=int(layout.header),
            schema=schema,
            separator=layout.separator,
            quote_char=None,
            glob=False,
        ).collect_batches(maintain_order=True)
        # Batch by batch, so that the table never lies in memory by columns and by rows in full.
        for frame in frames:
            # Short rows and blank lines come out as nulls.
            if any(frame.null_count().row(0)):
                return None
            blocks.append(frame.drop("v0").to_numpy(order="c", writable=True))
            firsts.append(frame["v0"].to_numpy(writable=True))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        return None
    if not sum(map(len, firsts)):
        return None
    rest = np.ascontiguousarray(np.concatenate(blocks))
    # Without blank lines, which would have come out as nulls, rows and lines go together.
    start = 1 + layout.header
    return Values(np.concatenate(firsts), rest, range(start, start + len(rest)), names_of(opened, layout))
