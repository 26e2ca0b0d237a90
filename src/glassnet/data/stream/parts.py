"""One part of a stream: a file whose row groups are read one at a time."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import polars as pl

from ...errors import FileError
from ...io.opening import file_problem
from ...messages.message import Message
from .source import RowGroup

PIECE_ROWS = 1 << 17
"""The most rows that are read at a time."""
PIECE_BYTES = 1 << 26
"""The most bytes of values that are read at a time, estimated from the types, or for long text from the file."""
LEAST_ROWS = 1024
_TEXT_BYTES = 24
"""Bytes of a value of text or of a nested type, for the estimate."""


class Part(ABC):
    """A file of a stream.

    The schema has the types of the columns by name. `groups` are what is read at a time, in order, as if the file were
    the whole source.
    """

    unit = Message("row group")
    typed = True
    header = True
    separator = ""
    remarks: tuple[Message, ...] = ()
    partitions: Mapping[str, pl.Series] = MappingProxyType({})
    """Columns that the part's folders give; see `tables.partitions`."""

    def __init__(self, path: Path, schema: dict[str, pl.DataType], groups: Sequence[RowGroup]) -> None:
        self.path, self.schema, self.groups = path, schema, groups
        self._state = state_of(path)

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return str(self.path)

    def place(self, group: RowGroup) -> Message:
        """Return the file and row group, for messages."""
        return Message("{name} [{unit} {number}]", name=self.name, unit=self.unit, number=group.number + 1)

    def require_unchanged(self) -> None:
        """Raise FileError GN001 or GN141 if the file is gone or was changed since it was opened."""
        if state_of(self.path) != self._state:
            raise FileError(
                "GN141",
                "{name}: the file has changed since it was opened. Leave the parts as they are while they "
                "are read, and start again.",
                name=self.name,
            )

    @abstractmethod
    def read(self, group: RowGroup, columns: Sequence[str]) -> pl.DataFrame:
        """Read some columns of a row group."""


def state_of(path: Path) -> tuple[int, int]:
    """Return size and time of a file, in nanoseconds; they tell whether it has changed. FileError GN001 or GN003."""
    try:
        found = os.stat(path)
    except OSError as error:
        raise file_problem(str(path), error) from None
    return found.st_size, found.st_mtime_ns


def groups_of(sizes: Iterable[tuple[int, int]], schema: dict[str, pl.DataType]) -> list[RowGroup]:
    """Return the row groups with these numbers of rows and bytes, or slices of equal size of a large one."""
    groups, first = [], 0
    for number, (rows, size) in enumerate(sizes):
        count = -(-rows // most_rows(schema, size // max(rows, 1)))
        for place in range(count):
            start, stop = (first + rows * edge // count for edge in (place, place + 1))
            groups.append(RowGroup(0, number, start, stop - start, start))
        first += rows
    return groups


def most_rows(schema: dict[str, pl.DataType], written: int = 0) -> int:
    """Return how many rows of these types are read at a time, if a row takes `written` bytes in the file."""
    width = sum(_bytes_of(dtype) for dtype in schema.values())
    if written > 2 * width:  # long text: otherwise the types decide, whatever the encoding in the file
        width = written
    return min(PIECE_ROWS, max(LEAST_ROWS, PIECE_BYTES // max(width, 1)))


def _bytes_of(dtype: pl.DataType) -> int:
    flat = dtype.is_numeric() or dtype.is_temporal() or dtype == pl.Boolean
    return int(pl.Series([None], dtype=dtype).estimated_size()) if flat else _TEXT_BYTES
