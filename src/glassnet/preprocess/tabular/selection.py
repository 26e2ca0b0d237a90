"""Which columns of a table are of use, and why others are not; what is learnt of those that are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...data.tables.capitals import alike
from ...data.tables.missing_markers import sentinels_in
from ...i18n.language import listed
from .encoders import ENCODINGS, Encoding, enough, no_numbers

if TYPE_CHECKING:
    from ...data.tables.table import Column

THOUSANDS = "is read with commas between thousands"
_FEW_ROWS = 20
_FEW_NUMBERS = 10
_ID = re.compile(r"(?:^|[_\W])(?i:id|uuid|guid|key|index|idx|nr|no|row)$|[a-z](?:ID|Id)$")
_KINDS = {"number": "number", "boolean": "boolean", "text": "words"}


def quoted(name: str) -> str:
    """Return a column's name as a shell takes it."""
    return name if re.fullmatch(r"[\w.-]+", name) else f"'{name}'"


def about_numbers(column: Column) -> list[str]:
    """Say what of a column of numbers is left out of account, or may mean something else."""
    units = [f"column {column.name!r}: its {column.unit!r} is left out of account"] * bool(column.unit)
    return units + no_numbers(column, column.unit) + _about_sentinels(column)


def _about_sentinels(column: Column) -> list[str]:
    """Say which numbers may stand for missing values; they are used as they are, since only the owner knows."""
    return [
        f"column {column.name!r}: {value:g} in {count:,} row{'s' * (count > 1)}, far from all others, is used as a "
        "number; where it means missing, glassnet doctor --fix empties these fields"
        for value, count in sentinels_in(column.numbers).items()
    ]


def about_decimals(columns: Iterable[Column]) -> list[str]:
    """Say how decimals in text were read where it could be wrong, with an example."""
    text = [one for one in columns if one.is_text and one.kind in ("number", "text")]
    commas = [one for one in text if one.kind == "number" and one.decimal == ","]
    others = [one for one in text if one.decimal == "."]
    said = [
        *examples(commas, r",", "is read with a decimal comma"),
        *examples(commas, r"\d\.\d", "is read with points between thousands"),
        *examples((one for one in others if one.found and one.kind == "number"), r"\d,\d{3}", THOUSANDS),
    ]
    if commas:
        either = (one for one in others if one.reads_as(","))
        said += examples(either, r"\d[.,]\d", "has no decimal comma, unlike other columns; --decimal , reads it so")
    return said


def examples(columns: Iterable[Column], form: str, what: str) -> list[str]:
    """Say of the first column with a value of a form what that is taken for, and of how many more."""
    found = [(one.name, one.series.filter(one.series.str.contains(form).fill_null(False))) for one in columns]
    found = [(name, values) for name, values in found if len(values)]
    if not found:
        return []
    name, values = found[0]
    others = len(found) - 1
    more = f"; so are those of {others:,} more column{'s' * (others > 1)}" if others else ""
    return [f"column {name!r}: {values[0]!r} {what}{more}"]


def about_spellings(column: Column) -> list[str]:
    """Say which words of a column differ in capitals or blanks alone; each counts as one of its own."""
    codes, words = column.words()
    counts = np.bincount(codes[codes >= 0], minlength=len(words)).tolist()
    better = alike(dict(zip(words, counts, strict=True)))
    if not better:
        return []
    word, other = next(iter(better.items()))
    more = f", and {len(better) - 1:,} more such" if len(better) > 1 else ""
    return [
        f"column {column.name!r}: {word[:40]!r} and {other[:40]!r} differ in capitals or blanks alone{more}, and count "
        "as different; where they mean the same, glassnet doctor --fix makes them one"
    ]


def learn_inputs(
    columns: Iterable[Column], rows: NDArray[np.int64] | None, keep: Collection[str]
) -> tuple[list[Encoding], list[tuple[str, str]], list[str]]:
    """Learn the encoders of columns from some rows, or all; return them, the useless ones, and what to say."""
    inputs: list[Encoding] = []
    useless: list[tuple[str, str]] = []
    remarks: list[str] = []
    for column in columns:
        part = column if rows is None else column.take(rows)
        remarks += about_numbers_in_words(column)
        why = _why_useless(column, keep=column.name in keep) or _why_useless(part, keep=True)
        if why:
            useless.append((column.name, why))
            continue
        inputs.append(ENCODINGS[_KINDS[column.kind]].learn(part))
        remarks += about_numbers(column) if column.kind == "number" else []
        remarks += about_spellings(column) if column.kind == "text" else []
    return inputs, useless, remarks


def about_numbers_in_words(column: Column) -> list[str]:
    """Say that a column of words would be one of numbers, had it one unit, or no words."""
    found, of = column.found, f"column {column.name!r}:"
    if column.kind != "text" or found is None:
        return []
    if found.mixed:
        shown = listed([f"{unit!r} {count:,}" for unit, count in found.units.items()], 4)
        return [
            f"{of} numbers in several units ({shown}), which are not converted, so they are taken as words; bring them "
            "to one unit for numbers"
        ]
    # Few different numbers are grades, and many words among numbers are codes.
    numbers, words = found.values.drop_nulls(), found.non_numeric
    few = numbers.n_unique() <= _FEW_NUMBERS or words.n_unique() > _FEW_NUMBERS
    if few or len(numbers) < len(words) or not len(words):
        return []
    word = str(words.mode().sort()[0])
    return [
        f"{of} {len(numbers) / (len(numbers) + len(words)):.0%} of its values are numbers, others words, such as "
        f"{word[:40]!r}, so all are taken as words; leave the words' fields empty for numbers"
    ]


def _why_useless(column: Column, *, keep: bool) -> str:
    """Say why a column is left out; nothing if it is used."""
    if column.kind == "missing":
        return "every value is missing"
    if column.kind == "number":
        return _why_useless_numbers(column, keep=keep)
    codes, words = column.words()
    counts = np.bincount(codes[codes >= 0])
    if not len(words):
        return "every value is missing"
    if len(words) == 1 and counts[0] == len(codes):
        return f"every value is {words[0]!r}"
    if column.kind == "boolean":
        return ""
    if counts.max() < enough(len(codes)):
        return f"{len(words)} different words, none in {enough(len(codes))} rows or more"
    if not keep and counts.sum() >= _FEW_ROWS and len(words) > 0.9 * counts.sum():
        return f"{len(words)} different words in {counts.sum()} rows, as in an identifier ({_keeps(column.name)})"
    return ""


def _why_useless_numbers(column: Column, *, keep: bool) -> str:
    values = column.numbers
    known = values[~np.isnan(values)]
    different = np.unique(known)
    if not len(different):
        return "every value is missing"
    if len(different) == 1 and not np.isnan(values).any():
        return f"every value is {different[0]:g}"
    # A few rows may have none, such as a line of totals.
    tells_apart = _counts_rows(column.name, different, len(known)) or _are_long_names(column, different, len(known))
    if not keep and len(known) >= 0.95 * len(values) and tells_apart:
        return f"every value differs, as in an identifier ({_keeps(column.name)})"
    return ""


def _keeps(name: str) -> str:
    return f"--keep {quoted(name)} uses it"


def _are_long_names(column: Column, different: NDArray[np.float64], rows: int) -> bool:
    """Tell whether whole numbers differ in every row, in digits that no measurement has and float64 has not either."""
    if rows < _FEW_ROWS or len(different) == rows or np.abs(different).max() < 2**53:
        return False
    return len(column.words()[1]) == rows and bool((different == np.floor(different)).all())


def _counts_rows(name: str, different: NDArray[np.float64], rows: int) -> bool:
    """Tell whether numbers only number the rows: whole, all different, without gaps or of a telling name."""
    if len(different) < rows or rows < _FEW_ROWS or not (different == np.floor(different)).all():
        return False
    return bool(different[-1] + 1 == different[0] + rows or _ID.search(name))
