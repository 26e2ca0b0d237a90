"""The check for numbers that stand for missing values, such as -999."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..data.loose import LooseTable
from ..data.sentinels import sentinels_in
from .case import Case, Outcome, found
from .classes import numbers_wanted
from .details import Detail, counted, detail, in_chinese


def sentinels(table: LooseTable, case: Case) -> Outcome:
    """Find numbers that seem to stand for missing values, in the inputs and in numbers to predict."""
    if table.pictures or table.numbers.dtype == np.uint8:
        return [], table
    columns = [column for column in range(table.width) if column not in table.words]
    told, names = [], []
    which = np.zeros(len(table), bool)
    numbers, labels = table.numbers.copy(), table.labels
    series = [(table.names[column], numbers[:, column]) for column in columns]
    if labels is not None and labels.dtype.kind == "f" and numbers_wanted(table):
        labels = labels.copy()
        series.append((table.label_name, labels))
    for name, values in series:
        for value, count in sentinels_in(values).items():
            told.append(detail("sentinel", value=value, name=name or detail("unnamed"), rows=counted(count, "row")))
            names.append(name)
            which |= values == value
            values[values == value] = np.nan  # in the copy of the table
    if not told:
        return [], table
    text = Detail("; ".join(told), ";".join(map(in_chinese, told)))
    return [found("GD16", table, text, which, columns=names)], replace(table, numbers=numbers, labels=labels)
