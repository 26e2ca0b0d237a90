"""Resume a training run on a stream from its checkpoint."""

from __future__ import annotations

from collections.abc import Iterable

from ...messages.message import Message
from ...messages.notice import Notify
from ...options.options import Options
from ...training.callbacks import Callback
from ...training.checkpoint import LoadedCheckpoint
from ...training.run import Fit
from ...training.streaming.fit import resume_stream
from ...training.streaming.survey import OnSurvey, Survey
from ..train_job import Plan, TrainResult, fit_or_keep
from ..training_data import TrainingData
from .data import open_planned, open_test, with_test
from .train import OnOpen, concluded


def resume_on_stream(
    saved: LoadedCheckpoint,
    plan: Plan,
    every: str | int | None,
    *,
    callbacks: Iterable[Callback],
    notify: Notify,
    on_open: OnOpen | None = None,
    on_survey: OnSurvey | None = None,
) -> TrainResult:
    """Resume the run of a loaded checkpoint; see `resume_job.resume`, and `train.train_stream` for the arguments."""
    source = open_planned(plan, notify)
    test = open_test(plan.test, source, plan.wishes.decimal, notify)
    if on_open is not None:
        on_open(source)
    read: list[TrainingData] = []

    def surveyed(survey: Survey, options: Options) -> None:
        read.append(with_test(survey, options, test, notify))
        notify(
            Message(
                "resuming after {done:.2f} of {epochs} epochs", done=saved.state.progress, epochs=saved.options.epochs
            )
        )
        for change in saved.changes:
            text = Message("{change}: the last bits may differ from those of an uninterrupted run", change=change)
            notify(text)

    def fit_it(callbacks: Iterable[Callback]) -> Fit:
        return resume_stream(
            saved.path, source, callbacks=callbacks, every=every, on_survey=on_survey, on_surveyed=surveyed
        ).fit

    fitted = fit_or_keep(fit_it, plan, saved.options, callbacks)
    return concluded(plan, source, read[0], fitted, str(saved.path), notify, resumed=True)
