"""Checks of labels: numbering, missing classes, and class sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.tables.numbers import are_numbers
from ...messages.message import Command, Listing, Message
from ...messages.option_spelling import Option
from ...preprocess.targets import TARGETS
from ..finding import ERROR, SHOWN, WARNING, Kind
from .context import Case, Outcome, make_finding
from .raw import RawData

UNEVEN = 10
"""Ratio of the largest to the smallest class from which classes are reported as unequal."""


def numbers_wanted(table: RawData) -> bool:
    """Return whether the labels are regression targets rather than classes: many distinct values, or fractions."""
    labels = table.labels
    if labels is None or table.pictures:
        return False
    if labels.dtype.kind == "O":  # € 5.20 and 12 % are numbers, as in training
        words = list(map(str, labels.tolist()))
        return len(set(words)) > max(20, len(labels) // 20) and are_numbers(words)
    distinct = len(np.unique(labels))
    fractions = labels.dtype.kind == "f" and bool((labels != np.floor(labels)).any())
    return distinct > max(20, len(labels) // 20) or (fractions and distinct > 10)


GD30 = Kind(
    "GD30",
    ERROR,
    "labels are not whole numbers from 0",
    "number the classes 0, 1, 2, …",
    "numbers them, or drops the row",
)


def numbering(table: RawData, case: Case) -> Outcome:
    """Find labels that are words, negative or fractions, in data that cannot keep class names."""
    if table.labels is None or not table.pictures or not len(table):
        return [], table
    if case.like is not None and (training_classes := case.like.repairs.numbering):
        return _numbered_alike(table, training_classes)
    if table.labels.dtype.kind == "O":
        values = _as_numbers(table.labels)
        if np.isnan(values).mean() > 0.5:
            names = sorted(set(table.labels.tolist()))
            text = Message(
                "words: {names}", names=Listing([f"{name} ({place})" for place, name in enumerate(names)], SHOWN)
            )
            numbers = np.searchsorted(np.array(names, object), table.labels)
            new = table.repaired(numbering={name: place for place, name in enumerate(names)})
            return [make_finding(GD30, table, text)], replace(new, labels=numbers)
    else:
        values = table.labels.astype(np.float64)
    wrong = ~((values >= 0) & (values == np.floor(values)) & (values < 2**31))
    if not wrong.any():
        return [], replace(table, labels=values.astype(np.int64))
    distinct = np.unique(values[np.isfinite(values)])
    if wrong.mean() > 0.05 and len(distinct) <= 20:  # -1 and 1, or 0.5 and 1.5: a numbering of its own
        text = Message(
            "{old} become {new}",
            old=Listing([f"{one:g}" for one in distinct], SHOWN),
            new=Listing(range(len(distinct)), SHOWN),
        )
        numbering = {f"{one:g}": place for place, one in enumerate(distinct.tolist())}
        new = replace(table.repaired(numbering=numbering), labels=np.searchsorted(distinct, values))
        return [make_finding(GD30, table, text, wrong)], new.take(np.isfinite(values))
    shown = Listing([table.labels[place] for place in np.flatnonzero(wrong)[:3]])
    text = Message("{rows:,} rows with labels such as {labels}", rows=int(wrong.sum()), labels=shown)
    if wrong.all():
        return [make_finding(GD30, table, text, wrong, repaired=False)], table
    new = replace(table, labels=np.where(wrong, 0, values).astype(np.int64))
    return [make_finding(GD30, table, text, wrong)], new.take(~wrong)


GD33 = Kind(
    "GD33",
    ERROR,
    "a label has no output",
    Message("correct it, or increase {classes}; remove it from test data", classes=Option("classes")),
    "drops these rows",
)


def _numbered_alike(table: RawData, training_classes: Mapping[str, int]) -> Outcome:
    """Assign numbers to the labels of a test part as in its training data; drop rows with other labels."""
    words = table.label_words
    there = np.isin(words, list(training_classes))
    findings = [make_finding(GD30, table, Message("numbered as in the training data"), there)] if there.any() else []
    if not there.all():
        shown = Listing(np.unique(words[~there]).tolist(), SHOWN)
        text = Message("{rows:,} rows with labels such as {labels}", rows=int((~there).sum()), labels=shown)
        findings.append(make_finding(GD33, table, text, ~there))
    numbers = np.array([training_classes.get(word, 0) for word in words.tolist()], np.int64)
    return findings, replace(table, labels=numbers).take(there)


def _as_numbers(texts: NDArray[Any]) -> NDArray[np.float64]:
    numbers = np.full(len(texts), np.nan)
    for place, text in enumerate(texts.tolist()):
        try:
            numbers[place] = float(text)
        except ValueError:
            continue
    return numbers


def _whole(table: RawData) -> NDArray[np.int64] | None:
    """Return the labels as whole numbers from 0, or None if they are not."""
    if table.labels is None or not table.pictures or not len(table) or table.labels.dtype.kind == "O":
        return None
    labels = table.labels
    right = (labels >= 0) & (labels == np.floor(labels))
    return labels.astype(np.int64) if right.all() else None


def stray(table: RawData, case: Case) -> Outcome:
    """Find labels beyond the given number of classes, or a few far beyond all others."""
    labels = _whole(table)
    if labels is None:
        return [], table
    classes = case.options.classes
    if not classes and case.part == "train":
        present, counts = np.unique(labels, return_counts=True)
        usual = present[counts >= max(2, len(labels) // 2000)]
        if len(usual) and usual[-1] + 1 == len(usual):
            classes = len(usual)
    beyond = labels >= classes
    if not classes or not beyond.any() or beyond.all() or (not case.options.classes and beyond.mean() > 0.01):
        return [], table
    shown = Listing(np.unique(labels[beyond]).tolist(), SHOWN)
    text = Message(
        "{rows:,} rows with label {labels}; there are {classes} classes (0 to {last})",
        rows=int(beyond.sum()),
        labels=shown,
        classes=classes,
        last=classes - 1,
    )
    command = Command("train", table.source, Option("classes", int(labels.max()) + 1))
    return [make_finding(GD33, table, text, beyond, command=command)], table.take(~beyond)


GD34 = Kind("GD34", ERROR, "there is only one class", "add samples of other classes")
GD31 = Kind("GD31", ERROR, "labels do not start at 0", "number the classes 0, 1, 2, …", "numbers them from 0")
GD32 = Kind(
    "GD32", ERROR, "a class is missing", Message("add samples of it, or pass {classes}", classes=Option("classes"))
)


def missing(table: RawData, case: Case) -> Outcome:
    """Find labels that start at 1, skip classes, or are all the same."""
    labels = _whole(table)
    if labels is None or case.part == "test":
        return [], table
    present = np.unique(labels)
    if len(present) == 1:
        return [
            make_finding(GD34, table, Message("every label is {name}", name=table.label_words[0]), count=len(table))
        ], table
    low, high = int(present[0]), int(present[-1])
    if low == 1 and len(present) == high and case.options.classes <= high:
        text = Message("labels from 1 to {high}; each becomes one less", high=high)
        new = table.repaired(numbering={str(label): label - 1 for label in range(low, high + 1)})
        return [make_finding(GD31, table, text)], replace(new, labels=labels - 1)
    classes = max(case.options.classes, high + 1)
    absent = np.setdiff1d(np.arange(min(classes, 100_000)), present)
    if not len(absent) or case.options.classes:
        return [], table
    text = Message(
        "no samples of class {classes}; the largest label is {high}", classes=Listing(absent.tolist(), SHOWN), high=high
    )
    command = Command("train", table.source, Option("classes", high + 1))
    return [make_finding(GD32, table, text, count=len(absent), command=command)], table


GD35 = Kind("GD35", WARNING, "class sizes are very unequal", "collect more samples of the small classes")


def balance(table: RawData, case: Case) -> Outcome:
    """Find classes of very unequal size."""
    if table.labels is None or case.part == "test" or numbers_wanted(table) or not len(table):
        return [], table
    names, counts = np.unique(table.label_words, return_counts=True)
    if len(names) < 2:
        text = Message("every label is {name}", name=names[0])
        return ([] if table.pictures else [make_finding(GD34, table, text, count=len(table))]), table
    if counts.max() < UNEVEN * counts.min():
        return [], table
    least, most = int(counts.argmin()), int(counts.argmax())
    text = Message(
        "{most:,} rows of {large}, {least:,} of {small}",
        most=counts[most],
        large=names[most],
        least=counts[least],
        small=names[least],
    )
    return [make_finding(GD35, table, text, count=int(counts.min()))], table


GD36 = Kind(
    "GD36",
    WARNING,
    "targets that a sigmoid cannot reach",
    Message(
        "use {targets} (0.01 and 0.99), or {loss}",
        targets=Option("targets", "notes"),
        loss=Option("loss", "cross_entropy"),
    ),
)


def reachable(table: RawData, case: Case) -> Outcome:
    """Find targets of 0 and 1 for sigmoid outputs trained with the squared error."""
    options = case.options
    low, high = TARGETS[options.targets]
    one_hot_sigmoid = options.targets == "one-hot" and options.output == "sigmoid" and options.loss == "squared_error"
    if not one_hot_sigmoid or case.part == "test":
        return [], table
    text = Message(
        "{option} sets targets of {low:g} and {high:g}; the weights grow without bound towards them",
        option=Option("targets", options.targets),
        low=low,
        high=high,
    )
    return [make_finding(GD36, table, text)], table
