"""The data of a training run on a stream: opening it, its test data, and notices."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...data import Dataset
from ...data.stream.opening import open_stream
from ...data.stream.roles import VALIDATION_ROWS, RowRoles
from ...data.stream.row_groups import digest_of
from ...data.stream.source import StreamSource, TableStream, joined
from ...data.tables.header import header_names
from ...errors import DataError
from ...messages.message import Listing, Message
from ...messages.notice import Notify
from ...messages.option_spelling import Option
from ...options.options import Options
from ...preprocess.tabular.dataset import read_table, samples_of
from ...training.streaming.survey import Survey, rows_in_memory
from ..train_job import Plan
from ..training_data import TrainingData, notify_left_out, notify_surprises


def open_planned(plan: Plan, notify: Notify) -> StreamSource:
    """Open the stream of a plan; errors as `open_stream`."""
    source = open_stream(plan.parts or plan.source, header_names(plan.wishes.target), decimal=plan.wishes.decimal)
    notify_empty_files(source, notify)
    return source


def open_test(test: Any, source: StreamSource, decimal: str, notify: Notify) -> StreamSource | None:
    """Open test data, so that what is wrong with their files is known before the training data are read."""
    if test is None:
        return None
    opened = stream_of(test, source.names, decimal)
    notify_empty_files(opened, notify)
    return opened


def notify_empty_files(source: StreamSource, notify: Notify) -> None:
    """Notify of files of 0 bytes, which are skipped."""
    if empty := source.empty_files:
        facts = {"count": len(empty), "all": len(empty) + len(source.parts), "name": empty[0]}
        notify(
            Message(
                "{source}: empty files (0 bytes) skipped: {count:,} of {all:,}, the first {name}; if a copy "
                "failed, copy it again",
                source=source.source,
                **facts,
            )
        )


def stream_of(data: Any, expected: Sequence[str], decimal: str) -> StreamSource:
    """Open files as a stream; a data frame or mapping in memory becomes one too."""
    files = isinstance(data, str | os.PathLike | StreamSource)
    if files or (isinstance(data, list | tuple) and all(isinstance(one, str | os.PathLike) for one in data)):
        return open_stream(data, expected, decimal=decimal)
    return TableStream(read_table(data, expected, decimal=decimal))


def with_test(survey: Survey, options: Options, test: StreamSource | None, notify: Notify) -> TrainingData:
    """Return what is known of the data before training, with the test data: `test`, or the rows that are held out."""
    source, columns, held_out = survey.source, survey.columns, survey.test
    for text in (
        *columns.remarks,
        *(Message("column {name!r} not used: {why}", name=name, why=why) for name, why in columns.dropped),
    ):
        notify(Message("{source}: {remark}", source=source.source, remark=text))
    if survey.without_target:
        notify(
            Message(
                "{source}: {rows:,} rows without a target ({names}) skipped",
                source=source.source,
                rows=survey.without_target,
                names=Listing(columns.target_names, quoted=True),
            )
        )
    if test is not None:
        held_out = load_test(test, survey, options, notify)
    elif held_out is not None:
        notify(
            Message(
                "no test data: {share:.3g}% of {source} ({rows:,} rows) held out for the test",
                share=100 * survey.roles.holdout,
                source=source.source,
                rows=len(held_out),
            )
        )
    elif survey.roles.holdout:
        raise DataError(
            "GN010",
            "{source}: 0 of {count} samples would be held out for testing. Pass test data with {test}, "
            "or another {holdout}.",
            source=source.source,
            count=source.rows,
            test=Option("test"),
            holdout=Option("holdout"),
        )
    return TrainingData(survey.sample, held_out, options, test is None, survey.seconds)


def load_test(source: StreamSource, survey: Survey, options: Options, notify: Notify) -> Dataset:
    """Read test data: all rows, or of a large source about as many as are held out of a stream, by their numbers.

    Notifies of row groups that are also in the training data.
    """
    columns, seen = survey.columns, 0
    most = rows_in_memory(source, VALIDATION_ROWS)
    few = source.rows <= most
    roles = RowRoles(options.seed, most / source.rows)
    tables = []
    for group in source.groups:
        table = source.read(group)
        seen += group.rows * (digest_of(table) in survey.digests)
        if not few:
            rows = np.flatnonzero(roles.test(group.first, group.rows))
            table = table.take(rows)
        if len(table):
            tables.append(table)
    table = joined(tables)
    if not few:
        notify(
            Message(
                "{source}: tested on {rows:,} of {all:,} rows, chosen at random: they stay in memory",
                source=source.source,
                rows=len(table),
                all=source.rows,
            )
        )
    if seen:
        notify(
            Message(
                "{source}: {seen:,} of these {rows:,} rows are also in the training data, so the result proves little",
                source=source.source,
                seen=seen,
                rows=source.rows,
            )
        )
    test = samples_of(table, columns)
    notify_surprises(table, columns, notify)
    notify_left_out(table, test, notify)
    return test
