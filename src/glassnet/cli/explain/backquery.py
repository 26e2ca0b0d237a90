"""``glassnet explain --backquery``: what each class looks like to the network, as images or rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from ...messages.formats import shown, width_of
from ...model.model import Model
from ...words.explain import explain_words
from ...words.report import percent
from ...workflow.backquery_job import BackqueryResult, backquery_classes
from ...workflow.explain_job import BackqueryJob
from ...workflow.shared.facts import facts_from
from ..shared.console import padded, result, result_json, say, say_notice

if TYPE_CHECKING:
    from ...data.tables.table import Table


class BackqueryFacts(TypedDict):
    """What each class looks like, as values of an image."""

    classes: Annotated[list[int], "the classes"]
    inputs: Annotated[
        dict[str, list[list[float]]],
        "by method, one input per class, as fractions of the largest value, 0 to 1: `backquery`, if the network can "
        "be inverted as in the book, and `dream`, for activation maximization",
    ]
    answers: Annotated[dict[str, list[int]], "by method, the predictions for them"]
    picture: Annotated[str | None, "the written figure"]


class TypicalRowFacts(TypedDict):
    """A typical row of a class."""

    values: Annotated[dict[str, float | dict[str, float]], "by column a number, or the probability of each word"]
    unusual: Annotated[dict[str, float], "by column, in nats"]
    deviations: Annotated[dict[str, float], "of each number, from the middle of its column"]


class TypicalRowsFacts(TypedDict):
    """What each class looks like, as rows of a table."""

    classes: Annotated[list[int], "the classes"]
    rows: Annotated[list[TypicalRowFacts], "one per class"]
    answers: Annotated[list[int], "the predictions for them"]
    confidence: Annotated[list[float], "the confidence of each"]
    picture: Annotated[str | None, "always null"]


def explain_backquery(model: Model, source: str | Table | None, job: BackqueryJob, as_json: bool) -> None:
    """Show each class as the network sees it, by backquery as in the book and by activation maximization."""
    language = job.language
    found = backquery_classes(model, source, job, notify=say_notice)
    if model.columns:
        _print_typical(model, found, language, as_json)
        return
    word = explain_words(language)
    if "backquery" not in found.inputs:
        say(word("no_way_back"))
    if as_json:
        result_json(facts_from(BackqueryFacts, found))
        return
    for name, answers in found.answers.items():
        result(
            word(
                "asked_again", short_way=name, what=word(name), answers=word("comma").join(map(model.name_of, answers))
            )
        )
    pairs = zip(found.classes, found.answers["dream"], strict=True)
    if missed := [model.name_of(wanted) for wanted, answer in pairs if wanted != answer]:
        result(word("not_reached", classes=word("comma").join(missed)))
    if found.picture:
        result(word("picture_written", file=found.picture))


def _print_typical(model: Model, found: BackqueryResult, language: str, as_json: bool) -> None:
    """Print a typical row of each class as the network sees it, the most unusual columns first."""
    from ...html.why_parts import format_column_value  # loads Jinja and Pillow

    classes, rows = found.classes, found.rows
    if as_json:
        facts: TypicalRowsFacts = {
            "classes": classes,
            "rows": [{"values": one.columns, "unusual": one.unusual, "deviations": one.deviations} for one in rows],
            "answers": [one.answer for one in rows],
            "confidence": [one.confidence for one in rows],
            "picture": None,
        }
        result_json(facts)
        return
    word = explain_words(language)
    for label, one in zip(classes, rows, strict=True):
        message = {"answer": model.name_of(one.answer), "sure": percent(one.confidence)}
        result(word("typical_row", label=model.name_of(label), **message))
        width = max(map(width_of, one.columns))
        for name, value in one.columns.items():
            far = one.deviations.get(name)
            beside = "" if far is None else f"  {word('typical_far', far=shown(far))}"
            result(f"          {padded(name, -width)}  {format_column_value(value, word)}{beside}")
    result(word("typical_usual"))
