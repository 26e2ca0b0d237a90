"""Parts of typed columns: Parquet and Arrow files, and what polars reads elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO

import polars as pl

from ...errors import FileError
from ...io.opening import file_problem
from ...messages.message import Message
from ..tables.declared_sizes import (
    PROBLEMS,
    StoredRows,
    arrow_record_batches,
    parquet_row_groups,
    reason_of,
    require_pages,
)
from .parts import Part, groups_of, most_rows, state_of
from .source import RowGroup

_UNREADABLE = (*PROBLEMS, TypeError, RecursionError)


class ColumnarPart(Part):
    """A Parquet or Arrow file.

    Polars decodes only the pages of the wanted rows, also within a row group of many rows.

    The kind is ``"parquet"`` or ``"arrow"``.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self.unit = Message("row group") if kind == "parquet" else Message("record batch")
        self._kind = kind
        try:
            with path.open("rb") as stream:
                groups = _GROUPS[kind](stream)
            schema = dict(_scanned(path, kind, state_of(path)).collect_schema())
        except _UNREADABLE as problem:
            if isinstance(problem, FileNotFoundError | PermissionError):
                raise file_problem(str(path), problem) from None
            raise FileError(
                "GN006",
                "{name}: damaged {kind} data, no list of each {unit} ({reason}). Write or fetch the file "
                "again, or leave it out.",
                name=path,
                kind=kind,
                unit=self.unit,
                reason=reason_of(problem),
            ) from None
        self._unchecked = dict(enumerate(groups))
        super().__init__(path, schema, groups_of(((group.rows, group.size) for group in groups), schema))

    def read(self, group: RowGroup, columns: Sequence[str]) -> pl.DataFrame:
        """Read some columns of a row group."""
        self.require_unchanged()
        try:
            if (unchecked := self._unchecked.get(group.number)) is not None:  # another thread may check it too
                with self.path.open("rb") as stream:
                    require_pages(stream, unchecked)
                self._unchecked.pop(group.number, None)
            scanned = _scanned(self.path, self._kind, self._state)
            frame = scanned.select(columns).slice(group.start, group.rows).collect()
        except _UNREADABLE as problem:
            self.require_unchanged()
            raise FileError(
                "GN006",
                "{place}: damaged {kind} data ({reason}). Write or fetch the file again, or leave it out.",
                place=self.place(group),
                kind=self._kind,
                reason=reason_of(problem),
            ) from None
        if len(frame) != group.rows:
            raise FileError(
                "GN006",
                "{place}: {rows:,} rows, and its metadata promise {expected:,}. Write or fetch the file "
                "again, or leave it out.",
                place=self.place(group),
                rows=len(frame),
                expected=group.rows,
            )
        return frame


@lru_cache(maxsize=4)
def _scanned(path: Path, kind: str, state: tuple[int, int]) -> pl.LazyFrame:
    """Return a file in this state as polars scans it; few are remembered, because each holds the file's metadata."""
    return _SCANS[kind](path, glob=False)


class RemotePart(Part):
    """Parquet or Arrow files elsewhere, by an address that polars reads, such as ``s3://bucket/parts/*.parquet``.

    Rows are read in slices of equal size, whatever the row groups.
    """

    unit = Message("slice")

    def __init__(self, address: str) -> None:
        self._address = address
        try:
            scan = _SCANS.get(address.rpartition(".")[2].lower(), pl.scan_parquet)
            self._frame = scan(address, hive_partitioning=True)
            schema = dict(self._frame.collect_schema())
            rows = int(self._frame.select(pl.len()).collect().item())
        except _UNREADABLE as problem:
            raise self._unreadable(problem, address) from None
        self.schema, most = schema, most_rows(schema)
        starts = enumerate(range(0, rows, most))
        self.groups = [RowGroup(0, number, start, min(most, rows - start), start) for number, start in starts]

    @property
    def name(self) -> str:
        """The address."""
        return self._address

    def require_unchanged(self) -> None:
        """Do nothing: that is not known."""

    def read(self, group: RowGroup, columns: Sequence[str]) -> pl.DataFrame:
        """Read some columns of a slice; FileError GN003 if polars cannot."""
        try:
            return self._frame.select(columns).slice(group.start, group.rows).collect()
        except _UNREADABLE as problem:
            raise self._unreadable(problem, self.place(group)) from None

    @staticmethod
    def _unreadable(problem: BaseException, place: str | Message) -> FileError:
        return FileError(
            "GN003",
            "{place}: cannot be read ({reason}). Check address, access and network.",
            place=place,
            reason=reason_of(problem),
        )


_GROUPS: dict[str, Callable[[IO[bytes]], list[StoredRows]]] = {
    "parquet": parquet_row_groups,
    "arrow": arrow_record_batches,
}

_SCANS: dict[str, Callable[..., pl.LazyFrame]] = {
    "parquet": pl.scan_parquet,
    **dict.fromkeys(("arrow", "ipc", "feather"), pl.scan_ipc),
}
