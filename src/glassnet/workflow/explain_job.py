"""Explaining: one training step number by number, why a model answers as it does, and which hidden nodes matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset, is_bundled
from ..errors import DataError, FileError, OptionError
from ..explain.nodes import LayerOfNodes, examine_nodes
from ..explain.replay import Replay, replay
from ..explain.step import Trace, trace
from ..explain.why import Neighbours, Why, why
from ..i18n.language import listed
from ..i18n.plots import words_in
from ..io.writing import write_text
from ..model.model import Model
from ..preprocess.tabular.dataset import read_table
from ..training.callbacks import Callback
from ..training.checkpoint import load_checkpoint
from .model_data import load_alike, load_labelled, load_queries, load_trained_on, trained_on_bundled
from .notice import Notify, ignore

if TYPE_CHECKING:
    from ..data.tables.table import Table

MOST_NAMED = 40
"""Outputs or nodes that are named in a line or drawn."""


@dataclass(frozen=True)
class StepResult:
    """A training step on one sample; `label` and `answer` are numbers, a list where a sample has several."""

    source: str
    row: int
    label: Any
    answer: Any
    trace: Trace


@dataclass(frozen=True)
class ReplayResult:
    """A step of the training that made a model, taken again on the data from `source`."""

    source: str
    replay: Replay


@dataclass(frozen=True)
class Query:
    """A sample that is asked about.

    Parameters
    ----------
    inputs : ndarray, shape (features,)
    source : str
        The file; with what is in it, where `row` is None.
    row : int or None
    label : int, list or None
        A class; or numbers or labels, one an output; None where it has none.
    features : tuple of str
        What its inputs are called.
    """

    inputs: NDArray[Any]
    source: str
    row: int | None
    label: Any
    features: tuple[str, ...]


@dataclass(frozen=True)
class WhyResult:
    """Why a model answers a sample as it does.

    Parameters
    ----------
    query : Query
    label : int, float or None
        The sample's class, or what it has of the output that was asked about.
    why : Why
    training : str
        Where samples that are alike were looked for; empty where there was nothing to look in.
    """

    query: Query
    label: Any
    why: Why
    training: str


def explain_step(
    model: Model,
    model_path: str,
    source: str | Table | None,
    row: int,
    *,
    part: str = "train",
    learning_rate: float | None = None,
    notify: Notify = ignore,
) -> StepResult:
    """Take one training step on a row of labelled data, with every number."""
    samples = load_explained(model, model_path, source, part, notify)
    sample = one_row(samples, row)
    step = trace(model, sample, learning_rate=learning_rate)
    label = (sample.labels if sample.values is None else sample.values)[0].tolist()
    return StepResult(samples.source, row, label, model.predict(sample.inputs)[0].tolist(), step)


def replay_step(
    model: Model,
    model_path: str,
    source: str | Table | None,
    epoch: int,
    step: int,
    *,
    checkpoint: str | None = None,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
) -> ReplayResult:
    """Train again up to a step, both counted from 1, from a checkpoint of the run if there is one."""
    samples = load_trained_on(model, model_path, source, notify)
    saved = load_checkpoint(checkpoint) if checkpoint else None
    return ReplayResult(
        samples.source, replay(model, samples, epoch, step, checkpoint=saved, callbacks=list(callbacks))
    )


def explain_answer(
    model: Model,
    model_path: str,
    source: str | Table | None,
    *,
    row: int | None = None,
    part: str = "train",
    output: str | None = None,
    trained_on: str | None = None,
    drawn: bool = False,
    notify: Notify = ignore,
) -> WhyResult:
    """Say why a model answers a sample as it does.

    Parameters
    ----------
    model : Model
    model_path : str
    source : str, optional
        A picture, or data, labelled or not; the bundled MNIST if the model was trained on that.
    row : int, optional
        Which sample; needed where there are several.
    part : {"train", "test"}
    output : str, optional
        Which label or number, by its name or its place.
    trained_on : str, optional
        Where to look for what is alike; the bundled MNIST if the model was trained on that.
    drawn : bool
        Whether it is to be drawn: refused where inputs are no pictures, before the work.
    notify : callable
    """
    place = None if output is None else output_named(model, output, "--output")
    query = _find_query(model, model_path, source, row, part, notify)
    if drawn:
        require_pictures(model, model_path)
    alike = None
    if trained_on or trained_on_bundled(model):
        alike = Neighbours(model, load_alike(model, model_path, trained_on, notify))
    answer = why(model, query.inputs, alike, place)
    label = query.label if query.label is None or answer.output is None else query.label[answer.output]
    return WhyResult(query, label, answer, alike.source if alike else "")


def draw_why(result: WhyResult, model: Model, picture: str, language: str) -> None:
    """Draw an answer taken apart."""
    from .. import plots

    assert model.image_shape is not None  # `require_pictures` before
    photo = model.reading == "photo"
    axes = plots.draw_why(result.why, model.image_shape, model.class_names, photo=photo, language=language)
    plots.save(axes, picture)


def write_why(result: WhyResult, model: Model, html: str, language: str) -> None:
    """Write an answer taken apart as a page."""
    from ..html.why import answer_page

    query = result.query
    page = answer_page(
        model,
        result.why,
        name=query.source,
        row=query.row,
        label=result.label,
        inputs=query.features,
        training=result.training,
        language=language,
        bundled=is_bundled(query.source) or is_bundled(result.training),
    )
    write_text(html, page)


def explain_nodes(
    model: Model,
    model_path: str,
    source: str | Table | None,
    *,
    part: str = "train",
    picture: str | None = None,
    language: str = "en",
    notify: Notify = ignore,
) -> list[LayerOfNodes]:
    """Say which hidden nodes matter, and which are dead or saturated; draw the weights into those that matter most."""
    if picture:
        require_pictures(model, model_path)
    layers = examine_nodes(model, load_explained(model, model_path, source, part, notify))
    if picture:
        _draw_nodes(model, layers[0], picture, language)
    return layers


def load_explained(model: Model, model_path: str, source: str | Table | None, part: str, notify: Notify) -> Dataset:
    """Load the data that a model is explained with: `source`, or the bundled MNIST where the receipt names it."""
    samples, _ = load_labelled(model, model_path, source, notify, part)
    samples.require_like(model.features, model.classes, "the model", of_classes=model.targets.of_classes)
    return samples


def one_row(samples: Dataset, row: int) -> Dataset:
    """Return one sample as a data set, by the number of its row in the source, or say which there are."""
    numbers = samples.row_numbers
    (found,) = np.nonzero(numbers == row)
    if not len(found):
        known = f"has the rows {numbers[0]} to {numbers[-1]}."
        if samples.source_rows is not None:
            known = f"has no target there, or no such row; the first with one is {numbers[0]}, the last {numbers[-1]}."
        raise OptionError("GN021", f"--row {row}: {samples.source} {known}")
    return samples.take(found)


def output_named(model: Model, word: str, flag: str) -> int:
    """Return the place of the class, label or number that a flag asks about, by its name or its place."""
    names = [model.name_of(output) for output in range(model.classes)]
    if word in names:
        return names.index(word)
    if word.isdecimal() and int(word) < model.classes:
        return int(word)
    raise OptionError("GN021", f"{flag} {word}: the model answers with {listed(names, MOST_NAMED)}.")


def require_pictures(model: Model, model_path: str) -> None:
    """Refuse to draw what is no picture: DataError GN017."""
    if model.image_shape is None:
        raise DataError(
            "GN017", f"{model_path}: its inputs are no pictures, so there is nothing to draw with --picture."
        )


def _find_query(
    model: Model, model_path: str, source: str | Table | None, row: int | None, part: str, notify: Notify
) -> Query:
    """Return the sample asked about: a row of labelled data; or a picture or row that may have no label."""
    if row is None:
        if source is None:
            raise OptionError("GN020", "--why: name a picture, or labelled DATA with --row N.")
        return _one_query(model, source, None, notify)
    if source is not None and model.columns is not None:
        source = read_table(source, model.columns.names)  # once: standard input has nothing more the second time
    try:
        samples = load_explained(model, model_path, source, part, notify)
    except (DataError, FileError):
        query = None if source is None else _without_label(model, source, row, notify)
        if query is None:
            raise
        return query
    if source is not None and samples.source_rows is not None and row not in samples.source_rows:
        query = _without_label(model, source, row, notify)  # a row without a target has an answer all the same
        if query is not None:
            return query
    one = one_row(samples, row)
    label = (one.labels if one.values is None else one.values)[0].tolist()
    return Query(one.inputs[0], samples.source, row, label, samples.feature_names)


def _without_label(model: Model, source: str | Table, row: int, notify: Notify) -> Query | None:
    """Return one of several samples without labels, or None where that is not what the source holds."""
    try:
        query = _one_query(model, source, row, notify)
    except (DataError, FileError):
        return None
    return query if query.label is None else None


def _one_query(model: Model, source: str | Table, row: int | None, notify: Notify) -> Query:
    """Return the only sample of a source, or the one named; with a label where plain rows have them."""
    rows, names, labels = load_queries(model, source, notify)
    choose, called = f"--row 0 to {len(rows) - 1}", source if isinstance(source, str) else source.source
    if row is None and len(rows) != 1:
        crop = ", or crop the picture to one digit" if model.image_shape else ""
        raise OptionError(
            "GN020", f"{called}: {len(rows)} samples, the first is '{names[0]}'. Choose one with {choose}{crop}."
        )
    if row is not None and not 0 <= row < len(rows):
        raise OptionError("GN021", f"--row {row}: {called} has {len(rows)} samples, {choose}.")
    place, label = row or 0, None
    if labels is not None and model.targets.of_classes:
        label = int(labels[place])
        if not 0 <= label < model.classes:
            raise DataError(
                "GN017", f"{names[place]}: label {label}, but the model knows the classes 0 to {model.classes - 1}."
            )
    features = model.columns.features if model.columns else ()
    by_row = row is not None and model.columns is not None
    return Query(rows[place], called if by_row else names[place], row if by_row else None, label, features)


def _draw_nodes(model: Model, layer: LayerOfNodes, picture: str, language: str) -> None:
    from .. import plots

    top = layer.order[:MOST_NAMED]
    word = words_in(language)
    marks = {**dict.fromkeys(layer.dead, word("dead")), **dict.fromkeys(layer.saturated, word("saturated"))}
    captions = []
    for node in top:
        caption = word("node_matters", node=node, matters=f"{layer.matters[node]:.2f}")
        captions.append(f"{caption}\n{marks[node]}" if node in marks else caption)
    title = word("weights_that_matter", nodes=len(top))
    axes = plots.draw_weights(layer.weights[top], captions, model.image_shape, title=title, language=language)
    plots.save(axes, picture)
