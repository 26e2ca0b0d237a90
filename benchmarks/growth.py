"""Measure how cost grows with the number of rows, 1,000 to 6,000,000, and of hidden nodes, 32 to 4,096.

The rows are MNIST's training digits, repeated; each copy is shifted by up to two pixels and made lighter or darker, so
no two are equal. Recipe `quick` trains on 60,000 rows, or on all if there are more: time per row of the fastest of
three runs in one process, and the memory used.

    python benchmarks/growth.py [--runs 3] [--samples N]
"""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet
import machine
from peers.alone import CORES, alone, answer, arguments

ROWS = (1_000, 10_000, 60_000, 600_000, 6_000_000)
HIDDEN = (32, 128, 512, 2048, 4096)
FIXED_HIDDEN, FIXED_ROWS = 200, 20_000
SEEN = 60_000
"""Minimum number of training samples seen: smaller data sets train for more epochs."""
TOGETHER = 1_000
"""Rows that are jittered at a time, so that this does not dominate the memory of the training run."""


def main() -> None:
    given = arguments(__doc__ or "", ())
    most = given.samples or ROWS[-1]
    tasks = {
        "rows": [{"rows": min(rows, most), "hidden": FIXED_HIDDEN} for rows in ROWS],
        "hidden nodes": [{"rows": min(FIXED_ROWS, most), "hidden": hidden} for hidden in HIDDEN],
    }
    kept: dict[str, Any] = {}
    for name, sizes in tasks.items():
        found = []
        for size in sizes:
            runs = [one for _ in range(given.runs) if (one := alone(__file__, {**size, "threads": CORES}))]
            if not runs:  # 6,000,000 rows need 8 GiB
                continue
            found.append({**size, **{key: machine.summary(run[key] for run in runs) for key in runs[0]}})
            print(found[-1], flush=True)
        kept[name] = found
    rows = kept["rows"]
    kept["memory, MiB"] = law([(one["rows"], one["peak, MiB"]["median"]) for one in rows])
    kept["an epoch, ms"] = law([(one["rows"], one["µs a row"]["median"] * one["rows"] / 1e3) for one in rows])
    kept["a row, µs"] = law([
        (one["µs a row"]["median"] / one["ns a row and weight"]["median"] * 1e3, one["µs a row"]["median"])
        for one in kept["hidden nodes"]
    ])  # fmt: skip
    print({name: kept[name] for name in ("an epoch, ms", "a row, µs", "memory, MiB")})
    if not given.trial:
        machine.write("growth", kept)


def law(costs: list[tuple[float, float]]) -> dict[str, float]:
    """Fit a straight line by least squares of the relative errors; return it with the largest such error."""
    sizes, times = np.array(costs).T
    columns = np.stack([np.ones(len(sizes)), sizes], axis=1)
    at_nothing, each = np.linalg.lstsq(columns / times[:, None], np.ones(len(times)))[0]
    errors = np.abs((at_nothing + each * sizes) / times - 1)
    return {"at nothing": at_nothing, "each": each, "largest relative error": errors.max()}


def measure(rows: int, hidden: int, threads: int) -> dict[str, Any]:
    data = repeated(rows)
    before = _peak()
    epochs = max(1, SEEN // rows)
    options = glassnet.Options.recipe("quick", hidden=hidden, epochs=epochs, threads=threads)
    best = np.inf
    for _ in range(3):
        fitted = glassnet.fit(data, options)
        best = min(best, fitted.train_seconds / (rows * epochs))
    weights = fitted.model.network.parameters.flat.size
    return {"µs a row": 1e6 * best, "ns a row and weight": 1e9 * best / weights, "peak, MiB": _peak(),
            "peak before training, MiB": before}  # fmt: skip


def repeated(rows: int) -> glassnet.Dataset:
    digits = glassnet.load_data("mnist")
    inputs = np.empty((rows, digits.features), np.uint8)
    labels = np.resize(digits.labels, rows)
    random = np.random.default_rng(0)
    for start in range(0, rows, TOGETHER):
        part = inputs[start : start + TOGETHER]
        part[...] = jittered(digits.inputs.take(np.arange(start, start + len(part)), 0, mode="wrap"), random)
    return glassnet.Dataset(inputs, labels, 10, (28, 28), f"{rows:,} digits")


def jittered(inputs: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    down, across = random.integers(-2, 3, 2)
    moved = np.roll(inputs.reshape(-1, 28, 28), (down, across), (1, 2)).reshape(len(inputs), -1)
    return (moved * random.uniform(0.8, 1.0, (len(moved), 1)).astype(np.float32)).astype(np.uint8)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    began = time.perf_counter()
    if not answer(measure):
        main()
        print(f"{time.perf_counter() - began:.0f} s")
