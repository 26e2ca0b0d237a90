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

from ..errors import DataError
from .checks import is_label
from .files import Opened
from .rows import Layout, Rows, read_rows, sniff


def parse_table(opened: Opened, maximum: float) -> Rows:
    """Read a table of labelled rows.

    Parameters
    ----------
    opened : Opened
        Text; comma, semicolon, tab, bar or blanks between the values; with or without names in the first line.
    maximum : float
        Largest value allowed.

    Returns
    -------
    Rows
        With labels; C-contiguous inputs of shape (n, features).

    Raises
    ------
    DataError
        GN010 to GN015 and GN018, with the line and where it applies the column.
    """
    layout = sniff(opened)
    if layout.width < 2:
        raise DataError(
            "GN012",
            f"{opened.name}, line {layout.first + layout.header}: 1 value, expected a label and the values of the "
            "sample. Separate them by commas.",
        )
    if layout.first == 1 and not _ends_open(opened, layout):
        fast = None
        if maximum == 255:
            fast = _whole_numbers(opened, layout)
        if fast is None:
            fast = _numbers(opened, layout, maximum)
        if fast is not None:
            return fast
    return read_rows(opened, layout, maximum, labelled=True)


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


def _read(opened: Opened, layout: Layout, label: pl.DataType, value: pl.DataType) -> Rows | None:
    """Let polars read the rows as these types; None if anything is doubtful."""
    schema = {"label": label, **{f"v{k}": value for k in range(1, layout.width)}}
    blocks: list[NDArray[Any]] = []
    labels: list[NDArray[Any]] = []
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
            blocks.append(frame.drop("label").to_numpy(order="c", writable=True))
            labels.append(frame["label"].to_numpy(writable=True))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        return None
    if not sum(map(len, labels)):
        return None
    inputs = np.ascontiguousarray(np.concatenate(blocks))
    # Without blank lines, which would have come out as nulls, rows and lines go together.
    start = 1 + layout.header
    return Rows(inputs, np.concatenate(labels), range(start, start + len(inputs)))


def _whole_numbers(opened: Opened, layout: Layout) -> Rows | None:
    rows = _read(opened, layout, pl.Int64(), pl.UInt8())
    if rows is None or rows.labels is None:
        return None
    return rows if is_label(int(rows.labels.min())) and is_label(int(rows.labels.max())) else None


def _numbers(opened: Opened, layout: Layout, maximum: float) -> Rows | None:
    rows = _read(opened, layout, pl.Float64(), pl.Float32())
    if rows is None or rows.labels is None:
        return None
    inputs, labels = rows.inputs, rows.labels
    if not (is_label(float(labels.min())) and is_label(float(labels.max())) and (labels == np.floor(labels)).all()):
        return None
    # Written so that NaN fails it too.
    if not (inputs.min() >= 0 and inputs.max() <= maximum):
        return None
    whole = maximum == 255 and bool((inputs == np.floor(inputs)).all())
    return Rows(inputs.astype(np.uint8) if whole else inputs, labels.astype(np.int64), rows.lines)
