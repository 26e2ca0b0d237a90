"""Write and read lists for spreadsheets, with text that looks like a formula escaped.

Excel, LibreOffice and Google Sheets treat a cell that begins with ``=``, ``+``, ``-``, ``@`` or a control character as
a formula; a leading apostrophe makes it text (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence

from ...errors import DataError
from ...messages.message import Place

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\0＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")


def cell_of(text: str) -> str:
    """Return the cell for a text, with an apostrophe in front if it would be a formula. Numbers stay numbers.

    Different texts have different cells, so `text_of` can reverse this.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def text_of(cell: str) -> str:
    """Return the text of a cell that `cell_of` wrote; other cells are returned unchanged."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def csv_lines(lines: Iterable[str], name: str | os.PathLike[str], separator: str) -> list[tuple[int, list[str]]]:
    """Return the fields of each line of CSV, with the number of its last line; DataError GN011 for invalid CSV."""
    reader = csv.reader(lines, delimiter=separator)
    try:
        return [(reader.line_num, fields) for fields in reader]
    except csv.Error as error:
        template, place = "{place}: not valid CSV ({error}). Correct the line.", Place(name, line=reader.line_num)
        raise DataError("GN011", template, place=place, error=error) from None


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows as CSV with these columns, text by `cell_of`; missing values are empty."""
    cells = ([row.get(name) for name in columns] for row in rows)
    return "".join(map(_line, [columns, *cells]))


def _line(cells: Sequence[object]) -> str:
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\r\n")  # quotes cells with either character
    writer.writerow([cell_of(cell) if isinstance(cell, str) else cell for cell in cells])
    return content.getvalue().removesuffix("\r\n") + "\n"
