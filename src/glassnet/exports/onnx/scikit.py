"""A fitted ``MLPClassifier`` or ``MLPRegressor`` of scikit-learn, which is not imported for this, as a network."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...messages.message import Listing
from ...model.header import Receipt, imported_from
from .building import Floats, Imported, Layer, NotImportableError

_ACTIVATIONS = {
    "logistic": "sigmoid",
    "exp": "exponential",
    **{name: name for name in ("identity", "tanh", "relu", "softmax")},
}
"""scikit-learn's names of activations -> ours."""
_SCALERS = ("StandardScaler", "MinMaxScaler")


def read_estimator(estimator: Any) -> Imported:
    """Return the network of an estimator, or of a pipeline of a scaler and one."""
    scaler, network = _parts(estimator)
    kind = type(network).__name__
    if not hasattr(network, "coefs_"):
        if hasattr(network, "hidden_layer_sizes"):
            raise NotImportableError("not fitted. Call fit first")
        raise NotImportableError("expected the name of an ONNX file, or a fitted MLPClassifier or MLPRegressor")
    names = [network.activation] * (len(network.coefs_) - 1) + [network.out_activation_]
    if unknown := [name for name in names if name not in _ACTIVATIONS]:
        raise NotImportableError(
            "activation {name!r}, expected one of {choices}", name=unknown[0], choices=Listing(_ACTIVATIONS)
        )
    layers = tuple(
        Layer(np.asarray(weights).T, np.asarray(bias, np.float64), _ACTIVATIONS[name])
        for weights, bias, name in zip(network.coefs_, network.intercepts_, names, strict=True)
    )
    source = {"class": kind}
    receipt = Receipt(not_verifiable=str(imported_from(source)), imported=source)
    classes, task = getattr(network, "classes_", None), "numbers"
    if classes is not None:
        several = network._label_binarizer.y_type_ == "multilabel-indicator"
        classes, task = (None, "labels") if several else (np.asarray(classes), "classes")
    factor, offset = (np.ones(1), np.zeros(1)) if scaler is None else _scaling(scaler)
    return Imported((layers,), receipt, factor, offset, task, classes)


def answers_of(estimator: Any) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """Return the function that computes the estimator's probabilities or numbers."""
    network = _parts(estimator)[1]
    function = estimator.predict_proba if hasattr(network, "classes_") else estimator.predict

    def answers(rows: NDArray[Any]) -> NDArray[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the rows have no names of columns
            return np.asarray(function(rows))

    return answers


def _parts(estimator: Any) -> tuple[Any, Any]:
    """Return the scaler of a pipeline, None without one, and the network."""
    if not hasattr(estimator, "steps"):
        return None, estimator
    steps = [step for _, step in estimator.steps if step not in (None, "passthrough")]
    if len(steps) == 1:
        return None, steps[0]
    if len(steps) != 2 or type(steps[0]).__name__ not in _SCALERS or getattr(steps[0], "clip", False):
        kinds = Listing(type(step).__name__ for step in steps)
        raise NotImportableError(
            "a pipeline of {kinds}, expected at most a StandardScaler or MinMaxScaler before", kinds=kinds
        )
    return steps[0], steps[1]


def _scaling(scaler: Any) -> tuple[Floats, Floats]:
    """Return factor and offset of a fitted scaler."""
    if hasattr(scaler, "min_"):
        return np.asarray(scaler.scale_, np.float64), np.asarray(scaler.min_, np.float64)
    if not hasattr(scaler, "n_features_in_"):
        raise NotImportableError("not fitted. Call fit first")
    factor = np.ones(1) if scaler.scale_ is None else 1 / np.asarray(scaler.scale_, np.float64)
    mean = np.asarray(scaler.mean_, np.float64) if scaler.with_mean else np.zeros(1)
    return factor, -mean * factor
