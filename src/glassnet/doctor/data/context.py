"""The arguments that every check gets in addition to the table, and the function that makes a finding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...messages.message import Command, Message
from ...options.options import Options
from ..finding import SHOWN, Finding, Kind
from .raw import RawData


@dataclass(frozen=True)
class Case:
    """The circumstances under which a table is checked."""

    options: Options  # the options of the training
    part: str = "train"  # {"train", "test"}: a test part may lack classes and be sorted
    target: str | None = None  # name, or number from 1, of the label column if it was given
    like: RawData | None = None  # the repaired training data, whose columns, labels and scale apply to a test part

    def takes_gaps(self, table: RawData) -> bool:
        """Return whether training imputes missing values: it does in a table with column names."""
        return not table.pictures and (table.header or self.target is not None)


Outcome = tuple[list[Finding], RawData]
Step = Callable[[RawData, Case], Outcome]
"""A check returns its findings and the repaired table, on which the next check runs."""


def make_finding(
    kind: Kind,
    table: RawData,
    text: Message,
    which: NDArray[Any] | None = None,
    *,
    columns: Sequence[str | Message] = (),
    count: int | None = None,
    command: Command | None = None,
    repaired: bool | None = None,
) -> Finding:
    """Make a finding about the rows `which`, given by a mask or by their indices in the table."""
    places = np.array([], int)
    if which is not None:
        places = np.flatnonzero(which) if which.dtype == bool else which
    if count is None:
        count = len(places) or len(columns)
    first = places[:SHOWN]
    return Finding(
        kind=kind,
        source=table.source,
        text=text,
        count=count,
        rows=tuple(table.rows[first].tolist()),
        lines=() if table.lines is None else tuple(table.lines[first].tolist()),
        columns=tuple(map(str, columns[:SHOWN])),
        files=tuple(table.files[row] for row in table.rows[first]) if table.files else (),
        command=command,
        repaired=bool(kind.repair) if repaired is None else repaired,
    )
