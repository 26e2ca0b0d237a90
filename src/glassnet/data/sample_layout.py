"""Detect the layout of a file of numbers: where its labels are, and the range of its inputs.

The notes' files have the label first, then bytes. Others have the label last, one-hot labels, or inputs from 0 to 1,
from -1 to 1 or of few grey levels, such as 0 to 16. A certain detection is applied and reported. If two columns could
be the label, the first is used, and the message says how to find out more. The doctor uses these functions too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..messages.message import Command, Message
from ..messages.option_spelling import Option
from .dataset import SampleLayout, image_shape
from .validation import is_label

LABEL_NAMES = ("label", "labels", "target", "class", "classes", "y", "digit", "category", "species", "outcome")
"""Names of label columns, in lower case."""
_MANY = 50
"""A first column of more classes than this may be an input."""
_ENOUGH = 20
"""Least number of rows in which one-hot columns are not a coincidence."""
_TARGETS = (0.0, 1.0), (0.01, 0.99)
"""Low and high value of one-hot labels."""
_EVEN, _UNEVEN = 0.5, 0.2
"""Least evenness of labels, and greatest evenness of pixels with few values; see `evenness`."""
_SCALES = (3, 4, 7, 8, 10, 15, 16, 31, 32, 63, 64, 100, 127)
"""Largest values of scales of whole grey levels other than 255: of 2 to 7 bits, counts of dots, tens and percent."""


class Range(NamedTuple):
    """Range of inputs: whether they are from -1 to 1 and get scaled, the largest value afterwards, and a remark."""

    signed: bool
    maximum: float
    remark: Message | None = None


def detect_range(inputs: NDArray[Any], maximum: float) -> Range:
    """Detect the range of inputs, shape (n, …), by their values if `maximum` is 255, the default."""
    low, high = float(inputs.min()), float(inputs.max())  # comparisons are written so that NaN fails them
    if maximum != 255:
        return Range(False, maximum)
    if max(-low, high) >= 0.9 and high <= 1 and -1 <= low < 0:
        template = "inputs from {low:.4g} to {high:.4g}: read as -1 to 1, scaled to 0 to 255"
        return Range(True, maximum, Message(template, low=low, high=high))
    levels = low == 0 and high in _SCALES and len(inputs) >= _ENOUGH and bool((inputs == np.floor(inputs)).all())
    if (levels and _are_pictures(math.prod(inputs.shape[1:]))) or (0.9 <= high <= 1 and 0 <= low < high):
        largest, template = math.ceil(high), "inputs from {low:.4g} to {high:.4g}: read as with {option}"
        return Range(False, float(largest), Message(template, low=low, high=high, option=Option("maximum", largest)))
    return Range(False, maximum)


def unsigned(inputs: NDArray[Any], maximum: float) -> NDArray[np.float32]:
    """Scale inputs from -1 to 1 to 0 to `maximum`; inputs that were made from bytes become exactly those bytes.

    If any input is outside -1 to 1, they are unsigned already, and are returned unchanged.
    """
    if not (inputs.min() >= -1 and inputs.max() <= 1):
        return inputs
    values = (inputs.astype(np.float64) + 1) * (maximum / 2)
    whole = np.rint(values)
    return (whole if np.abs(values - whole).max() < 0.1 else values).astype(np.float32)


class LayoutGuess(NamedTuple):
    """A layout, a remark if it is unusual or uncertain, and advice for the case that it turns out wrong."""

    layout: SampleLayout
    remark: Message | None = None
    advice: Message | None = None


@dataclass(frozen=True)
class _Columns:
    """The columns of a file: the first, and the rest."""

    first: NDArray[Any]
    rest: NDArray[Any]

    @property
    def width(self) -> int:
        return 1 + int(self.rest.shape[1])

    def take(self, places: Sequence[int], rows: slice = slice(None)) -> NDArray[Any]:
        """Return the columns at these positions, shape (n, len(places))."""
        columns = [self.first[rows] if place == 0 else self.rest[rows, place - 1] for place in places]
        return np.stack(columns, axis=1)


def detect_layout(
    first: NDArray[Any],
    rest: NDArray[Any],
    source: str,
    *,
    names: Sequence[str] = (),
    features: int | None = None,
    usual: SampleLayout | None = None,
) -> LayoutGuess:
    """Detect where the labels of a file are.

    `first`, shape (n,), is the first column, and `rest`, (n, width - 1), are the others; `names` are those of the
    columns, if the file has any, and `features` is the number of inputs per sample, if known. An ambiguous file has the
    layout `usual`, that of another file of the same kind; by default its label comes first.
    """
    columns, like, known = _Columns(first, rest), usual or SampleLayout(), usual is not None

    def at(end: str, count: int, description: Message) -> LayoutGuess:
        """Return a layout, with a remark if it differs from the usual one."""
        return LayoutGuess(
            SampleLayout(end, count), None if (end, count) == (like.labels, like.columns) else description
        )

    usual = replace(like, columns=1)
    if features not in (None, columns.width - 1):
        count = columns.width - (features or 0)
        end = _one_hot_end(columns, count, like) if count > 1 else ""
        return at(end, count, _one_hot_in(end, count, columns)) if end else LayoutGuess(usual)
    doctor = Command("doctor", source, Option("fix", "OUT.csv"))
    called = [place for place in (0, columns.width - 1) if names and names[place].strip().lower() in LABEL_NAMES]
    pictures = _are_pictures(columns.width - 1)
    if called == [0]:
        return LayoutGuess(SampleLayout(), None, _for_a_table(names[0]) if features is None and not pictures else None)
    block, advice = None, None
    if features is None:  # in few rows, one-hot labels may be a coincidence
        few = columns.take(range(columns.width), slice(None, None, max(1, len(first) // 100)))
        found = one_hot_columns(few, columns.take)
        block = None if found is None else found[0]
    others = rest[:, :-1]
    apart_first = others.size > 0 and bool(first.max() > others.max()) and evenness(first) > 0
    if block is not None and not apart_first:
        end = "first" if block[0] == 0 else "last"
        description = _one_hot_in(end, len(block), columns)
        solution = Message("Merge them into one column with '{command}'.", command=doctor)
        advice = _seems(description, solution)
        if len(first) >= _ENOUGH:
            if _are_pictures(columns.width - len(block)):
                return at(end, len(block), description)
            if end == "last":
                _require_label(first, rest, len(block), source, description, solution)
            return _first_read(usual, advice)
    last, pixels = rest[:, -1], rest[:, :-1]
    description = Message("labels in the last of {width} columns", width=columns.width)
    if called and features is None and not pictures and not known:
        raise DataError(
            "GN066",
            "{source}: a table whose last column is called {name!r}, expected the label first. {advice}",
            source=source,
            name=names[-1],
            advice=name_the_target(names[-1]),
        )
    faint = not known and features is None and len(first) >= _ENOUGH and bool((first == first[0]).all())
    if pictures and _is_certain(last, first, pixels, faint=faint):
        return at("last", 1, description)
    if called and (pictures or not like.bounded):
        return at("last", 1, description)
    description_first = Message("labels in the first of {width} columns, unlike in training", width=columns.width)
    few_rows = like.columns > 1 and len(first) < _ENOUGH  # among more rows, one may be a mistake
    if few_rows and _below(first, like.columns) != _below(last, like.columns):
        return at("last", 1, description) if _below(last, like.columns) else at("first", 1, description_first)
    if usual.labels == "last":
        return at("first", 1, description_first) if _is_certain(first, last, pixels) else at("last", 1, description)
    if like.columns > 1:
        return at("first", 1, description_first)
    if features is None and len(first) >= _ENOUGH:
        classes = len(np.unique(last)) if numbers_classes(last) else 0
        _require_label(first, rest, classes, source, description, Message("Move them to the first column."))
    if features is None and len(first) >= _ENOUGH and evenness(last) > evenness(first) + 0.1:
        solution = Message("Move them to the front with '{command}'.", command=doctor)
        if names:
            solution = _for_a_table(names[-1])
        return _first_read(usual, _seems(description, solution))
    if names and features is None and not pictures and advice is None:
        template = "For a table, name the column to predict, such as {option}."
        advice = Message(template, option=Option("target", names[-1]))
        template = "label read from the first column, {name!r}. {advice}"
        return LayoutGuess(usual, Message(template, name=names[0], advice=advice), advice)
    return LayoutGuess(usual, None, advice)


def name_the_target(name: str) -> Message:
    """Return advice for a table with named columns where a file with the label first was expected."""
    return Message(
        "Name the column to predict, such as {option}; load_table reads tables in Python.",
        option=Option("target", name),
    )


def _for_a_table(name: str) -> Message:
    return Message("For a table, pass {option}.", option=Option("target", name))


def _seems(description: Message, solution: Message) -> Message:
    return Message("The file seems to have {description}. {solution}", description=description, solution=solution)


def _first_read(layout: SampleLayout, advice: Message) -> LayoutGuess:
    return LayoutGuess(layout, Message("label read from the first column. {advice}", advice=advice), advice)


def _one_hot_end(columns: _Columns, count: int, like: SampleLayout) -> str:
    """Return at which end `count` columns are one-hot in most rows; an empty string for neither.

    The layout of the other file, `like`, decides between both ends.
    """
    ends = (like.labels, "last" if like.labels == "first" else "first")
    parts = [float(one_hot_rows(columns.take(columns_at(end, count, columns.width))).mean()) for end in ends]
    if max(parts) < 0.5:
        return like.labels if count == like.columns else ""
    return ends[0] if parts[0] >= parts[1] else ends[1]


def columns_at(end: str, count: int, width: int) -> range:
    """Return the positions of the ``"first"`` or ``"last"`` `count` columns."""
    return range(count) if end == "first" else range(width - count, width)


def _one_hot_in(end: str, count: int, columns: _Columns) -> Message:
    if end == "first":
        return Message("one-hot labels in the first {count} of {width} columns", count=count, width=columns.width)
    return Message("one-hot labels in the last {count} of {width} columns", count=count, width=columns.width)


def _below(column: NDArray[Any], classes: int) -> bool:
    """Return whether a column can be labels of that many classes."""
    return bool(((column >= 0) & (column < classes) & (column == np.floor(column))).all())


def _is_certain(label: NDArray[Any], other: NDArray[Any], pixels: NDArray[Any], *, faint: bool = False) -> bool:
    """Return whether one of the two outer columns of images is clearly the label, and the other is not.

    Labels have all numbers from 0 on. They exceed all pixels, such as 0 to 9 with binary pixels; or they are far below
    the brightest pixel and evenly distributed, unlike the other column. In `faint` images,
    the brightest pixel may be little above the labels.
    """
    if not pixels.size or not numbers_classes(label):
        return False
    low, high = float(pixels.min()), float(pixels.max())
    if label.max() > high:
        return bool(low <= other.min() and other.max() <= high)
    return float(label.max()) < (high if faint else high / 4) and evenness(label) >= _EVEN and evenness(other) < _UNEVEN


def _require_label(
    first: NDArray[Any], rest: NDArray[Any], others: int, source: str, description: Message, solution: Message
) -> None:
    """Raise an error if the first column counts the rows, or looks like an input while the last columns are labels.

    `others` is the number of classes in the last columns; 0 if they are not labels.
    """
    if (first != np.floor(first)).any():
        return  # not labels: another error follows
    kinds = len(np.unique(first))
    if kinds == len(first) and numbers_classes(first):
        raise DataError(
            "GN067",
            "{name}: the first column counts the {rows:,} rows, expected labels. Remove it.",
            name=source,
            rows=kinds,
        )
    if others and kinds > max(_MANY, 5 * others) and first.max() <= rest[:, :-others].max():
        raise DataError(
            "GN067",
            "{source}: the first column has {kinds:,} different values, like other inputs, expected labels. {advice}",
            source=source,
            kinds=kinds,
            advice=_seems(description, solution),
        )


def _are_pictures(features: int) -> bool:
    """Return whether this number of values is a square image, or one in colour of 64 pixels or more."""
    coloured = features % 3 == 0 and features >= 3 * 8 * 8 and image_shape(features // 3) is not None
    return coloured or image_shape(features) is not None


def numbers_classes(column: NDArray[Any]) -> bool:
    """Return whether a column has all whole numbers from 0 to its maximum, at least two."""
    if not is_label(float(column.min())) or not is_label(float(column.max())) or (column != np.floor(column)).any():
        return False
    different = len(np.unique(column))
    return 2 <= different == int(column.max()) + 1


def evenness(values: NDArray[np.generic]) -> float:
    """Return how evenly the classes of a column are distributed, 0 to 1; 0 if it does not look like classes.

    Classes are few whole numbers from 0 or 1, close together.
    """
    numbers = values.astype(np.float64)
    numbers = numbers[np.isfinite(numbers)]
    right = numbers[(numbers >= 0) & (numbers == np.floor(numbers)) & (numbers < 2**31)]
    if not len(right) or len(right) < 0.95 * len(values):
        return 0.0
    classes, counts = np.unique(right, return_counts=True)
    if len(counts) > 100:  # in a column of labels, rare ones are mistakes
        common = counts >= 0.0005 * len(right)
        classes, counts = classes[common], counts[common]
    if not 2 <= len(classes) <= max(2, len(right) // 2):
        return 0.0
    share = counts / counts.sum()
    close = int(share.cumsum().searchsorted(0.999))  # ignore a few mistyped labels far away
    if classes[min(close, len(classes) - 1)] > 1.5 * len(classes) + 1:
        return 0.0
    return float(-(share * np.log(share)).sum() / np.log(len(share)))


def one_hot_rows(block: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows of a block of columns have one high value and otherwise low values, shape (n,)."""
    right = np.zeros(len(block), bool)
    for low, high in _TARGETS:
        ones = np.isclose(block, high)
        right |= (ones | np.isclose(block, low)).all(axis=1) & (ones.sum(axis=1) == 1)
    return right


def one_hot_columns(few: NDArray[Any], take: Callable[[list[int]], NDArray[Any]]) -> tuple[list[int], float] | None:
    """Return columns at an end that have one high value per row and otherwise low values, and the high value.

    `few`, shape (some, width), are some rows, which rule out most columns; `take` returns the columns at the given
    positions, for all rows.
    """
    width = few.shape[1]
    for low, high in _TARGETS:
        for ends in (range(width - 1, -1, -1), range(width)):
            columns = _complete(few, take, list(ends)[: min(1000, width - 2)], low, high)
            if columns:
                return sorted(columns), high
    return None


def _complete(
    few: NDArray[Any], take: Callable[[list[int]], NDArray[Any]], ends: list[int], low: float, high: float
) -> list[int]:
    """Return as many of the first of these columns as have exactly one high value in every row; none if impossible.

    Adjacent black pixels have no high value, so several numbers of columns are possible; prefer a number that leaves a
    square image.
    """
    right = np.isclose(few[:, ends], low) | np.isclose(few[:, ends], high)
    ends = ends[: int(np.argmin(right.all(axis=0))) if not right.all() else len(ends)]
    sums = np.isclose(few[:, ends], high).cumsum(axis=1)
    complete = np.flatnonzero((sums == 1).all(axis=0))
    found = []
    # At least three: two exclusive columns of 0 and 1 are common in tables.
    for columns in (ends[: place + 1] for place in complete[:20] if place >= 2):
        values = take(columns)
        ones = np.isclose(values, high)
        one_each = (ones | np.isclose(values, low)).all() and (ones.sum(axis=1) == 1).all()
        if one_each and ones.any(axis=0).sum() > 1:  # else one class and black pixels
            found.append(columns)
    squares = [columns for columns in found if image_shape(few.shape[1] - len(columns)) is not None]
    return (squares or found or [[]])[0]
