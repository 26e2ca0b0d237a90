"""Detect how a text table begins: its separator, column names and row names.

Training, prediction and the doctor all use these functions, and so see the same table.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

from ...errors import DataError, DataWarning
from ...messages.message import Listing, Message
from ...messages.option_spelling import Option
from ..validation import is_number
from .missing_markers import MISSING

SEPARATORS = (",", ";", "\t", "|")
"""Separators of values. Readers also detect runs of blanks, each in its own way."""
SAMPLE = 1 << 16
"""How many bytes of a text the detection reads."""

_PLACEHOLDERS = frozenset({"none", "unknown", "missing", "n.a.", "n.d.", "nd", "nil", "tbd"})
_BRIGHTEST = 257
"""Longest row of pixels whose values count up by one: a label and 0 to 255."""
_TELLING = 16
"""More numbers than this that count up by one, and a word, are column names."""
_PLACE = re.compile(r"column[1-9]\d{0,5}", re.IGNORECASE)
"""The names of columns without names."""
_YEARS = range(1800, 2201)
HEADER_OF_DATA = (
    "the first line is read as the names of the columns, but looks like data ({names}): {row}; to read the file "
    "without names, name the column to predict by its place, such as {target}{code}"
)
_MANY = 20
"""From this many rows on, distinct whole numbers are row names in any order."""


def without_quotes(name: str) -> str:
    """Remove single quotation marks around a name, as in ARFF files."""
    stripped = name.strip()
    return stripped[1:-1].strip() if len(stripped) > 2 and stripped[0] == stripped[-1] == "'" else name


def header_names(given: Iterable[str]) -> list[str]:
    """Return the given column names that identify a header: not those that may be column numbers or values."""
    return [name for name in given if not name.isdecimal()]


def separator_of(line: str) -> str:
    """Return the most frequent separator of a line."""
    return max(SEPARATORS, key=line.count)


def is_header(rows: Iterable[Sequence[str]], expected: Collection[str] = ()) -> bool:
    """Return whether the first row is a header, not values or a row of numbers with a mistake.

    A row of words is a header if one of them is above numbers, or none recurs in its own column. A row of words and
    numbers is a header above columns of numbers, if it looks like a label and column numbers.

    `rows` are fields without quotation marks, of which only as many are read as needed, and at most ``SAMPLE``. If the
    first row has one of the `expected` names, it is a header. If one of these is instead a place such as ``column3``,
    only a row of words above numbers is one.
    """
    coming = iter(rows)
    names = [field.strip() for field in next(coming)]
    if not {name.lower() for name in expected}.isdisjoint(map(str.lower, names)):
        return True
    if any(map(_PLACE.fullmatch, expected)) and not any(map(_PLACE.fullmatch, names)):
        below = _first(coming)
        return all(_is_word(name) and _numbers(below, k) for k, name in enumerate(names))
    named = [name for name in names if name.lower() not in MISSING]
    numbers = [name for name in named if is_number(name)]
    words = len(named) - len(numbers)
    if not numbers:
        if not words:
            return False
        below = _first(coming)
        if any(_is_word(name) and _numbers(below, k) for k, name in enumerate(names)):
            return True
        return not (any(_recurs(name, below, k) for k, name in enumerate(names)) or all(map(_is_date, named)))
    # Column numbers, as data frames without names are saved. A short row could be pixels.
    counted = any(numbers == [str(k) for k in range(start, start + len(numbers))] for start in (0, 1))
    if counted and (len(numbers) > _BRIGHTEST or (words and len(numbers) > _TELLING)):
        return True
    if names[0] and (names[0].lower() in MISSING or is_number(names[0])):
        return False
    sizes = [float(number.replace(",", ".")) for number in numbers]
    rising = counted or (len(sizes) > 2 and all(a < b for a, b in pairwise(sizes)))  # years, wavelengths
    if not rising and (not words or 2 * words < len(names)):  # without words: a row whose first value is missing
        return False
    below = _first(coming)
    return all(_numbers(below, k, empty=True) for k in range(len(names)))


def header_in(
    rows: Sequence[Sequence[str]], expected: Collection[str], source: str
) -> tuple[bool, tuple[Message, ...]]:
    """Return the result of `is_header`, and a remark if names look like data.

    These are numbers, dates, and values that recur in their own column; if all names are, DataError GN068 is raised.
    Ascending numbers and dates are names, as are years, and all if the header has the `expected` ones and these are
    most of them.
    """
    names = [name.strip() for name in rows[0]]
    if not is_header(rows, expected):
        return False, ()
    if 2 * len(expected) > len(names) and {*expected} <= {*names}:
        return True, ()
    below = [row for row in rows[1:] if row != rows[0]]
    named = {k: name for k, name in enumerate(names) if name.lower() not in MISSING}
    numbers = [name for name in named.values() if is_number(name)]
    dates = [name for name in named.values() if _is_date(name)]
    sizes = [float(name.replace(",", ".")) for name in numbers]
    rising = len(sizes) > 2 and all(a < b for a, b in pairwise(sizes))
    found = [] if rising or all(size in _YEARS for size in sizes) else numbers
    found = found + ([] if len(dates) > 2 and dates == sorted(dates) else dates)
    found += [name for k, name in named.items() if name not in (*numbers, *dates) and _recurs(name, below, k)]
    if not found:
        return True, ()
    place = Option("target", f"column{len(names)}")
    facts: dict[str, Any] = {"names": Listing(found, 3, quoted=True), "row": Listing(names, 8), "target": place}
    if len(found) == len(named):
        raise DataError("GN068", "{source}: {remark}.", source=source, remark=Message(HEADER_OF_DATA, code="", **facts))
    return True, (Message(HEADER_OF_DATA, code=f" [{DataWarning.code}]", **facts),)


def _is_date(name: str) -> bool:
    from .dates import are_dates  # loads polars

    return name[:1].isdigit() and not is_number(name) and are_dates([name])


def _recurs(name: str, rows: Iterable[Sequence[str]], column: int) -> bool:
    """Return whether a name is also a value of its column."""
    return bool(name) and any(name == row[column].strip() for row in rows if column < len(row))


def _is_word(name: str) -> bool:
    """Return whether a field is a word, not a substitute for a number: ``-``, ``unknown``, ``<5``, ``12%``."""
    plain = name.lower()
    letters = any(map(str.isalpha, plain)) and not any(map(str.isdigit, plain))
    return letters and plain not in MISSING and plain not in _PLACEHOLDERS


def _first(rows: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """Return the first rows of a text, up to ``SAMPLE`` characters."""
    taken: list[Sequence[str]] = []
    size = 0
    for row in rows:
        size += sum(map(len, row)) + len(row)
        if taken and size > SAMPLE:
            break
        taken.append(row)
    return taken


def _numbers(rows: Sequence[Sequence[str]], column: int, *, empty: bool = False) -> bool:
    """Return whether more than half of the values of a column are numbers; `empty` if it has no values."""
    fields = [row[column].strip() for row in rows if column < len(row)]
    fields = [field for field in fields if field.lower() not in MISSING]
    return 2 * sum(map(is_number, fields)) > len(fields) if fields else empty


def completed(names: list[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Complete a header that has one name too few.

    Append an empty name if only the rows end in a separator; prepend one if rows begin with a row name, as R writes
    them; otherwise return the names unchanged.

    The names are one fewer than `width`; rows of another width are ignored.
    """
    whole = [row for row in rows if len(row) == width]
    if not whole:
        return names
    if not any(row[-1].strip() for row in whole):
        return [*names, ""]
    return ["", *names] if are_row_names([row[0] for row in whole]) else names


def are_row_names(fields: Sequence[str]) -> bool:
    """Return whether the first fields of all rows are row names: distinct words, or increasing whole numbers."""
    fields = [field.strip().strip('"') for field in fields]
    if len(set(fields)) < len(fields):
        return False
    if not all(field.isdecimal() and field.isascii() for field in fields):
        # A field that looks like a number, sum of money or date; some names, such as 3M, do too.
        return all(field and not field.lstrip("+-.$€£¥( ")[:1].isdigit() for field in fields)
    numbers = [int(field) for field in fields]
    if len(numbers) == 1:
        return numbers == [1]
    return len(numbers) >= _MANY or numbers == sorted(numbers)


def even(widths: Sequence[int]) -> bool:
    """Return whether at least three lines have equal widths; the first may have one field less."""
    return len(widths) > 2 and len(set(widths[1:])) == 1 and 0 <= widths[1] - widths[0] <= 1
