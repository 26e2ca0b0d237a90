"""A folder of pictures with its mistakes: some that cannot be read, some of another size."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np

from ...errors import GlassnetError
from ...io.limits import in_threads
from ..classes import number_words_loosely
from ..tables.raw_table import LooseTable, numbered
from .image import quiet_pillow, read_picture
from .image_batch import read_pictures
from .image_listing import list_pictures


def read_folder_loosely(
    folder: str | os.PathLike[str], part: str, size: tuple[int, int] | None = None, colour: bool = False
) -> LooseTable:
    """Read the pictures of a folder that can be read, at a size, or at the one that most of them have.

    Raises
    ------
    FileError, DataError
        As `listing.list_pictures`; that of the first picture when none can be read.
    """
    found = list_pictures(folder, part)
    places = [f"{found.source}/{name}" for name in found.names]
    labels, names = number_words_loosely(found.words)
    rows = list(range(len(places)))
    resized: tuple[int, ...] = ()
    unreadable: tuple[tuple[int, str], ...] = ()
    try:
        read = read_pictures(found.files, places, size=size, colour=colour)
    except GlassnetError:
        sizes, unreadable = _looked_at(found.files, places)
        if not sizes:
            raise
        rows = list(sizes)
        if size is None:
            size = Counter(sizes.values()).most_common(1)[0][0]
            resized = tuple(row for row, own in sizes.items() if own != size)
        files, places = [found.files[row] for row in rows], [places[row] for row in rows]
        read = read_pictures(files, places, size=size, colour=colour)
    return LooseTable(
        found.source,
        read.inputs,
        {},
        numbered(read.inputs.shape[1]),
        False,
        np.array(rows),
        labels=labels[np.array(rows)],
        label_name="labels",
        image_shape=read.shape,
        pictures=True,
        ordered=False,
        class_names=names,
        files=tuple(found.names),
        unreadable=unreadable,
        resized=resized,
        coloured=0 if colour else read.coloured,
    )


def _looked_at(files: list[Path], places: list[str]) -> tuple[dict[int, tuple[int, int]], tuple[tuple[int, str], ...]]:
    """Return rows and columns of each picture that can be read, and what is wrong with the others."""

    def look(row: int) -> tuple[int, int] | str:
        try:
            picture = read_picture(files[row], places[row]).picture
        except GlassnetError as problem:
            return str(problem)
        return picture.height, picture.width

    with quiet_pillow():
        seen = dict(enumerate(in_threads(look, range(len(files)))))
    problems = tuple((row, one) for row, one in seen.items() if isinstance(one, str))
    return {row: one for row, one in seen.items() if not isinstance(one, str)}, problems
