"""Which columns of a table are of use, and why others are not; what is learnt of those that are."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...data.tables.capitals import alike
from ...data.tables.missing import sentinels_in
from ...i18n.language import listed
from .encoders import ENCODINGS, Encoding, enough, no_numbers

if TYPE_CHECKING:
    from ...data.tables.table import Table

_FEW_ROWS = 20
_ID = re.compile(r"(?:^|[_\W])(?i:id|uuid|guid|key|index|idx|nr|no|row)$|[a-z](?:ID|Id)$")
_KINDS = {"number": "number", "boolean": "boolean", "text": "words"}


def quoted(name: str) -> str:
    """Return a column's name as a shell takes it."""
    return name if re.fullmatch(r"[\w.-]+", name) else f"'{name}'"


def about_numbers(table: Table, name: str) -> list[str]:
    """Say what of a column of numbers is left out of account, or may mean something else."""
    signs = [f"column {name!r}: its {sign!r} is left out of account" for sign in table.signs(name)]
    beside = table.beside(name)
    return signs + no_numbers(table, name, beside) + _about_sentinels(table.numbers(name, beside), name)


def _about_sentinels(values: NDArray[np.float64], name: str) -> list[str]:
    """Say which numbers may stand for missing values; they are used as they are, since only the owner knows."""
    return [
        f"column {name!r}: {value:g} in {count:,} row{'s' * (count > 1)}, far from all others, is used as a number; "
        "where it means missing, glassnet doctor --fix empties these fields"
        for value, count in sentinels_in(values).items()
    ]


def about_spellings(table: Table, name: str) -> list[str]:
    """Say which words of a column differ in capitals or blanks alone; each counts as one of its own."""
    codes, words = table.words(name)
    counts = np.bincount(codes[codes >= 0], minlength=len(words)).tolist()
    better = alike(dict(zip(words, counts, strict=True)))
    if not better:
        return []
    word, other = next(iter(better.items()))
    more = f", and {len(better) - 1:,} more such" if len(better) > 1 else ""
    return [
        f"column {name!r}: {word[:40]!r} and {other[:40]!r} differ in capitals or blanks alone{more}, and count as "
        "different; where they mean the same, glassnet doctor --fix makes them one"
    ]


def learn_inputs(
    table: Table, part: Table, kinds: dict[str, str], keep: Collection[str]
) -> tuple[list[Encoding], list[tuple[str, str]], list[str]]:
    """Learn the encodings of columns from a part of the rows; return them, the useless ones, and what to say."""
    inputs: list[Encoding] = []
    useless: list[tuple[str, str]] = []
    remarks: list[str] = []
    for name, kind in kinds.items():
        # Of all rows: in a part of them it may not stand often enough.
        beside = (table.beside(name),) if kind == "number" else ()
        remarks += about_units(table, name) if kind == "text" else []
        why = _why_useless(table, name, kind, *beside, keep=name in keep)
        if why := why or _why_useless(part, name, kind, *beside, keep=True):
            useless.append((name, why))
            continue
        inputs.append(ENCODINGS[_KINDS[kind]].learn(part, name, *beside))
        remarks += about_numbers(table, name) if kind == "number" else []
        remarks += about_spellings(table, name) if kind == "text" else []
    return inputs, useless, remarks


def about_units(table: Table, name: str) -> list[str]:
    """Say that a column of words would be one of numbers, had it one unit."""
    units = table.units(name)
    if not units:
        count, numbers, word = table.numbers_among_words(name)
        return [
            f"column {name!r}: {numbers / count:.0%} of its values are numbers, others words, such as {word[:40]!r}, "
            "so all are taken as words; leave the words' fields empty for numbers"
        ] * (numbers > 0)
    shown = listed([f"{unit!r} {count:,}" for unit, count in units.items()], 4)
    return [
        f"column {name!r}: numbers in several units ({shown}), which are not converted, so they are taken as "
        "words; bring them to one unit for numbers"
    ]


def _why_useless(table: Table, name: str, kind: str, beside: str = "", *, keep: bool) -> str:
    """Say why a column is left out; nothing if it is used."""
    if kind == "missing":
        return "every value is missing"
    if kind == "number":
        return _why_useless_numbers(table, name, table.numbers(name, beside), keep=keep)
    codes, words = table.words(name)
    counts = np.bincount(codes[codes >= 0])
    if not len(words):
        return "every value is missing"
    if len(words) == 1 and counts[0] == len(codes):
        return f"every value is {words[0]!r}"
    if kind == "boolean":
        return ""
    if counts.max() < enough(len(codes)):
        return f"{len(words)} different words, none in {enough(len(codes))} rows or more"
    if not keep and counts.sum() >= _FEW_ROWS and len(words) > 0.9 * counts.sum():
        return f"{len(words)} different words in {counts.sum()} rows, as in an identifier ({_keeps(name)})"
    return ""


def _why_useless_numbers(table: Table, name: str, values: NDArray[np.float64], *, keep: bool) -> str:
    known = values[~np.isnan(values)]
    different = np.unique(known)
    if not len(different):
        return "every value is missing"
    if len(different) == 1 and not np.isnan(values).any():
        return f"every value is {different[0]:g}"
    # A few rows may have none, such as a line of totals.
    tells_apart = _counts_rows(name, different, len(known)) or _are_long_names(table, name, different, len(known))
    if not keep and len(known) >= 0.95 * len(values) and tells_apart:
        return f"every value differs, as in an identifier ({_keeps(name)})"
    return ""


def _keeps(name: str) -> str:
    return f"--keep {quoted(name)} uses it"


def _are_long_names(table: Table, name: str, different: NDArray[np.float64], rows: int) -> bool:
    """Tell whether whole numbers differ in every row, in digits that no measurement has and float64 has not either."""
    if rows < _FEW_ROWS or len(different) == rows or np.abs(different).max() < 2**53:
        return False
    return len(table.words(name)[1]) == rows and bool((different == np.floor(different)).all())


def _counts_rows(name: str, different: NDArray[np.float64], rows: int) -> bool:
    """Tell whether numbers only number the rows: whole, all different, without gaps or of a telling name."""
    if len(different) < rows or rows < _FEW_ROWS or not (different == np.floor(different)).all():
        return False
    return bool(different[-1] + 1 == different[0] + rows or _ID.search(name))
