"""Read inputs to predict: images and rows, with or without labels."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, FileError, with_near_matches
from ..io.archives import as_folder, is_folder, name_in
from ..io.opening import Opened, open_named, open_source
from ..io.picture_formats import SUFFIXES
from ..io.sniff import kind_of
from ..messages.message import Message, Place
from .dataset import HANDWRITING, SampleLayout, channels_of
from .load import images_in
from .readers.labelled_csv import read_values, samples_in, sniff
from .validation import check_options


@with_near_matches("load_inputs")
def load_inputs(
    source: str | os.PathLike[str],
    features: int,
    image_shape: tuple[int, int] | None,
    maximum: float,
    reading: str = "",
    white: int = 0,
    layout: SampleLayout | None = None,
    say: Callable[[Message], None] | None = None,
) -> tuple[NDArray[Any], list[str], NDArray[np.int64] | None]:
    r"""Read samples to predict.

    Parameters
    ----------
    source : str or path
        An image (see `picture_formats`) of one digit, or a photograph of several (see `image.parse_image`); a folder
        or a ZIP archive, for all images in it and its subfolders; a CSV file whose rows have `features` values,
        optionally after a label; ``"-"`` for an image or rows on standard input.
    features : int
        Number of the model's inputs.
    image_shape : (rows, columns) or None
        Shape of the model's inputs, if they are images.
    maximum : float
        Largest allowed value, unless `layout` has no bounds. Grey values of images are scaled to 0 to `maximum`.
    reading : {"", "ink", "photo", "handwriting"}
        ``Model.reading``: how the training images became samples.
    white : int
        ``Model.white``: the value of white in grey images of more than 8 bits.
    layout : SampleLayout, optional
        ``Model.layout``: where rows have their labels, and the range of their values.
    say : function, optional
        Called with a `Message` if the labels are in other columns than in training.

    Returns
    -------
    inputs : ndarray of uint8 or float32, shape (n, features)
    names : list of str, length n
        The name of the image, or file and row, from 0, as in ``rows.csv, row 2``.
    labels : ndarray of int64, shape (n,), or None
        None when the rows have none.

    Raises
    ------
    FileError
        GN001 to GN006 when the file is missing, unreadable, of an unknown format or damaged; GN002 for a folder
        without images.
    DataError
        GN010 to GN018 when the content is not valid; GN085 when a photograph shows no digit.

    Examples
    --------
    >>> import glassnet
    >>> from pathlib import Path
    >>> _ = Path("rows.csv").write_text("0,64,128,255\n255,0,0,0\n")
    >>> inputs, names, labels = glassnet.load_inputs("rows.csv", 4, None, 255)
    >>> inputs.shape, names
    ((2, 4), ['rows.csv, row 0', 'rows.csv, row 1'])
    """
    check_options("test", maximum, None)
    if source != "-" and is_folder(source):
        with as_folder(source) as folder:
            pixels, names = _of_folder(folder, features, image_shape, (reading, white))
        names = [name_in(source, name) for name in names]
    else:
        return inputs_in(open_named(source), features, image_shape, maximum, reading, white, layout, say)
    return _in_range(pixels, maximum), names, None


def inputs_in(
    opened: Opened,
    features: int,
    image_shape: tuple[int, int] | None,
    maximum: float,
    reading: str = "",
    white: int = 0,
    layout: SampleLayout | None = None,
    say: Callable[[Message], None] | None = None,
) -> tuple[NDArray[Any], list[str], NDArray[np.int64] | None]:
    """Read an opened image or file of rows; the other parameters, result and errors are those of `load_inputs`."""
    kind = kind_of(opened)
    if kind == "text" and Path(opened.name).suffix.lower() in SUFFIXES:
        raise FileError(
            "GN005", "{name}: text, but named as an image. Save the image again, or rename the file.", name=opened.name
        )
    if kind == "text":
        return _rows(opened, features, maximum, layout or SampleLayout(), say)
    if kind != "picture":
        raise FileError(
            "GN005", "{name}: {kind} data, expected an image or rows (CSV).", name=opened.name, kind=kind.upper()
        )
    pixels, names = _pixels(opened, features, image_shape, (reading, white))
    return _in_range(pixels, maximum), names, None


def _in_range(pixels: NDArray[np.uint8], maximum: float) -> NDArray[Any]:
    return pixels if maximum == 255 else pixels.astype(np.float32) * np.float32(maximum / 255)


def has_queries(source: str | os.PathLike[str]) -> bool:
    """Return whether `load_inputs`, or for a model of a table its reader, can read data that a model was trained on.

    False for labelled arrays: IDX and NPZ. A pipe is not read for this.
    """
    try:
        if is_folder(source):
            with as_folder(source) as folder:
                return images_in(folder, "train") is None
        return not os.path.isfile(source) or kind_of(open_source(source)) not in ("idx", "npz")
    except FileError:
        return False


def pictures_in(source: str | os.PathLike[str]) -> list[str]:
    """Return the paths of all images in a folder and its subfolders; an empty list if it is not a folder."""
    from .readers.image_listing import pictures_below

    if source == "-" or not os.path.isdir(source):
        return []
    return [os.fspath(Path(source) / name) for name in pictures_below(Path(source))]


def _of_folder(
    folder: Path, features: int, shape: tuple[int, int] | None, like: tuple[str, int]
) -> tuple[NDArray[np.uint8], list[str]]:
    """Read all images of a folder, shape (n, features), in the way of the training images."""
    names = pictures_in(folder)
    if not names:
        raise FileError(
            "GN002",
            "{folder}: no images in this folder. Name a folder with images, or a file with rows (CSV).",
            folder=folder,
        )
    files = [Path(name) for name in names]
    if _as_files(features, shape, like[0]):
        return _read(files, names, features, shape, like), names
    read = [_pixels(open_source(file), features, shape, like) for file in files]
    return np.concatenate([pixels for pixels, _ in read]), [name for _, some in read for name in some]


def _pixels(
    opened: Opened, features: int, shape: tuple[int, int] | None, like: tuple[str, int]
) -> tuple[NDArray[np.uint8], list[str]]:
    """Read an image, shape (n, features), in the way of the training images."""
    if _as_files(features, shape, like[0]):
        with opened.stream() as stream:
            return _read([stream], [opened.name], features, shape, like), [opened.name]
    from .readers.image import parse_image

    return parse_image(opened, shape, handwriting=like[0] == HANDWRITING)


def _as_files(features: int, shape: tuple[int, int] | None, reading: str) -> bool:
    """Return whether an image is resized as a whole; otherwise its digits are searched for."""
    return shape is not None and (reading in ("ink", "photo") or channels_of(features, shape) == 3)


def _read(
    files: Sequence[Path | IO[bytes]],
    names: list[str],
    features: int,
    shape: tuple[int, int] | None,
    like: tuple[str, int],
) -> NDArray[np.uint8]:
    from .readers.image_batch import read_pictures

    colour = channels_of(features, shape) == 3
    reading, white = like
    return read_pictures(files, names, size=shape, colour=colour, reading=reading or "photo", white=white).inputs


def _rows(
    opened: Opened, features: int, maximum: float, usual: SampleLayout, say: Callable[[Message], None] | None
) -> tuple[NDArray[Any], list[str], NDArray[np.int64] | None]:
    layout = sniff(opened)
    labelled = layout.width in (features + 1, features + usual.columns)
    if not labelled and layout.width != features:
        raise DataError(
            "GN012",
            "{place}: {width} values, expected {features}, or {more} with a label. Use rows that fit the model.",
            place=Place(opened.name, line=layout.first + layout.header),
            width=layout.width,
            features=features,
            more=features + 1,
        )
    values = read_values(opened, layout, labelled=labelled)
    rows = samples_in(
        values,
        opened.name,
        maximum,
        features=features,
        usual=usual,
        advice_outside=Message("Use rows that fit the model."),
    )
    if say is not None:
        for remark in rows.remarks:
            say(Message("{name}: {remark}", name=opened.name, remark=remark))
    return rows.inputs, [str(Place(opened.name, row=row)) for row in range(len(rows.inputs))], rows.labels
