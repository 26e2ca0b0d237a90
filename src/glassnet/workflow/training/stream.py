"""The data of a training run on a stream: opening it, its test data, and notices."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...data import Dataset
from ...data.stream.opening import open_stream
from ...data.stream.roles import VALIDATION_ROWS, RowKeys, RowRoles
from ...data.stream.row_groups import digest_of
from ...data.stream.source import StreamSource, TableStream, joined
from ...data.tables.header import header_names
from ...errors import DataError
from ...messages.message import Message
from ...messages.notice import Notify
from ...messages.option_spelling import Option
from ...options.options import Options
from ...preprocess.tabular.dataset import read_table, samples_of
from ...training.checkpoint import LoadedCheckpoint
from ...training.streaming.fit import surveyed_as_saved
from ...training.streaming.survey import Survey, rows_in_memory, surveyed
from ..parameters import TableOptions
from ..training_data import (
    TrainingData,
    further_rows,
    notify_held_out,
    notify_learnt,
    notify_left_out,
    notify_surprises,
    notify_without_target,
    require_no_classes,
    table_read,
)


def opened(data: Any, expected: Sequence[str], decimal: str, notify: Notify) -> StreamSource:
    """Open files as a stream, or a data frame or mapping in memory; notify of guesses, and of files of 0 bytes."""
    named = isinstance(data, str | os.PathLike | StreamSource)
    if named or (isinstance(data, list | tuple) and all(isinstance(one, str | os.PathLike) for one in data)):
        source = open_stream(data, expected, decimal=decimal)
    else:
        source = TableStream(read_table(data, expected, decimal=decimal))
    for remark in source.remarks:
        notify(Message("{source}: {remark}", source=source.source, remark=remark))
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
    return source


def load_stream(
    source: Any,
    test_source: Any,
    table_options: TableOptions,
    recipe: str,
    choose: Callable[[int, str], Options],
    notify: Notify,
    *,
    validation_source: Any = None,
    hold_out: bool = True,
    saved: LoadedCheckpoint | None = None,
) -> TrainingData:
    """Read a stream once, to learn its columns, and its test data: `test_source`, or the rows that are held out.

    `validation_source` is a table in memory, in place of the rows that early stopping or folds would hold out.
    Arguments and errors as for `training_data.load_training_table`; sources as for `opened`. With a `saved` training
    run, its columns are known, and the stream must be the same.
    """
    stream = opened(source, header_names(table_options.target), table_options.decimal, notify)
    test = None
    if test_source is not None:  # what is wrong with its files is known before the training data are read
        test = opened(test_source, stream.names, table_options.decimal, notify)

    def chosen(rows: int, task: str) -> Options:
        options = choose(rows, task)
        require_no_classes(options)
        notify(table_read(stream.source, rows, len(stream.names), recipe))
        return options

    if saved is None:
        wanted, holds_out = table_options.about_columns, hold_out and test is None
        survey, options = surveyed(
            stream,
            table_options.target,
            chosen,
            **wanted,
            hold_out=holds_out,
            own_validation=validation_source is not None,
        )
    else:
        survey, options = surveyed_as_saved(saved, stream), saved.options
    if validation_source is not None:
        own = further_rows(validation_source, survey.columns, table_options.decimal, notify)
        survey = replace(survey, own_validation=own)
    notify_learnt(stream.source, survey.columns, notify)
    notify_without_target(survey.without_target, survey.sample, notify)
    held_out = survey.test
    if test is not None:
        held_out = _load_test(test, survey, options, notify)
    elif held_out is not None:
        notify_held_out(stream.source, survey.roles.holdout, held_out, notify)
    elif survey.roles.holdout:
        raise DataError(
            "GN010",
            "{source}: 0 of {count} samples would be held out for testing. Pass test data with {test}, "
            "or another {holdout}.",
            source=stream.source,
            count=stream.rows,
            test=Option("test"),
            holdout=Option("holdout"),
        )
    return TrainingData(
        survey.sample,
        held_out,
        options,
        test is None,
        survey.seconds,
        stream=survey,
        validation=survey.own_validation,
    )


def _load_test(source: StreamSource, survey: Survey, options: Options, notify: Notify) -> Dataset:
    """Read test data: all rows, or of a large source about as many as are held out of a stream, by their numbers.

    Notifies of row groups that are also in the training data.
    """
    columns, seen, tables = survey.columns, 0, []
    most = rows_in_memory(source, VALIDATION_ROWS)
    few, roles = source.rows <= most, RowRoles(options.seed, most / source.rows)
    for table in source:
        seen += len(table) * (digest_of(table) in survey.digests)
        if not few:
            table = table.take(np.flatnonzero(roles.test(RowKeys(table.numbers_of_rows))))
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
