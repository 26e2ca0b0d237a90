"""Baselines to compare a network with: a constant prediction, and a linear model of the same inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..messages.one_line import one_line
from ..metrics import METRICS
from ..nn.activations import ACTIVATIONS
from ..runtime.blas import one_blas_thread
from .evaluate import truth_of
from .model import Model

Floats = NDArray[np.float64]

ROWS, PRODUCTS = 20_000, 1e8
"""Most samples to fit a linear model on, and most products of samples, inputs and outputs; of more, evenly spaced ones
are used."""
PENALTY = 1.0
"""Weight of the squared coefficients, as in scikit-learn's `Ridge` and `LogisticRegression`."""
_ITERATIONS, _PRECISION = 200, 1e-8  # of L-BFGS: most steps, and the relative decrease of the loss at which it stops
_softmax = ACTIVATIONS["softmax"].value
_SCORES = ("accuracy", "balanced_accuracy", "log_loss", "r2", "rmse", "mae")


@one_line
@dataclass(frozen=True)
class Scores:
    """Result of `prediction_scores`; None for what the kind of target does not have.

    Parameters
    ----------
    accuracy, balanced_accuracy, log_loss, r2, rmse, mean_error : float or None
        As in `glassnet.metrics`, where the last one, the mean absolute error, is `mae`.
    """

    accuracy: float | None = None
    balanced_accuracy: float | None = None
    log_loss: float | None = None
    r2: float | None = None
    rmse: float | None = None
    mean_error: float | None = None


@one_line
@dataclass(frozen=True)
class Comparison:
    """Result of `compare_with_baselines`.

    Parameters
    ----------
    network, constant : Scores
        Those of the model, and of a prediction that is the same for every sample: the class frequencies (so the most
        frequent class), or the mean.
    linear : Scores or None
        Those of logistic or ridge regression on the inputs of the network; None without training data.
    rows : int
        Samples that the linear model was fitted on; 0 without training data.
    """

    network: Scores
    constant: Scores
    linear: Scores | None
    rows: int


def compare_with_baselines(model: Model, data: Dataset, training: Dataset | None = None) -> Comparison:
    """Compare a model with a constant prediction and with a linear model, on the same samples.

    Parameters
    ----------
    model : Model
    data : Dataset
        Labelled samples that the model was not trained on.
    training : Dataset, optional
        The training samples, from which both baselines are learned. Without them, the constant prediction is that of
        `data`, and there is no linear model.
    """
    model.require(data)
    outputs = model.unchecked().outputs(data.inputs)
    answers = model.targets.invert(outputs)
    network = answers if model.targets.name == "values" else model.probabilities(outputs)
    source = data if training is None else training
    constant = np.broadcast_to(np.average(_truth(model, source), axis=0, weights=source.weights), network.shape)
    ours, theirs = prediction_scores(model, data, network, answers), prediction_scores(model, data, constant)
    if training is None:
        return Comparison(ours, theirs, None, 0)
    model.require(training)
    most = max(1, min(ROWS, int(PRODUCTS / (model.features * model.classes))))
    some = np.unique(np.linspace(0, len(training) - 1, min(len(training), most)).astype(int))
    linear = prediction_scores(model, data, fit_linear(model, training.take(some)).predict(_inputs(model, data.inputs)))
    return Comparison(ours, theirs, linear, len(some))


def prediction_scores(
    model: Model, data: Dataset, predictions: NDArray[Any], answers: NDArray[Any] | None = None
) -> Scores:
    """Return the scores of predictions, shape (n, classes): probabilities of classes or labels, or numbers.

    The model determines the kind of target; `data` has the true values, and sample weights if there are any. `answers`,
    shape (n,) or (n, classes), has the class of each sample, or its labels, by default the most probable one, or those
    above ½.
    """
    if model.targets.name == "values":
        task, answers = "numbers", predictions
    else:
        task = "classes" if data.values is None else "labels"
        if answers is None:
            answers = predictions.argmax(axis=1) if task == "classes" else predictions > 0.5
    scores = {
        name: float(one.score(truth_of(data), predictions if one.of_probabilities else answers, data.weights))
        for name, one in METRICS.items()
        if task in one.tasks and name in _SCORES
    }
    return Scores(mean_error=scores.pop("mae", None), **scores)


def _inputs(model: Model, rows: NDArray[Any]) -> Floats:
    """Return unscaled samples as the inputs of the network, in float64."""
    return model.scaling.apply(model.upright(rows)).astype(np.float64)


def _truth(model: Model, data: Dataset) -> Floats:
    """Return the targets, shape (n, classes): 1 for the class or each label, or numbers."""
    if data.values is not None:
        return data.values.astype(np.float64)
    return np.eye(model.classes)[data.labels]


@dataclass(frozen=True)
class LinearModel:
    """Result of `fit_linear`."""

    weights: Floats  # shape (classes, features)
    bias: Floats  # shape (classes,)
    kind: str  # {"numbers", "labels", "classes"}

    def predict(self, inputs: Floats) -> Floats:
        """Return probabilities or numbers, shape (n, classes), for inputs of the network, shape (n, features)."""
        z = inputs @ self.weights.T + self.bias
        if self.kind == "numbers":
            return z
        return (ACTIVATIONS["sigmoid"].value if self.kind == "labels" else _softmax)(z).astype(np.float64)


def fit_linear(model: Model, training: Dataset) -> LinearModel:
    """Fit a linear model of the network's inputs: ridge regression, or logistic regression for classes and labels.

    Both minimise the sum of the losses plus half of `PENALTY` times the squared weights (for numbers, both doubled),
    without a penalty on the biases. The logistic loss is minimised by L-BFGS. The model determines the encoding and
    scaling of the inputs, and the kind of target.

    References
    ----------
    Hastie, Tibshirani and Friedman 2009, "The Elements of Statistical Learning", sections 3.4.1 and 4.4.
    """
    x, truth = _inputs(model, training.inputs), _truth(model, training)
    parts = np.ones(len(x)) if training.weights is None else training.weights.astype(np.float64)
    if model.targets.name == "values":
        return LinearModel(*_ridge(x, truth, parts), "numbers")
    if training.values is not None:
        pairs = [_logistic(x, np.stack([1 - one, one], axis=1), parts) for one in truth.T]
        weights, bias = (np.stack([pair[k][1] for pair in pairs]) for k in (0, 1))
        return LinearModel(weights, bias, "labels")
    return LinearModel(*_logistic(x, truth, parts), "classes")


def _ridge(x: Floats, truth: Floats, parts: Floats) -> tuple[Floats, Floats]:
    centre, mean = np.average(x, axis=0, weights=parts), np.average(truth, axis=0, weights=parts)
    root = np.sqrt(parts)[:, None]
    # The penalty as further rows: as accurate as the inputs, unlike their products.
    rows = np.concatenate([root * (x - centre), np.sqrt(PENALTY) * np.eye(x.shape[1])])
    goal = np.concatenate([root * (truth - mean), np.zeros((x.shape[1], truth.shape[1]))])
    weights = np.linalg.lstsq(rows, goal, rcond=None)[0].T
    return weights, mean - weights @ centre


def _logistic(x: Floats, truth: Floats, parts: Floats) -> tuple[Floats, Floats]:
    """Return weights and biases; of two classes, the first has zeros, because only the difference matters."""
    from scipy.optimize import minimize

    features, classes = x.shape[1], truth.shape[1]
    fixed = int(classes == 2)
    shape, total = (classes - fixed, features), parts.sum()

    def cost(theta: Floats) -> tuple[float, Floats]:
        weights, bias = theta[: -shape[0]].reshape(shape), theta[-shape[0] :]
        z = np.pad(x @ weights.T + bias, ((0, 0), (fixed, 0)))  # (n, classes)
        z -= z.max(axis=1, keepdims=True)
        exponentials = np.exp(z)
        sums = exponentials.sum(axis=1, keepdims=True)
        losses = np.log(sums[:, 0]) - (truth * z).sum(axis=1)
        delta = parts[:, None] * (exponentials / sums - truth)[:, fixed:]
        value = float(parts @ losses) + PENALTY / 2 * float((weights**2).sum())
        slopes = [(delta.T @ x + PENALTY * weights).ravel(), delta.sum(axis=0)]
        return value / total, np.concatenate(slopes) / total

    start, options = np.zeros(shape[0] * (features + 1)), {"maxiter": _ITERATIONS, "ftol": _PRECISION}
    with one_blas_thread():  # the products are too small for a second thread to pay off
        solution = minimize(cost, start, jac=True, method="L-BFGS-B", options=options).x
    weights, bias = solution[: -shape[0]].reshape(shape), solution[-shape[0] :]
    return np.pad(weights, ((fixed, 0), (0, 0))), np.pad(bias, (fixed, 0))
