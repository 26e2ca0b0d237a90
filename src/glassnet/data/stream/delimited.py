"""Parts of delimited text, read in blocks of rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import polars as pl

from ...errors import DataError, FileError
from ...io.encoding import in_utf8, wide_encoding
from ...io.opening import file_problem
from ...messages.message import Message
from ..tables.csv import read_careful, read_fast, require_unique, sniff, table_start
from ..tables.header import header_in
from .line_index import index_blocks, second_row
from .parts import LEAST_ROWS, PIECE_BYTES, Part, most_rows
from .source import BLOCK_ROWS, RowGroup

_HEAD = 1 << 20
"""Bytes from which separator, header and encoding are detected, and the length of a row."""


class DelimitedPart(Part):
    """A file of delimited text in UTF-8 or ASCII.

    If the first line has one of the `expected` names, it is a header.
    """

    unit = Message("block")
    typed = False

    def __init__(self, path: Path, expected: Collection[str]) -> None:
        name = str(path)
        head = _head_of(path)
        above = table_start(head)
        self.separator, first_rows = sniff(head[above:], name)
        if self.separator == " ":
            raise FileError(
                "GN142",
                "{name}: values separated by blanks cannot be read as a stream. Separate them by commas, or "
                "write Parquet.",
                name=name,
            )
        if len(first_rows) > 1 and all(len(row) == len(first_rows[0]) + 1 for row in first_rows[1:]):
            raise FileError(
                "GN142",
                "{name}: rows with one value more than the first line cannot be read as a stream. Name every column.",
                name=name,
            )
        self.header, self.remarks = header_in(first_rows, expected, name)
        given = first_rows[0] if self.header else [""] * len(first_rows[0])
        self._names = [one.strip() or f"column{number}" for number, one in enumerate(given, 1)]
        require_unique(self._names, name)
        start: tuple[int, int] | None = (above, head.count(b"\n", 0, above) + 1)
        if self.header:
            start = second_row(head, above, head.count(b"\n", 0, above) + 1, self.separator, name)
        size = max(1, len(head) // max(1, head.count(b"\n")))
        fitting = max(LEAST_ROWS, PIECE_BYTES // size)
        most = min(BLOCK_ROWS, fitting, most_rows(dict.fromkeys(self._names, pl.String())))
        self._blocks = index_blocks(path, *start, self.separator, most) if start else []
        groups, first = [], 0
        for number, block in enumerate(self._blocks):
            groups.append(RowGroup(0, number, first, block.rows, first))
            first += block.rows
        names = self._names
        if not given[-1].strip() and self.header and not any(row[-1].strip() for row in first_rows[1:]):
            names = names[:-1]  # every line ends in a separator
        super().__init__(path, dict.fromkeys(names, pl.String()), groups)

    def read(self, group: RowGroup, columns: Sequence[str]) -> pl.DataFrame:
        """Read some columns of a block as text."""
        self.require_unchanged()
        block = self._blocks[group.number]
        try:
            with self.path.open("rb") as stream:
                stream.seek(block.start)
                content = stream.read(block.stop - block.start)
        except OSError as error:
            raise file_problem(self.name, error) from None
        width = len(self._names)
        frame = read_fast(content, self.separator, width)
        if frame is None:
            _require_utf8(content, self.place(group))
            frame = read_careful(content, self.separator, width, self.name, block.line - 1)
        frame.columns = self._names
        if len(frame) != block.rows:
            raise DataError(
                "GN012",
                "{place}, from line {line}: {rows:,} rows, expected {expected:,}. Close all quotation marks "
                "and remove blank lines, or write the data as Parquet.",
                place=self.place(group),
                line=block.line,
                rows=len(frame),
                expected=block.rows,
            )
        return frame.select(columns)


def _head_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise file_problem(str(path), error) from None
    name = str(path)
    if wide_encoding(head[:4096]):
        raise _not_utf8(name, Message("UTF-16 or UTF-32"))
    if b"\r" in head and b"\n" not in head:
        raise FileError(
            "GN142",
            "{name}: lines that end in a carriage return alone cannot be read as a stream. Save it with line feeds.",
            name=name,
        )
    if len(head) == _HEAD:
        head = head[: head.rfind(b"\n") + 1] or head
    _require_utf8(head, name)
    return head


def _require_utf8(content: bytes, place: str | Message) -> None:
    _, encoding = in_utf8(content)
    if encoding:
        raise _not_utf8(place, encoding)


def _not_utf8(place: str | Message, encoding: str | Message) -> FileError:
    return FileError(
        "GN142",
        "{place}: not UTF-8 but perhaps {encoding}, which cannot be read as a stream. Save it as 'CSV UTF-8'.",
        place=place,
        encoding=encoding,
    )
