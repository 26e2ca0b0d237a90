"""Lists for spreadsheets: what a program would take for a formula is written so that it shows as text, and read back.

A cell that begins with ``=``, ``+``, ``-``, ``@`` or a control character is a formula to Excel, LibreOffice and Google
Sheets, wherever the file came from; an apostrophe before it makes it text (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\0＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")


def cell_of(text: str) -> str:
    """Return a text as a cell shows it: behind an apostrophe if it would be a formula. A number stays a number.

    Different texts have different cells, so `text_of` can undo it.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def text_of(cell: str) -> str:
    """Return the text that `cell_of` has made a cell of; any other cell is its own text."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows as CSV with these columns, texts by `cell_of`; what a row lacks is empty."""
    cells = ([row.get(name) for name in columns] for row in rows)
    return "".join(map(_line, [columns, *cells]))


def _line(cells: Sequence[object]) -> str:
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\r\n")  # so that a cell with either is quoted
    writer.writerow([cell_of(cell) if isinstance(cell, str) else cell for cell in cells])
    return content.getvalue().removesuffix("\r\n") + "\n"
