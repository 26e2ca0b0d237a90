"""A repaired copy of a text table with named columns: what is not changed keeps its place and its spelling."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

from ...errors import FileError
from ...io.encoding import in_utf8
from ...io.opening import open_source
from ...io.sniff import kind_of
from .csv import read_delimited, records, table_start
from .relabel import Changes, require_new, write_new


def write_relabelled_table(
    source: str | os.PathLike[str], out: str | os.PathLike[str], changes: Changes, target: str
) -> Path:
    """Write a copy of a text table with named columns in which a column is changed.

    All else is kept as it is written: lines above the table, names of rows and columns, quotation marks, ends of lines.
    Text in another encoding is written in UTF-8.

    Parameters
    ----------
    source, out, changes
        As for `relabel.write_relabelled`; rows count from 0 below the names of the columns.
    target : str
        Name of the column.

    Raises
    ------
    FileError, OptionError
        As `relabel.write_relabelled`.
    """
    place = Path(out)
    require_new(place)
    opened = open_source(source)
    kind = kind_of(opened)
    if kind != "text":
        raise FileError("GN005", f"{opened.name}: {kind} cannot be written back. Save the table as CSV and fix that.")
    table = read_delimited(opened, [target])
    column = table.frame.columns.index(target) + (table.row_names is not None)
    with opened.stream() as stream:
        content = stream.read()
    start = table_start(content)
    text = in_utf8(content[start:])[0].decode()
    lines = list(io.StringIO(text, newline=""))
    kept, done = [], 0
    for row, (first, last, *_) in enumerate(records(text, table.separator, opened.name), -int(table.header)):
        kept += lines[done : first - 1]
        record, done = "".join(lines[first - 1 : last]), last
        label = changes.get(row, "")
        if label is not None:
            kept.append(_with_field(record, column, label, table.separator) if label else record)
    kept += lines[done:]
    write_new(place, in_utf8(content[:start])[0] + "".join(kept).encode())
    return place


def _with_field(record: str, column: int, value: str, separator: str) -> str:
    """Return a record with another value in a column; it is quoted if the old one was, or if it has to be."""
    bare = rf"[^{re.escape(separator)}\r\n]*"
    field = re.compile(rf'( *)("(?:[^"]|"")*"{bare}|{bare})')
    found = field.match(record)
    for _ in range(column):
        assert found is not None  # even nothing is a field
        found = field.match(record, found.end() + len(separator))
    assert found is not None
    blanks, old = found.groups()
    if old.startswith('"') or value != value.strip() or re.search(rf'["\r\n{re.escape(separator)}]', value):
        value = '"' + value.replace('"', '""') + '"'
    return f"{record[: found.start()]}{blanks}{value}{record[found.end() :]}"
