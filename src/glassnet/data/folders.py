"""A folder of pictures as samples: files and classes found, classes numbered, pictures read."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from .checks import count_classes
from .dataset import Dataset, Like, channels_of
from .listing import Listing, list_pictures
from .pictures import read_pictures


def load_folder(
    folder: str | os.PathLike[str],
    part: str,
    maximum: float,
    classes: int | None,
    size: tuple[int, int] | None,
    colour: bool,
    like: Like | None,
) -> Dataset:
    """Read a folder of pictures; arguments and errors as for `source.load`."""
    found = list_pictures(folder, part)
    if like is not None and like.image_shape is None:
        raise DataError("GN017", f"{found.source}: pictures, but those it is to be read like are none. Give it rows.")
    labels, names = _numbered(found, part, classes, like)
    count = len(names) or count_classes(labels, found.source, part, classes)
    places = [f"{found.source}/{name}" for name in found.names]
    if like is None:
        read = read_pictures(found.files, places, size=size, colour=colour)
    else:
        keeps = channels_of(like.features, like.image_shape) == 3
        # What was not read from a folder are digits as MNIST has them.
        read = read_pictures(
            found.files,
            places,
            size=like.image_shape,
            colour=keeps,
            reading=like.reading or ("photo" if keeps else "ink"),
        )
    inputs: NDArray[np.uint8 | np.float32] = read.inputs
    if maximum != 255:
        inputs = inputs.astype(np.float32) * np.float32(maximum / 255)
    return Dataset(
        inputs,
        labels,
        count,
        read.shape,
        found.source,
        maximum,
        class_names=names,
        row_names=tuple(found.names),
        reading=read.reading,
        remarks=(*found.remarks, *read.remarks),
    )


def _numbered(
    found: Listing, part: str, classes: int | None, like: Like | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the labels, and the names of the classes where their numbers are not their names."""
    words = sorted(set(found.words), key=_by_number)
    if like is not None and like.class_names:
        names = like.class_names
        strange = [word for word in words if word not in names]
        if strange:
            shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
            raise DataError(
                "GN017",
                f"{found.source}: a class {strange[0]!r} that was not trained on; those are {shown}. "
                "Rename its folder, or take it away.",
            )
    elif _are_numbers(words, part, classes):
        return np.array([int(word) for word in found.words], np.int64), ()
    elif like is not None:
        raise DataError(
            "GN017",
            f"{found.source}: classes with names, such as {words[0]!r}, but those that were trained on are numbers. "
            "Call the folders 0, 1, 2, …",
        )
    else:
        names = tuple(words)
        if len(names) < 2:
            raise DataError(
                "GN016", f"{found.source}: one class, {words[0]!r}, expected two or more. Add a folder of another."
            )
    number = {name: k for k, name in enumerate(names)}
    return np.array([number[word] for word in found.words], np.int64), names


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
