"""``glassnet explain --backquery``: what the network takes each class to look like, as pictures or rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import channels_of
from ..explain.backquery import backquery, dream, has_no_inverse
from ..explain.backquery_table import typical_rows
from ..explain.input_gradients import require_classes
from ..html.why_parts import format_column_value
from ..i18n.explain import explain_words
from ..i18n.language import width_of
from ..i18n.plots import shown, words_in
from ..i18n.report import percent
from ..io.writing import require_picture_place
from ..model.model import Model
from .console import padded, result, result_json, say
from .explain_answers import labelled, output_named, require_pictures
from .sources import trained_on_bundled

if TYPE_CHECKING:
    from ..data.tables.table import Table

_A_LINE = 10
"""Classes that are drawn beside each other."""


def explain_backquery(
    model: Model, model_path: str, source: str | Table | None, asked: dict[str, Any], as_json: bool
) -> None:
    """Draw what each class looks like to the network, by the book's way back and by climbing."""
    require_classes(model, "backquery")
    label = asked["label"]
    classes = list(range(model.classes)) if label is None else [output_named(model, label, "--class")]
    if model.columns:
        if asked["picture"]:
            require_pictures(model, model_path)
        _typical(model, classes, asked["language"], as_json)
        return
    word = explain_words(asked["language"])
    ways: dict[str, NDArray[Any]] = {}
    if has_no_inverse(model):
        say(word("no_way_back"))
    else:
        ways["backquery"] = backquery(model)[classes]
    ways["dream"] = _dream(model, model_path, source, asked["part"])[classes]
    answers = {
        name: model.unchecked().predict(inputs * model.scaling.maximum).tolist() for name, inputs in ways.items()
    }
    picture = asked["picture"] or ("backquery.png" if model.image_shape else None)
    if picture:
        _draw_backquery(model, model_path, ways, classes, answers, picture, asked["language"])
    if as_json:
        inputs = {name: found.tolist() for name, found in ways.items()}
        result_json({"classes": classes, "inputs": inputs, "answers": answers, "picture": picture})
        return
    for name in ways:
        told = word("comma").join(map(model.name_of, answers[name]))
        result(word("asked_again", way=name, what=word(name), answers=told))
    missed = [model.name_of(wanted) for wanted, found in zip(classes, answers["dream"], strict=True) if wanted != found]
    if missed:
        result(word("not_reached", classes=word("comma").join(missed)))
    if picture:
        result(word("picture_written", file=picture))


def _dream(model: Model, model_path: str, source: str | Table | None, part: str) -> NDArray[Any]:
    """Climb; where that misses a class, and there are data, begin at samples that the model takes for it."""
    named = None if source is None else labelled(model, model_path, source, part)
    found = dream(model, samples=None if named is None else named.inputs)
    missed = model.unchecked().predict(found * model.scaling.maximum) != np.arange(model.classes)
    if named is None and missed.any() and trained_on_bundled(model):
        return dream(model, samples=labelled(model, model_path, None, part).inputs)
    return found


def _draw_backquery(
    model: Model,
    model_path: str,
    ways: dict[str, NDArray[Any]],
    classes: list[int],
    answers: dict[str, list[int]],
    picture: str,
    language: str,
) -> None:
    """Draw each way on lines of its own, every picture stretched to full contrast; blanks fill a way's last line."""
    from .. import plots

    require_pictures(model, model_path)
    require_picture_place(picture)
    sheet = np.concatenate(list(ways.values()))
    low, high = sheet.min(axis=1, keepdims=True), sheet.max(axis=1, keepdims=True)
    stretched = np.rint((sheet - low) / np.where(high > low, high - low, 1) * 255).astype(np.uint8)
    photo = model.reading == "photo"
    columns = min(_A_LINE, len(classes)) if len(classes) > 1 else len(ways)
    blanks = -len(classes) % columns if len(classes) > 1 else 0
    light = photo or channels_of(model.features, model.image_shape) == 3
    paper = np.full((blanks, sheet.shape[1]), 255 if light else 0, np.uint8)
    drawn = [part for way in np.split(stretched, len(ways)) for part in (way, paper)]
    wanted = ([model.name_of(label) for label in classes] + [""] * blanks) * len(ways)
    read = [said for name in ways for said in [*map(model.name_of, answers[name]), *[""] * blanks]]
    word = words_in(language)
    title = "\n".join(word(place, what=word(way)) for place, way in zip(("above", "below"), ways, strict=False))
    if len(ways) == 1 or len(classes) == 1:
        title = " · ".join(word(way) for way in ways)
    axes = plots.draw_digits(
        np.concatenate(drawn),
        wanted,
        read,
        model.image_shape,
        columns=columns,
        photo=photo,
        title=title,
        language=language,
    )
    plots.save(axes, picture)


def _typical(model: Model, classes: list[int], language: str, as_json: bool) -> None:
    """Print the row that the network takes for typical of each class, what is least usual of it first."""
    every = typical_rows(model)  # one climb finds those of all classes
    rows = [every[label] for label in classes]
    if as_json:
        columns = [{"values": one.columns, "unusual": one.unusual, "deviations": one.deviations} for one in rows]
        sure = [one.confidence for one in rows]
        result_json(
            {"classes": classes, "rows": columns, "answers": [one.answer for one in rows], "confidence": sure,
             "picture": None}
        )  # fmt: skip
        return
    word = explain_words(language)
    for label, one in zip(classes, rows, strict=True):
        told = {"answer": model.name_of(one.answer), "sure": percent(one.confidence)}
        result(word("typical_row", label=model.name_of(label), **told))
        width = max(map(width_of, one.columns))
        for name, value in one.columns.items():
            far = one.deviations.get(name)
            beside = "" if far is None else f"  ({word('typical_far', far=shown(far))})"
            result(f"          {padded(name, -width)}  {format_column_value(value, word)}{beside}")
    result(word("typical_usual"))
