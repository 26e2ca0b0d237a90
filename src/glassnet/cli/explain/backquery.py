"""``glassnet explain --backquery``: what each class looks like to the network, as images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from ...model.model import Model
from ...words.explain import explain_words
from ...workflow.backquery_job import backquery_classes
from ...workflow.explain_job import BackqueryJob
from ...workflow.shared.facts import facts_from
from ..shared.console import result, result_json, say, say_notice

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


def explain_backquery(model: Model, source: str | Table | None, job: BackqueryJob, as_json: bool) -> None:
    """Show each class as the network sees it, by backquery as in the book and by activation maximization."""
    language = job.language
    found = backquery_classes(model, source, job, notify=say_notice)
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
