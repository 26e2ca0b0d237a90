"""Fitted estimators in model files: the training record also stores what the estimator needs."""

from __future__ import annotations

import warnings
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from ..errors import DataError, GlassnetWarning, ModelFileError
from ..model.file import damage
from ..model.header import ESTIMATOR, Receipt
from ..model.model import Model
from ..training.receipt import options_of

_Estimator = TypeVar("_Estimator")


def file_receipt_of(estimator: Any) -> Receipt:
    """Return the training record of a fitted estimator's model, with the data to restore the estimator."""
    receipt: Receipt = estimator.model_.receipt.copy()
    receipt["recipe"] = "estimator"
    if "curves" not in receipt and hasattr(estimator, "history_"):
        receipt["curves"] = [estimator.history_.thinned()]
    receipt["estimator"] = {
        "class": type(estimator).__name__,
        "parameters": _plain_parameters(estimator.get_params()),
        "classes": _plain_array(getattr(estimator, "classes_", None)),
        "flat": getattr(estimator, "_flat", None),
        "features": list(() if estimator._given_names is None else estimator._given_names),
        "epochs": estimator.n_iter_,
    }
    if estimator.model_.columns is not None:
        receipt["estimator"]["columns_in"] = estimator.n_features_in_
    if estimator._joined > 1:
        receipt["estimator"]["side_by_side"] = estimator._joined
    return receipt


def restored(cls: type[_Estimator], model: Model, source: str) -> _Estimator:
    """Return the estimator stored in a model file."""
    about: Any = model.receipt.get("estimator")
    kind = about.get("class") if isinstance(about, dict) else None
    if kind != cls.__name__:
        if kind is None:
            template = "{name}: not saved by an estimator, expected {expected}. Use glassnet.load."
            raise DataError("GN017", template, name=source, expected=cls.__name__)
        template = "{name}: saved by {kind}, expected {expected}. Use glassnet.load."
        found = ascii(kind).strip("'")[:60]
        raise DataError("GN017", template, name=source, kind=found, expected=cls.__name__)
    with damage(source):
        ESTIMATOR(about, "receipt.estimator")
        of_classes = model.targets.name != "values"
        if (about["classes"] is not None, about["flat"] is None, issubclass(cls, ClassifierMixin)) != (of_classes,) * 3:
            raise ModelFileError("GN041", "receipt.estimator does not match {kind}.", kind=kind)
        estimator: Any = cls(**{name: _restored(value) for name, value in about["parameters"].items()})
        estimator.model_, estimator.options_, estimator.n_iter_ = model, options_of(model.receipt), about["epochs"]
        estimator._by_columns, estimator._joined = model.columns is not None, max(1, about.get("side_by_side", 1))
        estimator.columns_, estimator.n_features_in_ = model.columns, about.get("columns_in", model.features)
        if about["features"]:
            if len(about["features"]) != estimator.n_features_in_:
                count, inputs = len(about["features"]), estimator.n_features_in_
                raise ModelFileError(
                    "GN041", "{count} names of features for {inputs} inputs.", count=count, inputs=inputs
                )
            estimator.feature_names_in_ = estimator._given_names = np.array(about["features"], object)
        if about["classes"] is not None:
            estimator.classes_ = _array_of(*about["classes"])
            if estimator.classes_.shape != (model.classes,):
                template = "classes: shape {shape}, expected ({classes},)."
                raise ModelFileError("GN041", template, shape=estimator.classes_.shape, classes=model.classes)
            estimator._several = not model.targets.of_classes
    if about["flat"] is not None:
        estimator._flat, estimator._width = about["flat"], model.classes
    made: _Estimator = estimator
    return made


def _array_of(kind: str, values: Any) -> NDArray[Any]:
    """Return the array that `_plain_array` has converted."""
    dtype = np.dtype(kind)
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    if dtype.kind not in "biufUSMmO" or dtype.itemsize > max(16, 4 * longest):  # an item may claim any size
        raise ModelFileError("GN041", "classes: type {kind} is not supported.", kind=kind)
    return np.array(values, dtype)


def _plain_array(values: Any) -> list[Any] | None:
    if values is None:
        return None
    whole = {"M": str, "m": np.int64}.get(values.dtype.kind)  # JSON has no dates
    return [values.dtype.str, (values if whole is None else values.astype(whole)).tolist()]


def _plain_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters in a form that JSON can store; warn about those that cannot be stored."""
    plain = {}
    for name, value in parameters.items():
        try:
            plain[name] = _plain(value)
        except TypeError:
            template = "{name}: {value!r} cannot be stored in a file. After loading, {name} has its default value."
            warnings.warn(GlassnetWarning(template, name=name, value=value), stacklevel=4)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(one) for one in value]
    if isinstance(value, dict):  # keys may be numbers, which JSON would turn into strings
        return {"pairs": [[_plain(key), _plain(one)] for key, one in value.items()]}
    raise TypeError(f"{type(value).__name__} is not a plain value")


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_restored, value))
    if isinstance(value, dict) and value.keys() == {"pairs"}:
        return {_restored(key): _restored(one) for key, one in value["pairs"]}
    return value
