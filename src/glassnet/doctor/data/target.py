"""Find the label column: the given one, one with a typical name, or one whose values look like classes."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...data.arrays import PIXELS
from ...data.dataset import SampleLayout, image_shape
from ...data.sample_layout import (
    LABEL_NAMES,
    columns_at,
    detect_layout,
    evenness,
    numbers_classes,
    one_hot_columns,
    one_hot_rows,
)
from ...errors import DataError
from ...messages.message import Command, Listing, Message
from ...messages.option_spelling import Option
from ..finding import ERROR, REMARK, Finding, Kind
from .context import Case, Outcome, make_finding
from .raw import RawData, numbered

_PIXEL_NAME = re.compile(r"(?:pixel|px|p|x|v|f|col|column|feature|attr)?[ _.]?\d+([x_]\d+)?|column \d+", re.IGNORECASE)


def labels_alike(table: RawData, case: Case) -> Outcome:
    """Find the labels of a test part by their values, as training does, if either part has no column names.

    The other columns get the names of the training data, in the same order.
    """
    like = case.like
    if like is None or case.target is not None or table.labels is not None:
        return [], table
    names, labels = like.repairs.names, like.repairs.label_columns
    count = len(labels)
    at = {end: tuple(names[k] for k in columns_at(end, count, len(names))) for end in ("first", "last")}
    end = next((end for end, found in at.items() if found == labels), "")
    if not count or not end or (table.header and names != numbered(len(names))):
        return [], table  # found by name, or by the given position
    features = [name for name in names if name not in labels]
    if table.width > len(names):  # an empty column, for example
        nothing = np.isnan(table.numbers).all(axis=0)
        table = table.without([int(k) for k in np.flatnonzero(nothing) if k not in table.words])
    usual, called = SampleLayout(end, count), table.names if table.header else ()
    of_words = [one for one, place in (("first", 0), ("last", table.width - 1)) if _few_words(table, place)]
    whole = table.numbers[np.isfinite(table.numbers).all(axis=1)]
    if len(of_words) == 1:
        layout = SampleLayout(of_words[0])
    elif not len(whole) or (not like.pictures and count == 1 and table.width == len(names)):
        layout = usual  # in a table, any column may look like labels
    else:
        layout = detect_layout(
            whole[:, 0], whole[:, 1:], table.source, names=called, features=len(features), usual=usual
        ).layout
    if table.width - layout.columns != len(features):
        return [], table  # other columns: a later check reports it
    places = list(columns_at(layout.labels, layout.columns, table.width))
    if layout.columns == 1:
        findings, rest = _taken(table, places[0], guessed=False)
    else:
        findings, rest = _joined(table, places)
    return findings, replace(rest, names=tuple(features), label_name=like.label_name, label_last=like.label_last)


def named_column(table: RawData, case: Case) -> Outcome:
    """Take the labels from the given column, before columns are dropped and their numbers change.

    The label columns of a test part have the names of those of its training data.
    """
    label_columns = case.like.repairs.label_columns if case.like is not None else ()
    if label_columns and table.labels is None and (table.header or {*label_columns} <= {*table.names}):
        columns = [place_of(table, name) for name in label_columns]
        if len(columns) == 1:
            return _taken(table, columns[0], guessed=False)
        return _joined(table, columns)
    if case.target is None or table.labels is not None or not len(table):
        return [], table
    return _taken(table, place_of(table, case.target), guessed=False)


def label_column(table: RawData, case: Case) -> Outcome:
    """Find the labels and separate them from the inputs."""
    if table.labels is not None:
        return [], _seen(table)
    if (block := _one_hot(table)) is not None:
        return _joined(table, block[0])
    column, guessed = _chosen(table)
    if column is None:
        return [_no_labels(table)], replace(table, pictures=_are_pixels(table))
    # Without --target, training reads only class numbers in the first column.
    return _taken(table, column, guessed or column > 0 or not numbers_classes(table.numbers[:, 0]))


GD06 = Kind("GD06", ERROR, "the label is not in the first column", "put it first", "puts it first")
GD08 = Kind(
    "GD08",
    REMARK,
    "the label column was guessed",
    Message("name it with {target} to train on a table, or another one if the guess is wrong", target=Option("target")),
)


def _taken(table: RawData, column: int, guessed: bool) -> Outcome:
    labels = table.fields(column)
    labels = labels.astype(object) if labels.dtype.kind == "U" else labels
    rest = _seen(table.without([column]))
    ends = {0: Message("the first"), table.width - 1: Message("the last")}
    where = ends.get(column, Message("number {place}", place=column + 1))
    text = Message("{name}, {where} of {width} columns", name=table.names[column], where=where, width=table.width)
    findings = []
    if column > 0 and (rest.pictures or not table.header):
        findings.append(make_finding(GD06, table, text, columns=[table.names[column]]))
    elif guessed and not rest.pictures:
        command = Command("train", table.source, Option("target", table.names[column]))
        findings.append(make_finding(GD08, table, text, columns=[table.names[column]], command=command))
    new = replace(
        rest,
        labels=labels,
        label_name=table.names[column] if table.header else "label",
        label_last=column == table.width - 1,
    )
    return findings, table.repaired(new, label_columns=(table.names[column],))


def place_of(table: RawData, target: str) -> int:
    """Return the index of a column given by its name, or by its number from 1."""
    counted = re.sub(r"^column(\d+)$", r"column \1", target)  # the names that training gives to unnamed columns
    for name in (target, counted):
        if name in table.names:
            return table.names.index(name)
    if target.isdecimal() and 1 <= int(target) <= table.width:
        return int(target) - 1
    raise DataError(
        "GN060",
        "{source}: no column {target!r}; the columns are {names}. Give a name or a number from 1.",
        source=table.source,
        target=target,
        names=Listing(table.names),
    )


def looks_like_labels(values: NDArray[np.generic]) -> bool:
    """Return whether a column may hold class numbers: few whole numbers from 0 or 1, close together."""
    return evenness(values) > 0


def _are_pixels(table: RawData) -> bool:
    """Return whether all columns share one range, have no individual names, and are as many as pixels of an image."""
    if table.width < 16 or (image_shape(table.width) is None and table.width < PIXELS):
        return False
    if table.header and not all(_PIXEL_NAME.fullmatch(name) for name in table.names):
        return False
    if any(np.isnan(table.numbers[:, column]).mean() > 0.5 for column in table.words):
        return False
    some = table.numbers[:: max(1, len(table) // 5000)]
    high, low = (side.reduce(some, axis=0).astype(float) for side in (np.fmax, np.fmin))
    high = high[high > low]  # the corners of digit images are constant
    return not len(high) or float(np.median(high)) >= 0.1 * float(np.quantile(high, 0.95))


def _seen(table: RawData) -> RawData:
    """Mark the table as images if its columns are pixels, whose leading zeros mean nothing."""
    if not (table.pictures or _are_pixels(table)):
        return table
    return replace(table, pictures=True, image_shape=table.image_shape or image_shape(table.width), exact={})


GD07 = Kind("GD07", ERROR, "no label column", Message("add one, or name it with {target}", target=Option("target")))


def _no_labels(table: RawData) -> Finding:
    shape = image_shape(table.width)
    drawn = (
        Message(
            "; {width} values are exactly an image of {rows} × {columns}",
            width=table.width,
            rows=shape[0],
            columns=shape[1],
        )
        if shape
        else ""
    )
    return make_finding(
        GD07,
        table,
        Message(
            "neither the first nor the last of {width} columns looks like labels{drawn}", width=table.width, drawn=drawn
        ),
    )


def _chosen(table: RawData) -> tuple[int | None, bool]:
    """Return the index of the label column, and whether it is a guess."""
    if table.header:
        named = [place for place, name in enumerate(table.names) if name.strip().lower() in LABEL_NAMES]
        if named:
            return named[0], False
    first, last = evenness(table.numbers[:, 0]), evenness(table.numbers[:, -1])
    words = [_few_words(table, 0), _few_words(table, table.width - 1)]
    if any(words):
        return (table.width - 1 if words[1] else 0), True
    if last > first + 0.1:
        return table.width - 1, True
    ends = table.numbers[:, 0], table.numbers[:, -1]
    if not first and [len(np.unique(one)) > 1 for one in ends] == [False, True]:
        return table.width - 1, True  # the first column is constant
    # A label and an image: later checks report errors of the label.
    if first > 0 or (image_shape(table.width - 1) is not None and image_shape(table.width) is None):
        return 0, True
    return (None, True) if _are_pixels(table) else (table.width - 1, True)


def _few_words(table: RawData, column: int) -> bool:
    if column not in table.words:
        return False
    texts = table.words[column]
    filled = texts[texts != ""]
    words = bool(np.isnan(table.numbers[texts != "", column]).mean() > 0.5)
    return words and 2 <= len(set(filled.tolist())) <= max(2, len(filled) // 4, 1)


def _one_hot(table: RawData) -> tuple[list[int], float] | None:
    """Return columns at one end with one high value per row and low values otherwise, and the high value."""
    if table.width < 5 or len(table) < 4 or table.header:
        return None
    few = table.numbers[:: max(1, len(table) // 100)]
    return one_hot_columns(few, lambda columns: table.numbers[:, columns])


GD09 = Kind(
    "GD09",
    ERROR,
    "labels are spread over one column per class",
    "combine them into one column of class numbers",
    "combines them into one column",
)


def _joined(table: RawData, columns: list[int]) -> Outcome:
    """Combine one-hot columns into one label column; the label of a row that is not one-hot is missing."""
    block = table.numbers[:, columns]
    right = one_hot_rows(block)
    if not right.any():
        raise DataError(
            "GN015",
            "{name}: {names} hold no one-hot labels, expected the label columns of the training data. "
            "Use test data with the same columns.",
            name=table.source,
            names=Listing([table.names[column] for column in columns]),
        )
    high = float(block[right].max())
    labels = block.argmax(axis=1)
    labels = labels if right.all() else np.where(right, labels, np.nan)
    rest = _seen(table.without(columns))
    names = [table.names[column] for column in columns]
    values = Message("0 and 1, which a sigmoid cannot reach" if high == 1 else "0.01 and 0.99")
    text = Message(
        "{count} columns starting with {name} hold {values}, one per class",
        count=len(columns),
        name=names[0],
        values=values,
    )
    new = replace(rest, labels=labels, label_name="label")
    return [make_finding(GD09, table, text, columns=names)], table.repaired(new, label_columns=tuple(names))
