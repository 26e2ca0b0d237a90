"""The command that a reader wants next: after training a test, then why a row was misclassified, then all of it."""

from __future__ import annotations

import shlex
from importlib.util import find_spec

from ... import data
from ...data import BUNDLED, Dataset
from ...io.archives import is_folder
from ...io.opening import read_once
from ...io.writing import free_name
from ...model.evaluate import Evaluation
from ...options.job_parameters import command_words
from ...workflow.evaluate_job import EvaluateJob
from ...workflow.report_job import ReportJob
from ...workflow.training.result import TrainResult
from .console import message, result


def next_after_training(trained: TrainResult) -> None:
    """Print the test: on the test data, or as a report, which tests only the rows held out from the training data."""
    path, source, test = str(trained.path), trained.plan.source, trained.plan.test
    if trained.stream is not None and test is None:  # may be larger than memory
        _print("info", path, *(trained.plan.parts or (source,)), "--verify")
    elif trained.held_out:
        idx = not data.has_queries(source) and is_folder(source)  # a folder that may have no test part
        unreadable = read_once(source) or (idx and not data.has_part(source, "test"))
        _print("test", path, *([] if unreadable else [source]), *_report_of(path))
    else:
        _print("test", path, *([test] if test else [] if source == BUNDLED else [source]))


def next_after_test(job: EvaluateJob | ReportJob, samples: Dataset, evaluation: Evaluation) -> None:
    """Print how to explain the most confident mistake, or without mistakes how to write the report, if it is not."""
    source = [] if job.source is None else [job.source]
    reading = command_words(job, "plot", "report", "trained_on", "force", "strict", "language")
    if len(evaluation.misread) and not any(map(read_once, source)):
        part = [] if samples.columns else ["--part", "test"]
        row = str(samples.row_numbers[evaluation.misread[0]])
        _print("explain", job.model, *source, *part, "--row", row, "--why", *reading)
    elif isinstance(job, EvaluateJob) and not any(map(read_once, source)):
        _print("test", job.model, *source, *_report_of(job.model), *reading)
    else:
        next_after_explaining(job.model)


def next_after_explaining(model: str | None) -> None:
    """Print how to open the model in the studio, or if that is not installed, how to write its report."""
    if find_spec("starlette") and find_spec("uvicorn"):
        _print("studio", *([] if model is None else [model]))
    elif model is not None:
        _print("test", model, *_report_of(model))


def _report_of(model: str) -> list[str]:
    return ["--report", str(free_name(f"{model.removesuffix('.safetensors')}-report.html"))]


def _print(*words: str) -> None:
    result(message("next", command=shlex.join(["glassnet", *words])))
