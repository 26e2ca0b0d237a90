"""Check for numbers that mark missing values, such as -999."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data.tables.missing_markers import sentinels_in
from ...messages.message import Listing, Message
from ..finding import TRAIN_TABLE, WARNING, Kind
from .classes import numbers_wanted
from .context import Case, Outcome, make_finding
from .raw import RawData

_LABELS = -1
"""Key of the labels among column indices."""


GD16 = Kind(
    "GD16",
    WARNING,
    "a number seems to mark missing values",
    Message("leave these fields empty: {train} imputes and flags them", train=TRAIN_TABLE),
    "empties these fields",
)


def sentinels(table: RawData, case: Case) -> Outcome:
    """Find numbers that seem to mark missing values, in inputs and in regression targets."""
    if table.pictures or table.numbers.dtype == np.uint8:
        return [], table
    series = {column: table.numbers[:, column] for column in range(table.width) if column not in table.words}
    if table.labels is not None and table.labels.dtype.kind == "f" and numbers_wanted(table):
        series[_LABELS] = table.labels

    def name_of(place: int) -> str:
        return table.label_name if place == _LABELS else table.names[place]

    if case.like is None:
        wrong = {place: values for place, column in series.items() if (values := sentinels_in(column))}
    else:
        in_training = case.like.repairs.sentinels
        wrong = {
            place: values
            for place, column in series.items()
            if (values := {one: n for one in in_training.get(name_of(place), ()) if (n := int((column == one).sum()))})
        }
    if not wrong:
        return [], table
    which = np.zeros(len(table), bool)
    numbers, labels = table.numbers.copy(), table.labels
    details: list[Message] = []
    names: list[str | Message] = []
    for place, values in wrong.items():
        name = name_of(place) or Message("the unnamed column")
        for value, count in values.items():
            details.append(Message("{value:g} in {name}, {rows:,} rows", value=value, name=name, rows=count))
            names.append(name)
        here = np.isin(series[place], list(values))
        which |= here
        if place == _LABELS:
            labels = np.where(here, np.nan, series[place])
        else:
            numbers[here, place] = np.nan
    text = Message("{fields}", fields=Listing(details, separator="; "))
    new = table.repaired(sentinels={name_of(place): tuple(values) for place, values in wrong.items()})
    return [make_finding(GD16, table, text, which, columns=names)], replace(new, numbers=numbers, labels=labels)
