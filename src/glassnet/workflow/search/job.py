"""A whole search: reading and splitting data, the trials, the choice, and the only test of it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from ... import data
from ...data import Dataset
from ...data.dataset import task_of
from ...data.fingerprint import fingerprint
from ...data.validation_split import ValidationSplit
from ...errors import (
    DivergedError,
    GlassnetError,
    InterruptedWorkError,
    OptionError,
)
from ...messages.message import Message
from ...messages.notice import Notify, ignore
from ...messages.option_spelling import Option
from ...model.file import load_model, save_model
from ...model.model import Model
from ...options.job_parameters import changes, require_declared
from ...options.options import Options, job_options
from ...options.recipes import for_rows
from ...options.spec import option
from ...options.unused import unused_options, without_effect
from ...training.callbacks import ends_training, require_callbacks
from ...training.executor import Executor, ThreadExecutor
from ...training.fit import fit
from .. import parameters
from ..evaluate_job import about_equal_answers
from ..parameters import TableOptions
from ..train_job import notify_options, read_data
from ..training.plan import Plan
from ..training.result import evaluate_on_test
from ..training_data import TrainingData, require_images, require_picture_files
from .evidence import judge_choice
from .result import SearchResult, difference_interval, tested
from .scores import HIGHER_IS_BETTER, METRICS, Numbers, Scorer, contributions, metric_for
from .space import Dimension, default_space, parse_space
from .study import COMPLETE, DIVERGED, FAILED, PRUNED, RUNNING, Study, StudyPlan, Trial, opened, require_optuna
from .trial import Outcome, Progress, run_trial, trial_options

TRIALS = 30
"""Trials by default, if the time is not limited."""
MOST_TRIALS, MOST_MINUTES, MOST_FOLDS = 10_000, 100_000, 20
FEW = 1_000
"""With fewer training samples a search scores by cross-validation: a fifth of them would be too few to choose by."""
FOLDS = 5
_MANY, _FRACTION, _FRACTION_OF_FEW = 10_000, 0.1, 0.2
"""From so many samples, a tenth is held out for validation, else a fifth, as in a comparison."""
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
    metric: str | None = option(
        None,
        "score to choose by",
        choices=METRICS,
        common=True,
        otherwise="accuracy; of a regression rmse, or r2 with several targets",
    )
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
            raise OptionError(
                "GN021", "{cv}: expected 2 or more folds, or 0 for one held-out part.", cv=Option("cv", 1)
            )

    @property
    def recipe_name(self) -> str:
        """The recipe that the search starts from."""
        return self.recipe or ("table" if self.table.target else "notes")


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


@dataclass(frozen=True)
class SearchData:
    """The samples of a search, and the options that follow from them.

    Parameters
    ----------
    read : TrainingData
        Its options are the recipe's.
    make : callable
        Returns the options with some of them changed, by the names of their fields.
    task : {"classes", "labels", "numbers"}
    source : str
    """

    read: TrainingData
    make: Callable[[dict[str, Any]], Options]
    task: str
    source: str


def search_files(
    job: SearchJob,
    *,
    executor: Executor | None = None,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
    clock: Callable[[], float] = time.monotonic,
) -> SearchResult:
    """Search for better options, and test the best once.

    Parameters
    ----------
    job : SearchJob
    executor : Executor, optional
        Where trials are computed; by default threads of this process, one per core.
    callbacks : iterable of callable
        Each is called with every `SearchEvent`, on any thread. If one returns True, no trial is continued.
    notify : callable
        Called with each notice.
    clock : callable
        Returns seconds, for `SearchJob.minutes`.

    Raises
    ------
    GlassnetError
        For options, data and a folder that cannot be used; raised before training.
    InterruptedWorkError
        GN031 when the search ends before a trial is complete.
    KeyboardInterrupt
        If it is interrupted; the message says how to continue.
    """
    require_optuna()
    began = clock()
    return run_search(job, _read(job, notify), executor, require_callbacks(callbacks), notify, clock, began)


def _read(job: SearchJob, notify: Notify) -> SearchData:
    """Read data as ``glassnet train`` does."""
    recipe, given, source = job.recipe_name, job.options, job.source or data.BUNDLED
    before = job_options(recipe, given)
    sized: dict[str, Any] = {}

    def choose(rows: int, task: str) -> Options:
        sized.update(for_rows(rows, recipe, task=task))
        return job_options(recipe, given, **sized)

    plan = Plan(source, job.test, "", recipe, False, job.table)
    require_picture_files(source, before)
    read = read_data(plan, before, choose, notify)
    notify_options(given, read.options, notify)

    def make(changes: dict[str, Any]) -> Options:
        made = job_options(recipe, {**given, **changes}, **sized)
        return replace(made, input_max=read.options.input_max)

    return SearchData(read, make, _task(read.training, read.options), source)


def _task(training: Dataset, options: Options) -> str:
    return "numbers" if options.targets == "values" else task_of(training)


def run_search(
    job: SearchJob,
    samples: SearchData,
    executor: Executor | None,
    callbacks: list[Callback],
    notify: Notify,
    clock: Callable[[], float],
    began: float,
) -> SearchResult:
    """Search on data that were read; arguments as for `search_files`."""
    read, base = samples.read, samples.read.options
    given, images = job.options, read.training.image_shape is not None
    require_images(job.recipe_name, given, read.training, base)
    space = (
        parse_space(job.space, base, given, job.recipe_name)
        if job.space
        else default_space(base, given, images=images, task=samples.task)
    )
    if job.space:
        _notify_unused(space, base, notify)
    if not space:
        raise OptionError("GN022", "every option that a search varies has a given value. Omit one of them.")
    _require_possible(space, samples.make)
    metric = metric_for(samples.task, read.training.classes, job.metric)
    splits = _splits(job, read.training, base.seed)
    parts = [split.of(read.training) for split in splits]  # raises before training
    validations = [validation for _, validation in parts]
    folder = Path(job.out or _folder_name(samples.source))
    plan = StudyPlan(
        space,
        {one.name: getattr(base, one.name) for one in space},
        _identity(job, samples, space, metric, splits),
        base.seed,
        HIGHER_IS_BETTER[metric],
        base.epochs,
    )
    scorer = Scorer.of(validations, metric)
    with opened(folder, plan) as study:
        trials = _Trials(
            job, samples, study, folder, splits, metric=metric, callbacks=callbacks, clock=clock, began=began
        )
        before = trials.ended
        if before:
            _notify_continued(before, _wanted(job), notify)
        try:
            with nullcontext(executor) if executor is not None else ThreadExecutor() as workers:
                ended = trials.run(workers)
            contributed = trials.contributed(validations)
            if not contributed and ended == "time":
                raise InterruptedWorkError(
                    "GN031",
                    "{minutes}: too short for a trial; the search is in {folder}. Repeat it with more minutes to "
                    "continue.",
                    folder=folder,
                    minutes=Option("minutes", job.minutes),
                )
            if not contributed:
                raise InterruptedWorkError(
                    "GN031",
                    "ended before a trial was complete; the search is in {folder}. Repeat it to continue.",
                    folder=folder,
                )
            if ended == "time" and trials.stopped:
                notify(
                    Message(
                        "{count} trials were stopped by the time limit, to be repeated when the search continues",
                        count=trials.stopped,
                    )
                )
            elif ended == "time" and trials.ended == before:
                notify(Message("{minutes}: no time for another trial", minutes=Option("minutes", job.minutes)))
            answers = [scorer.only_answer(found) for found in contributed.values()]
            for one in about_equal_answers(read.training, metric, answers):
                notify(one)
            evidence, done = judge_choice(contributed, scorer, base.seed), study.trials()
            best = done[evidence.winner]
            finals = _Finals(samples, folder, metric, notify, trials.tell_callbacks, executor)
            of_best, from_best = finals.of(best, "best", job.recipe_name)
            of_default, from_default = of_best, from_best
            if best.number:
                of_default, from_default = finals.of(done[0], "default", job.recipe_name)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                Message(
                    "interrupted; trials in {folder}: {count}. Repeat the search to continue it.",
                    folder=folder,
                    count=trials.ended,
                )
            ) from None
    assert read.test is not None
    return SearchResult(
        metric=metric,
        higher_is_better=HIGHER_IS_BETTER[metric],
        trials=tuple(done),
        best=best,
        evidence=evidence,
        test=of_best,
        default=of_default,
        difference=of_best.score - of_default.score,
        difference_interval=difference_interval(from_best, from_default, read.test, metric, base.seed),
        space=space,
        recipe=job.recipe_name,
        source=read.training.source,
        folder=str(folder),
        samples=len(parts[0][0]),
        validation_samples=sum(map(len, validations)),
        test_samples=len(read.test),
        folds=splits[0].folds,
        planned=_wanted(job),
        ended=ended,
    )


def _notify_unused(space: tuple[Dimension, ...], base: Options, notify: Notify) -> None:
    """Notify of options to vary that have no effect, such as the momentum with another optimizer."""
    varied = {one.name for one in space}
    for name, needs in unused_options(sorted(varied), base).items():
        if needs.option in varied:
            continue
        notify(without_effect(Option("space", name), needs, base))


def _notify_continued(done: int, wanted: int | None, notify: Notify) -> None:
    if wanted is None:
        notify(Message("continuing: {done} trials done", done=done))
    elif done < wanted:
        notify(Message("continuing: {done} of {planned} trials done", done=done, planned=wanted))
    else:
        template = "the search is complete: {done} trials done; a larger {trials} continues it"
        notify(Message(template, done=done, trials=Option("trials")))


def _wanted(job: SearchJob) -> int | None:
    return job.trials or (None if job.minutes is not None else TRIALS)


def _folder_name(source: str) -> str:
    name = "mnist" if data.is_bundled(source) or source == data.BUNDLED else Path(source).name.partition(".")[0]
    return f"{name or 'data'}-search"


def _splits(job: SearchJob, training: Dataset, seed: int) -> tuple[ValidationSplit, ...]:
    folds = job.cv
    if folds is None:
        folds = FOLDS if len(training) < FEW else 0
    if folds:
        return tuple(ValidationSplit(seed, folds=folds, fold=number) for number in range(folds))
    return (ValidationSplit(seed, fraction=_FRACTION if len(training) >= _MANY else _FRACTION_OF_FEW),)


def _require_possible(space: tuple[Dimension, ...], make: Callable[[dict[str, Any]], Options]) -> None:
    """Raise OptionError for a value of the space that does not fit the other options."""
    for one in space:
        for value in one.choices or (one.value(one.low), one.value(one.high)):
            make({one.name: value})


def _identity(
    job: SearchJob,
    samples: SearchData,
    space: tuple[Dimension, ...],
    metric: str,
    splits: tuple[ValidationSplit, ...],
) -> dict[str, Any]:
    """Return what must be the same for a search to be continued; the number of trials and the time may differ."""
    options = {name: value for name, value in samples.read.options.to_dict().items() if name != "threads"}
    return {
        "data": fingerprint(samples.read.training),
        "names": _names_hash(samples.read.training),
        "recipe": job.recipe_name,
        "options": options,
        "space": [one.to_text() for one in space],
        "metric": metric,
        "cv": splits[0].folds,
    }


def _names_hash(training: Dataset) -> str:
    """Return the SHA-256 of what the inputs mean, which `fingerprint` leaves out: columns, their words, and classes."""
    columns = None if training.columns is None else training.columns.to_dict()
    meaning = [columns, training.class_names, training.feature_names]
    return hashlib.sha256(json.dumps(meaning, default=str).encode()).hexdigest()


class _Trials:
    """Runs the trials of a search on an executor, and saves the models of those that end."""

    def __init__(
        self,
        job: SearchJob,
        samples: SearchData,
        study: Study,
        folder: Path,
        splits: tuple[ValidationSplit, ...],
        *,
        metric: str,
        callbacks: list[Callback],
        clock: Callable[[], float],
        began: float,
    ) -> None:
        self._samples, self._study, self._folder, self._splits = samples, study, folder, splits
        self._metric, self._callbacks, self._clock = metric, callbacks, clock
        self._wanted, self._recipe = _wanted(job) or MOST_TRIALS, job.recipe_name
        self._deadline = None if job.minutes is None else began + 60 * job.minutes
        self._ended_by_callback = False
        self._found: dict[int, Numbers] = {}
        self.stopped = 0
        """Trials that have begun and not ended."""

    @property
    def ended(self) -> int:
        """Number of trials that have ended, those of former searches in the folder included."""
        return sum(trial.state != RUNNING for trial in self._study.trials())

    def tell_callbacks(self, event: SearchEvent) -> None:
        """Pass an event to the callbacks."""
        for callback in self._callbacks:
            self._ended_by_callback = ends_training(callback(event)) or self._ended_by_callback

    def run(self, executor: Executor) -> str:
        """Run trials until there are enough, the time is up or a callback ends the search; return which."""
        shared = executor.share(self._samples.read.training)
        waiting: dict[Future[Outcome], int] = {}
        ready: SimpleQueue[Future[Outcome]] = SimpleQueue()
        ended = self.ended
        try:
            while True:
                while len(waiting) < executor.workers and ended + len(waiting) < self._wanted and not self._over():
                    number, options = self._study.ask()
                    self.stopped += 1
                    self.tell_callbacks(TrialStarted(number, options))
                    if self._over():
                        break
                    made = trial_options(self._samples.make(options if number else {}))
                    event = partial(self._progress, number)
                    future = executor.submit(run_trial, shared, self._splits, made, self._metric, on_event=event)
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
        return "callback" if self._ended_by_callback else "time" if ended < self._wanted else "trials"

    def _over(self) -> bool:
        """Return whether no trial is continued: time for the two trainings on all samples is left."""
        if self._ended_by_callback:
            return True
        if self._deadline is None:
            return False
        needed = [trial.seconds / len(self._splits) for trial in self._study.trials() if trial.number == 0]
        return self._clock() + 2 * sum(needed) >= self._deadline

    def _progress(self, number: int, progress: Progress) -> bool:
        self.tell_callbacks(TrialProgress(number, progress))
        if not np.isfinite(progress.score):
            return False
        return self._study.report(number, progress.step, progress.score) and not self._ended_by_callback

    def _end(self, number: int, future: Future[Outcome]) -> None:
        """Save the models of a trial that has ended, and record it."""
        state, outcome = _outcome(number, future)
        if outcome is None:
            trial = self._study.tell(number, state, None)
        else:
            files = []
            for fold, model in enumerate(outcome.models):
                part = f"-fold-{fold + 1}" if len(self._splits) > 1 else ""
                files.append(f"trial-{number:03d}{part}.safetensors")
                save_model(self._recorded(model), self._folder / files[-1])
            if outcome.contributed is not None:
                self._found[number] = outcome.contributed
            trial = self._study.tell(
                number,
                state,
                outcome.score,
                epochs=outcome.epochs,
                seconds=round(outcome.seconds, 3),
                models=files,
            )
        done = [one for one in self._study.trials() if one.state != RUNNING]
        self.tell_callbacks(TrialEnded(trial, best_of(done, self._metric), len(done)))

    def _recorded(self, model: Model) -> Model:
        """Return a model of a trial with a training record that can be repeated, as that of ``glassnet train``."""
        described: dict[str, Any] = {**model.receipt["data"]}
        if self._samples.read.held_out:
            described |= {"held_out": True, "stratified": True}
        return replace(model, receipt={**model.receipt, "recipe": self._recipe, "data": described})  # type: ignore[typeddict-item]

    def contributed(self, validations: list[Dataset]) -> dict[int, Numbers]:
        """Return the contributions of the validation samples of each complete trial, of former runs by its files.

        A trial whose files are missing, damaged or of another network is left out.
        """
        for trial in self._study.trials():
            if trial.state != COMPLETE or trial.number in self._found:
                continue
            try:
                models = [load_model(self._folder / file) for file in trial.models]
                found = [contributions(*pair, self._metric) for pair in zip(models, validations, strict=True)]
            except GlassnetError:
                continue
            self._found[trial.number] = np.concatenate(found)
        return self._found


def _outcome(number: int, future: Future[Outcome]) -> tuple[str, Outcome | None]:
    """Return how a trial ended, and its outcome if it has one.

    Raises
    ------
    Exception
        That of the trial, unless it is due to the options that were chosen for it: never for trial 0, with which the
        winner is compared.
    """
    try:
        outcome = future.result()
    except DivergedError:
        if number == 0:
            raise
        return DIVERGED, None
    except MemoryError:
        if number == 0:
            raise
        return FAILED, None
    if outcome.contributed is None:
        return PRUNED, outcome
    return (COMPLETE, outcome) if np.isfinite(outcome.score) else (DIVERGED, None)


def best_of(trials: Iterable[Trial], metric: str) -> Trial | None:
    """Return the complete trial with the best score, of equal ones the first; None if none is complete."""
    sign = 1 if HIGHER_IS_BETTER[metric] else -1
    complete = [trial for trial in trials if trial.state == COMPLETE and trial.score is not None]
    return max(complete, key=lambda trial: (sign * (trial.score or 0), -trial.number), default=None)


class _Finals:
    """Trains on all training samples, and tests on the test data."""

    def __init__(
        self,
        samples: SearchData,
        folder: Path,
        metric: str,
        notify: Notify,
        tell_callbacks: Callable[[SearchEvent], None],
        executor: Executor | None,
    ) -> None:
        self._samples, self._folder, self._metric, self._notify = samples, folder, metric, notify
        self._tell_callbacks, self._executor = tell_callbacks, executor

    def of(self, trial: Trial, which: str, recipe: str) -> tuple[Any, Numbers]:
        """Return the test of a trial's options, and the contributions of the test samples.

        The model of a former run is used if it was trained with these options.
        """
        options = self._samples.make(trial.options if trial.number else {})
        file = f"{which}.safetensors"
        model = self._saved(file, options)
        read = self._samples.read
        assert read.test is not None
        if model is None:
            self._tell_callbacks(FinalTraining(which))
            model = fit(read.training, options, executor=self._executor).model
            evaluate_on_test(model, read.test, read, self._notify if which == "best" else ignore, recipe=recipe)
            save_model(model, self._folder / file)
        return tested(model, file, read.test, self._metric, options.seed)

    def _saved(self, file: str, options: Options) -> Model | None:
        try:
            model = load_model(self._folder / file)
        except GlassnetError:
            return None
        receipt: Mapping[str, Any] = model.receipt
        same = receipt.get("options") == options.to_dict() and "result" in receipt
        return model if same and receipt["data"]["fingerprint"] == fingerprint(self._samples.read.training) else None
