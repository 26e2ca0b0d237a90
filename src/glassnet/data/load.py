"""Load labelled data of any format."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..errors import DataError, FileError, OptionError, with_near_matches
from ..io.archives import as_folder, is_folder, name_in
from ..io.opening import Opened, file_problem, open_source
from ..io.picture_formats import is_images_name
from ..io.sniff import kind_of
from ..messages.message import Command, Listing, Message
from ..messages.option_spelling import Option
from ..messages.progress import step
from .classes import number_words
from .dataset import Dataset, Like, SampleLayout, image_shape, require_like
from .readers.idx import PREFIX, bundled_pair, images_name, parse_pair, part_named
from .sample_layout import Range, detect_range, name_the_target, unsigned
from .validation import check_options, check_size, clean_inputs, clean_labels, count_classes

BUNDLED = "mnist"


@with_near_matches("load_data")
def load(
    source: str | os.PathLike[str],
    *,
    part: str = "train",
    maximum: float = 255.0,
    classes: int | None = None,
    size: tuple[int, int] | None = None,
    colour: bool = False,
    handwriting: bool = False,
    large: bool = False,
    like: Like | None = None,
    layout: SampleLayout | None = None,
) -> Dataset:
    """Read a labelled data set.

    If a file of numbers clearly differs from the notes' layout, it is read accordingly, and the data's `remarks` say
    so: labels of images in the last column, one-hot labels, inputs from 0 to 1 or from -1 to 1.

    Parameters
    ----------
    source : str or path
        ``"mnist"`` for the bundled data; a CSV file (label, then values); an IDX image file with its label file in the
        same folder; an NPZ archive; a folder with one or both pairs of files named as MNIST's; any of these may be
        compressed with gzip. Or a folder of images with one subfolder per class, or with a CSV of file names and
        classes. Or a ZIP archive of one such file or folder.
    part : {"train", "test"}
        Which part to load, if the source has several. A test part may lack classes. If a folder has only one pair of
        IDX files, which is not named as this part, the data's `remarks` say so; training files are never the test part.
    maximum : float
        Largest allowed value; the smallest is 0. If it is 255 and no value is above 1, the range is detected. An
        imported network takes any finite numbers, unless its `layout` says otherwise.
    classes : int or None
        Number of classes; None counts them, and then every class must occur.
    size : (rows, columns), optional
        Resize the images of a folder; required for more than 64 × 64 pixels.
    colour : bool
        Whether the images of a folder keep their colours.
    handwriting : bool
        Whether the images of a folder show handwritten digits, which are found and brought to MNIST's form as in
        predictions; instead of `size` and `colour`.
    large : bool
        Whether images of more than 64 × 64 pixels are accepted without a `size`, for display.
    like : Dataset or Model, optional
        Use its classes, some of which may be missing here, and read the images of a folder as it did; instead of
        `size`, `colour` and `handwriting`. If it has 28 × 28 grey values that were not read from image files, digits
        are found and brought to MNIST's form.
    layout : SampleLayout, optional
        Layout of a file of numbers: `Dataset.layout`, or `Model.layout`; detected by default.

    Returns
    -------
    Dataset
        Its inputs are uint8 if `maximum` is 255 and every value is whole, float32 otherwise.

    Raises
    ------
    FileError
        GN001 to GN006 when the file is missing, unreadable, of an unknown format or damaged.
    DataError
        GN010 to GN019 when the content is not valid; the message says where. GN066 for a table with named columns,
        with `like` GN017; GN070 to GN072 and GN077 for a folder of images, GN085 when no handwritten digit is found.
    OptionError
        GN021 when an option is not allowed, GN022 for `handwriting` with `size` or `colour`.

    Examples
    --------
    >>> import glassnet
    >>> glassnet.load_data("mnist", part="test")
    Dataset(10,000 images of 28 × 28 uint8, 10 classes, mnist (test))
    """
    if not isinstance(source, str | os.PathLike):
        raise DataError(
            "GN065",
            "source: {kind}, expected the name of a file or folder, or 'mnist'. For arrays, use "
            "Dataset.from_arrays(X, y); for a data frame, load_table.",
            kind=type(source).__name__,
        )
    require_like(like)
    check_options(part, maximum, classes)
    if size is not None:
        check_size(size)
    if handwriting and (colour or size is not None):
        raise OptionError(
            "GN022",
            "{handwriting} with {other}: handwritten digits become grey 28 × 28 images. Omit one of the options.",
            handwriting=Option("handwriting"),
            other=Option("colour", True) if colour else Option("size"),
        )
    if source == BUNDLED:
        name, (images, digits) = f"{BUNDLED} ({part})", bundled_pair(part)
        inputs = clean_inputs(images.reshape(len(images), -1), maximum, name)  # bytes stay as they are
        labels = clean_labels(digits, name)
        classes = count_classes(labels, name, part, classes)
        return Dataset(inputs, labels, classes, image_shape(inputs.shape[1]), name, maximum)
    if not is_folder(source):
        with step(Message("reading {source}", source=os.fspath(source))):
            return _of_file(open_source(source), part, maximum, classes, like, layout)
    with as_folder(source) as folder:
        inside = images_in(folder, part)
        if inside is not None:
            opened = replace(open_source(inside), name=name_in(source, inside))
            samples = _of_file(opened, part, maximum, classes, like, layout)
            named = part_named(inside.name)
            if named == part or (not named and part == "train"):
                return samples
            text = Message("its only images, {name}, are read as the {part} part", name=inside.name, part=part)
            return replace(samples, remarks=(text, *samples.remarks))
    from .readers.image_folder import load_folder

    return load_folder(
        source, part, maximum, classes, size=size, colour=colour, like=like, handwriting=handwriting, large=large
    )


def _of_file(
    opened: Opened, part: str, maximum: float, classes: int | None, like: Like | None, layout: SampleLayout | None
) -> Dataset:
    kind = kind_of(opened)
    if kind == "text":
        return _table(opened, part, maximum, classes, like, layout)
    if kind in ("idx", "npz"):
        if kind == "npz":
            from .readers.npz import parse_npz

            values, labels = parse_npz(opened, part)
        else:
            values, labels = parse_pair(opened)
        known = layout or (None if like is None else like.layout)
        scale = detect_range(values, maximum) if known is None else Range(known.signed, maximum)
        if scale.signed:
            values = unsigned(values, scale.maximum)
        bounded = known is None or known.bounded
        made = _dataset(values, labels, opened.name, part, scale.maximum, classes, like, bounded=bounded)
        remarks = (scale.remark,) if scale.remark else ()
        found = SampleLayout(signed=scale.signed, bounded=bounded)
        return replace(made, layout=found, remarks=(*made.remarks, *remarks))
    if kind != "picture":
        from .tables.table import parse_frame

        raise _named(opened, parse_frame(opened).names, like)
    raise FileError(
        "GN005",
        "{name}: an image, expected labelled samples. Name a folder with one subfolder of images per class, or "
        "predict this image with '{query}' or '{why}'.",
        name=opened.name,
        query=Command("query"),
        why=Command("explain", Option("why")),
    )


def bundled(part: str = "train") -> Dataset:
    """Read the bundled MNIST: 60,000 training samples, 10,000 test samples.

    Another part than ``"train"`` and ``"test"`` raises OptionError GN021.
    """
    return load(BUNDLED, part=part)


def is_bundled(name: object) -> bool:
    """Return whether a name, as in `Dataset.source` and training records, is that of bundled data."""
    return name in [f"{BUNDLED} ({part})" for part in PREFIX]


def has_part(source: str | os.PathLike[str], part: str) -> bool:
    """Return whether a source has this part; False if it cannot be read."""
    if source == BUNDLED:
        return part in PREFIX
    try:
        if is_folder(source):
            with as_folder(source) as folder:
                first, own = images_in(folder, "train"), images_in(folder, part)
            if first or own:
                return part == "train" or own not in (None, first)
            from .readers.image_listing import has_pictures

            return has_pictures(source, part)
        # Only an archive can have several parts. Tables are not read twice for this, and pipes cannot be.
        if not os.path.isfile(source):
            return part == "train" and os.path.exists(source)
        with open(source, "rb") as file:
            if file.read(2) != b"PK" and ".npz" not in os.path.basename(source):
                return part == "train"
        opened = open_source(source)
        if kind_of(opened) == "npz":
            from .readers.npz import has_pair, npz_names

            return has_pair(npz_names(opened), part)
    except (FileError, DataError, KeyError, OSError):
        return False
    return part == "train"


def _table(
    opened: Opened, part: str, maximum: float, classes: int | None, like: Like | None, layout: SampleLayout | None
) -> Dataset:
    from .readers.labelled_csv import parse_table

    try:  # values and labels are checked there, where line and column are known
        rows = parse_table(opened, maximum, layout=layout, like=like)
    except DataError:
        from .tables.csv import named_columns

        if names := named_columns(opened):
            raise _named(opened, names, like) from None
        raise
    assert rows.labels is not None
    found = count_classes(rows.labels, opened.name, part, classes, like, rows.lines, rows.advice)
    drawn = image_shape(rows.inputs.shape[1])
    made = Dataset(rows.inputs, rows.labels, found, drawn, opened.name, rows.maximum)
    return replace(made, layout=rows.layout, remarks=rows.remarks)


def _named(opened: Opened, names: Sequence[str], like: Like | None) -> DataError:
    if like is not None:
        return unlike(opened.name, Listing(names, 6), like)
    return DataError(
        "GN066",
        "{name}: a table with named columns ({names}). {advice}",
        name=opened.name,
        names=Listing(names, 6),
        advice=name_the_target(names[-1]),
    )


def unlike(source: str, names: Listing, like: Like) -> DataError:
    """Return the error GN017 for a table with named columns where rows of pixels or values were expected."""
    return DataError(
        "GN017",
        "{name}: a table with named columns ({names}), expected rows of a label and {features} pixels, as in "
        "training. Use data of this form."
        if like.image_shape
        else "{name}: a table with named columns ({names}), expected rows of a label and {features} values, as in "
        "training. Use data of this form.",
        name=source,
        names=names,
        features=like.features,
    )


def _dataset(
    values: NDArray[Any],
    labels: NDArray[Any],
    name: str,
    part: str,
    maximum: float,
    classes: int | None,
    like: Like | None,
    *,
    bounded: bool,
) -> Dataset:
    inputs = clean_inputs(values.reshape(len(values), -1), maximum, name, bounded=bounded)
    names: tuple[str, ...] = ()
    if labels.dtype.kind == "U":
        numbers, names = number_words(labels.tolist(), name, part, classes, like)
    else:
        numbers = clean_labels(labels, name)
    shape = values.shape[1:]
    if len(shape) == 3 and shape[2] in (1, 3):  # grey, or red, green and blue
        shape = shape[:2]
    drawn = (int(shape[0]), int(shape[1])) if len(shape) == 2 else None
    if len(shape) == 1:
        drawn = image_shape(inputs.shape[1])
    count = len(names) or count_classes(numbers, name, part, classes, like)
    return Dataset(inputs, numbers, count, drawn, name, maximum, class_names=names)


def images_in(folder: str | os.PathLike[str], part: str) -> Path | None:
    """Return the image file of this part, named as MNIST's, or the folder's only one; None if there is none.

    Training images are never the test part: a model would be tested on what it was trained on.
    """
    try:
        found = set(os.listdir(folder))
    except OSError as error:
        raise file_problem(os.fspath(folder), error) from None
    for candidate in (images_name(part, dot) + gz for dot in "-." for gz in ("", ".gz")):
        if candidate in found and os.path.isfile(Path(folder) / candidate):
            return Path(folder) / candidate
    only = [name for name in found if is_images_name(name) and os.path.isfile(Path(folder) / name)]
    if len(only) != 1 or (part == "test" and part_named(only[0]) == "train"):
        return None
    return Path(folder) / only[0]
