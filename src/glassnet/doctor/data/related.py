"""Checks whether rows of a table belong together or change with time, as training judges it."""

from __future__ import annotations

from ...data.tables.table import read_table
from ...errors import DataError
from ...messages.message import Message
from ...messages.option_spelling import Option
from ...preprocess.tabular.columns import Columns
from ...preprocess.tabular.related_rows import ORDERED, related_remarks, related_warnings
from ..finding import WARNING, Kind
from .classes import numbers_wanted
from .context import Case, Outcome, make_finding
from .raw import RawData

GD53 = Kind(
    "GD53",
    WARNING,
    "rows belong together, so a test on random rows is too good",
    Message("remove copies; name the column that tells which rows belong together with {group}", group=Option("group")),
)
GD54 = Kind(
    "GD54",
    WARNING,
    "the latest rows differ from earlier ones, so a test on random rows is too good",
    Message("test on the latest rows, with {time}", time=Option("time")),
)


def related(table: RawData, case: Case) -> Outcome:
    """Find groups of rows that are alike, copies, and change with time, in a table with named columns."""
    if table.labels is None or not case.takes_gaps(table) or case.part == "test" or not table.width:
        return [], table
    target, numbers = "".join((*table.names, "label")), numbers_wanted(table)  # no column has this name
    frame = {name: table.fields(place).tolist() for place, name in enumerate(table.names)}
    frame[target] = table.labels.tolist() if numbers else table.label_words.tolist()
    try:
        read = read_table(frame)
        columns = Columns.learn(read, target, task="numbers" if numbers else "classes")
        remarks = related_warnings(related_remarks(read, columns, columns.targets_of(read)[1]))
    except DataError:  # which other checks report
        return [], table
    return [
        make_finding(
            GD54 if one.template == ORDERED else GD53,
            table,
            one,
            columns=[one.values["name"]] if "name" in one.values else (),
        )
        for one in remarks
    ], table
