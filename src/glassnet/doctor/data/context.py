"""What every check gets beside the table, and how it reports a finding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...i18n.finding_details import SHOWN
from ...options.options import Options
from ..findings import KINDS, Finding
from .raw import RawData


@dataclass(frozen=True)
class Case:
    """The circumstances under which a table is checked.

    Parameters
    ----------
    options : Options
        With which it would be trained on.
    part : {"train", "test"}
        A test part may lack classes and be sorted.
    target : str or None
        Name or number (from 1) of the column of labels, where it was named.
    like : RawData or None
        The repaired training data, which a test part follows: in its columns, labels and scale.
    """

    options: Options
    part: str = "train"
    target: str | None = None
    like: RawData | None = None

    def takes_gaps(self, table: RawData) -> bool:
        """Whether training fills in missing values: in a table with column names."""
        return not table.pictures and (table.header or self.target is not None)


Outcome = tuple[list[Finding], RawData]
Step = Callable[[RawData, Case], Outcome]
"""A check: what it found, and the table without it, so that the next check sees what this one hid."""


def make_finding(
    code: str,
    table: RawData,
    text: str,
    which: NDArray[Any] | None = None,
    *,
    columns: Sequence[str] = (),
    count: int | None = None,
    command: str = "",
    repaired: bool | None = None,
) -> Finding:
    """Make a finding about the rows `which`, a mask or places in the table."""
    places = np.array([], int)
    if which is not None:
        places = np.flatnonzero(which) if which.dtype == bool else which
    if count is None:
        count = len(places) or len(columns)
    first = places[:SHOWN]
    return Finding(
        code,
        table.source,
        text,
        count,
        tuple(table.rows[first].tolist()),
        () if table.lines is None else tuple(table.lines[first].tolist()),
        tuple(columns[:SHOWN]),
        tuple(table.files[row] for row in table.rows[first]) if table.files else (),
        command,
        bool(KINDS[code].repair) if repaired is None else repaired,
    )
