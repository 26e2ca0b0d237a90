"""The estimators beside scikit-learn's networks, both with their defaults: score on rows kept aside, seconds of `fit`.

Ten tables of 150 to 100,000 rows: those of scikit-learn, and made ones with columns in units of their own. A run has a
split and seeds of its own; both train on the same rows, in turns, in one process, after one small fit each that loads
and compiles. MLPClassifier has the BLAS threads it wants. Tables of 20,000 rows or more are run once.

The defaults were chosen without the rows that the first run is tested on: of scikit-learn's tables these are a quarter
that was put aside first, the made ones were made with other seeds.

    python benchmarks/estimators.py [--runs 3] [--tables iris,wine] [--trial]
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
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

import machine
from glassnet import NetworkClassifier, NetworkRegressor

SEED = 2024
LARGE = 20_000
Table = tuple[np.ndarray, np.ndarray]


def units(X: np.ndarray, seed: int) -> np.ndarray:
    """Give each column a unit and a mean of its own."""
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
    """Numbers in thousands that depend on products and corners."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(50_000, 12))
    y = np.where(X[:, 0] * X[:, 1] > 0, 3 * X[:, 2], -2 * X[:, 3]) + np.sin(3 * X[:, 4]) + np.abs(X[:, 5])
    return X, 1000 * (y + 0.5 * random.normal(size=len(y))) + 5000


def mixture(seed: int) -> Table:
    """Classes by a smooth function of all columns, and chance."""
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
    "Friedman 1, in units": Task(friedman, classes=False),
    "moons": Task(lambda seed: make_moons(5000, noise=0.3, random_state=seed)),
    "clusters": Task(clusters),
    "steps": Task(steps, classes=False),
    "mixture, in units": Task(mixture),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tables", default=",".join(TASKS))
    parser.add_argument("--trial", action="store_true", help="keep nothing")
    parser.add_argument("--remark", default="", help="written beside the results")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # MLPClassifier says that it has not converged
    for classes in (True, False):
        warm_up(classes)
    result = {name: compare(name, given.runs) for name in given.tables.split(",")}
    if not given.trial:
        machine.write("estimators", {"remark": given.remark, "tables": result}, ("scikit-learn", *machine.PACKAGES))
        text = "\n".join(markdown(result, given.remark)) + "\n"
        (machine.RESULTS / "estimators.md").write_text(text, encoding="utf-8")


def warm_up(classes: bool) -> None:
    X = np.random.default_rng(0).normal(size=(1000, 8))
    y = (X[:, 0] > 0).astype(int) if classes else X[:, 0]
    for dtype in (np.float64, np.float32):
        for _, estimator in sides(classes, 0):
            estimator.set_params(max_iter=1).fit(X.astype(dtype), y)


def sides(classes: bool, seed: int) -> list[tuple[str, Any]]:
    ours, theirs = (NetworkClassifier, MLPClassifier) if classes else (NetworkRegressor, MLPRegressor)
    return [("glassnet", ours(random_state=seed)), ("scikit-learn", theirs(random_state=seed))]


def compare(name: str, runs: int) -> dict[str, Any]:
    task, taken, rows = TASKS[name], {}, 0
    for run in range(runs):
        seed = SEED + run
        X, y = task.make(seed)
        rows = len(X)
        split = train_test_split(X, y, test_size=0.25, random_state=seed, stratify=y if task.classes else None)
        for side, estimator in sides(task.classes, seed):
            began = time.perf_counter()
            estimator.fit(split[0], split[2])
            seconds = time.perf_counter() - began
            taken.setdefault(side, []).append((estimator.score(split[1], split[3]), seconds, estimator.n_iter_))
            print(name, side, f"{taken[side][-1][0]:.4f}, {seconds:.3f} s, {estimator.n_iter_} epochs", flush=True)
        if rows >= LARGE:
            break
    return {"rows": rows, "score": "accuracy" if task.classes else "R²", **{s: summed(o) for s, o in taken.items()}}


def summed(ones: list[tuple[float, float, int]]) -> dict[str, Any]:
    scores, seconds, epochs = zip(*ones, strict=True)
    return {"score": machine.summary(scores), "seconds": machine.summary(seconds), "epochs": list(epochs)}


def markdown(result: dict[str, Any], remark: str) -> list[str]:
    lines = [
        "<!-- written by benchmarks/estimators.py -->",
        "",
        "# The estimators beside MLPClassifier and MLPRegressor, all with their defaults",
        "",
        "Median over the runs, tested on the quarter of the rows that is kept aside.",
        *([remark] if remark else []),
        "",
        "| table | rows | score | glassnet | scikit-learn | glassnet, s | scikit-learn, s | times as fast |",
        "|---|---|---|---|---|---|---|---|",
    ]
    better = faster = 0
    for name, one in result.items():
        ours, theirs = one["glassnet"], one["scikit-learn"]
        score, other = ours["score"]["median"], theirs["score"]["median"]
        seconds, others = ours["seconds"]["median"], theirs["seconds"]["median"]
        better, faster = better + (score > other), faster + (seconds < others)
        lines.append(
            f"| {name} | {one['rows']:,} | {one['score']} | {score:.4f} | {other:.4f} "
            f"| {seconds:.3f} | {others:.3f} | {others / seconds:.1f} |"
        )
    return [*lines, "", f"Better on {better} of {len(result)}, faster on {faster}."]


if __name__ == "__main__":
    main()
