"""A whole search: reading and splitting data, the trials, the choice, and the only test of it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import data
from ...data import Dataset
from ...data.fingerprint import fingerprint
from ...data.split import split
from ...data.validation_split import ValidationSplit, fraction_for
from ...errors import DivergedError, GlassnetError, InterruptedWorkError, OptionError
from ...messages.message import Message
from ...messages.notice import Notify, ignore
from ...messages.option_spelling import Option
from ...messages.progress import Step, step
from ...metrics import METRICS
from ...model.file import load_model, save_model
from ...model.model import Model
from ...options.job_parameters import changes, require_declared
from ...options.options import Options, recorded
from ...options.spec import option
from ...options.unused import unused_options, without_effect
from ...training.callbacks import ends_training, require_callbacks
from ...training.executor import Executor, executor_or_threads
from ...training.fit import fit
from .. import parameters
from ..evaluate_job import about_equal_answers
from ..parameters import TableOptions, metric_for, trained_task
from ..shared.job_data import read_for
from ..train_job import notify_options
from ..training.result import evaluate_on_test
from ..training_data import TrainingData, require_images
from .evidence import Scorer, judge_choice, predictions_for
from .result import SearchResult, Tested, difference_interval, tested
from .space import Dimension, default_space, parse_space
from .study import COMPLETE, DIVERGED, FAILED, PRUNED, RUNNING, Study, Trial, locked, require_optuna
from .trial import Outcome, Progress, run_trial, trial_options

TRIALS = 30
"""Trials by default, if the time is not limited."""
MOST_TRIALS, MOST_MINUTES, MOST_FOLDS = 10_000, 100_000, 20
FEW = 1_000
"""With fewer training samples a search scores by cross-validation: a fifth of them would be too few to choose by."""
FOLDS = 5
_POLL = 0.2


@dataclass(frozen=True)
class SearchJob:
    """What to search; the options are changes that all trials have. A search in the folder is continued."""

    source: str | None = option(None, "the training data", argument="[DATA]", otherwise=data.BUNDLED)
    test: str | None = option(None, "test data; they choose nothing", metavar="DATA", group="data")
    recipe: str | None = parameters.recipe(None, "notes; with --target table")
    options: dict[str, Any] = changes()
    table: TableOptions = field(default_factory=TableOptions)
    trials: int | None = option(
        None,
        "trials in total, those of former searches in the folder included",
        low=1,
        high=MOST_TRIALS,
        common=True,
        otherwise=f"{TRIALS}; with --minutes, as many as the time allows",
    )
    minutes: float | None = option(
        None, "time limit in minutes, after which no trial is continued", low=0, high=MOST_MINUTES, common=True
    )
    space: tuple[str, ...] = option(
        (),
        "option to vary: NAME=LOW..HIGH, NAME=LOW..HIGH:log, NAME=a,b,c or NAME; repeat for more",
        metavar="OPTION=VALUES",
        common=True,
        otherwise="by the recipe",
    )
    metric: str | None = parameters.metric("score to choose by")
    cv: int | None = option(
        None,
        "score by cross-validation with this many folds; 0: one held-out part",
        low=0,
        high=MOST_FOLDS,
        common=True,
        otherwise="5 for fewer than 1,000 samples, else 0",
    )
    out: str | None = option(
        None,
        "folder of the search; one that was interrupted continues",
        metavar="FOLDER",
        common=True,
        otherwise="DATA-search",
    )
    language: str = parameters.language()

    def __post_init__(self) -> None:
        self.table.require_target()
        require_declared(self)
        if self.cv == 1:
            template = "{cv}: expected 2 or more folds, or 0 for one held-out part."
            raise OptionError("GN021", template, cv=Option("cv", 1))

    @property
    def recipe_name(self) -> str:
        """The recipe that the search starts from."""
        return self.recipe or ("table" if self.table.target else "notes")

    @property
    def given(self) -> dict[str, Any]:
        """The options that all trials have, whatever is varied: the metric too is one of the training."""
        return self.options | ({"metric": self.metric} if self.metric else {})

    @property
    def planned(self) -> int | None:
        """Number of trials that are wanted; None if only the time is limited."""
        return self.trials or (None if self.minutes is not None else TRIALS)


@dataclass(frozen=True)
class TrialStarted:
    """A trial starts, for callbacks: its number and the options that the search varies."""

    number: int
    options: dict[str, Any]


@dataclass(frozen=True)
class TrialProgress:
    """A trial has finished an epoch or a fold, for callbacks."""

    number: int
    progress: Progress


@dataclass(frozen=True)
class TrialEnded:
    """A trial has ended, for callbacks; `best` is the best complete trial so far, `ended` the number of trials."""

    trial: Trial
    best: Trial | None
    ended: int


@dataclass(frozen=True)
class FinalTraining:
    """The winner, or the recipe's own options, are trained on all training samples, for callbacks."""

    which: str


SearchEvent = TrialStarted | TrialProgress | TrialEnded | FinalTraining
Callback = Callable[[SearchEvent], bool | None]


def search_files(
    job: SearchJob,
    *,
    source: Any = None,
    test: Any = None,
    executor: Executor | None = None,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
    clock: Callable[[], float] = time.monotonic,
) -> SearchResult:
    """Search for better options, and test the best once.

    A data frame or data set in place of the files of the job goes with a recipe and a folder in the job. Trials are
    computed by `executor`, by default on threads of this process, one per core. Each callback is called with every
    `SearchEvent`, on any thread; if one returns True, no trial is continued. `clock` returns seconds, for
    `SearchJob.minutes`.

    Options, data and a folder that cannot be used raise a GlassnetError before training; a search that ends before a
    trial is complete InterruptedWorkError GN031; KeyboardInterrupt, if it is interrupted, says how to continue.
    """
    require_optuna()
    began = clock()
    recipe, given = job.recipe_name, job.given
    if source is None:
        source, test = job.source or data.BUNDLED, job.test
    read, maker = read_for(source, test, recipe, given, job.table, notify)
    if read.test is None:
        parted = split(read.training, read.options)
        read = replace(read, training=parted[0], test=parted[1])
    notify_options(job.options, read.options, notify)

    def make(changes: dict[str, Any]) -> Options:
        return maker(recipe, {**given, **changes})

    base, training = read.options, read.training
    assert read.test is not None
    require_images(recipe, given, training, base)
    if job.space:
        space = parse_space(job.space, base, given, recipe)
        _notify_unused(space, base, notify)
    else:
        images, task = training.image_shape is not None, trained_task(training, base)
        space = default_space(base, given, images=images, task=task)
    if not space:
        raise OptionError("GN022", "every option that a search varies has a given value. Omit one of them.")
    for one in space:  # raises for a value that does not fit the other options
        for value in one.choices or (one.value(one.low), one.value(one.high)):
            make({one.name: value})
    metric = metric_for(training, base, job.metric)
    splits = _splits(job, training, base.seed)
    parts = [split.of(training) for split in splits]  # raises before training
    validations = [validation for _, validation in parts]
    folder = Path(job.out or _folder_name(job.source or data.BUNDLED))
    higher = METRICS[metric].higher_is_better
    identity = _identity(recipe, read, space, metric, splits)
    values = {one.name: getattr(base, one.name) for one in space}
    with locked(folder):
        study = Study(folder, space, values, identity, seed=base.seed, higher_is_better=higher, epochs=base.epochs)
        running = _Search(
            job=job,
            read=read,
            make=make,
            study=study,
            folder=folder,
            splits=splits,
            metric=metric,
            callbacks=require_callbacks(callbacks),
            notify=notify,
            clock=clock,
            began=began,
        )
        before = running.ended
        if before:
            _notify_continued(before, job.planned, notify)
        try:
            with executor_or_threads(executor) as workers, step(Message("searching"), job.planned) as trials:
                ended = running.run(workers, trials)
            predicted = running.validation_predictions(validations)
            if not predicted:
                raise InterruptedWorkError(
                    "GN031",
                    "{minutes}: too short for a trial; the search is in {folder}. Repeat it with more minutes to "
                    "continue."
                    if ended == "time"
                    else "ended before a trial was complete; the search is in {folder}. Repeat it to continue.",
                    folder=folder,
                    minutes=Option("minutes", job.minutes),
                )
            if ended == "time" and running.stopped:
                template = "{count} trials were stopped by the time limit, to be repeated when the search continues"
                notify(Message(template, count=running.stopped))
            elif ended == "time" and running.ended == before:
                notify(Message("{minutes}: no time for another trial", minutes=Option("minutes", job.minutes)))
            scorer = Scorer.of(validations, metric, base.judged_quantile)
            answers = [scorer.only_answer(found) for found in predicted.values()]
            for said in about_equal_answers(training, metric, answers):
                notify(said)
            evidence, done = judge_choice(predicted, scorer, base.seed), study.trials()
            best = done[evidence.winner]
            of_best, from_best = running.final(best, "best", executor)
            of_default, from_default = of_best, from_best
            if best.number:
                of_default, from_default = running.final(done[0], "default", executor)
        except KeyboardInterrupt:
            template = "interrupted; trials in {folder}: {count}. Repeat the search to continue it."
            raise KeyboardInterrupt(Message(template, folder=folder, count=running.ended)) from None
    return SearchResult(
        metric=metric,
        higher_is_better=higher,
        trials=tuple(done),
        best=best,
        evidence=evidence,
        test=of_best,
        default=of_default,
        difference=of_best.score - of_default.score,
        difference_interval=difference_interval(from_best, from_default, read.test, metric, base),
        space=space,
        recipe=recipe,
        source=training.source,
        folder=str(folder),
        samples=len(parts[0][0]),
        validation_samples=sum(map(len, validations)),
        test_samples=len(read.test),
        folds=splits[0].folds,
        planned=job.planned,
        ended=ended,
    )


def _notify_unused(space: tuple[Dimension, ...], base: Options, notify: Notify) -> None:
    """Notify of options to vary that have no effect, such as the momentum with another optimizer."""
    varied = {one.name for one in space}
    for name, needs in unused_options(sorted(varied), base).items():
        if needs.option not in varied:
            notify(without_effect(Option("space", name), needs, base))


def _notify_continued(done: int, wanted: int | None, notify: Notify) -> None:
    template = "the search is complete: {done} trials done; a larger {trials} continues it"
    if wanted is None:
        template = "continuing: {done} trials done"
    elif done < wanted:
        template = "continuing: {done} of {planned} trials done"
    notify(Message(template, done=done, planned=wanted, trials=Option("trials")))


def _folder_name(source: str) -> str:
    name = "mnist" if data.is_bundled(source) or source == data.BUNDLED else Path(source).name.partition(".")[0]
    return f"{name or 'data'}-search"


def _splits(job: SearchJob, training: Dataset, seed: int) -> tuple[ValidationSplit, ...]:
    folds = job.cv
    if folds is None:
        folds = FOLDS if len(training) < FEW else 0
    if folds:
        return tuple(ValidationSplit(seed, folds=folds, fold=number) for number in range(folds))
    return (ValidationSplit(seed, fraction=fraction_for(training)),)


def _identity(
    recipe: str, read: TrainingData, space: tuple[Dimension, ...], metric: str, splits: tuple[ValidationSplit, ...]
) -> dict[str, Any]:
    """Return what must be the same for a search to be continued; the number of trials and the time may differ."""
    training = read.training
    # What the inputs mean, which the fingerprint leaves out: columns, their words, and classes.
    columns = None if training.columns is None else training.columns.to_dict()
    facts: list[Any] = [columns, training.class_names, training.feature_names]
    facts += [one.tolist() for one in (training.groups, training.times) if one is not None]
    meaning = json.dumps(facts, default=str)
    return {
        "data": fingerprint(training),
        "names": hashlib.sha256(meaning.encode()).hexdigest(),
        "recipe": recipe,
        "options": {name: value for name, value in recorded(read.options).items() if name not in ("threads", "metric")},
        "space": [one.to_text() for one in space],
        "metric": metric,
        "cv": splits[0].folds,
    }


@dataclass
class _Search:
    """Runs the trials of a search on an executor, saves the models of those that end, and trains the final ones."""

    job: SearchJob
    read: TrainingData
    make: Callable[[dict[str, Any]], Options]
    study: Study
    folder: Path
    splits: tuple[ValidationSplit, ...]
    metric: str
    callbacks: list[Callback]
    notify: Notify
    clock: Callable[[], float]
    began: float
    stopped: int = 0
    """Trials that have begun and not ended."""
    _ended_by_callback: bool = False
    _predictions: dict[int, NDArray[Any]] = field(default_factory=dict)

    @property
    def ended(self) -> int:
        """Number of trials that have ended, those of former searches in the folder included."""
        return sum(trial.state != RUNNING for trial in self.study.trials())

    def _tell(self, event: SearchEvent) -> None:
        """Pass an event to the callbacks."""
        for callback in self.callbacks:
            self._ended_by_callback = ends_training(callback(event)) or self._ended_by_callback

    def run(self, executor: Executor, trials: Step) -> str:
        """Run trials until there are enough, the time is up or a callback ends the search; return which."""
        shared, wanted = executor.share(self.read.training), self.job.planned or MOST_TRIALS
        waiting: dict[Future[Outcome], int] = {}
        ready: SimpleQueue[Future[Outcome]] = SimpleQueue()
        ended = self.ended
        try:
            while True:
                trials.reach(ended)
                while len(waiting) < executor.workers and ended + len(waiting) < wanted and not self._over():
                    number, options = self.study.ask()
                    self.stopped += 1
                    self._tell(TrialStarted(number, options))
                    if self._over():
                        break
                    made = trial_options(self.make(options if number else {}))
                    event = partial(self._progress, number)
                    future = executor.submit(run_trial, shared, self.splits, made, self.metric, on_event=event)
                    waiting[future] = number
                    future.add_done_callback(ready.put)
                if not waiting or self._over():
                    break
                try:
                    future = ready.get(timeout=_POLL)
                except Empty:
                    continue
                ended += 1
                self.stopped -= 1
                self._end(waiting.pop(future), future)
        finally:
            executor.cancel(waiting)
        return "callback" if self._ended_by_callback else "time" if ended < wanted else "trials"

    def _over(self) -> bool:
        """Return whether no trial is continued: time for the two trainings on all samples is left."""
        if self._ended_by_callback or self.job.minutes is None:
            return self._ended_by_callback
        needed = [trial.seconds / len(self.splits) for trial in self.study.trials() if trial.number == 0]
        return self.clock() + 2 * sum(needed) >= self.began + 60 * self.job.minutes

    def _progress(self, number: int, progress: Progress) -> bool:
        self._tell(TrialProgress(number, progress))
        if not np.isfinite(progress.score):
            return False
        return self.study.report(number, progress.step, progress.score) and not self._ended_by_callback

    def _end(self, number: int, future: Future[Outcome]) -> None:
        """Save the models of a trial that has ended, and record it.

        An exception is raised again unless it is due to the options that were chosen for the trial: never for trial 0,
        with which the winner is compared.
        """
        outcome, state = None, COMPLETE
        try:
            outcome = future.result()
        except (DivergedError, MemoryError) as problem:
            if number == 0:
                raise
            state = DIVERGED if isinstance(problem, DivergedError) else FAILED
        if outcome is not None and outcome.predictions is None:
            state = PRUNED
        elif outcome is not None and not np.isfinite(outcome.score):
            outcome, state = None, DIVERGED
        score, facts = None, dict[str, Any]()
        if outcome is not None:
            files = [
                f"trial-{number:03d}{f'-fold-{fold + 1}' if len(self.splits) > 1 else ''}.safetensors"
                for fold in range(len(outcome.models))
            ]
            for model, file, split in zip(outcome.models, files, self.splits, strict=False):
                save_model(self._recorded(model, split), self.folder / file)
            if outcome.predictions is not None:
                self._predictions[number] = outcome.predictions
            score = outcome.score
            facts = {"epochs": outcome.epochs, "seconds": round(outcome.seconds, 3), "models": files}
        trial = self.study.tell(number, state, score, **facts)
        done = [one for one in self.study.trials() if one.state != RUNNING]
        complete = [one for one in done if one.state == COMPLETE and one.score is not None]
        sign = METRICS[self.metric].sign
        best = max(complete, key=lambda one: (sign * (one.score or 0), -one.number), default=None)
        self._tell(TrialEnded(trial, best, len(done)))

    def _recorded(self, model: Model, split: ValidationSplit) -> Model:
        """Return a model of a trial with a training record that can be repeated, as that of ``glassnet train``."""
        described: dict[str, Any] = {**model.receipt["data"], "validation_split": split.to_dict()}
        if self.read.held_out:
            described |= {"held_out": True, "stratified": True}
        receipt = {**model.receipt, "recipe": self.job.recipe_name, "data": described}
        return replace(model, receipt=receipt)  # type: ignore[arg-type]

    def validation_predictions(self, validations: list[Dataset]) -> dict[int, NDArray[Any]]:
        """Return the predictions of the validation samples by each complete trial, of former runs by its files.

        A trial whose files are missing, damaged or of another network is left out.
        """
        for trial in self.study.trials():
            if trial.state != COMPLETE or trial.number in self._predictions:
                continue
            try:
                models = [load_model(self.folder / file) for file in trial.models]
                found = [predictions_for(*pair, self.metric) for pair in zip(models, validations, strict=True)]
            except GlassnetError:
                continue
            self._predictions[trial.number] = np.concatenate(found)
        return self._predictions

    def final(self, trial: Trial, which: str, executor: Executor | None) -> tuple[Tested, NDArray[Any]]:
        """Train a trial's options on all training samples; return the test, and the predictions of the test samples.

        The model of a former run is used if it was trained with these options.
        """
        options, file = self.make(trial.options if trial.number else {}), f"{which}.safetensors"
        read, model = self.read, self._saved(file, options)
        assert read.test is not None
        if model is None:
            self._tell(FinalTraining(which))
            model = fit(read.training, options, executor=executor).model
            notify = self.notify if which == "best" else ignore
            evaluate_on_test(model, read.test, read, notify, recipe=self.job.recipe_name)
            save_model(model, self.folder / file)
        return tested(model, file, read.test, self.metric, options)

    def _saved(self, file: str, options: Options) -> Model | None:
        try:
            model = load_model(self.folder / file)
        except GlassnetError:
            return None
        receipt: Mapping[str, Any] = model.receipt
        # Which training itself omits where no column has intervals.
        of_model, wanted = ({**one, "plain_inputs": None} for one in (receipt.get("options", {}), recorded(options)))
        same = of_model == wanted and "result" in receipt
        return model if same and receipt["data"]["fingerprint"] == fingerprint(self.read.training) else None
