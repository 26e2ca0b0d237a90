"""The data of a training run on a stream: opening it, its test data, and notices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data import Dataset
from ...data.stream.opening import open_stream
from ...data.stream.source import StreamSource, joined
from ...data.tables.header import header_names
from ...errors import DataError
from ...options.options import Options
from ...preprocess import Columns
from ...preprocess.tabular.dataset import samples_of
from ...training.streaming.survey import Survey, roles_for
from ..notice import Notify, notice, remark
from ..train_job import Plan
from ..training_data import TrainingData, notify_left_out, notify_surprises


def open_planned(plan: Plan) -> StreamSource:
    """Open the stream of a plan; errors as `open_stream`."""
    return open_stream(plan.parts or plan.source, header_names(plan.wishes.target), decimal=plan.wishes.decimal)


def with_test(survey: Survey, options: Options, plan: Plan, notify: Notify) -> TrainingData:
    """Return what is known of the data before training, with the test data.

    Raises
    ------
    DataError
        GN010 when no row is held out; for other test data as `open_stream` and `samples_of`.
    """
    source, columns = survey.source, survey.columns
    for text in (*columns.remarks, *(f"column {name!r} not used: {why}" for name, why in columns.dropped)):
        notify(remark(source.source, text))
    if plan.test:
        test: Dataset | None = load_test(plan.test, columns, options, plan.wishes.decimal, notify)
    else:
        test = survey.test
        if test is None:
            raise DataError(
                "GN010",
                f"{source.source}: 0 of {source.rows} samples would be held out for testing. Pass test data with "
                "--test, or another --holdout.",
            )
        notify(notice("kept_aside", share=100 * survey.roles.holdout, source=source.source, rows=len(test)))
    return TrainingData(survey.sample, test, options, not plan.test, survey.seconds)


def load_test(name: str, columns: Columns, options: Options, decimal: str, notify: Notify) -> Dataset:
    """Read test data: all rows, or of a large source about as many as are held out of a stream, by their numbers."""
    source = open_stream(name, columns.names, decimal=decimal)
    roles = roles_for(source, replace(options, holdout=0.999), hold_out=True)
    few = source.rows * roles.holdout >= 0.99 * source.rows
    tables = []
    for group in source.groups:
        table = source.read(group)
        if not few:
            rows = np.flatnonzero(roles.test(group.first, group.rows))
            table = table.take(rows)
        if len(table):
            tables.append(table)
    table = joined(tables)
    if not few:
        notify(notice("tested_on_some", source=source.source, rows=len(table), all=source.rows))
    test = samples_of(table, columns)
    notify_surprises(table, columns, notify)
    notify_left_out(table, test, notify)
    return test
