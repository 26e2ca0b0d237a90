"""Read data that other readers reject, for the checks to report their mistakes.

Any file with rows and columns is accepted: a non-numeric field is kept as text, an empty field is NaN, and a row of a
different width is recorded separately.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...data.classes import number_words_loosely
from ...data.load import BUNDLED, images_in, load
from ...data.readers.idx import parse_pair
from ...data.readers.labelled_csv import Layout, read_fast
from ...data.readers.npz import parse_npz
from ...data.tables.csv import sniff, table_text
from ...data.tables.header import SAMPLE
from ...data.tables.numbers import CODE, with_points
from ...data.tables.ragged import has_codes, has_names, read_ragged
from ...data.tables.table import Table, as_text, cleaned, parse_frame
from ...data.validation import AUTO
from ...errors import DataError, GlassnetError
from ...io.archives import as_folder, is_folder
from ...io.opening import Opened, open_source
from ...io.sniff import kind_of
from ...messages.message import Message
from ...runtime.threads import in_threads
from .raw import RawData, numbered

_EXACT = rf"{CODE}|^[+-]?\d{{16,}}$"
"""Fields that a number would not preserve: leading zeros, and whole numbers beyond 2**53."""


def read_raw(
    source: str | os.PathLike[str],
    part: str = "train",
    *,
    target: str | None = None,
    size: tuple[int, int] | None = None,
    colour: bool = False,
    decimal: str = AUTO,
) -> RawData:
    """Read a source as `load` does, but with its mistakes.

    `part` is "train" or "test", if the source has several. A first line that contains `target` is a header. `size`
    (rows, columns) and `colour` are those of the images of a folder.
    """
    if source != BUNDLED and is_folder(source):
        with as_folder(source) as folder:
            of_images = images_in(folder, part) is None
        if of_images:
            return _of_folder(source, part, size, colour)
    if source == BUNDLED or is_folder(source):
        samples = load(source, part=part)
        return _of_arrays(samples.source, samples.inputs, samples.labels, samples.image_shape)
    opened = open_source(source)
    kind = kind_of(opened)
    if kind == "text":
        return _of_text(opened, target, decimal)
    if kind == "picture":
        raise DataError(
            "GN011", "{name}: an image, expected a table of samples. Give the data to train on.", name=opened.name
        )
    if kind not in ("idx", "npz"):
        return _of_table(parse_frame(opened))
    values, labels = parse_pair(opened) if kind == "idx" else parse_npz(opened, part)
    names: tuple[str, ...] = ()
    if labels.dtype.kind == "U":
        labels, names = number_words_loosely(labels.tolist())
    shape = values.shape[1:]
    pictures = len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))
    table = _of_arrays(opened.name, values, labels, (shape[0], shape[1]) if pictures else None)
    return replace(table, class_names=names)


def _of_arrays(name: str, values: NDArray[Any], labels: NDArray[Any], image_shape: tuple[int, int] | None) -> RawData:
    numbers = values.reshape(len(values), -1)
    if numbers.dtype != np.uint8:
        numbers = numbers.astype(np.float64)
    names = numbered(numbers.shape[1])
    return RawData(
        name,
        numbers,
        {},
        names,
        False,
        np.arange(len(numbers)),
        labels=labels,
        label_name="labels",
        image_shape=image_shape,
        pictures=image_shape is not None,
    )


def _of_folder(
    folder: str | os.PathLike[str], part: str, size: tuple[int, int] | None = None, colour: bool = False
) -> RawData:
    """Read the readable images of a folder, at the given size or at the most common one.

    If none can be read, the error is that of the first.
    """
    from ...data.readers.image_batch import read_pictures
    from ...data.readers.image_listing import list_pictures

    found = list_pictures(folder, part)
    places = [f"{found.source}/{name}" for name in found.names]
    labels, names = number_words_loosely(found.words)
    rows = list(range(len(places)))
    resized: tuple[int, ...] = ()
    unreadable: tuple[tuple[int, Message], ...] = ()
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
    return RawData(
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


def _looked_at(
    files: list[Path], places: list[str]
) -> tuple[dict[int, tuple[int, int]], tuple[tuple[int, Message], ...]]:
    """Return rows and columns of each readable image, and the error of every other one."""
    from ...data.readers.image import quiet_pillow, read_picture

    def look(row: int) -> tuple[int, int] | Message:
        try:
            picture = read_picture(files[row], places[row]).picture
        except GlassnetError as problem:
            return problem.message
        return picture.height, picture.width

    with quiet_pillow():
        seen = dict(enumerate(in_threads(look, range(len(files)))))
    problems = tuple((row, one) for row, one in seen.items() if isinstance(one, Message))
    return {row: one for row, one in seen.items() if not isinstance(one, Message)}, problems


def _of_text(opened: Opened, target: str | None, decimal: str) -> RawData:
    expected = () if target is None else (target,)
    fast = _of_numbers(opened, expected) if decimal == AUTO else None
    if fast is not None:
        return fast
    ragged = read_ragged(opened, expected, decimal)
    table = Table(cleaned(ragged.frame, opened.name), opened.name, decimal=decimal)
    return replace(
        _of_table(table),
        names=ragged.names or numbered(ragged.frame.width),
        header=bool(ragged.names),
        rows=ragged.rows,
        lines=ragged.lines,
        broken=ragged.bad_rows,
        row_names=ragged.row_names,
    )


def _of_numbers(opened: Opened, expected: Sequence[str]) -> RawData | None:
    """Read flawless rows of plain numbers fast; return None if there may be anything else."""
    content, _, above = table_text(opened, SAMPLE + 1)
    separator, rows = sniff(content, opened.name)
    width = len(rows[0])
    if above or separator == " " or width < 2 or any(len(row) != width for row in rows):
        return None
    header = has_names(rows, expected)
    with opened.stream() as stream:
        if has_codes(stream.read(), separator, header=header, width=width):
            return None
    names = tuple(name.strip() for name in rows[0]) if header else numbered(width)
    layout = Layout(separator, header, 1, width)
    values = read_fast(opened, layout, "UInt8", "UInt8") or read_fast(opened, layout, "Float64", "Float64")
    if values is None:
        return None
    numbers = np.column_stack([values.first, values.rest])
    return RawData(opened.name, numbers, {}, names, header, np.arange(len(numbers)), np.array(values.lines, np.int64))


def _of_table(table: Table) -> RawData:
    """Convert a table to one matrix, and keep its words and the fields that numbers would not preserve."""
    numbers = np.empty((len(table), len(table.names)))
    words, exact, commas = {}, {}, False
    for place, column in enumerate(table.columns().values()):
        kind, found = column.series.dtype, column.found
        numbers[:, place] = column.values
        large = kind.is_integer() and bool((np.abs(column.values) >= 2**53).any())
        if (kind.is_numeric() and not large) or kind == pl.Boolean:
            continue
        texts = as_text(column.series)
        if column.kind != "number":  # training reads it as words, so values with a unit are not numbers
            numbers[:, place] = texts.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
        elif found is not None and found.decimal == ",":
            texts, commas = with_points(texts, found), True
        texts = texts.fill_null("")
        if (np.isnan(numbers[:, place]) & (texts != "").to_numpy()).any():
            words[place] = texts.to_numpy().astype(object)
        if column.unit or texts.str.contains(_EXACT).any():
            exact[place] = texts.to_numpy().astype(np.str_)
    nested = tuple(one.name for one in table.frame if one.dtype.is_nested() or one.dtype in (pl.Binary, pl.Object))
    rows = np.arange(len(table))
    data = RawData(table.source, numbers, words, table.names, True, rows, decimal_comma=commas)
    return replace(data, records=nested, exact=exact)
