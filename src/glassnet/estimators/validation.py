"""What a caller gives, refused in the caller's own words: columns and rows by the names and numbers they have there."""

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
from ..nn.architecture import Architecture
from ..nn.losses import LOSS_PARAMETERS, loss_parameter
from ..options.options import Options

Array = np.ndarray[Any, np.dtype[Any]]
_TIMES = (datetime.date, datetime.time, datetime.timedelta)
_Result = TypeVar("_Result")


@contextmanager
def unchanged_after(kinds: Any, estimator: Any, before: dict[str, Any]) -> Iterator[None]:
    """Have what was learnt before, and its classes, again where a problem of these kinds comes."""
    try:
        yield
    except kinds:
        # scikit-learn's callbacks clean up after this, by attributes of their own.
        callbacks = {name: value for name, value in vars(estimator).items() if name.startswith(("_skl_", "_callback_"))}
        estimator.__dict__.clear()
        estimator.__dict__.update(before | callbacks)
        raise


def in_place(check: Callable[[], _Result], X: Any, y: Any = None, name: str = "y") -> _Result:
    """Return what scikit-learn's `check` of rows returns; where it met words or missing classes, say in which place.

    Dates and times it would take for nanoseconds, so they are refused before.

    Raises
    ------
    ValueError
        As `check`, and for dates or times.
    """
    _require_frame(X)
    _refuse_times(X)
    try:
        return check()
    except (ValueError, TypeError) as problem:
        _refuse_times(X, of_objects=True)
        if str(problem).startswith(("could not convert string to float", "Cannot cast")):
            _refuse_words(X, problem)
        classes = np.asarray(y)
        if classes.dtype == object and classes.ndim == 1:
            _require_present(classes, name)
        raise


def _require_frame(X: Any) -> None:
    """Refuse a frame that holds no rows yet, and names of columns that occur twice."""
    if type(X).__name__ == "LazyFrame" and hasattr(X, "collect"):
        raise TypeError("X: a LazyFrame, which holds no rows yet. Give X.collect().")
    twice = [name for name, count in Counter(_names(X)).items() if count > 1]
    if twice:
        raise ValueError(
            f"X: several columns are called {', '.join(repr(str(name)) for name in twice[:5])}. Give each a name of "
            "its own."
        )


def _names(X: Any) -> list[Any]:
    """Return the names of a frame's columns; none of anything else (an Arrow table's `columns` are the columns)."""
    return list(X.columns) if hasattr(X, "columns") and hasattr(X, "dtypes") else []


def _refuse_times(X: Any, *, of_objects: bool = False) -> None:
    """Refuse columns of dates and times, by their types; or `of_objects`, which takes longer."""
    if of_objects:
        for name, column in _columns(X):
            if any(isinstance(value, _TIMES) or type(value).__name__ == "Period" for value in column):
                raise _dated(f"X: column {name}")
    elif names := _names(X):
        for name, kind in zip(names, X.dtypes, strict=True):
            if is_of_times(kind):
                raise _dated(f"X: column {str(name)!r}")
    elif is_of_times(getattr(X, "dtype", None)):
        raise _dated("X")


def is_of_times(kind: Any) -> bool:
    """Tell whether a type of NumPy, pandas or polars is one of dates, times or durations."""
    of_polars = getattr(kind, "is_temporal", None)
    return bool(of_polars()) if of_polars else getattr(kind, "kind", "") in ("m", "M")


def _dated(where: str) -> ValueError:
    return ValueError(
        f"{where}: dates or times, which a network cannot take. Turn them into numbers, as days or years since one "
        "day, or leave them out."
    )


def _columns(X: Any) -> Iterator[tuple[str, Any]]:
    """Yield what each column is called in a message, and its values as objects, but for those of numbers alone."""
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
                    f"X: column {name} has {value!r} in row {row}, expected numbers. Encode words first, as with a "
                    "ColumnTransformer and OneHotEncoder in a pipeline."
                ) from None
    raise problem


def _converts(value: Any) -> bool:
    """Tell whether NumPy makes a number of a value; what text in a table means is for `data.text` to say."""
    try:
        float(value)
    except (ValueError, TypeError):
        return False
    return True


def plain_classes(y: Array, name: str) -> Array:
    """Return a column of objects as numbers or truth values where all are such, and refuse what is missing or mixed.

    Raises
    ------
    ValueError
        With the first row that is missing, or the types that are mixed.
    """
    if y.dtype != object or y.ndim != 1:
        return y
    _require_present(y, name)
    kinds = sorted({_kind(value) for value in y})
    if kinds in (["bool"], ["int"], ["float"], ["float", "int"]):
        return np.array(y.tolist())
    if len(kinds) > 1:
        raise ValueError(
            f"{name}: values of several types, {' and '.join(kinds)}. Make them one, such as by astype(str)."
        )
    return y


def _kind(value: Any) -> str:
    for kind, others in (("str", str), ("bool", bool | np.bool_), ("int", Integral), ("float", Real)):
        if isinstance(value, others):
            return kind
    return type(value).__name__


def numbers_to_learn(y: Array, name: str) -> Array:
    """Return what is to be learnt as float64, shape (n, outputs).

    Raises
    ------
    ValueError
        Where a value is missing or a word.
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
        raise ValueError(f"{name}: {shown!r}, expected numbers. NetworkClassifier learns classes.") from None


def _require_present(y: Array, name: str, width: int = 1) -> None:
    for place, value in enumerate(y):
        # pandas' NA refuses to be compared, but has no other use than to be missing.
        if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
            raise ValueError(f"{name}: row {place // width} is missing. Leave such rows out.")


def require_same(name: str, wanted: Any, there: Any) -> None:
    """Refuse a parameter that is another than that of the network that goes on: ValueError."""
    if wanted != there:
        raise ValueError(
            f"{name} {wanted!r}: what goes on has {there!r}. Set it back, or fit anew with warm_start=False."
        )


def require_same_network(architecture: Architecture, options: Options, *, given_loss: bool) -> None:
    """Refuse activations, or a named loss (`given_loss`), that are not those of the network that goes on: ValueError.

    It would keep its own, whatever the parameters say.
    """
    require_same("activation", options.activations[:-1], architecture.activations[:-1])
    if given_loss:
        require_same("loss", options.loss, architecture.loss)
        parameter = LOSS_PARAMETERS.get(options.loss)
        name = parameter.option if parameter else ""
        require_same(name, loss_parameter(options.loss, options.loss_parameter), architecture.loss_parameter)


def parts_for(data: Dataset, options: Options, wish: str) -> tuple[Dataset, Dataset | None]:
    """Divide rows as `parts_of`; where they are too few, speak of the parameter that wishes for it.

    Raises
    ------
    DataError
        GN010 when a part would be empty.
    """
    try:
        return parts_of(data, options)
    except DataError as problem:
        part = f"validation_fraction {options.validation:g} of {len(data)} rows"
        raise DataError(
            problem.code,
            f"{wish}: {part} is {count_aside(len(data), options.validation)}, and both sides need some. Give more "
            "rows, another validation_fraction, or X_val and y_val.",
        ) from None
