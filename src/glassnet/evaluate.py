"""How good a model is: accuracy, loss, confusion, and the rows it misreads; for a regression, how far off it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .data.dataset import Dataset
from .model import Model
from .parameters import FloatArray


@dataclass(frozen=True)
class Evaluation:
    """Result of `evaluate`.

    Where the data have weights, accuracy, loss, r2 and rmse are weighted means; counts are counts.

    Parameters
    ----------
    accuracy : float or None
        Part of the samples answered rightly, 0 to 1; with several labels a sample, all of them. None for a regression.
    loss : float
        Mean loss a sample; for a committee, the mean of its members'.
    samples : int
        How many were asked.
    confusion : ndarray of int64, shape (classes, classes)
        Row: true class; column: answer. Empty, (0, 0), where a sample does not belong to one class.
    misread : ndarray of int64
        Rows answered wrongly, the surest mistakes first; for a regression none.
    answers : ndarray
        The answer to every sample, as `Model.predict` gives it.
    r2, rmse : float or None
        For a regression: the part of the variance that is explained (the coefficient of determination, 1 at best), and
        the root of the mean squared error in the numbers' own unit; each the mean over the outputs. None otherwise.
    """

    accuracy: float | None
    loss: float
    samples: int
    confusion: NDArray[np.int64]
    misread: NDArray[np.int64]
    answers: NDArray[Any]
    r2: float | None = None
    rmse: float | None = None

    @property
    def scores(self) -> dict[str, float]:
        """What the result is measured by: ``accuracy``, or ``r2`` and ``rmse``."""
        found = {"accuracy": self.accuracy, "r2": self.r2, "rmse": self.rmse}
        return {name: score for name, score in found.items() if score is not None}


def evaluate(model: Model, data: Dataset) -> Evaluation:
    """Ask the model about every sample of `data`.

    Raises
    ------
    DataError
        GN017 when the data have another width or more classes than the model, or are of another kind.
    """
    data.require_like(model.features, model.classes, "the model", of_classes=model.targets.of_classes)
    outputs, loss = _outputs_and_loss(model, data)
    answers = model.targets.invert(outputs)
    if model.targets.name == "values":
        assert data.values is not None  # by require_like
        r2, rmse = _r2_and_rmse(data.values, answers, data.weights)
        nothing = np.zeros((0, 0), np.int64)
        return Evaluation(None, loss, len(data), nothing, np.zeros(0, np.int64), answers, r2, rmse)
    if data.values is None:
        confusion = np.zeros((model.classes, model.classes), np.int64)
        np.add.at(confusion, (data.labels, answers), 1)
        right = answers == data.labels
    else:
        confusion = np.zeros((0, 0), np.int64)
        right = (answers == data.values).all(axis=1)
    wrong = np.flatnonzero(~right)
    surest = np.argsort(-model.confidence(outputs[wrong]), kind="stable")
    accuracy = 1 - len(wrong) / len(data) if data.weights is None else float(np.average(right, weights=data.weights))
    return Evaluation(accuracy, loss, len(data), confusion, wrong[surest], answers.astype(np.int64))


def _outputs_and_loss(model: Model, data: Dataset) -> tuple[FloatArray, float]:
    """Return the outputs for all samples, and the mean loss."""
    parts: list[FloatArray] = []
    loss, done = 0.0, 0
    known = data.labels if data.values is None else data.values
    wanted = model.targets.apply(known, model.network.parameters.flat.dtype)
    value = model.network.architecture.output_loss.value
    for outputs, members in model.batches(data.inputs):
        here = slice(done, done + len(outputs))
        losses = [value(one.sums[-1], one.outputs, wanted[here]) for one in members]
        if data.weights is not None:
            losses = [one * data.weights[here] for one in losses]
        loss += float(np.mean([one.sum() for one in losses]))
        parts.append(outputs)
        done += len(outputs)
    return np.concatenate(parts), loss / (len(data) if data.weights is None else float(data.weights.sum()))


def _r2_and_rmse(values: NDArray[Any], answers: NDArray[Any], weights: NDArray[Any] | None) -> tuple[float, float]:
    squares = np.average((values - answers) ** 2, axis=0, weights=weights)  # (outputs,)
    spread = np.average((values - np.average(values, axis=0, weights=weights)) ** 2, axis=0, weights=weights)
    # Numbers that do not vary leave nothing to explain: 1 if they are met, else 0, as in scikit-learn.
    explained = np.where(spread > 0, 1 - squares / np.where(spread > 0, spread, 1), squares == 0)
    return float(explained.mean()), float(np.sqrt(squares).mean())
