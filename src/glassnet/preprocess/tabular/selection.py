"""Select the columns of a table that are useful as inputs, and learn their encodings."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...data.tables.capitals import alike
from ...data.tables.missing_markers import sentinels_in
from ...messages.formats import number_text
from ...messages.message import Command, Listing, Message
from ...messages.option_spelling import Option
from ...runtime.system import available_cores
from ...runtime.threads import in_threads
from .dates import DateColumn, non_date_remarks, odd_dates
from .encoders import (
    BooleanColumn,
    NumberColumn,
    WordColumn,
    bins_for,
    enough,
    has_many_words,
    lacks_many,
    non_boolean_remarks,
    non_numeric_remarks,
    odd_booleans,
    odd_numbers,
    truth_remarks,
)
from .kinds import Encoding
from .summaries.columns import (
    MOST_CHARACTERS,
    MOST_WORDS,
    SUMMARIES,
    BooleanSummary,
    ColumnSummary,
    DateSummary,
    NumberSummary,
    OddValues,
    WordSummary,
)
from .target_statistics import StatisticsOf

if TYPE_CHECKING:
    from ...data.tables.table import Column

DECIMAL_COMMA = Message("a decimal comma")
POINTS_BETWEEN_THOUSANDS = Message("a point between thousands")
THOUSANDS = Message("a comma between thousands")
REPAIRED = Command("doctor", Option("fix"))
"""The command that empties fields and unifies words."""
_FEW_ROWS = 20
WORTH_THREADS = 500_000
"""Tables with at least this many values are learned and encoded on several threads."""
_MANY_WORDS = 10
_MANY_INPUTS = 100
ID_NAME = re.compile(r"(?:^|[_\W])(?i:id|uuid|guid|key|index|idx|nr|no|row)$|[a-z](?:ID|Id)$")
_ODD = {"number": odd_numbers, "boolean": odd_booleans, "date": odd_dates}


def about_numbers(column: Column, odd: OddValues) -> list[Message]:
    """Return remarks on ignored units, non-numeric values and possible missing values in a column of numbers."""
    units = [Message("column {name!r}: the unit {unit!r} is ignored", name=column.name, unit=column.unit)] * bool(
        column.unit
    )
    return units + non_numeric_remarks(column.name, odd, column.unit) + truth_remarks(column) + _about_sentinels(column)


def odd_values(column: Column) -> OddValues:
    """Return the values of a column that do not fit its kind and count as missing."""
    return _ODD[column.kind](column) if column.kind in _ODD else OddValues()


def _about_sentinels(column: Column) -> list[Message]:
    """Return remarks on numbers that may mean missing; they are used unchanged, since only the owner knows."""
    return [
        Message(
            "column {name!r}: {value:g} in {count:,} rows is far from all other values and is used as a "
            "number; if it means missing, empty these fields with {command}",
            name=column.name,
            value=value,
            count=count,
            command=REPAIRED,
        )
        for value, count in sentinels_in(column.ordered).items()
    ]


def about_decimals(columns: Iterable[Column]) -> list[Message]:
    """Return remarks, with an example, on how ambiguous decimals in text were read."""
    text = [one for one in columns if one.is_text and one.kind in ("number", "text")]
    commas = [one for one in text if one.kind == "number" and one.decimal == ","]
    others = [one for one in text if one.decimal == "."]
    remarks = [
        *about_reading(commas, r",", DECIMAL_COMMA),
        *about_reading(commas, r"\d\.\d", POINTS_BETWEEN_THOUSANDS),
        *about_reading((one for one in others if one.found and one.kind == "number"), r"\d,\d{3}", THOUSANDS),
    ]
    if commas and (found := examples((one for one in others if one.reads_as(",")), r"\d[.,]\d")):
        remarks.append(
            Message(
                "column {name!r}: {value!r} is not read with a decimal comma, unlike other columns{more}; to do so, "
                "pass {option}",
                **found,
                option=Option("decimal", ","),
            )
        )
    return remarks


def about_reading(columns: Iterable[Column], form: str, sign: Message, training: Message | str = "") -> list[Message]:
    """Return a remark on columns with a value of this form: with which sign it is read, and whether training had it."""
    found = examples(columns, form)
    if not found:
        return []
    template = "column {name!r}: {value!r} is read with {sign}{training}{more}"
    return [Message(template, **found, sign=sign, training=training)]


def examples(columns: Iterable[Column], form: str) -> dict[str, Any]:
    """Return name and value of the first column that has a value of this form, and how many more have one."""
    found = [(one.name, one.series.filter(one.series.str.contains(form).fill_null(False))) for one in columns]
    found = [(name, values) for name, values in found if len(values)]
    return {"name": found[0][0], "value": found[0][1][0], "more": more_columns(len(found) - 1)} if found else {}


def more_columns(count: int) -> Message | str:
    """Return how many more columns a remark is about, for the end of a clause."""
    return Message(" (also in {count:,} more columns)", count=count) if count else ""


def about_spellings(column: Column) -> list[Message]:
    """Return a remark if words of a column differ only in case or spaces; they count as different words."""
    better = alike(column.word_counts() or {})
    if not better:
        return []
    word, other = next(iter(better.items()))
    more = Message(" (as do {count:,} more)", count=len(better) - 1) if len(better) > 1 else ""
    return [
        Message(
            "column {name!r}: {word!r} and {other!r} differ only in case or spaces{more} and count as "
            "different words; if they mean the same, unify them with {command}",
            name=column.name,
            word=word[:40],
            other=other[:40],
            more=more,
            command=REPAIRED,
        )
    ]


Learnt = tuple[Encoding | Message, list[Message]]
"""The encoding of a column, or why it has none, and remarks."""


class LearntInputs(NamedTuple):
    """Encodings of the useful columns, the other columns with reasons, and remarks."""

    inputs: list[Encoding]
    useless: list[tuple[str, Message]]
    remarks: list[Message]

    @classmethod
    def of(cls, names: Iterable[str], each: Iterable[Learnt]) -> LearntInputs:
        """Collect the results of `learn_input` for columns of these names."""
        learnt = cls([], [], [])
        for name, (encoding, about) in zip(names, each, strict=True):
            learnt.remarks.extend(about)
            if isinstance(encoding, Message):
                learnt.useless.append((name, encoding))
            else:
                learnt.inputs.append(encoding)
        return learnt


def learn_inputs(
    columns: Sequence[Column],
    rows: NDArray[np.int64] | None,
    keep: Collection[str],
    statistics_in: Callable[[Column], StatisticsOf] | None = None,
) -> LearntInputs:
    """Learn encodings of columns from selected or all rows; without `statistics_in` none from their targets."""

    def learn(column: Column) -> Learnt:
        if column.kind not in SUMMARIES:
            return _ALL_MISSING, []
        part = column = column.presorted()
        if rows is not None:
            part = column.take(rows).presorted()
        bins = bins_for(len(part), len(columns))
        odd = odd_values(column)
        counted, kept = SUMMARIES[column.kind].of(part), column.name in keep
        statistics_of = statistics_in(part) if statistics_in else None
        return learn_input(column, part, counted, odd, bins=bins, keep=kept, statistics_of=statistics_of)

    several = sum(map(len, columns)) >= WORTH_THREADS
    each = in_threads(learn, columns, available_cores()) if several else map(learn, columns)
    return LearntInputs.of((one.name for one in columns), each)


def learn_input(
    column: Column,
    part: Column,
    summary: ColumnSummary,
    odd: OddValues,
    *,
    bins: int,
    keep: bool,
    statistics_of: StatisticsOf | None = None,
) -> Learnt:
    """Learn the encoding of a column; return it, or why there is none, and remarks.

    `column` has all rows and `part` the training rows; of a table in parts, both are the first rows. They say whether
    the column is an identifier, and give the examples of remarks. `summary` is what is counted of the training rows,
    and `odd` are the values of all rows that do not fit the kind of the column. `bins` is the most intervals of a
    column of numbers; with `keep`, identifiers are used. `statistics_of` is as for `WordColumn.of_many`.
    """
    remarks = about_numbers_in_words(column)
    if why := _why_useless(summary, column) or (None if keep else _why_identifier(column)):
        return why, remarks
    encoding: Encoding | None
    if statistics_of is not None and isinstance(summary, WordSummary) and has_many_words(summary):
        encoding = WordColumn.of_many(column.name, summary, statistics_of, keep=keep)
    else:
        encoding = _encoding_of(column, summary, bins)
    if encoding is None:
        return _NO_MORE_THAN_CHANCE, remarks
    if isinstance(encoding, NumberColumn):
        remarks += about_numbers(column, odd)
    elif isinstance(encoding, WordColumn):
        remarks += about_spellings(column)
    elif isinstance(encoding, DateColumn):
        remarks += [encoding.remark(), *non_date_remarks(column.name, odd)]
    else:
        remarks += non_boolean_remarks(column.name, odd)
    return encoding, remarks if keep else remarks + _about_identifiers(part, encoding)


def _encoding_of(column: Column, summary: ColumnSummary, bins: int) -> Encoding:
    """Return the encoding of a column that is not useless."""
    if isinstance(summary, NumberSummary):
        return NumberColumn.from_summary(column.name, summary, bins, column.unit)
    if isinstance(summary, BooleanSummary):
        return BooleanColumn.from_summary(column.name, summary)
    if isinstance(summary, WordSummary):
        return WordColumn.from_summary(column.name, summary)
    return DateColumn.from_summary(column.name, summary, column.form)


def _about_identifiers(column: Column, encoding: Encoding) -> list[Message]:
    """Return a remark if an input may be an identifier, or words that may be names."""
    if isinstance(encoding, WordColumn):
        if encoding.statistics is not None:
            return [
                Message(
                    "column {name!r}: {count:,} words of few rows become inputs by their mean target in training; if "
                    "they are names or identifiers, pass {option}",
                    name=column.name,
                    count=encoding.rare,
                    option=Option("drop", (column.name,)),
                )
            ]
        if len(encoding.words) <= _MANY_INPUTS:
            return []
        return [
            Message(
                "column {name!r}: its words become {count} inputs; if they are names or identifiers, pass {option}",
                name=column.name,
                count=len(encoding.features),
                option=Option("drop", (column.name,)),
            )
        ]
    if not isinstance(encoding, NumberColumn) or not _are_whole(column.ordered):
        return []
    rows, different = len(column.ordered), len(column.different)
    low, high = column.ordered[[0, -1]]
    all_differ = different > 0.98 * rows or (different > 0.9 * rows and low * 20 >= high)  # of similar length
    if (ID_NAME.search(column.name) and different > _FEW_ROWS) or (rows >= 5 * _FEW_ROWS and all_differ):
        return [
            Message(
                "column {name!r}: {count:,} different values in {rows:,} rows, used as numbers, but like an "
                "identifier (to leave it out, pass {option})",
                name=column.name,
                count=different,
                rows=rows,
                option=Option("drop", (column.name,)),
            )
        ]
    return []


def about_numbers_in_words(column: Column) -> list[Message]:
    """Return a remark if a column of words would be numeric but for different units or a few words."""
    found = column.found
    if column.kind != "text" or found is None:
        return []
    if found.mixed:
        units = [Message("{unit!r} {count:,}", unit=unit, count=count) for unit, count in found.units.items()]
        return [
            Message(
                "column {name!r}: treated as words, since its numbers have different units ({units}); to use "
                "it as numbers, convert them to one unit",
                name=column.name,
                units=Listing(units, 4),
            )
        ]
    # Few different numbers are grades; many different words among numbers are codes.
    numbers, words = found.values.drop_nulls(), found.non_numeric
    codes = words.n_unique() > _MANY_WORDS and not found.nearly_all
    if found.graded or codes or len(numbers) < len(words) or not len(words):
        return []
    word = str(words.mode().sort()[0])
    return [
        Message(
            "column {name!r}: treated as words, since only {percent:.0%} of its values are numbers and "
            "others are words such as {word!r}; to use it as numbers, empty those fields",
            name=column.name,
            percent=len(numbers) / (len(numbers) + len(words)),
            word=word[:40],
        )
    ]


_ALL_MISSING = Message("every value is missing")
_NO_MORE_THAN_CHANCE = Message("many words of few rows, which tell no more about the target than chance")


def _why_useless(summary: ColumnSummary, column: Column) -> Message | None:
    """Return why the training rows of a column cannot be an input; None if they can."""
    if isinstance(summary, DateSummary):
        return _why_useless_dates(summary, column)
    if isinstance(summary, NumberSummary):
        low, count = summary.low, summary.count
        if not count:
            return _ALL_MISSING
        if low == summary.high and not lacks_many(summary.rows - count, summary.rows):
            value = number_text(low)
            some = count < summary.rows
            return Message("every value is {value} or missing" if some else "every value is {value}", value=value)
        return None
    if isinstance(summary, BooleanSummary):
        if not summary.yes + summary.no:
            return _ALL_MISSING
        return _same_value(column) if summary.rows in (summary.yes, summary.no) else None
    return _why_useless_words(summary)


def _same_value(column: Column) -> Message:
    return Message("every value is {value!r}", value=column.spelt(_first_present(column)))


def _why_useless_words(summary: WordSummary) -> Message | None:
    counts, rows = summary.counts, summary.rows
    if counts is None:
        return Message(
            "more than {count:,} different words, or {characters:,} characters in them",
            count=MOST_WORDS,
            characters=MOST_CHARACTERS,
        )
    if not counts:
        return _ALL_MISSING
    if len(counts) == 1 and summary.present == rows:
        return Message("every value is {value!r}", value=next(iter(counts)))
    most = max(counts.values())
    if most < enough(rows):
        rare = Message("{count} different words, each in fewer than {rows} rows", count=len(counts), rows=enough(rows))
        rare = Message("every value differs") if most == 1 else rare
        return Message("{rare}; words that hardly recur cannot become inputs", rare=rare)
    return None


def _why_useless_dates(summary: DateSummary, column: Column) -> Message | None:
    from ...data.tables.dates import are_moments  # loads polars

    if not are_moments(column.series):
        example = column.spelt(_first_present(column))
        return Message(
            "dates or times such as {example!r} (to use it, write dates as 2024-03-01, or times as numbers)",
            example=example[:40],
        )
    if not summary.count:
        return _ALL_MISSING
    if summary.count == summary.rows and all(one.low == one.high for one in summary.parts.values()):
        return _same_value(column)
    return None


def _why_identifier(column: Column) -> Message | None:
    """Return why the values of a column are probably identifiers; None if they are not."""
    keep = Option("keep", (column.name,))
    if column.kind == "text":
        words, present = len(column.words()[1]), int(column.present.sum())
        if present >= _FEW_ROWS and words > 0.9 * present:
            return Message(
                "{count} different words in {rows} rows, like an identifier (to use it, pass {option})",
                count=words,
                rows=present,
                option=keep,
            )
    if column.kind == "number":
        numbers = column.ordered
        # A few rows may lack an identifier, such as a row of totals.
        if len(numbers) < 0.95 * len(column) or not (_are_whole(numbers[:_FEW_ROWS]) and _are_whole(numbers)):
            return None
        if _counts_rows(column, len(numbers)) or _are_long_names(column, len(numbers)):
            return Message("every value differs, like an identifier (to use it, pass {option})", option=keep)
    return None


def _first_present(column: Column) -> int:
    return int(np.argmax(column.present))


def _are_whole(values: NDArray[np.float64]) -> bool:
    return bool((values == np.floor(values)).all())


def _are_long_names(column: Column, rows: int) -> bool:
    """Return whether whole numbers differ in every row, but only in digits beyond the precision of float64."""
    if rows < _FEW_ROWS or len(column.different) == rows or np.abs(column.different).max() < 2**53:
        return False
    return len(column.words()[1]) == rows


def _counts_rows(column: Column, rows: int) -> bool:
    """Return whether a column just numbers the rows: whole, all different, without gaps or with a name such as "id"."""
    different = column.different
    if len(different) < rows or rows < _FEW_ROWS:
        return False
    return bool(different[-1] + 1 == different[0] + rows or ID_NAME.search(column.name))
