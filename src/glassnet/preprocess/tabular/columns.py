"""Columns: encodings learned from a training table, saved with the model, and applied to every other table.

`encoders` encodes the inputs; `target` describes the columns to predict.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...data.arrays import require_rows
from ...data.dataset import require_weights
from ...data.validation import AUTO, OTHER
from ...errors import DataError, with_code
from ...messages.formats import shortened
from ...messages.message import Command, Listing, Message, Place, Sentences
from ...messages.one_line import one_line
from ...messages.option_spelling import Option
from .dates import DateColumn
from .encoders import Encoded, NumberColumn, WordColumn, are_thousandfold, non_numeric_remarks
from .input_layout import InputLayout, TableValues
from .kinds import Encoding, compared_places, encoding_from
from .leaks import leak_remarks
from .reasons import plain_reason, reason_from
from .selection import (
    DECIMAL_COMMA,
    POINTS_BETWEEN_THOUSANDS,
    THOUSANDS,
    LearntInputs,
    about_decimals,
    about_numbers,
    about_numbers_in_words,
    about_reading,
    about_spellings,
    examples,
    learn_inputs,
    more_columns,
)
from .split_columns import SplitColumns, split_columns
from .summaries.columns import TargetSummary
from .target import Target, has_target, labels_of, labels_of_words, learn_targets, summarise_target, values_of
from .target_statistics import OwnTargets, TargetSums, deviations_of, statistics_in

if TYPE_CHECKING:
    from ...data.tables.table import Column
    from ...data.tables.table import Table as Table
    from ..exact_sums import ExactSums

VERSION = 4
"""Version of the saved form; version 2 added several targets, 3 the form of dates, 4 rare words by their target."""
_WIDEST, _MOST_LINES = 40, 200
"""Characters of a column's name, and lines, of the text about columns."""
_WITHOUT_NUMBERS = (WordColumn, DateColumn)


@dataclass(frozen=True)
class Roles:
    """The columns of a training table, or of its first rows, by what they are for."""

    source: str  # the table, for messages
    columns: Mapping[str, Column]  # all that are not dropped
    # `target_names`, `drop`, `keep`: names as given to `Columns.learn`, as the table spells them
    target_names: tuple[str, ...]
    drop: tuple[str, ...]
    keep: tuple[str, ...]
    split: SplitColumns
    task: str | None  # "classes" or "numbers"
    decimal: str  # that of the table

    @classmethod
    def of(
        cls,
        table: Table,
        target: str | Sequence[str],
        task: str | None,
        drop: Sequence[str],
        keep: Sequence[str],
        group: Sequence[str],
        time: str | None,
        weight: str | None,
    ) -> Roles:
        """Find the columns; errors as `Columns.learn`."""
        names = (target,) if isinstance(target, str) else tuple(target)
        names, drop, keep, group = (
            tuple(column_named(table, name, of) for name in given)
            for of, given in (("target", names), ("drop", drop), ("keep", keep), ("group", group))
        )
        time, weight = (None if name is None else column_named(table, name) for name in (time, weight))
        others = (*drop, *group, weight)
        require_rows(len(table), table.source)
        columns = table.columns(name for name in table.names if name in names or name not in others)
        split = split_columns(table, group, time, weight)
        roles = cls(table.source, columns, names, drop, keep, split, task, table.decimal)
        _reject_records(table.source, [one for one in roles.inputs if one.kind == "other"])
        if table.decimal == AUTO:
            commas = any(one.kind == "number" and one.decimal == "," for one in columns.values())
            why = Message("other columns have decimal commas") if commas else None
            why = Message("the values are separated by semicolons") if table.separator == ";" else why
            _reject_unclear_points(table.source, columns.values(), why)
        return roles

    @property
    def targets(self) -> list[Column]:
        """The columns to predict."""
        return [self.columns[name] for name in self.target_names]

    @property
    def inputs(self) -> list[Column]:
        """The columns that may be inputs."""
        return [column for name, column in self.columns.items() if name not in self.target_names]

    def learn_targets(self, summaries: Sequence[TargetSummary]) -> LearntTargets:
        """Infer the targets from what is counted of each; none of a table that has only inputs."""
        if not self.targets:
            return LearntTargets((), [])
        return LearntTargets(*learn_targets(self.source, self.targets, self.task, summaries))


class LearntTargets(NamedTuple):
    """Targets, and remarks on them."""

    targets: tuple[Target, ...]
    remarks: list[Message]

    def deviations(self, sums: Sequence[ExactSums]) -> dict[str, float | None]:
        """Return the outputs that rare words have inputs of: see `deviations_of`."""
        names = [one.name for one in self.targets]
        return deviations_of(task_of(self.targets), self.targets[0].classes or names, sums) if names else {}

    def of_rows(self, roles: Roles, rows: NDArray[np.int64] | None) -> OwnTargets:
        """Return the targets of some rows, or of all, none of them missing."""
        taken = [column if rows is None else column.take(rows) for column in roles.targets]
        pairs = [*zip(taken, self.targets, strict=True)]
        if classes := self.targets[0].classes:
            return OwnTargets(classes, labels_of(roles.source, *pairs[0]))
        return OwnTargets(roles.target_names, np.stack([values_of(roles.source, *pair) for pair in pairs], axis=1))


@one_line
@dataclass(frozen=True)
class Columns:
    """Conversion of a table's columns to a network's inputs and targets.

    Parameters
    ----------
    inputs : tuple of NumberColumn, BooleanColumn, WordColumn or DateColumn
        In the order of the training table.
    targets : tuple of Target
        The columns to predict: one column of classes or numbers, or several of labels or numbers.
    dropped : tuple of (str, Message)
        Name of each excluded column, and the reason.
    remarks : tuple of Message
        Decisions that may be wrong; not saved.
    commas : frozenset of str
        Names of the columns with a decimal comma in the training table; 1.234 is more than a thousand there, in other
        tables as well.
    whole : frozenset of str
        Names of the columns of whole numbers.
    decimal : {"auto", ",", "."}
        The decimal sign that was given in training, which decides for other tables too; auto if none was.
    split : SplitColumns
        The columns that decide which rows are on the same side of a split.

    Examples
    --------
    >>> import glassnet
    >>> table = {"age": [21, 35, 52, 44] * 9, "city": ["Bonn", "Rome", "Rome", "Bonn"] * 9, "left": [0, 1, 1, 0] * 9}
    >>> columns = glassnet.load_table(table, "left").columns
    >>> columns.task, columns.output_names
    ('classes', ('0', '1'))
    >>> columns.apply(glassnet.read_table({"age": [30], "city": ["Rome"]})).shape
    (1, 3)
    """

    inputs: tuple[Encoding, ...]
    targets: tuple[Target, ...]
    dropped: tuple[tuple[str, Message], ...] = ()
    remarks: tuple[Message, ...] = ()
    commas: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    split: SplitColumns = field(default_factory=SplitColumns)
    decimal: str = AUTO
    layout: InputLayout = field(init=False, repr=False, compare=False)
    """The inputs of all columns, from which rows are encoded."""
    compared: NDArray[np.intp] = field(init=False, repr=False, compare=False)
    """Result of `compared_places`."""
    width: int = field(init=False, repr=False, compare=False)
    """Number of the network's inputs."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "layout", InputLayout(self.inputs))
        object.__setattr__(self, "width", self.layout.width)
        object.__setattr__(self, "compared", compared_places(self.inputs))

    @classmethod
    def learn(
        cls,
        table: Table,
        target: str | Sequence[str],
        *,
        task: str | None = None,
        drop: Sequence[str] = (),
        keep: Sequence[str] = (),
        group: Sequence[str] = (),
        time: str | None = None,
        weight: str | None = None,
        rows: NDArray[np.int64] | None = None,
        known: tuple[str, Callable[[], OwnTargets]] | None = None,
    ) -> Columns:
        """Learn from a training table.

        Parameters
        ----------
        table : Table
            All rows, including those held out.
        target : str or sequence of str
            Name of the column to predict, or of several columns of labels (0 and 1, or yes and no) or numbers. Empty
            if the table has only inputs.
        task : {"classes", "numbers"}, optional
            Inferred from the columns if not given; labels count as classes.
        drop, keep : sequence of str
            Names of columns to exclude, and of columns to use although they look like identifiers. A table without
            column names also takes numbers from 1, for these and for `target`.
        group : sequence of str
            Names of columns whose values together name the group of a row, which no split separates. They are excluded.
        time : str, optional
            Name of a column of numbers or dates; later rows are held out. It may be an input.
        weight : str, optional
            Name of a column of the rows' weights, which is not an input. Nothing is learned from rows of weight 0.
        rows : ndarray of int64, optional
            The training rows; all if not given. Statistics such as medians and words use only those that have all
            targets; the kinds of the columns and the classes are inferred from all rows.
        known : (task, function), optional
            The task of a table that has only inputs, as that of an estimator, and what returns the targets of its rows.

        Raises
        ------
        DataError
            GN010 for a single row, GN017 for points that may be decimal or between thousands, GN060 when a named column
            is missing, GN061 for a column of lists, or a `time` of neither numbers nor dates, GN013 and GN014 for a
            weight that is not a number of 0 or more, GN062 when no input is left, GN064 when the target cannot be
            predicted.
        OptionError
            GN021 for another task.
        """
        roles = Roles.of(table, target, task, drop, keep, group, time, weight)
        summaries = [summarise_target(one, task, several=len(roles.targets) > 1) for one in roles.targets]
        learnt_targets = roles.learn_targets(summaries)
        with_targets = np.ones(len(table), np.bool_)
        for one in learnt_targets.targets:
            with_targets &= has_target(roles.source, roles.columns[one.name], one)
        if (weights := roles.split.weights(table)) is not None:
            require_weights(weights, Place(roles.source, column=weight))
            with_targets &= weights > 0
        if not with_targets.all():
            rows = np.flatnonzero(with_targets) if rows is None else rows[with_targets[rows]]
            _require_rows(rows, table, roles.target_names)
        statistics = statistics_in(*known) if known else None
        if learnt_targets.targets:
            statistics = statistics_in(task_of(learnt_targets.targets), lambda: learnt_targets.of_rows(roles, rows))
        learnt = learn_inputs(roles.inputs, rows, roles.keep, statistics)
        found = cls.assembled(roles, learnt_targets, summaries, learnt, lambda: (roles.columns, rows))
        return replace(found, remarks=(*found.remarks, *roles.split.about_missing(table)))

    @classmethod
    def assembled(
        cls,
        roles: Roles,
        learnt_targets: LearntTargets,
        summaries: Sequence[TargetSummary],
        learnt: LearntInputs,
        sample: Callable[[], tuple[Mapping[str, Column], NDArray[np.int64] | None]],
    ) -> Columns:
        """Put together what is learnt of the inputs and the targets; errors as `learn`.

        `summaries` are what is counted of each target. `sample` returns columns, and which rows of them are for
        training, in which to search for leaks.
        """
        columns, names = roles.columns, roles.target_names
        targets, remarks = learnt_targets
        remarks = about_decimals(columns.values()) + remarks
        for one, summary in zip(targets, summaries, strict=True):
            if one.task == "numbers":
                remarks += about_numbers(columns[one.name], summary.odd)
        for one, summary in zip(targets, summaries, strict=True):
            column = columns[one.name]
            if one.task == "classes":
                of_words = about_spellings(column) + ([] if roles.task else about_numbers_in_words(column))
                remarks += non_numeric_remarks(one.name, summary.odd, "") if one.numeric else of_words
        inputs, useless = learnt.inputs, learnt.useless
        remarks += learnt.remarks
        listed = Message("listed in {drop}", drop=Option("drop"))
        grouping = Message("names the group of a row: listed in {group}", group=Option("group"))
        dropped = [(name, grouping) for name in roles.split.group]
        if (weight := roles.split.weight) is not None:
            dropped.append((weight.name, Message("the weight of a row: named in {weight}", weight=Option("weight"))))
        dropped += [(name, listed) for name in roles.drop if name not in (*names, *dict(dropped))]
        dropped += useless
        if not inputs:
            shown = Listing(names, quoted=True) if names else Message("the target")
            advice = (
                Message("Drop fewer columns.")
                if roles.drop
                else Message("Add columns of numbers, dates or words that recur.")
            )
            facts = {"source": roles.source, "targets": shown, "advice": advice}
            if not useless:
                raise DataError("GN062", "{source}: no column is left to predict {targets} from. {advice}", **facts)
            name, reason = useless[0]
            raise DataError(
                "GN062",
                "{source}: no column is left to predict {targets} from; {name!r} is excluded{more}, because "
                "{reason}. {advice}",
                **facts,
                name=name,
                more=more_columns(len(useless) - 1),
                reason=reason,
            )
        clipped = (one.clipped_remark for one in inputs if isinstance(one, NumberColumn))
        remarks += [remark for remark in clipped if remark]
        remarks += leak_remarks(inputs, targets, *sample(), roles.source)
        numbers = [columns[name] for name in _numbers(inputs, targets)]
        commas = frozenset(one.name for one in numbers if "," in (one.decimal, roles.decimal))
        whole = frozenset(one.name for one in numbers if one.is_whole)
        return cls(tuple(inputs), targets, tuple(dropped), tuple(remarks), commas, whole, roles.split, roles.decimal)

    @property
    def task(self) -> str:
        """``"classes"``, ``"numbers"`` or ``"labels"``."""
        return task_of(self.targets)

    @property
    def target_names(self) -> tuple[str, ...]:
        """Names of the target columns."""
        return tuple(one.name for one in self.targets)

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the network's outputs: the classes, or the columns of labels or numbers."""
        return self.targets[0].classes or self.target_names

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the network's inputs."""
        return tuple(name for one in self.inputs for name in one.features)

    def middle(self) -> Encoded:
        """Return the inputs of a row in the middle of every column, shape (features,): the baseline of explanations.

        Numbers are their median, none is missing, yes and no have their training shares, and words, whose frequencies
        are not stored, equal ones; but columns of many words have their means in training.
        """
        return np.concatenate([one.middle() for one in self.inputs])

    def many_words(self, table: Table) -> dict[str, NDArray[Any]]:
        """Return each row's word, None if it is missing, in the columns of many words, shape (n,), by their names.

        Their inputs do not tell it.
        """
        found = {}
        columns = table.columns_without_numbers(one.name for one, _ in self.layout.words if one.statistics)
        for name, column in columns.items():
            codes, words = column.words()
            found[name] = np.array([*words, None], object)[codes]
        return found

    def words_of(self, table: Table, row: int = 0) -> dict[str, str | None]:
        """Return a row's words in the columns of many words, by their names; None if missing."""
        return {name: words[0] for name, words in self.many_words(table.take(np.array([row]))).items()}

    def sums_of(self, shares: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Sum shares of the inputs, shape (…, features), by column; shape (…, columns)."""
        sums: NDArray[np.floating[Any]] = np.add.reduceat(shares, self.layout.starts, axis=-1)
        return sums

    def gathered(self, shares: NDArray[np.floating[Any]]) -> list[tuple[str, float]]:
        """Sum shares of the inputs, shape (features,), by column; return the name and the sum of each column."""
        return [*zip(self.names, self.sums_of(shares).tolist(), strict=True)]

    def decode(self, inputs: NDArray[np.floating[Any]]) -> dict[str, float | dict[str, float]]:
        """Return the value that each column's inputs, together of shape (features,), encode: a number, or word shares.

        Undoes `apply`, except for the identity of rare words and digits beyond float32.
        """
        ends = np.cumsum([len(one.features) for one in self.inputs])[:-1]
        return {one.name: one.decode(part) for one, part in zip(self.inputs, np.split(inputs, ends), strict=True)}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the required columns of a table."""
        return tuple(one.name for one in self.inputs)

    def apply(self, table: Any) -> Encoded:
        """Encode a table's rows.

        Parameters
        ----------
        table : Table, or data frame or mapping as for `read_table`
            With at least the columns in `names`, in any order.

        Returns
        -------
        ndarray of float32, shape (n, features)

        Raises
        ------
        DataError
            GN060 when columns are missing; as `read_table` for an object that is not a table.
        """
        return self._applied(self._read(table))

    def apply_in_training(self, table: Table, own: OwnTargets | None) -> Encoded:
        """Encode rows from which the columns were learned: as `apply`, but no row sees its own target.

        `own` are the targets of the rows, as `own_targets` returns them. Only inputs of rare words by their target
        differ; they are NaN in rows without a target.
        """
        return self._applied(self._read(table), own)

    def own_targets(self, table: Table, groups: NDArray[np.int64] | None = None) -> OwnTargets | None:
        """Return the targets of the rows of a training table; None if no input was learned from them.

        With `groups`, shape (n,), no row sees a target of its group.
        """
        if not len(self.layout.means):
            return None
        return OwnTargets(self.output_names, self.targets_of(table)[1], groups)

    def with_statistics_of(self, table: Table, own: OwnTargets | None = None) -> Columns:
        """Return the columns for training a model further on these rows, with `own` targets or those of the table.

        Their words get the means of their targets: those of an earlier training may have the rows' own in them.
        """
        if not len(self.layout.means):
            return self
        if own is None:
            rows, targets = self.answers(table)
            table, own = table.take(rows), OwnTargets(self.output_names, targets)
        columns, inputs = self._read(table), list(self.inputs)
        for k, one in enumerate(inputs):
            if isinstance(one, WordColumn) and one.statistics:
                counted = TargetSums.of(columns[one.name], own)
                inputs[k] = replace(one, statistics=one.statistics.updated(counted, one.words))
        return replace(self, inputs=tuple(inputs))

    def values_in(self, table: Table, own: OwnTargets | None = None) -> TableValues:
        """Return the values of a table, which `layout` encodes; errors and `own` as for `apply_in_training`."""
        return self.layout.read(self._read(table), own)

    def plain_values(self, table: Table) -> NDArray[Any]:
        """Return the values of the input columns as read, shape (n, columns); errors as for `apply`.

        float64 with NaN for missing values if all are numbers; otherwise objects, such as words and dates, with None.
        """
        columns = self._read(table)
        if all(isinstance(one, NumberColumn) for one in self.inputs):
            return np.stack([columns[name].numbers for name in self.names], axis=1)
        values = np.empty((len(table), len(self.names)), object)
        for place, one in enumerate(self.inputs):
            column = columns[one.name]
            values[:, place] = column.numbers if isinstance(one, NumberColumn) else column.series.to_list()
        return values

    @property
    def intervals(self) -> NDArray[np.int64]:
        """Places of the inputs that are intervals of numbers."""
        return self.layout.block.constants.interval_place

    def apply_with_remarks(self, table: Any) -> tuple[Encoded, list[Message]]:
        """Return the results of `apply`, and of `surprises` without the targets; the table is read once."""
        columns = self._read(table)
        return self._applied(columns), self.remarks_on(columns, self.inputs)

    def _applied(self, columns: Mapping[str, Column], own: OwnTargets | None = None) -> Encoded:
        return self.layout.encode(self.layout.read(columns, own), len(columns[self.names[0]]))

    def _read(self, table: Any) -> dict[str, Column]:
        from ...data.tables.table import read_table  # loads polars

        table = read_table(table)
        self.require(table, self.names)
        return self.read(table)

    def read(self, table: Table, targets: Sequence[Target] = ()) -> dict[str, Column]:
        """Return the columns of the inputs of a table, and of these targets, read as in training.

        The table has them all. Errors as for `parsed`.
        """
        others = [one for one in self.inputs if isinstance(one, _WITHOUT_NUMBERS)]
        columns = self.parsed(table, [*(one for one in self.inputs if not isinstance(one, _WITHOUT_NUMBERS)), *targets])
        return columns | _in_form(table.columns_without_numbers(one.name for one in others), others)

    def parsed(self, table: Table, wanted: Sequence[Encoding | Target]) -> dict[str, Column]:
        """Return columns of a table, with numbers and dates read as in training.

        DataError GN017 is raised when the decimal sign of one column has changed, and that of another is ambiguous; and
        for points in a column of whole numbers that may be decimal or between thousands.
        """
        numbers = {
            one.name: one
            for one in wanted
            if isinstance(one, NumberColumn) or (isinstance(one, Target) and one.is_number)
        }
        columns = _in_form(table.columns(one.name for one in wanted if one.name not in numbers), wanted)
        signs = {name: "," if name in self.commas else "." for name in numbers}
        columns |= table.columns_as({name: (one.unit, signs[name]) for name, one in numbers.items()})
        if table.decimal == AUTO:
            if self.decimal == AUTO:
                whole = [columns[name] for name in numbers if name in self.whole]
                _reject_unclear_points(table.source, whole, Message("the training data have whole numbers"))
            changed = [name for name in numbers if columns[name].found and columns[name].decimal != signs[name]]
            for name in numbers if changed else ():
                one = columns[name]
                if name not in changed and one.reads_as(OTHER[one.decimal]) and examples([one], "[.,]"):
                    raise DataError(
                        "GN017",
                        "{source}: column {changed!r} has another decimal sign than in training, and column {name!r} "
                        "is ambiguous. Pass {point} or {comma}.",
                        source=table.source,
                        changed=changed[0],
                        name=name,
                        point=Option("decimal", "."),
                        comma=Option("decimal", ","),
                    )
        return columns

    def surprises(self, table: Any) -> list[Message]:
        """Return remarks on the values of a table that the training data did not have, and how they are read.

        The only judgement of values: what Python warns of, the command line notifies of, and the service and the studio
        remark on. The table is as for `apply`; targets are optional.
        """
        from ...data.tables.table import read_table  # loads polars

        table = read_table(table)
        self.require(table, self.names)
        targets = [one for one in self.targets if one.name in table.names]
        return self.remarks_on(self.read(table, targets), [*self.inputs, *targets])

    def remarks_on(self, columns: Mapping[str, Column], described: Sequence[Encoding | Target]) -> list[Message]:
        """Return remarks on columns that were read as in training, some or all, and on what is `described` of them."""
        remarks = self._about_decimals(columns)
        remarks += [remark for one in described for remark in one.surprises(columns[one.name])]
        numbers = [one for one in self.inputs if isinstance(one, NumberColumn) and one.name in columns]
        far = [(one, number) for one in numbers if (number := one.far_number(columns[one.name])) is not None]
        for one, number in far[:1]:
            more = more_columns(len(far) - 1)
            own = columns[one.name].numbers
            present = own[~np.isnan(own)]
            apart = np.count_nonzero(are_thousandfold(present, one.low, one.high))
            remark = Message(
                "column {name!r}: {number:g} is far outside the training range {low:g} to {high:g}{more}; check "
                "the unit and the decimal sign"
                if len(present) == 1 or 0 < 2 * apart <= len(present)
                else "column {name!r}: most numbers are far outside the training range{more}, such as {number:g} "
                "instead of {low:g} to {high:g}; check the unit and the decimal sign",
                name=one.name,
                more=more,
                number=number,
                low=one.low,
                high=one.high,
            )
            remarks.append(with_code(remark))
        return remarks

    def _about_decimals(self, columns: Mapping[str, Column]) -> list[Message]:
        """Return remarks on decimals in text that are read otherwise than in training."""
        text = [one for one in columns.values() if one.found and one.is_text]
        commas = [one for one in text if one.decimal == ","]
        new = [one for one in commas if one.name not in self.commas]
        points = [one for one in text if one.decimal == "." and one.name in self.commas]
        others = [one for one in text if one.decimal == "." and one.name not in self.commas and one.kind == "number"]
        unlike = Message(", unlike in training")
        comma, point, between = DECIMAL_COMMA, Message("a decimal point"), POINTS_BETWEEN_THOUSANDS
        contrary = [
            *about_reading(new, ",", comma, unlike),
            *about_reading(new, r"\d\.\d{3}", between, unlike),
            *about_reading(points, r"\.", point, unlike),
            *about_reading(points, r"\d,\d{3}", THOUSANDS, unlike),
            *about_reading(others, r"\d,\d{3}", THOUSANDS),
        ]
        return [*map(with_code, contrary)]

    def answers(self, table: Table) -> tuple[NDArray[np.int64], NDArray[np.int64] | NDArray[np.float64]]:
        """Return the rows that have all targets and not weight 0, and these targets.

        Returns
        -------
        rows : ndarray of int64, shape (m,)
            Indices of these rows.
        targets : ndarray
            int64, shape (m,), for classes; float64, shape (m, targets), for numbers and for labels (1 or 0).

        Raises
        ------
        DataError
            GN060 when a column is missing, GN064 for a class that the training data did not have, a label that is
            neither 0 nor 1, words instead of numbers, or when no row has all targets; GN013 and GN014 as `learn`.
        """
        present, targets = self.targets_of(table)
        rows = np.flatnonzero(present)
        split = self.split.present_in(table)
        if not len(rows) and split.weight is not None:
            require_weights(split.weight.values(table), Place(table.source, column=split.weight.name))
        _require_rows(rows, table, self.target_names)
        return rows, targets[rows]

    def targets_of(self, table: Table) -> tuple[NDArray[np.bool_], NDArray[np.int64] | NDArray[np.float64]]:
        """Return which rows have all targets, and the targets of all rows: as `answers`, but no row need have one.

        A row of weight 0 counts as one without a target.
        """
        present, targets = self._targets_of(table)
        if (weights := self.split.present_in(table).weights(table)) is not None:
            used = weights > 0
            targets = (
                np.where(used, targets, -1) if targets.ndim == 1 else np.where(used[:, np.newaxis], targets, np.nan)
            )
            present &= used
        return present, targets

    def _targets_of(self, table: Table) -> tuple[NDArray[np.bool_], NDArray[np.int64] | NDArray[np.float64]]:
        self.require(table, self.target_names)
        if self.task == "classes":
            (target,) = self.targets
            column = table.columns_without_numbers([target.name])[target.name]
            labels = None if target.numeric or not column.is_text else labels_of_words(column, target)
            if labels is None:
                labels = labels_of(table.source, self.parsed(table, self.targets)[target.name], target)
            return np.greater_equal(labels, 0), labels
        columns = self.parsed(table, self.targets)
        values = np.stack([values_of(table.source, columns[one.name], one) for one in self.targets], axis=1)
        return np.asarray(~np.isnan(values).any(axis=1), np.bool_), values

    def require(self, table: Table, names: Iterable[str]) -> None:
        """Raise DataError GN060 for a table without these columns."""
        existing = set(table.names)
        missing = [name for name in names if name not in existing]
        if not missing:
            return
        others = [name for name in table.names if name not in {*self.names, *self.target_names}]
        another = sum(name not in existing for name in self.names) > max(1, len(self.names) // 2)
        alike = 1.0 if another else 0.7  # a similar name in another table proves little
        near = [close[0] for name in missing if (close := _near(name, others, 1, alike))]
        hint = (
            Message("This looks like another table than that of the training.")
            if another
            else Message("Add the missing columns.")
        )
        if near:
            hint = Message("Rename {names}.", names=Listing(near[:5], quoted=True))
        if not table.header:
            hint = Message("Its first line has no column names.")
        template = "missing column {names}" if len(missing) == 1 else "missing columns {names}"
        lacking = Message(template, names=Listing(missing, 8, quoted=True))
        facts = {"source": table.source, "lacking": lacking, "hint": hint}
        if set(missing) <= set(self.target_names):
            raise DataError(
                "GN060",
                "{source}: {lacking}, whose true values are needed here. {hint} To predict without them, use "
                "'{command}'.",
                **facts,
                command=Command("query"),
            )
        raise DataError("GN060", "{source}: {lacking}, which the model needs. {hint}", **facts)

    def summary(self) -> list[tuple[str, Message]]:
        """Return each column's name and a line about it: inputs, targets, excluded columns."""
        return [
            *((one.name, one.message) for one in (*self.inputs, *self.targets)),
            *((name, Message("excluded: {why}", why=why)) for name, why in self.dropped),
        ]

    def __str__(self) -> str:
        """Return a line per column: how it is used, or why it is excluded."""
        lines = self.summary()
        width = min(max(len(name) for name, _ in lines), _WIDEST)
        shown = [f"{shortened(name, _WIDEST):<{width}}  {text}" for name, text in lines[:_MOST_LINES]]
        more = len(lines) - len(shown)
        return "\n".join(shown + [str(Message("… {count:,} more columns", count=more))] * (more > 0))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a file."""
        targets = [one.to_dict() for one in self.targets]
        version = 3 if any(isinstance(one, DateColumn) for one in self.inputs) else 2 if len(targets) > 1 else 1
        return {
            "version": VERSION if len(self.layout.means) else version,  # the oldest that can read it
            "inputs": [one.to_dict() for one in self.inputs],
            **({"targets": targets} if len(targets) > 1 else {"target": targets[0]}),
            "dropped": [[name, str(why)] for name, why in self.dropped],
            **({"reasons": [plain_reason(why) for _, why in self.dropped]} if self.dropped else {}),
            **({"decimal_comma": sorted(self.commas)} if self.commas else {}),
            **({"whole": sorted(self.whole)} if self.whole else {}),
            **({"decimal": self.decimal} if self.decimal != AUTO else {}),
            **({"split": asdict(self.split)} if self.split.names else {}),
        }

    @classmethod
    def from_dict(cls, described: dict[str, Any]) -> Columns:
        """Make columns from the result of `to_dict`.

        Raises
        ------
        KeyError, TypeError, ValueError
            When the form is wrong, or the version is newer.
        """
        if not 1 <= described["version"] <= VERSION:
            raise ValueError(f"columns: version {described['version']}, expected {VERSION} or lower")
        targets = tuple(map(Target.from_dict, described_targets(described)))
        if not targets:
            raise ValueError("columns: no targets")
        pairs = zip_longest(described["dropped"], described.get("reasons", ()))
        dropped = tuple((str(name), reason_from(str(why), plain)) for (name, why), plain in pairs)
        inputs = tuple(map(encoding_from, described["inputs"]))
        commas = described.get("decimal_comma", ())
        if commas is True:  # the form before columns could differ
            commas = [one.name for one in (*inputs, *targets)]
        whole = frozenset(map(str, described.get("whole", ())))
        split = SplitColumns.from_dict(described.get("split", {}))
        signs = {"commas": frozenset(map(str, commas)), "decimal": described.get("decimal", AUTO)}
        return cls(inputs, targets, dropped, **signs, whole=whole, split=split)


def task_of(targets: Sequence[Target]) -> str:
    """Return the task of targets: ``"classes"``, ``"numbers"`` or ``"labels"``."""
    return "labels" if targets[0].task == "label" else targets[0].task


def described_targets(described: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the targets in the result of `Columns.to_dict`; none if they are not where the version has them."""
    if described["version"] == 2 or "targets" in described:
        return list(described.get("targets", ()))
    return [described["target"]] if "target" in described else []


def _numbers(inputs: Sequence[Encoding], targets: Sequence[Target]) -> list[str]:
    """Return the names of the columns of numbers."""
    of_numbers = [one.name for one in inputs if isinstance(one, NumberColumn)]
    return of_numbers + [one.name for one in targets if one.is_number]


def _in_form(columns: dict[str, Column], encodings: Sequence[Encoding | Target]) -> dict[str, Column]:
    """Return columns with the form of dates of training."""
    forms = {one.name: replace(columns[one.name], form=one.form) for one in encodings if isinstance(one, DateColumn)}
    return columns | forms


def column_named(table: Table, name: str, of: str = "") -> str:
    """Return the name of a column given by name, or in a table without column names by its number from 1.

    `of` is the option that names it, if that takes several.
    """
    if name in table.names:
        return name
    of_number = table.names[int(name) - 1] if name.isdecimal() and 0 < int(name) <= len(table.names) else ""
    if of_number and not table.header:
        return of_number
    near = _near(name, table.names, 3, 0.5)
    hints = [
        Message("Did you mean {name}?", name=Listing(near, quoted=True))
        if near
        else Message("Columns: {names}.", names=Listing(table.names, 10))
    ]
    parts = [part.strip() for part in name.split(",")]
    if of and len(parts) > 1 and all(part in table.names for part in parts):
        hints = [Message("Name each column separately: {option}.", option=Option(of, tuple(parts)))]
    if of_number:
        hints = [Message("Column number {number} is {name!r}.", number=name, name=of_number)]
    if not table.header:
        hints.append(Message("Its first line has no column names."))
    if len(table.names) == 1:
        hints.append(
            Message("The file was read as a single column; separate values by commas, semicolons, tabs or bars.")
        )
    raise DataError(
        "GN060", "{source}: column {name!r} not found. {hint}", source=table.source, name=name, hint=Sentences(*hints)
    )


def _near(name: str, names: Sequence[str], count: int, alike: float = 0.7) -> list[str]:
    """Return the names most similar to another, ignoring case."""
    lowered = {one.lower(): one for one in names}
    return [lowered[one] for one in difflib.get_close_matches(name.lower(), lowered, count, alike)]


def _require_rows(rows: NDArray[np.int64], table: Table, names: Sequence[str]) -> None:
    if len(rows):
        return
    if len(names) == 1:
        raise DataError("GN064", "{place}: every value is missing.", place=Place(table.source, target=names[0]))
    targets = Listing(names, quoted=True)
    raise DataError("GN064", "{source}: no row has all targets: {targets}.", source=table.source, targets=targets)


def _reject_unclear_points(source: str, columns: Iterable[Column], why: Message | None) -> None:
    """Raise DataError GN017 for a number such as 3.964 that may be 3964.

    `why` is the reason that it may, even if all numbers of its column have such a point.
    """
    found = [(one.name, point) for one in columns if (point := one.unclear_point(alone=why is not None)) is not None]
    if not found:
        return
    name, (text, number, thousand) = found[0]
    raise DataError(
        "GN017",
        "{source}: column {name!r} is ambiguous{more}: the point in {value!r} may be decimal ({number:.15g}) or "
        "between thousands ({thousand:.15g}), as {why}. Pass {decimal} for decimal points, {thousands} for points "
        "between thousands, or numbers instead of text.",
        source=source,
        name=name,
        more=more_columns(len(found) - 1),
        value=text,
        number=number,
        thousand=thousand,
        why=why or Message("other values are whole numbers up to 999"),
        decimal=Option("decimal", "."),
        thousands=Option("decimal", ","),
    )


def _reject_records(source: str, columns: Sequence[Column]) -> None:
    if not columns:
        return
    names = tuple(one.name for one in columns)
    example = str(columns[0].series.drop_nulls().head(1).to_list()[0])
    raise DataError(
        "GN061",
        "{source}, columns {names}: lists, records or the like (such as {example!r}), expected numbers or words. "
        "Convert to columns of numbers or words, or pass {option}.",
        source=source,
        names=Listing(names, quoted=True),
        example=example[:40],
        option=Option("drop", names),
    )
