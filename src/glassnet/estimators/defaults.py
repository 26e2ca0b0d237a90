"""What the estimators do when nothing else is said: the options they share, and those that follow from the data.

The choices were made on rows kept aside from training (``benchmarks/estimators.py`` has the tables), none of them by a
look at a test score.
"""

from __future__ import annotations

from typing import Any

from ..options import Options

OPTIONS = Options.recipe("table")
"""The options of a classifier; `TASKS` has what differs for others."""

TASKS: dict[str, dict[str, str]] = {
    "classes": {"output": "softmax", "targets": "one-hot"},
    "labels": {"output": "sigmoid", "targets": "multilabel"},
    "numbers": {"output": "identity", "targets": "values"},
}
"""Kind of target -> the options that follow from it."""

NAMES = (
    "hidden",
    "activation",
    "loss",
    "optimizer",
    "learning_rate",
    "schedule",
    "batch_size",
    "epochs",
    "weight_decay",
    "dropout",
    "label_smoothing",
    "clip",
    "average",
    "momentum",
    "beta2",
    "epsilon",
    "rate_drop",
    "patience",
    "holdout",
    "shuffle",
    "scaling",
    "input_max",
    "initializer",
    "bias",
    "dtype",
    "engine",
    "seed",
    "threads",
)
"""The options that are parameters of an estimator, in the order of its documentation."""

NOT_PARAMETERS: dict[str, str] = {
    "output": "follows from the kind of target",
    "targets": "follows from the kind of target",
    "classes": "follows from y",
    "rule": "the notes' rule is for the notes' network: use glassnet.fit",
    "shards": "part of the result, and nothing to choose",
    "members": "a committee is scikit-learn's VotingClassifier or BaggingClassifier here",
    **dict.fromkeys(("rotate", "shift", "zoom", "shear", "elastic"), "for pictures: use glassnet.fit"),
}
"""The options that are none, and why."""

SMALL = 512
"""Rows up to which every step sees all of them, in double precision."""

VALIDATED = 2000
"""Rows from which a part is kept aside to choose the best epoch."""

AUTOMATIC: dict[str, str] = {
    "epochs": "from the number of rows",
    "batch_size": f"all rows up to {SMALL}, more as rows grow",
    "dtype": f"float64 up to {SMALL} rows, float32 for more",
    "engine": f"reference up to {SMALL} rows, where NumPy is as fast and has nothing to load; compiled for more",
}
"""Option -> how it follows from the data."""


def automatic(name: str, rows: int) -> Any:
    """Return what an option is for so many rows.

    Up to `SMALL` rows nothing depends on their number: a weight of 2 is then the same as a row that stands twice.
    """
    if name == "engine":
        return "reference" if rows <= SMALL else "compiled"
    if name == "dtype":
        return "float64" if rows <= SMALL else "float32"
    if name == "batch_size":
        return SMALL if rows <= SMALL else 64
    return 100 if rows <= SMALL else 30
