"""``glassnet explain --row`` and ``--epoch --step``: one training step, in the terminal, as a page or a figure."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, TypedDict

import click

from ...data import BUNDLED
from ...errors import GlassnetError, OptionError
from ...explain.replay import Replay
from ...explain.step import Trace, TraceFacts
from ...io.opening import file_problem
from ...io.writing import write_text
from ...messages.formats import listed
from ...messages.option_spelling import Option
from ...model.model import Model
from ...plots.labels import sample_label, target_of, target_value
from ...training.events import Event, TrainingStarted
from ...words.explain import explain_words
from ...words.speaking import Say
from ...workflow import explain_job
from ...workflow.explain_job import ExampleJob, ReplayJob, StepJob, WhyJob
from ..shared.console import message, progress_listener, result, result_json, say, say_notice
from .step_text import print_step
from .why import explain_why

if TYPE_CHECKING:
    from ...data.tables.table import Table

_MOST_ROWS = 8
"""Most rows of a batch that are listed."""


class AboutStep(TypedDict, total=False):
    """Which step it is: that of a sample, or of the training run."""

    source: Annotated[str, "with `--row`: the source of the sample"]
    row: Annotated[int, "with `--row`: the row of the sample"]
    label: Annotated[int | float | list[float], "with `--row`: true value"]
    answer: Annotated[int | float | list[float], "with `--row`: predicted value"]
    epoch: Annotated[int, "with `--epoch`: the epoch, from 1"]
    step: Annotated[int, "with `--epoch`: the step in it, from 1"]
    rows: Annotated[list[int], "with `--epoch`: the rows of the data in the step"]
    hash_before: Annotated[str, "with `--epoch`: hash of the weights before the step"]
    hash_after: Annotated[str, "with `--epoch`: hash of the weights after it"]
    rounding: Annotated[float, "with `--epoch`: largest difference of the weights of engine and formulas"]
    same: Annotated[bool, "with `--epoch`: whether the replay gave the bits of the training record"]
    where: Annotated[str, "with `--epoch`: the first difference to it; empty if there is none"]


class StepFacts(AboutStep, TraceFacts):
    """A training step, with the written files."""

    html: Annotated[str | None, "the written page"]
    picture: Annotated[str | None, "the written figure"]


def explain_step(model: Model, source: str | Table | None, job: StepJob, as_json: bool) -> None:
    """Show a step on one sample; the prediction for one without a label, unless a learning rate asks for a step."""
    try:
        if job.row is None:
            raise _no_sample(source)
        step = explain_job.explain_step(model, source, job, notify=say_notice)
    except GlassnetError:
        if source is None or not explain_job.is_unlabelled(model, source, job.row):
            raise
        if job.learning_rate is not None:
            raise explain_job.label_missing(model, source, Option("learning_rate")) from None
        shared = {one.name: getattr(job, one.name) for one in fields(job) if one.name != "learning_rate"}
        explain_why(model, source, WhyJob(**shared), as_json)
        return
    about: AboutStep = {"source": step.source, "row": step.row, "label": step.label, "answer": step.answer}
    word = explain_words(job.language)
    if target := target_of(model):
        name = word("named_row", source=step.source, row=step.row)
        label, answer = (target_value(model, one) for one in (step.label, step.answer))
        remark = word("why_head_target", name=name, target=target, label=label, answer=answer)
    else:
        label, answer = (sample_label(model, one, word) for one in (step.label, step.answer))
        remark = word("step_row", source=step.source, row=step.row, label=label, answer=answer)
    show_step(step.trace, f"{remark}{_of_first(len(model.members), word)}", job, about, as_json)


def _no_sample(source: str | Table | None) -> GlassnetError:
    """Return the error for a step without --row."""
    if isinstance(source, str) and source not in ("-", BUNDLED) and not os.path.exists(source):
        return file_problem(source, FileNotFoundError())
    return OptionError(
        "GN020", "nothing to explain. Name a sample with --row N, or see --help for what else can be explained."
    )


def explain_replay(model: Model, source: str | Table | None, job: ReplayJob, as_json: bool) -> None:
    """Show a step of the model's training run; exit code 1 if the replay gives other bits."""

    def announce(event: Event) -> None:
        if isinstance(event, TrainingStarted):
            say(message("replaying", first=int(event.progress) + 1, last=job.epoch, epochs=event.epochs))

    with closing(progress_listener()) as show:
        try:
            replayed = explain_job.replay_step(model, source, job, callbacks=[announce, show], notify=say_notice)
        except GlassnetError:
            if source is None or not explain_job.is_unlabelled(model, source, 0):
                raise
            raise explain_job.label_missing(model, source, Option("epoch"), Option("step")) from None
    again = replayed.replay
    about: AboutStep = {
        "epoch": again.epoch,
        "step": again.step,
        "rows": again.rows.tolist(),
        "hash_before": again.before.hash(),
        "hash_after": again.after.hash(),
        "rounding": again.rounding,
        "same": again.differs is None,
        "where": again.where,
    }
    remark = _of_run(again, replayed.source, model, explain_words(job.language))
    show_step(again.trace, remark, job, about, as_json)
    click.get_current_context().exit(0 if about["same"] else 1)


def show_step(step: Trace, remark: str, job: StepJob | ReplayJob | ExampleJob, about: AboutStep, as_json: bool) -> None:
    """Print a step, or write it as a page or a figure."""
    html, plot, language = job.html, job.plot, job.language
    if plot:
        from ... import plots

        plots.save(plots.draw_step(step, language=language), plot)
    if html:
        from ...html.step import step_page

        write_text(html, step_page(step, remark, [remark], language))
    if as_json:
        facts: StepFacts = {**about, **step.to_dict(), "html": html, "picture": plot}
        result_json(facts)
        return
    say = explain_words(language)
    result(remark)
    if html:
        result(say("page_written", file=html))
    if plot:
        result(say("picture_written", file=plot))
    if not (html or plot):
        print_step(step, language)


def _of_run(again: Replay, source: str, model: Model, say: Say) -> str:
    """Return which step of the run it is, and whether the replay gave the same bits."""
    rows = listed(again.rows.tolist(), _MOST_ROWS, say("comma"))
    remark = say(
        "step_of_run",
        epoch=again.epoch,
        step=again.step,
        rows=say("rows_of_run" if len(again.rows) > 1 else "row_of_run", rows=rows),
        source=source,
        member=_of_first(len(model.receipt["trails"]), say),
        before=again.before.hash()[:12],
        after=again.after.hash()[:12],
        gap=f"{again.rounding:.1e}",
    )
    if again.differs is None:
        return f"{remark} {say('step_same', epochs=again.checked)}"
    where = say("differs_epoch", epoch=again.differs) if again.differs else say("differs_initial")
    return f"{remark} {say('step_differs', where=where)}"


def _of_first(members: int, say: Say) -> str:
    return say("step_member", members=members) if members > 1 else ""
