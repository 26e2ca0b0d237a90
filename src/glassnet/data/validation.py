"""What every reader asks of values and labels, in one place."""

from __future__ import annotations

import math
import shlex
import unicodedata
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, OptionError
from .dataset import Like, image_shape

LABEL_LIMIT = 2**31
"""Labels beyond are taken for a mistake in the file: nobody has so many classes."""

PIXELS = 100
"""From so many columns of one kind on they are taken for pixels, though they make no square."""

TRUTH = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0, "y": 1.0, "n": 0.0, "t": 1.0, "f": 0.0}
"""What is written for yes and no, in small letters."""

AUTO = "auto"
DECIMALS = (AUTO, ",", ".")
"""How decimals are written in text: found out column by column, or told."""
OTHER = {",": ".", ".": ","}


def check_options(part: str, maximum: float, classes: int | None) -> None:
    """Refuse options no reader can take.

    Raises
    ------
    OptionError
        GN021.
    """
    if part not in ("train", "test"):
        raise OptionError("GN021", f"part: {part!r}, expected 'train' or 'test'.")
    if not (0 < maximum < math.inf):
        raise OptionError("GN021", f"input-max: {maximum:g}, expected a number above 0.")
    if classes is not None and not 2 <= classes <= LABEL_LIMIT:
        raise OptionError("GN021", f"classes: {classes}, expected 2 or more.")


def check_size(size: object) -> None:
    """Refuse what is no size for pictures: OptionError GN021."""
    sides = size if isinstance(size, tuple) and len(size) == 2 else (0,)
    if not all(isinstance(side, Integral) and int(side) >= 1 for side in sides):
        raise OptionError("GN021", f"size {size!r}: expected a tuple of two whole numbers from 1, rows and columns.")


def plain(value: float) -> str:
    """Write a number without needless digits: 255, not 255.0."""
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    return str(int(value)) if whole else repr(value)


def clean_inputs(values: NDArray[Any], maximum: float, name: str) -> NDArray[Any]:
    """Check values, and give them the smallest type that holds them.

    Parameters
    ----------
    values : ndarray of any real type, shape (n, features)
        The values as they stand in the file.
    maximum : float
        Largest value allowed.
    name : str
        The file, for messages.

    Returns
    -------
    ndarray of uint8 or float32, shape (n, features), C-contiguous
        uint8 where `maximum` is 255 and every value is whole.

    Raises
    ------
    DataError
        GN018 for NaN or infinity, GN014 for a value outside 0 to `maximum`.
    """
    if values.dtype == np.uint8 and maximum == 255:
        return np.ascontiguousarray(values)
    if values.dtype == np.float16:
        values = values.astype(np.float32)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise not_finite(f"{name}, sample {row + 1}, value {column + 1}", float(values[row, column]))
    if values.min() < 0 or values.max() > maximum:
        row, column = np.argwhere((values < 0) | (values > maximum))[0]
        where = f"{name}, sample {row + 1}, value {column + 1}"
        raise outside(where, float(values[row, column]), maximum, values, name)
    whole = values.dtype.kind in "bui" or bool((values == np.floor(values)).all())
    return np.ascontiguousarray(values, np.uint8 if whole and maximum == 255 else np.float32)


def not_finite(where: str, value: float) -> DataError:
    """GN018: a value is NaN or infinite."""
    return DataError("GN018", f"{where}: {value:g}, expected a finite number. Replace it or remove the row.")


def outside(where: str, value: float, maximum: float, inputs: NDArray[Any], name: str) -> DataError:
    """GN014: a value is below 0 or above `maximum`; `inputs` are all of the file, shape (n, features)."""
    finite = inputs[np.isfinite(inputs)]
    low, high, features = float(finite.min()), float(finite.max()), inputs.shape[1]
    archive = ".npz" in name
    if low >= 0:
        advice = f"Pass --input-max {_short(high)} if that is the largest value meant, or correct it."
    elif (image_shape(features) is not None or features >= PIXELS) and np.mean(finite == low) > 1 / PIXELS:
        # Pixels that were moved and scaled alike share their lowest value, the paper's or the ground's.
        out = "OUT.npz" if archive else "OUT.csv"
        advice = f"If they are pixels, 'glassnet doctor {shlex.quote(name)} --fix {out}' brings them to that range."
    else:
        table = "Save the columns as CSV, for" if archive else "Numbers of any size are for"
        advice = (
            f"{table} 'glassnet train {'FILE' if archive else shlex.quote(name)} --target COLUMN', such as column1."
        )
    return DataError("GN014", f"{where}: {_short(value)}, allowed are 0 to {plain(maximum)}. {advice}")


def _short(value: float) -> str:
    """Write a number with as many digits as float32 has."""
    return plain(float(f"{value:.7g}"))


def number_of(field: str) -> float:
    """Return the number that a field is, with a decimal point: ValueError if it is none."""
    # Python would also take 1_000 and the digits of other scripts; no table means them.
    if "_" in field or not field.isascii():
        raise ValueError(field)
    return float(field)


def is_number(field: str) -> bool:
    """Tell whether a field is a number, with a decimal point or comma; infinity is one, what is missing is none."""
    try:
        value = number_of(field.replace(",", "."))
    except ValueError:
        return False
    return value == value


def is_sign(beside: str) -> bool:
    """Tell the sign of a currency, or %, from a unit that is written in letters."""
    return beside == "%" or (len(beside) == 1 and unicodedata.category(beside) == "Sc")


def is_label(value: float) -> bool:
    """Tell whether a number can be a class: whole, from 0."""
    return 0 <= value < LABEL_LIMIT and value == math.floor(value)


def bad_label(where: str, value: object) -> DataError:
    """GN015: a label is not a whole number from 0."""
    shown = plain(value) if isinstance(value, float) else repr(value)
    return DataError("GN015", f"{where}: label {shown}, expected a whole number from 0. Number the classes 0, 1, 2, …")


def clean_labels(labels: NDArray[Any], name: str) -> NDArray[np.int64]:
    """Turn numbers, shape (n,), into labels.

    Raises
    ------
    DataError
        GN015 for a label that is not a whole number from 0.
    """
    if labels.dtype.kind not in "buif":
        raise bad_label(f"{name}, sample 1", labels[0].item())
    # NaN compares false with everything, so this also finds it.
    right = (labels >= 0) & (labels < LABEL_LIMIT)
    if labels.dtype.kind == "f":
        right &= labels == np.floor(labels)
    if not right.all():
        row = int(np.argmin(right))
        raise bad_label(f"{name}, sample {row + 1}", labels[row].item())
    return labels.astype(np.int64)


def count_classes(
    labels: NDArray[np.int64],
    name: str,
    part: str,
    classes: int | None,
    like: Like | None = None,
    lines: Sequence[int] | None = None,
) -> int:
    """Say how many classes there are; training labels must be 0, 1, 2, … without gaps unless `classes` is given.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,), n > 0
        Labels from 0.
    name : str
        The file, for messages.
    part : {"train", "test"}
        A test part may lack classes.
    classes : int or None
        The number of classes, where it is known.
    like : Dataset or Model, optional
        Whose classes they are: any samples may lack some, whichever part they are.
    lines : sequence of int, optional
        Line of each sample, for messages about text.

    Raises
    ------
    DataError
        GN015 for a label beyond `classes`, GN016 for gaps or a single class.
    """
    largest = int(labels.max())
    if classes is not None:
        if largest >= classes:
            row = int(np.argmax(labels >= classes))
            where = f"{name}, line {lines[row]}" if lines else f"{name}, sample {row + 1}"
            raise DataError(
                "GN015",
                f"{where}: label {labels[row]}, expected 0 to {classes - 1} for {classes} classes. "
                f"Correct it, or pass --classes {largest + 1}.",
            )
        return classes
    if like is not None:
        return max(largest + 1, like.classes)
    if part == "test":
        return largest + 1
    present = np.unique(labels)
    if len(present) < largest + 1:
        raise _gaps(present, name)
    if largest == 0:
        raise DataError(
            "GN016",
            f"{name}: every label is 0, expected two classes or more. Add samples of the others, or pass --classes N.",
        )
    return largest + 1


def _gaps(present: NDArray[np.int64], name: str) -> DataError:
    largest = int(present[-1])
    missing = largest + 1 - len(present)
    # The first absent label cannot be further than the number of present ones, nor the fifth than five beyond it.
    near = np.setdiff1d(np.arange(min(largest, len(present) + 5)), present)[:5]
    shown = ", ".join(map(str, near)) + (f", … ({missing} in all)" if missing > len(near) else "")
    return DataError(
        "GN016",
        f"{name}: labels go up to {largest}, but these are missing: {shown}. Number the classes 0, 1, 2, … without "
        f"gaps, or pass --classes {largest + 1} if they are meant to be absent.",
    )
