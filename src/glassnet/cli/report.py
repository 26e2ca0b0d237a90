"""``glassnet report``: an HTML report of a model."""

from __future__ import annotations

import click

from ..workflow.report_job import write_report
from .shared.console import json_flag, message, result, result_json, say_notice, score_line
from .shared.flags import decimal_flag, force_flag, language_flag, max_bytes_flag


@click.command("report")
@click.argument("model_path", metavar="MODEL")
@click.argument("source", metavar="[DATA]", required=False)
@click.option("-o", "--out", metavar="FILE", help="HTML file to write.  [MODEL-report.html]")
@force_flag
@click.option(
    "--train",
    "trained_on",
    metavar="DATA",
    help="Training data that are searched for the samples nearest to each misclassified one.",
)
@decimal_flag
@language_flag
@json_flag
@max_bytes_flag
def report_command(
    model_path: str,
    source: str | None,
    out: str | None,
    force: bool,
    decimal: str,
    language: str,
    trained_on: str | None,
    as_json: bool,
) -> None:
    """Write an HTML report: training, metrics, mistakes, weights.

    DATA: labelled samples that the model was not trained on. Default: the test digits for a model of the bundled MNIST;
    none for other models, whose report then has only the contents of the model file. If DATA are the training data, and
    part of them was held out, only the held-out part is tested.
    """
    report = write_report(
        model_path,
        source,
        out=out,
        trained_on=trained_on,
        force=force,
        decimal=decimal,
        language=language,
        notify=say_notice,
    )
    evaluation = report.page.evaluation
    if as_json:
        scores = {**evaluation.scores, "samples": evaluation.samples} if evaluation else {}
        made = {"report": report.path, "language": language, "bytes": report.size}
        result_json({**made, "sections": report.page.sections, "without": report.page.without, **scores})
        return
    result(message("test", score=score_line(evaluation)) if evaluation else message("no_test"))
    result(message("report", file=report.path, size=report.size / 1000))
