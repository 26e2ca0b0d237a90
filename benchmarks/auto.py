"""Processor time of small trainings with each engine, which decides where the engine `auto` is which: `engines.SMALL`.

Each training runs in a new process, which imports glassnet and loads the compiled loops from the cache, and again in
the same process; engines take turns. The least of several runs counts: other programs only add to it. Tables are
trained by `TableModel.fit`, which cross-validates nothing; `glassnet train` trains six times as much on a small table.
The time to compile everything, which happens once, is that of an empty cache.

    python benchmarks/auto.py [--runs 5] [--trial]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np

import machine

TABLES = ((30, 5), (100, 5), (1_503, 5))
"""Rows and columns of regressions."""
ARRAYS = ((150, 100),)
"""Rows and epochs of a small classifier of arrays in batches of 16."""
ENGINES = ("reference", "compiled", "auto")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--trial", action="store_true", help="keep no result")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        kind, rows, size, engine = given.one
        print(json.dumps(measure(kind, int(rows), int(size), engine)))
        return
    result = {f"{kind} of {rows} rows, {size} {'columns' if kind == 'table' else 'epochs'}":
              compare(kind, rows, size, given.runs)
              for kind, sizes in (("table", TABLES), ("array", ARRAYS)) for rows, size in sizes}  # fmt: skip
    with tempfile.TemporaryDirectory() as empty:
        result["compiling"] = {"s": in_process("table", 100, 5, "compiled", NUMBA_CACHE_DIR=empty)["first"]}
    if not given.trial:
        machine.write("auto", result)


def compare(kind: str, rows: int, size: int, runs: int) -> dict[str, Any]:
    taken: dict[str, list[dict[str, Any]]] = {engine: [] for engine in ENGINES}
    for _ in range(runs):
        for engine, measured in taken.items():
            measured.append(in_process(kind, rows, size, engine))
    found: dict[str, Any] = {
        engine: {"first s": min(one["first"] for one in measured), "again s": min(one["again"] for one in measured)}
        for engine, measured in taken.items()
    }
    found |= {"runs": runs, "auto is": taken["auto"][0]["engine"], "work": taken["auto"][0]["work"]}
    print(kind, rows, size, found, flush=True)
    return found


def in_process(kind: str, rows: int, size: int, engine: str, **variables: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", kind, str(rows), str(size), engine]
    variables = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **variables}
    made = subprocess.run(command, check=True, capture_output=True, text=True, env=variables)
    answer: dict[str, Any] = json.loads(made.stdout)
    return answer


def measure(kind: str, rows: int, size: int, engine: str) -> dict[str, Any]:
    import glassnet
    from glassnet.engines import work_of
    from glassnet.training.receipt import options_of

    random = np.random.default_rng(0)
    inputs = random.normal(size=(rows, size if kind == "table" else 4))
    numbers = np.sin(inputs @ random.normal(size=inputs.shape[1])) + inputs[:, 0] + 0.1 * random.normal(size=rows)
    if kind == "table":
        table = {f"x{k}": column for k, column in enumerate(inputs.T)} | {"y": numbers}

    def train() -> glassnet.Model:
        if kind == "table":
            return glassnet.TableModel.fit(table, "y", engine=engine, threads=1).model
        data = glassnet.Dataset(inputs.astype(np.float32), (numbers > 0).astype(np.int64), 2, None, "arrays")
        options = glassnet.Options.recipe(
            "quick", hidden=20, batch_size=16, epochs=size, engine=engine, threads=1, input_max=10.0
        )
        return glassnet.fit(data, options).model

    times = []
    for _ in range(3):
        began = time.process_time()
        model = train()
        times.append(time.process_time() - began)
    options, data = options_of(model.receipt), model.receipt["data"]
    sizes = (model.network.architecture.sizes[0], *options.hidden, model.network.architecture.sizes[-1])
    work = round(work_of(options, data["samples"], sizes))
    return {"first": times[0], "again": min(times[1:]), "engine": model.receipt["engine"], "work": work}


if __name__ == "__main__":
    main()
