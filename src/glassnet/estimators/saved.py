"""Fitted estimators in model files: what a file must know beside the model stands in its receipt."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import numpy as np

from ..errors import DataError
from ..model import Model
from ..receipt import options_of, surroundings

_Estimator = TypeVar("_Estimator")


def receipt_of(estimator: Any) -> dict[str, Any]:
    """Write down what made a fitted estimator's model, and what makes the estimator of it again."""
    options, model, history = estimator.options_, estimator.model_, getattr(estimator, "history_", None)
    return {
        "recipe": "estimator",
        "options": options.to_dict(),
        "seed": options.seed,
        "engine": options.engine,
        **surroundings(),
        "hash": model.hash(),
        **({"curves": [history.kept()]} if history else {}),
        "estimator": {
            "class": type(estimator).__name__,
            "parameters": {name: value for name, value in estimator.get_params().items() if _is_plain(value)},
            "classes": _plain_array(getattr(estimator, "classes_", None)),
            "flat": getattr(estimator, "_flat", None),
            "features": list(getattr(estimator, "feature_names_in_", ())),
            "epochs": estimator.n_iter_,
        },
    }


def restored(cls: type[_Estimator], model: Model, source: str) -> _Estimator:
    """Make the estimator that a model file has.

    Raises
    ------
    DataError
        GN017 when the file is not of an estimator of this class.
    """
    about = model.receipt.get("estimator")
    if not isinstance(about, dict) or about.get("class") != cls.__name__:
        found = f"one of {about['class']}" if isinstance(about, dict) and "class" in about else "no estimator's"
        raise DataError("GN017", f"{source}: {found}, expected one of {cls.__name__}. Use glassnet.load_model.")
    parameters = {name: tuple(v) if isinstance(v, list) else v for name, v in about["parameters"].items()}
    estimator: Any = cls(**parameters)
    estimator.model_, estimator.options_, estimator.n_iter_ = model, options_of(model.receipt), about["epochs"]
    estimator.n_features_in_ = model.features
    if about["features"]:
        estimator.feature_names_in_ = np.array(about["features"], object)
    if about["classes"] is not None:
        kind, values = about["classes"]
        estimator.classes_ = np.array(values, kind)
        estimator._several = not model.targets.of_classes
    if about["flat"] is not None:
        estimator._flat, estimator._width = about["flat"], model.classes
    made: _Estimator = estimator
    return made


def _plain_array(values: Any) -> list[Any] | None:
    if values is None:
        return None
    return [values.dtype.str, (values.astype(str) if values.dtype.kind == "M" else values).tolist()]


def _is_plain(value: Any) -> bool:
    """Whether JSON gives the value back, a tuple as a list."""
    try:
        back = json.loads(json.dumps(value))
    except TypeError:
        return False
    return bool(back == (list(value) if isinstance(value, tuple) else value))
