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
_DISTORTED: dict[str, Any] = {
    **_MODERN,
    "optimizer": "adamw",
    "weight_decay": 0.01,
    "schedule": "one_cycle",
    "average": 0.999,
    "scaling": "standard",
    "rotate": 10.0,
    "shift": 1.0,
    "zoom": 0.12,
    "shear": 0.1,
    "elastic": 0.8,
}

RECIPES: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "notes": {},
        "notes-code": {"initializer": "notes-code", "schedule": "constant", "epochs": 2, "shuffle": False},
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
            "hidden": (100,),
            "scaling": "features",
            "input_max": 1.0,
            "early_stopping": 20,
            "optimizer": "adamw",
            "weight_decay": 0.01,
            "learning_rate": 0.01,
            "schedule": "one_cycle",
            "batch_size": 64,
            "epochs": 30,
        },
        "wide": {**_DISTORTED, "hidden": (800,), "learning_rate": 0.002, "batch_size": 256, "epochs": 40},
        "accurate": {
            **_DISTORTED,
            "hidden": (1024, 768, 512),
            "learning_rate": 0.002,
            "batch_size": 512,
            "epochs": 200,
        },
        "committee": {
            **_DISTORTED,
            "hidden": (800,),
            "learning_rate": 0.002,
            "batch_size": 256,
            "epochs": 40,
            "members": 4,
        },
    }
)
"""Recipe name -> where it differs from the defaults."""
