"""How good a model is: accuracy, loss, confusion, and the rows it misreads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .data.dataset import Dataset
from .model import Model
from .parameters import FloatArray


@dataclass(frozen=True)
class Evaluation:
    """Result of `evaluate`.

    Parameters
    ----------
    accuracy : float
        Part of the samples answered rightly, 0 to 1.
    loss : float
        Mean loss a sample; for a committee, the mean of its members'.
    samples : int
        How many were asked.
    confusion : ndarray of int64, shape (classes, classes)
        Row: true class; column: answer.
    misread : ndarray of int64
        Rows answered wrongly, the surest mistakes first.
    answers : ndarray of int64, shape (samples,)
        The answer to every sample.
    """

    accuracy: float
    loss: float
    samples: int
    confusion: NDArray[np.int64]
    misread: NDArray[np.int64]
    answers: NDArray[np.int64]


def evaluate(model: Model, data: Dataset) -> Evaluation:
    """Ask the model about every sample of `data`.

    Raises
    ------
    DataError
        GN017 when the data have another width or more classes than the model.
    """
    data.require_like(model.features, model.classes, "the model")
    parts: list[FloatArray] = []
    loss, done = 0.0, 0
    wanted = model.targets.apply(data.labels, model.network.parameters.flat.dtype)
    value = model.network.architecture.output_loss.value
    for outputs, members in model.batches(data.inputs):
        targets = wanted[done : done + len(outputs)]
        loss += float(np.mean([value(one.sums[-1], one.outputs, targets).sum() for one in members]))
        parts.append(outputs)
        done += len(outputs)
    outputs = np.concatenate(parts)
    answers = model.targets.invert(outputs)
    confusion = np.zeros((model.classes, model.classes), np.int64)
    np.add.at(confusion, (data.labels, answers), 1)
    wrong = np.flatnonzero(answers != data.labels)
    surest = np.argsort(-model.confidence(outputs[wrong]), kind="stable")
    return Evaluation(
        accuracy=1 - len(wrong) / len(data),
        loss=loss / len(data),
        samples=len(data),
        confusion=confusion,
        misread=wrong[surest],
        answers=answers.astype(np.int64),
    )
