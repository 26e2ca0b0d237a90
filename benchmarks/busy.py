"""Time training with the default number of threads next to busy processes and with a quota of one core, compared with
one thread under the same load.

The busy processes only spin. Under each load, one thread and the default are timed in alternating pairs, with as many
epochs as take one thread at least two seconds under this load. `ratio` is default / one thread, pair by pair. Every run
must give the same bits. For the quota, each process moves itself into a control group, which needs the rights to make
one. Takes about ten minutes.

    python benchmarks/busy.py [--runs 5]
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import glassnet
import machine
from peers.alone import CORES, alone, answer, arguments

RECIPES = ("notes", "quick", "table")
LOADS = ("0", "1", "2", "4", "8", "quota")
"""Numbers of busy processes, and a quota of one core."""

SPIN = "while True: pass"
SECONDS = 2.5
GROUPS = Path("/sys/fs/cgroup")
PERIOD = 100_000


def main() -> None:
    given = arguments(__doc__ or "", ())
    result: dict[str, Any] = {}
    for recipe, load in itertools.product(RECIPES, LOADS):
        task = {"recipe": recipe, "load": load, "runs": given.runs, "samples": given.samples, "threads": CORES}
        if (one := alone(__file__, task)) is not None:
            result.setdefault(recipe, {})[load] = one
            median, least, most = (one["ratio"][name] for name in ("median", "min", "max"))
            one_thread = one["one thread"]
            seconds = f"one thread {one_thread['median']:.2f} s (at least {one_thread['min']:.2f})"
            print(f"{recipe}, {load}: {seconds}, default {median:.2f} ({least:.2f}–{most:.2f}) times", flush=True)
    if not given.trial:
        settings = {"cores": CORES, "seconds": SECONDS, "period of the quota, µs": PERIOD}
        machine.write("busy", {**result, "settings": settings})


def measure(recipe: str, load: str, runs: int, samples: int | None, threads: int) -> dict[str, Any]:
    """Return the seconds of one thread and of the default under a load, and their ratios."""
    data = data_for(recipe).take(slice(samples))
    options = {"members": 1, "folds": False, "early_stopping": 0} if recipe == "table" else {}
    hashes = set()

    def seconds(threads: int, epochs: int) -> float:
        given = glassnet.Options.recipe(recipe, **options, threads=threads, epochs=epochs, engine="compiled")
        outcome = glassnet.fit(data, given)
        hashes.add((epochs, outcome.model.hash()))
        return outcome.train_seconds

    with quota() if load == "quota" else neighbours(int(load)):
        seconds(1, 1)  # compiles
        epochs = math.ceil(SECONDS / min(seconds(1, 2) / 2 for _ in range(2)))
        pairs = [(seconds(1, epochs), seconds(0, epochs)) for _ in range(runs)]
    assert len(hashes) == len({epochs for epochs, _ in hashes}), "the bits must not depend on the threads"
    return {
        "epochs": epochs,
        "one thread": machine.summary(one for one, _ in pairs),
        "default": machine.summary(default for _, default in pairs),
        "ratio": machine.summary(default / one for one, default in pairs),
    }


def data_for(recipe: str) -> glassnet.Dataset:
    if recipe != "table":
        return glassnet.load_data("mnist")
    random = np.random.default_rng(0)
    rows = random.normal(size=(10_000, 20))
    return glassnet.Dataset.from_arrays(rows, (rows @ random.normal(size=(20, 3))).argmax(axis=1))


@contextlib.contextmanager
def neighbours(count: int) -> Iterator[None]:
    """Run busy processes."""
    processes = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        time.sleep(0.5)  # lets them start
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@contextlib.contextmanager
def quota() -> Iterator[None]:
    """Move this process into a control group with a quota of one core, and back."""
    unified = (GROUPS / "cgroup.controllers").exists()
    parent = GROUPS if unified else GROUPS / "cpu"
    group = parent / f"glassnet-{os.getpid()}"
    group.mkdir()
    try:
        if unified:
            (group / "cpu.max").write_text(f"{PERIOD} {PERIOD}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(PERIOD))
        (group / "cgroup.procs").write_text(str(os.getpid()))
        yield
    finally:
        (parent / "cgroup.procs").write_text(str(os.getpid()))
        group.rmdir()


if __name__ == "__main__":
    answer(measure) or main()
