"""Texts of ``glassnet doctor`` other than findings, in English and in Chinese."""

from __future__ import annotations

GUESSED = {"en": "guessed indentation", "zh": "缩进为推测"}
"""Comment on a line whose indentation `doctor --fix` guessed, by language."""

DOCTOR_WORDS: dict[str, str] = {
    "doctor_data": "{source}: {samples} of {values}",
    "doctor_repairs": "{source}: {rows}; after repair {samples} of {values}",
    "doctor_drawn": ", image size {rows} × {columns}",
    "doctor_colour": " in colour",
    "doctor_class": "{name} ({count:,})",
    "doctor_classes": "; classes {classes}",
    "doctor_error": "error  ",
    "doctor_warning": "warning",
    "doctor_remark": "remark ",
    "at_file": "file {places}",
    "at_files": "files {places}",
    "at_line": "line {places}",
    "at_lines": "lines {places}",
    "at_row": "row {places}",
    "at_rows": "rows {places}",
    "some_of": "{places}, … ({count} in total)",
    "doctor_fix": "fix: {advice}",
    "doctor_or": "or:  {command}",
    "doctor_program": "{meaning}; fix: {advice}",
    "doctor_repaired": "repaired  {code}  {repair}",
    "doctor_places": " ({count} places)",
    "doctor_copy": "copy      {file}: {verdict}",
    "doctor_unwritten": "copy      not written: it would not be valid Python; correct the line of GS10 first",
    "doctor_verdict": "{source}: {verdict}",
    "doctor_fine": "no problems found",
    "doctor_next": "next      {command}",
    "listing": ", ",
}
"""Key -> the text in English and in Chinese; see `language.speaking`."""
