"""Time the contributions of columns in 1,000 rows, and compare them with many more points on the path.

A model of the recipe "table" learns 10,000 rows of a table. The figures are processor time of one thread, the largest
error of baseline + contributions in float64, and the difference to 2,000 segments of the path in 50 rows: sum of
differences / sum of magnitudes.

    python benchmarks/contributions.py [--data FOLDER] [--trial]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

import glassnet
import machine
from glassnet.explain import integrated_gradients
from tables import DATA, TABLES, read

NAMES = ("adult", "housing", "letter")
TRAINING, MANY, FEW, POINTS, SEED = 10_000, 1_000, 50, 2_000, 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the tables (default: shared/data/tables)")
    parser.add_argument("--trial", action="store_true", help="keep no result")
    given = parser.parse_args()
    result = {}
    for name in NAMES:
        result[name] = measure(given.data, name)
        print(name, result[name], flush=True)
    if not given.trial:
        machine.write("contributions", result)


def measure(folder: Path, name: str) -> dict[str, Any]:
    frame, target = read(folder, TABLES[name])
    rows = np.random.default_rng(SEED).permutation(len(frame))[: TRAINING + MANY]
    frame, target = frame.iloc[rows], target.iloc[rows]
    learnt = frame[:TRAINING].assign(target=target[:TRAINING])
    model, new = glassnet.TableModel.fit(learnt, "target", seed=SEED), frame[TRAINING:]
    model.contributions(new[:2])
    began = time.process_time()
    found = model.contributions(new)
    seconds = time.process_time() - began
    pieces, integrated_gradients.PIECES = integrated_gradients.PIECES, POINTS
    wanted = model.contributions(new[:FEW]).values
    integrated_gradients.PIECES = pieces
    return {
        "columns": len(found.names),
        "outputs": model.model.classes,
        "network": model.model.network.architecture.short,
        "cpu_s": seconds,
        "largest_error_of_the_sum": float(np.abs(found.baseline + found.values.sum(axis=1) - found.outputs).max()),
        "largest_output": float(np.abs(found.outputs).max()),
        "off_the_integral": float(np.abs(found.values[:FEW] - wanted).sum() / np.abs(wanted).sum()),
    }


if __name__ == "__main__":
    main()
