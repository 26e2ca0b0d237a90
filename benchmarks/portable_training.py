"""Compare training in portable arithmetic with the compiled engine of the version before it: time and accuracy.

Each run is a new process, of one version after the other: it trains a recipe on the 60,000 digits, once to warm up and
then several times, and the figure is the median of the seconds between the first step and the last. With ``--seeds``,
the accuracy on the test digits over some seeds, of both versions. `portable_page.py` writes the result into
docs/reference/portable.md.

    python benchmarks/portable_training.py [--before COMMIT] [--runs 5] [--seeds 10] [--trial]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import machine
from earlier import ROOT, commit_of, unpacked
from peers.alone import CORES, RUNS, answer

TRIAL_ROWS, TIMES = 2_000, 3
RECIPES = {
    "notes": {},
    "notes-code": {},
    "quick": {},
    "quick, two hidden layers": {"hidden": [200, 100]},
    "quick, adamw": {"optimizer": "adamw"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--before", default="9005a49f", help="commit of the version before (default %(default)s)")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"repetitions (default {RUNS})")
    parser.add_argument("--seeds", type=int, default=10, help="seeds for the accuracy (default %(default)s)")
    parser.add_argument("--trial", action="store_true", help="train on few rows and keep no result")
    given = parser.parse_args()
    versions = {"compiled, before": (unpacked(given.before), "compiled"), "portable": (ROOT / "src", "portable")}
    result: dict[str, Any] = {"before": commit_of(given.before)}
    for recipe, changes in RECIPES.items():
        task = {"recipe": recipe.partition(",")[0], "changes": changes, "rows": TRIAL_ROWS if given.trial else None}
        figures: dict[str, Any] = {}
        for threads in sorted({1, CORES}):
            seconds: dict[str, list[float]] = {name: [] for name in versions}
            for _ in range(given.runs):
                for name, (source, engine) in versions.items():
                    seconds[name].append(_alone(source, task | {"engine": engine, "threads": threads})["seconds"])
            timed = {name: machine.summary(each) for name, each in seconds.items()}
            before, now = seconds.values()
            timed["ratio"] = machine.summary(b / a for a, b in zip(before, now, strict=True))
            figures[f"{threads} threads"] = timed
            print(recipe, threads, {name: one["median"] for name, one in timed.items()}, flush=True)
        result[recipe] = figures
    for recipe in ("notes", "quick"):
        task = {"recipe": recipe, "changes": {}, "rows": TRIAL_ROWS if given.trial else None, "threads": CORES}
        scores = {
            name: _alone(source, task | {"engine": engine, "seeds": given.seeds})["accuracy"]
            for name, (source, engine) in versions.items()
        }
        result[recipe]["accuracy"] = scores
        print(recipe, {name: (statistics.mean(each), statistics.stdev(each)) for name, each in scores.items()})
    if not given.trial:
        machine.write("portable_training", result)


def _alone(source: Path, task: dict[str, Any]) -> dict[str, Any]:
    """Run a task in a process of its own, with the package in a folder."""
    command = [sys.executable, __file__, "--alone", json.dumps(task)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(source)}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    answered: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answered


def measure(
    recipe: str, changes: dict[str, Any], rows: int | None, engine: str, threads: int, seeds: int = 0
) -> dict[str, Any]:
    import glassnet
    from glassnet.training.events import TrainingEnded

    data = glassnet.load_data("mnist").take(slice(rows))
    options = {**changes, "engine": engine, "threads": threads}
    if seeds:
        test = glassnet.load_data("mnist", part="test")
        fits = (glassnet.fit(data, glassnet.Options.recipe(recipe, **options, seed=seed)) for seed in range(seeds))
        return {"accuracy": [glassnet.evaluate(one.model, test).accuracy for one in fits]}
    seconds: list[float] = []

    def note(event: object) -> None:
        if isinstance(event, TrainingEnded):
            seconds.append(event.seconds)

    for _ in range(TIMES + 1):
        glassnet.fit(data, glassnet.Options.recipe(recipe, **options), callbacks=[note])
    return {"seconds": statistics.median(seconds[1:])}


if __name__ == "__main__":
    if not answer(measure):
        main()
