"""What the estimators do when nothing else is said: the options they share, and those that follow from the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..nn.losses import OUTPUT_LOSSES
from ..options.options import DISTORTIONS, Options
from ..options.recipes import BY_OPTIMIZER

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
_SMALL_COUNTS = {**_SMALL, "weight_decay": 2.4, "epochs": 72}
"""What the loss poisson has in place of `_SMALL`.

With 36 epochs the steps at the peak of the schedule can throw the rates off, with too few left to come back; twice as
many are enough. More weight decay keeps counts near 1, which are mostly chance, from being learnt by heart.

Chosen among 25 settings of epochs, rate, decay, clipping and the size of the first weights, on nine made tables that
`tests/estimators/test_counts.py` does not have (a sine, a product, a threshold, many weak inputs, an absolute value, a
steep exponential, two hidden factors, a single input, Friedman 1), with 90 to 510 training rows and means of 1 to
3,000. Of the settings with no fit more than 0.08 below the squared error (explained deviance, means from 300) it has
the fewest of these 108 cases more than 0.02 below in the mean: 3, the worst by 0.043. With 36 epochs and a decay of 1.2
there were 13 such cases, and 8 such fits.
"""
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
    small, counts, medium, large = (f"{one[name]}" for one in (_SMALL, _SMALL_COUNTS, _MEDIUM, _LARGE))
    small += f" ({counts} for poisson)" if counts != small else ""
    told = f"{small} up to {SMALL} rows, {medium} for more" + (f", {large} from {LARGE:,}" if large != medium else "")
    return told + (
        f" (with {CLASSIFIER.optimizer}; others have their own)" if name in BY_OPTIMIZER["full_batch"]["sgd"] else ""
    )


AUTOMATIC: dict[str, str] = {
    **{name: _told(name) for name in _SMALL},
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
