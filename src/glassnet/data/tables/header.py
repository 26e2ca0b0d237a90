"""How a table in text begins: its separator, names of its columns or none, rows with a name of their own or without.

All that read text ask here, so that training, asking and the doctor see the same table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from ..validation import is_number
from .missing_markers import MISSING

SEPARATORS = (",", ";", "\t", "|")
"""What stands between values; a reader may also take runs of blanks, which are looked for in ways of their own."""
SAMPLE = 1 << 16
"""How much of a text is looked at to tell how it is written."""

_PLACEHOLDERS = frozenset({"none", "unknown", "missing", "n.a.", "n.d.", "nd", "nil", "tbd"})
_BRIGHTEST = 257
"""The most numbers of a row of pixels that counts on by one: a label and 0 to 255."""
_TELLING = 16
"""Numbers that count on by one, above which they are no values if a word is among them."""
_MANY = 20
"""Rows from which on whole numbers that all differ are taken for names in whatever order they stand."""


def separator_of(line: str) -> str:
    """Return the separator that stands in a line most often."""
    return max(SEPARATORS, key=line.count)


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


def completed(names: list[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return names, one too few, with an empty one behind if only the rows end in a separator.

    Or with one before them, if the rows begin with a name of their own, as R writes them; else as they are.

    Parameters
    ----------
    names : list of str, length width - 1
    rows : sequence of sequences of str
        Those of another width are passed over.
    width : int
    """
    whole = [row for row in rows if len(row) == width]
    if not whole:
        return names
    if not any(row[-1].strip() for row in whole):
        return [*names, ""]
    return ["", *names] if are_row_names([row[0] for row in whole]) else names


def are_row_names(fields: Sequence[str]) -> bool:
    """Tell whether the first fields of all rows only name them: words, or whole numbers that go up, none twice."""
    fields = [field.strip().strip('"') for field in fields]
    if len(set(fields)) < len(fields):
        return False
    if not all(field.isdecimal() and field.isascii() for field in fields):
        return all(field and not _begins_a_number(field) for field in fields)
    numbers = [int(field) for field in fields]
    if len(numbers) == 1:
        return numbers == [1]
    return len(numbers) >= _MANY or numbers == sorted(numbers)


def even(widths: Sequence[int]) -> bool:
    """Tell whether lines, three at least, have one number of fields, but for the first, which may have one less."""
    return len(widths) > 2 and len(set(widths[1:])) == 1 and 0 <= widths[1] - widths[0] <= 1


def _begins_a_number(field: str) -> bool:
    """Tell numbers, sums of money and dates from names; some names, such as 3M, are lost to it."""
    return field.lstrip("+-.$€£¥( ")[:1].isdigit()
