"""Learn the columns of a table that is read in parts: what each column is from the first rows, statistics from all.

One pass over the parts, in any order and on any number of machines, gives a `TableSummary` each; merged, they hold all
that `Columns` needs. `Columns.learn` learns from the same summaries of a whole table, so the same training rows give
the same numbers to the last bit, however they were divided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..targets import Targets
from ..training_range import TrainingRange
from .columns import Columns

if TYPE_CHECKING:
    from ...data.tables.table import Table

SAMPLE = 2000
"""Training rows that a summary keeps as they are, chosen by their numbers, for whatever needs whole rows."""


@dataclass(frozen=True)
class TableSummary:
    """What is counted of one part of a table, or of several; equal for the same rows in any order and division.

    Parameters
    ----------
    rows, training_rows : int
        Number of rows, and of training rows among them.
    answered : int
        Number of training rows that have all targets.
    """

    rows: int
    training_rows: int
    answered: int

    def merge(self, other: TableSummary) -> TableSummary:
        """Return the summary of both parts; commutative and associative, to the last bit."""
        raise NotImplementedError


class ColumnsLearner:
    """Learns `Columns` from a table in parts.

    Parameters
    ----------
    first_rows : Table
        The first rows of the whole table, such as 100,000: they decide the kind of each column, its unit and decimal
        sign, and which columns are identifiers.
    target : str or sequence of str
        As for `Columns.learn`, and so are `task`, `drop` and `keep`.

    Raises
    ------
    DataError, OptionError
        As `Columns.learn`, if the first rows suffice to see the problem.

    Examples
    --------
    ::

        learner = ColumnsLearner(source.first_rows(100_000), "income")
        summary = reduce(TableSummary.merge, (learner.summarise(table, rows) for table, rows in parts))
        columns = learner.columns(summary)
    """

    def __init__(
        self,
        first_rows: Table,
        target: str | Sequence[str],
        *,
        task: str | None = None,
        drop: Sequence[str] = (),
        keep: Sequence[str] = (),
    ) -> None:
        raise NotImplementedError

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns that are read, the targets included: others need not be in the parts."""
        raise NotImplementedError

    def summarise(self, table: Table, training_rows: NDArray[np.int64] | None = None) -> TableSummary:
        """Summarise a part of the table.

        Parameters
        ----------
        table : Table
            Its `rows` are the numbers of its rows in the whole table.
        training_rows : ndarray of int64, optional
            Indices of the training rows within this part; all if not given. Classes are counted in all rows, everything
            else in these.

        Raises
        ------
        DataError
            GN060 for a missing column, GN064 for a target that is not a number, GN017 as for `Columns.parsed`.
        """
        raise NotImplementedError

    def columns(self, summary: TableSummary) -> Columns:
        """Return the columns; errors as `Columns.learn`. Remarks count values in the training rows of all parts."""
        raise NotImplementedError

    def targets(self, summary: TableSummary, *, positive: bool = False) -> Targets:
        """Return the targets ``"values"`` of a regression, scaled by the training rows, as `Targets.of_values`."""
        raise NotImplementedError

    def class_counts(self, summary: TableSummary) -> NDArray[np.int64]:
        """Return the number of training rows of each class, in the order of the target's classes, shape (classes,)."""
        raise NotImplementedError

    def sample(self, summary: TableSummary) -> Table:
        """Return up to `SAMPLE` training rows that have all targets, chosen by their numbers alone, in order."""
        raise NotImplementedError

    def training_range(self, summary: TableSummary, columns: Columns) -> TrainingRange:
        """Return the range of the training inputs, from the sample."""
        raise NotImplementedError
