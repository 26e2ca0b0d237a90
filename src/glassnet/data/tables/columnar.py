"""Read files of typed columns as frames: Parquet, Arrow (file or stream), JSON and NDJSON.

Polars reads well-formed files fast. JSON that it rejects is read with the standard library, which accepts NaN and
columns of mixed types, and reports the line of a mistake.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl

from ...errors import DataError, FileError
from ...io.limits import require_room
from ...io.opening import Opened
from ...messages.message import Place
from .declared_sizes import PROBLEMS, declared_size, reason_of

_READERS: dict[str, Callable[[Any], pl.DataFrame]] = {
    "parquet": pl.read_parquet,
    "arrow": pl.read_ipc,
    "arrow stream": pl.read_ipc_stream,
    # Infer types from all rows; otherwise a later 1.5 among integers would become 1.
    "ndjson": partial(pl.read_ndjson, infer_schema_length=None),
    "json": partial(pl.read_json, infer_schema_length=None),
}
TYPED = tuple(_READERS)
"""The formats that this module reads, see `sniff.kind_of`."""
_PACKED = 2  # a file that unpacks to more than this multiple of its size counts as compressed
_PROBLEMS = (*PROBLEMS, TypeError, RecursionError)


def read_typed(opened: Opened, kind: str) -> pl.DataFrame:
    """Read a file of one of these formats."""
    try:
        if "json" in kind:
            return _of_json(opened, kind)
        with opened.stream() as stream:
            own = stream.seek(0, os.SEEK_END)
        if (unpacked := declared_size(opened, kind)) > _PACKED * own:
            require_room(opened.name, unpacked)
        with opened.stream() as stream:
            return _READERS[kind](stream)
    except _PROBLEMS as problem:
        if isinstance(problem, FileError | DataError):
            raise
        raise FileError(
            "GN006",
            "{name}: damaged {kind} data ({reason}). Fetch the file again.",
            name=opened.name,
            kind=kind,
            reason=reason_of(problem),
        ) from None


def _of_json(opened: Opened, kind: str) -> pl.DataFrame:
    with opened.stream() as stream:
        content = stream.read().removeprefix(b"\xef\xbb\xbf")
    try:
        frame = _READERS[kind](content)
    except _PROBLEMS:
        return _slowly(content, kind, opened.name)
    whole = kind == "ndjson" and len(frame) == 1 and all(dtype.is_nested() for dtype in frame.dtypes)
    return _slowly(content, kind, opened.name) if whole else frame


def _slowly(content: bytes, kind: str, name: str) -> pl.DataFrame:
    """Read JSON value by value."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise FileError(
            "GN006", "{name}: damaged {kind} data (not UTF-8). Fetch the file again.", name=name, kind=kind
        ) from None
    try:
        rows = _rows_in(json.loads(text))
    except json.JSONDecodeError as problem:
        if kind == "json":
            raise _damaged(name, problem.lineno, problem) from None
        rows = _lines(text, name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(
            "GN011", "{name}: JSON that is not a table. Write an object per row, or a list per column.", name=name
        )
    return pl.DataFrame(rows, infer_schema_length=None, strict=False)


def _rows_in(value: Any) -> Any:
    """Return the rows of a JSON value: a list of objects, columns as lists, or a frame as pandas writes it."""
    if not isinstance(value, dict) or not value:
        return value
    columns = list(value.values())
    if "data" in value and isinstance(value["data"], list) and set(value) <= {"data", "columns", "index", "schema"}:
        names = value.get("columns")
        return value["data"] if names is None else [dict(zip(names, row, strict=True)) for row in value["data"]]
    if all(isinstance(one, dict) for one in columns):
        places = dict.fromkeys(place for one in columns for place in one)
        return [{name: one.get(place) for name, one in value.items()} for place in places]
    if all(isinstance(one, list) for one in columns) and len(set(map(len, columns))) == 1:
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    return [value]


def _lines(text: str, name: str) -> list[Any]:
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError as problem:
                raise _damaged(name, number, problem) from None
    return rows


def _damaged(name: str, line: int, problem: json.JSONDecodeError) -> FileError:
    return FileError(
        "GN006",
        "{place}: not valid JSON ({problem}). Correct it, or fetch the file again.",
        place=Place(name, line=line, column=problem.colno),
        problem=problem.msg,
    )
