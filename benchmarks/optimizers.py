"""The estimators with each optimizer's own defaults, on scikit-learn's five tables: how far below the default, adamw.

Accuracy, or R2 for diabetes; three folds, the mean of three seeds, which shuffle the rows and draw the weights. The
defaults (`BY_OPTIMIZER` in options/recipes.py) were chosen on none of these rows, but on made tables, by three folds:
nine of 120 to 700 rows for classes (make_classification, moons, Gaussian quantiles, blobs), seven of 300 to 440 for
numbers (Friedman 1 and 3, linear with much noise), and four of 1,500 to 2,000 for batches.

    python benchmarks/optimizers.py [--trial]
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
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
    parser.add_argument("--trial", action="store_true", help="keep nothing")
    given = parser.parse_args()
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


if __name__ == "__main__":
    main()
