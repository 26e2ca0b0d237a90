"""Read labelled samples in text, such as the notes' ``mnist_train.csv``: a label and then the pixels in every line.

Bytes are read by `byte_csv`, other numbers by polars, which is fast too, but accepts short rows and does not locate
mistakes. Text that both reject or may misread is read line by line: slower, with the exact place of a mistake, and
tolerant of unusual but valid files.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...io.opening import Opened
from ...messages.message import Message, Place, Sentences
from ...messages.option_spelling import Option
from ..dataset import Like, SampleLayout, image_shape
from ..sample_layout import columns_at, detect_layout, detect_range, one_hot_rows, unsigned
from ..tables.header import is_header, separator_of
from ..validation import LABEL_LIMIT, bad_label, not_finite, number_of, outside
from .byte_csv import read_byte_table

_SNIFFED = 3
_FINITE = float(np.finfo(np.float32).min), float(np.finfo(np.float32).max)
_BYTES = {str(value): value for value in range(256)}


@dataclass(frozen=True)
class Layout:
    """How a text table is written."""

    separator: str  # one of ``header.SEPARATORS``, or a blank for any run of blanks
    header: bool  # whether the first line has column names
    first: int  # number of the first line that is not blank, from 1
    width: int  # values per row, including the label
    names: Sequence[str] = ()  # column names, if there is a header

    def split(self, text: str) -> list[str]:
        """Split a line into its fields."""
        return text.split(None if self.separator == " " else self.separator)


@dataclass(frozen=True)
class Rows:
    """A table's content."""

    inputs: NDArray[Any]  # uint8 or float32, shape (n, features); uint8 if the maximum is 255 and every value is whole
    labels: NDArray[np.int64] | None  # int64, shape (n,); None if the table has no labels
    lines: Sequence[int]  # line of each row, from 1
    layout: SampleLayout  # where the labels were, and the range of the inputs
    maximum: float  # the largest possible input
    remarks: tuple[Message, ...] = ()  # what is unusual about the layout
    advice: Message | None = None  # what to do if the labels turn out wrong; None if the layout is certain


class Values(NamedTuple):
    """The numbers of a table.

    The first column is float64 or int64, shape (n,), the others are uint8 or float32, shape (n, width - 1); `lines` has
    the line of each row, and `names` the column names, if any.
    """

    first: NDArray[Any]
    rest: NDArray[Any]
    lines: Sequence[int]
    names: Sequence[str] = ()


def parse_table(
    opened: Opened, maximum: float, *, layout: SampleLayout | None = None, like: Like | None = None
) -> Rows:
    """Read a table of labelled rows.

    Values are separated by comma, semicolon, tab, bar or blanks, with or without a header, and at most `maximum`.
    `layout` is used if it is known; `like` is the data set or model that the samples must match. The inputs are
    C-contiguous, shape (n, features).
    """
    found = sniff(opened)
    if found.width < 2:
        raise DataError(
            "GN012",
            "{place}: 1 value, expected a label and the values of a sample. Separate them by commas.",
            place=Place(opened.name, line=found.first + found.header),
        )
    values = read_fast(opened, found, "Int64", "UInt8") if maximum == 255 else None
    values = values or read_fast(opened, found, "Float64", "Float32")
    values = values or read_values(opened, found, labelled=True)
    features, usual = (None, None) if like is None else (like.features, like.layout)
    if features == found.width:
        features = None  # rows without a label get an error below
    return samples_in(values, opened.name, maximum, layout=layout, features=features, usual=usual)


def lines_of(opened: Opened) -> Iterator[tuple[int, str]]:
    """Yield number and text of the lines that are not blank."""
    # A carriage return ends a line only in files without line feeds.
    end = None if b"\r" in opened.head and b"\n" not in opened.head else "\n"
    with opened.stream() as stream, io.TextIOWrapper(stream, "utf-8-sig", "replace", newline=end) as text:
        for number, line in enumerate(text, 1):
            if line := line.strip(" \r\n"):
                yield number, line


def sniff(opened: Opened) -> Layout:
    """Detect how a table is written from its first lines."""
    beginning: list[tuple[int, str]] = []
    for numbered in lines_of(opened):
        beginning.append(numbered)
        if len(beginning) > _SNIFFED:
            break
    if not beginning:
        raise DataError(
            "GN010", "{name}: only blank lines, expected rows of numbers. Check the file.", name=opened.name
        )
    first, text = beginning[0]
    # The last of them is a row; the first may be a title.
    separator = separator_of(beginning[-1][1])
    separator = separator if separator in beginning[-1][1] or " " not in beginning[-1][1] else " "
    layout = Layout(separator, False, first, 0)
    names = [_unquoted(one) for one in layout.split(text)]
    header = is_header([_unquoted(one) for one in layout.split(line)] for _, line in lines_of(opened))
    rows = beginning[header:]
    if not rows and len(names) > 1:
        raise DataError(
            "GN010", "{name}: only column names, expected rows below them. Check the file.", name=opened.name
        )
    number, text = rows[0] if rows else beginning[0]
    fields = layout.split(text)
    if not any(map(_readable, fields)):
        raise DataError(
            "GN011",
            "{place}: {text} contains no number, expected rows of numbers separated by commas, the label "
            "first. Is this the right file?",
            place=Place(opened.name, line=number),
            text=_shown(text),
        )
    if header and len(names) > 1:
        return Layout(separator, True, first, len(names), names)
    widths = [len(layout.split(row)) for _, row in rows]
    # The most frequent width counts, so the error names a damaged first row, not the others.
    return Layout(separator, header, first, max(widths, key=widths.count), names if header else ())


def _readable(field: str) -> bool:
    """Return whether a field is a number with a decimal point."""
    try:
        number_of(_unquoted(field))
    except ValueError:
        return False
    return True


def _unquoted(field: str) -> str:
    return field.strip().strip('"')


def _named_or_read(opened: Opened) -> str | IO[bytes]:
    """Return the file name for polars, which needs the least memory, or the content if the name is not valid text."""
    name = str(opened.path)
    if opened.content is None and not any("\udc80" <= sign <= "\udcff" for sign in name):
        return name
    with opened.stream() as stream:
        return io.BytesIO(stream.read())


def read_fast(opened: Opened, layout: Layout, first: str, value: str) -> Values | None:
    """Read the rows fast, the first column as one type, the others as another; None if the result may be wrong."""
    with opened.stream() as stream:
        stream.seek(max(0, stream.seek(0, 2) - 16))
        # Polars would ignore an extra value after a separator at the end.
        if layout.first > 1 or stream.read().rstrip(b"\r\n ").endswith(layout.separator.encode()):
            return None
    start = 1 + layout.header
    if value == "UInt8" and layout.separator != " ":
        read = read_byte_table(opened, layout.separator, layout.width, header=layout.header)
        if read is not None:
            return Values(read[0].astype(first.lower()), read[1], range(start, start + len(read[0])), layout.names)
    import polars as pl  # slow to import, compared with reading a few rows to predict

    names = [f"v{place}" for place in range(layout.width)]
    schema = {name: getattr(pl, value if name != "v0" else first) for name in names}
    blocks: list[NDArray[Any]] = []
    firsts: list[NDArray[Any]] = []
    try:
        frames = pl.scan_csv(
            _named_or_read(opened),
            has_header=False,
            skip_rows=int(layout.header),
            schema=schema,
            separator=layout.separator,
            quote_char=None,
            glob=False,
        ).collect_batches(maintain_order=True)
        # Batch by batch, so that memory never holds the whole table both by columns and by rows.
        for frame in frames:
            # Short rows and blank lines become nulls.
            if any(frame.null_count().row(0)):
                return None
            blocks.append(frame.drop("v0").to_numpy(order="c", writable=True))
            firsts.append(frame["v0"].to_numpy(writable=True))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        return None
    if not sum(map(len, firsts)):
        return None
    rest = np.ascontiguousarray(np.concatenate(blocks))
    # There are no blank lines, which would be nulls, so rows correspond to lines.
    return Values(np.concatenate(firsts), rest, range(start, start + len(rest)), layout.names)


def read_values(opened: Opened, layout: Layout, *, labelled: bool) -> Values:
    """Read a table line by line.

    `layout` is the result of `sniff`; `labelled` says for messages whether rows have a label.
    """
    expected: Message | int = layout.width
    if labelled:
        pixels, values = "{width} (a label and {features} pixels)", "{width} (a label and {features} values)"
        template = pixels if image_shape(layout.width - 1) else values
        expected = Message(template, width=layout.width, features=layout.width - 1)
    packed = io.BytesIO()
    first: list[float] = []
    lines: list[int] = []
    for number, text in lines_of(opened):
        if layout.header and number == layout.first:
            continue
        row = _values(text, layout, (opened.name, number), expected)
        first.append(float(row[0]))
        with np.errstate(over="ignore"):  # numbers beyond float32 become infinite, which is an error
            packed.write(row[1:].astype(np.float32).data)
        lines.append(number)
    rest = np.frombuffer(packed.getbuffer(), np.float32).reshape(len(lines), layout.width - 1)
    return Values(np.array(first), rest, lines, layout.names)


def samples_in(
    values: Values,
    source: str,
    maximum: float,
    *,
    layout: SampleLayout | None = None,
    features: int | None = None,
    usual: SampleLayout | None = None,
    advice_outside: Message | None = None,
) -> Rows:
    """Separate labels from inputs, and check both.

    The layout is detected unless it is known; `usual` is that of data that these samples must match. A table of the
    width `features`, the number of inputs per sample, has no labels. `advice_outside` is what to do about a value above
    `maximum` or below 0; by default, how to train on it.
    """
    first, rest, remarks, advice = values.first, values.rest, list[Message](), None
    known = layout = layout if layout is None or layout.columns <= rest.shape[1] else replace(layout, columns=1)
    if features == 1 + rest.shape[1]:
        layout, labels, inputs, skipped = usual or SampleLayout(), None, _with_first(first, rest), 0
    else:
        if layout is None:
            layout, remark, advice = detect_layout(
                first, rest, source, names=values.names, features=features, usual=usual
            )
            remarks += [remark] if remark else []
        labels, inputs = _parted(first, rest, layout, values.lines, source)
        skipped = layout.columns if layout.labels == "first" else 0
    if known is None and usual is None and features is None:
        scale = detect_range(inputs, maximum)
        layout, maximum = replace(layout, signed=scale.signed), scale.maximum
        remarks += [scale.remark] if scale.remark else []
    else:
        like = known or usual or layout
        layout = replace(layout, signed=like.signed, bounded=like.bounded)
    if layout.signed:
        inputs = unsigned(inputs, maximum)
    limits = (0.0, maximum) if layout.bounded else _FINITE
    _check(labels, inputs, values.lines, source, limits, skipped, advice, advice_outside)
    whole = limits == (0, 255) and (inputs.dtype == np.uint8 or bool((inputs == np.floor(inputs)).all()))
    inputs = np.ascontiguousarray(inputs, np.uint8 if whole else np.float32)
    numbers = None if labels is None else labels.astype(np.int64)
    return Rows(inputs, numbers, values.lines, layout, maximum, tuple(remarks), advice)


def _parted(
    first: NDArray[Any], rest: NDArray[Any], layout: SampleLayout, lines: Sequence[int], source: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return labels, shape (n,), and inputs, shape (n, features); GN015 for a row that should be one-hot."""
    count = layout.columns
    if layout.labels == "first":
        own, inputs = rest[:, : count - 1], rest[:, count - 1 :]
        own = _with_first(first, own) if count > 1 else first[:, None]
    else:
        split = rest.shape[1] - count
        own, inputs = rest[:, split:], _with_first(first, rest[:, :split])
    if count == 1:
        return own[:, 0], inputs
    if not (right := one_hot_rows(own)).all():
        row = int(np.argmin(right))
        columns = columns_at(layout.labels, count, 1 + rest.shape[1])
        raise DataError(
            "GN015",
            "{place}: columns {first} to {last} are not a one-hot label, expected one 1 and otherwise 0. "
            "Use rows with the layout of the training data.",
            place=Place(source, line=lines[row]),
            first=columns[0] + 1,
            last=columns[-1] + 1,
        )
    return own.argmax(axis=1), inputs


def _with_first(first: NDArray[Any], rest: NDArray[Any]) -> NDArray[Any]:
    """Prepend the first column to the others, as bytes if all are bytes."""
    with np.errstate(over="ignore"):  # as in `read_values`
        own = first.astype(rest.dtype)
    if rest.dtype == np.uint8 and (own != first).any():
        own, rest = first.astype(np.float32), rest.astype(np.float32)
    return np.concatenate([own[:, None], rest], axis=1)


def _check(
    labels: NDArray[Any] | None,
    inputs: NDArray[Any],
    lines: Sequence[int],
    source: str,
    limits: tuple[float, float],
    skipped: int,
    advice: Message | None,
    advice_outside: Message | None,
) -> None:
    """Raise an error for the first row with an invalid label or an input outside the range."""
    count = len(inputs)
    wrong = count
    if labels is not None:
        # Also False for NaN.
        right = (labels >= 0) & (labels < LABEL_LIMIT) & (labels == np.floor(labels))
        wrong = count if right.all() else int(np.argmin(right))
    low, high = limits
    if not (inputs.min() >= low and inputs.max() <= high):
        fits = (inputs >= low) & (inputs <= high)
        row = int(np.argmin(fits.all(axis=1)))
        if row < wrong:
            column = int(np.argmin(fits[row]))
            value, place = float(inputs[row, column]), Place(source, line=lines[row], column=column + 1 + skipped)
            if not math.isfinite(value):
                raise not_finite(place, value)
            raise outside(place, value, high, inputs, advice_outside)
    if labels is not None and wrong < count:
        raise bad_label(Place(source, line=lines[wrong]), float(labels[wrong]), advice)


def _values(text: str, layout: Layout, place: tuple[str, int], expected: Message | int) -> NDArray[np.float64]:
    fields, (name, line) = layout.split(text), place
    if len(fields) != layout.width:
        few = len(fields) < layout.width
        raise DataError(
            "GN012",
            "{place}: {count} values, expected {expected}. {advice}",
            place=Place(name, line=line),
            count=len(fields),
            expected=expected,
            advice=Message("Add the missing values.") if few else Message("Remove the extra values."),
        )
    try:
        # Most rows have only bytes, and looking these up is three times as fast as parsing.
        return np.frombuffer(bytes(map(_BYTES.__getitem__, fields)), np.uint8).astype(np.float64)
    except KeyError:
        pass
    try:
        if "_" not in text and '"' not in text and text.isascii():
            return np.array(list(map(float, fields)))
        return np.array([number_of(_unquoted(field)) for field in fields])
    except ValueError:
        column = next(k for k, field in enumerate(fields) if not _readable(field))
        table = None
        if column in (0, layout.width - 1) and fields[column].strip():
            table = Message(
                "If it is the label of a table, pass {option}, or the name of the column.",
                option=Option("target", f"column{column + 1}"),
            )
        raise DataError(
            "GN013",
            "{place}: {field}, expected a number. {advice}",
            place=Place(name, line=line, column=column + 1),
            field=_shown(fields[column]) if fields[column].strip() else Message("an empty value"),
            advice=Sentences(Message("Correct it or remove the row."), table),
        ) from None


def _shown(text: str) -> str:
    """Return a piece of the file, shortened and on one line."""
    return ascii(text if len(text) <= 24 else text[:21] + "...")
