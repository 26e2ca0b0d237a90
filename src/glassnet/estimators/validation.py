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
from ..data.split import count_aside, parts_of
from ..errors import DataError
from ..i18n.message import Listing, Message
from ..nn.architecture import Architecture
from ..nn.losses import LOSS_PARAMETERS, loss_parameter
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

    Raises
    ------
    ValueError
        As `check`, and for dates and times.
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
            raise ValueError(
                Message(
                    "X: missing values (NaN), expected numbers. Missing values are allowed in data frames, and "
                    'in dense arrays with scaling="auto" except in partial_fit. For other rows, use an imputer '
                    "of scikit-learn."
                )
            ) from None
        if str(problem).startswith(("could not convert string to float", "Cannot cast")):
            _refuse_words(X, problem)
        classes = np.asarray(y)
        if classes.dtype == object and classes.ndim == 1:
            _require_present(classes, name)
        raise


def _require_frame(X: Any) -> None:
    """Reject a lazy frame, and a frame with duplicate column names."""
    if type(X).__name__ == "LazyFrame" and hasattr(X, "collect"):
        raise TypeError("X: a LazyFrame has no rows yet. Pass X.collect().")
    duplicates = [name for name, count in Counter(_names(X)).items() if count > 1]
    if duplicates:
        shown = ", ".join(repr(str(name)) for name in duplicates[:5])
        raise ValueError(
            Message("X: several columns are named {shown}, expected unique names. Rename the columns.", shown=shown)
        )


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
                raise _dated(f"X: column {name}")
    elif names := _names(X):
        for name, kind in zip(names, X.dtypes, strict=True):
            if is_of_times(kind) and not (but_dates and _is_of_dates(kind)):
                raise _dated(f"X: column {str(name)!r}")
    elif is_of_times(getattr(X, "dtype", None)):
        raise _dated("X")


def is_of_times(kind: Any) -> bool:
    """Return whether a NumPy, pandas or polars type holds dates, times or durations."""
    of_polars = getattr(kind, "is_temporal", None)
    return bool(of_polars()) if of_polars else getattr(kind, "kind", "") in ("m", "M")


def _is_of_dates(kind: Any) -> bool:
    return getattr(kind, "kind", "") == "M" or str(kind).startswith("Date")


def _dated(where: str) -> ValueError:
    return ValueError(
        Message(
            "{name}: dates or times, expected numbers. Convert them to numbers, for example days since a "
            "fixed date, or drop them.",
            name=where,
        )
    )


def _columns(X: Any) -> Iterator[tuple[str, Any]]:
    """Yield the displayed name and the values, as objects, of each column that is not purely numeric."""
    named: Iterator[tuple[str, Any]]
    if names := _names(X):
        named = ((repr(str(name)), np.asarray(X[name])) for name in names)
    else:
        values = X if isinstance(X, np.ndarray) else np.asarray(X, object)
        named = ((str(place), column) for place, column in enumerate(values.T)) if values.ndim == 2 else iter(())
    for name, column in named:
        if column.dtype.kind not in "biufc":
            yield name, column.astype(object)


def _refuse_words(X: Any, problem: Exception) -> NoReturn:
    for name, column in _columns(X):
        for row, value in enumerate(column):
            if isinstance(value, str) and not _converts(value):
                raise ValueError(
                    Message(
                        "X: column {name} has {value!r} in row {row}, expected numbers. Pass a data frame, whose "
                        "columns may have words, or encode them, for example with a OneHotEncoder.",
                        name=name,
                        value=value,
                        row=row,
                    )
                ) from None
    raise problem


def _converts(value: Any) -> bool:
    """Return whether NumPy converts a value to a number; `data.text` is about text in tables."""
    try:
        float(value)
    except (ValueError, TypeError):
        return False
    return True


def plain_classes(y: Array, name: str) -> Array:
    """Return a column of objects as numbers or booleans if all its values are; reject missing values and mixed types.

    Raises
    ------
    ValueError
        With the first row without a value, or the mixed types.
    """
    if y.dtype != object or y.ndim != 1:
        return y
    _require_present(y, name)
    kinds = sorted({_kind(value) for value in y})
    if kinds in (["bool"], ["int"], ["float"], ["float", "int"]):
        return np.array(y.tolist())
    if len(kinds) > 1:
        raise ValueError(
            Message(
                "{name}: values of the types {kinds}, expected one type. Convert them, for example with astype(str).",
                name=name,
                kinds=Listing(kinds),
            )
        )
    return y


def _kind(value: Any) -> str:
    for kind, others in (("str", str), ("bool", bool | np.bool_), ("int", Integral), ("float", Real)):
        if isinstance(value, others):
            return kind
    return type(value).__name__


def regression_targets(y: Array, name: str) -> Array:
    """Return regression targets as float64, shape (n, outputs).

    Raises
    ------
    ValueError
        When a value is missing or is not a number.
    """
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
        raise ValueError(
            Message("{name}: {kind!r}, expected numbers. For classes, use NetworkClassifier.", name=name, kind=shown)
        ) from None


def unmasked(X: Any) -> Any:
    """Return an array with NaN for the values that a masked array masks; other objects as they are."""
    if not np.ma.is_masked(X):
        return X
    return (X if X.dtype == object else X.astype(np.result_type(X.dtype, np.float32))).filled(np.nan)


def require_unmasked(y: Any, name: str) -> None:
    """Raise ValueError for a masked array of targets or weights in which one is masked."""
    if np.ma.is_masked(y):
        row = np.argwhere(np.ma.getmaskarray(y))[0][0]
        raise ValueError(Message("{name}: row {row} has no value. Drop such rows.", name=name, row=row))


def _require_present(y: Array, name: str, width: int = 1) -> None:
    for place, value in enumerate(y):
        # Comparing pandas' NA raises, but it always means a missing value.
        if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
            raise ValueError(
                Message("{name}: row {place} has no value. Drop such rows.", name=name, place=place // width)
            )


def require_same(name: str, wanted: Any, there: Any) -> None:
    """Raise ValueError if a parameter differs from that of the fitted network."""
    if wanted != there:
        raise ValueError(
            f"{name} {wanted!r}: the fitted network has {there!r}. Set {name} back, or fit with warm_start=False."
        )


def require_same_network(architecture: Architecture, options: Options, *, given_loss: bool) -> None:
    """Raise ValueError if activations, or a named loss (`given_loss`), differ from those of the fitted network.

    Further training would ignore the new values.
    """
    require_same("activation", options.activations[:-1], architecture.activations[:-1])
    if given_loss:
        require_same("loss", options.loss, architecture.loss)
        parameter = LOSS_PARAMETERS.get(options.loss)
        name = parameter.option if parameter else ""
        require_same(name, loss_parameter(options.loss, options.loss_parameter), architecture.loss_parameter)


def parts_for(data: Dataset, options: Options, parameter: str) -> tuple[Dataset, Dataset | None]:
    """Split rows as `parts_of` does; if there are too few, name the `parameter` that requires held-out rows.

    Raises
    ------
    DataError
        GN010 when either part would be empty.
    """
    try:
        return parts_of(data, options)
    except DataError as problem:
        held_out = count_aside(len(data), options.validation)
        raise DataError(
            problem.code,
            "{parameter}: validation_fraction {fraction:g} of {rows} rows is {held_out}, but training "
            "and validation need at least one row each. Give more rows, another validation_fraction, or "
            "X_val and y_val.",
            parameter=parameter,
            fraction=options.validation,
            rows=len(data),
            held_out=held_out,
        ) from None
