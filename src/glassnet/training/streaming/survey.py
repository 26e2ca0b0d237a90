"""The pass over a stream before training: columns, counts, the rows that stay in memory, and the fingerprint."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...data.stream.roles import VALIDATION_ROWS, RowKeys, RowRoles
from ...data.stream.row_groups import digest_of, row_bytes
from ...data.stream.source import FIRST_ROWS, RowGroup, StreamSource, joined
from ...data.tables.table import Table
from ...errors import DataError, OptionError
from ...messages.message import Message
from ...messages.option_spelling import Option
from ...messages.progress import counted_step
from ...model.model import Model
from ...nn.random import Purpose, key, uniform
from ...options.options import Options
from ...preprocess.tabular.columns import Columns
from ...preprocess.tabular.dataset import samples_of
from ...preprocess.tabular.learner import ColumnsLearner, TableSummary
from ...preprocess.tabular.split_columns import TimeColumn
from ...preprocess.targets import Targets
from ...runtime.system import available_cores
from .order import window_rows

SAMPLE_BYTES = 1 << 25
"""The most bytes, on average, of the values of the rows for testing, and of those of the validation sample; and of
their encoded inputs."""
LENGTH_ROWS = 1000
"""The first rows, which say how long text is."""
MOST_TABLES = 32
"""The most pieces of a sample, which are joined when there are more."""
SAMPLE_ROWS = 2000
"""Training rows, on average, that stay in memory for the training range and the loss of a constant prediction."""

WORKERS = 2
"""Row groups that are read at the same time."""

Choose = Callable[[int, str], Options]
"""Returns the options for a number of rows and a task (``"classes"``, ``"numbers"`` or ``"labels"``)."""


@dataclass(frozen=True)
class Survey:
    """Result of the pass over a stream before training."""

    source: StreamSource
    columns: Columns
    roles: RowRoles
    counts: NDArray[np.int64]  # shape (folds,) or (1,); number of training rows, of each fold if there are folds
    sample: Dataset  # some training rows
    validation: Dataset | None  # the validation sample; None with `own_validation`
    test: Dataset | None  # the rows for testing
    # Scaled by all rows but those for testing, for a regression whose columns were learnt in this pass
    targets: Targets | None
    fingerprint: str  # SHA-256 of the digests of the row groups, in their order
    # Whether the source distinguishes numbers from text; delimited text does not, and has another fingerprint
    typed: bool
    digests: frozenset[bytes]  # the digests of the row groups
    without_target: int  # number of rows without a target
    seconds: float
    own_validation: Dataset | None = None  # validation data that were passed
    # As `counts`: sums of the weights of the training rows; None without a column of weights
    weights: NDArray[np.float64] | None = None

    @property
    def window(self) -> int:
        """Rows of a window."""
        return window_rows(self.sample.features)

    @property
    def sizes(self) -> list[int]:
        """Rows of each row group."""
        return [group.rows for group in self.source.groups]

    def training_rows(self, member: int) -> int:
        """Return the number of training rows of a member, which leaves out its own fold."""
        return int(self._of_member(self.counts, member))

    def mean_weight(self, member: int) -> float | None:
        """Return the mean weight of the training rows of a member; None without weights."""
        return (
            None if self.weights is None else float(self._of_member(self.weights, member)) / self.training_rows(member)
        )

    def _of_member(self, by_fold: NDArray[Any], member: int) -> Any:
        return by_fold.sum() - (by_fold[member % self.roles.folds] if self.roles.folds else 0)

    def validation_of(self, member: int) -> Dataset | None:
        """Return the validation data of a member."""
        if self.validation is None or not self.roles.folds:
            return self.validation
        own = self.roles.fold(RowKeys.of(self.validation)) == member % self.roles.folds
        return self.validation.take(np.flatnonzero(own))


def rows_in_memory(source: StreamSource, most: int) -> int:
    """Return how many rows fit into `SAMPLE_BYTES` before encoding: at least 1, at most `most`."""
    return min(most, max(1, SAMPLE_BYTES // row_bytes(source.first_rows(LENGTH_ROWS))))


class _SampleRows:
    """Rows that stay in memory, until the columns are known.

    Few tables at a time: each column of a table costs some hundred bytes, however few its rows.
    """

    def __init__(self) -> None:
        self._tables: list[Table] = []

    def add(self, table: Table) -> None:
        if len(table):
            self._tables.append(table)
        if len(self._tables) > MOST_TABLES:
            self._tables = [joined(self._tables)]

    def encoded(self, columns: Columns, *, in_training: bool = True) -> Dataset | None:
        """Return the rows that have a target, at most `SAMPLE_BYTES` of them; None without any."""
        if not self._tables:
            return None
        table = joined(self._tables)
        most = max(1, SAMPLE_BYTES // (4 * len(columns.features)))
        if len(table) > most:
            table = table.take(np.arange(most) * len(table) // most)
        return samples_of(table, columns, in_training=in_training) if columns.targets_of(table)[0].any() else None


def surveyed(
    source: StreamSource,
    target: str | Sequence[str],
    options: Options | Choose,
    *,
    task: str | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    group: Sequence[str] = (),
    time: str | None = None,
    weight: str | None = None,
    hold_out: bool = True,
    own_validation: bool = False,
) -> tuple[Survey, Options]:
    """Learn the columns of a stream in one pass; parameters and errors as for `fit_stream`.

    With `own_validation`, no rows are held out for validation, nor in folds. Return with it the options of the training
    run.
    """
    if group and time is not None:
        template = "{group} and {time}: not together with a stream. Omit one."
        raise OptionError("GN022", template, group=Option("group"), time=Option("time"))
    first = source.first_rows(rows_in_memory(source, FIRST_ROWS))
    learner = ColumnsLearner(first, target, task=task, drop=drop, keep=keep, group=group, time=time, weight=weight)
    chosen = options if isinstance(options, Options) else options(source.rows, learner.answers.task)
    if chosen.class_weight:
        template = "{given}: not with a stream. Give the rows weights, with {weight}."
        raise OptionError("GN022", template, given=Option("class_weight", chosen.class_weight), weight=Option("weight"))
    chosen = replace(chosen, skip_zeros=False, folds=chosen.folds and chosen.members > 1)
    # Samples in memory are limited in rows, and in bytes before encoding.
    most = rows_in_memory(source, VALIDATION_ROWS) / source.rows
    folds = chosen.folds and not own_validation
    validation = 1.0 if folds else chosen.validation if chosen.early_stopping and not own_validation else 0.0
    roles = RowRoles(
        seed=chosen.seed,
        holdout=min(chosen.holdout, most) if hold_out else 0.0,
        validation=min(validation, most),
        folds=chosen.members if folds else 0,
    )
    if (of_time := learner.answers.split.time) is not None:
        roles = roles.in_time(*_counted_times(source, of_time), source.source, of_time.name)
    survey = _survey(source, roles, learner.answers, learner, chosen.output == "exponential")
    if chosen.scaling in ("standard", "features"):
        template = "{given}: not with a stream, whose columns are standardised. Use {other}."
        given, other = Option("scaling", chosen.scaling), Option("scaling", "unit")
        raise OptionError("GN022", template, given=given, other=other)
    if chosen.batch_size > survey.window:
        template = "{given}: not with a stream of {features} inputs, expected up to {window}."
        facts = {"features": survey.sample.features, "window": survey.window}
        raise OptionError("GN022", template, given=Option("batch_size", chosen.batch_size), **facts)
    return survey, chosen


def surveyed_again(
    source: StreamSource,
    model: Model,
    options: Options,
    *,
    own_validation: bool = False,
) -> Survey:
    """Read a stream as it was read to train a model: its columns, and the roles of the rows in its training record."""
    stream = model.receipt["data"]["stream"]
    folds = options.members if options.folds and not own_validation else 0
    roles = RowRoles(
        options.seed,
        stream["holdout"],
        stream["validation"],
        folds,
        stream.get("test_from"),
        stream.get("validation_from"),
        tuple(stream.get("fold_from", ())),
    )
    assert model.columns is not None
    return _survey(source, roles, model.columns)


def _survey(
    source: StreamSource,
    roles: RowRoles,
    columns: Columns,
    learner: ColumnsLearner | None = None,
    positive: bool = False,
) -> Survey:
    """Read a stream once; `columns` are known, or only their targets, and the `learner` learns the others.

    `positive` tells whether the outputs of a regression are.
    """
    began, digest, digests, without_target, typed = time.perf_counter(), hashlib.sha256(), set[bytes](), 0, True
    counts, weights = np.zeros(max(1, roles.folds), np.int64), np.zeros(max(1, roles.folds))
    sample, validation, test = kept = _SampleRows(), _SampleRows(), _SampleRows()
    summary: TableSummary | None = None
    examined = _in_order(partial(_examine, source, roles, columns, learner), source.groups)
    what = Message("learning the columns of {source}", source=source.source)
    for part in counted_step(what, examined, len(source.groups)):
        digest.update(part.digest)
        digests.add(part.digest)
        without_target += part.without_target
        counts += part.counts
        weights += part.weights
        if part.summary is not None:
            summary = part.summary if summary is None else summary.merge(part.summary)
        for rows, table in zip(kept, part.kept, strict=True):
            typed = table.typed
            rows.add(table)
    targets = None
    if learner is not None:
        assert summary is not None
        columns = learner.columns(summary)
        if columns.task == "numbers":
            targets = learner.targets(summary, positive=positive)
    samples, of_validation = sample.encoded(columns), validation.encoded(columns)
    if samples is None:
        raise DataError(
            "GN010", "{name}: no training rows with a target, expected some. Check the target.", name=source.source
        )
    folds = [] if of_validation is None else np.unique(roles.fold(RowKeys.of(of_validation))).tolist()
    if roles.validation and len(folds) < max(1, roles.folds):
        template = "{source}: {rows} rows are too few for validation. Use fewer members, or no early stopping."
        if columns.split.group:
            template = (
                "{source}: the groups of its {rows} rows are too few for validation. Use fewer members, or no early "
                "stopping."
            )
        raise DataError("GN010", template, source=source.source, rows=source.rows)
    return Survey(
        source=source,
        columns=columns,
        roles=roles,
        counts=counts,
        sample=replace(samples, source=source.source),
        validation=of_validation,
        test=test.encoded(columns, in_training=False),
        targets=targets,
        fingerprint=digest.hexdigest(),
        typed=typed,
        digests=frozenset(digests),
        without_target=without_target,
        seconds=time.perf_counter() - began,
        weights=None if columns.split.weight is None else weights,
    )


class _Examined(NamedTuple):
    """What is needed of a row group."""

    digest: bytes
    counts: NDArray[np.int64]  # training rows, by fold
    weights: NDArray[np.float64]  # sums of their weights
    summary: TableSummary | None
    kept: tuple[Table, Table, Table]  # some training rows, the validation sample, the rows for testing
    without_target: int


def _examine(
    source: StreamSource, roles: RowRoles, columns: Columns, learner: ColumnsLearner | None, group: RowGroup
) -> _Examined:
    table = source.read(group)
    rows, present = row_keys(table, columns), _present(table, columns)
    training, is_test = present & roles.training(rows), roles.test(rows)
    drawn = uniform(key(0, Purpose.RANGE, 1), group.first, group.rows) < np.float32(SAMPLE_ROWS / source.rows)
    some, validation, test = (
        table.take(np.flatnonzero(which)) for which in (training & drawn, roles.validation_sample(rows), is_test)
    )
    fold, folds, given = roles.fold(rows)[training], max(1, roles.folds), columns.split.weights(table)
    weights = np.ones(len(fold)) if given is None else given[training]
    return _Examined(
        digest_of(table),
        np.bincount(fold, minlength=folds),
        np.bincount(fold, weights, minlength=folds).astype(np.float64),
        None if learner is None else learner.summarise(table, np.flatnonzero(~is_test)),
        (some, validation, test),
        group.rows - int(np.count_nonzero(present)),
    )


def row_keys(table: Table, columns: Columns) -> RowKeys:
    """Return what decides the roles of the rows of a part of a stream; DataError GN060 if it lacks a column."""
    columns.require(table, columns.split.names)
    return RowKeys(table.numbers_of_rows, columns.split.groups(table), columns.split.times(table))


def _counted_times(source: StreamSource, time: TimeColumn) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Read the times of a stream; return the different ones, ascending, and how many rows have each."""
    times, counts = np.zeros(0), np.zeros(0, np.int64)
    for group in source.groups:
        own, more = np.unique(time.values(source.read(group, [time.name])), return_counts=True)
        times, place = np.unique(np.concatenate([times.astype(own.dtype), own]), return_inverse=True)
        counts = np.bincount(place, np.concatenate([counts, more])).astype(np.int64)
    return times, counts


def _in_order(function: Callable[[RowGroup], _Examined], groups: Sequence[RowGroup]) -> Iterator[_Examined]:
    """Yield what a function returns for each row group; few are in memory at the same time."""
    workers, context = min(WORKERS, available_cores()), copy_context()
    waiting: deque[Future[_Examined]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for group in (*groups, None):
                while waiting and (group is None or len(waiting) == workers):
                    yield waiting.popleft().result()
                if group is not None:
                    waiting.append(pool.submit(context.copy().run, function, group))
        finally:
            for future in waiting:
                future.cancel()


def _present(table: Table, columns: Columns) -> NDArray[np.bool_]:
    """Return which rows are samples, shape (n,): they have all targets, and no weight 0.

    The columns alone decide it, as classes may not be known yet.
    """
    columns.require(table, columns.target_names)
    present = np.ones(len(table), np.bool_)
    for target in columns.targets:
        if target.is_number:
            present &= ~np.isnan(columns.parsed(table, [target])[target.name].numbers)
        else:
            present &= table.frame[target.name].is_not_null().to_numpy()
    weights = columns.split.weights(table)
    return present if weights is None else present & (weights > 0)
