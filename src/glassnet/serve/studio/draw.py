"""The routes of the room Draw: answers that the page does not compute, rows of tables, photos of handwriting."""

from __future__ import annotations

import base64
import io
import shutil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.routing import Route

from ...data.dataset import Dataset
from ...data.readers.image import no_digit, open_reduced
from ...errors import GlassnetError, OptionError
from ...explain.input_gradients import forward_members, last_hidden
from ...explain.why import Neighbours, Why, why
from ...handwriting.reader import Reading, read_photo
from ...html.why_parts import changed_values, column_shares, explains_logit
from ...io.opening import open_named
from ...messages.message import Message
from ...model.model import Model
from ...model.prediction_intervals import COVERAGE, gives_interval, predict_interval
from ...preprocess.tabular.dataset import read_table
from ...runtime.blas import one_blas_thread
from ...words.cli import CLI_WORDS, digit_words
from ...words.explain import explain_words
from ...words.speaking import speaking
from ...workflow.predict_job import Answer, answer_from, with_interval
from ...workflow.take_away.query import query_command, query_program
from ..rendering import on_page
from .endpoints import api, text_in
from .session import Session, StudioData, StudioModel, labels_of

_MOST_NEIGHBOURS = 1  # each has the activations of all training samples
MOST_SIDE = 1400
"""Longer side of a photo as the page shows it, in pixels."""


def query(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Answer one sample, the pixels of an image or the values of a row; unless it is to be quick, explain the answer.

    The contributions, to the margin over the runner-up, are those of `explain.why`: one an input, or with ``shares``
    one a column of a table.
    """
    model, language = session.model(text_in(given, "model")).model, given["language"]
    words: dict[str, str | None] = {}
    remarks: list[Message] = []
    if model.columns:
        sample, words, remarks = _encoded_row(model, given.get("row"))
    else:
        sample = _inputs(model, given.get("pixels"))
    model = model.unchecked()
    outputs = model.outputs(sample)[0]
    said = answer_from(model, "", outputs, language)
    answer = {
        "answer": said.name,
        "confidence": said.confidence,
        "outputs": outputs,
        "probabilities": model.probabilities(outputs[np.newaxis])[0],
        "index": said.value if model.targets.of_classes else int(outputs.argmax()),
        "remarks": [on_page(remark, language) for remark in remarks],
        "numbers": said.value if model.targets.name == "values" else None,
        "interval": _interval(model, said, sample, language),
    }
    if given.get("quick"):
        return answer
    return {**answer, **_reasons(model, why(model, sample, words=words), language)}


def _interval(model: Model, said: Answer, sample: NDArray[Any], language: str) -> str:
    """Return the 90% interval of a number as a sentence; empty if the model has none."""
    if not gives_interval(model, COVERAGE):
        return ""
    ends = predict_interval(model, sample[np.newaxis], COVERAGE)[0]
    return speaking(language, CLI_WORDS)(
        "interval_of", share=COVERAGE, interval=with_interval(model, said, ends, language).interval_text
    )


def _inputs(model: Model, pixels: Any) -> NDArray[Any]:
    if not isinstance(pixels, list) or not all(type(one) in (int, float) for one in pixels):
        raise OptionError("GN021", "pixels: expected {count} numbers.", count=model.features)
    sample: NDArray[Any] = model.raw([pixels])[0]
    # Pixels as files have them: a deskewed image has the type of its values.
    return sample.astype(np.uint8) if sample.dtype.kind == "i" and 0 <= sample.min() <= sample.max() < 256 else sample


def _encoded_row(model: Model, row: Any) -> tuple[NDArray[np.float32], dict[str, str | None], list[Message]]:
    """Return the inputs of a row, column -> number, word, or None for a missing value, its words, and remarks on it."""
    if not isinstance(row, dict) or not all(one is None or isinstance(one, str | int | float) for one in row.values()):
        raise OptionError("GN021", "row: expected a number or a word for each column.")
    assert model.columns is not None
    table = read_table({str(name): [value] for name, value in row.items()}, model.columns.names)
    encoded, remarks = model.columns.apply_with_remarks(table)
    return encoded[0], model.columns.words_of(table), remarks


def _reasons(model: Model, explained: Why, language: str) -> dict[str, Any]:
    rival = explained.rival if model.targets.of_classes else None
    reasons: dict[str, Any] = {"rival": rival, "gap": explained.gap, "baseline_gap": explained.baseline_gap}
    reasons["in_units"] = explained.rival is None and not explains_logit(model, explained)
    if model.columns is None:
        flip = explained.flip and {
            "pixels": explained.flip.sample,
            "answer": explained.flip.answer,
            "distance": explained.flip.distance,
        }
        return {**reasons, "inputs": explained.inputs, "nodes": explained.nodes, "bias": explained.bias, "flip": flip}
    say = explain_words(language)
    shares = sorted(column_shares(model, explained, say), key=lambda one: -abs(one[2]))
    reasons["shares"] = [{"column": name, "value": value, "share": share} for name, value, share in shares]
    if explained.flip is not None and model.targets.of_classes:
        reasons["other"] = model.name_of(int(explained.flip.answer))
        reasons["changes"] = [
            {"column": name, "before": before, "after": after}
            for name, before, after in changed_values(model, explained, say)
        ]
    return reasons


def similar(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return the training samples that a model sees as most like the pixels of an image; none if they are not open.

    They are `Why.nearest`: those with the nearest activations in the last hidden layer.
    """
    one = session.model(text_in(given, "model"))
    full = one.model
    sample = _inputs(full, given.get("pixels"))
    found = _training_images(session, one, full)
    if found is None:
        return {"source": "", "data": "", "samples": []}
    data, samples = found
    model, upright = full.opened(sample[np.newaxis])
    cache = session.cache("neighbours", _MOST_NEIGHBOURS)
    key = (one.facts["hash"], data.source)
    with cache.lock, one_blas_thread():
        neighbours = cache.get(key)
        if neighbours is None:
            cache.put(key, neighbours := Neighbours(full, samples))
    hidden = last_hidden(forward_members(list(model.members), model.scaling.apply(upright)))[0]
    nearest = neighbours.nearest(hidden)
    places = np.searchsorted(samples.row_numbers, nearest.rows)
    return {
        "source": data.name,
        "data": data.id,
        "samples": [
            {"row": row, "distance": distance, "label": label, "pixels": pixels}
            for row, distance, label, pixels in zip(
                nearest.rows, nearest.distances, labels_of(samples, places), nearest.samples, strict=True
            )
        ],
    }


def _training_images(session: Session, one: StudioModel, model: Model) -> tuple[StudioData, Dataset] | None:
    """Return the data that a model of images was trained on, if they are open and as the model reads them."""
    if not one.source or model.image_shape is None:
        return None
    try:
        samples = session.samples(one.source, model=one.id)
        if not isinstance(samples, Dataset):
            return None
        model.require(samples)
    except GlassnetError:  # they have changed since
        return None
    return session.get_data(one.source), samples


def read(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Read the digits in a photo that a page sends; boxes are shares of its width and height."""
    model = session.model(text_in(given, "model", "reader")).model
    path = session.new_file(text_in(given, "name", "photo"))
    path.write_bytes(given["body"])
    try:
        picture = open_reduced(open_named(str(path))).picture
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)
    reading = read_photo(model, picture)
    if not reading.digits:
        raise no_digit("photo")
    return _facts(model, reading, given["language"])


def _facts(model: Model, reading: Reading, language: str) -> dict[str, Any]:
    say = speaking(language, CLI_WORDS)
    width, height = reading.picture.size
    shown = reading.picture.copy()
    shown.thumbnail((MOST_SIDE, MOST_SIDE))
    bytes_ = io.BytesIO()
    shown.save(bytes_, "JPEG", quality=85)
    return {
        "text": reading.text,
        "picture": f"data:image/jpeg;base64,{base64.b64encode(bytes_.getvalue()).decode()}",
        "digits": [
            {
                "box": [one.box[0] / width, one.box[1] / height, one.box[2] / width, one.box[3] / height],
                "line": one.line,
                "answer": model.name_of(one.answer),
                "confidence": one.confidence,
                "sure": one.sure,
                "reason": one.reason,
                "words": digit_words(
                    say, model.name_of(one.answer), model.name_of(one.second), one.confidence, one.reason
                ),
                "pixels": one.form.reshape(-1),
            }
            for one in reading.digits
        ],
    }


def take_away(session: Session, given: dict[str, Any]) -> str:
    """Return the text of a command or a program that answers what is on the board, or in the form."""
    one = session.model(text_in(given, "model"))
    path = None if one.id == "reader" else one.file_name
    row = given.get("row")
    text = query_program if given["form"] == "python" else query_command
    return text(path, row=row if isinstance(row, dict) else None, photo=given.get("read") is True)


routes: list[Route] = [
    api("POST", "/api/draw/query", query),
    api("POST", "/api/draw/similar", similar),
    api("POST", "/api/draw/read", read),
]
