"""What rooms that train in the page ask for: what only Python knows, and their settings."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from starlette.routing import Route

from ...exports import html
from ...io.writing import MAKER
from ...options.options import Options
from ...training.numerics import NUMERICS
from .endpoints import api

CLASSES: dict[str, Any] = {
    "hidden": (64,),
    "scaling": "unit",
    "batch_size": 10,
    "learning_rate": 0.02,
    "epochs": 60,
    "engine": "portable",
}
"""Changes of the recipe ``quick`` for some ten drawings of each custom class.

Of new digits of MNIST they answer as many right as any others that were tried (ten digits of each class: 94% of two
classes, 90% of three, 84% of six). No drawing is held out to stop early, which cost one more right answer in a hundred.
"""
START: dict[str, Any] = {"engine": "portable"}
"""Changes of the recipe ``notes`` for the network that learns a hand: both doors have the same bits."""
HAND: dict[str, Any] = {**START, "learning_rate": 0.1, "epochs": 2}
"""How that network learns the ten digits of a hand; `benchmarks/my_hand.py` compares these with others."""
VARIANTS, DIGITS = 20, 1_600
"""Variants of each digit that was drawn, and digits of MNIST among them."""


def what_training_needs() -> dict[str, Any]:
    """Return what training records name, the exported page without a model, and each room's options."""
    return {
        "version": version(MAKER),
        "numerics": NUMERICS,
        "template": html.template(),
        "words": html.words(),
        "classes": {"recipe": "quick", "options": Options.recipe("quick", **CLASSES).to_dict()},
        "hand": {
            "start": {"data": "mnist", "recipe": "notes", "options": START, "validation_curve": False},
            "options": Options.recipe("notes", **HAND).to_dict(),
            "variants": VARIANTS,
            "digits": DIGITS,
        },
    }


routes: list[Route] = [api("GET", "/api/page-training", lambda session, given: what_training_needs())]
