"""Recipes: named sets of options, each written as where it differs from the defaults of `options.Options`."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

_MODERN: dict[str, Any] = {
    "activation": ("relu",),
    "output": "softmax",
    "loss": "cross_entropy",
    "rule": "gradient",
    "initializer": "he",
    "bias": True,
    "scaling": "unit",
    "targets": "one-hot",
}
_WIDE: dict[str, Any] = {
    **_MODERN,
    "optimizer": "adamw",
    "weight_decay": 0.01,
    "schedule": "one_cycle",
    "average": 0.999,
    "scaling": "standard",
    "learning_rate": 0.002,
    "rotate": 10.0,
    "shift": 1.0,
    "zoom": 0.12,
    "shear": 0.1,
    "elastic": 0.8,
    "hidden": (800,),
    "batch_size": 2048,
    "hardest": 0.125,
    "epochs": 120,
}
_STRONG: dict[str, Any] = {"rotate": 14.0, "shift": 1.5, "zoom": 0.15, "shear": 0.2, "elastic": 1.0}
_LARGE: dict[str, Any] = {
    **_WIDE,
    **_STRONG,
    "hidden": (1536, 1024, 512),
    "learning_rate": 0.0015,
    "epochs": 360,
}

RECIPES: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "notes": {},
        "notes-code": {
            "initializer": "notes-code",
            "schedule": "constant",
            "epochs": 2,
            "shuffle": False,
            "shards": 1,  # the program sums over all nodes at once; at a constant rate other last bits end elsewhere
        },
        "quick": {
            **_MODERN,
            "initializer": "small",
            "scaling": "standard",
            "optimizer": "nesterov",
            "learning_rate": 0.08,
            "batch_size": 80,
            "label_smoothing": 0.1,
            "epochs": 2,
        },
        "estimator": {
            **_MODERN,
            "hidden": (100, 100),
            "scaling": "features",
            "input_max": 1.0,
            "early_stopping": 20,
            "optimizer": "adamw",
            "weight_decay": 0.1,
            "learning_rate": 0.01,
            "schedule": "one_cycle",
            "batch_size": 128,
            "epochs": 30,
            "threads": 1,
        },
        "wide": _WIDE,
        "reader": {
            **_WIDE,
            **_STRONG,
            "hidden": (768, 256),
            "scaling": "unit",
            "batch_size": 256,
            "hardest": 1.0,
            "epochs": 60,
        },
        "accurate": {**_LARGE, "weight_decay": 0.5, "elastic": 2.0, "elastic_sigma": 11.5},
        "table": {
            **_MODERN,
            "hidden": (128, 64),
            "dropout": (0.2,),
            "optimizer": "adamw",
            "weight_decay": 1.0,
            "schedule": "one_cycle",
            "learning_rate": 0.001,
            "batch_size": 32,
            "epochs": 20,
        },
        "committee": {**_LARGE, "members": 4},
    }
)
"""Recipe name -> where it differs from the defaults."""

BY_OPTIMIZER: MappingProxyType[str, dict[str, dict[str, Any]]] = MappingProxyType(
    {
        "recipe": {
            "sgd": {"learning_rate": 0.2, "weight_decay": 0.0},
            "momentum": {"learning_rate": 0.02, "weight_decay": 0.0},
            "nesterov": {"learning_rate": 0.02, "weight_decay": 0.0},
            "rmsprop": {"learning_rate": 0.001, "weight_decay": 0.0},
            "adam": {"learning_rate": 0.001, "weight_decay": 0.0},
            "adamw": {"learning_rate": 0.001, "weight_decay": 0.01},
            "lion": {"learning_rate": 0.0003, "weight_decay": 0.1, "beta2": 0.99},
        },
        "batches": {
            "sgd": {"learning_rate": 0.3, "weight_decay": 0.003},
            "momentum": {"learning_rate": 0.05, "weight_decay": 0.003},
            "nesterov": {"learning_rate": 0.05, "weight_decay": 0.003},
            "rmsprop": {"learning_rate": 0.01, "weight_decay": 0.001},
            "adam": {"learning_rate": 0.01, "weight_decay": 0.001},
            "lion": {"learning_rate": 0.003, "weight_decay": 3.0},
        },
        "full_batch": {
            "sgd": {"learning_rate": 0.1, "weight_decay": 0.02, "epochs": 1000},
            "momentum": {"learning_rate": 0.05, "weight_decay": 0.02, "epochs": 300},
            "nesterov": {"learning_rate": 0.03, "weight_decay": 0.02, "epochs": 400},
            "rmsprop": {"learning_rate": 0.01, "weight_decay": 0.01, "epochs": 72},
            "adam": {"learning_rate": 0.2, "weight_decay": 0.02, "epochs": 36},
            "lion": {"learning_rate": 0.02, "weight_decay": 3.0, "epochs": 144},
        },
    }
)
"""Where -> optimizer -> what comes with it, unless it is given: its own learning rate and weight decay.

``recipe``: where it replaces a recipe's own optimizer; the estimators have ``batches``, and ``full_batch`` where every
step sees all rows. Their adamw has what `BY_ROWS` says. Weight decay is part of the gradient for all but adamw and
lion, and so of another size.

Rates of ``recipe``: momentum 0.9 makes steps ten times as long, so that it has a tenth of sgd's rate; 0.001 is that
of the paper (Kingma and Ba 2015, section 2); adamw, without a decay, would be adam. On the last 10,000 training
digits, held out, larger rates did worse. The others were chosen by cross-validation on twenty made tables
(`benchmarks/optimizers.py` says which): rates that stay stable with 200 hidden nodes too, as many epochs as come near
adamw, and the decay that is best on average.

Lion came later, in the same ways. In recipes the paper's 0.99 for β₂, and a rate between those that did best on the
held-out digits, 0.0001 with one sample a step and 0.001 in batches of 80. In the estimators, of some forty settings of
rate, decay and epochs, those that did best on made tables: where every step sees all rows, 0.018 below adamw in the
mean of sixteen and 0.045 at worst; in batches, 0.013 below in the mean of six and 0.033 at worst
(``benchmarks/optimizers.py --made lion``). With β₂ 0.99 the batches did as well, so that 0.999 stays.
"""


SMALL = 512
"""Rows up to which every step of an estimator sees all of them, in double precision."""

LARGE = 10_000
"""Rows from which fewer epochs of larger batches are enough for an estimator."""

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
_MEDIUM: dict[str, Any] = {
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

BY_ROWS: MappingProxyType[str, dict[int, dict[str, Any]]] = MappingProxyType(
    {
        "table": {
            1: {},
            20_001: {"batch_size": 128, "learning_rate": 0.002},
            200_001: {"batch_size": 512, "learning_rate": 0.002},
        },
        "estimator": {1: _SMALL, SMALL + 1: _MEDIUM, LARGE: _LARGE},
        "estimator of counts": {1: _SMALL_COUNTS, SMALL + 1: _MEDIUM, LARGE: _LARGE},
    }
)
"""Where -> number of rows from which on -> the options that follow from it.

``table`` is the command line's recipe, with epochs by `for_rows`; the others are what an estimator has where a
parameter is "auto". On the command line the recipe ``estimator`` stays as it stands above, whatever the rows.
"""

BY_TASK: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "classes": {},
        "numbers": {"output": "identity", "loss": "squared_error", "targets": "values", "label_smoothing": 0.0},
        "labels": {"output": "sigmoid", "targets": "multilabel"},
    }
)
"""What is predicted from a table -> the options that follow from it, with any recipe."""


def of_size(where: str, rows: int) -> dict[str, Any]:
    """Return the options that follow from the number of rows, see `BY_ROWS`."""
    return [changes for least, changes in BY_ROWS[where].items() if least <= max(1, rows)][-1]


def for_estimator(rows: int, optimizer: str, loss: Any) -> dict[str, Any]:
    """Return the options of an estimator where its parameters are "auto": by its rows, its optimizer and its loss.

    Up to `SMALL` rows nothing depends on their number, so that a row with weight 2 is the same as one that stands there
    twice.
    """
    where = "estimator of counts" if isinstance(loss, str) and loss == "poisson" else "estimator"
    return of_size(where, rows) | BY_OPTIMIZER["full_batch" if rows <= SMALL else "batches"].get(optimizer, {})


def for_rows(rows: int, recipe: str, *, task: str = "classes") -> dict[str, Any]:
    """Return how a recipe changes for a table of so many rows, and for what is to be predicted.

    With the recipe ``table``, the fewer rows the more epochs; large tables get larger batches. Numbers need outputs
    without bounds and are not smoothed, and labels an output for each that does not know of the others, whatever the
    recipe.

    Parameters
    ----------
    rows : int
    recipe : str
    task : {"classes", "numbers", "labels"}
        As `preprocess.Columns.task` has it.
    """
    changes = dict(BY_TASK[task])
    if recipe == "table":
        changes |= {"epochs": max(10, min(200, 60_000 // max(1, rows))), **of_size("table", rows)}
    return changes
