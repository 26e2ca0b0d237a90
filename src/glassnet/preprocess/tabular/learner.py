"""Learn the columns of a table that is read in parts: what each column is from the first rows, statistics from all.

One pass over the parts, in any order and on any number of machines, gives a `TableSummary` each; merged, they hold all
that `Columns` needs. `Columns.learn` learns from the same summaries of a whole table, so the same training rows give
the same numbers, bit for bit, however they were divided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...messages.message import Message, Place
from ...messages.option_spelling import Option
from ...nn.random import Purpose, key, numbered
from ..targets import Targets
from .columns import Columns, Roles
from .encoders import BooleanColumn, NumberColumn, WordColumn, bins_for
from .kinds import Encoding
from .selection import Learnt, LearntInputs, learn_input, odd_values
from .summaries.columns import SUMMARIES, ColumnSummary, NumberSummary, OddValues, TargetSummary, WordSummary
from .target import Target, are_classes, are_labels, are_names, class_words, has_target, summarise_target, values_of
from .target_statistics import OwnTargets, TargetSums

if TYPE_CHECKING:
    from ...data.tables.table import Column, Table

SAMPLE = 2000
"""Training rows that a summary keeps as they are, chosen by their numbers, for whatever needs whole rows."""
_CHECKED = 2000  # with fewer first rows, the target is not examined before all rows are read

_Summary = TypeVar("_Summary", TargetSummary, OddValues)


@dataclass(frozen=True)
class TableSummary:
    """What is counted of one part of a table, or of several; equal for the same rows in any order and division."""

    # `rows`, `training_rows`: number of rows, and of the training rows among them that have all targets
    rows: int
    training_rows: int
    inputs: Mapping[str, ColumnSummary]  # of these training rows
    odd: Mapping[str, OddValues]  # the values that do not fit the kind of their input, in all rows
    # `targets`, `training_targets`: of all rows, and of the training rows
    targets: tuple[TargetSummary, ...]
    training_targets: tuple[TargetSummary, ...]
    by_target: Mapping[str, TargetSums] = field(compare=False)  # of the training rows' words, if they are not too many
    sample: Table = field(compare=False)  # up to `SAMPLE` training rows, in their order in the whole table

    def merge(self, other: TableSummary) -> TableSummary:
        """Return the summary of both parts; commutative and associative, bit for bit."""
        inputs: dict[str, ColumnSummary] = {
            name: one.merge(other.inputs[name])  # type: ignore[arg-type]
            for name, one in self.inputs.items()
        }
        counted = [name for name in self.by_target if name in other.by_target and _are_counted(inputs[name])]
        return TableSummary(
            self.rows + other.rows,
            self.training_rows + other.training_rows,
            inputs,
            {name: one.merge(other.odd[name]) for name, one in self.odd.items()},
            _merged(self.targets, other.targets),
            _merged(self.training_targets, other.training_targets),
            {name: self.by_target[name].merge(other.by_target[name]) for name in counted},
            _sampled(self.sample.joined(other.sample)),
        )


class ColumnsLearner:
    """Learns `Columns` from a table in parts.

    `first_rows` of the whole table, such as 100,000, decide the kind of each column, its unit and decimal sign, and
    which columns are identifiers. The others are as for `Columns.learn`.

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
        group: Sequence[str] = (),
        time: str | None = None,
        weight: str | None = None,
    ) -> None:
        self._roles = Roles.of(first_rows, target, task, drop, keep, group, time, weight)
        targets = self._roles.targets
        self._several = len(targets) > 1
        for one in targets:
            if one.kind == "missing":
                raise DataError(
                    "GN064",
                    "{place}: every value is missing in the first {count:,} rows, expected classes or numbers. "
                    "Write the rows in random order.",
                    place=Place(first_rows.source, target=one.name),
                    count=len(first_rows),
                )
        self._named = [one.kind == "number" and task != "numbers" and are_names(one) for one in targets]
        if len(first_rows) >= _CHECKED and all(one.series.drop_nulls().n_unique() > 1 for one in targets):
            summaries = [summarise_target(one, task, several=self._several) for one in targets]
            self._roles.learn_targets(summaries)
        inputs = tuple(_reading(one) for one in self._roles.inputs if one.kind in SUMMARIES)
        labels = self._several and task != "numbers" and all(map(are_labels, targets))
        read_as = "label" if labels else "numbers" if self._several else task
        answers = tuple(_reading_target(one, read_as) for one in targets)
        columns = self._roles.columns.values()
        commas = frozenset(one.name for one in columns if "," in (one.decimal, first_rows.decimal))
        whole = frozenset(one.name for one in columns if one.kind == "number" and one.is_whole)
        reader = Columns(inputs, answers, commas=commas, whole=whole, split=self._roles.split)
        self._reader = replace(reader, decimal=first_rows.decimal)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns that are read, the targets included: others need not be in the parts."""
        return (*self._reader.names, *self._reader.target_names)

    @property
    def answers(self) -> Columns:
        """Columns with only the targets, as the first rows have them: their task, and what a row with a target is.

        The classes are not known yet. All rows may show another task, which `columns` refuses.
        """
        return replace(self._reader, inputs=())

    def summarise(self, table: Table, training_rows: NDArray[np.int64] | None = None) -> TableSummary:
        """Summarise a part of the table.

        The `rows` of the table are the numbers of its rows in the whole table; `training_rows` are indices within this
        part, all if not given. Classes are counted in all rows, everything else in those of them that have all targets.
        """
        reader, source = self._reader, table.source
        reader.require(table, self.names)
        rows = np.arange(len(table)) if training_rows is None else np.asarray(training_rows, np.int64)
        columns = self._columns_of(table)
        targets = [columns.pop(name) for name in reader.target_names]
        for one, column in zip(reader.targets, targets, strict=True):
            rows = rows[has_target(source, column, one)[rows]]
        if (weights := reader.split.weights(table)) is not None:
            rows = rows[weights[rows] > 0]
        taken: Callable[[Column], Column] = (
            (lambda one: one.take(rows)) if len(rows) < len(table) else (lambda one: one)
        )
        inputs = {name: SUMMARIES[one.kind].of(taken(one)) for name, one in columns.items()}
        of_training = [one.take(rows) for one in targets]
        # A row must not see its group's targets, which a pass over parts cannot leave out of the means of its words.
        own = None if reader.split.group else self._own_targets(source, of_training)
        words = [name for name, one in inputs.items() if own is not None and _are_counted(one)]
        return TableSummary(
            len(table),
            len(rows),
            inputs,
            {name: odd_values(one) for name, one in columns.items()},
            self._summaries_of(targets),
            self._summaries_of(of_training),
            {name: TargetSums.of(taken(columns[name]), own) for name in words if own is not None},
            _sampled(replace(table, frame=table.frame.select(self.names)).take(rows)),
        )

    def columns(self, summary: TableSummary) -> Columns:
        """Return the columns; errors as `Columns.learn`. Remarks count values in all parts."""
        roles = self._roles
        bins = bins_for(summary.training_rows, len(roles.inputs))
        learnt_targets = roles.learn_targets(summary.targets)
        sums = [one.numbers.sums for one in summary.training_targets if one.numbers is not None]
        deviations = learnt_targets.deviations(sums)

        def learn(column: Column) -> Learnt:
            if column.kind not in SUMMARIES:
                return Message("every value is missing in the first {count:,} rows", count=len(column)), []
            first, keep = column.presorted(), column.name in roles.keep
            counted, odd = summary.inputs[column.name], summary.odd[column.name]
            by_target = summary.by_target.get(column.name)
            statistics_of = None if by_target is None else partial(by_target.statistics, deviations=deviations)
            return learn_input(first, first, counted, odd, bins=bins, keep=keep, statistics_of=statistics_of)

        learnt = LearntInputs.of((one.name for one in roles.inputs), map(learn, roles.inputs))
        columns = Columns.assembled(
            roles, learnt_targets, summary.targets, learnt, lambda: (self._columns_of(summary.sample), None)
        )
        if roles.targets and columns.task != self._reader.task:
            name, rows, task = columns.target_names[0], len(roles.targets[0]), columns.task
            raise DataError(
                "GN064",
                "{place}: {first} in the first {rows:,} rows, but {task} in all. Pass {task_option}.",
                place=Place(roles.source, target=name),
                first=self._reader.task,
                rows=rows,
                task=task,
                task_option=Option("task", task),
            )
        return columns

    def targets(self, summary: TableSummary, *, positive: bool = False) -> Targets:
        """Return the targets ``"values"`` of a regression, scaled by the training rows, as `Targets.of_values`."""
        numbers = [one.numbers for one in summary.training_targets if one.numbers is not None]
        return Targets.of_sums([one.sums for one in numbers], positive=positive)

    def _columns_of(self, table: Table) -> dict[str, Column]:
        """Return all columns of a part, read as the first rows were, and of the same kinds."""
        columns = self._reader.read(table) | self._reader.parsed(table, self._reader.targets)
        learnt = self._roles.columns
        return {name: replace(one, kind=learnt[name].kind, form=learnt[name].form) for name, one in columns.items()}

    def _own_targets(self, source: str, targets: Sequence[Column]) -> OwnTargets | None:
        """Return the targets of rows that have all of them; None of a table that has only inputs."""
        learnt = self._reader.targets
        if not learnt:
            return None
        if learnt[0].task == "classes":
            codes, classes = class_words(targets[0], learnt[0].numeric)
            return OwnTargets(classes, codes)
        values = [values_of(source, *pair) for pair in zip(targets, learnt, strict=True)]
        return OwnTargets(self._reader.target_names, np.stack(values, axis=1))

    def _summaries_of(self, targets: Sequence[Column]) -> tuple[TargetSummary, ...]:
        return tuple(
            TargetSummary.of(one, several=self._several, named=named)
            for one, named in zip(targets, self._named, strict=True)
        )


def _are_counted(summary: ColumnSummary) -> bool:
    """Return whether the words of a column are counted."""
    return isinstance(summary, WordSummary) and summary.counts is not None


def _reading(column: Column) -> Encoding:
    """Return an encoding that has been learned from nothing, for `Columns.read`, which needs its class and unit."""
    if column.kind == "number":
        return NumberColumn(
            name=column.name,
            fill=0.0,
            centre=0.0,
            scale=1.0,
            bend=0.0,
            flag=False,
            missing=0.0,
            low=0.0,
            high=0.0,
            unit=column.unit,
        )
    return BooleanColumn(column.name, 0.5, 0.0) if column.kind == "boolean" else WordColumn(column.name, (), 0, 0.0)


def _reading_target(column: Column, task: str | None) -> Target:
    """Return a target for reading a column: a label, or by the first rows of classes or numbers."""
    if task == "label":
        return Target(column.name, "label")
    numbers = column.kind == "number"
    task = task or ("numbers" if numbers and not are_classes(NumberSummary.of(column).values) else "classes")
    return Target(column.name, task, (), numbers and task == "classes", column.unit if numbers else "")


def _merged(some: Sequence[_Summary], others: Sequence[_Summary]) -> tuple[_Summary, ...]:
    return tuple(one.merge(other) for one, other in zip(some, others, strict=True))


def _sampled(table: Table) -> Table:
    """Return the `SAMPLE` rows with the smallest random numbers, which depend on the numbers of the rows only."""
    rows = table.numbers_of_rows
    chosen = np.arange(len(rows))
    if len(rows) > SAMPLE:
        random = numbered(key(0, Purpose.RANGE), rows)
        chosen = np.argpartition(random, SAMPLE)[:SAMPLE]
    return replace(table.take(chosen[np.argsort(rows[chosen])]), remarks=())
