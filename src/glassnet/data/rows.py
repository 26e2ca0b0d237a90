"""Text tables, line by line: slow, exact about where a mistake is, and patient with odd but right files."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from .checks import bad_label, is_label, not_finite, outside
from .dataset import image_shape
from .files import Opened
from .text import SEPARATORS, is_header

_SNIFFED = 3
_BYTES = {str(value): value for value in range(256)}


@dataclass(frozen=True)
class Layout:
    """How a table is written.

    Parameters
    ----------
    separator : str
        One of ``text.SEPARATORS``, or a blank for any run of blanks.
    header : bool
        Whether the first line holds names.
    first : int
        Number of the first line that is not blank, from 1.
    width : int
        Values a row, the label included.
    """

    separator: str
    header: bool
    first: int
    width: int

    def split(self, text: str) -> list[str]:
        """Cut a line into its fields."""
        return text.split(None if self.separator == " " else self.separator)


@dataclass(frozen=True)
class Rows:
    """A table's content.

    Parameters
    ----------
    inputs : ndarray of uint8 or float32, shape (n, features)
        uint8 where the maximum is 255 and every value is whole.
    labels : ndarray of int64, shape (n,), or None
        None when the table has none.
    lines : sequence of int
        Line of each row, from 1.
    """

    inputs: NDArray[Any]
    labels: NDArray[np.int64] | None
    lines: Sequence[int]


def in_words(width: int, *, labelled: bool) -> str:
    """Say how many values a row should have: ``785 (a label and 784 pixels)``."""
    features = width - labelled
    things = ("pixel" if image_shape(features) else "value") + "s" * (features != 1)
    return f"{width} (a label and {features} {things})" if labelled else f"{width} ({things})"


def lines_of(opened: Opened) -> Iterator[tuple[int, str]]:
    """Yield number and text of the lines that are not blank."""
    # A carriage return alone ends a line only in files that know no other end.
    end = None if b"\r" in opened.head and b"\n" not in opened.head else "\n"
    with opened.stream() as stream, io.TextIOWrapper(stream, "utf-8-sig", "replace", newline=end) as text:
        for number, line in enumerate(text, 1):
            if line := line.strip(" \r\n"):
                yield number, line


def sniff(opened: Opened) -> Layout:
    """Find out how a table is written from its first lines.

    Raises
    ------
    DataError
        GN010 when there are no rows, GN011 when the text is not a table of numbers.
    """
    beginning: list[tuple[int, str]] = []
    for numbered in lines_of(opened):
        beginning.append(numbered)
        if len(beginning) > _SNIFFED:
            break
    if not beginning:
        raise DataError("GN010", f"{opened.name}: only blank lines, expected rows of numbers. Check the file.")
    first, text = beginning[0]
    # The last of them is surely a row; the first may be a title.
    separator = next((s for s in (*SEPARATORS, " ") if s in beginning[-1][1]), ",")
    layout = Layout(separator, False, first, 0)
    names = layout.split(text)
    header = is_header([_unquoted(one) for one in layout.split(line)] for _, line in lines_of(opened))
    rows = beginning[header:]
    if not rows and len(names) > 1:
        raise DataError("GN010", f"{opened.name}: only the names of the columns, expected rows below. Check the file.")
    number, text = rows[0] if rows else beginning[0]
    fields = layout.split(text)
    if not any(map(_readable, fields)):
        raise DataError(
            "GN011",
            f"{opened.name}, line {number}: {_shown(text)} holds no number, expected rows of numbers separated by "
            "commas, the label first. Is this the right file?",
        )
    if header and len(names) > 1:
        return Layout(separator, True, first, len(names))
    widths = [len(layout.split(row)) for _, row in rows]
    # The commonest width is the right one, so that a damaged first row is the one that is blamed.
    return Layout(separator, header, first, max(widths, key=widths.count))


def _readable(field: str) -> bool:
    """Tell whether a field is a value of these tables, in which decimals have a point."""
    try:
        _number(field)
    except ValueError:
        return False
    return True


def _number(field: str) -> float:
    # Python would also take 1_000 and the digits of other scripts; no table means them.
    if "_" in field or not field.isascii():
        raise ValueError(field)
    return float(_unquoted(field))


def _unquoted(field: str) -> str:
    return field.strip().strip('"')


def read_rows(opened: Opened, layout: Layout, maximum: float, *, labelled: bool) -> Rows:
    """Read a table line by line.

    Parameters
    ----------
    opened : Opened
        The text.
    layout : Layout
        What `sniff` found.
    maximum : float
        Largest value allowed.
    labelled : bool
        Whether the first value of a row is its label.

    Raises
    ------
    DataError
        GN010 to GN015 and GN018, with the line and where it applies the column.
    """
    accepted = in_words(layout.width, labelled=labelled)
    skip = int(labelled)
    packed = io.BytesIO()
    labels: list[int] = []
    lines: list[int] = []
    whole = maximum == 255
    for number, text in lines_of(opened):
        if layout.header and number == layout.first:
            continue
        where = f"{opened.name}, line {number}"
        row = _values(text, layout, where, accepted)
        pixels = row[skip:]
        if labelled:
            if not is_label(row[0]):
                raise bad_label(where, float(row[0]))
            labels.append(int(row[0]))
        # Written so that NaN fails it too.
        if not (pixels.min() >= 0 and pixels.max() <= maximum):
            raise _bad_value(opened, layout, maximum, where, pixels, skip)
        kept = pixels.astype(np.float32)
        whole = whole and bool((kept == np.floor(kept)).all())
        packed.write(kept.data)
        lines.append(number)
    inputs = np.frombuffer(packed.getbuffer(), np.float32).reshape(len(lines), layout.width - skip)
    return Rows(
        inputs.astype(np.uint8) if whole else inputs,
        np.array(labels, np.int64) if labelled else None,
        lines,
    )


def _values(text: str, layout: Layout, where: str, accepted: str) -> NDArray[np.float64]:
    fields = layout.split(text)
    if len(fields) != layout.width:
        few = len(fields) < layout.width
        extra = abs(len(fields) - layout.width)
        columns = "column" if extra == 1 else f"{extra} columns"
        raise DataError(
            "GN012",
            f"{where}: {len(fields)} value{'s' * (len(fields) != 1)}, expected {accepted}. "
            f"{'Add the missing' if few else 'Remove the extra'} {columns}.",
        )
    try:
        # Looking whole rows up is three times as fast as parsing them, and most rows are as plain as that.
        return np.frombuffer(bytes(map(_BYTES.__getitem__, fields)), np.uint8).astype(np.float64)
    except KeyError:
        pass
    try:
        if "_" not in text and '"' not in text and text.isascii():
            return np.array(list(map(float, fields)))
        return np.array(list(map(_number, fields)))
    except ValueError:
        column = next(k for k, field in enumerate(fields) if not _readable(field))
        shown = _shown(fields[column]) if fields[column].strip() else "an empty value"
        raise DataError(
            "GN013", f"{where}, column {column + 1}: {shown}, expected a number. Correct it or remove the row."
        ) from None


def _bad_value(
    opened: Opened, layout: Layout, maximum: float, where: str, pixels: NDArray[np.float64], skip: int
) -> DataError:
    column = int(np.argmin((pixels >= 0) & (pixels <= maximum)))
    value = float(pixels[column])
    where = f"{where}, column {column + 1 + skip}"
    if not math.isfinite(value):
        return not_finite(where, value)
    largest = value
    if value > maximum:
        # The advice names the file's largest value, so one look through the rest saves a second error.
        for _, text in lines_of(opened):
            fields = layout.split(text)[skip:]
            numbers = [_number(field) for field in fields if _readable(field)]
            largest = max([largest, *(n for n in numbers if math.isfinite(n))])
    return outside(where, value, maximum, largest)


def _shown(text: str) -> str:
    """Return a piece of the file, short and on one line."""
    return ascii(text if len(text) <= 24 else text[:21] + "...")
