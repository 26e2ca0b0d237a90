"""What a model is asked about: pictures and rows, with or without labels."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, FileError
from .checks import check_options
from .dataset import channels_of
from .files import Opened, open_source, open_stream
from .kinds import kind_of
from .rows import in_words, read_rows, sniff


def load_inputs(
    source: str | os.PathLike[str],
    features: int,
    image_shape: tuple[int, int] | None,
    maximum: float,
    reading: str = "",
) -> tuple[NDArray[Any], list[str], NDArray[np.int64] | None]:
    """Read samples to ask a model about.

    Parameters
    ----------
    source : str or path
        A picture (PNG, JPEG, GIF, BMP, WebP), of one digit or a photograph of several (see `images.parse_image`); a
        CSV file whose rows hold `features` values, or a label before them; ``"-"`` for either of them on standard
        input.
    features : int
        Number of the model's inputs.
    image_shape : (rows, columns) or None
        How the model's inputs are drawn, where they are a picture.
    maximum : float
        Largest value allowed. A picture's grey values are brought to the range 0 to `maximum`.
    reading : {"", "ink", "photo"}
        ``Model.reading``: how the pictures that the model was trained on became samples.

    Returns
    -------
    inputs : ndarray of uint8 or float32, shape (n, features)
    names : list of str, length n
        The picture's name, or file and line, as in ``rows.csv, line 3``.
    labels : ndarray of int64, shape (n,), or None
        None when the rows have none.

    Raises
    ------
    FileError
        GN001 to GN006 when the file is missing, unreadable, of an unknown kind or damaged.
    DataError
        GN010 to GN018 when the content cannot be used; GN085 when a photograph shows no digit.
    """
    check_options("test", maximum, None)
    opened = open_stream(sys.stdin.buffer, "standard input") if source == "-" else open_source(source)
    kind = kind_of(opened)
    if kind == "picture":
        pixels, names = _pixels(opened, features, image_shape, reading)
        inputs = pixels if maximum == 255 else pixels.astype(np.float32) * np.float32(maximum / 255)
        return inputs, names, None
    if kind != "text":
        raise FileError("GN005", f"{opened.name}: {kind.upper()} data, expected a picture or rows (CSV).")
    return _rows(opened, features, maximum)


def _pixels(
    opened: Opened, features: int, shape: tuple[int, int] | None, reading: str
) -> tuple[NDArray[np.uint8], list[str]]:
    """Read a picture, shape (n, features), as those that were trained on."""
    if shape and (reading or channels_of(features, shape) == 3):
        from .pictures import read_pictures

        colour = channels_of(features, shape) == 3
        with opened.stream() as stream:
            read = read_pictures([stream], [opened.name], size=shape, colour=colour, reading=reading or "photo")
            return read.inputs, [opened.name]
    from .images import parse_image

    return parse_image(opened, shape)


def _rows(opened: Opened, features: int, maximum: float) -> tuple[NDArray[Any], list[str], NDArray[np.int64] | None]:
    layout = sniff(opened)
    without, with_label = in_words(features, labelled=False), in_words(features + 1, labelled=True)
    labelled = layout.width == features + 1
    if not labelled and layout.width != features:
        raise DataError(
            "GN012",
            f"{opened.name}, line {layout.first + layout.header}: {layout.width} values, expected {without} or "
            f"{with_label}. Use rows as wide as the model.",
        )
    rows = read_rows(opened, layout, maximum, labelled=labelled)
    return rows.inputs, [f"{opened.name}, line {line}" for line in rows.lines], rows.labels
