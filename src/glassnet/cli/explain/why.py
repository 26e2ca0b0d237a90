"""``glassnet explain --why``: the explanation of one prediction."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ...explain.why import Why
from ...i18n.explain import explain_words
from ...i18n.language import Say
from ...model.model import Model
from ...plots.labels import answer_label, target_of, target_value
from ...preprocess.tabular.encoders import MISSING
from ...workflow.explain_job import Query, draw_why, explain_answer, write_why
from ..shared.console import result, result_json, say, say_notice
from .why_text import answer_line, print_why

if TYPE_CHECKING:
    from ...data.tables.table import Table


def explain_why(
    model: Model, model_path: str, source: str | Table | None, flags: dict[str, Any], as_json: bool
) -> None:
    """Explain why a model predicts a sample as it does."""
    picture, html, language = flags["picture"], flags["html"], flags["language"]
    explained = explain_answer(
        model,
        model_path,
        source,
        row=flags["row"],
        part=flags["part"],
        output=flags["output"],
        trained_on=flags["trained_on"],
        drawn=bool(picture),
        notify=say_notice,
    )
    query, label, why, word = explained.query, explained.label, explained.why, explain_words(language)
    if not explained.training:
        say(word("no_alike"))
    if picture:
        draw_why(explained, model, picture, language)
    if html:
        write_why(explained, model, html, language)
    if as_json:
        columns = None if model.columns is None else dict(model.columns.gathered(why.inputs))
        name = _name(query, explain_words("en"))
        files = {"html": html, "picture": picture}
        result_json({"input": name, "label": label, **_facts(why, model), "columns": columns, **files})
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
    if picture:
        result(word("picture_written", file=picture))


def _heading(name: str, label: Any, why: Why, model: Model, word: Say) -> str:
    """Return the sample and its true class, label or number."""
    if target := target_of(model):
        return word("target_is", name=name, target=target, label=target_value(model, label))
    return word("is_known", name=name, label=answer_label(why, label, model.class_names, word))


def _name(query: Query, say: Say) -> str:
    """Return the name of the sample."""
    return query.source if query.row is None else say("named_row", source=query.source, row=query.row)


def _facts(why: Why, model: Model) -> dict[str, Any]:
    flip, alike = why.flip, why.nearest
    changed = {"columns": _changed_columns(why, model)} if flip and model.columns else {}
    return {
        "output": why.output,
        "answer": why.answer,
        "rival": why.rival,
        "outputs": why.outputs.tolist(),
        "gap": why.gap,
        "nodes": why.nodes.tolist(),
        "bias": why.bias,
        "inputs": why.inputs.tolist(),
        "baseline_gap": why.baseline_gap,
        "missing": why.missing,
        "flip": flip and {"answer": flip.answer, "distance": flip.distance, "sample": flip.sample.tolist(), **changed},
        "nearest": alike
        and {"rows": alike.rows.tolist(), "labels": alike.labels.tolist(), "distances": alike.distances.tolist()},
    }


def _changed_columns(why: Why, model: Model) -> dict[str, Any]:
    """Return the values of the changed columns before and after: a number, a word, or None if it is missing."""
    assert why.flip is not None
    assert model.columns is not None
    before, after = (
        {name: _plain(value) for name, value in model.columns.decode(row).items()}
        for row in (why.sample, why.flip.sample)
    )
    return {name: {"before": before[name], "after": value} for name, value in after.items() if value != before[name]}


def _plain(value: float | dict[str, float]) -> float | str | None:
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return next((word for word, share in value.items() if share > 0.5 and word != f"({MISSING})"), None)
