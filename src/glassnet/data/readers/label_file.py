"""Read a table with the classes of images: ``filename,label`` under any column names."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from ...errors import DataError
from ...io.encoding import in_utf8, narrowed
from ...io.opening import file_problem
from ...messages.message import Listing, Message, Place
from ..tables.header import separator_of
from ..tables.spreadsheet import csv_lines

LABELS = ("label", "labels", "class", "classes", "category", "target", "y", "tag", "answer")
"""Names of the class column in tables of more than two columns."""
_LOOKED_AT = 50  # rows used to find the column of file names


def read_index(table: Path, names: list[str]) -> list[tuple[str, str]] | None:
    """Read the names and classes of images.

    The fields of the table are separated by comma, semicolon, tab or bar, with or without a header. `names` are the
    paths of the existing images, relative to the table: ``images/7.png``; the table may omit folders and suffix. Return
    each (name, class) in the order of the table; None if no column names images.
    """
    rows = _rows(table)
    image_names = _ImageNames(names)
    width = max((len(row) for _, row in rows), default=0)
    hits = [sum(image_names.named(row, column) is not None for _, row in rows[:_LOOKED_AT]) for column in range(width)]
    if not hits or 2 * max(hits) < min(len(rows), _LOOKED_AT) - 1 or not max(hits):
        return None
    column = hits.index(max(hits))
    header = image_names.named(rows[0][1], column) is None
    label = _label_column(table, rows[0][1] if header else None, width, column)
    found: dict[str, str] = {}
    for line, row in rows[header:]:
        name = image_names.named(row, column)
        if name is None:
            shown = ascii(row[column][:40]) if column < len(row) else Message("an empty field")
            raise DataError(
                "GN071",
                "{place}: {name} does not name exactly one image of this folder. Correct the name, or remove the line.",
                place=Place(table, line=line),
                name=shown,
            )
        word = row[label].strip() if label < len(row) else ""
        if not word:
            raise DataError(
                "GN071",
                "{place}: no class for {name}. Add it, or remove the line.",
                place=Place(table, line=line),
                name=name,
            )
        if name in found:
            raise DataError(
                "GN071",
                "{place}: {name} occurs in an earlier line too. Remove one of the lines.",
                place=Place(table, line=line),
                name=name,
            )
        found[name] = word
    return list(found.items())


def _rows(table: Path) -> list[tuple[int, list[str]]]:
    """Return the lines that are not blank, with their numbers."""
    try:
        content = table.read_bytes()
    except OSError as error:
        raise file_problem(os.fspath(table), error) from None
    content = narrowed(content, os.fspath(table))
    if b"\0" in content:
        raise DataError("GN011", "{name}: not UTF-8 text. Save it as 'CSV UTF-8'.", name=table)
    text = in_utf8(content)[0].decode("utf-8-sig")
    lines = csv_lines(text.splitlines(), table, separator_of(text.partition("\n")[0]))
    return [(number, row) for number, row in lines if any(map(str.strip, row))]


class _ImageNames:
    """The existing images, by all names that a table may use: path, file name, file name without suffix.

    A name that several images share finds none. Exact names come first, since names may differ only in case.
    """

    def __init__(self, names: list[str]) -> None:
        self._exact: dict[str, str | None] = {}
        self._folded: dict[str, str | None] = {}
        for ways, folded in ((self._exact, False), (self._folded, True)):
            for form in (str, _last, lambda name: _last(name).rpartition(".")[0]):
                level: dict[str, str | None] = {}
                for name in names:
                    short = _one_form(form(name))
                    short = short.casefold() if folded else short
                    level[short] = None if short in level else name
                ways.update(
                    {short: name for short, name in level.items() if short not in ways}
                )  # the longer form first

    def named(self, row: list[str], column: int) -> str | None:
        """Return the image that a field names."""
        if column >= len(row):
            return None
        written = _one_form(row[column].strip().replace("\\", "/").removeprefix("./"))
        for ways, one in ((self._exact, written), (self._folded, written.casefold())):
            if found := ways.get(one) or ways.get(_last(one)):
                return found
        return None


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _one_form(name: str) -> str:
    """Return a name with é as one character: macOS stores two, a table perhaps one."""
    return unicodedata.normalize("NFC", name)


def _label_column(table: Path, header: list[str] | None, width: int, names: int) -> int:
    if width == 2:
        return 1 - names
    called = [name.strip().lower() for name in header or ()]
    for word in LABELS:
        if word in called:
            return called.index(word)
    columns = Listing(header) if header else Message("{width} without names", width=width)
    raise DataError(
        "GN071",
        "{table}: columns {columns}, none of them named as the class. Name it label, or keep only two columns.",
        table=table,
        columns=columns,
    )
