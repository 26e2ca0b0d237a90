"""Words of the worksheets of the course."""

from __future__ import annotations

WORKSHEET_WORDS: dict[str, str] = {
    "worksheet": "Worksheet",
    "lead": "Print this page: {sheets} sheets, each on a new page, and the answer key.",
    "name": "Name",
    "class": "Class",
    "sheet": "sheet {number}",
    "sheet_column": "sheet",
    "parts": "Some of these parts make the formula:",
    "answer": "Answer:",
    "key": "Answer key",
    "key_text": (
        "Three significant digits. In the room Learn, the number of a sheet is the seed of its numbers: who types it "
        "there gets the same exercises and can check every step."
    ),
    "key_right": "Right answers",
    "key_mistakes": "Common mistakes, and their values",
    "or": " or ",
    "colon": ": ",
    "written_by": "glassnet {version}",
}
