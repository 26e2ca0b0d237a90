"""``glassnet train``."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import numpy as np
from click.core import ParameterSource

from .. import data
from ..data import Dataset
from ..errors import DivergedError, FileError, InterruptedWorkError, OptionError
from ..evaluate import Evaluation, evaluate
from ..events import Event, TrainingStarted
from ..files import MODEL, PNG, require_place
from ..model import Model
from ..modelfile import save_model
from ..options import Options
from ..receipt import fingerprint, receipt_of
from ..training import Fit, fit
from .console import complain, json_flag, progress_listener, result, result_json, score_line
from .flags import options_from, with_options
from .sources import Wishes, load_parts, load_table_parts, with_table_flags


@click.command("train")
@click.argument("source", metavar="[DATA]", default=data.BUNDLED)
@click.option("--test", "test_source", metavar="DATA", help="Data to test with; not trained on.")
@click.option("--out", metavar="FILE", help="Where the model goes.  [RECIPE.safetensors]")
@click.option(
    "--pictures/--no-pictures", default=True, help="Draw digits, learning curve and confusion beside the model."
)
@json_flag
@with_table_flags
@with_options()
def train_command(
    source: str,
    test_source: str | None,
    out: str | None,
    pictures: bool,
    as_json: bool,
    recipe: str,
    **flags: Any,
) -> None:
    """Train a network, test it, save it, draw it.

    DATA is a CSV (label, then values), an IDX image file, an NPZ archive, a folder of MNIST-named files, a folder that
    holds a folder of pictures for each class, or "mnist", the bundled digits; or, with --target COLUMN, a table with
    named columns (CSV, TSV, Parquet, Arrow, NDJSON), for which the recipe is "table" unless one is named. Without
    --test, the data's own test part is used, or a part of the data is kept aside.
    """
    wishes = Wishes.of(flags)
    named = click.get_current_context().get_parameter_source("recipe") is not ParameterSource.DEFAULT
    if wishes.target is not None and not named:
        recipe = "table"
    options = options_from(recipe, flags)
    path = Path(out or f"{recipe}.safetensors")
    require_place(path, MODEL)
    if options.engine != "reference":
        _aside(_load_kernels, options)
    began = time.perf_counter()
    if wishes.target is None:
        training, test, held_out = load_parts(source, test_source, options)
    else:
        options, training, test, held_out = load_table_parts(source, test_source, wishes, recipe, flags)
    loaded = time.perf_counter() - began
    print_of_data = _aside(fingerprint, training)
    fitted = _fit(training, options, path, ["scipy.special", *(["matplotlib.figure"] if pictures else [])])
    began = time.perf_counter()
    evaluation = evaluate(fitted.model, test)
    seconds = {
        "load": loaded,
        "compile": fitted.prepare_seconds,
        "train": fitted.train_seconds,
        "test": time.perf_counter() - began,
    }
    model = fitted.model
    model.receipt.update(
        receipt_of(fitted, options, training, evaluation, recipe=recipe, print_of_data=print_of_data.result())
    )
    if held_out:
        model.receipt["data"]["held_out"] = True
    save_model(model, path)
    if as_json:
        result_json(_summary(model, path, seconds))
    else:
        _report(model, path, evaluation, seconds)
    if pictures:
        try:
            _draw(fitted, test, evaluation, path, as_json)
        except KeyboardInterrupt:
            raise InterruptedWorkError("GN031", f"interrupted while drawing; the model is in {path}.") from None
    if not as_json:
        result(f"next      {_next_step(path, source, test_source, held_out)}")


def _next_step(path: Path, source: str, test_source: str | None, held_out: bool) -> str:
    if held_out:  # a test on all data would count what was trained on
        return shlex.join(["glassnet", "query", str(path), source])
    tested = [] if source == data.BUNDLED and not test_source else [test_source or source]
    another = "" if tested else "    or, another network: glassnet train --hidden 300 --hidden 100"
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
    from ..engines.compiled import load_kernels

    load_kernels(options)


def _load_modules(names: list[str]) -> None:
    for name in names:
        import_module(name)


def _fit(training: Dataset, options: Options, path: Path, needed_later: list[str]) -> Fit:
    show = progress_listener()

    def load_meanwhile(event: Event) -> None:
        # The loops hold no lock of Python's, so a second core can load what comes after them.
        if isinstance(event, TrainingStarted):
            _aside(_load_modules, needed_later)

    try:
        return fit(training, options, listeners=[show, load_meanwhile])
    except DivergedError as problem:
        kept = f"{path} was not written."
        if problem.model is not None and problem.good_epochs:
            place = path.with_name(f"{path.stem}-last-good.safetensors")
            require_place(place, MODEL)
            save_model(problem.model, place)
            kept += f" The last good weights are in {place}."
        raise DivergedError(problem.code, f"{problem} {kept}") from None
    finally:
        show.close()


def _summary(model: Model, path: Path, seconds: dict[str, float]) -> dict[str, Any]:
    receipt = model.receipt
    return {
        "recipe": receipt["recipe"],
        "model": str(path),
        "samples": receipt["data"]["samples"],
        "epochs": receipt["options"]["epochs"],
        **{name: score for name, score in receipt["result"].items() if name != "samples"},
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
        "engine": receipt["engine"],
        "seed": receipt["options"]["seed"],
        "hash": receipt["hash"],
        "options": receipt["options"],
    }


def _report(model: Model, path: Path, evaluation: Evaluation, seconds: dict[str, float]) -> None:
    receipt, options = model.receipt, model.receipt["options"]
    sizes = "-".join(map(str, model.network.architecture.sizes))
    result(
        f"network   {sizes}, rule {options['rule']}, {options['epochs']} epochs of "
        f"{receipt['data']['samples']:,} samples, engine {receipt['engine']} ({options['dtype']})"
    )
    result(f"test      {score_line(evaluation)}")
    result(f"time      {', '.join(f'{name} {value:.2f} s' for name, value in seconds.items())}")
    result(f"model     {path}")


def _draw(fitted: Fit, test: Dataset, evaluation: Evaluation, path: Path, as_json: bool) -> None:
    """Draw the three pictures beside the model; where they cannot be written, the training still stands."""
    from .. import pictures

    history = fitted.history
    some = np.concatenate([test.some(20), evaluation.misread[:10]])
    drawings: dict[str, Callable[[], Any]] = {
        "curve": lambda: pictures.draw_curve(history.curve()),
    }
    if evaluation.confusion.size:
        drawings["confusion"] = lambda: pictures.draw_confusion(evaluation.confusion, fitted.model.class_names or None)
    if test.image_shape and test.values is None:
        name_of = np.vectorize(fitted.model.name_of, otypes=[object])
        drawings["digits"] = lambda: pictures.draw_digits(
            test.inputs[some],
            name_of(test.labels[some]),
            name_of(evaluation.answers[some]),
            image_shape=test.image_shape,
            photo=test.reading == "photo",
        )
    written = []
    try:
        for name, draw in drawings.items():
            target = path.with_name(f"{path.stem}-{name}.png")
            require_place(target, PNG)
            pictures.save(draw(), target)
            written.append(target.name)
    except (FileError, OptionError) as problem:
        complain(problem.code, str(problem))
    if written and not as_json:
        result(f"pictures  {', '.join(written)}")
