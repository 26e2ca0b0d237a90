"""``glassnet bench``: how fast this machine is, against the reference on the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import click

from .. import data
from ..data import Dataset
from ..engines import available_cores
from ..model.inference import compiled
from ..options.options import Options
from ..training.fit import fit
from ..training.receipt import surroundings
from .console import json_flag, result, result_json, say

_REFERENCE_SAMPLES = 2000  # the reference takes half a minute for all of them


@click.command("bench")
@click.option(
    "--runs",
    type=click.IntRange(1, 100),
    default=3,
    show_default=True,
    help="Repetitions, of which the median is told.",
)
@json_flag
def bench_command(runs: int, as_json: bool) -> None:
    """Measure this machine: training and asking, against NumPy on the same machine.

    Takes about ten seconds. Close other programs first. NumPy has one thread where it trains, as BLAS has within
    glassnet, and all cores where it answers. Beside other libraries glassnet is measured by the scripts in the
    repository's folder benchmarks.
    """
    digits, test = data.bundled(), data.bundled("test")
    rows: list[dict[str, Any]] = []
    for name, work, against in _tasks(digits, test):
        say(f"{name} …")
        own, other = _median(work, runs), _median(against, 1)
        rows.append({"task": name, "seconds": own, "reference": other, "ratio": other / own})
    found: dict[str, Any] = {"cores": available_cores(), **surroundings(), "runs": runs, "tasks": rows}
    if as_json:
        result_json(found)
        return
    versions = ", ".join(f"{package} {number}" for package, number in found["versions"].items())
    result(f"{found['processor']}, {found['cores']} cores; {versions}")
    result(f"{'':<48}{'glassnet':>12}{'NumPy':>12}{'ratio':>8}")
    for row in rows:
        result(f"{row['task']:<48}{_time(row['seconds']):>12}{_time(row['reference']):>12}{row['ratio']:>8.1f}")


def _tasks(digits: Dataset, test: Dataset) -> list[tuple[str, Callable[[], float], Callable[[], float]]]:
    """Return, for each task, its name and two functions that return seconds: ours, and the reference's."""
    few = digits.take(slice(_REFERENCE_SAMPLES))
    part = len(digits) / len(few)
    model = fit(digits, Options.recipe("quick")).model
    quick = compiled(model)
    return [
        (
            "one epoch of recipe notes",
            lambda: _epoch(digits, "notes", "compiled"),
            lambda: part * _epoch(few, "notes", "reference"),
        ),
        (
            "one epoch of recipe quick",
            lambda: _epoch(digits, "quick", "compiled"),
            lambda: part * _epoch(few, "quick", "reference"),
        ),
        (
            "one question",
            lambda: _each(lambda row: quick.predict(test.inputs[row])),
            lambda: _each(lambda row: model.predict(test.inputs[row])),
        ),
        (
            f"{len(test):,} questions at once",
            lambda: _once(lambda: quick.predict(test.inputs)),
            lambda: _once(lambda: model.predict(test.inputs)),
        ),
    ]


def _epoch(samples: Dataset, recipe: str, engine: str) -> float:
    """Return the seconds of one epoch, compiling and preparing apart."""
    return fit(samples, Options.recipe(recipe, epochs=1, engine=engine)).train_seconds


def _each(ask: Callable[[int], Any], times: int = 1000) -> float:
    """Return the median seconds of one question."""
    return statistics.median(_once(lambda row=row: ask(row)) for row in range(times))  # type: ignore[misc]


def _once(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _median(work: Callable[[], float], runs: int) -> float:
    return statistics.median(work() for _ in range(runs))


def _time(seconds: float) -> str:
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.1f} {unit}"
    return f"{seconds:.2f} s"
