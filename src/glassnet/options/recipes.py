"""Recipes: named sets of options, each given by its differences from the defaults of `options.Options`."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from ..nn.optimizers import OPTIMIZERS

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
    "ema_decay": 0.999,
    "scaling": "standard",
    "learning_rate": 0.002,
    "rotate": 10.0,
    "shift": 1.0,
    "zoom": 0.12,
    "shear": 0.1,
    "elastic": 0.8,
    "hidden": (800,),
    "batch_size": 2048,
    "hard_fraction": 0.125,
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

# Of tables, the number of rows decides the last six, if it is known: see `for_table`.
_TABLE: dict[str, Any] = {
    **_MODERN,
    "hidden": (128, 128),
    "dropout": (0.1,),
    "optimizer": "adamw",
    "beta2": 0.95,
    "weight_decay": 0.1,
    "schedule": "one_cycle",
    "members": 4,
    "folds": True,
    "learning_rate": 0.002,
    "batch_size": 32,
    "epochs": 30,
    "early_stopping": 9,
}

RECIPES: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "notes": {},
        "notes-code": {
            "initializer": "notes-code",
            "schedule": "constant",
            "epochs": 2,
            "shuffle": False,
            "shards": 1,  # as in the program; at a constant rate, other last bits lead to another result
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
        "wide": _WIDE,
        "reader": {
            **_WIDE,
            **_STRONG,
            "hidden": (768, 256),
            "scaling": "unit",
            "batch_size": 256,
            "hard_fraction": 1.0,
            "epochs": 60,
        },
        "accurate": {**_LARGE, "weight_decay": 0.5, "elastic": 2.0, "elastic_sigma": 11.5},
        "table": _TABLE,
        "table-best": {**_TABLE, "hidden": (256, 128), "members": 8},
        "ensemble": {**_LARGE, "members": 4},
    }
)
"""Recipe name -> its differences from the defaults."""

RECORDED_AS: MappingProxyType[str, str] = MappingProxyType({"committee": "ensemble"})
"""Recipe in files of version 0.2 and before -> its name."""


BY_OPTIMIZER: dict[str, dict[str, dict[str, Any]]] = {
    "recipe": {name: dict(one.recipe) for name, one in OPTIMIZERS.items()},
    "table": {name: dict(one.table) for name, one in OPTIMIZERS.items() if one.table},
}
"""Use -> optimizer -> the options it sets unless they are given.

``table`` applies to the recipes for tables and to the estimators; `for_table` has the values of their adamw. ``recipe``
applies if the optimizer replaces that of another recipe.
"""


BY_TASK: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "classes": {},
        "numbers": {"output": "identity", "loss": "squared_error", "targets": "values", "label_smoothing": 0.0},
        "labels": {"output": "sigmoid", "targets": "multilabel"},
    }
)
"""Task of a table -> the options it sets with any recipe."""


MOST_PLAIN_ROWS = 2_000
"""Most rows of a table for which recipe ``table`` also trains networks without intervals."""


def for_table(rows: int, members: int = 4, longer: float = 1.0) -> dict[str, Any]:
    """Return the options of recipe ``table`` that depend on the number of rows; see `docs/design/tables.md`.

    Tables of less than ten rows per network get fewer `members`; `longer` is a factor on the steps.
    """
    members = min(members, max(1, rows // 10))
    trained = max(16, rows - rows // members if members > 1 else rows)  # with fewer rows, a step has all of them
    root = (trained / 1000) ** 0.5
    rate, steps = min(0.01, max(0.002, 0.003 * root)), longer * (200 + 200 * root)
    steps *= min(1.3, max(1.0, trained / 1800) ** 0.11)
    rows_of_step = min(256, max(16, trained // 24))
    epochs = max(4, round(steps * min(1, rows_of_step / trained)))  # fewer rows than a batch are one step
    batch_size = min(rows_of_step, max(64, trained // 60))
    return {
        "members": members,
        "folds": members > 1,
        "plain_inputs": members > 1 and rows <= MOST_PLAIN_ROWS,
        "learning_rate": float(f"{rate:.3g}"),
        "batch_size": batch_size,
        "epochs": epochs,
        "early_stopping": max(3, round(0.3 * epochs)) if members > 1 else 0,
    }


def for_estimator(rows: int, optimizer: str) -> dict[str, Any]:
    """Return the options of an estimator whose parameters are "auto", by its rows and optimizer.

    The same as those of recipe ``table`` with its own optimizer, except that early stopping is always possible.
    """
    automatic = for_table(rows)
    patience = max(3, round(0.3 * automatic["epochs"]))
    return automatic | {"early_stopping": patience} | BY_OPTIMIZER["table"].get(optimizer, {})


def for_rows(rows: int, recipe: str, *, task: str = "classes") -> dict[str, Any]:
    """Return the changes to a recipe for a table of `rows` rows and for the task, as in `preprocess.Columns.task`.

    The recipes for tables have steps, batches and a learning rate that grow with the number of rows. With any recipe, a
    regression gets unbounded outputs and no label smoothing, and several labels get independent sigmoid outputs.
    """
    changes = dict(BY_TASK[task])
    if recipe == "table":
        changes |= for_table(rows)
    elif recipe == "table-best":
        changes |= for_table(rows, members=8, longer=1.6)
    return changes
