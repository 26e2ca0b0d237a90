"""``glassnet explain --why``: why one answer; and what else ``explain`` needs to load what it is asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset, is_bundled
from ..errors import DataError, FileError, OptionError
from ..explain.why import Neighbours, Why, why
from ..i18n.explain import explain_words
from ..i18n.language import listed
from ..io.writing import write_text
from ..model.model import Model
from ..plots.labels import answer_label
from ..preprocess.tabular.dataset import read_table
from .console import result, result_json, say
from .sources import load_alike, load_asked, load_labelled, trained_on_bundled
from .why_text import answer_line, print_why

if TYPE_CHECKING:
    from ..data.tables.table import Table

MOST_NAMED = 40
"""Outputs or nodes that are named in a line."""


def labelled(model: Model, model_path: str, source: str | Table | None, part: str) -> Dataset:
    """Load the data that a model is explained with: DATA, or the bundled MNIST where the receipt names it."""
    samples, _ = load_labelled(model, model_path, source, part)
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


@dataclass(frozen=True)
class _Question:
    """A sample that is asked about.

    Parameters
    ----------
    inputs : ndarray, shape (features,)
    source : str
        The file; with what is in it, where `row` is None.
    row : int or None
    known : int, list or None
        A class; or numbers or labels, one an output; None where nothing is.
    features : tuple of str
        What its inputs are called.
    """

    inputs: NDArray[Any]
    source: str
    row: int | None
    known: Any
    features: tuple[str, ...]

    def name(self, say: Callable[..., str]) -> str:
        """Return what the sample is called."""
        return self.source if self.row is None else say("named_row", source=self.source, row=self.row)


def explain_why(
    model: Model, model_path: str, source: str | Table | None, asked: dict[str, Any], as_json: bool
) -> None:
    """Say why a model answers a sample as it does."""
    output = None if asked["output"] is None else output_named(model, asked["output"], "--output")
    one = _question(model, model_path, source, asked)
    picture, language = asked["picture"], asked["language"]
    if picture:
        require_pictures(model, model_path)
    alike = None
    if asked["trained_on"] or trained_on_bundled(model):
        alike = Neighbours(model, load_alike(model, model_path, asked["trained_on"]))
    found = why(model, one.inputs, alike, output)
    word = explain_words(language)
    if alike is None:
        say(word("no_alike"))
    label = one.known if one.known is None or found.output is None else one.known[found.output]
    if picture:
        _draw_why(found, model, picture, language)
    if asked["html"]:
        _write_why(found, model, one, label, alike.source if alike else "", asked)
    if as_json:
        columns = None if model.columns is None else dict(model.columns.gathered(found.inputs))
        files = {"html": asked["html"], "picture": picture}
        name = one.name(explain_words("en"))
        result_json({"input": name, "label": label, **_why_facts(found), "columns": columns, **files})
        return
    heading = one.name(word)
    if label is not None:
        heading = word("is_known", name=heading, label=answer_label(found, label, model.class_names, word))
    if asked["html"]:
        result(heading)
        result(word("answered_with", answer=answer_line(found, model, word)))
        result(word("page_written", file=asked["html"]))
    else:
        print_why(found, heading, model, one.features, language)
    if picture:
        result(word("picture_written", file=picture))


def _draw_why(found: Why, model: Model, picture: str, language: str) -> None:
    from .. import plots

    assert model.image_shape is not None  # refused before
    photo = model.reading == "photo"
    axes = plots.draw_why(found, model.image_shape, model.class_names, photo=photo, language=language)
    plots.save(axes, picture)


def _write_why(found: Why, model: Model, one: _Question, label: Any, training: str, asked: dict[str, Any]) -> None:
    from ..html.why import answer_page

    page = answer_page(
        model,
        found,
        name=one.source,
        row=one.row,
        label=label,
        inputs=one.features,
        training=training,
        language=asked["language"],
        bundled=is_bundled(one.source) or is_bundled(training),
    )
    write_text(asked["html"], page)


def output_named(model: Model, word: str, flag: str) -> int:
    """Return the place of the class, label or number that a flag asks about, by its name or its place."""
    names = [model.name_of(output) for output in range(model.classes)]
    if word in names:
        return names.index(word)
    if word.isdecimal() and int(word) < model.classes:
        return int(word)
    raise OptionError("GN021", f"{flag} {word}: the model answers with {listed(names, MOST_NAMED)}.")


def _question(model: Model, model_path: str, source: str | Table | None, asked: dict[str, Any]) -> _Question:
    """Return the sample asked about: a row of labelled data; or a picture or row that may have no label."""
    row = asked["row"]
    if row is None:
        if source is None:
            raise OptionError("GN020", "--why: name a picture, or labelled DATA with --row N.")
        return _one_asked(model, source, None)
    if source is not None and model.columns is not None:
        source = read_table(source, model.columns.names)  # once: standard input has nothing more the second time
    try:
        samples = labelled(model, model_path, source, asked["part"])
    except (DataError, FileError):
        found = None if source is None else _without_labels(model, source, row)
        if found is None:
            raise
        return found
    if source is not None and samples.source_rows is not None and row not in samples.source_rows:
        found = _without_labels(model, source, row)  # a row without a target has an answer all the same
        if found is not None:
            return found
    one = one_row(samples, row)
    known = (one.labels if one.values is None else one.values)[0].tolist()
    return _Question(one.inputs[0], samples.source, row, known, samples.feature_names)


def _without_labels(model: Model, source: str | Table, row: int) -> _Question | None:
    """Return one of several samples without labels, or None where that is not what the source holds."""
    try:
        found = _one_asked(model, source, row)
    except (DataError, FileError):
        return None
    return found if found.known is None else None


def _one_asked(model: Model, source: str | Table, row: int | None) -> _Question:
    """Return the only sample of a source, or the one named; with a label where plain rows have them."""
    rows, names, labels = load_asked(model, source)
    choose, called = f"--row 0 to {len(rows) - 1}", source if isinstance(source, str) else source.source
    if row is None and len(rows) != 1:
        crop = ", or crop the picture to one digit" if model.image_shape else ""
        raise OptionError(
            "GN020", f"{called}: {len(rows)} samples, the first is '{names[0]}'. Choose one with {choose}{crop}."
        )
    if row is not None and not 0 <= row < len(rows):
        raise OptionError("GN021", f"--row {row}: {called} has {len(rows)} samples, {choose}.")
    place, known = row or 0, None
    if labels is not None and model.targets.of_classes:
        known = int(labels[place])
        if not 0 <= known < model.classes:
            raise DataError(
                "GN017", f"{names[place]}: label {known}, but the model knows the classes 0 to {model.classes - 1}."
            )
    features = model.columns.features if model.columns else ()
    by_row = row is not None and model.columns is not None
    return _Question(rows[place], called if by_row else names[place], row if by_row else None, known, features)


def _why_facts(found: Why) -> dict[str, Any]:
    flip, alike = found.flip, found.nearest
    return {
        "output": found.output,
        "answer": found.answer,
        "rival": found.rival,
        "outputs": found.outputs.tolist(),
        "gap": found.gap,
        "nodes": found.nodes.tolist(),
        "bias": found.bias,
        "inputs": found.inputs.tolist(),
        "baseline_gap": found.baseline_gap,
        "missing": found.missing,
        "flip": flip and {"answer": flip.answer, "distance": flip.distance, "sample": flip.sample.tolist()},
        "nearest": alike
        and {"rows": alike.rows.tolist(), "labels": alike.labels.tolist(), "distances": alike.distances.tolist()},
    }


def require_pictures(model: Model, model_path: str) -> None:
    """Refuse to draw what is no picture: DataError GN017."""
    if model.image_shape is None:
        raise DataError(
            "GN017", f"{model_path}: its inputs are no pictures, so there is nothing to draw with --picture."
        )
