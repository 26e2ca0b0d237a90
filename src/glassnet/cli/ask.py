"""``glassnet test`` and ``glassnet query``: what a model answers."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from .. import data
from ..data import Dataset
from ..data.dataset import HANDWRITING
from ..errors import GlassnetError, OptionError
from ..i18n.cli import row_told, told
from ..i18n.language import below_all, shortened, width_of
from ..i18n.plots import shown
from ..io.picture_formats import NAMES
from ..io.writing import require_folder, require_picture_place
from ..model.evaluate import Evaluation, evaluate, label_scores, number_scores
from ..model.file import load_model
from ..model.model import Model
from ..nn.parameters import FloatArray
from .console import complain, error_facts, json_flag, padded, result, result_json, score_line
from .drawings import drawings_of_model, drawings_of_test
from .flags import force_flag, language_flag, max_bytes_flag
from .models import model_and_inputs
from .sources import load_asked, load_labelled, say_trained_on, unless_said


@click.command("test")
@click.argument("model_path", metavar="MODEL")
@click.argument("source", metavar="[DATA]", required=False)
@click.option(
    "--pictures", "folder", metavar="FOLDER", help="Draw confusion, digits, reliability and hidden layers into it."
)
@force_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
def test_command(
    model_path: str, source: str | None, folder: str | None, force: bool, language: str, as_json: bool
) -> None:
    """Ask a model about every sample of DATA, and show what it gets right and wrong.

    Without DATA, a model trained on the bundled MNIST is tested on its 10,000 test digits. Rows count from 0, as for
    'glassnet show --row'.
    """
    model = load_model(model_path)
    if folder:
        if model.targets.name == "values":
            raise OptionError("GN022", "--pictures: the model predicts numbers, and these are pictures of classes.")
        require_folder(folder)
    test, rows = load_labelled(model, model_path, source)
    say_trained_on(model, source, test, rows)
    unless_said(model).warn_if_far(test.inputs)
    evaluation = evaluate(model, test)
    written = _draw(model, test, evaluation, Path(folder), language, force) if folder else []
    if as_json:
        result_json(
            {
                **evaluation.scores,
                "loss": evaluation.loss,
                "samples": evaluation.samples,
                "confusion": evaluation.confusion.tolist(),
                "misread": test.row_numbers[evaluation.misread].tolist(),
                "class_names": model.class_names,
                **({"outputs": _by_output(model, test, evaluation)} if not evaluation.confusion.size else {}),
                "pictures": written,
            }
        )
        return
    result(score_line(evaluation))
    if evaluation.confusion.size:
        _report(model, test, evaluation)
    elif model.classes > 1:
        for line in _outputs_table(model, test, evaluation):
            result(line)
    if written:
        result(told("pictures", files=", ".join(written)))
    if len(evaluation.misread) and evaluation.confusion.size:
        shown = ["glassnet", "show", source or data.BUNDLED, *_part_flags(model)]
        shown += ["--row", str(test.row_numbers[evaluation.misread[0]])]
        result(told("next", command=shlex.join([*shown, *_reading_flags(model, test)])))


def _draw(model: Model, test: Dataset, evaluation: Evaluation, folder: Path, language: str, force: bool) -> list[str]:
    """Draw all that can be drawn into the folder; return the files."""
    from .. import plots as pictures

    drawings = {**drawings_of_test(model, test, evaluation, language), **drawings_of_model(model, test, language)}
    folder.mkdir(exist_ok=True)
    targets = {name: folder / f"{name}.png" for name in drawings}
    for target in targets.values():
        require_picture_place(target, overwrite=force)
    return [str(pictures.save(draw(), targets[name])) for name, draw in drawings.items()]


def _report(model: Model, test: Dataset, evaluation: Evaluation) -> None:
    for line in _confusion_table(evaluation, model):
        result(line)
    if len(evaluation.misread):
        result(told("misread", count=len(evaluation.misread)))
        for row in evaluation.misread[:10]:
            wanted, found = model.name_of(test.labels[row]), model.name_of(evaluation.answers[row])
            result(f"          {told('misread_as', row=row_told(test, row), label=wanted, answer=found)}")


def _by_output(model: Model, test: Dataset, evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the scores of each output by itself: of a label, or of a number; None where there is nothing to divide."""
    assert test.values is not None  # without classes there are values
    if model.targets.name == "values":
        of_numbers = number_scores(test.values, evaluation.answers, test.weights)
        scores = {"r2": of_numbers.r2, "rmse": of_numbers.rmse}
    else:
        of_labels = label_scores(test.values, evaluation.answers)
        scores = {"precision": of_labels.precision, "recall": of_labels.recall, "f1": of_labels.f1}
    return [
        {"name": model.name_of(k)}
        | {name: None if np.isnan(values[k]) else float(values[k]) for name, values in scores.items()}
        for k in range(model.classes)
    ]


def _outputs_table(model: Model, test: Dataset, evaluation: Evaluation) -> list[str]:
    """Return a line an output with its scores."""
    rows = _by_output(model, test, evaluation)
    heads = list(rows[0])[1:]
    width = max(width_of(shortened(row["name"], 40)) for row in rows)
    lines = [" " * width + "".join(f"{head:>12}" for head in heads)]
    for row in rows:
        values = ("–" if row[head] is None else shown(row[head]) for head in heads)
        lines.append(padded(shortened(row["name"], 40), width) + "".join(f"{value:>12}" for value in values))
    return lines


def _part_flags(model: Model) -> list[str]:
    """Return the flags with which `show` takes what was tested: its test part, or a table with named columns."""
    names = model.columns.target_names if model.columns else ()
    return [word for name in names for word in ("--target", name)] or ["--part", "test"]


def _reading_flags(model: Model, test: Dataset) -> list[str]:
    """Return the flags with which `show` reads the data as the test did."""
    flags = [] if model.scaling.maximum == 255 or model.columns else ["--input-max", f"{model.scaling.maximum:g}"]
    if test.reading == HANDWRITING:
        flags += ["--handwriting"]
    elif test.row_names and test.image_shape:
        flags += ["--size", "{}x{}".format(*test.image_shape), *(["--colour"] if test.channels == 3 else [])]
    return flags


def _confusion_table(evaluation: Evaluation, model: Model) -> list[str]:
    """Return the lines of the confusion matrix; rows are true classes, columns answers."""
    matrix = evaluation.confusion
    names = [shortened(model.name_of(k), 20) for k in range(len(matrix))]
    corner, right = told("corner"), told("right_column")
    first = max(13, *map(width_of, names))
    heads = [shortened(name, 9) for name in names]
    width = max(4, len(str(matrix.max())) + 1, *(width_of(head) + 1 for head in heads))
    lines = [padded(corner, first) + "".join(padded(head, -width) for head in heads) + f"   {right}"]
    for k, row in enumerate(matrix):
        share = f"{below_all(row[k] / row.sum(), 1):7.1%}" if row.sum() else "      –"
        lines.append(padded(names[k], -first) + "".join(f"{n or '·':>{width}}" for n in row) + " " + share)
    return lines


_QUERY_HELP = f"""Ask a model about pictures or rows.

INPUT is a picture ({", ".join(NAMES)}) or a folder of them; a CSV of rows with or without a label in
front; for a model of a table, a table with the columns it was trained with, in any order; or "-" for rows on
standard input. A model that was trained on a folder of pictures takes one of any size, and reads it as it read
those. Others take digits of the model's size as they are, ink on paper inverted; those of 28 × 28 take
photographs of handwriting too, as 'glassnet read' does. Without MODEL, the reader that ships with glassnet
answers. What cannot be read has a line of its own, and the others are answered: the exit code is 1 then, and 2 if
nothing can be read.
"""


@click.command("query", help=_QUERY_HELP)
@click.argument("words", metavar="[MODEL] INPUT...", nargs=-1)
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
def query_command(words: tuple[str, ...], language: str, as_json: bool) -> None:
    """Answer each input."""
    model, sources = model_and_inputs(words, "query", "INPUT...")
    answers = _answers(model, sources)
    answered = [answer for answer in answers if "error" not in answer]
    if as_json:
        result_json(answers)
    width = max((width_of(answer["input"]) for answer in answered), default=0)
    for answer in [] if as_json else answers:
        if "error" in answer:
            complain(**answer["error"])
            continue
        sure = "" if answer["confidence"] is None else f"   {told('sure', share=answer['confidence'])}"
        result(f"{padded(answer['input'], width)}   {answer['name']}{sure}")
    if len(answered) < len(answers):
        click.get_current_context().exit(1 if answered else 2)


def _answers(model: Model, sources: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a model answers, or why it cannot, for all that is in the sources; raise that if there is but one."""
    asked = [one for source in sources for one in _read(model, source)]
    if len(asked) == 1 and isinstance(asked[0][1], GlassnetError):
        raise asked[0][1]
    rows = [row for _, row in asked if not isinstance(row, GlassnetError)]
    outputs = iter(unless_said(model).outputs(np.stack(rows)) if rows else ())  # at once: most of them may be far off
    nothing = dict.fromkeys(("answer", "name", "confidence", "outputs"))
    return [
        {"input": name, **nothing, **error_facts(row)}
        if isinstance(row, GlassnetError)
        else _answer(model, name, next(outputs))
        for name, row in asked
    ]


def _read(model: Model, source: str) -> list[tuple[str, NDArray[Any] | GlassnetError]]:
    """Return what each sample of a source is called, and its inputs, or why it cannot be read."""
    pictures: list[str] = []
    try:
        pictures = [] if model.columns else data.pictures_in(source)
        rows, names, _ = load_asked(model, source)
    except GlassnetError as problem:
        if pictures and pictures != [source]:  # each by itself: the others can be answered
            return [one for picture in pictures for one in _read(model, picture)]
        return [(data.STDIN if source == "-" else source, problem)]
    return list(zip(names, rows, strict=True))


def _in_words(model: Model, found: NDArray[Any]) -> str:
    """Return an answer that is no class: the number or numbers, or the labels that hold."""
    names = [model.name_of(k) for k in range(model.classes)]
    if model.targets.name != "values":
        return ", ".join(name for name, holds in zip(names, found, strict=True) if holds) or told("none_holds")
    units = [one.unit for one in model.columns.targets] if model.columns else [""] * model.classes
    if model.classes == 1:
        return f"{found[0]:.6g}{units[0]}"
    return "   ".join(f"{name} {value:.6g}{unit}" for name, value, unit in zip(names, found, units, strict=True))


def _answer(model: Model, name: str, outputs: FloatArray) -> dict[str, Any]:
    """Return one answer as JSON has it; a number has no confidence."""
    found = model.targets.invert(outputs[np.newaxis])[0]
    sure = float(model.confidence(outputs[np.newaxis])[0])
    if model.targets.of_classes:
        answer, called = int(found), model.name_of(int(found))
    else:
        answer = found.tolist() if model.classes > 1 else found.item()
        called = _in_words(model, found)
    return {
        "input": name,
        "answer": answer,
        "name": called,
        "confidence": None if np.isnan(sure) else sure,
        "outputs": list(map(float, outputs)),
    }
