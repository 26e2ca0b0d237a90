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
    "rotate": 14.0,
    "shift": 1.5,
    "zoom": 0.15,
    "shear": 0.2,
    "elastic": 1.0,
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
        "wide": {**_DISTORTED, "hidden": (800,), "learning_rate": 0.002, "batch_size": 256, "epochs": 40},
        "reader": {**_DISTORTED, "hidden": (800,), "learning_rate": 0.002, "batch_size": 256, "epochs": 60},
        "accurate": {
            **_DISTORTED,
            "hidden": (1536, 1024, 512),
            "learning_rate": 0.002,
            "batch_size": 512,
            "epochs": 110,
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
