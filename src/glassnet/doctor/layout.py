"""Checks of how a table lies in its file: widths of rows, direction, row numbers, gaps."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import image_shape
from ..data.lenient import LooseTable, numbered
from .case import Case, Outcome, counted, found, listed
from .findings import KINDS, Finding
from .target import LABEL_NAMES, looks_like_labels

_ID_NAME = re.compile(r"(?:^|[_ .-])(?:id|uuid|guid|index|idx|nr)$|[a-z]I[Dd]$|^unnamed: 0$|^$", re.IGNORECASE)
_ENOUGH = 20
"""Rows from which on all values being different says something."""


def broken_rows(table: LooseTable, case: Case) -> Outcome:
    """Rows of another width, which the reader has set aside."""
    if not table.broken:
        return [], table
    rows, lines, fields = zip(*table.broken, strict=True)
    text = f"{counted(len(rows), 'row')}: {listed(fields)} values, the others have {table.width}"
    finding = Finding("GD01", table.source, text, len(rows), rows[:5], lines[:5], repaired=True)
    return [finding], replace(table, broken=())


def decimal_comma(table: LooseTable, case: Case) -> Outcome:
    """Numbers such as 1,5."""
    if not table.decimal_comma:
        return [], table
    return [found("GD12", table, "fields such as 1,5 between semicolons")], replace(table, decimal_comma=False)


def empty_columns(table: LooseTable, case: Case) -> Outcome:
    """Columns without any value."""
    if table.numbers.dtype == np.uint8 or not len(table):
        return [], table
    nothing = np.isnan(table.numbers).all(axis=0)
    empty = [int(c) for c in np.flatnonzero(nothing) if c not in table.words]
    if not empty or len(empty) == table.width:
        return [], table
    names = [table.names[column] for column in empty]
    return [found("GD03", table, f"{listed(names)}: no values", columns=names)], table.without(empty)


def transposed(table: LooseTable, case: Case) -> Outcome:
    """Find samples that are columns instead of rows."""
    square = image_shape(len(table) - 1)
    rows_fit = square is not None and square[0] >= 8 and image_shape(table.width - 1) is None
    if not rows_fit or table.labels is not None or table.header or table.words:
        return [], table
    columns = table.numbers[:, 0], table.numbers[:, -1]
    if any(map(looks_like_labels, columns)) or not any(map(looks_like_labels, (table.numbers[0], table.numbers[-1]))):
        return [], table
    text = f"{len(table)} rows of {table.width} values: {table.width} samples of a label and {len(table) - 1} pixels"
    turned = np.ascontiguousarray(table.numbers.T)
    new = replace(table, numbers=turned, names=numbered(len(table)), rows=np.arange(len(turned)), lines=None)
    return [found("GD04", table, text)], new


def identifiers(table: LooseTable, case: Case) -> Outcome:
    """Columns that number or name the rows."""
    if len(table) < _ENOUGH or table.width < 3:
        return [], table
    low, high = table.numbers.min(axis=0).astype(float), table.numbers.max(axis=0).astype(float)
    wide_enough = np.flatnonzero(~(high - low + 1 < len(table))).tolist()  # NaN: words
    wrong = [column for column in wide_enough if _identifies(table, column)]
    wrong = [column for column in wrong if table.names[column].lower() not in LABEL_NAMES]
    if not wrong:
        return [], table
    names = [table.names[column] or "the unnamed column" for column in wrong]
    text = f"{listed(names)}: another value in each of {len(table):,} rows"
    return [found("GD05", table, text, columns=names)], table.without(wrong)


def _identifies(table: LooseTable, column: int) -> bool:
    if column in table.words:
        texts = [text for text in table.words[column].tolist() if text]
        return len(texts) >= _ENOUGH and len(set(texts)) == len(texts) and _mostly_words(table, column)
    values = table.numbers[:, column]
    low, high, count = float(values.min()), float(values.max()), len(values)
    # Row numbers may have gaps where rows were taken out; an identifier by name may jump as it likes.
    dense = count <= high - low + 1 <= 1.2 * count + 5
    if not dense and not _ID_NAME.search(table.names[column]):
        return False
    return bool((values == np.floor(values)).all()) and len(np.unique(values)) == count


def _mostly_words(table: LooseTable, column: int) -> bool:
    filled = table.words[column] != ""
    return bool(np.isnan(table.numbers[filled, column]).mean() > 0.5)


def gaps(table: LooseTable, case: Case) -> Outcome:
    """Fields that are empty, infinite, or no numbers among numbers."""
    findings = []
    damaged = {
        column: _damaged(table, column) for column in table.words if table.pictures or not _mostly_words(table, column)
    }
    wrong = np.zeros(len(table), bool)
    for rows in damaged.values():
        wrong |= rows
    if wrong.any():
        row = int(np.argmax(wrong))
        column = next(column for column, rows in damaged.items() if rows[row])
        names = [table.names[column] for column in damaged]
        text = f"{counted(int(wrong.sum()), 'row')}, such as {table.words[column][row]!r} in {table.names[column]}"
        findings.append(found("GD11", table, text, wrong, columns=names))
    missing, names = _missing(table, damaged)
    if missing.any():
        text = f"{counted(int(missing.sum()), 'row')} of {len(table):,} with gaps in {listed(names)}"
        findings.append(found("GD10", table, text, missing, columns=names, repaired=not missing.all()))
    if not findings:
        return [], table
    kept = {column: texts for column, texts in table.words.items() if column not in damaged}
    drop = wrong | missing
    return findings, replace(table, words=kept).take(~drop) if not drop.all() else table


def _damaged(table: LooseTable, column: int) -> NDArray[np.bool_]:
    """Tell which fields of a column of numbers hold something else."""
    rows: NDArray[np.bool_] = np.isnan(table.numbers[:, column]) & (table.words[column] != "")
    return rows


def _missing(table: LooseTable, damaged: dict[int, NDArray[np.bool_]]) -> tuple[NDArray[np.bool_], list[str]]:
    missing = np.zeros(len(table), bool)
    columns = []
    if table.numbers.dtype != np.uint8:
        holes = ~np.isfinite(table.numbers)
        for column, texts in table.words.items():
            holes[:, column] = holes[:, column] & ~damaged[column] if column in damaged else texts == ""
        missing = holes.any(axis=1)
        columns = [table.names[column] for column in np.flatnonzero(holes.any(axis=0))]
    labels = table.labels
    if labels is not None and labels.dtype.kind in "fO":
        empty = labels == "" if labels.dtype.kind == "O" else ~np.isfinite(labels)
        if empty.any():
            columns.append(table.label_name or "the label")
            missing = missing | empty
    return missing, columns


def header(table: LooseTable, case: Case) -> Outcome:
    """Names above pixels."""
    if not (table.pictures and table.header):
        return [], table
    text = f"{listed([table.label_name, *table.names], 3)}: {KINDS['GD02'].advice}"
    return [found("GD02", table, text)], replace(table, header=False)
