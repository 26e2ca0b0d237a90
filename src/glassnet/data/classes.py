"""Class names: from folder names, or from labels that are text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..messages.message import Listing
from .arrays import require_several
from .dataset import Like


def number_words(
    written: Sequence[str], source: str, part: str, classes: int | None, like: Like | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return class numbers: the names, if these are numbers, or positions among the sorted names.

    `written` has the class of each sample, n > 0. A test part may lack classes. `classes` is their number, if known;
    with `like`, those of this data set or model are used. The numbers are int64, shape (n,); the names are empty if
    they are the numbers.
    """
    words = sorted(set(written), key=_by_number)
    if like is not None and like.class_names:
        names = like.class_names
        unknown = [word for word in words if word not in names]
        if unknown:
            raise DataError(
                "GN017",
                "{name}: class {word!r} is not in the training data, expected one of {names}. Rename the "
                "class, or remove it.",
                name=source,
                word=unknown[0],
                names=Listing(names, 6),
            )
    elif _are_numbers(words, any_of=part == "test" or classes is not None or like is not None):
        return np.array([int(word) for word in written], np.int64), ()
    elif like is not None:
        raise DataError(
            "GN017",
            "{name}: class names such as {word!r}, expected numbers as in the training data. Name the "
            "classes by numbers from 0.",
            name=source,
            word=words[0],
        )
    else:
        names = tuple(words)
        require_several(words, source)
    return _places(written, names), names


def number_words_loosely(written: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the result of `number_words`; if it raises an error, number the classes by their sorted names."""
    try:
        return number_words(written, "", "train", None, None)
    except DataError:
        names = tuple(sorted(set(written), key=_by_number))
        return _places(written, names), names


def _places(written: Sequence[str], names: Sequence[str]) -> NDArray[np.int64]:
    """Return the position of each word among the names."""
    place = {name: k for k, name in enumerate(names)}
    return np.array([place[word] for word in written], np.int64)


def _are_numbers(words: Sequence[str], *, any_of: bool) -> bool:
    """Return whether class names are numbers: with `any_of` of known classes, else from 0 without gaps."""
    if not all(re.fullmatch("[0-9]{1,9}", word) for word in words):
        return False
    numbers = [int(word) for word in words]
    if len(set(numbers)) < len(numbers):  # 1 and 01
        return False
    return any_of or numbers == list(range(len(numbers)))


def _by_number(word: str) -> tuple[int, str]:
    return (int(word) if re.fullmatch("[0-9]{1,9}", word) else 10**9, word)
