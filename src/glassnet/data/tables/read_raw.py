"""Reading what the strict readers refuse, so that it can be said what is wrong with it, and writing it back.

Nothing is refused here that has rows and columns: a field that is no number is kept as text, an empty one is NaN, a row
of another width is set aside and remembered.
"""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...errors import DataError
from ...io.encoding import in_utf8
from ...io.opening import Opened, open_source
from ...io.sniff import kind_of
from ..classes import number_words_loosely
from ..load import BUNDLED, images_in, load
from ..readers.idx import parse_pair
from ..readers.npz import parse_npz
from .csv import is_well_quoted, without_separator_line
from .header import AUTO, SEPARATORS, is_header, is_number
from .numbers import decimal_commas
from .raw_columns import column_of, columns_of, needs_text, read_columns
from .raw_table import OPEN, LooseTable, numbered
from .row_names import completed, even
from .table import as_text, cleaned, parse_frame

_SEPARATORS = (*(one for one in SEPARATORS if one != ","), ",", " ")
"""Commas late: they also stand in numbers and in prose."""


def read_loosely(
    source: str | os.PathLike[str],
    part: str = "train",
    *,
    target: str | None = None,
    size: tuple[int, int] | None = None,
    colour: bool = False,
    decimal: str = AUTO,
) -> LooseTable:
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
        from ..readers.raw_folder import read_folder_loosely

        return read_folder_loosely(source, part, size, colour)
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


def _of_arrays(
    name: str, values: NDArray[Any], labels: NDArray[Any], image_shape: tuple[int, int] | None
) -> LooseTable:
    numbers = values.reshape(len(values), -1)
    if numbers.dtype != np.uint8:
        numbers = numbers.astype(np.float64)
    names = numbered(numbers.shape[1])
    return LooseTable(
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


def _of_frame(opened: Opened) -> LooseTable:
    """Read a file of typed columns: Parquet, Arrow, JSON."""
    frame = parse_frame(opened).frame
    numbers = np.empty(frame.shape)
    words, exact = {}, {}
    for column, series in enumerate(frame.get_columns()):
        plain = series.dtype.is_numeric() or series.dtype == pl.Boolean
        if plain:
            numbers[:, column] = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        if not plain or (series.dtype.is_integer() and (np.abs(numbers[:, column]) >= 2**53).any()):
            numbers[:, column], fields, spelt = column_of(as_text(series))
            words.update({} if fields is None else {column: fields})
            exact.update({} if spelt is None else {column: spelt})
    names, count = tuple(frame.columns), np.arange(len(frame))
    records = tuple(one.name for one in frame if one.dtype.is_nested() or one.dtype in (pl.Binary, pl.Object))
    return LooseTable(opened.name, numbers, words, names, True, count, records=records, exact=exact)


def _of_text(opened: Opened, target: str | None, decimal: str) -> LooseTable:
    with opened.stream() as stream:
        text, _ = in_utf8(without_separator_line(stream.read().removeprefix(b"\xef\xbb\xbf")))
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = text.split(b"\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise DataError("GN010", f"{opened.name}: no lines, expected rows. Check the file.")
    if b'"' in text[sum(map(len, lines[: first + 1])) + first :]:
        return _of_records(opened.name, text, target, decimal)
    separator, width = _shape_of(opened.name, lines[first : first + 12])
    titles, first = _titles(lines, first, separator, width)
    names = _names(lines[first], separator)
    named = len(names) == width - 1
    if named:
        names = completed(names, [_fields(line, separator) for line in lines[first + 1 :]], width)
        named = not names[0]
    below = (_fields(line, separator) for line in lines[first + 1 :] if line.strip())
    header = len(names) == width and is_header(chain([names], below), _expected(target, width))
    if header and not any(line.strip() for line in lines[first + 1 :]):
        raise DataError("GN010", f"{opened.name}: less than two lines, expected rows. Check the file.")
    exact = needs_text(text, separator, width, header)
    fast = None if exact or separator == " " or first or titles else _bytes_alone(text, separator, width, header)
    if fast is not None:
        start = 1 + header
        count = np.arange(len(fast))
        found = tuple(names) if header else numbered(width)
        return LooseTable(opened.name, fast, {}, found, header, count, count + start, row_names=named)
    if separator == " ":
        lines = [b" ".join(line.split()) for line in lines]
    kept, broken = _widths(lines, first + header, separator.encode(), width, titles)
    row = len(kept) + len(broken)
    frame_text = b"\n".join([lines[place] for place in kept])
    del lines, text  # the file is in memory often enough
    taken = np.array(sorted(set(range(row)) - {one[0] for one in broken}), np.int64)
    (numbers, words, spelt), commas = columns_of(frame_text, separator, width, exact, decimal)
    return LooseTable(
        opened.name,
        numbers,
        words,
        tuple(names) if header else numbered(width),
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


def _shape_of(name: str, lines: list[bytes]) -> tuple[str, int]:
    """Return the separator that the lines agree about, and the commonest number of fields."""
    lines = [line for line in lines if line.strip()]
    best, found = 0, ("", 0)
    for separator in _SEPARATORS:
        widths = [len(_fields(line, separator)) for line in lines]
        width = max(widths, key=widths.count)
        agreeing = widths.count(width)
        lined_up = separator != " " or even(widths) or all(map(is_number, _fields(lines[-1], " ")))
        if width > 1 and agreeing > best and lined_up:
            best, found = agreeing, (separator, width)
    if 2 * best >= len(lines):
        return found
    why = "the lines have no common number of fields"
    if not any(separator.encode() in line for line in lines for separator in _SEPARATORS):
        why = "one value a line, expected a label and the values of the sample"
    raise DataError("GN011", f"{name}: no table: {why}. Is this the right file?")


def _expected(target: str | None, width: int) -> tuple[str, ...]:
    """Return the name that makes a first line a header: none where it may be the place of a column, or its value."""
    if target is None or (target.isdecimal() and 1 <= int(target) <= width):
        return ()
    return (target,)


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


def _records(text: str, separator: str) -> tuple[list[list[str]], list[int], set[int]]:
    """Cut text into records; return them, the line where each begins, and the places of those with an open quote.

    What such a quotation mark swallows is cut line by line instead.
    """
    cut: dict[str, Any] = {"delimiter": separator, "skipinitialspace": True}
    lines = text.split("\n")
    records: list[list[str]] = []
    starts: list[int] = []
    unclosed: set[int] = set()
    start = 1
    reader = csv.reader(io.StringIO(f"{text}\n\n"), **cut)  # the blank line is part of what stays open
    for record in reader:
        several = reader.line_num > start
        if several and not is_well_quoted(lines[start - 1 : reader.line_num], separator):
            unclosed.add(len(records))
            for number in range(start, min(reader.line_num, len(lines)) + 1):
                if lines[number - 1].strip():
                    records.append(next(csv.reader([lines[number - 1]], **cut)))
                    starts.append(number)
        elif any(one.strip() for one in record):
            records.append(record)
            starts.append(start)
        start = reader.line_num + 1
    return records, starts, unclosed


def _of_records(name: str, text: bytes, target: str | None, decimal: str) -> LooseTable:
    """Read a table with quoted fields, in which separators and ends of lines may stand."""
    decoded = text.decode("utf-8", "replace")
    beginning = re.sub(r'"[^"]*"', "x", decoded[:100_000]).encode().split(b"\n")[:12]
    separator, width = _shape_of(name, beginning)
    csv.field_size_limit(1 << 30)
    records, lines, unclosed = _records(decoded, separator)
    if not records:
        raise DataError("GN010", f"{name}: there is nothing but separators and quotation marks in it.")
    commented = (record[0].startswith("#") and len(record) != width for record in records)
    titles = next((k for k, other in enumerate(commented) if not other and len(records[k]) > 1), 0)
    names = [one.strip() for one in records[titles]]
    named = len(names) == width - 1
    if named:
        names = completed(names, records[titles + 1 :], width)
        named = not names[0]
    header = len(names) == width and is_header(chain([names], records[titles + 1 :]), _expected(target, width))
    if header:
        del records[titles], lines[titles]
        unclosed = {place - (place > titles) for place in unclosed}
    widths = [OPEN if place in unclosed else len(record) for place, record in enumerate(records)]
    right = [place for place, fields in enumerate(widths) if fields == width]
    broken = tuple((k, lines[k], fields) for k, fields in enumerate(widths) if fields != width)
    fields = {one: [records[place][k] for place in right] for k, one in enumerate(numbered(width))}
    texts = cleaned(pl.DataFrame(fields, schema=dict.fromkeys(fields, pl.String())))
    commas = decimal_commas(texts, decimal)
    numbers, words, exact = read_columns(texts, commas)
    found, comma = tuple(names) if header else numbered(width), bool(commas)
    where = np.array([lines[place] for place in right], np.int64)
    taken = np.array(right, np.int64)
    return LooseTable(name, numbers, words, found, header, taken, where, broken, comma, row_names=named, exact=exact)
