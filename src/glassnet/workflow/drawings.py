"""Plots of a test for `train` and `test`: name -> function that draws it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..data import Dataset
from ..model.evaluate import Evaluation, reliability
from ..model.model import Model
from ..words.plots import words_in

RIGHT, WRONG = 20, 10
"""Numbers of digits that are drawn: from the data, and of the most confident mistakes."""


def drawings_of_test(
    model: Model, test: Dataset, evaluation: Evaluation, language: str
) -> dict[str, Callable[[], Any]]:
    """Return the plots of the test itself: the confusion matrix, and digits with the misread ones."""
    from .. import plots

    found: dict[str, Callable[[], Any]] = {}
    if evaluation.confusion.size:
        names = model.class_names or None
        found["confusion"] = lambda: plots.draw_confusion(evaluation.confusion, names, language=language)
    if test.image_shape and test.values is None:
        first, wrong = test.some(RIGHT), evaluation.misread[:WRONG]
        some = np.concatenate([first, wrong])
        word = words_in(language)
        title = word("digits_first", count=len(first))
        if len(wrong):
            title += f"\n{word('digits_wrong', count=len(wrong))}"
        found["digits"] = lambda: plots.draw_digits(
            test.inputs[some],
            np.array([model.name_of(label) for label in test.labels[some]], object),
            np.array([model.name_of(answer) for answer in evaluation.answers[some]], object),
            image_shape=test.image_shape,
            photo=test.reading == "photo",
            title=title,
            language=language,
        )
    return found


def drawings_of_model(model: Model, test: Dataset, language: str) -> dict[str, Callable[[], Any]]:
    """Return the plots of a model on these samples: its reliability and its hidden layers."""
    from .. import plots
    from ..explain.hidden import hidden_space

    def draw_layer(layer: int) -> Any:
        return plots.draw_hidden(hidden_space(model, test, layer), model.class_names, language=language)

    found: dict[str, Callable[[], Any]] = {}
    if model.targets.name != "values":
        found["reliability"] = lambda: plots.draw_reliability(reliability(model, test), language=language)
    if model.targets.of_classes:
        layers = range(1, len(model.network.architecture.sizes) - 1)
        for layer in layers:
            found["hidden" if len(layers) == 1 else f"hidden-{layer}"] = partial(draw_layer, layer)
    return found
