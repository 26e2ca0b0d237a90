"""Texts of predictions and true values: class names, labels that hold or not, numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..explain.why import Why
from ..messages.formats import shown
from ..model.model import Model


def target_of(model: Model) -> str:
    """Return the name of the column that a model of a table predicts; empty for several columns and other models."""
    return model.columns.target_names[0] if model.columns and len(model.columns.targets) == 1 else ""


def class_label(model: Model, label: int, word: Callable[..., str]) -> str:
    """Return the name of a class; for a model of a table after that of its column, as in ``income: >50K``."""
    target, name = target_of(model), model.name_of(label)
    return word("class_of", target=target, name=name) if target and model.targets.of_classes else name


def target_value(model: Model, value: Any) -> str:
    """Return a class or number of the only target of a table as text, without the name of the target."""
    return (
        model.name_of(int(value)) if model.targets.of_classes else number_with_unit(model, 0, float(np.ravel(value)[0]))
    )


def number_with_unit(model: Model, output: int, value: float) -> str:
    """Return a predicted or true number as text, with the unit of its column if there is one."""
    return shown(value) + (model.columns.targets[output].suffix if model.columns else "")


def answer_label(why: Why, value: Any, names: Sequence[str], word: Callable[..., str]) -> str:
    """Return the text of an explained answer, or of the true value: a class, 1 or 0 for a label, or a number.

    The explanation determines the kind of value. `names` are those of classes, labels or targets, empty if they are
    numbered; `word` is the result of `words.plots.words_in`.
    """
    if why.output is None:
        return names[int(value)] if names else str(int(value))
    name = names[why.output] if names else str(why.output)
    if why.rival is None:
        return word("number_is", name=name, value=shown(value)) if names else shown(value)
    return word("label_holds" if value else "label_fails", label=name)


def explained_label(model: Model, why: Why, value: Any, word: Callable[..., str]) -> str:
    """Return the text of `answer_label` with the name of the target and its unit."""
    if why.output is None:
        return class_label(model, int(value), word)
    if why.rival is None and model.class_names:
        return word("number_is", name=model.name_of(why.output), value=number_with_unit(model, why.output, value))
    return answer_label(why, value, model.class_names, word)


def sample_label(model: Model, value: Any, word: Callable[..., str]) -> str:
    """Return the text of a prediction or true value: the class, the labels that hold, or the numbers."""
    if model.targets.of_classes:
        return model.name_of(int(value))
    names = [model.name_of(output) for output in range(model.classes)]
    if model.targets.name == "values":
        numbers = [number_with_unit(model, output, number) for output, number in enumerate(value)]
        if model.class_names:
            numbers = [word("number_is", name=name, value=one) for name, one in zip(names, numbers, strict=True)]
        return word("comma").join(numbers)
    return word("comma").join(name for name, holds in zip(names, value, strict=True) if holds) or word("none_of_them")


def node_names(model: Model, word: Callable[..., str]) -> list[str]:
    """Return the names of the last hidden layer's nodes, ensemble member after member."""
    nodes = range(model.network.architecture.sizes[-2])
    if not model.others:
        return [word("node", node=node) for node in nodes]
    members = range(1, len(model.members) + 1)
    return [word("member_node", member=member, node=node) for member in members for node in nodes]
