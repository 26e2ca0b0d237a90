"""Time predictions of a trained model of a table: one row as a dict and as a frame, and 1,000 rows as a frame.

The model learns 10,000 rows of adult (6 columns of numbers, 8 of words). The figures are processor time of all threads,
from the row or frame in memory to the class, after a warm-up: the median over the repetitions of each run. The peer is
scikit-learn's MLPClassifier behind a ColumnTransformer, which gets the dict as a frame of one row. The probabilities of
glassnet must have the same bits in all forms. Every run is a new process with one thread.

    python benchmarks/table_rows.py [--runs 5] [--data FOLDER] [--trial]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import glassnet
import machine
from peers.alone import RUNS, alone, answer
from table_subjects import numbers_and_words
from tables import DATA, TABLES, read

TRAINING, MANY, SEED = 10_000, 1_000, 0
TIMES = {"dict, µs": (1_000, 1e6), "one-row frame, µs": (200, 1e6), "1,000 rows, ms": (20, 1e3)}
"""Figure -> the calls of a repetition, and its units per second."""
REPETITIONS = 7
PACKAGES = ("numpy", "numba", "polars", "pandas", "scikit-learn")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS, help=f"repetitions (default {RUNS})")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the tables (default: shared/data/tables)")
    parser.add_argument("--trial", action="store_true", help="keep no result")
    given = parser.parse_args()
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    for _ in range(given.runs):
        for side, times in runs.items():
            if one := alone(__file__, {"side": side, "threads": 1, "folder": str(given.data)}):
                times.append(one)
                print(side, ", ".join(f"{name} {value:.4g}" for name, value in one.items()), flush=True)
    if not given.trial:
        machine.write(
            "table_rows",
            {side: {name: machine.summary(one[name] for one in ones) for name in TIMES} for side, ones in runs.items()},
            PACKAGES,
        )


def with_glassnet(frame: pd.DataFrame, target: pd.Series[Any]) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    model = glassnet.TableModel.fit(frame.assign(target=target), "target", threads=1, epochs=5)
    some = frame[:MANY]
    together = model.predict_proba(some).to_numpy()
    alone = np.array([[*model.predict_proba(row).values()] for row in some.to_dict("records")], together.dtype)
    if together.tobytes() != alone.tobytes():
        raise AssertionError("a row has other bits alone than among others")
    return model.predict, model.predict


def with_sklearn(frame: pd.DataFrame, target: pd.Series[Any]) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline

    network = MLPClassifier((512, 512), max_iter=3, random_state=SEED, n_iter_no_change=3)
    model = make_pipeline(numbers_and_words(frame), network).fit(frame, target)
    return lambda row: model.predict(pd.DataFrame([row])), model.predict


SIDES = {"glassnet": with_glassnet, "scikit-learn": with_sklearn}


def measure(side: str, threads: int, folder: str) -> dict[str, float]:
    import warnings

    warnings.simplefilter("ignore")  # three epochs do not converge
    frame, target = read(Path(folder), TABLES["adult"])
    rows = np.random.default_rng(SEED).permutation(len(frame))[: TRAINING + MANY]
    frame, target = frame.iloc[rows], target.iloc[rows]
    of_dict, of_frame = SIDES[side](frame[:TRAINING], target[:TRAINING])
    new = frame[TRAINING:]
    calls = {
        "dict, µs": (of_dict, new.iloc[0].to_dict()),
        "one-row frame, µs": (of_frame, new[:1]),
        "1,000 rows, ms": (of_frame, new),
    }
    return {name: seconds(*calls[name], times) * unit for name, (times, unit) in TIMES.items()}


def seconds(predict: Callable[[Any], Any], data: Any, times: int) -> float:
    """Return the processor time of a call: the median over repetitions of several calls, after a warm-up."""
    for _ in range(times // 10 + 1):
        predict(data)
    each = []
    for _ in range(REPETITIONS):
        began = time.process_time()
        for _ in range(times):
            predict(data)
        each.append((time.process_time() - began) / times)
    return statistics.median(each)


if __name__ == "__main__":
    if not answer(measure):
        main()
