"""Measure the overhead of the estimators: seconds of `fit`, compared with the engine alone.

The engine alone is `glassnet.fit` with the estimator's own options on a prepared data set. Both use the same rows and
epochs, take turns in one process, and give the same weights.

    python benchmarks/estimator_overhead.py [--runs 5] [--trial]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

import glassnet
import machine
from glassnet import Dataset, NetworkClassifier

ROWS = (10_000, 50_000, 100_000)
FEATURES, CLASSES = 30, 4


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--trial", action="store_true", help="keep no result")
    parser.add_argument("--remark", default="", help="stored with the results")
    given = parser.parse_args()
    result = {str(rows): compare(rows, given.runs) for rows in ROWS}
    if not given.trial:
        machine.write(
            "estimator_overhead", {"remark": given.remark, "rows": result}, ("scikit-learn", "numpy", "numba")
        )


def compare(rows: int, runs: int) -> dict[str, Any]:
    random = np.random.default_rng(0)
    X = random.normal(size=(rows, FEATURES))
    y = np.argmax(np.tanh(X @ random.normal(size=(FEATURES, 12))) @ random.normal(size=(12, CLASSES)), axis=1)
    options = NetworkClassifier().fit(X, y).options_  # also compiles
    estimator, engine, same = [], [], True
    for _ in range(runs):
        began = time.perf_counter()
        through = NetworkClassifier().fit(X, y).model_
        estimator.append(time.perf_counter() - began)
        data = Dataset(X, y, CLASSES, None, "rows", 1.0)
        began = time.perf_counter()
        alone = glassnet.fit(data, options).model
        engine.append(time.perf_counter() - began)
        same &= through.hash() == alone.hash()
    ratio = machine.summary(np.array(estimator) / np.array(engine))
    print(f"{rows:,} rows: {np.median(estimator):.3f} s, engine {np.median(engine):.3f} s, ratio {ratio['median']:.3f}")
    return {
        "estimator": machine.summary(estimator),
        "engine": machine.summary(engine),
        "ratio": ratio,
        "same weights": same,
    }


if __name__ == "__main__":
    main()
