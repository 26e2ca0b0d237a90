"""Checks of the layout of a table: row widths, orientation, identifiers, missing values."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import image_shape
from ...data.sample_layout import LABEL_NAMES
from ...data.tables.dates import are_dates, are_moments
from ...data.tables.numbers import are_numbers, non_numeric_values, without_missing, words_among_numbers
from ...data.tables.ragged import OPEN
from ...messages.message import Command, Listing, Message
from ...messages.option_spelling import Option
from ...preprocess.tabular.encoders import LARGEST, enough
from ..finding import ERROR, REMARK, SHOWN, TRAIN_TABLE, WARNING, Finding, Kind
from .context import Case, Outcome, make_finding
from .raw import RawData, numbered, unique_names
from .target import looks_like_labels

_ID_NAME = re.compile(r"(?:^|[_ .-])(?:id|uuid|guid|index|idx|nr)$|[a-z]I[Dd]$|^unnamed: 0$|^$", re.IGNORECASE)
_STRAYS = 0.1
"""Largest fraction of non-numeric fields in a numeric column; with more it is a text column."""
_ENOUGH = 20
"""Fewest rows at which all-distinct values indicate an identifier."""


GD01 = Kind("GD01", ERROR, "a row has too few or too many values", "correct the lines", "drops these rows")


def broken_rows(table: RawData, case: Case) -> Outcome:
    """Find rows of a different width, which the reader has set aside."""
    if not table.broken:
        return [], table
    rows, lines, fields = zip(*table.broken, strict=True)
    widths = [width for width in fields if width != OPEN]
    reasons = [Message("{widths} values instead of {width}", widths=Listing(widths, SHOWN), width=table.width)] * bool(
        widths
    )
    reasons += [Message("an unclosed quotation mark")] * (OPEN in fields)
    text = Message("{rows:,} rows: {why}", rows=len(rows), why=Listing(reasons, separator="; "))
    finding = Finding(GD01, table.source, text, len(rows), rows[:5], lines[:5], repaired=len(table) > 0)
    return [finding], replace(table, broken=())


GD12 = Kind(
    "GD12", WARNING, "numbers are written with a decimal comma", "write a decimal point", "writes a decimal point"
)


def decimal_comma(table: RawData, case: Case) -> Outcome:
    """Find numbers such as 1,5."""
    if not table.decimal_comma:
        return [], table
    return [make_finding(GD12, table, Message("fields such as 1,5"))], replace(table, decimal_comma=False)


GD47 = Kind(
    "GD47",
    REMARK,
    "a column of a table is empty",
    Message(
        "none needed; {train} leaves it out. Often the cause is a separator at the end of every line", train=TRAIN_TABLE
    ),
    "drops it",
)
GD03 = Kind(
    "GD03", ERROR, "a column is empty", "remove it; often the cause is a separator at the end of every line", "drops it"
)


def empty_columns(table: RawData, case: Case) -> Outcome:
    """Find columns without values."""
    if table.numbers.dtype == np.uint8 or not len(table):
        return [], table
    nothing = np.isnan(table.numbers).all(axis=0)
    empty = [int(c) for c in np.flatnonzero(nothing) if c not in table.words and table.names[c] != case.target]
    if not empty or len(empty) == table.width:
        return [], table
    names = [table.names[column] or Message("the unnamed column") for column in empty]
    kind = GD47 if case.takes_gaps(table) else GD03
    return [
        make_finding(kind, table, Message("{names}: no values", names=Listing(names, SHOWN)), columns=names)
    ], table.without(empty)


GD15 = Kind(
    "GD15", ERROR, "columns have the same name", "give each column a unique name", "appends .2 to the second, and so on"
)


def same_names(table: RawData, case: Case) -> Outcome:
    """Find columns that have the same name."""
    counted_names = Counter(name for name in table.names if name)
    twice = [name for name, count in counted_names.items() if count > 1]
    if not table.header or not twice:
        return [], table
    text = Message(
        "{names}: shared by {columns} columns",
        names=Listing(twice, SHOWN),
        columns=sum(counted_names[name] for name in twice),
    )
    return [make_finding(GD15, table, text, columns=twice)], replace(table, names=unique_names(table.names))


GD04 = Kind("GD04", ERROR, "rows and columns are swapped", "transpose the table", "transposes it")


def transposed(table: RawData, case: Case) -> Outcome:
    """Find tables whose samples are columns instead of rows."""
    square = image_shape(len(table) - 1)
    rows_fit = square is not None and square[0] >= 8 and image_shape(table.width - 1) is None
    if not rows_fit or table.labels is not None or table.header or table.words:
        return [], table
    columns = table.numbers[:, 0], table.numbers[:, -1]
    if any(map(looks_like_labels, columns)) or not any(map(looks_like_labels, (table.numbers[0], table.numbers[-1]))):
        return [], table
    text = Message(
        "{rows} rows of {width} values, which are {width} samples of a label and {pixels} pixels",
        rows=len(table),
        width=table.width,
        pixels=len(table) - 1,
    )
    turned = np.ascontiguousarray(table.numbers.T)
    new = replace(table, numbers=turned, names=numbered(len(table)), rows=np.arange(len(turned)), lines=None, exact={})
    return [make_finding(GD04, table, text)], new


def columns_alike(table: RawData, case: Case) -> Outcome:
    """Record the columns of training data; arrange the columns of a test part as in its training data."""
    if case.like is None:
        return [], table.repaired(names=table.names)
    training = case.like.repairs
    taken = table.repairs.label_columns  # found by their values
    wanted = {*case.like.names, *(() if taken else training.label_columns)}
    unnamed = numbered(table.width) in (table.names, training.names)
    if not wanted <= {*table.names} and unnamed and table.width == len(training.names):
        table = replace(table, names=training.names)  # one of the two has no column names: match by position
    names = [name for name in training.names if name in wanted]
    if (table.labels is None or bool(taken)) != bool(training.label_columns) or not wanted <= {*table.names}:
        return [], table  # labels kept in another way, or other columns: a later check reports it
    kept = table if table.names == tuple(names) else table.arranged([table.names.index(name) for name in names])
    pictures = case.like.pictures
    return [], replace(kept, pictures=pictures, header=table.header if pictures else case.like.header)


GD14 = Kind(
    "GD14",
    REMARK,
    "a column holds dates or times that training does not use",
    Message(
        "none needed; {train} leaves it out. To use it, write dates as 2024-03-01, or times as numbers",
        train=TRAIN_TABLE,
    ),
    "drops it",
)


def dates(table: RawData, case: Case) -> Outcome:
    """Find columns of dates or times that training does not use: in a table with column names it uses most dates."""
    words = {column: texts for column, texts in table.words.items() if table.names[column].lower() not in LABEL_NAMES}
    columns = [column for column, texts in words.items() if are_dates(texts.tolist())]
    if case.takes_gaps(table):
        columns = [column for column in columns if not are_moments(without_missing(table.words[column].tolist()))]
    if not columns:
        return [], table
    names = [table.names[column] for column in columns]
    example = next(text for text in table.words[columns[0]].tolist() if text)
    text = Message("{names}, such as {example!r}", names=Listing(names, SHOWN), example=example[:40])
    if len(columns) == table.width:  # no column would remain
        return [make_finding(GD14, table, text, columns=names, repaired=False)], table
    return [make_finding(GD14, table, text, columns=names)], table.without(columns)


GD05 = Kind(
    "GD05", WARNING, "a column only identifies the rows", "remove it: new rows do not have these values", "drops it"
)


def row_names(table: RawData, case: Case) -> Outcome:
    """Find row names as R writes them."""
    if not table.row_names:
        return [], table
    finding = make_finding(
        GD05,
        table,
        Message("the unnamed column: row names as R writes them; training omits them too"),
        columns=[Message("the unnamed column")],
    )
    return [finding], replace(table.without([0]), row_names=False)


GD18 = Kind(
    "GD18",
    ERROR,
    "a column holds lists or records",
    Message(
        "split it into columns of numbers or text, or exclude it with {train}", train=Command("train", Option("drop"))
    ),
    "drops it",
)


def records(table: RawData, case: Case) -> Outcome:
    """Find columns of lists, records or similar."""
    columns = [place for place, name in enumerate(table.names) if name in table.records]
    if not columns:
        return [], table
    names = [table.names[column] for column in columns]
    text = Message("{names}: lists, records or similar", names=Listing(names, SHOWN))
    if len(columns) == table.width:  # no column would remain
        return [make_finding(GD18, table, text, columns=names, repaired=False)], table
    return [make_finding(GD18, table, text, columns=names)], table.without(columns)


def identifiers(table: RawData, case: Case) -> Outcome:
    """Find columns that number or name the rows."""
    if len(table) < _ENOUGH or table.width < 3:
        return [], table
    low, high = table.numbers.min(axis=0).astype(float), table.numbers.max(axis=0).astype(float)
    wide_enough = np.flatnonzero(~(high - low + 1 < len(table))).tolist()  # NaN: words
    wrong = [column for column in wide_enough if _identifies(table, column)]
    wrong = [column for column in wrong if table.names[column].lower() not in LABEL_NAMES]
    if not wrong:
        return [], table
    names = [table.names[column] or Message("the unnamed column") for column in wrong]
    text = Message("{names}: a different value in each of {rows:,} rows", names=Listing(names, SHOWN), rows=len(table))
    return [make_finding(GD05, table, text, columns=names)], table.without(wrong)


def _identifies(table: RawData, column: int) -> bool:
    if column in table.words:
        texts = [text for text in table.words[column].tolist() if text]
        alone = len(texts) >= _ENOUGH and len(set(texts)) == len(texts) and _non_numeric_share(table, column) > 0.5
        # Distinct amounts of money and distinct dates carry information.
        return alone and not are_numbers(texts) and not are_moments(without_missing(texts))
    values = table.numbers[:, column]
    low, high, count = float(values.min()), float(values.max()), len(values)
    # Row numbers may have gaps where rows were removed; a column named as an identifier may have any.
    dense = count <= high - low + 1 <= 1.2 * count + 5
    if not dense and not _ID_NAME.search(table.names[column]):
        return False
    return bool((values == np.floor(values)).all()) and len(np.unique(table.fields(column))) == count


def _non_numeric_share(table: RawData, column: int) -> float:
    """Return the fraction of non-numeric fields in a column."""
    filled = table.words[column] != ""
    return float(np.isnan(table.numbers[filled, column]).mean())


GD49 = Kind(
    "GD49",
    ERROR,
    "no column is left to predict the label from",
    "add columns of numbers, dates or words that recur: constants and (nearly) unique words predict nothing",
)


def no_inputs(table: RawData, case: Case) -> Outcome:
    """Find tables none of whose columns training can use: constant ones, and words that hardly recur."""
    if table.labels is None or case.part == "test" or not case.takes_gaps(table):
        return [], table
    if any(_is_input(table, column) for column in range(table.width)):
        return [], table
    return [
        make_finding(
            GD49,
            table,
            Message("every other column is constant, identifies the rows, or has (nearly) unique words"),
            columns=table.names,
        )
    ], table


def _is_input(table: RawData, column: int) -> bool:
    fields = table.fields(column)
    if column not in table.words:
        return len(np.unique(fields)) > 1
    texts = [text for text in fields.tolist() if text]
    counts = Counter(texts)
    if _non_numeric_share(table, column) <= 0.5 or are_numbers(texts) or are_moments(without_missing(texts)):
        return len(counts) > 1
    return len(counts) + (len(texts) < len(table)) > 1 and max(counts.values()) >= enough(len(table))


GD11 = Kind("GD11", ERROR, "a value is not a number", "correct it, or remove the rows", "drops these rows")


def invalid_numbers(table: RawData, case: Case) -> Outcome:
    """Find non-numeric fields in numeric columns.

    In a table with column names, training treats a few such fields as missing. The limit of training applies here too,
    so no row that it can use is dropped.
    """
    if case.takes_gaps(table):
        return _missing(table)
    columns = [column for column in table.words if table.pictures or _non_numeric_share(table, column) <= _STRAYS]
    if not columns:
        return [], table
    wrong = {column: np.isnan(table.numbers[:, column]) & (table.words[column] != "") for column in columns}
    rows: NDArray[np.bool_] = np.logical_or.reduce(list(wrong.values()))
    first = int(np.argmax(rows))
    column = next(column for column in columns if wrong[column][first])
    text = Message(
        "{rows:,} rows, such as {example!r} in {name}",
        rows=int(rows.sum()),
        example=table.words[column][first],
        name=table.names[column],
    )
    names = [table.names[column] for column in columns]
    finding = make_finding(GD11, table, text, rows, columns=names, repaired=not rows.all())
    kept = {column: texts for column, texts in table.words.items() if column not in columns}
    return [finding], table if rows.all() else replace(table, words=kept).take(~rows)


GD46 = Kind(
    "GD46",
    REMARK,
    "text or infinite values in a numeric column",
    Message("none needed; {train} treats them as missing", train=TRAIN_TABLE),
    "empties these fields",
)


def _missing(table: RawData) -> Outcome:
    """Empty the fields of numeric columns that training treats as missing: text and infinite values."""
    table = replace(table, numbers=_without_infinite_words(table))
    numbers, words, exact, details, names = table.numbers, dict(table.words), dict(table.exact), [], []
    rows = np.zeros(len(table), bool)
    infinite, _ = _holes(table)
    if infinite.any():
        numbers = np.where(infinite, np.nan, numbers)
        rows |= infinite.any(axis=1)
        names += [table.names[column] for column in np.flatnonzero(infinite.any(axis=0))]
        details += [Message("an infinite value in {name}", name=name) for name in names[:SHOWN]]
    findings = []
    for column, texts in table.words.items():
        wrong = non_numeric_values(texts.tolist())
        if not any(wrong):
            findings += _words_among_numbers(table, column)
            continue
        rows |= wrong
        names.append(table.names[column])
        details.append(Message("{example!r} in {name}", example=texts[wrong][0], name=names[-1]))
        words[column] = np.where(wrong, "", texts)
        if column in exact:
            exact[column] = np.where(wrong, "", exact[column])
        if not np.isnan(numbers[words[column] != "", column]).any():
            del words[column]  # the remaining fields are plain numbers
    if not details:
        return findings, table
    text = Message(
        "{rows:,} rows, such as {shown}", rows=int(rows.sum()), shown=Listing(details[:SHOWN], separator="; ")
    )
    findings.append(make_finding(GD46, table, text, rows, columns=list(dict.fromkeys(names))))
    return findings, replace(table, numbers=numbers, words=words, exact=exact)


def _without_infinite_words(table: RawData) -> NDArray[Any]:
    """Return the numbers without the infinite ones of columns that training treats as words: "inf" is one of them."""
    infinite, _ = _holes(table)
    here = [
        column
        for column in np.flatnonzero(infinite.any(axis=0)).tolist()
        if column in table.words
        and np.isnan(table.numbers[table.words[column] != "", column]).any()
        and not non_numeric_values(table.words[column].tolist()).any()
    ]
    if not here:
        return table.numbers
    numbers = table.numbers.copy()
    numbers[:, here] = np.where(np.isinf(numbers[:, here]), np.nan, numbers[:, here])
    return numbers


GD48 = Kind(
    "GD48",
    WARNING,
    "several words in a column of numbers",
    Message("empty these fields or correct them: {train} treats the whole column as words", train=TRAIN_TABLE),
)


def _words_among_numbers(table: RawData, column: int) -> list[Finding]:
    """Find a column of nearly all numbers that training treats as words, because of several kinds of words."""
    texts = table.words[column]
    kinds = words_among_numbers(texts.tolist())
    if not kinds:
        return []
    rows = np.isin(texts, kinds)
    text = Message(
        "{name}: {words} in {rows:,} rows",
        name=table.names[column],
        rows=int(rows.sum()),
        words=Listing(kinds, 6),
    )
    return [make_finding(GD48, table, text, rows, columns=[table.names[column]])]


GD13 = Kind(
    "GD13",
    REMARK,
    "a table has missing values",
    Message("none needed; {train} imputes and flags them", train=TRAIN_TABLE),
)
GD19 = Kind(
    "GD19",
    REMARK,
    "rows of a table have no label",
    Message("none needed; {train} skips them", train=TRAIN_TABLE),
    "drops these rows",
)
GD10 = Kind(
    "GD10", ERROR, "values are missing, infinite or too large", "correct them, or remove the rows", "drops these rows"
)


def gaps(table: RawData, case: Case) -> Outcome:
    """Find fields that are empty or infinite.

    In a table with named columns, training imputes the empty fields and skips the rows without a label.
    """
    infinite, empty = _holes(table)
    unlabelled = _unlabelled(table)
    findings = []
    if case.takes_gaps(table):
        if empty.any():
            findings.append(_gaps(GD13, table, empty, unlabelled=None))
        empty = np.zeros_like(empty)
        skipped = _skipped_in_training(table, unlabelled)
        if skipped.any() and not skipped.all():
            text = Message(
                "{rows:,} of {all:,} rows have no value in {name}",
                rows=int(skipped.sum()),
                all=len(table),
                name=_label_name(table),
            )
            findings.append(make_finding(GD19, table, text, skipped, columns=[_label_name(table)]))
            infinite, empty, unlabelled, table = (
                infinite[~skipped],
                empty[~skipped],
                unlabelled[~skipped],
                table.take(~skipped),
            )
    holes = infinite | empty
    drop: NDArray[np.bool_] = holes.any(axis=1) | unlabelled
    if drop.any():
        findings.append(_gaps(GD10, table, holes, unlabelled))
    return findings, table if drop.all() else table.take(~drop) if drop.any() else table


def _gaps(kind: Kind, table: RawData, holes: NDArray[np.bool_], unlabelled: NDArray[np.bool_] | None) -> Finding:
    rows: NDArray[np.bool_] = np.asarray(holes.any(axis=1), bool)
    names: list[str | Message] = [table.names[column] for column in np.flatnonzero(holes.any(axis=0))]
    if unlabelled is not None and unlabelled.any():
        rows = rows | unlabelled
        names.append(_label_name(table))
    extreme = _extremes(table, holes, unlabelled)
    if not extreme.any():
        what = Message("missing values")
    elif not (rows & ~extreme).any():
        what = Message("infinite or too large values")
    else:
        what = Message("missing, infinite or too large values")
    text = Message(
        "{rows:,} of {all:,} rows with {what} in {names}",
        rows=int(rows.sum()),
        all=len(table),
        what=what,
        names=Listing(names, SHOWN),
    )
    return make_finding(kind, table, text, rows, columns=names, repaired=kind == GD10 and not rows.all())


def _extremes(table: RawData, holes: NDArray[np.bool_], unlabelled: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Return a mask, shape (n,), of rows with an infinite value, or with a label whose square is infinite."""
    extreme: NDArray[np.bool_] = np.zeros(len(table), bool)
    if holes.size:
        extreme |= (holes & np.isinf(table.numbers)).any(axis=1)
    if unlabelled is not None and table.labels is not None and table.labels.dtype.kind == "f":
        extreme |= unlabelled & (np.abs(table.labels) > LARGEST)
    return extreme


def _holes(table: RawData) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return masks of the infinite and of the missing values, each of shape (n, width)."""
    if table.numbers.dtype == np.uint8:
        nothing = np.zeros((len(table), 0), bool)
        return nothing, nothing
    empty = np.isnan(table.numbers)
    for column, texts in table.words.items():
        empty[:, column] = texts == ""
    return np.isinf(table.numbers), empty


def _unlabelled(table: RawData) -> NDArray[np.bool_]:
    labels = table.labels
    if labels is None or labels.dtype.kind not in "fO":
        return np.zeros(len(table), bool)
    missing: NDArray[np.bool_] = labels == "" if labels.dtype.kind == "O" else ~(np.abs(labels) <= LARGEST)
    return missing


def _skipped_in_training(table: RawData, unlabelled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows have no label, or a word in a column of numbers, but not a number that is too large."""
    labels = table.labels
    if labels is not None and labels.dtype.kind == "O":
        return unlabelled | non_numeric_values(labels.tolist())
    return unlabelled & ~np.isfinite(labels) if labels is not None and labels.dtype.kind == "f" else unlabelled


def _label_name(table: RawData) -> str | Message:
    return table.label_name or Message("the label")


GD02 = Kind(
    "GD02",
    REMARK,
    "column names above pixel data",
    "none needed; glassnet skips them, but the program of the notes does not",
    "omits them",
)


def header(table: RawData, case: Case) -> Outcome:
    """Find column names above pixel data."""
    if not (table.pictures and table.header):
        return [], table
    text = Message("{columns}", columns=Listing([table.label_name, *table.names], 3))
    return [make_finding(GD02, table, text)], replace(table, header=False)
