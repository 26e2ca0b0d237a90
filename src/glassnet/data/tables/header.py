"""What a table in text is: its separators, what a number and a missing value look like, whether its first line names.

All that read text ask here, so that training, asking and the doctor see the same table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

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

_PLACEHOLDERS = frozenset({"none", "unknown", "missing", "n.a.", "n.d.", "nd", "nil", "tbd"})
_BRIGHTEST = 257
"""The most numbers of a row of pixels that counts on by one: a label and 0 to 255."""
_TELLING = 16
"""Numbers that count on by one, above which they are no values if a word is among them."""


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


def is_header(rows: Iterable[Sequence[str]], expected: Collection[str] = ()) -> bool:
    """Tell names of columns from values, and from a row of numbers with a mistake in it.

    Words alone are names if one of them stands above numbers, or none comes again below itself. Words and numbers are
    names above nothing but numbers, if they look like a label and the numbers of columns.

    Parameters
    ----------
    rows : iterable of sequences of str
        Fields without quotation marks, row by row; no more are taken than it needs, and no more than ``SAMPLE``.
    expected : collection of str
        Names of which one in the first row makes it a header, whatever it looks like.
    """
    coming = iter(rows)
    names = [field.strip() for field in next(coming)]
    if not {name.lower() for name in expected}.isdisjoint(map(str.lower, names)):
        return True
    named = [name for name in names if name.lower() not in MISSING]
    numbers = [name for name in named if is_number(name)]
    words = len(named) - len(numbers)
    if not numbers:
        if not words:
            return False
        below = _first(coming)
        return any(_is_word(name) and _numbers(below, k) for k, name in enumerate(names)) or not any(
            name and name == row[k].strip() for k, name in enumerate(names) for row in below if k < len(row)
        )
    # Counted columns, as data frames without names are saved. Few of them could be a row of pixels.
    counted = any(numbers == [str(k) for k in range(start, start + len(numbers))] for start in (0, 1))
    if counted and (len(numbers) > _BRIGHTEST or (words and len(numbers) > _TELLING)):
        return True
    if names[0] and (names[0].lower() in MISSING or is_number(names[0])):
        return False
    sizes = [float(number.replace(",", ".")) for number in numbers]
    rising = counted or (len(sizes) > 2 and all(a < b for a, b in pairwise(sizes)))  # years, wavelengths
    if not rising and (not words or 2 * words < len(names)):  # without words, a row that lacks its first value
        return False
    below = _first(coming)
    return all(_numbers(below, k, empty=True) for k in range(len(names)))


def _is_word(name: str) -> bool:
    """Tell a word from what stands where a number is missing or not exact: ``-``, ``unknown``, ``<5``, ``12 %``."""
    plain = name.lower()
    letters = any(map(str.isalpha, plain)) and not any(map(str.isdigit, plain))
    return letters and plain not in MISSING and plain not in _PLACEHOLDERS


def _first(rows: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """Return the rows that stand in the first letters of a text."""
    taken: list[Sequence[str]] = []
    size = 0
    for row in rows:
        size += sum(map(len, row)) + len(row)
        if taken and size > SAMPLE:
            break
        taken.append(row)
    return taken


def _numbers(rows: Sequence[Sequence[str]], column: int, *, empty: bool = False) -> bool:
    """Tell whether more than half of what stands in a column is numbers; `empty` if nothing does."""
    fields = [row[column].strip() for row in rows if column < len(row)]
    fields = [field for field in fields if field.lower() not in MISSING]
    return 2 * sum(map(is_number, fields)) > len(fields) if fields else empty
