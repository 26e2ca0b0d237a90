"""Training: data are read and divided, a model is trained, tested and saved."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from .. import data
from ..data import Dataset
from ..errors import (
    DivergedError,
    FileError,
    GlassnetError,
    InterruptedWorkError,
    OptionError,
)
from ..i18n.language import LANGUAGES
from ..io.writing import free_name, require_picture_place
from ..model.evaluate import Evaluation, evaluate
from ..model.file import load_model, save_model
from ..model.header import Text, record_of
from ..model.model import Model
from ..options.options import Options, beyond_single_samples
from ..options.recipes import for_rows
from ..options.unused import unused_options
from ..training.callbacks import LAST, STILL_FALLING, Callback, History
from ..training.checkpoint import CheckpointPolicy, LoadedCheckpoint, require_free, require_model_place
from ..training.events import Event, TrainingStarted
from ..training.fit import fit
from ..training.receipt import add_test, extent_of
from ..training.run import Fit
from .drawings import drawings_of_test
from .model_data import unless_warned
from .notice import Notify, ignore, notice, texts_to
from .table_options import TableOptions
from .training_data import (
    TrainingData,
    load_training_data,
    load_training_table,
    notify_weak_test,
    options_for,
    require_picture_files,
)


@dataclass(frozen=True)
class TrainJob:
    """What to train, and what to make of it.

    Parameters
    ----------
    source : str
        Data, as `data.load` takes them, or a table with named columns.
    test : str, optional
        Data to test with; the source's own test part, or a part of it that is kept aside, if not given.
    recipe : str, optional
        "table" for a table with named columns, else "notes", if not given.
    options : dict
        Where they differ from the recipe's.
    table : TableOptions
        For a table with named columns.
    out : str, optional
        Where the model goes; the recipe's name, or one beside it that is free, if not given.
    force : bool
        Whether to replace a model that is there.
    pictures : bool
        Whether pictures are drawn after the training: the modules for it are loaded meanwhile.
    language : {"en", "zh"}
        Of the words in pictures.
    checkpoint : str, optional
        Where to write the training down, for `resume`.
    every : str, optional
        How often; as for `training.checkpoint.CheckpointPolicy`.
    """

    source: str = data.BUNDLED
    test: str | None = None
    recipe: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    table: TableOptions = field(default_factory=TableOptions)
    out: str | None = None
    force: bool = False
    pictures: bool = True
    language: str = "en"
    checkpoint: str | None = None
    every: str | None = None

    def __post_init__(self) -> None:
        self.table.require_target()


@dataclass(frozen=True)
class Plan:
    """What is fixed before a training, besides its options.

    A checkpoint keeps it as its note, under these names, so that a training that goes on ends as it would have.
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
    """Where the model would go, were there nothing yet; empty if it goes there."""
    epochs_named: bool = False

    @classmethod
    def from_note(cls, note: dict[str, Any]) -> Plan:
        """Return the plan that a checkpoint keeps; ValueError if it is none."""
        record_of(cls, wishes=record_of(TableOptions), language=Text(LANGUAGES)).check(note, "note")
        table: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in note["wishes"].items()}
        return cls(**{**note, "wishes": TableOptions(**table)})


@dataclass(frozen=True)
class TrainResult:
    """A model that was trained, tested and saved.

    Parameters
    ----------
    model : Model
        With its receipt.
    path : Path
        Where it is.
    wanted : str
        Where it was to go; another file was there if that is not `path`.
    test : Dataset
        What it was tested with.
    evaluation : Evaluation
    history : History
        The learning curve; of a committee, the first member's.
    seconds : dict
        How long ``load``, ``compile``, ``train`` and ``test`` took.
    held_out : bool
        Whether the test data were kept aside from the training data.
    plan : Plan
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

    @property
    def epochs(self) -> int:
        """Epochs that were run; of a committee, the most."""
        return extent_of(self.model.receipt)[0]

    @property
    def samples(self) -> int:
        """Samples that were trained on."""
        return extent_of(self.model.receipt)[1]


@dataclass(frozen=True)
class Pictures:
    """Files that were drawn, and why the next could not be written."""

    files: tuple[str, ...]
    problem: GlassnetError | None = None


def train(job: TrainJob, *, callbacks: Iterable[Callback] = (), notify: Notify = ignore) -> TrainResult:
    """Read data, train a model, test it and save it.

    Parameters
    ----------
    job : TrainJob
    callbacks : iterable of callable
        Each gets every event of the training.
    notify : callable
        Gets what is worth knowing on the way.

    Raises
    ------
    GlassnetError
        For options, data and places to write that cannot be used: before anything is trained. DivergedError names
        where the last good weights are.
    KeyboardInterrupt
        With words on what is kept, when the training is interrupted.
    """
    recipe = job.recipe or ("table" if job.table.target else "notes")
    plan = Plan(
        job.source,
        job.test,
        job.out or f"{recipe}.safetensors",
        recipe,
        job.pictures,
        job.table,
        job.language,
        job.force,
        epochs_named=(job.options.get("epochs") or 0) >= 1 / LAST,  # of fewer, the last tenth is no whole epoch
    )
    require_model_place(plan.out, overwrite=job.force or job.out is None)
    if not job.force and job.out is None and (free := str(free_name(plan.out))) != plan.out:
        plan = replace(plan, out=free, wanted=plan.out)
    options = options_for(recipe, job.options)
    require_picture_files(job.source, options)
    checkpoint = _checkpoint(job, plan, options, notify)

    def choose(rows: int, task: str) -> Options:
        return options_for(recipe, job.options, **for_rows(rows, recipe, task=task))

    read = read_data(plan, options, choose, notify)
    _notify_options(job.options, read.options, notify)
    fit_it = partial(fit, read.training, read.options, checkpoint=checkpoint)
    before = _written_at(job.checkpoint)
    try:
        return carry_out(plan, read, fit_it, job.checkpoint, callbacks, notify, before=before)
    except KeyboardInterrupt as stop:
        might = read.options.members == 1 and not job.checkpoint
        hint = " With --checkpoint FILE a training can go on after that." if might else ""
        raise KeyboardInterrupt(str(stop) or f"interrupted; nothing was written.{hint}") from None


def draw_pictures(result: TrainResult) -> Pictures:
    """Draw the learning curve and the test beside the model; where that cannot be, the training still stands.

    Raises
    ------
    InterruptedWorkError
        GN031 when it is interrupted.
    """
    from .. import plots

    language, path = result.plan.language, result.path
    drawings: dict[str, Callable[[], Any]] = {
        "curve": lambda: plots.draw_curve(result.history.curve(), language=language),
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
        raise InterruptedWorkError("GN031", f"interrupted while drawing; the model is in {path}.") from None
    return Pictures(tuple(written))


def _checkpoint(job: TrainJob, plan: Plan, options: Options, notify: Notify) -> CheckpointPolicy | None:
    path = job.checkpoint
    if path is None:
        if job.every is not None:
            raise OptionError("GN022", "--checkpoint-every: name the file too, --checkpoint FILE.")
        return None
    if options.members > 1:
        raise OptionError("GN022", "--checkpoint: a committee keeps none. Train its members one by one, or without.")
    if Path(path).resolve() == Path(plan.out).resolve():
        raise OptionError("GN022", f"--checkpoint {path}: the model is to go there. Name another file.")
    require_free(path)
    return CheckpointPolicy(path, job.every or "30s", asdict(plan), texts_to(notify))


def read_data(
    plan: Plan,
    options: Options,
    choose: Callable[[int, str], Options],
    notify: Notify,
    saved: LoadedCheckpoint | None = None,
) -> TrainingData:
    """Read the data, and meanwhile load the kernels that `options` need."""
    if options.engine != "reference":
        _in_background(_load_kernels, options)
    if plan.wishes.target:
        return load_training_table(plan.source, plan.test, plan.wishes, plan.recipe, choose, notify)
    if saved is None:
        return load_training_data(plan.source, plan.test, options, notify)
    read = load_training_data(plan.source, plan.test, options, notify, layout=saved.model.layout, large=True)
    return replace(read, options=options)


def _notify_options(given: dict[str, Any], options: Options, notify: Notify) -> None:
    """Tell which options do nothing, and which make training slow."""
    for name, needs in unused_options(given, options).items():
        facts = {"flag": _flag(name), "other": _flag(needs.option), "value": getattr(options, needs.option)}
        if needs.values:
            notify(notice("idle", **facts, wanted=", ".join(needs.values)))
        else:
            notify(notice("idle_below", **facts, least=needs.above))
    if options.batch_size == 1 and options.engine != "reference" and (slow := beyond_single_samples(options)):
        notify(notice("slow", flags=", ".join(f"--{_flag(name)}" for name in slow)))


def _flag(option: str) -> str:
    return option.replace("_", "-")


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
) -> TrainResult:
    """Train, test and save.

    `fit_it` is given callbacks. `before` is when a file that `checkpoint` may replace was written; one of this training
    may not. The model of a training that was `resumed` replaces itself, as it comes out once more.
    """
    path, options = Path(plan.out), read.options
    needed_later = ["scipy.special", *(["matplotlib.figure"] if plan.pictures else [])]
    fitted = _fit(fit_it, path, needed_later, callbacks)
    fall = fitted.history.loss_fall()
    if plan.epochs_named and not options.early_stopping and fall > STILL_FALLING:
        notify(notice("still_falling", fall=fall, last=LAST, epochs=options.epochs))
    if checkpoint and _written_at(checkpoint) in (None, before):  # there was no room for it
        checkpoint = None
    with _not_lost(checkpoint):
        unless_warned(fitted.model).warn_if_far(read.test.inputs)
        began = time.perf_counter()
        evaluation = evaluate(fitted.model, read.test)
        seconds = {
            "load": read.seconds,
            "compile": fitted.prepare_seconds,
            "train": fitted.train_seconds,
            "test": time.perf_counter() - began,
        }
        model = fitted.model
        notify_weak_test(read.training, model.receipt["data"]["fingerprint"], read.test, notify)
        add_test(model.receipt, evaluation, recipe=plan.recipe, held_out=read.held_out)
        path = _save(model, path, overwrite=plan.force or (resumed and _is_saved(model, path)))
    wanted = plan.wanted or plan.out
    return TrainResult(model, path, wanted, read.test, evaluation, fitted.history, seconds, read.held_out, plan)


def _fit(fit_it: Callable[..., Fit], path: Path, needed_later: list[str], callbacks: Iterable[Callback]) -> Fit:
    def load_meanwhile(event: Event) -> None:
        # The loops hold no lock of Python's, so a second core can load what comes after them.
        if isinstance(event, TrainingStarted):
            _in_background(_load_modules, needed_later)

    try:
        return fit_it(callbacks=[*callbacks, load_meanwhile])
    except DivergedError as problem:
        kept = f"{path} was not written."
        if problem.model is not None and problem.good_epochs:
            place = path.with_name(f"{path.stem}-last-good.safetensors")
            place = _save_beside(problem.model, place, overwrite=False)
            kept += f" The last good weights are in {place}."
        raise DivergedError(problem.code, f"{problem} {kept}") from None


def _save(model: Model, path: Path, *, overwrite: bool) -> Path:
    """Write the model and return where; where there is no room, among the temporary files."""
    try:
        return _save_beside(model, path, overwrite=overwrite)
    except FileError as problem:
        place = Path(tempfile.mkdtemp(prefix="glassnet-"), path.name)
        try:
            save_model(model, place)
        except FileError:  # no room there either
            place.parent.rmdir()
            raise problem from None
        raise FileError(problem.code, f"{problem} The trained model is in {place}.") from None


def _save_beside(model: Model, path: Path, *, overwrite: bool) -> Path:
    """Write a model, beside what has come to be of its name meanwhile: another training's model, for one."""
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
    """Tell whether a file holds this very model."""
    with suppress(GlassnetError):
        return load_model(path).hash() == model.hash()
    return False


def _written_at(path: str | None) -> int | None:
    """Return when a file was written, in nanoseconds; None where there is none."""
    with suppress(OSError):
        return os.stat(path).st_mtime_ns if path else None
    return None


@contextmanager
def _not_lost(checkpoint: str | None) -> Iterator[None]:
    """Say, when the end of a training fails or is interrupted, that the checkpoint still has all of it."""
    try:
        yield
    except FileError as problem:
        kept = f" The training is in {checkpoint}: `glassnet resume {checkpoint}`." if checkpoint else ""
        raise FileError(problem.code, f"{problem}{kept}") from None
    except KeyboardInterrupt:
        if not checkpoint:
            raise
        raise KeyboardInterrupt(
            f"interrupted; the training is in {checkpoint}. Go on with `glassnet resume {checkpoint}`."
        ) from None


def _in_background(work: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """Run on another thread, which does not keep the process from ending; return what will be the result."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(work(*arguments))
        except BaseException as problem:
            future.set_exception(problem)

    threading.Thread(target=run, daemon=True).start()
    return future


def _load_kernels(options: Options) -> None:
    from ..engines.compiled.engine import load_kernels

    load_kernels(options)


def _load_modules(names: list[str]) -> None:
    for name in names:
        import_module(name)
