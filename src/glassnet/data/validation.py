"""Checks of values and labels that all readers share."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, OptionError, require_number
from ..messages.message import Command, Listing, Message, Place, Sentences
from ..messages.option_spelling import Option
from .arrays import PIXELS
from .dataset import Like, image_shape

LABEL_LIMIT = 2**31
"""Labels from here on are treated as mistakes in the file."""

TRUTH = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0, "y": 1.0, "n": 0.0, "t": 1.0, "f": 0.0}
"""Spellings of true and false, in lower case."""

AUTO = "auto"
DECIMALS = (AUTO, ",", ".")
"""The decimal sign of numbers in text: detected for each column, or given."""
OTHER = {",": ".", ".": ","}


def check_options(part: str, maximum: float, classes: int | None) -> None:
    """Raise an error for options that no reader accepts."""
    if part not in ("train", "test"):
        raise OptionError("GN021", "part: {value!r}, expected 'train' or 'test'.", value=part)
    if not (0 < require_number("maximum", maximum) < math.inf):
        raise OptionError("GN021", "maximum {value!r}: expected a number above 0.", value=maximum)
    if classes is not None and not 2 <= classes <= LABEL_LIMIT:
        raise OptionError("GN021", "classes: {value}, expected 2 or more.", value=classes)


@dataclass(frozen=True)
class ImageSize:
    """The value of the option `size` in messages: 28, or rows x columns, in a terminal; a tuple in Python."""

    rows: int
    columns: int

    def __str__(self) -> str:
        return f"{self.rows}" if self.rows == self.columns else f"{self.rows}x{self.columns}"

    def __repr__(self) -> str:
        return repr((self.rows, self.columns))


def check_size(size: object) -> None:
    """Raise OptionError GN021 if `size` is not an image size."""
    sides = size if isinstance(size, tuple) and len(size) == 2 else (0,)
    if not all(isinstance(side, Integral) and int(side) >= 1 for side in sides):
        raise OptionError(
            "GN021", "size {size!r}: expected a tuple of two whole numbers from 1, rows and columns.", size=size
        )


def plain(value: float) -> str:
    """Format a number without needless digits: 255, not 255.0."""
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    return str(int(value)) if whole else repr(value)


def clean_inputs(values: NDArray[Any], maximum: float, name: str, *, bounded: bool = True) -> NDArray[Any]:
    """Check values, and convert them to the smallest type that holds them.

    The values, shape (n, features), are of any real type, as in the file; those outside 0 to `maximum` are refused,
    unless they are not `bounded`: then all become float32. The result is C-contiguous: uint8 if `maximum` is 255 and
    every value is whole, otherwise float32.
    """
    if values.dtype == np.uint8 and maximum == 255:
        return np.ascontiguousarray(values)
    if values.dtype == np.float16 or not bounded:
        with np.errstate(over="ignore"):  # numbers beyond float32 become infinite, which is an error
            values = values.astype(np.float32)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise not_finite(Place(name, row=row, value=column + 1), float(values[row, column]))
    if not bounded:
        return np.ascontiguousarray(values)
    if values.min() < 0 or values.max() > maximum:
        row, column = np.argwhere((values < 0) | (values > maximum))[0]
        place = Place(name, row=row, value=column + 1)
        raise outside(place, float(values[row, column]), maximum, values)
    whole = values.dtype.kind in "bui" or bool((values == np.floor(values)).all())
    return np.ascontiguousarray(values, np.uint8 if whole and maximum == 255 else np.float32)


def not_finite(place: Place, value: float) -> DataError:
    """Return the error GN018 for a NaN or infinite value at a place in a file."""
    return DataError(
        "GN018",
        "{place}: {value:g}, expected a finite number. Replace it or remove the row.",
        place=place,
        value=value,
    )


def outside(
    place: Place, value: float, maximum: float, inputs: NDArray[Any], advice: Message | None = None
) -> DataError:
    """Return the error GN014 for a value outside 0 to `maximum`; `inputs` are all, shape (n, features).

    Without `advice`, the error advises how to train on such values.
    """
    return DataError(
        "GN014",
        "{place}: {value}, expected 0 to {maximum}. {advice}",
        place=place,
        value=plain(_short(value)),
        maximum=plain(maximum),
        advice=advice or _advice_for_training(place.source, inputs),
    )


def _advice_for_training(name: str, inputs: NDArray[Any]) -> Message:
    finite = inputs[np.isfinite(inputs)]
    low, high, features = float(finite.min()), _short(float(finite.max())), inputs.shape[1]
    archive = ".npz" in name
    if low >= 0:
        return Message(
            "Correct the value, or pass {option} if that is the largest valid value.",
            option=Option("maximum", int(high) if high.is_integer() and high < 1e15 else high),
        )
    if (image_shape(features) is not None or features >= PIXELS) and np.mean(finite == low) > 1 / PIXELS:
        # Shifted and scaled pixels share their lowest value, that of the background.
        return Message(
            "If the values are pixels, run '{command}' to rescale them.",
            command=Command("doctor", name, Option("fix", "OUT.npz" if archive else "OUT.csv")),
        )
    if archive:
        return Message(
            "For numbers of any size, save them as CSV and use '{command}'.",
            command=Command("train", "FILE", Option("target", "COLUMN")),
        )
    return Message(
        "For numbers of any size, use '{command}', such as column1.",
        command=Command("train", name, Option("target", "COLUMN")),
    )


def _short(value: float) -> float:
    """Return a number with the digits of float32."""
    return float(f"{value:.7g}")


def number_of(field: str) -> float:
    """Convert a field with a decimal point to a number; ValueError if it is not one."""
    # Python also accepts 1_000 and digits of other scripts, which are not numbers in tables.
    if "_" in field or not field.isascii():
        raise ValueError(field)
    return float(field)


def is_number(field: str) -> bool:
    """Return whether a field is a number with a decimal point or comma: True for infinity, False for NaN."""
    try:
        value = number_of(field.replace(",", "."))
    except ValueError:
        return False
    return value == value


def is_sign(beside: str) -> bool:
    """Return whether a unit is a currency sign or %, not letters."""
    return beside == "%" or (len(beside) == 1 and unicodedata.category(beside) == "Sc")


def is_label(value: float) -> bool:
    """Return whether a number can be a class: whole, from 0."""
    return 0 <= value < LABEL_LIMIT and value == math.floor(value)


def bad_label(place: Place, value: object, advice: Message | None = None) -> DataError:
    """Return the error GN015 for a label that is not a whole number from 0, at a place in a file."""
    return DataError(
        "GN015",
        "{place}: label {label}, expected a whole number from 0. {advice}",
        place=place,
        label=plain(value) if isinstance(value, float) else repr(value),
        advice=Sentences(Message("Number the classes from 0."), advice),
    )


def clean_labels(labels: NDArray[Any], name: str) -> NDArray[np.int64]:
    """Convert numbers, shape (n,), to labels."""
    if labels.dtype.kind not in "buif":
        raise bad_label(Place(name, row=0), labels[0].item())
    # Also False for NaN.
    right = (labels >= 0) & (labels < LABEL_LIMIT)
    if labels.dtype.kind == "f":
        right &= labels == np.floor(labels)
    if not right.all():
        row = int(np.argmin(right))
        raise bad_label(Place(name, row=row), labels[row].item())
    return labels.astype(np.int64)


def count_classes(
    labels: NDArray[np.int64],
    name: str,
    part: str,
    classes: int | None,
    like: Like | None = None,
    lines: Sequence[int] | None = None,
    advice: Message | None = None,
) -> int:
    """Return the number of classes; training labels must be 0, 1, 2, … without gaps unless `classes` is given.

    The labels are one or more, from 0. A test part may lack classes, and with `like`, whose classes are used, any part.
    `lines` are those of the samples in a text file, and `advice` is added to messages.
    """
    largest = int(labels.max())
    if classes is not None:
        if largest >= classes:
            row = int(np.argmax(labels >= classes))
            more = Message("Correct it, or pass {option} for more classes.", option=Option("classes", largest + 1))
            raise DataError(
                "GN015",
                "{place}: label {label}, expected 0 to {last} for {classes} classes. {advice}",
                place=Place(name, line=lines[row]) if lines else Place(name, row=row),
                label=labels[row],
                last=classes - 1,
                classes=classes,
                advice=Sentences(more, advice),
            )
        return classes
    if like is not None:
        return max(largest + 1, like.classes)
    if part == "test":
        return largest + 1
    present = np.unique(labels)
    if len(present) < largest + 1:
        raise _gaps(present, name, advice)
    if largest == 0:
        more = Message("Add samples of other classes, or give their number with {option}.", option=Option("classes"))
        raise DataError(
            "GN016",
            "{name}: every label is 0, expected two classes or more. {advice}",
            name=name,
            advice=Sentences(more, advice),
        )
    return largest + 1


def _gaps(present: NDArray[np.int64], name: str, advice: Message | None) -> DataError:
    largest = int(present[-1])
    missing = largest + 1 - len(present)
    # The first five missing labels are below the number of present labels plus five.
    near = np.setdiff1d(np.arange(min(largest, len(present) + 5)), present)[:5]
    # One more item, if there are more, is shown as an ellipsis.
    shown = Listing([*near, *[None] * (missing > len(near))], len(near))
    more = Message(
        "Number the classes 0, 1, 2, … without gaps, or pass {option} if these classes have no samples.",
        option=Option("classes", largest + 1),
    )
    return DataError(
        "GN016",
        "{name}: labels go up to {largest}, but {missing} of them are missing: {shown}. {advice}",
        name=name,
        largest=largest,
        missing=missing,
        shown=shown,
        advice=Sentences(more, advice),
    )
