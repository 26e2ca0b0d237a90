"""A table that is read one row group at a time, from files or from memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ...messages.message import Message
from ..tables.table import Table

BLOCK_ROWS = 65_536
"""Rows of a group of delimited text, or of a table in memory."""
FIRST_ROWS = 100_000
"""The rows, from the first, that decide the kind of each column."""


@dataclass(frozen=True)
class RowGroup:
    """Consecutive rows of one part: what is read at a time."""

    part: int  # position of the part among ``StreamSource.parts``
    # Number of the row group, record batch or block in its part, from 0. A large row group is read in pieces, which
    # share its number.
    number: int
    first: int  # number of the first row in the whole source, from 0
    rows: int  # number of rows, 1 or more
    start: int = 0  # number of the first row in its part, from 0


class StreamSource(ABC):
    """A table in row groups.

    Parameters
    ----------
    source : str
        The source as given, for messages and training records.
    names : tuple of str
        Column names, in order.
    parts : tuple of str
        Names of the parts (files), sorted, without empty ones.
    groups : tuple of RowGroup
        All row groups, in the order of the rows.
    empty_files : tuple of str
        Names of the files of 0 bytes, which are skipped.
    """

    remarks: tuple[Message, ...] = ()  # guesses in reading

    def __init__(
        self,
        source: str,
        names: Sequence[str],
        parts: Sequence[str],
        groups: Iterable[RowGroup],
        empty_files: Sequence[str] = (),
    ) -> None:
        self.source, self.names, self.parts, self.groups = source, tuple(names), tuple(parts), tuple(groups)
        self.empty_files = tuple(empty_files)

    @property
    def rows(self) -> int:
        """Number of rows."""
        last = self.groups[-1]
        return last.first + last.rows

    @abstractmethod
    def read(self, group: RowGroup, columns: Sequence[str] | None = None) -> Table:
        """Read a row group, or some columns of it; ``Table.rows`` are the rows' numbers in the whole source.

        May be called from another thread, and in any order.
        """

    @abstractmethod
    def first_rows(self, count: int = FIRST_ROWS) -> Table:
        """Return the first rows as one table."""

    def __iter__(self) -> Iterator[Table]:
        return map(self.read, self.groups)

    def __len__(self) -> int:
        return self.rows


class TableStream(StreamSource):
    """A table in memory as row groups.

    A single number is the size of all groups, the last of which may be smaller.
    """

    def __init__(self, table: Table, sizes: int | Sequence[int] = BLOCK_ROWS) -> None:
        self.table = table
        whole = len(table)
        if isinstance(sizes, int):
            sizes = [min(sizes, whole - first) for first in range(0, whole, sizes)]
        if sum(sizes) != whole or min(sizes, default=0) < 1:
            raise ValueError(f"sizes of row groups: a sum of {sum(sizes)}, expected {whole}, each 1 or more")
        firsts = np.concatenate([[0], np.cumsum(sizes)]).tolist()
        groups = [RowGroup(0, number, firsts[number], rows, firsts[number]) for number, rows in enumerate(sizes)]
        super().__init__(table.source, table.names, (table.source,), groups)

    def read(self, group: RowGroup, columns: Sequence[str] | None = None) -> Table:
        """Return the rows of a group, without a copy."""
        frame = self.table.frame if columns is None else self.table.frame.select(columns)
        numbers = np.arange(group.first, group.first + group.rows)
        return replace(self.table, frame=frame.slice(group.first, group.rows), rows=numbers)

    def first_rows(self, count: int = FIRST_ROWS) -> Table:
        """Return the first rows, without a copy."""
        count = min(count, self.rows)
        return replace(self.table, frame=self.table.frame.slice(0, count), rows=np.arange(count))


def joined(tables: Sequence[Table]) -> Table:
    """Return tables of the same columns, one or more, as one table."""
    if len(tables) == 1:
        return tables[0]
    rows = [np.arange(len(table)) if table.rows is None else table.rows for table in tables]
    return replace(tables[0], frame=pl.concat([table.frame for table in tables]).rechunk(), rows=np.concatenate(rows))
