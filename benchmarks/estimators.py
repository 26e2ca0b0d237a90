"""Compare the estimators with scikit-learn's networks, both with their defaults: test score and seconds of `fit`.

Ten tables of 150 to 100,000 rows: scikit-learn's own, and synthetic ones whose columns have different units. Both train
on the same rows, in turns, in one process, after a small fit each that loads and compiles; the cost of a first fit is
measured separately, in new processes. MLPClassifier uses all BLAS threads, glassnet its default of one.

A quarter of the rows is held out for the test. For scikit-learn's tables, it is the same quarter in each run, and the
seeds of the networks differ; synthetic tables are new in each run. The defaults were chosen without any of these rows:
by cross-validation on the other three quarters, and on synthetic tables of other seeds.

    python benchmarks/estimators.py [--runs 5] [--tables iris,wine] [--trial]
    python benchmarks/estimators.py --standardised      # adds the scores of the peers behind a StandardScaler
    python benchmarks/estimators_page.py      # writes the table into docs/estimators.md
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
    make_friedman1,
    make_moons,
)
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import machine
from glassnet import NetworkClassifier, NetworkRegressor

SEED = 2024
STANDARDISED = "scikit-learn, standardised"
Table = tuple[np.ndarray, np.ndarray]


def units(X: np.ndarray, seed: int) -> np.ndarray:
    """Give each column its own unit and mean."""
    random = np.random.default_rng(seed)
    scale = 10.0 ** random.uniform(-2, 2, X.shape[1])
    return X * scale + scale * random.normal(size=X.shape[1])


def friedman(seed: int) -> Table:
    X, y = make_friedman1(2000, n_features=10, noise=1.0, random_state=seed)
    return units(X, seed), y


def clusters(seed: int) -> Table:
    return make_classification(
        20_000,
        30,
        n_informative=12,
        n_redundant=6,
        n_classes=4,
        n_clusters_per_class=3,
        flip_y=0.05,
        random_state=seed,
    )


def steps(seed: int) -> Table:
    """Return targets in thousands that depend on products and steps."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(50_000, 12))
    y = np.where(X[:, 0] * X[:, 1] > 0, 3 * X[:, 2], -2 * X[:, 3]) + np.sin(3 * X[:, 4]) + np.abs(X[:, 5])
    return X, 1000 * (y + 0.5 * random.normal(size=len(y))) + 5000


def mixture(seed: int) -> Table:
    """Return classes given by a smooth function of all columns, with noise."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(100_000, 20))
    inner, outer = random.normal(size=(20, 30)), random.normal(size=(30, 5))
    y = np.argmax(np.tanh(X @ inner / 3) @ outer + 0.7 * random.gumbel(size=(len(X), 5)), axis=1)
    return units(X, seed), y


def of_sklearn(load: Callable[..., Any]) -> Callable[[int], Table]:
    return lambda seed: load(return_X_y=True)


class Task(NamedTuple):
    make: Callable[[int], Table]
    classes: bool = True


TASKS = {
    "iris": Task(of_sklearn(load_iris)),
    "wine": Task(of_sklearn(load_wine)),
    "diabetes": Task(of_sklearn(load_diabetes), classes=False),
    "breast cancer": Task(of_sklearn(load_breast_cancer)),
    "digits": Task(of_sklearn(load_digits)),
    "Friedman 1 in units": Task(friedman, classes=False),
    "moons": Task(lambda seed: make_moons(5000, noise=0.3, random_state=seed)),
    "clusters": Task(clusters),
    "steps": Task(steps, classes=False),
    "mixture in units": Task(mixture),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tables", default=",".join(TASKS), help="other tables keep their results")
    parser.add_argument("--trial", action="store_true", help="keep no result")
    parser.add_argument("--standardised", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # MLPClassifier warns that it has not converged
    kept = machine.read("estimators") or {"tables": {}}
    first = kept.get("first fit") or first_fits()
    for classes in (True, False):
        warm_up(classes)
    tables = given.tables.split(",")
    if given.standardised:
        result = {name: {**kept["tables"][name], STANDARDISED: standardised(name, given.runs)} for name in tables}
    else:
        result = {name: compare(name, given.runs) for name in tables}
    if not given.trial:
        known = {**kept["tables"], **result}
        ordered = {name: known[name] for name in TASKS if name in known}
        machine.write("estimators", {"first fit": first, "tables": ordered}, ("scikit-learn", *machine.PACKAGES))


def first_fits() -> dict[str, float]:
    """Return the seconds of the first fit in a process, with compilation and with cached kernels."""
    program = (
        "import time, numpy; from glassnet import NetworkClassifier; "
        "X = numpy.random.default_rng(0).normal(size=(5000, 8)); began = time.perf_counter(); "
        "NetworkClassifier(max_iter=1).fit(X, X[:, 0] > 0); print(time.perf_counter() - began)"
    )
    with TemporaryDirectory() as cache:
        start, where = [sys.executable, "-c", program], {**os.environ, "NUMBA_CACHE_DIR": cache}
        seconds = [
            float(subprocess.run(start, env=where, check=True, capture_output=True, text=True).stdout) for _ in range(2)
        ]
    print("seconds of the first fit, compiling and cached:", *seconds, flush=True)
    return dict(zip(("to compile", "compiled before"), seconds, strict=True))


def warm_up(classes: bool) -> None:
    X = np.random.default_rng(0).normal(size=(3000, 8))  # enough for a validation set
    y = (X[:, 0] > 0).astype(int) if classes else X[:, 0]
    for dtype in (np.float64, np.float32):
        for _, estimator in sides(classes, 0):
            estimator.set_params(max_iter=1).fit(X.astype(dtype), y)


def sides(classes: bool, seed: int) -> list[tuple[str, Any]]:
    ours, theirs = (NetworkClassifier, MLPClassifier) if classes else (NetworkRegressor, MLPRegressor)
    return [("glassnet", ours(random_state=seed)), ("scikit-learn", theirs(random_state=seed))]


def compare(name: str, runs: int) -> dict[str, Any]:
    task = TASKS[name]
    taken: dict[str, list[tuple[float, float, int]]] = {}
    for seed, split in splits(task, runs):
        for side, estimator in sides(task.classes, seed):
            began = time.perf_counter()
            estimator.fit(split[0], split[2])
            seconds = time.perf_counter() - began
            taken.setdefault(side, []).append((estimator.score(split[1], split[3]), seconds, estimator.n_iter_))
            print(name, side, f"{taken[side][-1][0]:.4f}, {seconds:.3f} s, {estimator.n_iter_} epochs", flush=True)
    facts = {"rows": len(split[2]) + len(split[3]), "score": "accuracy" if task.classes else "R²"}
    return {**facts, **{side: summed(ones) for side, ones in taken.items()}}


def splits(task: Task, runs: int) -> Iterator[tuple[int, list[Any]]]:
    """Yield the seed of each run, its training and test rows, and their targets."""
    for seed in range(SEED, SEED + runs):
        X, y = task.make(seed)
        yield seed, train_test_split(X, y, test_size=0.25, random_state=SEED, stratify=y if task.classes else None)


def standardised(name: str, runs: int) -> dict[str, Any]:
    """Return the scores of the peer with standardised columns and regression targets."""
    task, scores = TASKS[name], []
    for seed, (train, test, known, asked) in splits(task, runs):
        peer = sides(task.classes, seed)[1][1]
        whole = make_pipeline(StandardScaler(), peer)
        if not task.classes:
            whole = TransformedTargetRegressor(whole, transformer=StandardScaler())
        scores.append(whole.fit(train, known).score(test, asked))
        print(name, STANDARDISED, scores[-1], flush=True)
    return {"score": machine.summary(scores)}


def summed(ones: list[tuple[float, float, int]]) -> dict[str, Any]:
    scores, seconds, epochs = zip(*ones, strict=True)
    return {"score": machine.summary(scores), "seconds": machine.summary(seconds), "epochs": list(epochs)}


if __name__ == "__main__":
    main()
