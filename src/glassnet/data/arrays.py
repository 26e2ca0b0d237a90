"""From arrays, lists and data frames to the inputs and targets of a data set."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import (
    DataError,
    DataWarning,
    GlassnetWarning,
    OptionError,
    ShapeError,
    callers_level,
    require_choice,
    require_number,
)
from ..messages.message import Listing, Message
from ..messages.option_spelling import Option
from .held_out import about_missing, many_missing

TASKS = ("auto", "classification", "regression")
"""What the targets are: classes or labels, numbers, or whichever their values suggest."""

PIXELS = 100
"""From this many columns of one kind on, they count as pixels even if their number is not a square."""

_MANY = 0.5
"""Classes per sample above which the targets are probably numbers."""


_BEYOND = 2.0**63
"""The first whole number above those of 64 bits."""

SAME_CLASS = {"False": "0", "True": "1", "0": "False", "1": "True"}
"""Names of classes that are equal in Python, where False is 0 and True is 1."""


class Inputs(NamedTuple):
    """Samples, and what their form says about them; see the fields of `Dataset`."""

    values: NDArray[Any]
    image_shape: tuple[int, int] | None
    maximum: float
    names: tuple[str, ...]


class Targets(NamedTuple):
    """Classes from 0 and their names, or the values of a regression or of several labels per sample."""

    labels: NDArray[np.int64]
    classes: int
    names: tuple[str, ...]
    values: NDArray[np.float64] | None
    class_type: str = ""


def inputs_of(given: Any, name: str, image_shape: tuple[int, int] | None, maximum: float | None) -> Inputs:
    """Return samples as rows, shape (n, features).

    `given` is an array or data frame of shape (n, features), (n, rows, columns) or (n, rows, columns, 3), and `name`
    its name in messages; `image_shape`, (rows, columns), is that of an image whose pixels are in one row. The largest
    possible value is by default 1; if a pixel is above 1, 255, or the largest value of images if that is more. Rows of
    100 or more values of type uint8 count as pixels.
    """
    if maximum is not None and not 0 < require_number("maximum", maximum) < np.inf:
        raise OptionError("GN021", "maximum {value!r}: expected a number above 0.", value=maximum)
    if image_shape is not None:
        image_shape = _two_sides(image_shape)
    array = array_of(given, name)
    names = _column_names(given) if array.ndim == 2 else ()
    if array.ndim == 3 or (array.ndim == 4 and array.shape[3] in (1, 3)):
        image_shape = (array.shape[1], array.shape[2])
    elif array.ndim != 2:
        one = array.ndim == 1
        raise ShapeError(
            "GN050",
            "{name}: shape {shape}, expected (samples, features) or (samples, rows, columns). {advice}",
            name=name,
            shape=array.shape,
            advice=Message("For one feature, pass X.reshape(-1, 1).") if one else Message("Reshape it."),
        )
    if array.dtype.kind in "OUST":
        array = _numbers_in(array, name, names)
    if len(array) and not array[:1].size:
        raise ShapeError(
            "GN050", "{name}: shape {shape}, expected at least one value per sample.", name=name, shape=array.shape
        )
    values = array.reshape(len(array), -1) if array.size else array.reshape(len(array), array[:1].size)
    pixels = image_shape[0] * image_shape[1] if image_shape else 0
    if image_shape and values.shape[1] not in (pixels, 3 * pixels):
        raise ShapeError(
            "GN050",
            "{name}: {count} values per sample, expected {pixels} for image_shape.",
            name=name,
            count=values.shape[1],
            pixels=pixels,
        )
    if maximum is None:
        bytes_of_pixels = values.dtype == np.uint8 and values.shape[1] >= PIXELS
        maximum = 255.0 if bytes_of_pixels and values.size and values.max() > 1 else 1.0
        if image_shape and values.size and values.dtype.kind in "biuf" and values.max() > 1:
            maximum = max(255.0, float(values.max()))
    elif values.size and values.dtype.kind in "biuf" and values.max() > maximum:
        raise DataError(
            "GN014",
            "{name}: a value is {value:g}, expected 0 to {maximum:g}. Pass a larger maximum.",
            name=name,
            value=values.max(),
            maximum=maximum,
        )
    return Inputs(values, image_shape, float(maximum), names)


def _two_sides(image_shape: Any) -> tuple[int, int]:
    sides = tuple(image_shape) if isinstance(image_shape, tuple | list | np.ndarray) else ()
    if len(sides) != 2 or not all(isinstance(side, Integral) and int(side) >= 1 for side in sides):
        raise OptionError(
            "GN021",
            "image_shape {shape!r}: expected a tuple of two whole numbers from 1, rows and columns.",
            shape=image_shape,
        )
    return int(sides[0]), int(sides[1])


def targets_of(given: Any, name: str, task: str, class_names: tuple[str, ...] | None = None) -> Targets:
    """Return the targets of samples: classes, several labels per sample, or numbers.

    `given`, shape (n,) or (n, outputs), has classes of any kind, numbers, or one column of 0 and 1 per class or label.
    The task is ``"classification"``, ``"regression"`` or ``"auto"``: regression for floating-point numbers of which one
    is not whole, else classification. With the names of the classes, in the order of their numbers, False and True
    stand for 0 and 1, and the reverse.
    """
    require_choice("task", task, TASKS)
    array = array_of(given, name)
    names = _column_names(given) if array.ndim == 2 else ()
    if array.ndim == 2 and array.shape[1] == 1:
        array, names = array[:, 0], ()
    if array.ndim not in (1, 2):
        raise ShapeError(
            "GN050", "{name}: shape {shape}, expected (samples,) or (samples, outputs).", name=name, shape=array.shape
        )
    _require_present(array, name)
    if array.dtype == object:
        array = _plain_objects(array, name)
    if array.dtype.kind == "S":
        array = _text_of(array, name)
    binary = array.ndim == 2 and array.dtype.kind in "biuf" and bool(np.isin(array, (0, 1)).all())
    whole = array.dtype.kind != "f" or bool((array == np.floor(array)).all())
    if task == "regression" or (task == "auto" and (not whole or (array.ndim == 2 and not binary))):
        return _numbers(array, name, names)
    if array.ndim == 1:
        # Of integers, and of words that no number is spelt as, the type need not be known.
        as_text = array.dtype.kind in "UT" and are_integers(map(str, array.tolist()))
        kind = "bool" if array.dtype.kind == "b" else "text" if as_text else ""
        return _classes(array, name, task, class_names)._replace(class_type=kind)
    if not binary:
        raise ShapeError(
            "GN050",
            "{name}: shape {shape}, expected one class per sample, or one column of 0 and 1 per label.",
            name=name,
            shape=array.shape,
        )
    if array.shape[1] > 1 and (array.sum(axis=1) == 1).all():  # one-hot
        if class_names is not None and names:
            return Targets(_places(names, class_names, name)[array.argmax(axis=1)], len(class_names), class_names, None)
        return Targets(array.argmax(axis=1), array.shape[1], names, None)
    return _numbers(array, name, names)


def array_of(given: Any, name: str) -> NDArray[Any]:
    """Return an array."""
    if np.ma.is_masked(given):
        raise DataError(
            "GN018", "{name}: masked values, expected numbers. Fill them in, or leave these samples out.", name=name
        )
    try:
        array = np.asarray(given)
    except ValueError:
        raise ShapeError("GN050", "{name}: rows of different lengths, expected an array.", name=name) from None
    if array.dtype == object and array.ndim == 0:
        sparse = hasattr(given, "toarray")
        raise DataError(
            "GN014",
            "{name}: {kind}, expected an array. {advice}",
            name=name,
            kind=type(given).__name__,
            advice=Message("Make it dense with toarray().") if sparse else Message("Pass a list or an array."),
        )
    return array


def _column_names(given: Any) -> tuple[str, ...]:
    """Return the names of a data frame's columns; empty for other objects and for columns without names."""
    names = tuple(map(str, given.columns)) if hasattr(given, "columns") and hasattr(given, "dtypes") else ()
    return () if names == tuple(map(str, range(len(names)))) else names


def groups_of(given: Any, name: str) -> NDArray[np.int64]:
    """Return the number of the group of each sample, shape (n,).

    `given`, shape (n,) or (n, columns), names the groups by values of any kind, of which several columns count
    together. Samples without a value are one group; a `DataWarning` tells if they are many.
    """
    array = array_of(given, name)
    if array.ndim not in (1, 2):
        raise ShapeError("GN050", "{name}: shape {shape}, expected (samples,).", name=name, shape=array.shape)
    numbers: dict[Any, int] = {}
    rows = array.reshape(len(array), -1).tolist()
    keys = [tuple(None if _is_missing(one) else one for one in row) for row in rows]
    _warn_of_missing(about_missing(name, np.array([None in key for key in keys], np.bool_)))
    return np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), np.int64, len(rows))


def times_of(given: Any, name: str) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return the time of each sample as a number, shape (n,), larger for later ones; the smallest for a missing time.

    `given` are numbers or dates. DataError GN013 for anything else. A `DataWarning` tells if many are missing.
    """
    array = array_of(given, name)
    if array.dtype == object:
        try:
            array = np.array([None if _is_missing(one) else one for one in array.ravel().tolist()], "datetime64[us]")
        except (TypeError, ValueError):
            array = np.asarray(given).astype(str)
    if array.ndim != 1:
        raise ShapeError("GN050", "{name}: shape {shape}, expected (samples,).", name=name, shape=array.shape)
    if array.dtype.kind == "M":
        _warn_of_missing(about_missing(name, np.isnat(array), times=True))
        return array.astype("datetime64[us]").astype(np.int64)
    if array.dtype.kind not in "iuf":
        template = "{name}: values of type {kind}, expected numbers or dates, which order the rows."
        raise DataError("GN013", template, name=name, kind=array.dtype)
    times = array.astype(np.float64)
    _warn_of_missing(about_missing(name, np.isnan(times), times=True))
    return np.where(np.isnan(times), -np.inf, times)


def _warn_of_missing(remarks: Iterable[Message]) -> None:
    for one in filter(many_missing, remarks):
        warnings.warn(DataWarning("{remark}.", remark=one), stacklevel=callers_level())


def _plain_objects(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Return an array of objects of one type, or of numbers, with that type."""
    values = array.ravel().tolist()
    kinds = sorted({type(value).__name__ for value in values})
    if len(kinds) > 1 and not set(kinds) <= {"int", "float"}:
        raise DataError(
            "GN014",
            "{name}: values of the types {kinds}, expected one type. Convert them.",
            name=name,
            kinds=Listing(kinds),
        )
    plain = np.array(values)
    return array if plain.dtype == object or len(plain) != len(values) else plain.reshape(array.shape)


def _numbers_in(array: NDArray[Any], name: str, names: tuple[str, ...]) -> NDArray[Any]:
    """Return an array of objects as numbers, missing ones as NaN; raise DataError GN013 for the first text."""
    values = array.ravel().tolist()
    for place, value in enumerate(values):
        if isinstance(value, str | bytes):
            column = place % array.shape[-1]
            raise DataError(
                "GN013",
                "{name}: column {column!r} has {value!r} in row {row}, expected numbers. For a table with words, use "
                "load_table.",
                name=name,
                column=names[column] if names else column,
                value=value,
                row=place // array[0].size,
            )
    whole = np.empty(len(values), object)
    whole[:] = [np.nan if _is_missing(value) else value for value in values]
    return _plain_objects(whole.reshape(array.shape), name)


def _is_missing(value: Any) -> bool:
    # Comparing pandas' NA raises, but it always means a missing value.
    return value is None or type(value).__name__ in ("NAType", "NaTType") or bool(value != value)


def _require_present(array: NDArray[Any], name: str) -> None:
    if array.dtype == object:
        missing = np.array([_is_missing(one) for one in array.ravel().tolist()], bool).reshape(array.shape)
    else:
        missing = np.asarray(array != array)  # NaN
    if missing.any():
        row = int(np.argwhere(missing)[0][0])
        raise DataError(
            "GN018",
            "{name}: row {row} has no value, expected a target for every row. Drop such rows.",
            name=name,
            row=row,
        )


def _numbers(array: NDArray[Any], name: str, names: tuple[str, ...]) -> Targets:
    if array.dtype.kind not in "biuf":
        raise DataError(
            "GN013", "{name}: values of type {kind}, expected numbers for a regression.", name=name, kind=array.dtype
        )
    values = array.reshape(len(array), -1).astype(np.float64)
    return Targets(np.arange(len(values)), values.shape[1], names, values)


def require_rows(count: int, name: str) -> None:
    """Raise DataError GN010 for a single row, from which nothing can be learned."""
    if count == 1:
        raise DataError("GN010", "{name}: one row, expected two or more to learn from. Add rows.", name=name)


def require_several(words: Sequence[str], name: str) -> None:
    """Raise DataError GN016 if there is only one class."""
    if len(words) < 2:
        template = "{name}: only one class, {word!r}, expected two or more. Add another class."
        raise DataError("GN016", template, name=name, word=words[0])


def _classes(array: NDArray[Any], name: str, task: str, class_names: tuple[str, ...] | None) -> Targets:
    if array.dtype.kind == "f":
        array = _whole_numbers(array, name)
    distinct, labels = np.unique(array, return_inverse=True)
    words = [str(one) for one in distinct.tolist()]
    if class_names is not None:
        return Targets(_places(words, class_names, name)[labels], len(class_names), class_names, None)
    if not words:
        raise DataError("GN010", "{name}: no samples, expected at least one.", name=name)
    require_rows(len(labels), name)
    require_several(words, name)
    if task == "auto" and array.dtype.kind in "iu" and len(words) > max(20, _MANY * len(labels)):
        warning = GlassnetWarning(
            "{name}: {classes} different whole numbers in {rows} rows are used as classes. For a regression, pass "
            "{option}.",
            name=name,
            classes=len(words),
            rows=len(labels),
            option=Option("task", "regression"),
        )
        warnings.warn(warning, stacklevel=callers_level())
    numbered = array.dtype.kind in "iu" and distinct.tolist() == list(range(len(distinct)))
    return Targets(labels.astype(np.int64), len(words), () if numbered else tuple(words), None)


def _whole_numbers(array: NDArray[Any], name: str) -> NDArray[np.int64]:
    """Return classes that are floating-point numbers as integers; DataError GN014 or GN018 where that is impossible."""
    if not np.isfinite(array).all():
        raise DataError(
            "GN018", "{name}: a target is NaN or infinite, expected finite numbers. Remove that row.", name=name
        )
    wide = array.astype(np.float64)  # the limit is infinite in half precision
    wrong = np.flatnonzero((wide != np.floor(wide)) | (wide < -_BEYOND) | (wide >= _BEYOND))
    if wrong.size:
        raise DataError(
            "GN014",
            "{name}: row {row} is {value}, expected whole numbers of at most 64 bits as classes. Convert the classes "
            "to text with astype(str), or pass {option}.",
            name=name,
            row=wrong[0],
            value=array[wrong[0]],
            option=Option("task", "regression"),
        )
    return array.astype(np.int64)


def _places(words: Sequence[str], class_names: tuple[str, ...], name: str) -> NDArray[np.int64]:
    """Return the number of each class among `class_names`; DataError GN017 for another class."""
    words = [word if word in class_names else SAME_CLASS.get(word, word) for word in words]
    unknown = sorted(set(words) - set(class_names))
    if unknown:
        raise DataError(
            "GN017",
            "{name}: class {label!r} is not known, expected one of {choices}.",
            name=name,
            label=unknown[0],
            choices=Listing(class_names, 6),
        )
    return np.array([class_names.index(word) for word in words], np.int64)


def names_of(classes: int, class_names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of classes, which are their numbers if they have none."""
    return tuple(class_names) or tuple(map(str, range(classes)))


CLASS_TYPES = ("", "bool", "text", "float")
"""Types of labels as `named_classes` takes them; without one, names of integers are integers and others are text."""


def _text_of(array: NDArray[Any], name: str) -> NDArray[np.str_]:
    """Return bytes, as HDF5 files have them, as text; DataError GN014 where they are not UTF-8."""
    try:
        return np.char.decode(array, "utf-8")
    except UnicodeDecodeError:
        raise DataError(
            "GN014", "{name}: bytes that are not UTF-8, expected classes as text. Decode them.", name=name
        ) from None


def named_classes(names: Sequence[str], class_type: str) -> NDArray[Any]:
    """Return the labels with these names, in the type that they had in training."""
    if class_type == "bool":
        return np.array([name.lower() == "true" for name in names])
    if class_type == "float":
        return np.array([*map(float, names)])
    return np.array([int(name) for name in names] if class_type != "text" and are_integers(names) else names)


def are_integers(names: Iterable[str]) -> bool:
    """Return whether all names are integers as programs write them."""
    return all(name.removeprefix("-").isdecimal() and str(int(name)) == name for name in names)
