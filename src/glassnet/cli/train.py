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
from ..training import Fit, fit, split
from .console import complain, json_flag, progress_listener, result, result_json, say, score_line
from .flags import options_from, with_options


@click.command("train")
@click.argument("source", metavar="[DATA]", default=data.BUNDLED)
@click.option("--test", "test_source", metavar="DATA", help="Data to test with; not trained on.")
@click.option("--out", metavar="FILE", help="Where the model goes.  [RECIPE.safetensors]")
@click.option(
    "--pictures/--no-pictures", default=True, help="Draw digits, learning curve and confusion beside the model."
)
@json_flag
@with_options()
def train_command(
    source: str, test_source: str | None, out: str | None, pictures: bool, as_json: bool, recipe: str, **flags: Any
) -> None:
    """Train a network, test it, save it, draw it.

    DATA is a CSV (label, then values), an IDX image file, an NPZ archive, a folder of MNIST-named files, or "mnist",
    the bundled digits. Without --test, the data's own test part is used, or a part of the data is kept aside.
    """
    options = options_from(recipe, flags)
    path = Path(out or f"{recipe}.safetensors")
    require_place(path, MODEL)
    if options.engine != "reference":
        _aside(_load_kernels, options)
    began = time.perf_counter()
    training, test, held_out = _load(source, test_source, options)
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


def _load(source: str, test_source: str | None, options: Options) -> tuple[Dataset, Dataset, bool]:
    classes = options.classes or None
    training = data.load(source, maximum=options.input_max, classes=classes)
    largest = float(training.inputs.max())
    if 2 * largest <= options.input_max:
        say(f"the largest value is {largest:g}, --input-max is {options.input_max:g}: is that meant?")
    if test_source or data.has_part(source, "test"):
        test = data.load(test_source or source, part="test", maximum=options.input_max)
        kind = training.values is None
        test.require_like(training.features, training.classes, training.source, of_classes=kind)
        return training, test, False
    say(f"no test data: {options.holdout:.0%} of {training.source} are kept aside for the test")
    return *split(training, options), True


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
    some = np.concatenate([np.arange(min(20, len(test))), evaluation.misread[:10]])
    drawings: dict[str, Callable[[], Any]] = {
        "curve": lambda: pictures.draw_curve(history.curve()),
    }
    if evaluation.confusion.size:
        drawings["confusion"] = lambda: pictures.draw_confusion(evaluation.confusion)
    if test.image_shape and test.values is None:
        drawings["digits"] = lambda: pictures.draw_digits(
            test.inputs[some], test.labels[some], evaluation.answers[some], image_shape=test.image_shape
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
