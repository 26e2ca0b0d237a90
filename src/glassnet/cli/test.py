"""``glassnet test``: accuracy, confusion matrix and misclassified samples of a model, as text or as an HTML report."""

from __future__ import annotations

import sys
from typing import Annotated, Any, NotRequired, TypedDict, cast

import click

from ..data import Dataset
from ..messages.formats import below_all, shortened, shown, width_of
from ..messages.message import Listing
from ..model.evaluate import Evaluation
from ..model.model import Model
from ..model.prediction_intervals import COVERAGE
from ..preprocess.tabular.related_rows import too_good_for
from ..workflow.evaluate_job import EvaluateJob, EvaluationResult, evaluate_model, scores_by_output
from ..workflow.report_job import ReportJob, write_report
from .shared.console import (
    ScoreFacts,
    add_scores,
    json_flag,
    message,
    padded,
    result,
    result_json,
    row_name,
    say_notice,
    score_line,
    terminal_width,
    weight_column,
)
from .shared.flags import job_of, max_bytes_flag, only_with, with_job
from .shared.next_step import next_after_test
from .shared.scores import judged_lines


class OutputFacts(TypedDict):
    """A label or a number of a regression, and its scores."""

    name: Annotated[str, "name of the label or number"]
    precision: Annotated[NotRequired[float | None], "of a label; null for 0 / 0"]
    recall: Annotated[NotRequired[float | None], "of a label; null for 0 / 0"]
    f1: Annotated[NotRequired[float | None], "of a label; null for 0 / 0"]
    r2: Annotated[NotRequired[float | None], "of a number; null for 0 / 0"]
    rmse: Annotated[NotRequired[float | None], "of a number"]
    coverage: Annotated[NotRequired[float | None], "of a number with the loss `quantile`, as above"]
    pinball: Annotated[NotRequired[float | None], "likewise"]


class EvaluationFacts(ScoreFacts):
    """The test of a model."""

    loss: Annotated[float, "mean loss per sample"]
    samples: Annotated[int, "number of tested samples"]
    confusion: Annotated[list[list[int]], "confusion matrix; row: true class, column: predicted class"]
    misread: Annotated[
        list[int],
        "rows of misclassified samples, the most confident mistakes first; for a table, the row numbers include rows "
        "without a target",
    ]
    class_names: Annotated[tuple[str, ...], "names of the classes; empty if classes have only numbers"]
    interval_coverage: Annotated[
        NotRequired[float],
        "for a regression with prediction intervals: the fraction of the targets within their 90% intervals; the mean "
        "over several targets",
    ]
    outputs: Annotated[NotRequired[list[OutputFacts]], "for several labels or a regression, one per output"]
    pictures: Annotated[tuple[str, ...], "the written plots; empty without `--plot`"]


class ReportFacts(ScoreFacts):
    """A written report; scores and samples are missing without data."""

    report: Annotated[str, "path of the page"]
    language: Annotated[str, "`en` or `zh`"]
    bytes: Annotated[int, "size of the page"]
    sections: Annotated[
        list[str],
        "its sections in order, out of `comparison`, `made`, `curve`, `confusion`, `classes`, `thresholds`, "
        "`numbers`, `reliability`, `misread`, `why`, `columns`, `weights`, `doctor`",
    ]
    without: Annotated[list[str], "sections that need data; empty if data were tested"]
    samples: Annotated[NotRequired[int], "number of tested samples"]


@click.command("test")
@with_job(EvaluateJob, ReportJob)
@json_flag
@max_bytes_flag
def test_command(as_json: bool, **flags: Any) -> None:
    """Test a model: accuracy, confusion matrix, misclassified samples.

    DATA are labelled samples. For a model trained on the bundled MNIST they default to the 10,000 test digits. Rows
    count from 0, as in 'glassnet show --row'.

    With --report FILE, write an HTML page instead. For a model that was not trained on MNIST, and without DATA, it has
    only the contents of the model file. If DATA are the training data, and part of them was held out, only the held-out
    part is tested.
    """
    if flags["report"] is not None:
        only_with("--report", ReportJob)
        _write_report(job_of(ReportJob, flags), as_json)
        return
    only_with("test", EvaluateJob)
    job = job_of(EvaluateJob, flags)
    tested = evaluate_model(job, notify=say_notice)
    if as_json:
        result_json(_facts(tested))
        return
    model, samples, evaluation = tested.model, tested.samples, tested.evaluation
    result(score_line(evaluation))
    if column := weight_column(samples):
        result(message("weighted", column=column))
    for line in judged_lines(model, evaluation):
        result(line)
    if tested.interval_coverage is not None:
        result(message("interval_coverage", covered=tested.interval_coverage, coverage=COVERAGE))
    if evaluation.confusion.size:
        _report(model, samples, evaluation)
    elif model.classes > 1:
        for line in _outputs_table(tested):
            result(line)
    if tested.pictures:
        result(message("pictures", files=Listing(tested.pictures)))
    next_after_test(job, samples, evaluation)


def _write_report(job: ReportJob, as_json: bool) -> None:
    made = write_report(job, notify=say_notice)
    evaluation = made.page.evaluation
    if as_json:
        facts: ReportFacts = {
            "report": made.path,
            "language": job.language,
            "bytes": made.size,
            "sections": made.page.sections,
            "without": made.page.without,
        }
        if evaluation:
            facts["samples"] = evaluation.samples
            add_scores(facts, evaluation)
            if made.held_out and "too_good_for" in made.model.receipt:
                facts["too_good_for"] = made.model.receipt["too_good_for"]
        result_json(facts)
        return
    why = too_good_for(made.model.receipt) if made.held_out else None
    result(message("test", score=score_line(evaluation, why)) if evaluation else message("no_test"))
    result(message("report", file=made.path, size=made.size / 1000))
    if evaluation and made.samples:
        next_after_test(job, made.samples, evaluation)


def _facts(tested: EvaluationResult) -> EvaluationFacts:
    evaluation = tested.evaluation
    facts: EvaluationFacts = {
        "loss": evaluation.loss,
        "samples": evaluation.samples,
        "confusion": evaluation.confusion.tolist(),
        "misread": tested.samples.row_numbers[evaluation.misread].tolist(),
        "class_names": tested.model.class_names,
        "pictures": tested.pictures,
    }
    if tested.interval_coverage is not None:
        facts["interval_coverage"] = tested.interval_coverage
    if not evaluation.confusion.size:
        scores = scores_by_output(tested)
        facts["outputs"] = [cast("OutputFacts", {"name": name, **one}) for name, one in scores]
    add_scores(facts, evaluation, tested.samples)
    return facts


def _report(model: Model, test: Dataset, evaluation: Evaluation) -> None:
    for line in _confusion_table(evaluation, model):
        result(line)
    if len(evaluation.misread):
        result(message("misread", count=len(evaluation.misread)))
        for row in evaluation.misread[:10]:
            wanted, found = model.name_of(test.labels[row]), model.name_of(evaluation.answers[row])
            result(f"          {message('misread_as', row=row_name(test, row), label=wanted, answer=found)}")


def _outputs_table(tested: EvaluationResult) -> list[str]:
    """Return one line per output with its scores."""
    rows = [(shortened(name, 40), scores) for name, scores in scores_by_output(tested)]
    heads = list(rows[0][1])
    width = max(width_of(name) for name, _ in rows)
    lines = [" " * width + "".join(f"{head:>12}" for head in heads)]
    for name, scores in rows:
        values = ("–" if score is None else shown(score) for score in scores.values())
        lines.append(padded(name, width) + "".join(f"{value:>12}" for value in values))
    return lines


def _confusion_table(evaluation: Evaluation, model: Model) -> list[str]:
    """Return the lines of the confusion matrix; rows are true classes, columns predictions.

    Predictions that do not fit on the terminal follow below, each part with the names of the true classes.
    """
    matrix = evaluation.confusion
    names = [shortened(model.name_of(k), 20) for k in range(len(matrix))]
    corner, right = message("corner"), message("right_column")
    first = max(width_of(corner), 13, *map(width_of, names))
    heads = [shortened(name, 9) for name in names]
    width = max(4, len(str(matrix.max())) + 1, *(width_of(head) + 1 for head in heads))
    fitting = max(1, ((terminal_width() or sys.maxsize) - first - 3 - max(width_of(right), 6)) // width)
    lines = []
    for start in range(0, len(matrix), fitting):
        part, last = slice(start, start + fitting), start + fitting >= len(matrix)
        lines.append(padded(corner, first) + "".join(padded(head, -width) for head in heads[part]))
        lines[-1] += f"   {right}" if last else ""
        for k, row in enumerate(matrix):
            share = f"{below_all(row[k] / row.sum(), 1):7.1%}" if row.sum() else "      –"
            line = padded(names[k], -first) + "".join(f"{n or '·':>{width}}" for n in row[part])
            lines.append(f"{line} {share}" if last else line)
    return lines
