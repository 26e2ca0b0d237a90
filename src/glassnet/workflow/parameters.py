"""Parameters that several jobs have, each declared once."""

from __future__ import annotations

from typing import Any

from ..data.validation import AUTO, DECIMALS
from ..messages.languages import LANGUAGES
from ..options.recipes import RECIPES
from ..options.spec import option, required


def model_path(argument: str = "MODEL") -> Any:
    """Declare the file of the model."""
    return required("the model file", argument=argument)


def force() -> Any:
    """Declare whether files are overwritten."""
    return option(False, "overwrite an existing file, if glassnet wrote it")


def strict() -> Any:
    """Declare whether inputs that the training data did not have are refused."""
    return option(
        False,
        "refuse inputs that the training data did not have, such as new words or another range, instead of a notice",
    )


def part() -> Any:
    """Declare which part of the data is used."""
    return option("train", "part of the data", choices=("train", "test"))


def decimal() -> Any:
    """Declare how decimals are written in tables."""
    return option(AUTO, "decimal separator in tables; auto detects it per column", choices=DECIMALS, group="data")


def language(*, of_page: bool = False) -> Any:
    """Declare the language of what a job writes: its output and figures, or a page."""
    text = "language of the page" if of_page else "language of the output and the figures"
    return option("en", text, choices=LANGUAGES)


def recipe(usual: str | None, otherwise: str = "") -> Any:
    """Declare the recipe, None for that which the data decide."""
    return option(
        usual,
        "set of options to start from; other options change it",
        choices=tuple(RECIPES),
        group="training",
        common=True,
        otherwise=otherwise,
    )
