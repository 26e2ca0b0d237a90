"""Compare the speed with that of an earlier commit, in pairs: medians of new time / old time.

The commit is unpacked as in ``earlier.py``. In each pair, each version measures everything once, in a
new process, and the versions alternate in going first. A figure above 1 means slower than before.

    python benchmarks/same_speed.py COMMIT [--pairs 7] [--samples N] [--only TEXT]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PAIRS = 7

SMALL_TABLES = ((150, 4), (1_000, 20))
"""Rows and features for fits of the estimators with their defaults."""

STARTS = (["--help"], ["train", "--help"], ["query", "none.safetensors", "none.png"])
"""Commands that end at once: the time is that of the start."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("commit", help="the version to compare with")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="repetitions (default %(default)s)")
    parser.add_argument("--samples", type=int, help="use only the first N samples of MNIST and keep no result")
    parser.add_argument("--only", default="", help="run only measurements whose name contains TEXT and keep no result")
    given = parser.parse_args()
    import machine
    import make_csv
    from earlier import commit_of, unpacked

    commit = commit_of(given.commit)
    versions = {"old": unpacked(commit), "new": ROOT / "src"}
    taken: dict[str, dict[str, list[float]]] = {version: {} for version in versions}
    with tempfile.TemporaryDirectory() as folder:
        task = {"csv": str(make_csv.write_csv("train", Path(folder))), "samples": given.samples, "only": given.only}
        for source in versions.values():
            in_version(source, {**task, "samples": 500})  # compiles before the first pair
        for pair in range(given.pairs):
            for version in sorted(versions, reverse=pair % 2 == 0):
                for name, seconds in in_version(versions[version], task).items():
                    taken[version].setdefault(name, []).append(seconds)
            print(
                f"pair {pair + 1}", *(f"{name} {one:.3f}" for name, one in ratios(taken).items()), sep=", ", flush=True
            )
    result = {
        "commit": commit,
        "new over old": {
            name: machine.summary(np.divide(taken["new"][name], seconds)) for name, seconds in taken["old"].items()
        },
        "seconds": {
            version: {name: machine.summary(values) for name, values in each.items()} for version, each in taken.items()
        },
    }
    for name, ratio in result["new over old"].items():
        print(f"{name:44} {ratio['median']:.3f}  ({ratio['min']:.3f} to {ratio['max']:.3f})")
    if not given.samples and not given.only:
        machine.write("same_speed", result, (*machine.PACKAGES, "scikit-learn"))


def ratios(taken: dict[str, dict[str, list[float]]]) -> dict[str, float]:
    """Return the median ratio of new to old so far."""
    return {name: statistics.median(np.divide(taken["new"][name], seconds)) for name, seconds in taken["old"].items()}


def in_version(source: Path, task: dict[str, Any]) -> dict[str, float]:
    """Measure one version in its own process; return seconds by name."""
    environment = os.environ | {"PYTHONPATH": str(source)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a start without bytecode measures the compiler
    start = [sys.executable, str(Path(__file__).resolve()), "--measure", json.dumps(task)]
    done = subprocess.run(start, env=environment, check=True, capture_output=True, text=True, cwd=source)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert Path(measured["package"]).is_relative_to(source), f"{measured['package']} is not the version in {source}"
    seconds: dict[str, float] = measured["seconds"]
    return seconds


def measure(csv: str, samples: int | None, only: str) -> dict[str, Any]:
    """Measure the imported version, using names that all versions have."""
    import glassnet
    from glassnet import Options

    data = glassnet.load_data("mnist").take(slice(samples))
    test = glassnet.load_data("mnist", part="test").take(slice(samples))
    cases: dict[str, Callable[[], float]] = {
        "epoch, one by one": lambda: epoch(data, Options(epochs=4)),
        "epoch, batch 128, 200 nodes": lambda: epoch(data, modern(200)),
        "epoch, batch 128, 1024 nodes": lambda: epoch(data, modern(1024)),
        **{
            f"{name}, {engine}": lambda rows=rows, engine=engine: digits(data, rows, engine)
            for engine in ("fast", "portable")
            for name, rows in (("one digit", test.inputs[:1]), ("10,000 digits", test.inputs))
        },
        **{
            f"table, {name}": lambda name=name: table_answers(name)
            for name in ("a dict", "1 row", "1,000 rows", "10,000 rows")
        },
        "CSV read": lambda: timed(lambda: glassnet.load_data(csv)),
        **{
            f"estimator fit, {rows:,} × {features}": lambda rows=rows, features=features: estimator(rows, features)
            for rows, features in SMALL_TABLES
        },
        **{f"start of {' '.join(words)}": lambda words=words: started(words) for words in STARTS},
    }
    seconds = {name: case() for name, case in cases.items() if only in name}
    return {"package": glassnet.__file__, "seconds": seconds}


def modern(hidden: int) -> Any:
    """Return the options of `batch_epoch`."""
    import glassnet

    return glassnet.Options.recipe("quick", hidden=(hidden,), batch_size=128, epochs=4)


def epoch(data: Any, options: Any) -> float:
    """Return the seconds of an epoch: the median of all but the first, without preparation."""
    import glassnet

    model, ends = glassnet.new_model(data, options), list[float]()
    for event in glassnet.train(model, data, options):
        if type(event).__name__ == "EpochDone":
            ends.append(time.perf_counter())
    return statistics.median(np.diff(ends))


def digits(data: Any, rows: Any, engine: str) -> float:
    """Return the seconds of a prediction of these rows by a compiled model."""
    import glassnet

    model = glassnet.compiled(glassnet.new_model(data, glassnet.Options(hidden=(200,))), engine)
    return best(lambda: model.predict(rows), 300 if len(rows) == 1 else 1)


@cache
def table_model(rows: int) -> tuple[Any, Any]:
    """Return a model of 6 columns of numbers and 8 of words, and a frame of new rows within the training range."""
    import pandas as pd

    import glassnet

    random = np.random.default_rng(0)
    columns = {f"number {k}": random.integers(0, 10 ** (k + 1), rows) / 8 for k in range(6)}
    columns |= {f"word {k}": random.choice([f"word {j}" for j in range(3 + 2 * k)], rows) for k in range(8)}
    frame = pd.DataFrame(columns)
    answers = np.where(frame["number 0"] + 3 * (frame["word 0"] == "word 1") > 1, "yes", "no")
    model = glassnet.TableModel.fit(frame.assign(y=answers), "y", epochs=2, members=1)
    return model, frame


def table_answers(name: str) -> float:
    """Return the seconds of a prediction for a row as a dict, or for a frame of some rows."""
    model, frame = table_model(12_000)
    count = 1 if name == "a dict" else int(name.split()[0].replace(",", ""))
    given = frame.iloc[7].to_dict() if name == "a dict" else frame[:count]
    return best(lambda: model.predict(given), 200 if count == 1 else 3)


def best(work: Callable[[], object], times: int) -> float:
    """Return the processor seconds of a call: the least of several repetitions of several calls, after a warm-up."""
    for _ in range(times):
        work()
    seconds = []
    for _ in range(15):
        began = time.process_time()
        for _ in range(times):
            work()
        seconds.append((time.process_time() - began) / times)
    return min(seconds)


def estimator(rows: int, features: int) -> float:
    """Return the seconds of a fit to a small table: the best of three after a warm-up."""
    import warnings

    import glassnet

    random = np.random.default_rng(0)
    x = random.normal(size=(rows, features))
    y = np.argmax(np.tanh(x @ random.normal(size=(features, 12))) @ random.normal(size=(12, 3)), axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged

        def fit() -> object:
            return glassnet.NetworkClassifier(random_state=0).fit(x, y)

        fit()
        return min(timed(fit) for _ in range(3))


def started(words: list[str]) -> float:
    """Return the seconds of a command in a new process: the best of five."""
    command = [sys.executable, "-m", "glassnet", *words]
    return min(timed(lambda: subprocess.run(command, capture_output=True)) for _ in range(5))


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(**json.loads(sys.argv[2]))))
    else:
        main()
