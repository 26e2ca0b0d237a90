"""The room of own classes: its page trains by itself, and asks for what only Python knows."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from starlette.routing import Route

from ...exports import html
from ...io.writing import MAKER
from ...options.options import Options
from ...training.numerics import NUMERICS
from .endpoints import api

RECIPE = "quick"
OPTIONS: dict[str, Any] = {
    "hidden": (64,),
    "scaling": "unit",
    "batch_size": 10,
    "learning_rate": 0.02,
    "epochs": 60,
    "engine": "portable",
}
"""Changes of the recipe for some ten drawings of each class.

Of new digits of MNIST they answer as many right as any others that were tried (ten digits of each class: 94% of two
classes, 90% of three, 84% of six). No drawing is held out to stop early, which cost one more right answer in a hundred.
"""


def what_training_needs() -> dict[str, Any]:
    """Return all options of a training run, what its record names, and the exported page without a model."""
    return {
        "recipe": RECIPE,
        "options": Options.recipe(RECIPE, **OPTIONS).to_dict(),
        "version": version(MAKER),
        "numerics": NUMERICS,
        "template": html.template(),
        "words": html.words(),
    }


routes: list[Route] = [api("GET", "/api/classes", lambda session, given: what_training_needs())]
