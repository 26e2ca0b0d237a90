"""What an answer, or what is known of a sample, is called beside an answer taken apart: on paper, pages and screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..explain.why import Why
from ..i18n.plots import shown
from ..model.model import Model


def told(why: Why, known: Any, names: Sequence[str], word: Callable[..., str]) -> str:
    """Return the name of a class, a label with whether it holds, or a number with what it is.

    Parameters
    ----------
    why : Why
        Says which of these is meant.
    known : int or float
        The class; whether the label holds; the number.
    names : sequence of str
        What the classes, labels or numbers are called; empty where their place is their name.
    word : callable
        From `words.words_in`.
    """
    if why.output is None:
        return names[int(known)] if names else str(int(known))
    name = names[why.output] if names else str(why.output)
    if why.rival is None:
        return word("number_is", name=name, value=shown(known)) if names else shown(known)
    return word("label_holds" if known else "label_fails", label=name)


def told_whole(model: Model, known: Any, word: Callable[..., str]) -> str:
    """Return all that is known of a sample, or answered: the class, the labels that hold, or the numbers.

    Parameters
    ----------
    model : Model
        Says which of these is meant.
    known : int or sequence
        The class; or a label or number for each output.
    word : callable
        From `words.words_in`.
    """
    if model.targets.of_classes:
        return model.name_of(int(known))
    names = [model.name_of(output) for output in range(model.classes)]
    if model.targets.name == "values":
        numbers = [shown(number) for number in known]
        if model.class_names:
            numbers = [word("number_is", name=name, value=one) for name, one in zip(names, numbers, strict=True)]
        return ", ".join(numbers)
    return ", ".join(name for name, holds in zip(names, known, strict=True) if holds) or word("none_of_them")


def node_names(model: Model, word: Callable[..., str]) -> list[str]:
    """Return what the nodes of the last hidden layer are called, member after member of a committee."""
    nodes = range(model.network.architecture.sizes[-2])
    if not model.others:
        return [word("node", node=node) for node in nodes]
    members = range(1, len(model.members) + 1)
    return [word("member_node", member=member, node=node) for member in members for node in nodes]
