"""What a caller gives, refused in the caller's own words: columns and rows by the names and numbers they have there."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, NoReturn, TypeVar

import numpy as np

from ..data.dataset import Dataset
from ..errors import DataError
from ..options import Options
from ..parts import parts_of

Array = np.ndarray[Any, np.dtype[Any]]
_Result = TypeVar("_Result")


def in_place(check: Callable[[], _Result], X: Any, y: Any = None, name: str = "y") -> _Result:
    """Return what scikit-learn's `check` of rows returns; where it met words or missing classes, say in which place.

    Raises
    ------
    ValueError
        As `check`.
    """
    try:
        return check()
    except (ValueError, TypeError) as problem:
        if str(problem).startswith("could not convert string to float"):
            _refuse_words(X, problem)
        classes = np.asarray(y)
        if classes.dtype == object and classes.ndim == 1:
            _require_present(classes, name)
        raise


def _refuse_words(X: Any, problem: Exception) -> NoReturn:
    named = hasattr(X, "columns")
    columns = [X[name] for name in X.columns] if named else np.asarray(X, object).T
    names = [repr(str(name)) for name in X.columns] if named else [str(place) for place in range(len(columns))]
    for name, column in zip(names, columns, strict=True):
        for row, value in enumerate(np.asarray(column, object)):
            if isinstance(value, str) and not _is_number(value):
                raise ValueError(
                    f"X: column {name} has {value!r} in row {row}, expected numbers. Encode words first, as with a "
                    "ColumnTransformer and OneHotEncoder in a pipeline."
                ) from None
    raise problem


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
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
    if y.dtype == object:
        _require_present(y.reshape(-1), name, y.size // len(y))
    try:
        return np.asarray(y, np.float64).reshape(len(y), -1)
    except ValueError:
        word = next(value for value in y.reshape(-1) if isinstance(value, str) and not _is_number(value))
        raise ValueError(f"{name}: {str(word)!r}, expected numbers. NetworkClassifier learns classes.") from None


def _require_present(y: Array, name: str, width: int = 1) -> None:
    for place, value in enumerate(y):
        # pandas' NA refuses to be compared, but has no other use than to be missing.
        if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
            raise ValueError(f"{name}: row {place // width} is missing. Leave such rows out.")


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
            f"{wish}: {part} is {round(options.validation * len(data))}, and both sides need some. Give more "
            "rows, another validation_fraction, or X_val and y_val.",
        ) from None
