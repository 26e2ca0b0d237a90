"""Train a network on a stream, test it and save it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ...data.stream.source import StreamSource
from ...errors import OptionError
from ...messages.notice import Notify, ignore
from ...messages.option_spelling import Option
from ...options.options import Options
from ...options.recipes import for_rows
from ...training.callbacks import Callback
from ...training.run import Fit
from ...training.streaming.fit import fit_stream
from ...training.streaming.survey import OnSurvey, Survey
from ..train_job import (
    Plan,
    TrainJob,
    TrainResult,
    checkpoint_policy,
    conclude,
    fit_or_keep,
    notify_options,
    plan_for,
    saying_what_is_left,
    written_at,
)
from ..training_data import TrainingData, job_options, table_read
from .data import open_planned, open_test, with_test

_OF_IMAGES = ("size", "colour", "handwriting", "deskew", "rotate", "shift", "zoom", "shear", "elastic")
OnOpen = Callable[[StreamSource], object]


def train_stream(
    job: TrainJob,
    *,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
    on_open: OnOpen | None = None,
    on_survey: OnSurvey | None = None,
) -> TrainResult:
    """Train on a stream of row groups; other arguments and errors as for `train_job.train`.

    Parameters
    ----------
    on_open : callable, optional
        Called with the opened stream.
    on_survey : callable, optional
        Called with the number of rows read and of all rows, in the pass that learns the columns.
    """
    _require_stream(job)
    recipe = job.recipe or "table"
    plan = plan_for(job, recipe)
    options = job_options(recipe, job.options)
    checkpoint = checkpoint_policy(job, plan, options, notify)
    source = open_planned(plan, notify)
    test = open_test(plan.test, source, plan.wishes.decimal, notify)
    if on_open is not None:
        on_open(source)
    read: list[TrainingData] = []

    def choose(rows: int, task: str) -> Options:
        chosen = job_options(recipe, job.options, **for_rows(rows, recipe, task=task))
        if chosen.classes:
            raise OptionError(
                "GN022",
                "{classes} with {target}: the classes are those of the column. Omit it.",
                classes=Option("classes", chosen.classes),
                target=Option("target"),
            )
        notify(table_read(source.source, rows, len(source.names), plan.recipe))
        return chosen

    def surveyed(survey: Survey, chosen: Options) -> None:
        read.append(with_test(survey, chosen, test, notify))
        notify_options(job.options, chosen, notify)

    def fit_it(callbacks: Iterable[Callback]) -> Fit:
        return fit_stream(
            source,
            job.table.target,
            choose,
            task=job.table.task,
            drop=job.table.drop,
            keep=job.table.keep,
            hold_out=not job.test,
            callbacks=callbacks,
            checkpoint=checkpoint,
            on_survey=on_survey,
            on_surveyed=surveyed,
        ).fit

    before = written_at(job.checkpoint)
    with saying_what_is_left(might_resume=options.members == 1 and not job.checkpoint):
        fitted = fit_or_keep(fit_it, plan, options, callbacks)
        return concluded(plan, source, read[0], fitted, job.checkpoint, notify, before=before)


def concluded(
    plan: Plan,
    source: StreamSource,
    read: TrainingData,
    fitted: Fit,
    checkpoint: str | None,
    notify: Notify,
    **how: Any,
) -> TrainResult:
    """Test and save a model that was trained on a stream; arguments as for `train_job.conclude`."""
    return replace(conclude(plan, read, fitted, checkpoint, notify, **how), stream=source)


def _require_stream(job: TrainJob) -> None:
    """Raise OptionError GN022 for what is not available with a stream."""
    if not job.table.target:
        raise OptionError(
            "GN022",
            "{stream}: reads tables with named columns. Name the column to predict with {target}.",
            stream=Option("stream"),
            target=Option("target"),
        )
    if job.source is None and not job.parts:
        raise OptionError("GN022", "{stream}: needs DATA, such as 'parts/*.parquet'.", stream=Option("stream"))
    if job.start:
        raise OptionError(
            "GN022",
            "{start}: not available with {stream}. Omit one of them.",
            start=Option("init_model", job.start),
            stream=Option("stream"),
        )
    for name in _OF_IMAGES:
        given = job.options.get(name)
        if given and given != getattr(Options(), name):
            raise OptionError("GN022", "{option}: for images, and a stream is a table. Omit it.", option=Option(name))
