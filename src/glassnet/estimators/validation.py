"""Checks of the caller's data: error messages name columns and rows as the caller does."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any, NoReturn, TypeVar

import numpy as np

from ..data.dataset import Dataset
from ..data.split import count_aside, early_stopping_split
from ..errors import ArgumentError, DataError, OptionError
from ..messages.message import Listing, Place
from ..nn.architecture import Architecture
from ..nn.losses import LOSSES, loss_parameter
from ..options.options import Options

Array = np.ndarray[Any, np.dtype[Any]]
_TIMES = (datetime.date, datetime.time, datetime.timedelta)
_Result = TypeVar("_Result")


@contextmanager
def unchanged_after(kinds: Any, estimator: Any, before: dict[str, Any]) -> Iterator[None]:
    """Restore the estimator's attributes when an exception of these kinds is raised."""
    try:
        yield
    except kinds:
        # scikit-learn's callbacks are torn down later and need their attributes.
        callbacks = {name: value for name, value in vars(estimator).items() if name.startswith(("_skl_", "_callback_"))}
        estimator.__dict__.clear()
        estimator.__dict__.update(before | callbacks)
        raise


def in_place(
    check: Callable[[], _Result], X: Any, y: Any = None, name: str = "y", *, of_table: bool = False
) -> _Result:
    """Run scikit-learn's `check`; if it fails on words or missing classes, raise an error that names the place.

    Dates and times are rejected first, because scikit-learn would convert them to nanoseconds; in a data frame whose
    columns are prepared (`of_table`), only times and durations.
    """
    _require_frame(X)
    _refuse_times(X, but_dates=of_table)
    try:
        return check()
    except (ValueError, TypeError) as problem:
        if of_table:
            raise
        _refuse_times(X, of_objects=True)
        if str(problem).startswith("Input X contains NaN"):
            template = (
                "X: missing values (NaN), expected numbers. Missing values are allowed in data frames, and in dense "
                'arrays with scaling="auto" except in partial_fit. For other rows, use an imputer of scikit-learn.'
            )
            raise DataError("GN018", template) from None
        if str(problem).startswith(("could not convert string to float", "Cannot cast")):
            _refuse_words(X, problem)
        classes = np.asarray(y)
        if classes.dtype == object and classes.ndim == 1:
            _require_present(classes, name)
        raise


def _require_frame(X: Any) -> None:
    """Reject a lazy frame, and a frame with duplicate column names."""
    if type(X).__name__ == "LazyFrame" and hasattr(X, "collect"):
        raise ArgumentError("GN021", "X: a LazyFrame has no rows yet. Pass X.collect().")
    duplicates = [name for name, count in Counter(_names(X)).items() if count > 1]
    if duplicates:
        template = "X: several columns are named {names}, expected unique names. Rename the columns."
        raise DataError("GN063", template, names=Listing(map(str, duplicates), most=5, quoted=True))


def _names(X: Any) -> list[Any]:
    """Return a data frame's column names, else an empty list (an Arrow table's `columns` are not names)."""
    return list(X.columns) if hasattr(X, "columns") and hasattr(X, "dtypes") else []


def _refuse_times(X: Any, *, of_objects: bool = False, but_dates: bool = False) -> None:
    """Reject columns of dates and times by their types; with `of_objects` also by their values, which is slower.

    With `but_dates`, only times and durations.
    """
    if of_objects:
        for name, column in _columns(X):
            if any(isinstance(value, _TIMES) or type(value).__name__ == "Period" for value in column):
                raise _dated(Place("X", column=name))
    elif names := _names(X):
        for name, kind in zip(names, X.dtypes, strict=True):
            of_dates = getattr(kind, "kind", "") == "M" or str(kind).startswith("Date")
            if is_of_times(kind) and not (but_dates and of_dates):
                raise _dated(Place("X", column=str(name)))
    elif is_of_times(getattr(X, "dtype", None)):
        raise _dated("X")


def is_of_times(kind: Any) -> bool:
    """Return whether a NumPy, pandas or polars type holds dates, times or durations."""
    of_polars = getattr(kind, "is_temporal", None)
    return bool(of_polars()) if of_polars else getattr(kind, "kind", "") in ("m", "M")


def _dated(place: str | Place) -> DataError:
    template = (
        "{place}: dates or times, expected numbers. Convert them to numbers, for example days since a fixed date, or "
        "drop them."
    )
    return DataError("GN013", template, place=place)


def _columns(X: Any) -> Iterator[tuple[str | int, Any]]:
    """Yield the name or number and the values, as objects, of each column that is not purely numeric."""
    named: Iterator[tuple[str | int, Any]]
    if names := _names(X):
        named = ((str(name), np.asarray(X[name])) for name in names)
    else:
        values = X if isinstance(X, np.ndarray) else np.asarray(X, object)
        named = enumerate(values.T) if values.ndim == 2 else iter(())
    for name, column in named:
        if column.dtype.kind not in "biufc":
            yield name, column.astype(object)


def _refuse_words(X: Any, problem: Exception) -> NoReturn:
    for name, column in _columns(X):
        for row, value in enumerate(column):
            if isinstance(value, str) and not _converts(value):
                template = (
                    "{place}: {value!r} in row {row}, expected numbers. Pass a data frame, whose columns may have "
                    "words, or encode them, for example with a OneHotEncoder."
                )
                raise DataError("GN013", template, place=Place("X", column=name), value=value, row=row) from None
    raise problem


def _converts(value: Any) -> bool:
    """Return whether NumPy converts a value to a number; `data.text` is about text in tables."""
    try:
        float(value)
    except (ValueError, TypeError):
        return False
    return True


def plain_classes(y: Array, name: str) -> Array:
    """Return objects as numbers or booleans if all of them are; reject missing values and mixed types."""
    if y.dtype != object or y.ndim != 1:
        return y
    _require_present(y, name)
    kinds = sorted({_kind(value) for value in y})
    if kinds in (["bool"], ["int"], ["float"], ["float", "int"]):
        return np.array(y.tolist())
    if len(kinds) > 1:
        template = "{name}: values of the types {kinds}, expected one type. Convert them, for example with astype(str)."
        raise DataError("GN064", template, name=name, kinds=Listing(kinds))
    return y


def _kind(value: Any) -> str:
    for kind, others in (("str", str), ("bool", bool | np.bool_), ("int", Integral), ("float", Real)):
        if isinstance(value, others):
            return kind
    return type(value).__name__


def regression_targets(y: Array, name: str) -> Array:
    """Return regression targets as float64, shape (n, outputs); reject all that are not numbers."""
    y = y.toarray() if hasattr(y, "toarray") else y
    if is_of_times(y.dtype):
        raise _dated(name)
    values = y.reshape(-1)
    if y.dtype == object:
        _require_present(values, name, y.size // len(y))
        if any(isinstance(value, _TIMES) for value in values):
            raise _dated(name)
    try:
        return np.asarray(y, np.float64).reshape(len(y), -1)
    except (ValueError, TypeError):
        odd = next((value for value in values if not _converts(value)), values[0])
        shown = str(odd) if isinstance(odd, str) else odd
        template = "{name}: {value!r}, expected numbers. For classes, use NetworkClassifier."
        raise DataError("GN013", template, name=name, value=shown) from None


def unmasked(X: Any) -> Any:
    """Return an array with NaN for the values that a masked array masks; other objects as they are."""
    if not np.ma.is_masked(X):
        return X
    return (X if X.dtype == object else X.astype(np.result_type(X.dtype, np.float32))).filled(np.nan)


def require_unmasked(y: Any, name: str) -> None:
    """Raise DataError GN013 for a masked array of targets or weights in which one is masked."""
    if np.ma.is_masked(y):
        row = np.argwhere(np.ma.getmaskarray(y))[0][0]
        raise _without_value(name, int(row))


def _require_present(y: Array, name: str, width: int = 1) -> None:
    for place, value in enumerate(y):
        # Comparing pandas' NA raises, but it always means a missing value.
        if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
            raise _without_value(name, place // width)


def _without_value(name: str, row: int) -> DataError:
    return DataError("GN013", "{name}: row {row} has no value. Drop such rows.", name=name, row=row)


def require_same(name: str, wanted: Any, there: Any) -> None:
    """Raise OptionError GN022 if a parameter differs from that of the fitted network."""
    if wanted != there:
        template = "{name} {wanted!r}: the fitted network has {there!r}. Set {name} back, or fit with warm_start=False."
        raise OptionError("GN022", template, name=name, wanted=wanted, there=there)


def require_same_network(architecture: Architecture, options: Options, *, given_loss: bool) -> None:
    """Raise OptionError GN022 if activations, or a named loss (`given_loss`), differ from those of the fitted network.

    Further training would ignore the new values.
    """
    require_same("activation", options.activations[:-1], architecture.activations[:-1])
    if given_loss:
        require_same("loss", options.loss, architecture.loss)
        parameter = LOSSES[options.loss].parameter
        name = parameter.option if parameter else ""
        require_same(name, loss_parameter(options.loss, options.loss_parameter), architecture.loss_parameter)


def parts_for(data: Dataset, options: Options, parameter: str) -> tuple[Dataset, Dataset | None]:
    """Return the `early_stopping_split`; if rows are too few, name the `parameter` that requires held-out ones."""
    try:
        return early_stopping_split(data, options)
    except DataError as problem:
        held_out = count_aside(len(data), options.validation)
        if 0 < held_out < len(data):  # too few groups, or times
            raise
        template = (
            "{parameter}: validation_fraction {fraction:g} of {rows} rows is {held_out}, but training and validation "
            "need at least one row each. Give more rows, another validation_fraction, or X_val and y_val."
        )
        values = {"fraction": options.validation, "rows": len(data), "held_out": held_out}
        raise DataError(problem.code, template, parameter=parameter, **values) from None
