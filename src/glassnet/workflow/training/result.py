"""The end of a training run: test the model and save it, so that nothing is lost."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...data import Dataset
from ...errors import DivergedError, FileError, GlassnetError, StreamError
from ...io.writing import free_name
from ...messages.message import Command, Message, Sentences
from ...messages.notice import Notify
from ...messages.option_spelling import Option
from ...metrics import LOSS, METRICS, guessing
from ...model.evaluate import Evaluation, evaluate, score_text
from ...model.file import load_model, save_model
from ...model.intervals import score_intervals
from ...model.model import Model
from ...options.options import Options
from ...preprocess.tabular.leaks import mention_leak
from ...preprocess.tabular.related_rows import limited_to, related_warnings
from ...runtime.system import available_cores
from ...training.callbacks import LAST, STILL_FALLING, Callback, History
from ...training.cross_validation import CrossValidation, cross_validate
from ...training.events import Event, TrainingStarted
from ...training.executor import Executor
from ...training.receipt import add_test, extent_of
from ...training.run import Fit
from ..evaluate_job import about_one_answer
from ..model_data import unless_warned
from ..training_data import TrainingData, notify_weak_test, weak_test_warnings
from .background import load_in_background, load_modules
from .plan import Plan

if TYPE_CHECKING:
    from ...data.stream.source import StreamSource

_MOST_WORK = 2e10
"""Samples × epochs × weights up to which a small table is cross-validated; the recipe for tables needs about 1e9."""
_FEWEST_TESTED, _PERFECT = 100, 0.9999
_NO_ERRORS = "{source}: the test has no errors; make sure that no column contains the answer, or is known only after it"
_FEWEST_JUDGED = 20


@dataclass(frozen=True)
class TrainResult:
    """A model that was trained, tested and saved.

    Parameters
    ----------
    model : Model
        With its training record.
    path : Path
        The model file.
    wanted : str
        The file that was announced; differs from `path` if it was written by another program meanwhile.
    test : Dataset
        The test data.
    evaluation : Evaluation
    history : History
        The learning curve; of an ensemble, that of the first member.
    seconds : dict
        The times for ``load``, ``compile``, ``train`` and ``test``.
    held_out : bool
        Whether the test data were held out from the training data.
    plan : Plan
    replaced : bool
        Whether the model file replaced another one.
    stream : StreamSource or None
        The stream that the model was trained on.
    """

    model: Model
    path: Path
    wanted: str
    test: Dataset
    evaluation: Evaluation
    history: History
    seconds: dict[str, float]
    held_out: bool
    plan: Plan
    replaced: bool = False
    stream: StreamSource | None = None

    @property
    def epochs(self) -> int:
        """Number of epochs run; of an ensemble, the largest."""
        return extent_of(self.model.receipt)[0]

    @property
    def samples(self) -> int:
        """Number of training samples."""
        return extent_of(self.model.receipt)[1]


def conclude(
    plan: Plan,
    read: TrainingData,
    fitted: Fit,
    checkpoint: str | None,
    notify: Notify,
    *,
    before: int | None = None,
    resumed: bool = False,
    executor: Executor | None = None,
) -> TrainResult:
    """Test and save what was trained.

    `before` is the modification time of the file `checkpoint` before training, if it existed: an unchanged file is not
    a checkpoint of this run. A `resumed` run may overwrite a file that has the same model. The folds of a
    cross-validation are trained on `executor`.
    """
    path, options = Path(plan.out), read.options
    fall = fitted.history.loss_fall()
    if plan.epochs_named and not options.early_stopping and fall > STILL_FALLING:
        notify(
            Message(
                "the training loss still fell by {fall:.0%} in the last {last:.0%} of {epochs} epochs",
                fall=fall,
                last=LAST,
                epochs=options.epochs,
            )
        )
    if checkpoint and written_at(checkpoint) in (None, before):  # it could not be written
        checkpoint = None
    model, test = fitted.model, read.test
    assert test is not None  # a job always has test data
    with _not_lost(checkpoint):
        began = time.perf_counter()
        parent = Path(plan.start).name
        crossed = _cross_validated(read, notify, executor)
        evaluation = evaluate_on_test(
            model,
            test,
            read,
            notify,
            recipe=plan.recipe,
            stratified=plan.stratified,
            added=plan.add,
            parent=parent,
            crossed=crossed,
        )
        seconds = {
            "load": read.seconds,
            "compile": fitted.prepare_seconds,
            "train": fitted.train_seconds,
            "test": time.perf_counter() - began,
        }
        replaced = plan.force and os.path.lexists(path)
        try:
            save_model(model, path, overwrite=plan.force or (resumed and _is_saved(model, path)))
        except FileError as problem:
            path = _save_elsewhere(model, path, problem)
    return TrainResult(
        model=model,
        path=path,
        wanted=plan.out,
        test=test,
        evaluation=evaluation,
        history=fitted.history,
        seconds=seconds,
        held_out=read.held_out,
        plan=plan,
        replaced=replaced,
        stream=None if read.stream is None else read.stream.source,
    )


def evaluate_on_test(
    model: Model,
    test: Dataset,
    read: TrainingData,
    notify: Notify,
    *,
    recipe: str,
    stratified: bool = True,
    added: Sequence[str] = (),
    parent: str = "",
    crossed: CrossValidation | None = None,
) -> Evaluation:
    """Test a model on the test data that were read with its training data; add the result to its training record."""
    unless_warned(model).warn_if_far(test.inputs)
    evaluation = evaluate(model, test)
    _notify_perfect(read, evaluation, crossed, notify)
    few = crossed is not None and evaluation.samples < _FEWEST_JUDGED
    said = [] if few else about_one_answer(model, test, evaluation)
    for one in said:
        notify(one)
    if not said:
        _notify_useless(read, test, evaluation, crossed, notify)
    notify_weak_test(read, model.receipt["data"]["fingerprint"], test, notify)
    add_test(
        model.receipt,
        evaluation,
        recipe=recipe,
        held_out=read.held_out,
        stratified=stratified,
        added=added,
        parent=parent,
        interval=score_intervals(evaluation, test),
        cross_validation=crossed.to_dict() if crossed else None,
        too_good_for=limited_to(read.training.columns.remarks) if read.held_out and read.training.columns else None,
    )
    return evaluation


def _cross_validated(read: TrainingData, notify: Notify, executor: Executor | None) -> CrossValidation | None:
    """Cross-validate a small table with the options of its training; None if that is not due, or not possible.

    A network that takes long is trained only once.
    """
    sizes = (read.training.features, *read.options.hidden, read.training.classes)
    weights = read.options.networks * sum(below * above for below, above in pairwise(sizes))
    if read.folds is None or read.options.epochs * len(read.training) * weights > _MOST_WORK:
        return None
    try:
        return cross_validate(read.folds(), read.options, executor)
    except KeyboardInterrupt:  # the trained model is not lost
        notify(Message("interrupted: no cross-validation; the model is tested on the held-out rows only"))
    except GlassnetError as problem:
        notify(Message("no cross-validation: {reason}", reason=problem))
    return None


def _notify_perfect(
    read: TrainingData, evaluation: Evaluation, crossed: CrossValidation | None, notify: Notify
) -> None:
    """Notify if the test of a table has no errors, which is more often due to a column that contains the answer."""
    columns = read.training.columns
    scores, samples = (crossed.scores, crossed.samples) if crossed else (evaluation.scores, evaluation.samples)
    if columns is None or samples < _FEWEST_TESTED:
        return
    if mention_leak(columns.remarks) or related_warnings(columns.remarks):  # which say why
        return
    if scores.get("accuracy", 0) == 1 or scores.get("r2", 0) > _PERFECT:
        notify(Message(_NO_ERRORS, source=read.training.source))


def is_too_good(notice: Message) -> bool:
    """Return whether a notice of training says that a test is too good to be true, so that nobody should miss it."""
    remark = notice.values.get("remark", notice)
    leaks = remark.template == _NO_ERRORS or mention_leak([remark])
    return leaks or bool(related_warnings([notice]) or weak_test_warnings([remark]))


def _notify_useless(
    read: TrainingData, test: Dataset, evaluation: Evaluation, crossed: CrossValidation | None, notify: Notify
) -> None:
    """Notify if a model is not better than the most frequent class or the mean, by its cross-validation or else test.

    It is judged by R², or for classes by the option `metric`, or by the accuracy. A few tested samples may mislead by
    chance.
    """
    scores, samples = (crossed.scores, crossed.samples) if crossed else (evaluation.scores, evaluation.samples)
    if test.weights is not None or samples < _FEWEST_JUDGED:
        return
    if scores.get("r2", 1) <= 0:
        notify(
            Message(
                "{source}: the predictions are not better than always answering the mean of the tested rows (R² "
                "{r2:.2f})",
                source=read.training.source,
                r2=scores["r2"],
            )
        )
    if "accuracy" not in scores or test.values is not None:
        return
    labels = np.concatenate([read.training.labels, test.labels]) if crossed else test.labels
    metric = "accuracy" if read.options.metric == LOSS else read.options.metric
    guessed, sign = guessing(metric, labels, test.classes), METRICS[metric].sign
    if sign * scores[metric] > sign * guessed.constant or (labels == labels[0]).all():  # which does not tell
        return
    facts = {"source": read.training.source, "name": test.name_of(guessed.most or 0)}
    if metric == "accuracy":
        template = "{source}: the accuracy, {accuracy:.1%}, is not better than always answering {name!r} ({share:.1%})"
        notify(Message(template, accuracy=scores[metric], share=guessed.constant, **facts))
    else:
        template = "{source}: {metric} {score} is not better than that of always answering {name!r}, {constant}"
        if METRICS[metric].of_probabilities:
            template = "{source}: {metric} {score} is not better than that of the frequencies alone, {constant}"
        score, constant = (score_text(metric, one) for one in (scores[metric], guessed.constant))
        notify(Message(template, metric=metric, score=score, constant=constant, **facts))


def loading_for_later(pictures: bool, options: Options) -> Callback:
    """Return a callback that loads modules for the test and the plots while the compiled loops train."""
    needed = modules_for_later(pictures, options, available_cores())

    def load_meanwhile(event: Event) -> None:
        # Only the compiled loops release the GIL, so that another thread can load these modules.
        if isinstance(event, TrainingStarted) and event.engine == "compiled":
            load_in_background(load_modules, needed)

    return load_meanwhile


def modules_for_later(pictures: bool, options: Options, cores: int) -> list[str]:
    """Return the modules for the test and the plots that are worth loading while the compiled loops train.

    None if no core is free: the training threads wait for each other, so one that shares its core delays the other.
    Loading then takes more time from training than it saves later.
    """
    if options.members > 1 or cores <= min(options.threads or options.shards, options.shards):
        return []
    return ["scipy.special", *(["matplotlib.figure"] if pictures else [])]


@contextmanager
def save_on_failure(plan: Plan) -> Iterator[None]:
    """Write the last good weights, if training fails, and name their file in its error."""
    try:
        yield
    except (DivergedError, StreamError) as problem:
        path = Path(plan.out)
        kept = [Message("{path} was not written.", path=path)]
        if problem.model is not None and problem.good_epochs:
            place = path.with_name(f"{path.stem}-last-good.safetensors")
            try:
                save_model(problem.model, place, overwrite=False)
            except FileError as unsaved:
                place = _save_elsewhere(problem.model, place, unsaved)
            kept.append(Message("The last good weights are in {place}.", place=place))
        raise type(problem)(problem.code, "{problem} {kept}", problem=problem, kept=Sentences(*kept)) from None


def _save_elsewhere(model: Model, path: Path, problem: FileError) -> Path:
    """Write a model that could not be written to `path`, and return its file: with a free name, if the file exists.

    If no file can be written there, it is written to the temporary folder, which the error names.
    """
    while problem.code == "GN007":  # another run has written to this name in the meantime
        place = free_name(path)
        try:
            save_model(model, place, overwrite=False)
            return place
        except FileError as another:
            problem = another
    place = Path(tempfile.mkdtemp(prefix="glassnet-"), path.name)
    try:
        save_model(model, place)
    except FileError:  # not possible there either
        place.parent.rmdir()
        raise problem from None
    raise FileError(problem.code, "{problem} The trained model is in {place}.", problem=problem, place=place) from None


def _is_saved(model: Model, path: Path) -> bool:
    """Return whether a file holds exactly this model."""
    with suppress(GlassnetError):
        return load_model(path).hash() == model.hash()
    return False


def written_at(path: str | None) -> int | None:
    """Return the modification time of a file in nanoseconds; None if there is no file."""
    with suppress(OSError):
        return os.stat(path).st_mtime_ns if path else None
    return None


@contextmanager
def _not_lost(checkpoint: str | None) -> Iterator[None]:
    """Name the checkpoint in the error, if the end of a training run fails or is interrupted."""
    try:
        yield
    except FileError as problem:
        if not checkpoint:
            raise
        template = "The training run is in {checkpoint}; resume it with `{command}`."
        kept = Message(template, checkpoint=checkpoint, command=Command("train", Option("resume", checkpoint)))
        raise FileError(problem.code, "{problem} {kept}", problem=problem, kept=kept) from None
    except KeyboardInterrupt:
        if not checkpoint:
            raise
        template = "interrupted; the training run is in {checkpoint}. Resume it with `{command}`."
        saved = Message(template, checkpoint=checkpoint, command=Command("train", Option("resume", checkpoint)))
        raise KeyboardInterrupt(saved) from None


@contextmanager
def saying_what_is_left(*, might_resume: bool) -> Iterator[None]:
    """Say on an interruption what is left of a training run; `might_resume` if a checkpoint would have helped."""
    try:
        yield
    except KeyboardInterrupt as stop:
        nothing, hint = Message("interrupted; nothing was written."), None
        if might_resume:
            hint = Message("With {checkpoint}, training can be resumed.", checkpoint=Option("checkpoint", "FILE"))
        raise KeyboardInterrupt(*(stop.args or [Message("{said}", said=Sentences(nothing, hint))])) from None
