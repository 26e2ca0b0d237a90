"""What a table in text is: its separators, what a number and a missing value look like, how decimals are written.

All that read text ask here, so that training, asking and the doctor see the same table.
"""

from __future__ import annotations

SEPARATORS = (",", ";", "\t", "|")
"""What stands between values; a reader may also take runs of blanks, which are looked for in ways of their own."""
MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "?", "nan", "null"})
"""How a value that is not there is written, in lower case. "none" and "-" are not among them: they name classes."""
AUTO = "auto"
DECIMALS = (AUTO, ",", ".")
"""How decimals are written: found out column by column, or told."""
OTHER = {",": ".", ".": ","}
SAMPLE = 1 << 16
"""How much of a text is looked at to tell how it is written."""


def separator_of(line: str) -> str:
    """Return the separator that stands in a line most often."""
    return max(SEPARATORS, key=line.count)


def is_number(field: str) -> bool:
    """Tell whether a field is a number, with a decimal point or comma; infinity is one, what is missing is none."""
    # Python would also take 1_000 and the digits of other scripts; no table means them.
    if "_" in field or not field.isascii():
        return False
    try:
        value = float(field.replace(",", "."))
    except ValueError:
        return False
    return value == value
