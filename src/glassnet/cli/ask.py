"""``glassnet test`` and ``glassnet query``: what a model answers."""

from __future__ import annotations

import shlex
from typing import Any

import click
import numpy as np

from .. import data
from ..data import Dataset
from ..errors import OptionError
from ..evaluate import Evaluation, evaluate
from ..model import Model
from ..modelfile import load_model
from .console import json_flag, result, result_json, score_line
from .models import model_and_inputs


@click.command("test")
@click.argument("model_path", metavar="MODEL")
@click.argument("source", metavar="[DATA]", required=False)
@json_flag
def test_command(model_path: str, source: str | None, as_json: bool) -> None:
    """Ask a model about every sample of DATA, and show what it gets right and wrong.

    Without DATA, a model trained on the bundled MNIST is tested on its 10,000 test digits. Rows count from 0, as for
    'glassnet show --row'.
    """
    model = load_model(model_path)
    test = _test_data(model, model_path, source)
    evaluation = evaluate(model, test)
    if as_json:
        result_json(
            {
                **evaluation.scores,
                "loss": evaluation.loss,
                "samples": evaluation.samples,
                "confusion": evaluation.confusion.tolist(),
                "misread": evaluation.misread.tolist(),
            }
        )
        return
    result(score_line(evaluation))
    if not evaluation.confusion.size:
        return
    result(_confusion_table(evaluation))
    if len(evaluation.misread):
        result(f"misread   {len(evaluation.misread):,} rows, the surest mistakes first:")
        for row in evaluation.misread[:10]:
            result(f"          row {row}: {test.labels[row]}, read as {evaluation.answers[row]}")
        maximum = [] if model.scaling.maximum == 255 else ["--input-max", f"{model.scaling.maximum:g}"]
        shown = ["glassnet", "show", source or data.BUNDLED, "--part", "test", "--row", str(evaluation.misread[0])]
        result(f"next      {shlex.join([*shown, *maximum])}")


def _test_data(model: Model, model_path: str, source: str | None) -> Dataset:
    trained_on = model.receipt.get("data", {}).get("source", "")
    if source is None and not str(trained_on).startswith(data.BUNDLED + " "):
        raise OptionError("GN020", f"{model_path} was not trained on the bundled MNIST: name the DATA to test it with.")
    return data.load(source or data.BUNDLED, part="test", maximum=model.scaling.maximum)


def _confusion_table(evaluation: Evaluation) -> str:
    """Return the confusion matrix as text; rows are true classes, columns answers."""
    matrix = evaluation.confusion
    width = max(4, len(str(matrix.max())) + 1)
    lines = ["true \\ answer" + "".join(f"{k:>{width}}" for k in range(len(matrix))) + "   right"]
    for k, row in enumerate(matrix):
        share = f"{row[k] / row.sum():7.1%}" if row.sum() else "      –"
        lines.append(f"{k:>13}" + "".join(f"{n or '·':>{width}}" for n in row) + " " + share)
    return "\n".join(lines)


@click.command("query")
@click.argument("words", metavar="[MODEL] INPUT...", nargs=-1)
@json_flag
def query_command(words: tuple[str, ...], as_json: bool) -> None:
    """Ask a model about pictures or rows.

    INPUT is a picture (PNG, JPEG), a CSV of rows with or without a label in front, or "-" for either on standard
    input. A picture of the model's own size is taken as it is, ink on paper inverted; any other is taken for a
    photograph of handwriting, whose digits are found first. Without MODEL, the reader that ships with glassnet answers.
    """
    model, sources = model_and_inputs(words, "query", "INPUT...")
    answers: list[dict[str, Any]] = []
    for source in sources:
        rows, names, _ = data.load_inputs(source, model.features, model.image_shape, model.scaling.maximum)
        outputs = model.outputs(rows)
        answers += [
            {"input": name, "answer": int(answer), "confidence": float(sure), "outputs": list(map(float, out))}
            for name, answer, sure, out in zip(
                names, model.targets.invert(outputs), model.confidence(outputs), np.asarray(outputs), strict=True
            )
        ]
    if as_json:
        result_json(answers)
        return
    width = max(len(answer["input"]) for answer in answers)
    for answer in answers:
        result(f"{answer['input']:<{width}}   {answer['answer']}   {answer['confidence']:.1%} sure")
