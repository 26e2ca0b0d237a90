"""Compare the portable engine with the fast one: time for 10,000 rows and for one, and differences of their answers.

The models: the notes' network and that of recipe quick, asked for the 10,000 test digits, and one of recipe table,
asked for 10,000 encoded rows of a table that is made here. Each run is a new process that measures both engines in
turn, several times; a figure is the median of its times. `portable_page.py` writes the result into
docs/reference/portable.md.

    python benchmarks/portable.py [--runs 5] [--trial]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet
import machine
from peers.alone import CORES, RUNS, alone, answer

ROWS, TRIAL_ROWS, SEED = 10_000, 1_000, 0
TIMES = {"10,000 rows, ms": (11, 1, 1e3), "one row, µs": (11, 300, 1e6)}
"""Figure -> the repetitions, the calls of each, and the units of a second."""
ENGINES = ("fast", "portable")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS, help=f"repetitions (default {RUNS})")
    parser.add_argument("--trial", action="store_true", help="train on few rows and keep no result")
    given = parser.parse_args()
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, make in MODELS.items():
            path = str(Path(folder) / f"{name}.safetensors")
            glassnet.save_model(make(TRIAL_ROWS if given.trial else None), path)
            runs = [one for _ in range(given.runs) if (one := alone(__file__, {"model": path, "threads": CORES}))]
            times = {figure: machine.summary(one[figure] for one in runs) for figure in runs[0]["times"]}
            result[name] = {**runs[0]["about"], **times}
            print(
                name,
                {key: value["median"] if isinstance(value, dict) else value for key, value in result[name].items()},
            )
    if not given.trial:
        machine.write("portable", result)


def digits(recipe: str) -> Callable[[int | None], glassnet.Model]:
    """Return a function that trains a model of digits."""
    return lambda rows: (
        glassnet.fit(glassnet.load_data("mnist").take(slice(rows)), glassnet.Options.recipe(recipe)).model
    )


def table(rows: int | None) -> glassnet.Model:
    """Train on a table of numbers and words."""
    made, target = table_rows(rows or ROWS, SEED)
    return glassnet.fit(
        glassnet.load_table({**made, "target": target}, "target"), glassnet.Options.recipe("table")
    ).model


def table_rows(rows: int, seed: int) -> tuple[dict[str, list[Any]], list[str]]:
    """Return the columns of a table, and classes that depend on them."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(rows, 8)) * np.geomspace(1, 1e4, 8)
    words = random.integers(0, 12, (rows, 3))
    signal = numbers[:, 0] + numbers[:, 3] / numbers[:, 3].std() + (words[:, 0] % 3) + random.normal(size=rows)
    columns: dict[str, list[Any]] = {f"number {k}": numbers[:, k].tolist() for k in range(8)}
    columns |= {f"word {k}": [f"word {word}" for word in words[:, k].tolist()] for k in range(3)}
    return columns, np.array(["low", "middle", "high"])[np.digitize(signal, (0, 2))].tolist()


MODELS: dict[str, Callable[[int | None], glassnet.Model]] = {
    "notes": digits("notes"),
    "quick": digits("quick"),
    "table": table,
}


def inputs_for(model: glassnet.Model) -> NDArray[Any]:
    """Return 10,000 rows that the model was not trained on."""
    if model.columns is None:
        return glassnet.load_data("mnist", part="test").inputs
    return model.columns.apply(glassnet.read_table(table_rows(ROWS, SEED + 1)[0]))


def measure(model: str, threads: int) -> dict[str, Any]:
    loaded = glassnet.load_model(model)
    inputs = inputs_for(loaded)
    made = {engine: glassnet.compiled(loaded, engine) for engine in ENGINES}
    seconds: dict[str, dict[str, list[float]]] = {figure: {engine: [] for engine in ENGINES} for figure in TIMES}
    for figure, (repetitions, calls, _) in TIMES.items():
        rows = inputs if calls == 1 else inputs[:1]
        for repetition in range(repetitions + 1):
            for engine in ENGINES if repetition % 2 else reversed(ENGINES):
                began = time.perf_counter()
                for _ in range(calls):
                    made[engine].outputs(rows)
                if repetition:  # the first warms up
                    seconds[figure][engine].append((time.perf_counter() - began) / calls)
    fast, portable = (one.outputs(inputs) for one in made.values())
    plain = loaded.outputs(inputs)
    figures: dict[str, float] = {}
    for figure, (_, _, units) in TIMES.items():
        medians = {engine: units * statistics.median(each) for engine, each in seconds[figure].items()}
        figures |= {f"{engine}, {figure}": one for engine, one in medians.items()}
        figures[f"ratio, {figure}"] = medians["portable"] / medians["fast"]
    about = {
        "sizes": "-".join(map(str, loaded.network.architecture.sizes)),
        "activations": "/".join(loaded.network.architecture.activations),
        "rows": len(inputs),
        "largest difference": float(np.abs(portable - fast).max()),
        "largest difference from Model.outputs": float(np.abs(portable - plain).max()),
        "classes that differ": int((portable.argmax(axis=1) != fast.argmax(axis=1)).sum()),
    }
    return {"times": list(figures), "about": about, **figures}


if __name__ == "__main__":
    if not answer(measure):
        main()
