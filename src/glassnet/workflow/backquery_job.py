"""Backquery: what each class looks like to a model, as images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import channels_of
from ..explain.backquery import backquery, dream, has_no_inverse, require_common_range
from ..io.writing import require_picture_place
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..model.model import Model
from ..words.plots import words_in
from .explain_job import BackqueryJob, load_explained, output_named, require_pictures
from .model_data import trained_on_bundled

if TYPE_CHECKING:
    from ..data.tables.table import Table

_A_LINE = 10
"""Most classes that are drawn in one line."""


@dataclass(frozen=True)
class BackqueryResult:
    """What classes look like to a network."""

    classes: list[int]
    # Method -> ndarray of shape (classes, features), 0 to 1. ``"backquery"``, the method
    # of the book, is missing if the network cannot be inverted; ``"dream"`` is activation maximization.
    inputs: dict[str, NDArray[Any]]
    answers: dict[str, list[int]]  # method -> the predictions for these inputs
    picture: str | None  # the written figure


def backquery_classes(
    model: Model, source: str | Table | None, job: BackqueryJob, *, notify: Notify = ignore
) -> BackqueryResult:
    """Find what each class, or one of them, looks like to the network, and draw it, by default into the folder."""
    require_common_range(model, "backquery")
    classes = (
        list(range(model.classes))
        if job.label is None
        else [output_named(model, job.label, Option("class", job.label))]
    )
    plot = job.plot or ("backquery.png" if model.image_shape else None)
    ways: dict[str, NDArray[Any]] = {}
    if not has_no_inverse(model):
        ways["backquery"] = backquery(model)[classes]
    ways["dream"] = _dream(model, job.path, source, job.part, notify)[classes]
    answers = {
        name: model.unchecked().predict(inputs * model.scaling.maximum).tolist() for name, inputs in ways.items()
    }
    result = BackqueryResult(classes, ways, answers, plot)
    if plot:
        _draw(model, job.path, result, plot, job.language)
    return result


def _dream(model: Model, model_path: str, source: str | Table | None, part: str, notify: Notify) -> NDArray[Any]:
    """Maximize each class; if that misses a class and data are known, start from samples predicted as that class."""
    named = None if source is None else load_explained(model, model_path, source, part, notify)
    inputs = dream(model, samples=None if named is None else named.inputs)
    missed = model.unchecked().predict(inputs * model.scaling.maximum) != np.arange(model.classes)
    if named is None and missed.any() and trained_on_bundled(model):
        return dream(model, samples=load_explained(model, model_path, None, part, notify).inputs)
    return inputs


def _draw(model: Model, model_path: str, result: BackqueryResult, plot: str, language: str) -> None:
    """Draw each method on its own lines, every image at full contrast; blanks fill the last line of a method."""
    from .. import plots

    require_pictures(model, model_path)
    require_picture_place(plot)
    classes, ways = result.classes, result.inputs
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
    read = [said for name in ways for said in [*map(model.name_of, result.answers[name]), *[""] * blanks]]
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
    plots.save(axes, plot)
