"""Train a `TableModel` on a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ...data.tables.header import header_names
from ...messages.notice import Notify
from ...model.evaluate import Evaluation
from ...options.options import Options
from ...training.callbacks import Callback
from ...training.checkpoint import CheckpointPolicy
from ...training.run import Fit
from ...training.streaming.fit import fit_stream
from ...training.streaming.survey import Survey
from ..parameters import TableOptions
from ..train_job import evaluate_on_test
from ..training_data import TrainingData
from .data import notify_empty_files, open_test, stream_of, with_test


def fit_table_stream(
    data: Any,
    wishes: TableOptions,
    choose: Callable[[int, str], Options],
    notify: Notify,
    *,
    recipe: str,
    test: Any = None,
    hold_out: bool = False,
    callbacks: Iterable[Callback] = (),
    checkpoint: CheckpointPolicy | str | Path | None = None,
) -> tuple[Fit, Evaluation | None]:
    """Train a model on a stream, and test it; arguments and errors as for `TableModel.fit` and `fit_stream`."""
    source = stream_of(data, header_names(wishes.target), wishes.decimal)
    notify_empty_files(source, notify)
    opened = open_test(test, source, wishes.decimal, notify)
    read: list[TrainingData] = []

    def surveyed(survey: Survey, options: Options) -> None:
        read.append(with_test(survey, options, opened, notify))

    fitted = fit_stream(
        source,
        wishes.target,
        choose,
        task=wishes.task,
        drop=wishes.drop,
        keep=wishes.keep,
        hold_out=hold_out,
        callbacks=callbacks,
        checkpoint=checkpoint,
        on_surveyed=surveyed,
    ).fit
    fitted.model.receipt["recipe"] = recipe
    held_out = read[0].test
    if held_out is None:
        return fitted, None
    return fitted, evaluate_on_test(fitted.model, held_out, read[0], notify, recipe=recipe, stratified=False)
