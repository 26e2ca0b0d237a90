"""Open a stream of files, after a comparison of their columns and types."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ...errors import DataError, FileError, require_choice, with_near_matches
from ...io.encoding import wide_encoding
from ...io.opening import GZIP_MAGIC, Opened, file_problem, refuse_pointer
from ...io.sniff import kind_of
from ...messages.message import Listing
from ..tables.partitions import partition_columns, with_partitions
from ..tables.table import QUOTED_ROWS, Table, cleaned, quoted_columns
from ..validation import AUTO, DECIMALS
from .columnar import ColumnarPart, RemotePart
from .delimited import DelimitedPart
from .parts import Part
from .paths import files_of, is_remote
from .source import FIRST_ROWS, RowGroup, StreamSource

_WORDS = (pl.Categorical, pl.Enum)
_SHOWN = 4  # columns in a message


class FileStream(StreamSource):
    """Files of the same columns as row groups; see `open_stream`."""

    def __init__(
        self, source: str, parts: Sequence[Part], decimal: str = AUTO, empty_files: Sequence[str] = ()
    ) -> None:
        self._parts, self._decimal, self._schema = parts, decimal, common_schema(parts)
        groups: list[RowGroup] = []
        for number, part in enumerate(parts):
            first = groups[-1].first + groups[-1].rows if groups else 0
            groups += [replace(group, part=number, first=first + group.start) for group in part.groups]
        super().__init__(source, tuple(self._schema), [part.name for part in parts], groups, empty_files)
        self.remarks = parts[0].remarks

    def read(self, group: RowGroup, columns: Sequence[str] | None = None) -> Table:
        """Read a row group, or some columns of it; see `StreamSource.read`."""
        frame = self._frame(group, self.names if columns is None else columns)
        numbers = np.arange(group.first, group.first + group.rows)
        return self._table(cleaned(frame, self._parts[group.part].place(group), self._quoted), numbers)

    def first_rows(self, count: int = FIRST_ROWS) -> Table:
        """Return the first rows as one table."""
        frame = self._first_frame(count, self.names)
        return self._table(cleaned(frame, self.source, self._quoted), np.arange(len(frame)))

    def _frame(self, group: RowGroup, columns: Sequence[str]) -> pl.DataFrame:
        part = self._parts[group.part]
        in_file = [name for name in columns if name not in part.partitions]
        frame = part.read(group, in_file or [*part.schema][:1])
        frame = with_partitions(frame, part.partitions).select(columns)
        return frame.with_columns(
            pl.col(name).cast(self._schema[name]) for name in columns if frame.schema[name] == pl.Null
        )

    def _first_frame(self, count: int, columns: Sequence[str]) -> pl.DataFrame:
        frames: list[pl.DataFrame] = []
        for group in self.groups:
            if count <= 0:
                break
            frame = self._frame(group, columns).head(count)
            frames.append(frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String)))
            count -= group.rows
        return pl.concat(frames)

    @cached_property
    def _quoted(self) -> list[str]:
        """Columns of words in single quotation marks, by the first rows: every row group is read in the same way."""
        text = [name for name, dtype in self._schema.items() if dtype == pl.String]
        for rows in (QUOTED_ROWS, FIRST_ROWS):  # few of the columns need many rows
            if text:
                text = quoted_columns(self._first_frame(rows, text).select(pl.all().str.strip_chars()))
        return text

    def _table(self, frame: pl.DataFrame, numbers: np.ndarray) -> Table:
        first = self._parts[0]
        return Table(frame, self.source, first.header, (), numbers, self._decimal, first.typed, first.separator)


@with_near_matches("open_stream")
def open_stream(source: Any, expected: Collection[str] = (), *, decimal: str = AUTO) -> StreamSource:
    """Open a table that is read one row group at a time; reads only metadata, and of delimited text the line ends.

    Parameters
    ----------
    source : str, path, or sequence of them
        A file, a folder, or a pattern such as ``"parts/*.parquet"``: Parquet, Arrow (file) or delimited text, all of
        one kind. Also Parquet and Arrow files that polars reads elsewhere, such as ``s3://bucket/parts/*.parquet``. Or
        a `StreamSource`, which is returned as is.
    expected : collection of str
        Column names: if the first line of delimited text has one of them, it is a header. Folders such as ``year=2024``
        are columns if they differ between files, or are expected.
    decimal : {"auto", ",", "."}
        The decimal sign in columns of text; detected for each column by default.

    Raises
    ------
    FileError
        GN001 when there is no such file, GN002 for a folder without files, GN003, GN005; GN006 when metadata are
        damaged, GN142 for a kind of file that cannot be read in pieces.
    DataError
        GN010 when there are no rows, GN011, GN012, GN063; GN140 when parts differ in their columns or types.
    OptionError
        GN021 for another `decimal`.
    """
    require_choice("decimal", decimal, DECIMALS)
    if isinstance(source, StreamSource):
        return source
    empty: list[Path] = []
    if is_remote(source):
        parts: list[Part] = [RemotePart(source)]
        name = source
    else:
        files, empty = files_of(source)
        names = ", ".join(map(str, files[:2])) + (", …" if len(files) > 2 else "")
        name = os.fspath(source) if isinstance(source, str | os.PathLike) else names
        parts = []
        kinds = [_kind(file) for file in files]
        _require_one_kind(files, kinds)
        for file, kind in zip(files, kinds, strict=True):
            wanted = (*expected, *parts[0].schema) if parts and parts[0].header else expected
            parts.append(DelimitedPart(file, wanted) if kind == "text" else ColumnarPart(file, kind))
        for part, columns in zip(parts, partition_columns(files, expected), strict=True):
            part.partitions = {one: value for one, value in columns.items() if one not in part.schema}
            part.schema = {**part.schema, **{one: value.dtype for one, value in part.partitions.items()}}
    filled = [part for part in parts if part.groups]
    if not filled:
        raise DataError("GN010", "{name}: no rows, expected samples. Check the files.", name=name)
    return FileStream(name, filled, decimal, [str(file) for file in empty])


def _kind(file: Path) -> str:
    """Return the kind of a file: "parquet", "arrow", or "text"; FileError for one that cannot be read in pieces."""
    name = str(file)
    try:
        with file.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise file_problem(name, error) from None
    refuse_pointer(head, name)
    if head.startswith(GZIP_MAGIC):
        raise FileError(
            "GN142",
            "{name}: compressed with gzip, which cannot be read as a stream. Unpack it with gunzip, or "
            "write Parquet, which is compressed.",
            name=name,
        )
    # Before its zero bytes are taken for another format.
    kind = "text" if wide_encoding(head) else kind_of(Opened(name, file, None, head))
    if kind not in ("text", "parquet", "arrow"):
        raise FileError(
            "GN142",
            "{name}: {kind} data, which cannot be read as a stream. Write Parquet, an Arrow file or CSV.",
            name=name,
            kind=kind,
        )
    return kind


def _require_one_kind(files: Sequence[Path], kinds: Sequence[str]) -> None:
    """Raise DataError GN140 for the first file that is not of the most frequent kind."""
    usual = Counter(kinds).most_common(1)[0][0]
    for file, kind in zip(files, kinds, strict=True):
        if kind != usual:
            raise DataError(
                "GN140",
                "{name}: {kind}, and the other files are {usual}. Remove it, or name a pattern without it, "
                "such as '{pattern}'.",
                name=file,
                kind=kind,
                usual=usual,
                pattern=file.parent / ("*" + files[kinds.index(usual)].suffix),
            )


def common_schema(parts: Sequence[Part]) -> dict[str, pl.DataType]:
    """Return the columns that all parts have, in the order of the first, and their types.

    A column without values, of the type null, fits any type.
    """
    first = parts[0]
    schema = {name: _plain(dtype) for name, dtype in first.schema.items()}
    for part in parts[1:]:
        own = {name: _plain(dtype) for name, dtype in part.schema.items()}
        missing, extra = ([name for name in one if name not in other] for one, other in ((schema, own), (own, schema)))
        if missing or extra:
            if missing and extra:
                template = "{name}: has {extra} instead of {missing} in {first}. Give all parts the same columns."
            elif missing:
                template = "{name}: lacks {missing}, which {first} has. Give all parts the same columns."
            else:
                template = "{name}: has {extra}, which {first} lacks. Give all parts the same columns."
            raise DataError(
                "GN140",
                template,
                name=part.name,
                extra=Listing(extra, _SHOWN, quoted=True),
                missing=Listing(missing, _SHOWN, quoted=True),
                first=first.name,
            )
        schema |= {name: own[name] for name, dtype in schema.items() if dtype == pl.Null}
        for name, dtype in schema.items():
            if own[name] not in (dtype, pl.Null):
                raise DataError(
                    "GN140",
                    "{name}: column {column!r} is {here}, and {there} in {first}. Give all parts the same types.",
                    name=part.name,
                    column=name,
                    here=own[name],
                    there=dtype,
                    first=first.name,
                )
    return schema


def _plain(dtype: pl.DataType) -> pl.DataType:
    return pl.String() if dtype in _WORDS else dtype
