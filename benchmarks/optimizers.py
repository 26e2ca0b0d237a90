"""Compare the optimizers with their own defaults on scikit-learn's five tables: distance to the default, adamw.

Accuracy, or R2 for diabetes; three folds, mean of three seeds, which shuffle the rows and draw the weights. The
defaults (`BY_OPTIMIZER` in options/recipes.py) were chosen without these rows, by three folds on synthetic tables: nine
of 120 to 700 rows for classification (make_classification, moons, Gaussian quantiles, blobs), seven of 300 to 440 for
regression (Friedman 1 and 3, linear with much noise), and four of 1,500 to 2,000 for batches; for lion, two more of 800
and 900.

    python benchmarks/optimizers.py [--trial]
    python benchmarks/optimizers.py --made lion learning_rate=0.02 weight_decay=3    distance on synthetic tables
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_blobs,
    make_classification,
    make_friedman1,
    make_friedman3,
    make_gaussian_quantiles,
    make_moons,
    make_regression,
)
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

import machine
from glassnet import NetworkClassifier, NetworkRegressor
from glassnet.estimators.parameters import CLASSIFIER
from glassnet.nn.optimizers import OPTIMIZERS

SEEDS = range(3)
TABLES = {
    "iris": load_iris,
    "wine": load_wine,
    "breast cancer": load_breast_cancer,
    "digits": load_digits,
    "diabetes": load_diabetes,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--trial", action="store_true", help="keep no result")
    parser.add_argument("--made", nargs="+", metavar="WORD", help="an optimizer, and parameters as NAME=NUMBER")
    given = parser.parse_args()
    if given.made:
        optimizer, *parameters = given.made
        made = {
            name: float(value) if "." in value else int(value) for name, value in (p.split("=") for p in parameters)
        }
        choose(optimizer, made)
        return
    result = {name: compare(name) for name in TABLES}
    if not given.trial:
        machine.write("optimizers", result, ("scikit-learn", *machine.PACKAGES))


def compare(name: str) -> dict[str, Any]:
    scores = {optimizer: [score(name, optimizer, seed) for seed in SEEDS] for optimizer in OPTIMIZERS}
    best = np.mean(scores[CLASSIFIER.optimizer])
    for optimizer, values in scores.items():
        print(f"{name:14} {optimizer:9} {np.mean(values):.4f} {np.mean(values) - best:+.4f}", flush=True)
    return {optimizer: machine.summary(values) for optimizer, values in scores.items()}


def score(name: str, optimizer: str, seed: int) -> float:
    X, y = TABLES[name](return_X_y=True)
    kind, folds = (NetworkRegressor, KFold) if name == "diabetes" else (NetworkClassifier, StratifiedKFold)
    estimator, cv = kind(optimizer=optimizer, random_state=seed), folds(3, shuffle=True, random_state=seed)
    return float(cross_val_score(estimator, X, y, cv=cv).mean())


def choose(optimizer: str, parameters: dict[str, Any]) -> None:
    """Print the distance of an optimizer with these parameters to the default on synthetic tables."""
    for kind, tables in made_tables().items():
        below = []
        for X, y in tables:
            numbers = y.dtype.kind == "f"
            folds = (KFold if numbers else StratifiedKFold)(3, shuffle=True, random_state=0)
            estimator = NetworkRegressor if numbers else NetworkClassifier
            tried, best = estimator(optimizer=optimizer, **parameters), estimator()
            below.append(np.subtract(*(cross_val_score(one, X, y, cv=folds).mean() for one in (tried, best))))
        print(f"{kind:8} {optimizer} {parameters} mean {np.mean(below):+.4f} worst {np.min(below):+.4f}", flush=True)


def made_tables() -> dict[str, list[Any]]:
    """Return synthetic tables, each (X, y), for full batches and for smaller ones."""
    few = [
        make_classification(120, 8, n_informative=4, random_state=0),
        make_classification(300, 20, n_informative=8, random_state=1),
        make_classification(500, 30, n_informative=10, n_classes=4, random_state=2),
        make_classification(700, 10, n_informative=6, n_classes=3, flip_y=0.1, random_state=3),
        make_moons(200, noise=0.25, random_state=4),
        make_moons(600, noise=0.3, random_state=5),
        make_gaussian_quantiles(n_samples=300, n_features=5, n_classes=3, random_state=6),
        make_gaussian_quantiles(n_samples=600, n_features=8, n_classes=2, random_state=7),
        make_blobs(150, 6, centers=5, cluster_std=3.5, random_state=8),
        *(
            make_friedman1(rows, 10, noise=noise, random_state=10 + noise)
            for rows, noise in ((300, 1), (400, 2), (440, 3))
        ),
        *(make_friedman3(rows, noise=noise / 10, random_state=20 + noise) for rows, noise in ((300, 1), (440, 2))),
        *(make_regression(n, 15, n_informative=5, noise=100 * k, random_state=30 + k) for n, k in ((300, 1), (440, 2))),
    ]
    many = [
        make_classification(2000, 20, n_informative=10, n_classes=3, random_state=40),
        make_gaussian_quantiles(n_samples=1500, n_features=6, n_classes=3, random_state=41),
        make_friedman1(2000, 10, noise=1.0, random_state=42),
        make_regression(1500, 20, n_informative=8, noise=80, random_state=43),
        make_classification(800, 64, n_informative=20, n_classes=10, n_clusters_per_class=1, random_state=44),
        make_classification(900, 40, n_informative=15, n_classes=6, random_state=45),
    ]
    return {"full": few, "batches": many}


if __name__ == "__main__":
    main()
