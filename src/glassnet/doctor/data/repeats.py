"""Checks that compare rows: duplicates, sorted rows, and columns that determine the label."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...messages.message import Listing, Message
from ...messages.option_spelling import Option
from ...nn.random import Purpose, generator
from ...preprocess.tabular.leaks import classes_by_column
from ..finding import ERROR, REMARK, SHOWN, WARNING, Finding, Kind
from .classes import GD33, numbers_wanted
from .context import Case, Outcome, make_finding
from .raw import RawData

_COARSE = 0.2
_ODD = 0x9E3779B97F4A7C15
_FEW = 500
"""Sample of rows on which a column is tested before all rows are."""

_NARROW, _MANY = 100, 50_000
"""Most columns and rows that are compared to judge whether equal rows are copies."""
_FREQUENT = 6
_STAMP = 0.1
"""Largest fraction of an image that counts as added to it: a date, a mark of the class."""


def fingerprints(table: RawData) -> NDArray[np.uint64]:
    """Return a hash for each row: equal rows have equal hashes, different rows almost never."""
    total = np.zeros(len(table), np.uint64)
    random = generator(0, Purpose.DOCTOR)
    numbers = np.ascontiguousarray(table.numbers)
    if numbers.dtype == np.uint8:
        numbers = np.pad(numbers, ((0, 0), (0, -numbers.shape[1] % 8)))
    else:
        numbers = numbers.astype(np.float64) + 0.0  # -0 is 0
    words = numbers.view(np.uint64)
    factors = random.integers(1, 2**63, words.shape[1], np.uint64) * np.uint64(2) + np.uint64(1)
    for start in range(0, len(words), 4096):
        part = words[start : start + 4096]
        # Whole numbers as float64 have high bits only, and products carry upwards only: fold them down.
        folded = part ^ (part >> np.uint64(32)) ^ (part >> np.uint64(47))
        total[start : start + 4096] = _mix(folded * factors).sum(axis=1, dtype=np.uint64)
    for column in sorted({*table.words, *table.exact}):
        codes = np.array([stable_hash(text) for text in table.fields(column).tolist()], np.uint64)
        total += _mix(codes * np.uint64((2 * column + 1) * _ODD % 2**64))
    return total


def _mix(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed: NDArray[np.uint64] = (words ^ (words >> np.uint64(29))) * np.uint64(_ODD)
    return mixed


def first_equal(table: RawData) -> NDArray[np.int64]:
    """Return for each row the index of the first row equal to it."""
    _, index, group = np.unique(fingerprints(table), return_index=True, return_inverse=True)
    first: NDArray[np.int64] = index[group].astype(np.int64)
    later = np.flatnonzero(first != np.arange(len(table)))
    wrong = later[~_rows_equal(table, later, table, first[later])]
    first[wrong] = wrong
    return first


def _rows_equal(
    table: RawData, rows: NDArray[np.int64], other: RawData, other_rows: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Compare pairs of rows of two tables value by value: equal hashes alone prove nothing."""
    same = np.ones(len(rows), bool)
    for start in range(0, len(rows), 4096):
        part = slice(start, start + 4096)
        left, right = table.numbers[rows[part]], other.numbers[other_rows[part]]
        same[part] = ((left == right) | ((left != left) & (right != right))).all(axis=1)
    for own_columns, other_columns in ((table.words, other.words), (table.exact, other.exact)):
        for column in {*own_columns} & {*other_columns}:
            same &= own_columns[column][rows] == other_columns[column][other_rows]
    return same


def stable_hash(text: str) -> int:
    """Return a 64-bit hash that is the same in every process."""
    from hashlib import blake2b

    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


GD40 = Kind("GD40", WARNING, "identical rows have different labels", "find out which label is right")


def conflicts(table: RawData, case: Case) -> Outcome:
    """Find equal inputs with different labels."""
    if table.labels is None or len(table) < 2 or numbers_wanted(table):
        return [], table
    group = first_equal(table)
    if (group == np.arange(len(table))).all() or _is_coarse(table, group):
        return [], table
    names = table.label_words
    _, label = np.unique(names, return_inverse=True)
    low = np.full(len(table), label.max() + 1)
    high = np.zeros(len(table), int)
    np.minimum.at(low, group, label)
    np.maximum.at(high, group, label)
    conflicting = (low != high)[group]
    if not conflicting.any():
        return [], table
    first = np.flatnonzero(group == group[int(np.argmax(conflicting))])[:2]
    one, other = (table.files[row] if table.files else Message("row {row}", row=row) for row in table.rows[first])
    label, second = names[first]
    text = Message(
        "{rows:,} rows; {one} and {other} differ only in their labels, {label} and {second}",
        rows=int(conflicting.sum()),
        one=one,
        other=other,
        label=label,
        second=second,
    )
    return [make_finding(GD40, table, text, conflicting)], table


def _is_coarse(table: RawData, first: NDArray[np.int64]) -> bool:
    """Return whether rows are equal only because the columns have few distinct values."""
    if table.pictures:
        return False
    repeated = int((first != np.arange(len(table))).sum())
    if repeated > _COARSE * len(table):
        return True
    expected = _expected_equal_pairs(table)
    return bool(repeated <= expected + 2 * expected**0.5) or _has_near_pairs(table)


def _has_near_pairs(table: RawData) -> bool:
    """Return whether equal rows are as frequent as expected from rows that differ in one or two columns.

    Columns with few distinct values that depend on each other have all of these; copied rows are only equal. If
    whether columns j and k agree is independent for rows that agree elsewhere, as many pairs of rows are equal as
    n(only j differs) · n(only k differs) / n(only j and k differ). Dependence makes it more, here up to twice as many.
    The column that most near pairs differ in may be a condition under which each row was repeated.
    """
    if table.width > _NARROW:
        return False
    rows = generator(0, Purpose.DOCTOR).permutation(len(table))[:_MANY]
    parts: list[NDArray[np.uint64]] = []
    for column in range(table.width):
        values = table.fields(column)[rows]
        codes = np.unique(values.astype(str) if values.dtype.kind == "O" else values, return_inverse=True)[1]
        parts.append(_mix((codes.astype(np.uint64) + np.uint64(1)) * np.uint64((2 * column + 1) * _ODD % 2**64)))
    every = np.zeros(len(rows), np.uint64)
    for part in parts:
        every += part
    equal = _count_equal(every)
    near = [_count_equal(every - part) - equal for part in parts]
    if not 0 < equal <= sum(near) - max(near):
        return False
    expected = []
    for j, k in combinations(sorted(range(len(parts)), key=lambda column: -near[column])[:_FREQUENT], 2):
        if both := _count_equal(every - parts[j] - parts[k]) - equal - near[j] - near[k]:
            expected.append(near[j] * near[k] / both)
    likely = 2 * float(np.median(expected)) if expected else 0.0
    return bool(equal <= likely + 2 * likely**0.5)


def _count_equal(hashes: NDArray[np.uint64]) -> int:
    """Return the number of pairs of equal hashes."""
    counts = np.unique(hashes, return_counts=True)[1]
    return int((counts * (counts - 1)).sum()) // 2


def _expected_equal_pairs(table: RawData) -> float:
    """Return the expected number of equal pairs with independent columns, overall or within classes."""
    if numbers_wanted(table):
        return 0.0
    everyone = np.arange(len(table))
    names = np.zeros(len(table)) if table.labels is None else table.label_words
    of_classes: float = sum(_equal_pairs(table, np.flatnonzero(names == name)) for name in np.unique(names))
    return max(_equal_pairs(table, everyone), of_classes)


def _equal_pairs(table: RawData, rows: NDArray[np.int64]) -> float:
    every = len(rows) * (len(rows) - 1)
    pairs = every / 2
    for column in range(table.width):
        values = table.fields(column)[rows]
        values = values.astype(str) if values.dtype.kind == "O" else values
        counts = np.unique(values, return_counts=True)[1]
        pairs *= float((counts * (counts - 1)).sum()) / max(every, 1)
    return pairs


GD44 = Kind(
    "GD44",
    REMARK,
    "a table has identical rows",
    "none needed if the columns have few distinct values, so that equal rows are expected; otherwise look for "
    "copied rows",
)
GD41 = Kind("GD41", WARNING, "rows occur more than once", "if they are copies, keep one of each")


def duplicates(table: RawData, case: Case) -> Outcome:
    """Find rows that repeat an earlier one with the same label."""
    if len(table) < 2:
        return [], table
    first = first_equal(table)
    repeated = first != np.arange(len(table))
    same = repeated & (table.label_words == table.label_words[first]) if table.labels is not None else repeated
    if (same if numbers_wanted(table) else repeated).any() and _is_coarse(table, first):
        text = Message(
            "{rows:,} of {all:,} rows identical to an earlier one, ignoring labels",
            rows=int(repeated.sum()),
            all=len(table),
        )
        return [make_finding(GD44, table, text, repeated)], table
    if not same.any():
        return [], table
    text = Message("{rows:,} of {all:,} rows identical to an earlier one", rows=int(same.sum()), all=len(table))
    return [make_finding(GD41, table, text, same)], table


GD42 = Kind(
    "GD42",
    WARNING,
    "a single column determines the label",
    Message(
        "make sure that its value is known before the label is, otherwise remove it; if it tells which rows belong "
        "together, name it with {group}",
        group=Option("group"),
    ),
    "drops it; sets it to 0 if it is a pixel",
)


def giveaways(table: RawData, case: Case) -> Outcome:
    """Find columns that determine the label, but for those that name groups of rows, which all have one label."""
    if case.like is not None and (blanked := case.like.repairs.blanked):
        values = table.numbers.copy()
        values[:, [place for place, name in enumerate(table.names) if name in blanked]] = 0
        return [], replace(table, numbers=values)
    if table.labels is None or len(table) < 30 or table.width < 2 or numbers_wanted(table) or case.part == "test":
        return [], table
    _, label = np.unique(table.label_words, return_inverse=True)
    counts = np.bincount(label)
    if (counts >= 5).sum() < 2:
        return [], table
    # A random sample, because the first rows of a sorted table are all of one class.
    few = generator(0, Purpose.DOCTOR).permutation(len(table))[:_FEW]
    telling: dict[int, Message] = {}
    for column in (place for place, name in enumerate(table.names) if name not in table.grouped_by):
        values = table.fields(column)
        if _describe_giveaway(values[few], label[few]) and (how := _describe_giveaway(values, label)):
            telling[column] = how
    # Many such pixels are not a mark on the images: the images of the classes differ, in brightness for example.
    if not telling or (table.pictures and len(telling) > _STAMP * table.width):
        return [], table
    names = [table.names[column] for column in telling]
    details = [Message("{name} ({how})", name=table.names[column], how=how) for column, how in telling.items()]
    text = Message("{columns}", columns=Listing(details, SHOWN))
    if table.pictures:
        values = table.numbers.copy()
        values[:, list(telling)] = 0
        return [make_finding(GD42, table, text, columns=names)], replace(
            table.repaired(blanked=tuple(names)), numbers=values
        )
    safe = len(telling) < table.width
    return [make_finding(GD42, table, text, columns=names, repaired=safe)], (
        table.without(list(telling)) if safe else table
    )


def _describe_giveaway(values: NDArray[Any], label: NDArray[Any]) -> Message | None:
    """Return how a column determines the label: by each value, or by its order; None if it does not."""
    if values.dtype.kind == "O":
        values = np.unique(values.astype(str), return_inverse=True)[1]
    order = np.argsort(values)
    ordered, its_label = values[order], label[order]
    if ((ordered[1:] == ordered[:-1]) & (its_label[1:] != its_label[:-1])).any():
        return None  # equal values have different labels, as in nearly every column
    count = len(np.unique(values))
    if count < 2:
        return None
    how, right = classes_by_column(values, label)
    if right < len(values):
        return None
    return (
        Message("each of its {count} values has only one label", count=count)
        if how == "value"
        else Message("its order is that of the labels")
    )


GD45 = Kind(
    "GD45",
    REMARK,
    "rows are sorted by class",
    "none needed; glassnet shuffles them, but the program of the notes does not",
)
GD43 = Kind("GD43", WARNING, "rows are sorted by class and used in that order", "shuffle them", "shuffles them")


def ordered(table: RawData, case: Case) -> Outcome:
    """Find rows that are sorted by class."""
    if table.labels is None or len(table) < 20 or case.part == "test" or not table.ordered or numbers_wanted(table):
        return [], table
    _, label, counts = np.unique(table.label_words, return_inverse=True, return_counts=True)
    part = counts / len(table)
    expected = (len(table) - 1) * (1 - float((part**2).sum()))
    changes = int((np.diff(label) != 0).sum())
    if len(counts) < 2 or changes > max(len(counts) - 1, 0.1 * expected):
        return [], table
    text = Message("the label changes {changes} times in {rows:,} rows", changes=changes, rows=len(table))
    if case.options.shuffle:
        return [make_finding(GD45, table, text, count=changes)], table
    order = generator(case.options.seed, Purpose.DOCTOR).permutation(len(table))
    return [make_finding(GD43, table, text, count=changes)], table.take(order)


GD50 = Kind("GD50", ERROR, "test and training data have different columns", "use test data with the same columns")
GD51 = Kind("GD51", WARNING, "rows of the test data are also in the training data", "train without them")


def compare_parts(training: RawData, test: RawData) -> tuple[list[Finding], RawData, RawData]:
    """Compare columns and rows of training and test data; return both repaired."""
    findings: list[Finding] = []
    if test.width != training.width or (training.header and set(test.names) != set(training.names)):
        absent = [name for name in training.names if name not in test.names]
        text = Message(
            "{width} columns; {source} has {other}", width=test.width, source=training.source, other=training.width
        )
        findings.append(make_finding(GD50, test, text, columns=absent, count=len(absent)))
        if test.width != training.width:
            return findings, training, test
    if training.header and test.names != training.names and set(test.names) == set(training.names):
        test = test.arranged([test.names.index(name) for name in training.names])
    shared = _rows_in_test(*_to_common_type(training, test))
    if shared.any():
        text = Message(
            "{rows:,} rows of {training} also in {test}",
            rows=int(shared.sum()),
            training=training.source,
            test=test.source,
        )
        findings.append(make_finding(GD51, training, text, shared))
    label_findings, test = _compare_labels(training, test)
    return findings + label_findings, training, test


def _rows_in_test(training: RawData, test: RawData) -> NDArray[np.bool_]:
    """Return a mask of the training rows that are also in the test data."""
    test_prints, place = np.unique(fingerprints(test), return_index=True)
    training_prints = fingerprints(training)
    near = np.minimum(np.searchsorted(test_prints, training_prints), len(test_prints) - 1)
    shared: NDArray[np.bool_] = test_prints[near] == training_prints
    rows = np.flatnonzero(shared)
    shared[rows] = _rows_equal(training, rows, test, place[near[rows]])
    return shared


def _to_common_type(one: RawData, other: RawData) -> tuple[RawData, RawData]:
    """Return both tables with values of one type, and with the text of codes where both have it."""
    both = {*one.exact} & {*other.exact}
    kind = np.result_type(one.numbers, other.numbers)
    first, second = (
        replace(
            table,
            numbers=table.numbers.astype(kind, copy=False),
            exact={column: table.exact[column] for column in both},
        )
        for table in (one, other)
    )
    return first, second


GD52 = Kind("GD52", REMARK, "the test data lack a class", "test with samples of every class")


def _compare_labels(training: RawData, test: RawData) -> Outcome:
    if training.labels is None or test.labels is None or numbers_wanted(training):
        return [], test
    training_labels, test_labels = np.unique(training.label_words), np.unique(test.label_words)
    findings = []
    unknown = np.setdiff1d(test_labels, training_labels)
    if len(unknown):
        rows = np.isin(test.label_words, unknown)
        text = Message(
            "label {labels} does not occur in {source}", labels=Listing(unknown.tolist(), SHOWN), source=training.source
        )
        findings.append(make_finding(GD33, test, text, rows, repaired=not rows.all()))
        test = test if rows.all() else test.take(~rows)
    absent = np.setdiff1d(training_labels, test_labels)
    if len(absent):
        findings.append(
            make_finding(
                GD52,
                test,
                Message("no samples of class {classes}", classes=Listing(absent.tolist(), SHOWN)),
                count=len(absent),
            )
        )
    return findings, test
