"""Reading what the strict readers refuse, so that it can be said what is wrong with it, and writing it back.

Nothing is refused here that has rows and columns: a field that is no number is kept as text, an empty one is NaN, a row
of another width is set aside and remembered.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...data.classes import number_words_loosely
from ...data.load import BUNDLED, images_in, load
from ...data.readers.idx import parse_pair
from ...data.readers.npz import parse_npz
from ...data.tables.csv import records as read_records
from ...data.tables.csv import sniff, without_separator_line
from ...data.tables.header import SAMPLE, completed, is_header
from ...data.tables.missing import MISSING
from ...data.tables.numbers import CODE, Numbers, decimal_commas, with_points
from ...data.tables.table import as_text, cleaned, parse_frame
from ...data.validation import AUTO, is_number
from ...errors import DataError, GlassnetError
from ...io.encoding import in_utf8
from ...io.limits import in_threads
from ...io.opening import Opened, open_source
from ...io.sniff import kind_of
from .raw import OPEN, RawData, numbered

_Columns = tuple[NDArray[np.float64], dict[int, NDArray[Any]], dict[int, NDArray[np.str_]]]
"""Numbers, words and exact text of columns, as `RawData` has them."""
_Column = tuple[NDArray[np.float64], NDArray[Any] | None, NDArray[np.str_] | None]
"""The same of one; None where there are none."""

_EXACT = rf"{CODE}|^[+-]?\d{{16,}}$"
"""What a number would not bring back: zeros in front, and whole numbers beyond 2**53."""
_SOME_EXACT = rb'(?:\A|[%s\n "])(?:0[0-9]|[+-]?[0-9]{16})'


def read_raw(
    source: str | os.PathLike[str],
    part: str = "train",
    *,
    target: str | None = None,
    size: tuple[int, int] | None = None,
    colour: bool = False,
    decimal: str = AUTO,
) -> RawData:
    """Read a source with its mistakes.

    Parameters
    ----------
    source : str or path
        As in `load`.
    part : {"train", "test"}
        Which part, where the source has several.
    target : str, optional
        Name of the column of labels: a first line with it is a header.
    size : (rows, columns), optional
        What the pictures of a folder are brought to.
    colour : bool
        Whether the pictures of a folder keep their colours.
    decimal : {"auto", ",", "."}
        How decimals are written in text; found out for each column if not given.

    Raises
    ------
    FileError
        GN001 to GN006.
    DataError
        GN010 when there are no rows, GN011 for text that is no table, GN019 for damaged IDX and NPZ files.
    """
    if source != BUNDLED and os.path.isdir(source) and images_in(source, part) is None:
        return _of_folder(source, part, size, colour)
    if source == BUNDLED or os.path.isdir(source):
        samples = load(source, part=part)
        return _of_arrays(samples.source, samples.inputs, samples.labels, samples.image_shape)
    opened = open_source(source)
    kind = kind_of(opened)
    if kind == "text":
        return _of_text(opened, target, decimal)
    if kind == "picture":
        raise DataError("GN011", f"{opened.name}: a picture, expected a table of samples. Name the data to train with.")
    if kind not in ("idx", "npz"):
        return _of_frame(opened)
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
    """Read the pictures of a folder that can be read, at a size, or at the one that most of them have.

    When none can be read, the error is that of the first.
    """
    from ...data.readers.image_batch import read_pictures
    from ...data.readers.image_listing import list_pictures

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


def _looked_at(files: list[Path], places: list[str]) -> tuple[dict[int, tuple[int, int]], tuple[tuple[int, str], ...]]:
    """Return rows and columns of each picture that can be read, and what is wrong with the others."""
    from ...data.readers.image import quiet_pillow, read_picture

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


def _of_frame(opened: Opened) -> RawData:
    """Read a file of typed columns: Parquet, Arrow, JSON."""
    frame = parse_frame(opened).frame
    numbers = np.empty(frame.shape)
    words, exact = {}, {}
    for column, series in enumerate(frame.get_columns()):
        plain = series.dtype.is_numeric() or series.dtype == pl.Boolean
        if plain:
            numbers[:, column] = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        if not plain or (series.dtype.is_integer() and (np.abs(numbers[:, column]) >= 2**53).any()):
            numbers[:, column], fields, spelt = _column_of(as_text(series))
            words.update({} if fields is None else {column: fields})
            exact.update({} if spelt is None else {column: spelt})
    names, count = tuple(frame.columns), np.arange(len(frame))
    records = tuple(one.name for one in frame if one.dtype.is_nested() or one.dtype in (pl.Binary, pl.Object))
    return RawData(opened.name, numbers, words, names, True, count, records=records, exact=exact)


def _of_text(opened: Opened, target: str | None, decimal: str) -> RawData:
    with opened.stream() as stream:
        text, _ = in_utf8(without_separator_line(stream.read().removeprefix(b"\xef\xbb\xbf")))
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = text.split(b"\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise DataError("GN010", f"{opened.name}: no lines, expected rows. Check the file.")
    start = sum(map(len, lines[:first])) + first
    if b'"' in text[start + len(lines[first]) :]:
        return _of_records(opened.name, text, target, decimal)
    separator, width = _shape_of(opened.name, text[start : start + SAMPLE + 1])
    titles, first = _titles(lines, first, separator, width)
    below = (_fields(line, separator) for line in lines[first + 1 :] if line.strip())
    names, header, named = _head(_names(lines[first], separator), below, width, target)
    if header and not any(line.strip() for line in lines[first + 1 :]):
        raise DataError("GN010", f"{opened.name}: less than two lines, expected rows. Check the file.")
    exact = _needs_text(text, separator, width, header)
    fast = None if exact or separator == " " or first or titles else _bytes_alone(text, separator, width, header)
    if fast is not None:
        start = 1 + header
        count = np.arange(len(fast))
        return RawData(opened.name, fast, {}, names, header, count, count + start, row_names=named)
    if separator == " ":
        lines = [b" ".join(line.split()) for line in lines]
    kept, broken = _widths(lines, first + header, separator.encode(), width, titles)
    row = len(kept) + len(broken)
    frame_text = b"\n".join([lines[place] for place in kept])
    del lines, text  # the file is in memory often enough
    taken = np.array(sorted(set(range(row)) - {one[0] for one in broken}), np.int64)
    (numbers, words, spelt), commas = _columns_of(frame_text, separator, width, exact, decimal)
    return RawData(
        opened.name,
        numbers,
        words,
        names,
        header,
        taken,
        np.array(kept, np.int64) + 1,
        tuple(broken),
        commas,
        row_names=named,
        exact=spelt,
    )


def _titles(lines: list[bytes], first: int, separator: str, width: int) -> tuple[list[int], int]:
    """Return the places of lines above a table, and that of its first.

    They have no separator at all, or begin with # and have another number of fields.
    """
    titles = []
    filled = [place for place in range(first, min(first + 12, len(lines))) if lines[place].strip()]
    while len(filled) > 1 and separator != " ":
        fields = lines[filled[0]].count(separator.encode()) + 1
        if fields > 1 and not (lines[filled[0]].startswith(b"#") and fields != width):
            break
        titles.append(filled.pop(0))
    return titles, filled[0]


def _widths(
    lines: list[bytes], first: int, separator: bytes, width: int, titles: list[int]
) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Return the places of the lines that have the right width, and row, line and width of the others, titles first."""
    kept: list[int] = []
    broken = [(row, place + 1, 1) for row, place in enumerate(titles)]
    for place in range(first, len(lines)):
        if lines[place].strip(b" " if separator == b"\t" else b" \t"):
            fields = lines[place].count(separator) + 1
            if fields == width:
                kept.append(place)
            else:
                broken.append((len(kept) + len(broken), place + 1, fields))
    return kept, broken


def _fields(line: bytes, separator: str) -> list[str]:
    text = line.decode("utf-8", "replace")
    fields = text.split() if separator == " " else text.split(separator)
    return [one.strip().strip('"').strip() for one in fields]


def _names(line: bytes, separator: str) -> list[str]:
    """Cut the first line, in which names may be quoted though no value is."""
    if b'"' not in line or separator == " ":
        return _fields(line, separator)
    (names,) = csv.reader([line.decode("utf-8", "replace")], delimiter=separator, skipinitialspace=True)
    return [one.strip() for one in names]


def _shape_of(name: str, text: bytes) -> tuple[str, int]:
    """Return the separator, and the commonest number of fields."""
    separator, rows = sniff(text, name)
    if max(map(len, rows)) == 1 and all(map(is_number, rows[-1][0].split())):  # numbers between blanks, in any number
        separator, rows = " ", [row[0].split() for row in rows]
    widths = [len(row) for row in rows]
    width = max(widths, key=widths.count)
    if width > 1 and 2 * widths.count(width) >= len(widths):
        return separator, width
    why = "the lines have no common number of fields"
    if max(widths) == 1:
        why = "one value a line, expected a label and the values of the sample"
    raise DataError("GN011", f"{name}: no table: {why}. Is this the right file?")


def _head(
    first: list[str], below: Iterable[list[str]], width: int, target: str | None
) -> tuple[tuple[str, ...], bool, bool]:
    """Return names of the columns, whether the first row has them, and whether rows begin with a name of their own."""
    named = len(first) == width - 1
    if named:
        below = list(below)
        first = completed(first, below, width)
        named = not first[0]
    # A target makes a first row with it a header, unless it may be the place of a column, or its value.
    expected = () if target is None or (target.isdecimal() and 1 <= int(target) <= width) else (target,)
    header = len(first) == width and is_header(chain([first], below), expected)
    return tuple(first) if header else numbered(width), header, named


def _bytes_alone(text: bytes, separator: str, width: int, header: bool) -> NDArray[np.uint8] | None:
    """Read a table of whole numbers from 0 to 255 without a flaw, at the speed of memory; None if it is not one."""
    if text.rstrip(b"\n ").endswith(separator.encode()):
        return None
    try:
        frame = pl.read_csv(
            text,
            has_header=False,
            skip_rows=int(header),
            schema={name: pl.UInt8() for name in numbered(width)},
            separator=separator,
            quote_char=None,
            raise_if_empty=False,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError):
        return None
    lines = text.rstrip(b"\n").count(b"\n") + 1 - header
    if len(frame) != lines or not lines or any(frame.null_count().row(0)):
        return None
    return frame.to_numpy(order="c", writable=True)


def _of_records(name: str, text: bytes, target: str | None, decimal: str) -> RawData:
    """Read a table with quoted fields, in which separators and ends of lines may stand."""
    decoded = text.decode("utf-8", "replace")
    separator, width = _shape_of(name, text[: SAMPLE + 1])
    cut = [one for one in read_records(decoded, separator, name) if any(map(str.strip, one.fields))]
    records, lines = [one.fields for one in cut], [one.first for one in cut]
    unclosed = {place for place, one in enumerate(cut) if one.is_open}
    if not records:
        raise DataError("GN010", f"{name}: there is nothing but separators and quotation marks in it.")
    commented = (record[0].startswith("#") and len(record) != width for record in records)
    titles = next((k for k, other in enumerate(commented) if not other and len(records[k]) > 1), 0)
    first = [one.strip() for one in records[titles]]
    names, header, named = _head(first, records[titles + 1 :], width, target)
    if header:
        del records[titles], lines[titles]
        unclosed = {place - (place > titles) for place in unclosed}
    widths = [OPEN if place in unclosed else len(record) for place, record in enumerate(records)]
    right = [place for place, fields in enumerate(widths) if fields == width]
    broken = tuple((k, lines[k], fields) for k, fields in enumerate(widths) if fields != width)
    fields = {one: [records[place][k] for place in right] for k, one in enumerate(numbered(width))}
    texts = cleaned(pl.DataFrame(fields, schema=dict.fromkeys(fields, pl.String())))
    commas = decimal_commas(texts, decimal)
    numbers, words, exact = _read_columns(texts, commas)
    where = np.array([lines[place] for place in right], np.int64)
    taken = np.array(right, np.int64)
    return RawData(
        name, numbers, words, names, header, taken, where, broken, bool(commas), row_names=named, exact=exact
    )


def _needs_text(text: bytes, separator: str, width: int, header: bool) -> bool:
    """Tell whether a column of a table may hold codes, which have to be kept as text.

    Not of many columns without names, which are pixels: zeros in front of those mean nothing, and looking takes longer
    than reading.
    """
    return (header or width < 100) and re.search(_SOME_EXACT % re.escape(separator.encode()), text) is not None


def _columns_of(text: bytes, separator: str, width: int, exact: bool, decimal: str = AUTO) -> tuple[_Columns, bool]:
    """Read rows that all have the right width.

    Parameters
    ----------
    text : bytes
        The rows alone, without quotation marks.
    separator : str
    width : int
        How many values a row has.
    exact : bool
        From `_needs_text`.
    decimal : {"auto", ",", "."}
        How decimals are written; found out by column if not given.

    Returns
    -------
    columns : (numbers, words, exact)
        As in `RawData`.
    commas : bool
        Whether decimals have a comma in any of them.
    """
    if not text:
        return (np.empty((0, width)), {}, {}), False
    names = numbered(width)
    common: dict[str, Any] = {"has_header": False, "separator": separator, "quote_char": None}
    common.update(encoding="utf8-lossy")
    frame = pl.read_csv(text, schema=dict.fromkeys(names, pl.Float64()), ignore_errors=True, **common)
    numbers = frame.to_numpy(order="c", writable=True)
    doubtful = [place for place, nulls in enumerate(frame.null_count().row(0)) if nulls or exact or decimal == ","]
    if not doubtful:
        return (numbers, {}, {}), False
    schema = dict.fromkeys(names, pl.String())
    texts = cleaned(pl.read_csv(text, schema=schema, columns=doubtful, **common))
    commas = decimal_commas(texts, decimal)
    values, words, spelt = _read_columns(texts, commas)
    numbers[:, doubtful] = values
    words = {doubtful[place]: fields for place, fields in words.items()}
    return (numbers, words, {doubtful[place]: fields for place, fields in spelt.items()}), bool(commas)


def _read_columns(texts: pl.DataFrame, commas: Mapping[str, Numbers]) -> _Columns:
    """Read columns of text, null where a value is missing; some have numbers with decimal commas."""
    numbers, words, spelt = np.empty((len(texts), texts.width)), {}, {}
    for place, series in enumerate(texts):
        found = commas.get(series.name)
        numbers[:, place], fields, written = _column_of(with_points(series, found) if found else series)
        words.update({} if fields is None else {place: fields})
        spelt.update({} if written is None else {place: written})
    return numbers, words, spelt


def _column_of(series: pl.Series) -> _Column:
    """Return a column of text as numbers, NaN where a field is none; and as text where it has to be kept."""
    fields = series.fill_null("").str.strip_chars()
    # Python's spelling of what is no number, so that "nan" and "inf" do not pass for text.
    numbers = fields.cast(pl.Float64, strict=False).fill_null(float("nan"))
    empty = fields.str.to_lowercase().is_in(list(MISSING))
    words = bool((numbers.is_nan() & ~empty).any())
    spelt = bool(fields.str.contains(_EXACT).any())
    if not (words or spelt):
        return numbers.to_numpy(), None, None
    texts: NDArray[Any] = fields.to_numpy().astype(object)
    texts[empty.to_numpy()] = ""
    return numbers.to_numpy(), texts if words else None, texts.astype(np.str_) if spelt else None
