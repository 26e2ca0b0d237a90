"""``glassnet report``: a model, how it was made and how it does, on one page."""

from __future__ import annotations

import click

from ..workflow.report_job import write_report
from .console import json_flag, message, result, result_json, say_notice, score_line
from .flags import decimal_flag, force_flag, language_flag, max_bytes_flag


@click.command("report")
@click.argument("model_path", metavar="MODEL")
@click.argument("source", metavar="[DATA]", required=False)
@click.option("-o", "--out", metavar="FILE", help="Where the page goes.  [MODEL-report.html]")
@force_flag
@click.option(
    "--train", "trained_on", metavar="DATA", help="What it was trained on: shows what misread samples are like."
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
    """Write one HTML file on a model: how it was made, how it does, what it misreads and why, what its nodes look for.

    DATA are labelled samples that it was not trained on. If none are named, a model of the bundled MNIST is asked about
    its test digits; others are described by what their file holds. If DATA are those it was trained on, with a part
    kept aside for the test, only that part is asked about.
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
