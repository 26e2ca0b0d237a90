"""``glassnet explain --why``: the explanation of one prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from ...explain.why import Why
from ...explain.why_facts import WhyFacts, why_facts
from ...model.model import Model
from ...plots.labels import answer_label, target_of, target_value
from ...words.explain import explain_words
from ...words.speaking import Say
from ...workflow.explain_job import Query, WhyJob, draw_why, explain_answer, write_why
from ..shared.console import result, result_json, say, say_notice
from .why_text import answer_line, print_why

if TYPE_CHECKING:
    from ...data.tables.table import Table


class PredictionFacts(WhyFacts):
    """The explanation of a prediction, with the written files."""

    input: Annotated[str, "the sample or image"]
    label: Annotated[int | float | list[float] | None, "the true class, number or label, if known"]
    html: Annotated[str | None, "the written page"]
    picture: Annotated[str | None, "the written figure"]


def explain_why(model: Model, source: str | Table | None, job: WhyJob, as_json: bool) -> None:
    """Explain why a model predicts a sample as it does."""
    plot, html, language = job.plot, job.html, job.language
    explained = explain_answer(model, source, job, notify=say_notice)
    query, label, why, word = explained.query, explained.label, explained.why, explain_words(language)
    if not explained.training:
        say(word("no_alike"))
    if plot:
        draw_why(explained, model, plot, language)
    if html:
        write_why(explained, model, html, language)
    if as_json:
        name = _name(query, explain_words("en"))
        facts: PredictionFacts = {
            "input": name, "label": label, **why_facts(why, model), "html": html, "picture": plot
        }  # fmt: skip
        result_json(facts)
        return
    heading = _name(query, word)
    if label is not None:
        heading = _heading(heading, label, why, model, word)
    if html:
        result(heading)
        result(word("answered_with", answer=answer_line(why, model, word)))
        result(word("page_written", file=html))
    else:
        print_why(why, heading, model, query.features, language)
    if plot:
        result(word("picture_written", file=plot))


def _heading(name: str, label: Any, why: Why, model: Model, word: Say) -> str:
    """Return the sample and its true class, label or number."""
    if target := target_of(model):
        return word("target_is", name=name, target=target, label=target_value(model, label))
    return word("is_known", name=name, label=answer_label(why, label, model.class_names, word))


def _name(query: Query, say: Say) -> str:
    """Return the name of the sample."""
    return query.source if query.row is None else say("named_row", source=query.source, row=query.row)
