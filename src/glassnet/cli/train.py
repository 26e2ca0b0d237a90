"""``glassnet train``."""

from __future__ import annotations

import os
import shlex
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from .. import data
from ..data import Dataset
from ..data.dataset import SampleLayout
from ..errors import DivergedError, FileError, GlassnetError, InterruptedWorkError, OptionError
from ..i18n.cli import told
from ..io.writing import free_name, require_picture_place
from ..model.evaluate import Evaluation, evaluate
from ..model.file import load_model, save_model
from ..model.model import Model
from ..options.options import Options
from ..options.recipes import for_rows
from ..options.unused import say_idle, say_slow
from ..training.callbacks import LAST, STILL_FALLING
from ..training.checkpoint import CheckpointPolicy, require_free, require_model_place
from ..training.events import Event, TrainingStarted
from ..training.fit import fit
from ..training.receipt import add_test, extent_of
from ..training.run import Fit
from .console import complain, json_flag, progress_listener, result, result_json, say, score_line
from .drawings import drawings_of_test
from .flags import force_flag, language_flag, max_bytes_flag, options_from, with_options
from .sources import (
    Wishes,
    load_parts,
    load_table_parts,
    require_picture_files,
    say_of_test,
    unless_said,
    with_table_flags,
)


@dataclass(frozen=True)
class Job:
    """What a training on the command line is besides its options.

    A checkpoint keeps it, so that `glassnet resume` ends as `glassnet train` would have.
    """

    source: str
    test: str | None
    out: str
    recipe: str
    pictures: bool
    wishes: Wishes
    language: str = "en"
    force: bool = False
    wanted: str = ""
    """Where the model would go, were there nothing yet; empty if it goes there."""
    epochs_named: bool = False

    @classmethod
    def of(cls, note: dict[str, Any]) -> Job:
        """Return the job that a checkpoint keeps; TypeError if it is none."""
        wishes: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in note["wishes"].items()}
        return cls(**{**note, "wishes": Wishes(**wishes)})


@click.command("train")
@click.argument("source", metavar="[DATA]", default=data.BUNDLED)
@click.option("--test", "test_source", metavar="DATA", help="Data to test with; not trained on.")
@click.option("-o", "--out", metavar="FILE", help="Where the model goes.  [RECIPE.safetensors, or RECIPE-2 …]")
@force_flag
@click.option(
    "--pictures/--no-pictures", default=True, help="Draw digits, learning curve and confusion beside the model."
)
@click.option("--checkpoint", metavar="FILE", help="Write the training down here, for 'glassnet resume FILE'.")
@click.option(
    "--checkpoint-every",
    "every",
    metavar="TIME|N",
    help="How often: 30s, 5m, 2h, or a number of steps; always at the end of a block.  [30s]",
)
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
@with_table_flags
@with_options()
def train_command(
    source: str,
    test_source: str | None,
    out: str | None,
    force: bool,
    pictures: bool,
    checkpoint: str | None,
    every: str | None,
    language: str,
    as_json: bool,
    recipe: str,
    **flags: Any,
) -> None:
    """Train a network, test it, save it, draw it.

    DATA is a CSV (label, then values), an IDX image file, an NPZ archive, a folder of MNIST-named files, a folder that
    holds a folder of pictures for each class, or "mnist", the bundled digits; or, with --target COLUMN, a table with
    named columns (CSV, TSV, Parquet, Arrow, NDJSON), for which the recipe is "table" unless one is named. Several
    --target are labels (0 and 1, yes and no) or numbers that one network predicts together. Without --test, the data's
    own test part is used, or a part of the data is kept aside. What stands in brackets below is what recipe "notes"
    has; --recipe and --target have others.
    """
    wishes = Wishes.of(flags)
    named = click.get_current_context().get_parameter_source("recipe") is not ParameterSource.DEFAULT
    if wishes.target and not named:
        recipe = "table"
    job = Job(
        source,
        test_source,
        out or f"{recipe}.safetensors",
        recipe,
        pictures,
        wishes,
        language,
        force,
        epochs_named=(flags["epochs"] or 0) >= 1 / LAST,  # of fewer, the last tenth is no whole epoch
    )
    require_model_place(job.out, overwrite=force or out is None)
    if not force and out is None and (free := str(free_name(job.out))) != job.out:
        job = replace(job, out=free, wanted=job.out)
    require_picture_files(source, options_from(recipe, flags))
    keep = _checkpoint(checkpoint, every, job, options_from(recipe, flags))

    def choose(rows: int, task: str) -> Options:
        return options_from(recipe, flags, **for_rows(rows, recipe, task=task))

    options, parts = read_parts(job, options_from(recipe, flags), choose)
    say_idle(flags, options)
    say_slow(options)
    fit_it = partial(fit, parts.training, options, checkpoint=keep)
    try:
        carry_out(job, options, parts, fit_it, checkpoint, as_json, before=written_at(checkpoint))
    except KeyboardInterrupt as stop:
        might = options.members == 1 and not checkpoint
        hint = " With --checkpoint FILE a training can go on after that." if might else ""
        raise KeyboardInterrupt(str(stop) or f"interrupted; nothing was written.{hint}") from None


def _checkpoint(path: str | None, every: str | None, job: Job, options: Options) -> CheckpointPolicy | None:
    if path is None:
        if every is not None:
            raise OptionError("GN022", "--checkpoint-every: name the file too, --checkpoint FILE.")
        return None
    if options.members > 1:
        raise OptionError("GN022", "--checkpoint: a committee keeps none. Train its members one by one, or without.")
    if Path(path).resolve() == Path(job.out).resolve():
        raise OptionError("GN022", f"--checkpoint {path}: the model is to go there. Name another file.")
    require_free(path)
    return CheckpointPolicy(path, every or "30s", asdict(job), say)


class Parts(NamedTuple):
    """Data to train and to test with; whether the second were kept aside from the first; and how long reading took."""

    training: Dataset
    test: Dataset
    held_out: bool
    seconds: float


def read_parts(
    job: Job,
    options: Options,
    choose: Callable[[int, str], Options],
    layout: SampleLayout | None = None,
    *,
    large: bool = False,
) -> tuple[Options, Parts]:
    """Read a job's data, and meanwhile load the kernels that `options` need.

    `choose` gives the options for a table with so many rows and this task; `layout` is that of a file of numbers, where
    it is known, and `large` is as for `data.load`. The options have the largest value that was found out with it.
    """
    if options.engine != "reference":
        _aside(_load_kernels, options)
    began = time.perf_counter()
    if not job.wishes.target:
        training, test, held_out = load_parts(job.source, job.test, options, layout, large=large)
        options = replace(options, input_max=training.maximum)
    else:
        options, training, test, held_out = load_table_parts(job.source, job.test, job.wishes, job.recipe, choose)
    return options, Parts(training, test, held_out, time.perf_counter() - began)


def carry_out(
    job: Job,
    options: Options,
    parts: Parts,
    fit_it: Callable[..., Fit],
    checkpoint: str | None,
    as_json: bool,
    *,
    before: int | None = None,
    resumed: bool = False,
) -> None:
    """Train, test, save, report and draw.

    `fit_it` is given callbacks. `before` is when a file that `checkpoint` may replace was written; one of this training
    may not. The model of a training that was `resumed` replaces itself, as it comes out once more.
    """
    path = Path(job.out)
    needed_later = ["scipy.special", *(["matplotlib.figure"] if job.pictures else [])]
    fitted = _fit(fit_it, path, needed_later)
    fall = fitted.history.loss_fall()
    if job.epochs_named and not options.early_stopping and fall > STILL_FALLING:
        say(told("still_falling", fall=fall, last=LAST, epochs=options.epochs))
    if checkpoint and written_at(checkpoint) in (None, before):  # there was no room for it
        checkpoint = None
    with _not_lost(checkpoint):
        unless_said(fitted.model).warn_if_far(parts.test.inputs)
        began = time.perf_counter()
        evaluation = evaluate(fitted.model, parts.test)
        seconds = {
            "load": parts.seconds,
            "compile": fitted.prepare_seconds,
            "train": fitted.train_seconds,
            "test": time.perf_counter() - began,
        }
        model = fitted.model
        say_of_test(parts.training, model.receipt["data"]["fingerprint"], parts.test)
        add_test(model.receipt, evaluation, recipe=job.recipe, held_out=parts.held_out)
        path = _save(model, path, overwrite=job.force or (resumed and _is_saved(model, path)))
    unread: OSError | None = None
    try:
        if as_json:
            result_json(_summary(model, path, seconds))
        else:
            _report(model, path, job, evaluation, seconds)
    except OSError as problem:  # the result comes before the pictures, but they do not depend on a reader
        unread = problem
    written: list[str] = []
    if job.pictures:
        try:
            written = _draw(job, path, fitted, parts.test, evaluation)
        except KeyboardInterrupt:
            raise InterruptedWorkError("GN031", f"interrupted while drawing; the model is in {path}.") from None
    if unread is not None:
        raise unread
    if as_json:
        return
    if written:
        result(told("pictures", files=", ".join(written)))
    result(told("next", command=_next_step(path, job.source, job.test, parts.held_out)))


def written_at(path: str | None) -> int | None:
    """Return when a file was written, in nanoseconds; None where there is none."""
    with suppress(OSError):
        return os.stat(path).st_mtime_ns if path else None
    return None


def _is_saved(model: Model, path: Path) -> bool:
    """Tell whether a file holds this very model."""
    with suppress(GlassnetError):
        return load_model(path).hash() == model.hash()
    return False


def _save(model: Model, path: Path, *, overwrite: bool) -> Path:
    """Write the model and return where; where there is no room, among the temporary files."""
    try:
        return _save_apart(model, path, overwrite=overwrite)
    except FileError as problem:
        place = Path(tempfile.mkdtemp(prefix="glassnet-"), path.name)
        try:
            save_model(model, place)
        except FileError:  # no room there either
            place.parent.rmdir()
            raise problem from None
        raise FileError(problem.code, f"{problem} The trained model is in {place}.") from None


def _save_apart(model: Model, path: Path, *, overwrite: bool) -> Path:
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


def _next_step(path: Path, source: str, test_source: str | None, held_out: bool) -> str:
    if held_out:  # a test on all data would count what was trained on
        return shlex.join(["glassnet", "query", str(path), source])
    tested = [] if source == data.BUNDLED and not test_source else [test_source or source]
    another = "" if tested else told("another", command="glassnet train --hidden 300 --hidden 100")
    return shlex.join(["glassnet", "test", str(path), *tested]) + another


def _aside(work: Callable[..., Any], *arguments: Any) -> Future[Any]:
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


def _fit(fit_it: Callable[..., Fit], path: Path, needed_later: list[str]) -> Fit:
    show = progress_listener()

    def load_meanwhile(event: Event) -> None:
        # The loops hold no lock of Python's, so a second core can load what comes after them.
        if isinstance(event, TrainingStarted):
            _aside(_load_modules, needed_later)

    try:
        return fit_it(callbacks=[show, load_meanwhile])
    except DivergedError as problem:
        kept = f"{path} was not written."
        if problem.model is not None and problem.good_epochs:
            place = path.with_name(f"{path.stem}-last-good.safetensors")
            place = _save_apart(problem.model, place, overwrite=False)
            kept += f" The last good weights are in {place}."
        raise DivergedError(problem.code, f"{problem} {kept}") from None
    finally:
        show.close()


def _summary(model: Model, path: Path, seconds: dict[str, float]) -> dict[str, Any]:
    receipt, (epochs, samples) = model.receipt, extent_of(model.receipt)
    return {
        "recipe": receipt["recipe"],
        "model": str(path),
        "samples": samples,
        "epochs": epochs,
        **{name: score for name, score in receipt["result"].items() if name != "samples"},
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
        "engine": receipt["engine"],
        "seed": receipt["options"]["seed"],
        "hash": receipt["hash"],
        **({"kept": receipt["kept"]} if "kept" in receipt else {}),
        "options": receipt["options"],
    }


def _report(model: Model, path: Path, job: Job, evaluation: Evaluation, seconds: dict[str, float]) -> None:
    receipt, options, (epochs, samples) = model.receipt, model.receipt["options"], extent_of(model.receipt)
    sizes = "-".join(map(str, model.network.architecture.sizes))
    result(
        told(
            "network",
            sizes=f"{len(model.members)} × {sizes}" if model.others else sizes,
            rule=options["rule"],
            epochs=epochs,
            samples=samples,
            engine=receipt["engine"],
            dtype=options["dtype"],
        )
    )
    if kept := receipt.get("kept"):
        result(told("kept", epochs=", ".join(map(str, kept))))
    result(told("test", score=score_line(evaluation)))
    if evaluation.only_answer is not None:
        say(told("one_answer", name=model.name_of(evaluation.only_answer)))
    result(told("time", **seconds))
    wanted = job.wanted or job.out
    result(told("model", file=path) if Path(wanted) == path else told("model_beside", file=path, wanted=wanted))


def _draw(job: Job, path: Path, fitted: Fit, test: Dataset, evaluation: Evaluation) -> list[str]:
    """Draw the three pictures beside the model; where they cannot be written, the training still stands."""
    from .. import plots as pictures

    drawings: dict[str, Callable[[], Any]] = {
        "curve": lambda: pictures.draw_curve(fitted.history.curve(), language=job.language),
        **drawings_of_test(fitted.model, test, evaluation, job.language),
    }
    written = []
    try:
        for name, draw in drawings.items():
            target = path.with_name(f"{path.stem}-{name}.png")
            require_picture_place(target)
            pictures.save(draw(), target)
            written.append(target.name)
    except (FileError, OptionError) as problem:
        complain(problem.code, str(problem))
    return written
