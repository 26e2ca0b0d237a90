"""What `metric="balanced_accuracy"` brings on the public tables of classes, and what it costs.

    python benchmarks/judged.py [--data FOLDER] [--tables NAME,...] [--seeds 0-9]

Tables and parts are those of `tables.py`; recipe `table` has its defaults and seed 0, without and with the option. The
result has the means over the seeds of the error, the balanced error (1 - mean recall of the classes) and the log loss
of the test part; answers are those of `TableModel.predict`.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss

import machine
from tables import DATA, TABLES, read, seeds_of, split

METRICS = ("loss", "balanced_accuracy")


def main() -> None:
    names = [name for name, table in TABLES.items() if table.classes]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the tables (default: shared/data/tables)")
    parser.add_argument("--tables", default=",".join(names), help=f"of: {', '.join(names)}")
    parser.add_argument("--seeds", type=seeds_of, default=range(10), help="such as 0-9 or 3 (default: 0-9)")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    chosen = given.tables.split(",")
    tables = {name: measure(name, given.data, given.seeds) for name in chosen}
    means = {metric: mean_of([of_table[metric] for of_table in tables.values()]) for metric in METRICS}
    print(f"mean: {means}")
    if chosen == names:
        machine.write("judged", {"seeds": len(given.seeds), "tables": tables, "mean": means})


def measure(name: str, folder: Path, seeds: range) -> dict[str, dict[str, float]]:
    """Return the mean scores over the seeds for one table, by the metric that judged, and print them."""
    from glassnet import TableModel

    frame, target = read(folder, TABLES[name])
    scores: dict[str, list[dict[str, float]]] = {metric: [] for metric in METRICS}
    for seed in seeds:
        train, test = split(target, True, seed)
        table = frame.iloc[train].assign(**{"the target": target.iloc[train]})
        truth = target.iloc[test].to_numpy().astype(str)
        for metric in METRICS:
            model = TableModel.fit(table, "the target", task="classes", seed=0, metric=metric)
            answers = model.predict(frame.iloc[test]).to_numpy().astype(str)
            probabilities = model.predict_proba(frame.iloc[test]).to_numpy().astype(np.float64)
            probabilities /= probabilities.sum(axis=1, keepdims=True)
            classes = [str(one) for one in model.classes_]
            order = np.argsort(classes)  # as scikit-learn expects the columns
            scores[metric].append(
                {
                    "error": 1 - accuracy_score(truth, answers),
                    "balanced error": 1 - balanced_accuracy_score(truth, answers),
                    "log loss": log_loss(truth, probabilities[:, order], labels=np.sort(classes)),
                }
            )
    means = {metric: mean_of(found) for metric, found in scores.items()}
    print(f"{name}: {means}", file=sys.stderr, flush=True)
    return means


def mean_of(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([one[name] for one in rows])), 5) for name in rows[0]}


if __name__ == "__main__":
    main()
