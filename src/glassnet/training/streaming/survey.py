"""The pass over a stream before training: columns, counts, the rows that stay in memory, and the fingerprint."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...data.stream.roles import VALIDATION_ROWS, RowRoles
from ...data.stream.row_groups import digest_of, row_bytes
from ...data.stream.source import FIRST_ROWS, RowGroup, StreamSource, joined
from ...data.tables.table import Table
from ...errors import DataError
from ...nn.random import Purpose, key, uniform
from ...options.options import Options
from ...preprocess.tabular.columns import Columns
from ...preprocess.tabular.dataset import samples_of
from ...preprocess.tabular.learner import ColumnsLearner, TableSummary
from ...preprocess.targets import Targets
from ...runtime.threads import available_cores
from .encoding import answers_of
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

OnSurvey = Callable[[int, int], object]


@dataclass(frozen=True)
class Survey:
    """Result of the pass over a stream before training.

    Parameters
    ----------
    source : StreamSource
    columns : Columns
    roles : RowRoles
    counts : ndarray of int64, shape (folds,) or (1,)
        Number of training rows, of each fold if there are folds.
    sample : Dataset
        Some training rows.
    validation : Dataset or None
        The validation sample.
    validation_folds : ndarray of int64, shape (n,)
        Fold of each of its rows, if there are folds.
    test : Dataset or None
        The rows for testing.
    targets : Targets or None
        Scaled by all rows but those for testing, for a regression whose columns were learnt in this pass.
    fingerprint : str
        SHA-256 of the digests of the row groups, in their order.
    typed : bool
        Whether the source distinguishes numbers from text; delimited text does not, and has another fingerprint.
    digests : frozenset of bytes
        The digests of the row groups.
    without_target : int
        Number of rows without a target.
    seconds : float
    """

    source: StreamSource
    columns: Columns
    roles: RowRoles
    counts: NDArray[np.int64]
    sample: Dataset
    validation: Dataset | None
    validation_folds: NDArray[np.int64]
    test: Dataset | None
    targets: Targets | None
    fingerprint: str
    typed: bool
    digests: frozenset[bytes]
    without_target: int
    seconds: float

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
        return int(self.counts.sum() - (self.counts[member] if self.roles.folds else 0))

    def validation_of(self, member: int) -> Dataset | None:
        """Return the validation data of a member."""
        if self.validation is None or not self.roles.folds:
            return self.validation
        return self.validation.take(np.flatnonzero(self.validation_folds == member))


def rows_in_memory(source: StreamSource, most: int) -> int:
    """Return how many rows fit into `SAMPLE_BYTES` before encoding: at least 1, at most `most`."""
    return min(most, max(1, SAMPLE_BYTES // row_bytes(source.first_rows(LENGTH_ROWS))))


def roles_for(source: StreamSource, options: Options, *, hold_out: bool) -> RowRoles:
    """Return the roles of the rows: samples in memory are limited in rows, and in bytes before encoding."""
    most = rows_in_memory(source, VALIDATION_ROWS) / source.rows
    by_folds = options.folds and options.members > 1
    fraction = 1.0 if by_folds else options.validation if options.early_stopping else 0.0
    return RowRoles(
        seed=options.seed,
        holdout=min(options.holdout, most) if hold_out else 0.0,
        validation=min(fraction, most),
        folds=options.members if by_folds else 0,
    )


def roles_of(options: Options, stream: Mapping[str, Any]) -> RowRoles:
    """Return the roles of the rows in a training record, whose description of the stream is `stream`."""
    return RowRoles(options.seed, stream["holdout"], stream["validation"], options.members if options.folds else 0)


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

    def encoded(self, columns: Columns) -> Dataset | None:
        """Return the rows that have a target, at most `SAMPLE_BYTES` of them; None without any."""
        if not self._tables:
            return None
        table = joined(self._tables)
        most = max(1, SAMPLE_BYTES // (4 * len(columns.features)))
        if len(table) > most:
            table = table.take(np.arange(most) * len(table) // most)
        if not answers_of(table, columns).present.any():
            return None
        return samples_of(table, columns)


def learner_for(
    source: StreamSource, target: str | Sequence[str], task: str | None, drop: Sequence[str], keep: Sequence[str]
) -> tuple[ColumnsLearner, Columns]:
    """Return what learns the columns, and columns with only the targets, as the first rows have them."""
    first = source.first_rows(rows_in_memory(source, FIRST_ROWS))
    learner = ColumnsLearner(first, target, task=task, drop=drop, keep=keep)
    return learner, learner.answers


def survey_of(
    source: StreamSource,
    roles: RowRoles,
    columns: Columns,
    learner: ColumnsLearner | None = None,
    *,
    positive: bool = False,
    on_survey: OnSurvey | None = None,
) -> Survey:
    """Read a stream once.

    Parameters
    ----------
    source : StreamSource
    roles : RowRoles
    columns : Columns
        Those of the model; with a `learner`, only the targets, by the first rows.
    learner : ColumnsLearner, optional
        Learns the columns in this pass.
    positive : bool
        Whether the outputs of a regression are positive.
    on_survey : callable, optional
        Called with the number of rows read, and of all.
    """
    began, digest = time.perf_counter(), hashlib.sha256()
    counts = np.zeros(max(1, roles.folds), np.int64)
    sample, validation, test = _SampleRows(), _SampleRows(), _SampleRows()
    summary: TableSummary | None = None
    typed, digests, without_target = True, set(), 0
    fold_parts: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for group, part in _in_order(partial(_examine, source, roles, columns, learner), source.groups):
        digest.update(part.digest)
        digests.add(part.digest)
        without_target += part.without_target
        typed = part.sample.typed
        counts += part.counts
        if part.summary is not None:
            summary = part.summary if summary is None else summary.merge(part.summary)
        for rows, table in ((sample, part.sample), (validation, part.validation), (test, part.test)):
            rows.add(table)
        if roles.folds:
            fold_parts.append(part.folds)
        if on_survey is not None:
            on_survey(group.first + group.rows, source.rows)
    targets = None
    if learner is not None:
        assert summary is not None
        columns = learner.columns(summary)
        if columns.task == "numbers":
            targets = learner.targets(summary, positive=positive)
    samples = sample.encoded(columns)
    if samples is None:
        raise DataError(
            "GN010", "{name}: no training rows with a target, expected some. Check the target.", name=source.source
        )
    of_validation = validation.encoded(columns)
    survey = Survey(
        source=source,
        columns=columns,
        roles=roles,
        counts=counts,
        sample=replace(samples, source=source.source),
        validation=of_validation,
        validation_folds=_folds_of(of_validation, fold_parts),
        test=test.encoded(columns),
        targets=targets,
        fingerprint=digest.hexdigest(),
        typed=typed,
        digests=frozenset(digests),
        without_target=without_target,
        seconds=time.perf_counter() - began,
    )
    _require_validation(survey)
    return survey


class _Examined(NamedTuple):
    """What is needed of a row group."""

    digest: bytes
    counts: NDArray[np.int64]  # training rows, by fold
    summary: TableSummary | None
    sample: Table
    validation: Table
    test: Table
    folds: tuple[NDArray[np.int64], NDArray[np.int64]]  # row numbers and folds of the validation sample
    without_target: int


def _examine(
    source: StreamSource, roles: RowRoles, columns: Columns, learner: ColumnsLearner | None, group: RowGroup
) -> _Examined:
    table, first, rows = source.read(group), group.first, group.rows
    is_test, is_validation = roles.test(first, rows), roles.validation_sample(first, rows)
    present = _present(table, columns)
    training = present & ~is_test & (np.bool_(roles.folds > 0) | ~is_validation)
    numbers, folds = np.empty(0, np.int64), np.empty(0, np.int64)
    counts = np.array([np.count_nonzero(training)])
    if roles.folds:
        of_rows = roles.fold(first, rows)
        counts = np.bincount(of_rows[training], minlength=roles.folds)
        numbers, folds = first + np.flatnonzero(is_validation), of_rows[is_validation]
    drawn = uniform(key(0, Purpose.RANGE, 1), first, rows) < np.float32(SAMPLE_ROWS / source.rows)
    sample, validation, test = (
        table.take(np.flatnonzero(which)) for which in (training & drawn, is_validation, is_test)
    )
    return _Examined(
        digest_of(table),
        counts,
        None if learner is None else learner.summarise(table, np.flatnonzero(~is_test)),
        sample,
        validation,
        test,
        (numbers, folds),
        rows - int(np.count_nonzero(present)),
    )


def _in_order(
    function: Callable[[RowGroup], _Examined], groups: Sequence[RowGroup]
) -> Iterator[tuple[RowGroup, _Examined]]:
    """Yield each row group and what the function returns for it; few are in memory at the same time."""
    workers, context = min(WORKERS, available_cores()), copy_context()
    waiting: deque[tuple[RowGroup, Future[_Examined]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for group in groups:
                if len(waiting) == workers:
                    first, future = waiting.popleft()
                    yield first, future.result()
                waiting.append((group, pool.submit(context.copy().run, function, group)))
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _folds_of(data: Dataset | None, kept: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> NDArray[np.int64]:
    """Return the folds of the rows of the validation sample, from row numbers and folds of each row group."""
    if data is None or data.source_rows is None or not kept:
        return np.empty(0, np.int64)
    rows, folds = (np.concatenate(arrays) for arrays in zip(*kept, strict=True))
    return folds[np.searchsorted(rows, data.source_rows)]


def _require_validation(survey: Survey) -> None:
    """Raise DataError GN010 if a member has no validation rows."""
    roles, folds = survey.roles, survey.validation_folds
    some = len(np.unique(folds)) == roles.folds if roles.folds else survey.validation is not None
    if roles.validation and not some:
        raise DataError(
            "GN010",
            "{source}: {rows} rows are too few for validation. Use fewer members, or no early stopping.",
            source=survey.source.source,
            rows=survey.source.rows,
        )


def _present(table: Table, columns: Columns) -> NDArray[np.bool_]:
    """Return which rows have all targets, shape (n,), by their columns alone: classes may not be known yet."""
    columns.require(table, columns.target_names)
    present = np.ones(len(table), np.bool_)
    for target in columns.targets:
        if target.is_number:
            present &= ~np.isnan(columns.parsed(table, [target])[target.name].numbers)
        else:
            present &= table.frame[target.name].is_not_null().to_numpy()
    return present
