"""Read a folder of images as samples: list files and classes, then read the images."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, FileError
from ...messages.message import Command
from ..classes import number_words
from ..dataset import HANDWRITING, Dataset, Like, channels_of, shows_handwriting
from ..validation import count_classes
from .handwritten_folder import read_handwriting
from .image_batch import read_pictures
from .image_listing import list_pictures


def load_folder(
    folder: str | os.PathLike[str],
    part: str,
    maximum: float,
    classes: int | None,
    *,
    size: tuple[int, int] | None,
    colour: bool,
    like: Like | None,
    handwriting: bool = False,
    large: bool = False,
) -> Dataset:
    """Read a folder of images; arguments and errors as for `load`."""
    found = list_pictures(folder, part)
    if like is not None and like.image_shape is None:
        raise DataError(
            "GN017", "{source}: images, but the model or data set to match has none. Pass rows.", source=found.source
        )
    reading, white = "", None
    if like is not None:
        handwriting = shows_handwriting(like)
        size, colour = like.image_shape, channels_of(like.features, like.image_shape) == 3
        # Samples that were not read from a folder are digits like MNIST's.
        reading, white = like.reading or ("photo" if colour else "ink"), like.white
    try:
        if handwriting:  # classes without a digit do not count
            read, found = read_handwriting(found, as_is=like is not None and like.reading != HANDWRITING)
        labels, names = number_words(found.words, found.source, part, classes, like)
        count = len(names) or count_classes(labels, found.source, part, classes, like)
        if not handwriting:
            places = [f"{found.source}/{name}" for name in found.names]
            read = read_pictures(
                found.files, places, size=size, colour=colour, reading=reading, white=white, large=large
            )
    except FileError as problem:
        raise FileError(
            problem.code,
            "{problem} To list all such files, run '{command}'.",  # there may be more
            problem=problem,
            command=Command("doctor", folder),
        ) from None
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
        white=read.white,
        remarks=(*found.remarks, *read.remarks),
    )
