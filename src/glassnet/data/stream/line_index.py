"""Where blocks of rows begin in delimited text, found in one pass over the file that respects quotation marks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import DataError
from ...io.opening import file_problem
from ...messages.message import Place

_READ = 1 << 23  # bytes at a time
_LONGEST = 1 << 26
"""A row of more bytes has an unclosed quotation mark."""
_NEWLINE, _RETURN, _QUOTE = b"\n"[0], b"\r"[0], b'"'[0]


class Block(NamedTuple):
    """A block of rows: its bytes in the file, its rows, and the number of its first line, from 1."""

    start: int
    stop: int
    rows: int
    line: int


def index_blocks(path: Path, start: int, line: int, separator: str, rows: int) -> list[Block]:
    """Return the blocks of a file.

    The text is in an encoding whose line ends, quotation marks and separators are those of ASCII. The rows begin at the
    byte `start`, in the line `line`; a header is a row. A block has `rows` rows, the last perhaps fewer.
    """
    # Byte and line at which each block begins; blank lines do not count.
    edges: list[tuple[int, int]] = []
    count, stop, rest, name, read = 0, start, b"", str(path), b"."
    try:
        with path.open("rb") as stream:
            stream.seek(start)
            while read:
                read = stream.read(_READ)
                text = rest + (read or b"\n" * (not rest.endswith(b"\n") and bool(rest)))
                if not text:
                    break
                found, used, lines = _rows_in(text, start, line, separator, name)
                chosen = slice(-count % rows, None, rows)  # the first row of the next block, among these
                edges += zip(found.starts[chosen].tolist(), found.lines[chosen].tolist(), strict=True)
                count, stop = count + len(found.starts), found.stop
                rest, start, line = text[used:], start + used, line + lines
                if rest and (not read or len(rest) > _LONGEST):
                    raise DataError(
                        "GN012",
                        "{place}: a quotation mark is not closed at the end of its value, so the following lines are "
                        "read as one value. Close or remove it.",
                        place=Place(name, line=line),
                    )
    except OSError as error:
        raise file_problem(name, error) from None
    ends = [*(at for at, _ in edges[1:]), stop]
    sizes = [min(rows, count - number * rows) for number in range(len(edges))]
    return [Block(at, end, size, line) for (at, line), end, size in zip(edges, ends, sizes, strict=True)]


def second_row(text: bytes, start: int, line: int, separator: str, name: str) -> tuple[int, int] | None:
    """Return byte and line of the second row of a file that begins with `text`; None if it has no second row.

    `start` is the byte of the first row, and `line` its line; errors as for `index_blocks`.
    """
    whole = text if text.endswith(b"\n") else text + b"\n"
    found, _, _ = _rows_in(whole[start:], start, line, separator, name)
    return (int(found.starts[1]), int(found.lines[1])) if len(found.starts) > 1 else None


class _Rows(NamedTuple):
    """Where the rows of some text begin: bytes and lines in the file, shape (n,), and the end of the last row."""

    starts: np.ndarray
    lines: np.ndarray
    stop: int


def _rows_in(text: bytes, start: int, line: int, separator: str, name: str) -> tuple[_Rows, int, int]:
    """Return the complete rows of text that begins with a row, and how many bytes and lines they take."""
    values = np.frombuffer(text, np.uint8)
    newlines = np.flatnonzero(values == _NEWLINE)
    ends = newlines
    if b'"' in text:
        quotes = np.flatnonzero(values == _QUOTE)
        before = np.searchsorted(quotes, newlines)
        ends = newlines[before % 2 == 0]
        used = int(ends[-1]) + 1 if len(ends) else 0
        _require_quoted(values, quotes[: np.searchsorted(quotes, used)], newlines, separator, name, line)
    if not len(ends):
        return _Rows(ends, ends, start), 0, 0
    used = int(ends[-1]) + 1
    starts = np.concatenate([[0], ends[:-1] + 1])
    filled = ~_blank(text, values, starts, ends, separator)
    starts = starts[filled]
    lines = line + np.searchsorted(newlines, starts)
    return _Rows(starts + start, lines, start + used), used, int(np.searchsorted(newlines, used))


def _blank(text: bytes, values: np.ndarray, starts: np.ndarray, ends: np.ndarray, separator: str) -> np.ndarray:
    """Return which rows have only blanks."""
    lengths = ends - starts
    first = values[starts]
    blank: np.ndarray = (lengths == 0) | ((lengths == 1) & (first == _RETURN))
    blanks = b" \r" if separator == "\t" else b" \t\r"
    unsure = np.flatnonzero(~blank & np.isin(first, np.frombuffer(blanks, np.uint8)))
    for row in unsure.tolist():
        blank[row] = not text[starts[row] : ends[row]].strip(blanks)
    return blank


def _require_quoted(
    values: np.ndarray, quotes: np.ndarray, newlines: np.ndarray, separator: str, name: str, line: int
) -> None:
    """Raise DataError GN012 if a quotation mark opens elsewhere than at the beginning of a value."""
    opening = quotes[::2]
    before = values[opening[opening > 0] - 1]  # a doubled mark inside quoted text closes and opens again
    allowed = np.frombuffer(separator.encode() + b'\n\r "', np.uint8)
    wrong = opening[opening > 0][~np.isin(before, allowed)]
    if len(wrong):
        raise DataError(
            "GN012",
            "{place}: a quotation mark inside a value that does not begin with one. Quote the whole "
            "value and double the mark in it, or write the data as Parquet.",
            place=Place(name, line=line + int(np.searchsorted(newlines, wrong[0]))),
        )
