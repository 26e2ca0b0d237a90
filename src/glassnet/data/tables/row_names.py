"""Tables whose line of names is one shorter than the rows: these begin with a name each, or end in a separator."""

from __future__ import annotations

from collections.abc import Sequence

_MANY = 20
"""Rows from which on whole numbers that all differ are taken for names in whatever order they stand."""


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
