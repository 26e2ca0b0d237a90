"""``glassnet query``: predictions of a model."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, cast

import click

from ..io.picture_formats import NAMES
from ..messages.formats import width_of
from ..model.decision import decision_message, threshold
from ..model.model import Model
from ..words.cli import digit_words
from ..workflow.predict_job import (
    Answer,
    AnswerFacts,
    QueryJob,
    answer_facts,
    query_model,
    require_answers_place,
    write_answers,
)
from .shared.console import (
    ErrorFacts,
    complain,
    error_facts,
    json_flag,
    message,
    padded,
    result,
    result_json,
    say_notice,
    shown_text,
)
from .shared.flags import job_of, max_bytes_flag, with_job
from .shared.model_argument import model_and_inputs

_HELP = f"""Make predictions for images or rows of data.

INPUT: an image ({", ".join(NAMES)}) or a folder of images; a CSV of rows, with or without a label in the
first column; for a model trained on a table, a table with the same columns, in any order; or "-" for rows on
standard input.

A model trained on a folder of images accepts images of any size, and treats them as in training. Other models accept
images of digits that have the size of the model's input, and invert dark ink on light paper. 28 × 28 models also
accept photos of handwriting, as 'glassnet read' does. MODEL defaults to the digit reader that comes with glassnet.

Inputs that cannot be read are reported; the others are still predicted. Exit code 1: some inputs could not be read;
2: none could.
"""


class QueryFacts(AnswerFacts):
    """The prediction for one input."""

    error: Annotated[NotRequired[ErrorFacts], "only if the input could not be read"]


@click.command("query", help=_HELP)
@with_job(QueryJob)
@json_flag
@max_bytes_flag
def query_command(as_json: bool, **flags: Any) -> None:
    """Predict each input."""
    job = job_of(QueryJob, flags)
    out, force = job.out, job.force
    if out:
        require_answers_place(out, overwrite=force)
    model, sources = model_and_inputs(job.inputs, "query", "INPUT...")
    how: dict[str, Any] = {name: getattr(job, name) for name in ("engine", "decimal", "strict", "coverage", "language")}
    answers = query_model(model, sources, **how, notify=say_notice)
    answered = [answer for answer in answers if answer.error is None]
    if out and answered:
        write_answers(out, model, answers, overwrite=force)
    if as_json:
        facts = [cast("QueryFacts", answer_facts(answer)) for answer in answers]
        for one, answer in zip(facts, answers, strict=True):
            if answer.error is not None:
                one["error"] = error_facts(answer.error)
        result_json(facts)
    decision = None if out or as_json else decision_message(model)
    if decision is not None and threshold(model.targets, 0) is None:
        say_notice(decision)
    width = max((width_of(shown_text(answer.input)) for answer in answered), default=0)
    for answer in [] if as_json else answers:
        if answer.error is not None:
            complain(answer.error.code, answer.error.message)
            continue
        if out:
            continue
        result(f"{padded(shown_text(answer.input), width)}   {_words(answer, model)}")
    if out and answered and not as_json:
        result(message("answers_written", file=out, count=len(answered)))
    if len(answered) < len(answers):
        click.get_current_context().exit(1 if answered else 2)


def _words(answer: Answer, model: Model) -> str:
    if answer.interval is not None:
        return f"{answer.name}   {answer.interval_text}"
    if answer.name is None or answer.confidence is None:
        return str(answer.name)
    words = digit_words(message, answer.name, str(answer.second), answer.confidence, answer.reason)
    least = threshold(model.targets, answer.value) if model.targets.decision else None
    return words if least is None else words + message("answer_from", least=least)
