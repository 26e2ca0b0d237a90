"""Measure the first run of each kind of work on a machine, which compiles its loops, and a second run.

Each is a new process: the first with an empty cache of compiled loops, the second with the cache that the first one
left. Times are from the start of the process to the result on screen. With ``--before``, an earlier version runs beside
this one: the same job in turn, in one run of this script, so that the ratios do not depend on the machine's day.

    python benchmarks/first_runs.py [--runs 5] [--before PYTHON] [--only NAME …] [--more] [--trial]

``PYTHON`` is the interpreter of an environment that has the earlier version.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import machine
import make_csv
from whole_process import run

FIT = """
import numpy as np
from glassnet import NetworkClassifier
random = np.random.default_rng(0)
inputs = random.normal(size=({rows}, 20))
model = NetworkClassifier(random_state=0).fit(inputs, inputs[:, 0] > random.normal(size={rows}))
print(model.score(inputs, inputs[:, 0] > 0))
"""
SERVE = """
import glassnet
model = glassnet.load_model("digits.safetensors")
print(glassnet.compiled(model).outputs(glassnet.load_data("mnist").inputs[:1]))
"""
PREDICT = """
import glassnet
print(glassnet.TableModel.load("crowd.safetensors").predict("five.csv"))
"""
SEARCH = """
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from glassnet import NetworkClassifier
grid = {{"weight_decay": [0.1, 0.3, 1.0, 3.0]}}
search = GridSearchCV(NetworkClassifier(random_state=0), grid, cv=3, n_jobs={jobs})
print(search.fit(*load_digits(return_X_y=True)).best_score_)
"""
PYTHON = {
    "estimator, 2,000 rows": FIT.format(rows=2000),
    "estimator, 10,000 rows": FIT.format(rows=10_000),
    "compiled for prediction": SERVE,
    "prediction of a table": PREDICT,
    "search, one process": SEARCH.format(jobs=1),
    "search, two processes": SEARCH.format(jobs=2),
}
COMMANDS = {
    "one example at a time": ["train"],
    "batches": ["train", "--recipe", "quick"],
    "table, 2,000 rows": ["train", "people.csv", "--target", "income"],
    "table, 20,000 rows": ["train", "crowd.csv", "--target", "income"],
    "labels, 10,000 digits": ["labels", "mnist_test.csv"],
}
"""Kind of work -> its Python program, or the words of its command."""

ALONE = ("search, one process", "search, two processes")
"""Not measured with the earlier version: two minutes each."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--before", help="Python of an environment with an earlier version")
    parser.add_argument("--only", nargs="*", help="kinds of work")
    parser.add_argument("--more", action="store_true", help="add runs to those of the stored result")
    parser.add_argument("--trial", action="store_true", help="keep no result")
    given = parser.parse_args()
    versions = {"now": sys.executable, **({"before": given.before} if given.before else {})}
    taken = stored_values() if given.more else {}
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "files"
        files.mkdir()
        write_people(files / "people.csv", 2000)
        write_people(files / "crowd.csv", 20_000)
        make_csv.write_csv("test", files)
        lines = (files / "crowd.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        (files / "five.csv").write_text("".join(lines[:6]), encoding="utf-8")
        oldest = [given.before or sys.executable, "-m", "glassnet"]  # of the two versions, which both read its models
        run([*oldest, "train", "--epochs", "1", "--out", "digits.safetensors"], str(files))
        run([*oldest, *COMMANDS["table, 20,000 rows"], "--out", "crowd.safetensors"], str(files))
        for turn in range(given.runs):
            for kind in given.only or [*COMMANDS, *PYTHON]:
                for version, python in versions.items():
                    if version == "before" and kind in ALONE:
                        continue
                    for which, one in both_runs(kind, python, Path(folder), files, f"{turn}{version}"):
                        times = taken.setdefault(kind, {}).setdefault(version, {}).setdefault(which, {})
                        for key in ("result on screen", "processor"):
                            times.setdefault(key, []).append(one[key])
                        print(kind, version, which, f"{one['result on screen']:.1f} s", flush=True)
            if not given.trial:  # after each turn, so that an interrupted benchmark keeps its results
                machine.write("first_runs", summarised(taken), (*machine.PACKAGES, "polars", "scikit-learn"))
    for kind, result in summarised(taken).items():
        print(kind, result.get("ratios", ""))


def both_runs(kind: str, python: str, folder: Path, files: Path, name: str) -> Iterator[tuple[str, dict[str, float]]]:
    """Run a kind of work with an empty cache of compiled loops, then again; yield which run it is, and its times."""
    words = [python, "-c", PYTHON[kind]] if kind in PYTHON else [python, "-m", "glassnet", *COMMANDS[kind]]
    cache = folder / f"{name}-{len(kind)}{kind[:5]}-loops"
    for which in ("first", "again"):
        place = folder / f"{cache.name}-{which}"  # so that no model file is replaced
        place.mkdir()
        for file in files.iterdir():
            (place / file.name).symlink_to(file)
        yield which, run(words, str(place), {"NUMBA_CACHE_DIR": str(cache)})


def stored_values() -> dict[str, Any]:
    """Return the times of the stored result, in the form of `taken`."""
    return {
        kind: {
            version: {
                which: {key: list(summary["values"]) for key, summary in times.items()} for which, times in runs.items()
            }
            for version, runs in versions.items()
            if version != "ratios"
        }
        for kind, versions in machine.read("first_runs").items()
    }


def summarised(taken: dict[str, Any]) -> dict[str, Any]:
    """Return the summaries of all times, and the ratios of the medians of this version to those of the earlier one.

    One is of what a first run costs more than a later one, in processor time.
    """
    made: dict[str, Any] = {}
    for kind, versions in taken.items():
        made[kind] = {
            version: {
                which: {key: machine.summary(values) for key, values in times.items()} for which, times in runs.items()
            }
            for version, runs in versions.items()
        }
        if "before" in versions:
            seconds = {
                version: {which: times["result on screen"]["median"] for which, times in runs.items()}
                for version, runs in made[kind].items()
            }
            more = {
                version: runs["first"]["processor"]["median"] - runs["again"]["processor"]["median"]
                for version, runs in made[kind].items()
            }
            made[kind]["ratios"] = {
                **{which: seconds["now"][which] / seconds["before"][which] for which in versions["now"]},
                "more processor time of the first": more["now"] / more["before"],
            }
    return made


def write_people(path: Path, rows: int) -> None:
    """Write a table of numbers and words with a target column."""
    random = np.random.default_rng(0)
    age, hours = random.integers(18, 80, rows), random.normal(38, 8, rows).round(1)
    city, noise = random.choice(["Ulm", "Bonn", "Köln"], rows), random.normal(0, 8, rows)
    income = np.where(age + hours + noise > 85, "high", "low")
    lines = [",".join(map(str, row)) for row in zip(age, hours, city, income, strict=True)]
    path.write_text("\n".join(["age,hours,city,income", *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
