"""Measure the first run of each kind of training on a machine, which compiles its loops, and a second run.

Each is a new process: the first with an empty cache of compiled loops, the second with the cache that the first one
left. The times are CPU time, because other work on the machine lengthens elapsed time far more.

    python benchmarks/first_runs.py [--runs 3] [--trial]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

import machine
from whole_process import GLASSNET, run

ESTIMATOR = """
import numpy as np
from glassnet import NetworkClassifier
random = np.random.default_rng(0)
inputs = random.normal(size=(5000, 20))
NetworkClassifier().fit(inputs, inputs[:, 0] > random.normal(size=5000))
"""
COMMANDS = {
    "one example at a time": [*GLASSNET, "train"],
    "batches": [*GLASSNET, "train", "--recipe", "quick"],
    "table": [*GLASSNET, "train", "people.csv", "--target", "income"],
    "estimator": [sys.executable, "-c", ESTIMATOR],
}
"""Kind of training -> its command."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--trial", action="store_true", help="keep no result")
    given = parser.parse_args()
    taken: dict[str, dict[str, list[float]]] = {kind: {"first": [], "again": []} for kind in COMMANDS}
    for _ in range(given.runs):
        for kind, words in COMMANDS.items():
            with tempfile.TemporaryDirectory() as folder:
                write_people(Path(folder) / "people.csv")
                for which, seconds in taken[kind].items():
                    place = Path(folder) / which  # so that no model file is replaced
                    place.mkdir()
                    (place / "people.csv").symlink_to(Path(folder) / "people.csv")
                    environment = {"NUMBA_CACHE_DIR": str(Path(folder) / "loops")}
                    seconds.append(run(words, str(place), environment)["processor"])
                    print(kind, which, f"{seconds[-1]:.1f} s", flush=True)
        if not given.trial:  # after each run, so that an interrupted benchmark keeps its results
            made = {
                kind: {which: machine.summary(all_) for which, all_ in both.items()} for kind, both in taken.items()
            }
            machine.write("first_runs", made, (*machine.PACKAGES, "polars", "scikit-learn"))


def write_people(path: Path, rows: int = 900) -> None:
    """Write a table of numbers and words with a target column."""
    random = np.random.default_rng(0)
    age, hours = random.integers(18, 80, rows), random.normal(38, 8, rows).round(1)
    city, noise = random.choice(["Ulm", "Bonn", "Köln"], rows), random.normal(0, 8, rows)
    income = np.where(age + hours + noise > 85, "high", "low")
    lines = [",".join(map(str, row)) for row in zip(age, hours, city, income, strict=True)]
    path.write_text("\n".join(["age,hours,city,income", *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
