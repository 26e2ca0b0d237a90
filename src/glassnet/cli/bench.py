"""``glassnet bench``: speed of training and prediction, compared with NumPy on the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

import click

from .. import data
from ..data import Dataset
from ..messages.message import Command
from ..model.inference import compiled
from ..options.job_parameters import require_declared
from ..options.options import Options
from ..options.spec import option
from ..runtime.numba_availability import require_numba
from ..runtime.system import available_cores
from ..training.fit import fit
from ..training.receipt import surroundings
from ..words.cli import CLI_WORDS
from ..words.speaking import speaking
from ..workflow import parameters
from .shared.console import json_flag, language_in_use, message, padded, result, result_json, say
from .shared.flags import job_of, with_job


class TaskFacts(TypedDict):
    """The times of a task."""

    task: Annotated[str, "the task"]
    seconds: Annotated[float, "the median time of glassnet"]
    reference: Annotated[float, "the time of NumPy, measured once"]
    ratio: Annotated[float, "`reference` / `seconds`"]


class BenchFacts(TypedDict):
    """All times, and where they were measured."""

    cores: Annotated[int, "cores the process may use"]
    versions: Annotated[dict[str, str], "versions of Python and of the numerical packages"]
    numerics: Annotated[
        int, "version of glassnet's arithmetic, as in the [training record](file-format.md#the-training-record)"
    ]
    blas: Annotated[str | None, "kind and target processor of the BLAS"]
    processor: Annotated[str | None, "the kind of processor"]
    runs: Annotated[int, "repetitions"]
    tasks: Annotated[list[TaskFacts], "one per task"]


_REFERENCE_SAMPLES = 2000  # for all samples the reference would take half a minute
_TASK_WIDTH = 48


@dataclass(frozen=True)
class BenchJob:
    """How often to measure."""

    runs: int = option(3, "repetitions; the median is reported", low=1, high=100)
    language: str = parameters.language()

    def __post_init__(self) -> None:
        require_declared(self)


@click.command("bench")
@with_job(BenchJob)
@json_flag
def bench_command(as_json: bool, **flags: Any) -> None:
    """Measure training and prediction speed, compared with NumPy.

    Takes about ten seconds; close other programs first. NumPy trains on one thread, like the BLAS inside glassnet, and
    predicts on all cores. For comparisons with other libraries see the folder benchmarks of the repository.
    """
    runs = job_of(BenchJob, flags).runs
    require_numba(Command("bench"))
    digits, test = data.bundled(), data.bundled("test")
    rows: list[TaskFacts] = []
    in_english, in_language = speaking("en", CLI_WORDS), speaking(language_in_use(), CLI_WORDS)
    names = []
    for (key, facts), work, against in _tasks(digits, test):
        names.append(in_language(key, **facts))
        say(f"{names[-1]} …")
        own, other = _median(work, runs), _median(against, 1)
        rows.append({"task": in_english(key, **facts), "seconds": own, "reference": other, "ratio": other / own})
    machine = surroundings()
    found: BenchFacts = {
        "cores": available_cores(),
        "versions": machine["versions"],
        "numerics": machine["numerics"],
        "blas": machine["blas"],
        "processor": machine["processor"],
        "runs": runs,
        "tasks": rows,
    }
    if as_json:
        result_json(found)
        return
    versions = ", ".join(f"{package} {number}" for package, number in found["versions"].items())
    result(message("machine", processor=found["processor"], cores=found["cores"], versions=versions))
    result(f"{'':<{_TASK_WIDTH}}{'glassnet':>12}{'NumPy':>12}{padded(message('ratio'), -8)}")
    for name, row in zip(names, rows, strict=True):
        times = f"{_time(row['seconds']):>12}{_time(row['reference']):>12}"
        result(f"{padded(name, _TASK_WIDTH)}{times}{row['ratio']:>8.1f}")


_Task = tuple[tuple[str, dict[str, Any]], Callable[[], float], Callable[[], float]]
"""The key of a task's name and its values, and two functions that return seconds: glassnet's and the reference's."""


def _tasks(digits: Dataset, test: Dataset) -> list[_Task]:
    few = digits.take(slice(_REFERENCE_SAMPLES))
    part = len(digits) / len(few)
    model = fit(digits, Options.recipe("quick")).model
    quick = compiled(model)
    return [
        (
            ("epoch_task", {"recipe": "notes"}),
            lambda: _epoch(digits, "notes", "compiled"),
            lambda: part * _epoch(few, "notes", "reference"),
        ),
        (
            ("epoch_task", {"recipe": "quick"}),
            lambda: _epoch(digits, "quick", "compiled"),
            lambda: part * _epoch(few, "quick", "reference"),
        ),
        (
            ("one_question", {}),
            lambda: _each(lambda row: quick.predict(test.inputs[row])),
            lambda: _each(lambda row: model.predict(test.inputs[row])),
        ),
        (
            ("many_questions", {"count": len(test)}),
            lambda: _once(lambda: quick.predict(test.inputs)),
            lambda: _once(lambda: model.predict(test.inputs)),
        ),
    ]


def _epoch(samples: Dataset, recipe: str, engine: str) -> float:
    """Return the seconds of one epoch, without compiling and preparing."""
    return fit(samples, Options.recipe(recipe, epochs=1, engine=engine)).train_seconds


def _each(ask: Callable[[int], Any]) -> float:
    """Return the median seconds of one prediction, of a thousand."""
    return statistics.median(_once(lambda row=row: ask(row)) for row in range(1000))  # type: ignore[misc]


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
