"""What the estimators do when nothing else is said: the options they share, and those that follow from the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..losses import OUTPUT_LOSSES
from ..options import DISTORTIONS, Options
from ..recipes import BY_OPTIMIZER

CLASSIFIER = Options.recipe("estimator")
NUMBERS: dict[str, Any] = {"loss": "squared_error", "output": "identity", "targets": "values"}
REGRESSOR = replace(CLASSIFIER, **NUMBERS)

NAMES = (
    "hidden",
    "activation",
    "loss",
    "huber_delta",
    "quantile",
    "focal_gamma",
    "optimizer",
    "learning_rate",
    "schedule",
    "batch_size",
    "epochs",
    "weight_decay",
    "dropout",
    "label_smoothing",
    "clip",
    "hardest",
    "average",
    "momentum",
    "beta2",
    "epsilon",
    "rate_drop",
    "patience",
    "early_stopping",
    "validation",
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
    "output": "follows from the kind of target, and the loss",
    "targets": "follows from the kind of target",
    "classes": "follows from y",
    "rule": "the notes' rule is for the notes' network: use glassnet.fit",
    "shards": "part of the result, and nothing to choose",
    "blocks": "follows from the number of rows",
    "members": "scikit-learn has VotingClassifier and BaggingClassifier",
    "holdout": "scikit-learn has train_test_split",
    **dict.fromkeys(
        ("size", "colour", "handwriting", *DISTORTIONS, "elastic_sigma", "deskew"), "for pictures: use glassnet.fit"
    ),
}
"""The options that are none, and why."""

FOR_CLASSES = ("focal_gamma", "label_smoothing")
FOR_NUMBERS = ("huber_delta", "quantile")
"""The options that one estimator alone has."""

CHOICES = {"engine": ("compiled", "reference")}
CLASS_LOSSES = tuple(loss for loss, output in OUTPUT_LOSSES if output == "softmax")
NUMBER_LOSSES = tuple(dict.fromkeys(loss for loss, output in OUTPUT_LOSSES if output in ("identity", "exponential")))

SMALL = 512
"""Rows up to which every step sees all of them, in double precision."""

LARGE = 10_000
"""Rows from which fewer epochs of larger batches are enough."""

_SMALL: dict[str, Any] = {
    "hidden": (64,),
    "learning_rate": 0.2,
    "weight_decay": 0.7,
    "dropout": 0.0,
    "batch_size": SMALL,
    "epochs": 36,
    "dtype": "float64",
    "engine": "reference",
}
_SMALL_COUNTS = {**_SMALL, "weight_decay": 1.2}  # counts near 1 are mostly chance, which few rows would be learnt from
_MEDIUM = {
    "hidden": (100, 100),
    "learning_rate": 0.01,
    "weight_decay": 0.3,
    "dropout": 0.1,
    "batch_size": 64,
    "epochs": 60,
    "dtype": "float32",
    "engine": "compiled",
}
_LARGE = {**_MEDIUM, "weight_decay": 0.2, "dropout": 0.05, "batch_size": 128, "epochs": 30}


def _told(name: str) -> str:
    small, medium, large = (f"{one[name]}" for one in (_SMALL, _MEDIUM, _LARGE))
    told = f"{small} up to {SMALL} rows, {medium} for more" + (f", {large} from {LARGE:,}" if large != medium else "")
    return told + (
        f" (with {CLASSIFIER.optimizer}; others have their own)" if name in BY_OPTIMIZER["full_batch"]["sgd"] else ""
    )


AUTOMATIC: dict[str, str] = {
    **{name: _told(name) for name in _SMALL},
    "weight_decay": f"{_told('weight_decay')}; {_SMALL_COUNTS['weight_decay']} for poisson up to {SMALL} rows",
    "batch_size": _told("batch_size").replace(f"{SMALL} up", "all up", 1),
}
"""Option -> how it follows from the data."""


def automatic(name: str, rows: int, optimizer: str, loss: Any) -> Any:
    """Return what an option is for so many rows, an optimizer and a loss.

    Up to `SMALL` rows nothing depends on their number, so that a row with weight 2 is the same as one that stands there
    twice.
    """
    small = _SMALL_COUNTS if isinstance(loss, str) and loss == "poisson" else _SMALL
    of_rows = small if rows <= SMALL else _MEDIUM if rows < LARGE else _LARGE
    return {**of_rows, **BY_OPTIMIZER["full_batch" if rows <= SMALL else "batches"].get(optimizer, {})}[name]
