"""Training: reading and splitting data, then training, testing and saving a model."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import data
from ..data.dataset import Dataset
from ..data.split import few_groups
from ..data.validation import AUTO
from ..engines import Engine, engine_of_data
from ..errors import OptionError
from ..io.writing import free_name
from ..messages.message import Command, Listing, Message
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..model.file import load_model
from ..model.model import Model
from ..options.job_parameters import changes, require_declared
from ..options.options import Options, beyond_single_samples, job_options
from ..options.recipes import for_rows
from ..options.spec import option
from ..options.unused import unused_options, without_effect
from ..preprocess.augment.distort import IMAGE_OPTIONS
from ..training.callbacks import LAST, Callback
from ..training.checkpoint import CheckpointPolicy, LoadedCheckpoint, require_free, require_model_place
from ..training.executor import DividesBatches, Executor, divisible
from ..training.fine_tuning import fine_tuning_options, fitting_data
from ..training.fit import fit
from . import parameters
from .model_data import named_source
from .parameters import ABOUT_COLUMNS, TableOptions
from .training.background import is_large, load_in_background, load_kernels, load_modules
from .training.plan import Plan
from .training.result import (
    TrainResult,
    conclude,
    loading_for_later,
    save_on_failure,
    saying_what_is_left,
    written_at,
)
from .training_data import (
    TrainingData,
    further_samples,
    load_fine_tuning_table,
    load_samples,
    load_training_table,
    require_images,
    require_picture_files,
    training_and_test_samples,
)


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
    )
    add_times: int = option(
        1,
        "use each added image this many times per epoch, so that a few count among many",
        low=1,
        high=1000,
        group="data",
        rare=True,
    )
    validation_data: str | None = parameters.validation_data(
        "with early stopping a part of the training data is held out",
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
        if self.stream:
            _require_stream(self)


def train(
    job: TrainJob,
    *,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
    executor: Executor | None = None,
    watch: Callable[[Engine, Dataset], Engine] | None = None,
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
    watch : callable, optional
        Takes the engine and the training samples, and returns an engine with the same results; not called for a stream.

    Raises
    ------
    GlassnetError
        For options, data and files that cannot be used; raised before training. The messages of DivergedError and
        StreamError name the file with the last good weights.
    KeyboardInterrupt
        If training is interrupted; the message says what was kept.
    """
    start = load_model(job.start) if job.start else None
    source = job.parts[0] if job.parts else job.source or data.BUNDLED
    if start is not None:
        _require_own_columns(start, job)
        if job.source is None and not job.parts:
            source = _source_of_training(start, job)
    recipe = job.recipe or (start and start.receipt.get("recipe")) or ("table" if job.table.target else "notes")
    plan = plan_for(job, source, recipe)
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
    if job.validation_data and not read.options.early_stopping:
        notify(
            Message(
                "{validation_data}: only for the learning curve; with {early_stopping} it also chooses the best epoch",
                validation_data=Option("validation_data"),
                early_stopping=Option("early_stopping"),
            )
        )
    engine: Engine | None = None
    if isinstance(executor, DividesBatches) and read.options.members == 1:
        read, engine = _with_batches_shared(read, executor, notify)
    elif watch is not None and read.stream is None:
        engine = watch(_usual_engine(read, start), read.training)
    before = written_at(job.checkpoint)
    every = [*callbacks, loading_for_later(plan.pictures, read.options)]
    with saying_what_is_left(might_resume=read.options.members == 1 and not job.checkpoint):
        with save_on_failure(plan):
            if read.stream is not None:
                from ..training.streaming.fit import fit_surveyed  # loads polars

                fitted = fit_surveyed(read.stream, read.options, every, checkpoint=checkpoint)
            else:
                fitted = fit(
                    read.training,
                    read.options,
                    validation_data=read.validation,
                    callbacks=every,
                    engine=engine,
                    checkpoint=checkpoint,
                    init_model=start,
                    executor=executor,
                )
        return conclude(plan, read, fitted, job.checkpoint, notify, before=before, executor=executor)


def _usual_engine(read: TrainingData, start: Model | None) -> Engine:
    """Return the engine with which `fit` trains."""
    options = read.options
    if start is None and read.validation is None:
        options, _ = few_groups(read.training, options)
    return engine_of_data(options, read.training)


def _source_of_training(start: Model, job: TrainJob) -> str:
    """Return the data that a model was trained on, if they are bundled; an error otherwise."""
    template = "{model}: no DATA, and the model was not trained on the bundled MNIST. Name the DATA to train on."
    source: str = named_source(start, None, Message(template, model=job.start))
    return source


def plan_for(job: TrainJob, source: str, recipe: str) -> Plan:
    """Return what is fixed before training, and where the model is written; raise an error if it cannot be."""
    plan = Plan(
        source,
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
        validation_data=job.validation_data,
    )
    _require_parent_kept(job, plan)
    require_model_place(plan.out, overwrite=job.force or job.out is None)
    if not job.force and job.out is None and (free := str(free_name(plan.out))) != plan.out:
        plan = replace(plan, out=free, wanted=plan.out)
    return plan


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
    """Read the data, and meanwhile load the kernels that training is likely to need.

    The options of a table are only the default: `choose` returns them for a number of rows and a task. `saved` is the
    run to resume, `start` the model that is trained further.
    """
    if options.engine in ("compiled", "portable") or (options.engine == "auto" and is_large(plan.source)):
        if plan.wishes.target or (start is not None and start.columns is not None):  # the kernels depend on the columns
            load_in_background(load_modules, ["glassnet.engines.compiled.engine"])
        else:
            load_in_background(load_kernels, options)
    if plan.stream:
        from .training.stream import load_stream  # loads polars

        source = plan.parts or plan.source
        return load_stream(
            source,
            plan.test,
            plan.wishes,
            plan.recipe,
            choose,
            notify,
            validation_source=plan.validation_data,
            saved=saved,
        )
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
            validation_source=plan.validation_data,
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
            validation_source=plan.validation_data,
            stratified=plan.stratified,
            columns=None if saved is None else saved.model.columns,
        )
    began, layout = time.perf_counter(), None if saved is None else saved.model.layout
    whole = load_samples(plan.source, options, notify, layout=layout, large=saved is not None, like=start)
    if saved is None:
        options = replace(options, input_max=whole.maximum)
    training, test, held_out = training_and_test_samples(whole, plan, options, notify, like=start)
    validation = None
    if plan.validation_data is not None:
        validation = further_samples(plan.validation_data, whole, notify, like=start)
        validation = validation if start is None else fitting_data(start, validation)
    return TrainingData(training, test, options, held_out, time.perf_counter() - began, validation=validation)


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
    for name in ABOUT_COLUMNS:
        if getattr(table, name):
            template = "{option}: further training uses the columns of {model}. Omit it."
            raise OptionError("GN022", template, option=Option(name), model=job.start)


def _not_to_a_table(added: str) -> OptionError:
    return OptionError(
        "GN022",
        "{add}: not available for a table with named columns. Add the rows to the table.",
        add=Option("add", added),
    )


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


def _require_stream(job: TrainJob) -> None:
    """Raise OptionError GN022 for what is not available with a stream."""
    if not job.table.target:
        raise OptionError(
            "GN022",
            "{stream}: reads tables with named columns. Name the column to predict with {target}.",
            stream=Option("stream"),
            target=Option("target"),
        )
    if job.source is None and not job.parts:
        raise OptionError("GN022", "{stream}: needs DATA, such as 'parts/*.parquet'.", stream=Option("stream"))
    if job.start:
        raise OptionError(
            "GN022",
            "{start}: not available with {stream}. Omit one of them.",
            start=Option("init_model", job.start),
            stream=Option("stream"),
        )
    for name in ("size", "colour", "handwriting", *IMAGE_OPTIONS):
        given = job.options.get(name)
        if given and given != getattr(Options, name):
            raise OptionError("GN022", "{option}: for images, and a stream is a table. Omit it.", option=Option(name))


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
    read: TrainingData, executor: DividesBatches, notify: Notify
) -> tuple[TrainingData, Engine | None]:
    """Return the data with options for which an executor's workers can share the batches of a network, and its engine.

    The engine is None, and the options are the same, if there is too little to share.
    """
    options, data = read.options, read.training
    shared = divisible(options)
    engine = engine_of_data(options, data)
    if engine.name == "reference":
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
    return replace(read, options=shared), executor.engine(notify, portable=engine.name == "portable")
