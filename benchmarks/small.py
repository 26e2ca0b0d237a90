"""Time an epoch of small tables, compared with scikit-learn's MLPClassifier with the same network, rule and batches.

The time is that of a whole `fit`, including checks and preparation, divided by its epochs. Both run in one process, in
turns, after a run each that loads and compiles; glassnet with one thread and with its default number. scikit-learn uses
all BLAS threads.

    python benchmarks/small.py [--runs 5] [--trial]
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import glassnet
import machine

TABLES = ((150, 4, 20), (1_000, 20, 100), (5_000, 20, 100), (20_000, 30, 100))
"""Rows, features and hidden nodes."""

BATCH, CLASSES, RATE, EPOCHS = 32, 3, 1e-3, 50


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--trial", action="store_true", help="keep no result")
    given = parser.parse_args()
    result = {f"{rows} rows, {features} features, {hidden} nodes": compare(rows, features, hidden, given.runs)
              for rows, features, hidden in TABLES}  # fmt: skip
    if not given.trial:
        machine.write("small", result, (*machine.PACKAGES, "scikit-learn"))


def compare(rows: int, features: int, hidden: int, runs: int) -> dict[str, Any]:
    random = np.random.default_rng(0)
    inputs, labels = random.normal(size=(rows, features)).astype(np.float32), random.integers(0, CLASSES, rows)
    data = glassnet.Dataset(inputs, labels, CLASSES, None, "a table")

    def ours(threads: int) -> float:
        options = glassnet.Options.recipe(
            "quick", hidden=hidden, batch_size=BATCH, epochs=EPOCHS, learning_rate=RATE, threads=threads
        )
        began = time.perf_counter()
        glassnet.fit(data, options)
        return time.perf_counter() - began

    def theirs() -> float:
        network = MLPClassifier(
            (hidden,), solver="sgd", batch_size=BATCH, learning_rate_init=RATE, max_iter=EPOCHS,
            n_iter_no_change=EPOCHS, tol=0.0,
        )  # fmt: skip
        began = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(inputs, labels)
        assert network.n_iter_ == EPOCHS
        return time.perf_counter() - began

    sides = {"glassnet": lambda: ours(0), "glassnet, one thread": lambda: ours(1), "scikit-learn": theirs}
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for run in range(-1, runs):
        for name, side in sides.items():
            seconds = side()
            if run >= 0:
                taken[name].append(1e3 * seconds / EPOCHS)
    found = {name: machine.summary(values) for name, values in taken.items()}
    print(rows, features, hidden, {name: round(one["median"], 3) for name, one in found.items()}, flush=True)
    return {"ms an epoch": found}


if __name__ == "__main__":
    main()
