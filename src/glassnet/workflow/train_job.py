"""Training: reading and splitting data, then training, testing and saving a model."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib import import_module
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import data
from ..data import Dataset
from ..data.validation import AUTO
from ..engines import Engine, engine_for
from ..errors import (
    DivergedError,
    FileError,
    GlassnetError,
    InterruptedWorkError,
    OptionError,
    StreamError,
)
from ..io.writing import free_name, require_picture_place
from ..messages.languages import LANGUAGES
from ..messages.message import Command, Listing, Message, Sentences
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..model.evaluate import Evaluation, evaluate
from ..model.file import load_model, save_model
from ..model.header import record_of, text
from ..model.intervals import score_intervals
from ..model.model import Model
from ..options.job_parameters import changes, require_declared
from ..options.options import Options, beyond_single_samples
from ..options.recipes import RECORDED_AS, for_rows
from ..options.spec import option
from ..options.unused import unused_options, without_effect
from ..preprocess.tabular.leaks import mention_leak
from ..runtime.threads import available_cores, start_in_background
from ..training.callbacks import LAST, STILL_FALLING, Callback, History
from ..training.checkpoint import CheckpointPolicy, LoadedCheckpoint, require_free, require_model_place
from ..training.cross_validation import CrossValidation, cross_validate
from ..training.events import Event, TrainingStarted
from ..training.executor import DividesBatches, Executor, divisible
from ..training.fine_tuning import fine_tuning_options
from ..training.fit import fit
from ..training.receipt import add_test, extent_of
from ..training.run import Fit
from . import parameters
from .drawings import drawings_of_test
from .evaluate_job import about_one_answer
from .model_data import named_source, unless_warned
from .parameters import TableOptions
from .training_data import (
    TrainingData,
    job_options,
    load_fine_tuning_table,
    load_training_data,
    load_training_table,
    notify_weak_test,
    require_images,
    require_picture_files,
)

if TYPE_CHECKING:
    from ..data.stream.source import StreamSource

_MOST_WORK = 2e10
"""Samples × epochs × weights up to which a small table is cross-validated; the recipe for tables needs about 1e9."""
_FEWEST_TESTED, _PERFECT = 100, 0.9999
_FEWEST_JUDGED = 20
LARGE_FILE = 1 << 20
"""Bytes of a data file from which kernels are loaded before its size in rows is known."""


@dataclass(frozen=True)
class TrainJob:
    """What to train, and what to write.

    With a target, the source is a table with named columns and the recipe "table" by default; with `start`, the
    options are by default those of its training.
    """

    source: str | None = option(None, "the training data", argument="[DATA]...", otherwise=data.BUNDLED)
    test: str | None = option(
        None,
        "test data; not used for training",
        metavar="DATA",
        group="data",
        common=True,
        otherwise="the test part of DATA, or a held-out part",
    )
    recipe: str | None = parameters.recipe(None, "notes; with --target table")
    options: dict[str, Any] = changes(recipe="notes")
    table: TableOptions = field(default_factory=TableOptions)
    out: str | None = option(
        None,
        "model file to write",
        metavar="FILE",
        common=True,
        otherwise="RECIPE.safetensors, or RECIPE-2 … if it exists; with --from, MODEL-2 …",
    )
    force: bool = parameters.force()
    plot: bool = option(True, "plot digits, learning curve and confusion matrix next to the model")
    language: str = parameters.language()
    checkpoint: str | None = option(None, "write checkpoints to this file, for --resume", metavar="FILE")
    every: str | None = option(
        None,
        "checkpoint interval: 30s, 5m, 2h or a number of steps; written at the end of a block",
        flag="checkpoint_every",
        metavar="TIME|N",
        otherwise="30s",
    )
    start: str | None = option(
        None,
        "train this model further (fine-tuning); its network, scaling and classes are kept",
        flag="from",
        metavar="MODEL",
        group="data",
        common=True,
    )
    add: tuple[str, ...] = option(
        (),
        "add these labelled images to the training data, such as own drawings in class folders; repeat for more",
        metavar="FOLDER",
        group="data",
        common=True,
    )
    add_times: int = option(
        1,
        "use each added image this many times per epoch, so that a few count among many",
        low=1,
        high=1000,
        group="data",
        rare=True,
    )
    stream: bool = option(
        False,
        "read a table larger than memory in row groups: files, a folder or 'parts/*.parquet' (Parquet, Arrow, CSV)",
        group="data",
        common=True,
    )
    parts: tuple[str, ...] = ()
    """Several files of a stream, instead of `source`."""

    def __post_init__(self) -> None:
        require_declared(self)
        parameters.require_one_file(self.parts, stream=self.stream)
        if self.start is None:
            self.table.require_target()
        if self.add and self.table.target:
            raise _not_to_a_table(self.add[0])
        if self.add_times != 1 and not self.add:
            raise OptionError(
                "GN022",
                "{add_times}: needs images to add. Name them with {add}.",
                add_times=Option("add_times"),
                add=Option("add", "FOLDER"),
            )


@dataclass(frozen=True)
class Plan:
    """What is fixed before a training run, in addition to its options.

    A checkpoint stores it as its note, under these names, so that a resumed run ends like an uninterrupted one.
    """

    source: str
    test: str | None
    out: str
    recipe: str
    pictures: bool
    wishes: TableOptions
    language: str = "en"
    force: bool = False
    wanted: str = ""
    """The preferred model file, if that already existed; else empty."""
    epochs_named: bool = False
    start: str = ""
    """The file of the model that is trained further; empty for a new network."""
    add: tuple[str, ...] = ()
    """The sources of the added samples, each as often as its samples count."""
    stratified: bool = True
    """Whether held-out rows are stratified by class; false for checkpoints of version 0.2 and before."""
    stream: bool = False
    parts: tuple[str, ...] = ()

    @classmethod
    def from_note(cls, note: dict[str, Any]) -> Plan:
        """Return the plan stored in a checkpoint; ValueError if it is not valid."""
        record_of(cls, wishes=record_of(TableOptions), language=text(LANGUAGES))(note, "note")
        table: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in note["wishes"].items()}
        return cls(
            **{
                **note,
                "recipe": RECORDED_AS.get(note["recipe"], note["recipe"]),
                "wishes": TableOptions(**table),
                "add": tuple(note.get("add", ())),
                "parts": tuple(note.get("parts", ())),
                "stratified": note.get("stratified", False),
            }
        )


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


@dataclass(frozen=True)
class Pictures:
    """The written plots, and the error if one could not be written."""

    files: tuple[str, ...]
    problem: GlassnetError | None = None


def train(
    job: TrainJob,
    *,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
    executor: Executor | None = None,
) -> TrainResult:
    """Read data, train a model, test it and save it.

    Parameters
    ----------
    job : TrainJob
    callbacks : iterable of callable
        Each is called with every event of the training run.
    notify : callable
        Called with each notice.
    executor : Executor, optional
        As for `fit`; the folds of a cross-validation are trained there too.

    Raises
    ------
    GlassnetError
        For options, data and files that cannot be used; raised before training. The messages of DivergedError and
        StreamError name the file with the last good weights.
    KeyboardInterrupt
        If training is interrupted; the message says what was kept.
    """
    start = load_model(job.start) if job.start else None
    if start is not None:
        _require_own_columns(start, job)
    recipe = job.recipe or (start and start.receipt.get("recipe")) or ("table" if job.table.target else "notes")
    plan = plan_for(job, recipe, start)
    if start is None:
        options = job_options(recipe, job.options)
        require_picture_files(plan.source, options)
    else:
        options = fine_tuning_options(start, job.options, job.recipe)
    checkpoint = checkpoint_policy(job, plan, options, notify)

    def choose(rows: int, task: str) -> Options:
        return job_options(recipe, job.options, **for_rows(rows, recipe, task=task))

    read = read_data(plan, options, choose, notify, start=start)
    if start is None:
        require_images(recipe, job.options, read.training, read.options)
    if plan.wanted:
        notify(Message("{wanted} already exists: this run writes {file}", wanted=plan.wanted, file=plan.out))
    notify_options(job.options, read.options, notify)
    read, engine = _with_batches_shared(read, executor, notify)
    fit_it = partial(fit, read.training, read.options, checkpoint=checkpoint, init_model=start, executor=executor)
    if engine is not None:
        fit_it = partial(fit_it, engine=engine)
    before = written_at(job.checkpoint)
    with saying_what_is_left(might_resume=read.options.members == 1 and not job.checkpoint):
        return carry_out(plan, read, fit_it, job.checkpoint, callbacks, notify, before=before, executor=executor)


def plan_for(job: TrainJob, recipe: str, start: Model | None = None) -> Plan:
    """Return what is fixed before training; raise an error if the model cannot be written there."""
    plan = Plan(
        job.parts[0] if job.parts else _source_of(job, start),
        job.test,
        job.out or (_next_name(job.start) if job.start else f"{recipe}.safetensors"),
        recipe,
        job.plot,
        job.table,
        job.language,
        job.force,
        epochs_named=(job.options.get("epochs") or 0) >= 1 / LAST,  # with fewer, the last tenth is less than an epoch
        start=job.start or "",
        add=job.add * job.add_times,
        stream=job.stream,
        parts=job.parts,
    )
    _require_parent_kept(job, plan)
    require_model_place(plan.out, overwrite=job.force or job.out is None)
    if not job.force and job.out is None and (free := str(free_name(plan.out))) != plan.out:
        plan = replace(plan, out=free, wanted=plan.out)
    return plan


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


def _curve(result: TrainResult) -> dict[str, Any]:
    """Return the learning curve with the test of the trained model at its end."""
    curve, evaluation = result.history.curve(), result.evaluation
    tested = {"tested": curve["progress"][-1:], "test_loss": [evaluation.loss]}
    return {**curve, **tested, **({"test_accuracy": [evaluation.accuracy]} if "accuracy" in curve else {})}


def draw_pictures(result: TrainResult) -> Pictures:
    """Draw the learning curve and the plots of the test next to the model; a failure does not raise."""
    from .. import plots

    language, path = result.plan.language, result.path
    drawings: dict[str, Callable[[], Any]] = {
        "curve": lambda: plots.draw_curve(_curve(result), language=language),
        **drawings_of_test(result.model, result.test, result.evaluation, language),
    }
    written: list[str] = []
    try:
        for name, draw in drawings.items():
            target = path.with_name(f"{path.stem}-{name}.png")
            require_picture_place(target)
            plots.save(draw(), target)
            written.append(target.name)
    except (FileError, OptionError) as problem:
        return Pictures(tuple(written), problem)
    except KeyboardInterrupt:
        raise InterruptedWorkError("GN031", "interrupted while drawing; the model is in {path}.", path=path) from None
    return Pictures(tuple(written))


def checkpoint_policy(job: TrainJob, plan: Plan, options: Options, notify: Notify) -> CheckpointPolicy | None:
    """Return where and when to write checkpoints; None if a job has none. Errors GN022 and GN045."""
    path = job.checkpoint
    if path is None:
        if job.every is not None:
            raise OptionError(
                "GN022",
                "{checkpoint_every}: needs a file. Add {checkpoint}.",
                checkpoint_every=Option("checkpoint_every"),
                checkpoint=Option("checkpoint", "FILE"),
            )
        return None
    if options.members > 1:
        raise OptionError(
            "GN022",
            "{checkpoint}: not available for an ensemble of {members} networks. Add {single} to "
            "train one network, or omit {checkpoint}.",
            members=options.members,
            checkpoint=Option("checkpoint"),
            single=Option("members", 1),
        )
    if Path(path).resolve() == Path(plan.out).resolve():
        raise OptionError(
            "GN022",
            "{checkpoint}: the model will be written to this file. Name another one.",
            checkpoint=Option("checkpoint", path),
        )
    require_free(path)
    return CheckpointPolicy(path, job.every or "30s", asdict(plan), notify)


def read_data(
    plan: Plan,
    options: Options,
    choose: Callable[[int, str], Options],
    notify: Notify,
    saved: LoadedCheckpoint | None = None,
    start: Model | None = None,
) -> TrainingData:
    """Read the data, and meanwhile load the kernels that training is likely to need; `start` is trained further."""
    if options.engine == "compiled" or (options.engine == "auto" and _is_large(plan.source)):
        if plan.wishes.target or (start is not None and start.columns is not None):  # the kernels depend on the columns
            _load_in_background(_load_modules, ["glassnet.engines.compiled.engine"])
        else:
            _load_in_background(_load_kernels, options)
    if plan.start and saved is not None:
        start = saved.model  # with the same scaling, classes and columns
    if start is not None and start.columns is not None:
        wishes = plan.wishes
        return load_fine_tuning_table(
            plan.source,
            plan.test or None,
            start,
            wishes.decimal,
            options,
            plan.recipe,
            notify,
            stratified=plan.stratified,
        )
    if plan.wishes.target:
        return load_training_table(
            plan.source,
            plan.test or None,
            plan.wishes,
            plan.recipe,
            choose,
            notify,
            stratified=plan.stratified,
            columns=None if saved is None else saved.model.columns,
        )
    if saved is None:
        return load_training_data(plan.source, plan.test, options, notify, like=start, added=plan.add)
    known: dict[str, Any] = {"layout": saved.model.layout, "large": True, "like": start, "added": plan.add}
    known["stratified"] = plan.stratified
    read = load_training_data(plan.source, plan.test, options, notify, **known)
    return replace(read, options=options)


def _require_own_columns(start: Model, job: TrainJob) -> None:
    """Raise OptionError GN022 for options that would choose other columns than those of a model to train further."""
    table, columns = job.table, start.columns
    if columns is None:
        if table.target or table.decimal != AUTO:
            option = Option("target", table.target[0]) if table.target else Option("decimal", table.decimal)
            template = "{option}: {model} was not trained on a table with named columns. Omit it."
            raise OptionError("GN022", template, option=option, model=job.start)
        return
    if job.add:
        raise _not_to_a_table(job.add[0])
    if table.target and set(table.target) != set(columns.target_names):
        raise OptionError(
            "GN022",
            "{target}: {model} predicts {names}. Omit it.",
            model=job.start,
            names=Listing(columns.target_names, quoted=True),
            target=Option("target", table.target[0]),
        )
    for name in ("task", "drop", "keep"):
        if getattr(table, name):
            template = "{option}: further training uses the columns of {model}. Omit it."
            raise OptionError("GN022", template, option=Option(name), model=job.start)


def _not_to_a_table(added: str) -> OptionError:
    return OptionError(
        "GN022",
        "{add}: not available for a table with named columns. Add the rows to the table.",
        add=Option("add", added),
    )


def _source_of(job: TrainJob, start: Model | None) -> str:
    """Return the data to train on: the named ones, or the bundled MNIST unless a model was trained on others."""
    if start is None or job.source is not None:
        return job.source or data.BUNDLED
    otherwise = Message(
        "{model}: no DATA, and the model was not trained on the bundled MNIST. Name the DATA to train on.",
        model=job.start,
    )
    source: str = named_source(start, None, otherwise)
    return source


def _next_name(parent: str) -> str:
    """Return the file for a model that is trained further: the next number, ``notes-2`` after ``notes``."""
    stem = Path(parent).stem
    match = re.fullmatch(r"(.+)-([0-9]{1,9})", stem)
    base, number = (match[1], int(match[2])) if match else (stem, 1)
    while os.path.lexists(name := f"{base}-{number + 1}.safetensors"):
        number += 1
    return name


def _require_parent_kept(job: TrainJob, plan: Plan) -> None:
    """Raise OptionError GN022 if the model to train further would be overwritten."""
    for name, file in (("out", plan.out), ("checkpoint", job.checkpoint)):
        if job.start and file and Path(file).resolve() == Path(job.start).resolve():
            template = "{option}: the model that training starts from, which `{verify}` needs. Name another file."
            raise OptionError("GN022", template, option=Option(name, file), verify=Command("info", Option("verify")))


def notify_options(given: dict[str, Any], options: Options, notify: Notify) -> None:
    """Notify of options that have no effect, and of those that make training slow."""
    for name, needs in unused_options(given, options).items():
        notify(without_effect(Option(name), needs, options))
    if options.batch_size == 1 and options.engine != "reference" and (slow := beyond_single_samples(options)):
        notify(
            Message(
                "training on single samples has a fast loop for plain sgd only: with {options} it takes about "
                "ten times as long; {recipe} trains in batches, which are fast with these too",
                options=Listing(map(Option, slow)),
                recipe=Option("recipe", "quick"),
            )
        )


def _with_batches_shared(
    read: TrainingData, executor: Executor | None, notify: Notify
) -> tuple[TrainingData, Engine | None]:
    """Return the data with options for which an executor's workers can share the batches of a network, and its engine.

    The engine is None, and the options are the same, if there are several networks or nothing to share.
    """
    options, data = read.options, read.training
    if options.members > 1 or not isinstance(executor, DividesBatches):
        return read, None
    shared = divisible(options)
    if engine_for(options, len(data), (data.features, *options.hidden, data.classes)).name == "reference":
        notify(
            Message(
                "{ray}: too little to divide, trained on this machine; {engine} divides it",
                ray=Option("ray"),
                engine=Option("engine", "compiled"),
            )
        )
        return read, None
    if shared != options:
        notify(
            Message("{ray}: skip_zeros is no, so that workers can share a batch; other last bits", ray=Option("ray"))
        )
    return replace(read, options=shared), executor.engine(notify)


def carry_out(
    plan: Plan,
    read: TrainingData,
    fit_it: Callable[..., Fit],
    checkpoint: str | None,
    callbacks: Iterable[Callback],
    notify: Notify,
    *,
    before: int | None = None,
    resumed: bool = False,
    executor: Executor | None = None,
) -> TrainResult:
    """Train, test and save.

    `fit_it` takes callbacks. `before` is the modification time of the file `checkpoint` before training, if it existed:
    an unchanged file is not a checkpoint of this run. A `resumed` run may overwrite a file that has the same model. The
    folds of a cross-validation are trained on `executor`.
    """
    fitted = fit_or_keep(fit_it, plan, read.options, callbacks)
    return conclude(plan, read, fitted, checkpoint, notify, before=before, resumed=resumed, executor=executor)


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
    """Test and save a trained model; arguments as for `carry_out`."""
    path, options = Path(plan.out), read.options
    fall = fitted.history.loss_fall()
    if plan.epochs_named and not options.early_stopping and fall > STILL_FALLING:
        notify(
            Message(
                "the training loss still fell by {fall:.0%} in the last {last:.0%} of {epochs} epochs: try "
                "more {option}",
                fall=fall,
                last=LAST,
                epochs=options.epochs,
                option=Option("epochs"),
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
        path = _save(model, path, overwrite=plan.force or (resumed and _is_saved(model, path)))
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
    said = [] if few else about_one_answer(model, test, evaluation, read.options.initializer)
    for one in said:
        notify(one)
    if not said:
        _notify_useless(read, test, evaluation, crossed, notify)
    notify_weak_test(read.training, model.receipt["data"]["fingerprint"], test, notify)
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
    )
    return evaluation


def _cross_validated(read: TrainingData, notify: Notify, executor: Executor | None) -> CrossValidation | None:
    """Cross-validate a small table with the options of its training; None if that is not due, or not possible.

    A network that takes long is trained only once.
    """
    sizes = (read.training.features, *read.options.hidden, read.training.classes)
    weights = read.options.members * sum(below * above for below, above in pairwise(sizes))
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
    if columns is None or samples < _FEWEST_TESTED or mention_leak(columns.remarks):
        return
    if scores.get("accuracy", 0) == 1 or scores.get("r2", 0) > _PERFECT:
        notify(
            Message(
                "{source}: the test has no errors; make sure that no column contains the answer, or is known "
                "only after it",
                source=read.training.source,
            )
        )


def _notify_useless(
    read: TrainingData, test: Dataset, evaluation: Evaluation, crossed: CrossValidation | None, notify: Notify
) -> None:
    """Notify if a model is not better than the most frequent class or the mean, by its cross-validation or else test.

    A few tested samples may mislead by chance.
    """
    scores, samples = (crossed.scores, crossed.samples) if crossed else (evaluation.scores, evaluation.samples)
    if test.weights is not None or samples < _FEWEST_JUDGED:
        return
    if scores.get("r2", 1) <= 0:
        notify(
            Message(
                "{source}: the predictions are not better than always answering the mean (R² {r2:.2f})",
                source=read.training.source,
                r2=scores["r2"],
            )
        )
    if "accuracy" not in scores or test.values is not None:
        return
    labels = np.concatenate([read.training.labels, test.labels]) if crossed else test.labels
    counts = np.bincount(labels)
    share = counts.max() / len(labels)
    if scores["accuracy"] <= share < 1:  # a test of a single class does not tell
        name = test.name_of(int(counts.argmax()))
        facts = {"accuracy": scores["accuracy"], "name": name, "share": share}
        notify(
            Message(
                "{source}: the accuracy, {accuracy:.1%}, is not better than always answering {name!r} ({share:.1%})",
                source=read.training.source,
                **facts,
            )
        )


def modules_for_later(pictures: bool, options: Options, cores: int) -> list[str]:
    """Return the modules for the test and the plots that are worth loading while the compiled loops train.

    None if no core is free: the training threads wait for each other, so one that shares its core delays the other.
    Loading then takes more time from training than it saves later.
    """
    if options.members > 1 or cores <= min(options.threads or options.shards, options.shards):
        return []
    return ["scipy.special", *(["matplotlib.figure"] if pictures else [])]


def fit_or_keep(fit_it: Callable[..., Fit], plan: Plan, options: Options, callbacks: Iterable[Callback]) -> Fit:
    """Train; if that fails, write the last good weights, and name their file in the error."""
    path, needed_later = Path(plan.out), modules_for_later(plan.pictures, options, available_cores())

    def load_meanwhile(event: Event) -> None:
        # Only the compiled loops release the GIL, so that another thread can load these modules.
        if isinstance(event, TrainingStarted) and event.engine == "compiled":
            _load_in_background(_load_modules, needed_later)

    try:
        return fit_it(callbacks=[*callbacks, load_meanwhile])
    except (DivergedError, StreamError) as problem:
        kept = [Message("{path} was not written.", path=path)]
        if problem.model is not None and problem.good_epochs:
            place = path.with_name(f"{path.stem}-last-good.safetensors")
            place = _save_under_free_name(problem.model, place, overwrite=False)
            kept.append(Message("The last good weights are in {place}.", place=place))
        raise type(problem)(problem.code, "{problem} {kept}", problem=problem, kept=Sentences(*kept)) from None


def _save(model: Model, path: Path, *, overwrite: bool) -> Path:
    """Write the model and return its file; if it cannot be written, a file in the temporary folder."""
    try:
        return _save_under_free_name(model, path, overwrite=overwrite)
    except FileError as problem:
        place = Path(tempfile.mkdtemp(prefix="glassnet-"), path.name)
        try:
            save_model(model, place)
        except FileError:  # not possible there either
            place.parent.rmdir()
            raise problem from None
        raise FileError(
            problem.code, "{problem} The trained model is in {place}.", problem=problem, place=place
        ) from None


def _save_under_free_name(model: Model, path: Path, *, overwrite: bool) -> Path:
    """Write a model under a free name, if another run has written to its name in the meantime."""
    place = path
    while True:
        try:
            save_model(model, place, overwrite)
            return place
        except FileError as problem:
            if problem.code != "GN007":
                raise
            place = free_name(path)


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


def _load_in_background(load: Callable[..., Any], *arguments: Any) -> None:
    """Load on a thread; what fails there is loaded again, and reported, where it is needed."""

    def run() -> None:
        with suppress(BaseException):
            load(*arguments)

    start_in_background(run)


def _is_large(source: str) -> bool:
    """Return whether data are probably too large for the reference engine, judged by the size of the files."""
    path = Path(source)
    if source == data.BUNDLED or not path.exists():
        return source == data.BUNDLED
    sizes = (one.stat().st_size for one in (path.rglob("*") if path.is_dir() else [path]) if one.is_file())
    return any(total >= LARGE_FILE for total in accumulate(sizes))


def _load_kernels(options: Options) -> None:
    from ..engines.compiled.engine import load_kernels

    load_kernels(options)


def _load_modules(names: list[str]) -> None:
    for name in names:
        import_module(name)
