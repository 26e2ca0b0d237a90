"""Read delimited text with named columns: detect separator, header and encoding, and keep every value as text.

`table` decides later what a column contains. Polars reads fast, but accepts short rows and does not allow blanks before
a quotation mark; text that it rejects or may misread is read with the `csv` module.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from ...errors import DataError
from ...io.encoding import in_utf8
from ...io.opening import Opened
from ...messages.message import Listing, Message, Place, Sentences
from ..validation import is_number
from .header import SAMPLE, SEPARATORS, are_row_names, completed, even, header_in, separator_of, without_quotes

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Delimited:
    """A table of text."""

    frame: pl.DataFrame  # strings as in the file
    separator: str  # one of ``header.SEPARATORS``, or a blank for any run of blanks
    header: bool  # whether the first line has the column names; otherwise they are column1, column2, …
    remarks: tuple[Message, ...]  # guesses
    row_names: pl.Series | None = None  # row names, as R writes them; they are not among the columns


def read_delimited(opened: Opened, expected: Collection[str] = ()) -> Delimited:
    """Read delimited text.

    The text is in UTF-8 or another encoding that `in_utf8` reads; values are separated by comma, semicolon, tab or bar.
    If the first line has one of the `expected` names, it is a header.
    """
    content, remarks, lines_above = table_text(opened)
    above = len(lines_above)
    separator, first_rows = sniff(content, opened.name)
    if separator == " ":
        content = without_blanks_behind(content)
    row_names, frame = _after_row_names(content, separator, first_rows, (opened.name, above))
    header, doubts = header_in(first_rows, expected, opened.name) if row_names is None else (True, ())
    width = len(first_rows[0])
    remarks = (*remarks, *doubts)
    if row_names is not None:
        remarks = (*remarks, Message("row names, as R writes them, are ignored"))
    if frame is None:
        frame = read_fast(content, separator, width)
    if frame is None:
        frame = read_careful(content, separator, width, opened.name, above)
    if header:
        frame = frame.slice(1)
    if not len(frame):
        raise DataError(
            "GN010", "{name}: only column names, expected rows below them. Check the file.", name=opened.name
        )
    given = first_rows[0] if header else [""] * width
    names = [name.strip() or f"column{number}" for number, name in enumerate(given, 1)]
    require_unique(names, opened.name)
    frame.columns = names
    if header and not given[-1].strip() and frame[names[-1]].null_count() == len(frame):
        frame = frame.drop(names[-1])  # every line ends in a separator
    return Delimited(frame, separator, header, remarks, row_names)


def _after_row_names(
    content: bytes, separator: str, rows: list[list[str]], where: tuple[str, int]
) -> tuple[pl.Series | None, pl.DataFrame | None]:
    """Return row names and the other columns if rows begin with a name, else (None, None)."""
    width = len(rows[0])
    if len(rows) < 2 or any(len(row) != width + 1 for row in rows[1:]) or completed(rows[0], rows, width + 1)[0]:
        return None, None
    content = separator.encode() + content if separator != " " else b'"" ' + content
    frame = read_fast(content, separator, width + 1)
    if frame is None:
        frame = read_careful(content, separator, width + 1, *where, named=True)
    names = frame.to_series(0)[1:]
    if not are_row_names([name or "" for name in names.to_list()]):
        return None, None
    frame = frame.drop(frame.columns[0])
    frame.columns = numbered(width)
    return names, frame


def named_columns(opened: Opened) -> list[str]:
    """Return the column names of a table that is clearly not rows of pixels: it has words below a header."""
    try:
        content, _, _ = table_text(opened, SAMPLE)
        _, rows = sniff(content, opened.name)
    except DataError:
        return []
    names = rows[0]
    if len(names) < 2 or len(rows) < 3 or not all(map(str.strip, names)) or not header_in(rows, (), opened.name)[0]:
        return []
    columns = zip(*(row for row in rows[1:] if len(row) == len(names)), strict=True)
    # Not all: many tables end in a line of totals.
    worded = [sum(bool(field.strip()) and not is_number(field) for field in column) / len(column) for column in columns]
    return names if max(worded, default=0) > 0.9 else []


def require_unique(names: list[str], source: str | Message) -> None:
    """Raise DataError GN063 if two columns have the same name."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(
            "GN063",
            "{source}: several columns have the same name: {names}. Rename them.",
            source=source,
            names=Listing(twice[:5], quoted=True),
        )


def without_separator_line(content: bytes) -> bytes:
    """Remove a first line ``sep=;``, which is an instruction for spreadsheets."""
    return re.sub(rb'\A"?sep=[^\r\n]"?(?=\r?\n)', b"", content, flags=re.IGNORECASE)


def comments_above(content: bytes) -> int:
    """Return the size in bytes of comment lines above a table, which begin with #.

    A header that begins with # is not a comment: it has as many separators as the first row.
    """
    lines, size = content[:SAMPLE].splitlines(keepends=True), 0
    row = next((line for line in lines if line.strip() and not line.startswith(b"#")), b"")
    separator = separator_of(row.decode("latin-1")).encode()
    for line in lines:
        if line.strip() and (not line.startswith(b"#") or line.count(separator) == row.count(separator)):
            break
        size += len(line)
    return size if row else 0


def table_text(opened: Opened, size: int = -1) -> tuple[bytes, tuple[Message, ...], list[bytes]]:
    """Return the content, or its first bytes, in UTF-8, remarks on guesses, and ignored lines above the table."""
    with opened.stream() as stream:
        content = stream.read(size)
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    start = table_start(content)
    above, table = content[:start], content[start:]
    if not table.strip():
        raise DataError("GN010", "{name}: only blank lines, expected rows. Check the file.", name=opened.name)
    decoded, encoding = in_utf8(table)
    remarks = [Message("not UTF-8, read as {encoding}", encoding=encoding)] if encoding else []
    above = without_separator_line(above.removeprefix(_BOM))
    remarks += [Message("lines that begin with # above the table are ignored")] if b"#" in above else []
    return decoded, tuple(remarks), above.split(b"\n")[:-1]


def table_start(content: bytes) -> int:
    """Return the size in bytes of all above a table: byte order mark, ``sep=;``, blank lines and comments."""
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    table = without_separator_line(content.removeprefix(_BOM)).lstrip(b"\r\n")
    return len(content) - len(table[comments_above(table) :].lstrip(b"\r\n"))


def sniff(content: bytes, name: str) -> tuple[str, list[list[str]]]:
    """Return the separator that splits the first rows most evenly, and those rows; the first without single quotes."""
    sample = content[:SAMPLE]
    if len(content) > SAMPLE and b"\n" in sample:
        sample = sample[: sample.rindex(b"\n") + 1]
    best: tuple[float, int] = (-1.0, 0)
    best_separator, rows = ",", [[""]]
    text = sample.decode(errors="ignore")
    for separator in SEPARATORS:
        cut = [one.fields for one in records(text, separator, name)]
        if not cut:  # only a quotation mark
            continue
        widths = Counter(map(len, cut))
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = (count / len(cut) if width > 1 else 0.0, width)
        if score > best:
            best, best_separator, rows = score, separator, cut
    if len(rows[0]) == 1:  # tables by R, and aligned columns
        blank = [one.fields for one in records(without_blanks_behind(sample).decode(errors="ignore"), " ", name)]
        if blank and len(blank[0]) > 1 and even([len(row) for row in blank]):
            best_separator, rows = " ", blank
    return best_separator, [[without_quotes(field) for field in rows[0]], *rows[1:]]


def without_blanks_behind(content: bytes) -> bytes:
    """Remove blanks at the ends of lines, for tables that are separated by blanks."""
    return re.sub(rb"[ \t]+(?=\r?\n|\Z)", b"", content)


def read_fast(content: bytes, separator: str, width: int) -> pl.DataFrame | None:
    """Read the rows with polars; None if the result may be wrong, for example with blank lines between rows."""
    content = content.rstrip(b"\r\n")
    try:
        frame = pl.read_csv(
            content,
            has_header=False,
            infer_schema=False,
            separator=separator,
            schema=dict.fromkeys(numbered(width), pl.String()),
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        return None
    # Short rows and missing values both become null; the number of separators tells them apart, unless quoted
    # separators make up for missing ones.
    expected, between = (width - 1) * len(frame), separator.encode()
    even = content.count(between) == expected
    if b'"' in content and (not even or frame.to_series(-1).null_count()):
        quoted = rb'(?:\A|(?<=[%s\n]))"(?:[^"]|"")*"(?=[%s\r\n]|\Z)' % (re.escape(between), re.escape(between))
        bare = re.sub(quoted, b"", content)
        even = b'"' not in bare and bare.count(between) == expected
    return frame if even else None


def read_careful(
    content: bytes, separator: str, width: int, name: str, above: int, *, named: bool = False
) -> pl.DataFrame:
    """Read the rows one by one, or raise an error for a bad one; `named` if rows begin with a row name."""
    rows = []
    right = (
        Message("{width}, a row name and {others} more", width=width, others=width - 1)
        if named
        else Message("{width} as in the first line", width=width)
    )
    found = list(records(content.decode(), separator, name))
    if not found:
        raise DataError("GN010", "{name}: only quotation marks, expected rows of values. Check the file.", name=name)
    if len(found) > 1 and all(len(one.fields) == width + 1 and not one.fields[-1].strip() for one in found[1:]):
        found[1:] = [
            one._replace(fields=one.fields[:-1]) for one in found[1:]
        ]  # all rows end in a separator, but not the header
    for first, last, row, is_open in found:
        if is_open:
            raise DataError(
                "GN012",
                "{place}: a quotation mark is not closed at the end of its value, so the following lines are "
                "read as one value. Close or remove it.",
                place=Place(name, line=above + first),
            )
        if len(row) != width:
            line, count, joined = above + last, len(row), None
            advice = Message("Remove the extra values, or quote their text.")
            if width == 1:
                advice = Message("If line 1 is not the name of a column, remove it.")
            elif count < width:
                advice = Message("Add the missing values.")
            if any("\n" in field for field in row):
                template = "Quotation marks make one row of lines {first} to {last}."
                joined = Message(template, first=above + first, last=line)
            raise DataError(
                "GN012",
                "{place}: {count} values, expected {expected}. {advice}",
                place=Place(name, line=line),
                count=count,
                expected=right,
                advice=Sentences(advice, joined),
            )
        rows.append(row)
    return frame_of_rows(rows, width)


def frame_of_rows(rows: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    """Return rows of fields as a frame of strings; empty fields become null."""
    columns = zip(*rows, strict=True) if rows else [()] * width
    fields = ([field or None for field in column] for column in columns)
    names = numbered(width)
    return pl.DataFrame(dict(zip(names, fields, strict=True)), schema=dict.fromkeys(names, pl.String()))


def _is_well_quoted(lines: Sequence[str], separator: str) -> bool:
    """Return whether every quoted value in some lines is closed, right before a separator or the end of a line."""
    quoted = io.StringIO("\n".join(lines), newline="")
    try:
        deque(csv.reader(quoted, delimiter=separator, skipinitialspace=True, strict=True), maxlen=0)
    except csv.Error:
        return False
    return True


class Record(NamedTuple):
    """A row: its first and last line, its fields, and whether it has an unclosed quotation mark."""

    first: int
    last: int
    fields: list[str]
    is_open: bool = False


def records(text: str, separator: str, name: str) -> Iterator[Record]:
    """Yield the rows that are not blank; lines after an unclosed quotation mark are split one by one."""
    csv.field_size_limit(1 << 30)  # an unclosed quotation mark makes long fields
    lines = text.split("\n")
    # The appended blank line shows that a quotation mark is unclosed.
    reader = csv.reader(io.StringIO(f"{text}\n\n", newline=""), delimiter=separator, skipinitialspace=True)
    first = 1
    try:
        for row in reader:
            last = reader.line_num
            filled = any(field.strip() for field in row)
            if filled and last > first and not _is_well_quoted(lines[first - 1 : last], separator):
                for number in range(first, min(last, len(lines)) + 1):
                    if lines[number - 1].strip():
                        [cut] = csv.reader([lines[number - 1]], delimiter=separator, skipinitialspace=True)
                        yield Record(number, number, cut, number == first)
            elif (len(row) > 1 and separator != " ") or filled:
                yield Record(first, last, row)
            first = last + 1
    except csv.Error as problem:
        raise DataError(
            "GN011",
            "{place}: not a table ({why}). Is this the right file?",
            place=Place(name, line=reader.line_num),
            why=problem,
        ) from None


def numbered(width: int) -> list[str]:
    """Return column names for a table without names."""
    return [f"column{number}" for number in range(1, width + 1)]
