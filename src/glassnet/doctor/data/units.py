"""The check for numbers of which some have one unit and some another."""

from __future__ import annotations

import numpy as np

from ...data.tables.numbers import units_among
from ...data.tables.raw_table import LooseTable
from ...i18n.finding_details import Detail, detail, in_chinese, listed
from .context import Case, Outcome
from .context import make_finding as found

_CLASSES = 20
"""Labels of so many different values are classes, such as 6 months and 1 year."""


def units(table: LooseTable, case: Case) -> Outcome:
    """Find columns that mix units; what they are in one unit, only the owner knows."""
    if table.pictures:
        return [], table
    series = [(table.names[column], texts) for column, texts in table.words.items()]
    if table.labels is not None and table.labels.dtype.kind == "O" and len(set(table.labels.tolist())) > _CLASSES:
        series.append((table.label_name, table.labels))
    which, told, names = np.zeros(len(table), bool), [], []
    for name, texts in series:
        mixed, others = units_among(list(map(str, texts.tolist())))
        if mixed:
            shown = listed([f"{unit} {count:,}" for unit, count in mixed.items()])
            told.append(detail("units", name=name or detail("unnamed"), units=shown))
            names.append(name)
            which |= others
    if not told:
        return [], table
    text = Detail("; ".join(told), ";".join(map(in_chinese, told)))
    return [found("GD19", table, text, which, columns=names, repaired=False)], table
