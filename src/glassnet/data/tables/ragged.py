"""Read delimited text with mistakes, for the doctor: rows of another width are counted, the others are read.

If there are no mistakes, separator, names and values are those of `csv.read_delimited`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...errors import DataError
from ...io.opening import Opened
from ...messages.message import Message
from ..arrays import PIXELS
from ..validation import AUTO, is_number
from .csv import frame_of_rows, numbered, read_fast, records, sniff, table_text, without_blanks_behind
from .header import completed, is_header

_TITLES = 12
"""Greatest number of title lines above a table, of one field each."""
_SOME_CODES = rb'(?:\A|[%s\n "])(?:0[0-9]|[+-]?[0-9]{16})'
OPEN = 0
"""Stands for the width of a row with an unclosed quotation mark."""


@dataclass(frozen=True)
class Ragged:
    """The rows of the most frequent width, and the mistakes in the others."""

    frame: pl.DataFrame  # strings as in the file, in numbered columns
    names: tuple[str, ...]  # column names of the header, which may be empty or repeat; an empty tuple without a header
    rows: NDArray[np.int64]  # shape (n,); number of each row in the file, from 0, without header and blank lines
    lines: NDArray[np.int64]  # shape (n,); first line of each row, from 1
    # Each (row, line, fields); rows of another width, or ``OPEN``, and the lines above the table
    bad_rows: tuple[tuple[int, int, int], ...]
    row_names: bool  # whether the first column has row names, as R writes them


def read_ragged(opened: Opened, expected: Collection[str] = (), decimal: str = AUTO) -> Ragged:
    """Read delimited text that may have mistakes.

    The text is as for `csv.read_delimited`. If the first line has one of the `expected` names, it is a header; names
    that look like column numbers do not count.
    """
    content, _, above = table_text(opened)
    separator, sample = sniff_ragged(content, opened.name)
    width = common_width(sample, opened.name)
    if separator == " ":
        content = without_blanks_behind(content)
    starts, widths, frame_of = _cut(content, separator, len(sample[0]), opened.name)
    titles = next((place for place, fields in enumerate(widths[:_TITLES]) if fields != 1), 0)
    first, below = [name.strip() for name in sample[titles]], sample[titles + 1 :]
    header, row_names = len(first) == width and has_names([first, *below], expected), False
    right = [place for place in range(titles + header, len(widths)) if widths[place] == width]
    short = len(first) == width - 1
    plain = not short and decimal == AUTO and not has_codes(content, separator, header=header, width=width)
    frame = frame_of(right, width, plain)
    if short and right:
        ends = [frame.to_series(place).fill_null("").to_list() for place in (0, -1)]
        first = completed(first, list(zip(*ends, strict=True)), 2)
        row_names = not first[0]
        header = row_names or (len(first) == width and has_names([first, *below], expected))
    if len(widths) == titles + header:
        raise DataError(
            "GN010", "{name}: only column names, expected rows below them. Check the file.", name=opened.name
        )
    comments = [number for number, line in enumerate(above, 1) if line.strip()]
    bad = [(row, number, 1) for row, number in enumerate(comments)]
    bad += [
        (len(comments) + place - (header and place > titles), len(above) + starts[place], fields)
        for place, fields in enumerate(widths)
        if (fields != width or place < titles) and not (header and place == titles)
    ]
    rows = np.array(right, np.int64) + len(comments) - header
    lines = np.array(starts, np.int64)[right] + len(above)
    return Ragged(frame, tuple(first) if header else (), rows, lines, tuple(bad), row_names)


def _cut(
    content: bytes, separator: str, first_width: int, name: str
) -> tuple[list[int], list[int], Callable[[list[int], int, bool], pl.DataFrame]]:
    """Return the first line and the width of each row, and a function that makes a frame of rows of one width.

    If no value is quoted, lines are rows, and polars reads them; columns of plain numbers are parsed directly.
    """
    if b'"' in content.partition(b"\n")[2]:
        found = list(records(content.decode(), separator, name))
        widths = [OPEN if one.is_open else len(one.fields) for one in found]

        def of_records(places: list[int], width: int, plain: bool) -> pl.DataFrame:
            return frame_of_rows([found[place].fields for place in places], width)

        return [one.first for one in found], widths, of_records
    lines = [b" ".join(line.split()) if separator == " " else line for line in content.split(b"\n")]
    blank = b" \r" if separator == "\t" else b" \t\r"
    starts = [number for number, line in enumerate(lines, 1) if line.strip(blank)]
    # Only the header may have quoted fields with separators in them.
    widths = [first_width, *(lines[start - 1].count(separator.encode()) + 1 for start in starts[1:])]

    def of_lines(places: list[int], width: int, plain: bool) -> pl.DataFrame:
        text = b"\n".join([lines[starts[place] - 1] for place in places])
        frame = (_numbers_first if plain else read_fast)(text, separator, width) if places else None
        if frame is None:
            frame = frame_of_rows([one.fields for one in records(text.decode(), separator, name)], width)
        return frame

    return starts, widths, of_lines


def _numbers_first(text: bytes, separator: str, width: int) -> pl.DataFrame:
    """Read columns of plain numbers as numbers, and the others as strings."""
    names = numbered(width)

    def read(kind: pl.DataType, columns: list[int]) -> pl.DataFrame:
        return pl.read_csv(
            text,
            has_header=False,
            schema=dict.fromkeys(names, kind),
            columns=columns,
            separator=separator,
            quote_char=None,
            ignore_errors=True,
        )

    frame = read(pl.Float64(), list(range(width)))
    others = [place for place, nulls in enumerate(frame.null_count().row(0)) if nulls]
    return frame.with_columns(read(pl.String(), others)) if others else frame


def has_codes(content: bytes, separator: str, *, header: bool, width: int) -> bool:
    """Return whether there may be codes with leading zeros or numbers of 16 digits, which must stay text.

    False for many columns without names, which are pixels: their leading zeros mean nothing, and a search takes longer
    than reading.
    """
    few = header or width < PIXELS
    return few and re.search(_SOME_CODES % re.escape(separator.encode()), content) is not None


def sniff_ragged(content: bytes, name: str) -> tuple[str, list[list[str]]]:
    """Return the result of `csv.sniff`, but also detect lines of blank-separated numbers of unequal width."""
    separator, rows = sniff(content, name)
    if max(map(len, rows)) == 1 and all(map(is_number, rows[-1][0].split())):
        return " ", [row[0].split() for row in rows]
    return separator, rows


def has_names(rows: Sequence[Sequence[str]], expected: Collection[str]) -> bool:
    """Return the result of `header.is_header` without expected names that may be column numbers or values."""
    width = len(rows[0])
    return is_header(rows, [name for name in expected if not (name.isdecimal() and 1 <= int(name) <= width)])


def common_width(rows: Sequence[Sequence[str]], name: str) -> int:
    """Return the width of at least half of the rows; DataError GN011 if there is none."""
    widths = [len(row) for row in rows]
    width = max(widths, key=widths.count)
    if width > 1 and 2 * widths.count(width) >= len(widths):
        return width
    why = Message("the number of fields differs from line to line")
    if max(widths) == 1:
        why = Message("one value per line, expected a label and the values of a sample")
    raise DataError("GN011", "{name}: not a table ({why}). Is this the right file?", name=name, why=why)
