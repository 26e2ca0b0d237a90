"""Classes written as words: the names of folders, or of labels that are text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..i18n.language import listed
from .dataset import Like


def number_words(
    written: Sequence[str], source: str, part: str, classes: int | None, like: Like | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Give each class a number: its own, or its place among the sorted names.

    Parameters
    ----------
    written : sequence of str, length n > 0
        The class of each sample.
    source : str
        Where they come from, for messages.
    part : {"train", "test"}
        A test part may lack classes.
    classes : int or None
        The number of classes, where it is known.
    like : Dataset or Model, optional
        Whose classes they are.

    Returns
    -------
    labels : ndarray of int64, shape (n,)
    names : tuple of str
        What the classes are called; empty where their numbers are their names.

    Raises
    ------
    DataError
        GN016 when there is one class alone, GN017 for a class that `like` does not have.
    """
    words = sorted(set(written), key=_by_number)
    if like is not None and like.class_names:
        names = like.class_names
        strange = [word for word in words if word not in names]
        if strange:
            raise DataError(
                "GN017",
                f"{source}: a class {strange[0]!r} that was not trained on; those are {listed(names, 6)}. "
                "Rename it, or take it away.",
            )
    elif _are_numbers(words, part, classes):
        return np.array([int(word) for word in written], np.int64), ()
    elif like is not None:
        raise DataError(
            "GN017",
            f"{source}: classes with names, such as {words[0]!r}, but those that were trained on are numbers. "
            "Call them 0, 1, 2, …",
        )
    else:
        names = tuple(words)
        if len(names) < 2:
            raise DataError("GN016", f"{source}: one class, {words[0]!r}, expected two or more. Add another.")
    return _places(written, names), names


def number_words_loosely(written: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Do as `number_words`, and where it would refuse, number the classes by their place among the names."""
    try:
        return number_words(written, "", "train", None, None)
    except DataError:
        names = tuple(sorted(set(written), key=_by_number))
        return _places(written, names), names


def _places(written: Sequence[str], names: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of each word among the names."""
    place = {name: k for k, name in enumerate(names)}
    return np.array([place[word] for word in written], np.int64)


def _are_numbers(words: Sequence[str], part: str, classes: int | None) -> bool:
    """Tell whether classes are numbers from 0 as they stand: without gaps, unless the number of them is given."""
    if not all(re.fullmatch("[0-9]{1,9}", word) for word in words):
        return False
    numbers = [int(word) for word in words]
    if len(set(numbers)) < len(numbers):  # 1 and 01
        return False
    return part == "test" or classes is not None or numbers == list(range(len(numbers)))


def _by_number(word: str) -> tuple[int, str]:
    return (int(word) if re.fullmatch("[0-9]{1,9}", word) else 10**9, word)
