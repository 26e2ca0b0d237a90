"""Testing a model on labelled data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data import Dataset
from ..errors import OptionError
from ..io.writing import require_folder, require_picture_place
from ..messages.message import Command, Message
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..messages.progress import counted_step
from ..metrics import METRICS
from ..model.evaluate import (
    Evaluation,
    evaluate,
    label_scores,
    number_scores,
    quantile_of,
    quantile_scores,
)
from ..model.file import load_model
from ..model.model import Model
from ..model.prediction_intervals import interval_coverage
from ..options.job_parameters import require_declared
from ..options.spec import option
from . import parameters
from .drawings import drawings_of_model, drawings_of_test
from .model_data import load_labelled, notify_trained_on, read_decimals, unless_warned

EQUAL_ANSWERS = (
    "{source}: in {count} of {trials} trainings every prediction is {name!r}, the most frequent class ({share:.1%}), "
    "so equal values of {metric} say nothing about them; compare by {other}"
)
_CERTAIN, _NONE = 2.0, 1.0
"""Standard errors, without any relation, by which an area under the ROC curve is surely above chance, or hardly is."""


@dataclass(frozen=True)
class EvaluateJob:
    """A test of a model on labelled data; for a model of the bundled MNIST by default on its test digits."""

    model: str = parameters.model_path()
    source: str | None = option(None, "labelled samples", argument="[DATA]", otherwise="the test digits of MNIST")
    plot: str | None = option(
        None,
        "folder for plots: confusion matrix, digits, reliability diagram, hidden layers",
        metavar="FOLDER",
    )
    force: bool = parameters.force()
    strict: bool = parameters.strict()
    decimal: str = parameters.decimal()
    language: str = parameters.language()

    def __post_init__(self) -> None:
        require_declared(self)


@dataclass(frozen=True)
class EvaluationResult:
    """The result of a test on labelled data."""

    model: Model
    samples: Dataset
    evaluation: Evaluation
    pictures: tuple[str, ...] = ()  # the written plots
    # fraction of the true numbers of a regression within their 90% intervals, if the model has them
    interval_coverage: float | None = None


def evaluate_model(job: EvaluateJob, *, notify: Notify = ignore) -> EvaluationResult:
    """Test a model and draw its plots; `notify` is called with each notice."""
    model = load_model(job.model)
    if job.plot:
        if model.targets.name == "values":
            template = "{pictures}: the plots are for classes, and this model is a regression. Omit it."
            raise OptionError("GN022", template, pictures=Option("plot"))
        require_folder(job.plot)
    read = read_decimals(model, job.source, job.decimal)
    samples, rows = load_labelled(model, job.model, read, notify, strict=job.strict)
    notify_trained_on(model, job.source, samples, rows, notify)
    judged = unless_warned(model)
    judged.require_near(samples.inputs) if job.strict else judged.warn_if_far(samples.inputs)
    evaluation = evaluate(model, samples)
    for one in about_one_answer(model, samples, evaluation):
        notify(one)
    drawn = _draw(model, samples, evaluation, Path(job.plot), job.language, job.force) if job.plot else ()
    return EvaluationResult(model, samples, evaluation, drawn, interval_coverage(model, samples))


def about_one_answer(model: Model, samples: Dataset, tested: Evaluation) -> list[Message]:
    """Return what a test means whose predictions are all the same class; nothing for other tests."""
    answer = tested.only_answer
    if answer is None or tested.auc is None or tested.balanced_accuracy is None:
        return []
    counts = np.bincount(samples.labels, minlength=model.classes)
    facts = {"source": samples.source, "name": model.name_of(answer), "share": counts[answer] / len(samples)}
    most = counts[answer] == counts.max()
    said = [
        Message(
            "{source}: every prediction is {name!r}, the most frequent class ({share:.1%}), so the "
            "accuracy says nothing; balanced accuracy {balanced:.1%}, AUC {auc:.2f}, where 0.5 is chance"
            if most
            else "{source}: every prediction is {name!r}, which is right for {share:.1%}; balanced accuracy "
            "{balanced:.1%}, AUC {auc:.2f}, where 0.5 is chance",
            **facts,
            balanced=tested.balanced_accuracy,
            auc=tested.auc,
        )
    ]
    rest = len(samples) - counts[answer]
    by_chance = math.sqrt((len(samples) + 1) / (12 * counts[answer] * rest)) if counts[answer] and rest else math.inf
    above = (tested.auc - 0.5) / by_chance  # Mann and Whitney 1947
    if above > _CERTAIN:
        if model.classes == 2 and not model.targets.decision:
            said.append(
                Message(
                    "the probabilities do tell the classes apart, but that of {name!r} never reaches 50%; "
                    "{report} shows the scores at other thresholds",
                    report=Command("test", Option("report")),
                    name=model.name_of(1 - answer),
                )
            )
    elif above < _NONE:
        said.append(Message("nor do the probabilities tell the classes apart"))
    return said


def about_equal_answers(
    samples: Dataset, metric: str, answers: Sequence[int | None], *, sides: int = 0
) -> list[Message]:
    """Return what equal scores of several trainings mean in which every prediction is the most frequent class.

    Nothing where the scores still tell sides or trials apart: unless at least half of the trainings of two or more
    sides are such, and of a search at least half of two or more trials.

    `answers` has `Evaluation.only_answer` of each training, of a comparison in turns: A, B, A, B, …; `sides` is 0 for a
    search.
    """
    counts = np.bincount(samples.labels)
    most = int(counts.argmax())
    such = [answer == most for answer in answers]
    alike = [2 * sum(of_side) >= len(of_side) for of_side in (such[side::sides] for side in range(sides))]
    equal = sum(alike) >= 2 if sides else 2 * sum(such) >= max(len(such), 4)
    of_answers = metric in METRICS and not METRICS[metric].of_probabilities
    if samples.values is not None or not of_answers or not equal:
        return []
    facts = {"source": samples.source, "name": samples.name_of(most), "share": counts[most] / len(samples)}
    return [
        Message(
            EQUAL_ANSWERS,
            count=sum(such),
            trials=len(answers),
            metric=metric,
            other=Option("metric", "log_loss"),
            **facts,
        )
    ]


def scores_by_output(result: EvaluationResult) -> list[tuple[str, dict[str, float | None]]]:
    """Return the name and the scores of each output, a label or a number; None for 0 divided by 0."""
    model, samples, evaluation = result.model, result.samples, result.evaluation
    assert samples.values is not None  # a model without classes has values
    if (quantile := quantile_of(model)) is not None:
        pairs = zip(samples.values.T, evaluation.answers.T, strict=True)
        each = [quantile_scores(*pair, samples.weights, quantile) for pair in pairs]
        scores = {name: np.array([one[name] for one in each]) for name in each[0]}
    elif model.targets.name == "values":
        of_numbers = number_scores(samples.values, evaluation.answers, samples.weights)
        scores = {"r2": of_numbers.r2, "rmse": of_numbers.rmse}
    else:
        of_labels = label_scores(samples.values, evaluation.answers)
        scores = {"precision": of_labels.precision, "recall": of_labels.recall, "f1": of_labels.f1}
    return [
        (model.name_of(k), {name: None if np.isnan(values[k]) else float(values[k]) for name, values in scores.items()})
        for k in range(model.classes)
    ]


def _draw(
    model: Model, samples: Dataset, evaluation: Evaluation, folder: Path, language: str, force: bool
) -> tuple[str, ...]:
    """Draw all plots into the folder; return the files."""
    from .. import plots

    drawings = {
        **drawings_of_test(model, samples, evaluation, language),
        **drawings_of_model(model, samples, language),
    }
    folder.mkdir(exist_ok=True)
    targets = {name: folder / f"{name}.png" for name in drawings}
    for target in targets.values():
        require_picture_place(target, overwrite=force)
    each = counted_step(Message("drawing plots"), drawings.items(), len(drawings))
    return tuple(str(plots.save(draw(), targets[name])) for name, draw in each)
