"""How good a model is: accuracy, loss, confusion, and the rows it misreads; for a regression, how far off it is.

And how far its confidence can be trusted: reliability, and the temperature that mends it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import OptionError
from ..nn.activations import ACTIVATIONS
from ..nn.losses import OutputLoss
from ..nn.parameters import FloatArray
from .model import Model, require_model


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
    def only_answer(self) -> int | None:
        """The class that every sample was taken for, where there are samples of others; else None."""
        answered, there = self.confusion.any(axis=0), self.confusion.any(axis=1)
        return int(answered.argmax()) if answered.sum() == 1 and there.sum() > 1 else None

    @property
    def scores(self) -> dict[str, float]:
        """What the result is measured by: ``accuracy``, or ``r2`` and ``rmse``."""
        found = {"accuracy": self.accuracy, "r2": self.r2, "rmse": self.rmse}
        return {name: score for name, score in found.items() if score is not None}


def evaluate(model: Model, data: Dataset, loss: OutputLoss | None = None) -> Evaluation:
    """Ask the model about every sample of `data`.

    Parameters
    ----------
    model : Model
    data : Dataset
    loss : OutputLoss, optional
        Another loss than the network's own.

    Raises
    ------
    DataError
        GN010 when there are no samples, GN017 when the data have another width or more classes than the model, or are
        of another kind; GN065 and GN076 when one of them is something else, as where the two are swapped.
    """
    require_model(model)
    model.require(data)
    outputs, mean = _outputs_and_loss(model, data, loss or model.network.architecture.output_loss)
    answers = model.targets.invert(outputs)
    if model.targets.name == "values":
        assert data.values is not None  # by require_like
        nothing, scores = np.zeros((0, 0), np.int64), number_scores(data.values, answers, data.weights)
        r2, rmse = float(scores.r2.mean()), float(scores.rmse.mean())
        return Evaluation(None, mean, len(data), nothing, np.zeros(0, np.int64), answers, r2, rmse)
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
    return Evaluation(accuracy, mean, len(data), confusion, wrong[surest], answers.astype(np.int64))


def _outputs_and_loss(model: Model, data: Dataset, measure: OutputLoss) -> tuple[FloatArray, float]:
    """Return the outputs for all samples, and the mean loss."""
    parts: list[FloatArray] = []
    loss, done = 0.0, 0
    known = data.labels if data.values is None else data.values
    wanted = model.targets.apply(known, model.network.parameters.flat.dtype)
    for outputs, members in model.batches(data.inputs):
        here = slice(done, done + len(outputs))
        losses = [measure.value(one.sums[-1], one.outputs, wanted[here]) for one in members]
        if data.weights is not None:
            losses = [one * data.weights[here] for one in losses]
        loss += float(np.mean([one.sum() for one in losses]))
        parts.append(outputs)
        done += len(outputs)
    return np.concatenate(parts), loss / (len(data) if data.weights is None else float(data.weights.sum()))


@dataclass(frozen=True)
class NumberScores:
    """Result of `number_scores`: how far off a regression is, one value an output.

    Parameters
    ----------
    r2 : ndarray, shape (outputs,)
        The part of the variance that is explained, 1 at best.
    rmse, mean_error : ndarray, shape (outputs,)
        The root of the mean squared error, and the mean of its size, in the numbers' own unit.
    """

    r2: NDArray[np.float64]
    rmse: NDArray[np.float64]
    mean_error: NDArray[np.float64]


def number_scores(values: NDArray[Any], answers: NDArray[Any], weights: NDArray[Any] | None = None) -> NumberScores:
    """Compare answers with what is true.

    Parameters
    ----------
    values, answers : ndarray, shape (n, outputs)
    weights : ndarray, shape (n,), optional
        How much each sample counts in the means.
    """
    off = np.abs(values - answers)
    squares = np.average(off**2, axis=0, weights=weights)  # (outputs,)
    spread = np.average((values - np.average(values, axis=0, weights=weights)) ** 2, axis=0, weights=weights)
    # Numbers that do not vary leave nothing to explain: 1 if they are met, else 0, as in scikit-learn.
    explained = np.where(spread > 0, 1 - squares / np.where(spread > 0, spread, 1), squares == 0)
    return NumberScores(explained, np.sqrt(squares), np.average(off, axis=0, weights=weights))


@dataclass(frozen=True)
class ClassScores:
    """Result of `class_scores`; NaN where there is nothing to divide by.

    Parameters
    ----------
    precision : ndarray, shape (classes,)
        Of the answers that name the class, the part that is right.
    recall : ndarray, shape (classes,)
        Of the samples of the class, the part that is answered rightly.
    f1 : ndarray, shape (classes,)
        The harmonic mean of the two, ``2 · right / (samples + answers)``.
    samples, answers : ndarray of int64, shape (classes,)
        How many samples are of the class, and how many answers name it.
    """

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    samples: NDArray[np.int64]
    answers: NDArray[np.int64]


def class_scores(confusion: NDArray[np.int64]) -> ClassScores:
    """Return precision, recall and F1 of each class.

    Parameters
    ----------
    confusion : ndarray of int64, shape (classes, classes)
        As `Evaluation` has it.
    """
    return _class_scores(confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0))


def label_scores(values: NDArray[Any], answers: NDArray[Any]) -> ClassScores:
    """Return the same for each label where a sample can have several.

    Parameters
    ----------
    values, answers : ndarray, shape (n, labels)
        1 for a label that holds, or is said to hold, and 0 for the others.
    """
    right, samples, answered = ((one > 0).sum(axis=0) for one in (values * answers, values, answers))
    return _class_scores(right, samples, answered)


def _class_scores(right: NDArray[Any], samples: NDArray[Any], answers: NDArray[Any]) -> ClassScores:
    precision, recall, f1 = (
        np.divide(above, below, out=np.full(len(right), np.nan), where=below > 0)
        for above, below in ((right, answers), (right, samples), (2 * right, samples + answers))
    )
    return ClassScores(precision, recall, f1, samples, answers)


def most_confused(confusion: NDArray[np.int64], most: int = 10) -> list[tuple[int, int, int]]:
    """Return which class is answered for which and how often, the commonest mistakes first: true, answer, count."""
    mistakes = confusion * (1 - np.eye(len(confusion), dtype=np.int64))
    order = np.argsort(-mistakes, axis=None, kind="stable")[:most]
    pairs = [(*divmod(int(place), len(confusion)), int(mistakes.flat[place])) for place in order]
    return [(true, answer, count) for true, answer, count in pairs if count]


@dataclass(frozen=True)
class Reliability:
    """Result of `reliability`: confidence against accuracy, in bins of equal width.

    Parameters
    ----------
    edges : ndarray, shape (bins + 1,)
        Limits of the bins, 0 to 1; a confidence at a limit belongs to the bin below it.
    counts : ndarray of int64, shape (bins,)
        Answers in each bin.
    confidence, accuracy : ndarray, shape (bins,)
        Mean confidence, and part of the answers that are right; NaN in an empty bin.
    expected_error : float
        The expected calibration error: the mean distance between the two, weighted by the counts.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    expected_error: float


def reliability(model: Model, data: Dataset, bins: int = 10) -> Reliability:
    """Compare how sure the model is with how often it is right (Guo et al. 2017, section 2).

    With several labels a sample, each label is an answer of its own.

    Raises
    ------
    DataError
        GN010, GN017, GN065 and GN076 as for `evaluate`.
    OptionError
        GN022 for a regression, which has no confidence; GN021 for less than one bin.
    """
    _require_confidence(model)
    if bins < 1:
        raise OptionError("GN021", f"bins {bins}: expected 1 or more.")
    model.require(data)
    outputs = model.outputs(data.inputs)
    if data.values is None:
        sure, right = model.confidence(outputs), model.targets.invert(outputs) == data.labels
    else:
        sure = np.maximum(outputs, 1 - outputs).ravel()
        right = (model.targets.invert(outputs) == data.values).ravel()
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    some = np.where(counts, counts, np.nan)
    confidence = np.bincount(place, sure, bins) / some
    accuracy = np.bincount(place, right, bins) / some
    error = float(np.nansum(counts * np.abs(accuracy - confidence)) / counts.sum())
    return Reliability(edges, counts, confidence, accuracy, error)


def fit_temperature(model: Model, validation: Dataset) -> float:
    """Find the temperature at which the model's probabilities fit data that it was not trained on.

    One number, chosen for the least mean ``−log`` of the probability given to what is true (Guo et al. 2017, section
    4.2). What is true counts as such but for a part of ``1 / (n + 2)`` (Platt 1999, section 2.2): a few samples, all
    answered rightly, do not show that answers are certain. Answers of one network stay as they are; only how sure they
    are changes. Use it as ``dataclasses.replace(model, temperature=…)``.

    Parameters
    ----------
    model : Model
        With sigmoid or softmax outputs; a temperature it has already is left out of account.
    validation : Dataset
        Not the test data: those would no longer say anything about the calibrated model.

    Returns
    -------
    float
        0.05 to 20; above 1 where the model is surer than it is right.

    Raises
    ------
    DataError
        GN010, GN017, GN065 and GN076 as for `evaluate`.
    OptionError
        GN022 for a regression, or for outputs that no temperature applies to.
    """
    from scipy.optimize import minimize_scalar

    _require_confidence(model)
    output = model.network.architecture.activations[-1]
    if output not in ("sigmoid", "softmax"):
        raise OptionError("GN022", f"{output} outputs have no temperature, expected sigmoid or softmax outputs.")
    model.require(validation)
    plain = replace(model, temperature=1.0)
    parts = [[one.sums[-1] for one in members] for _, members in plain.batches(validation.inputs)]
    sums = [np.concatenate(member).astype(np.float64) for member in zip(*parts, strict=True)]  # a member: (n, classes)

    of_classes = validation.values is None
    doubt = 1 / (len(validation) + 2)
    truth = np.eye(model.classes)[validation.labels] if validation.values is None else validation.values
    truth = truth * (1 - doubt) + (1 - truth) * doubt / (max(1, model.classes - 1) if of_classes else 1)

    def cost(log_temperature: float) -> float:
        value = ACTIVATIONS[output].value
        p = model.probabilities(np.mean([value(z / np.exp(log_temperature)) for z in sums], axis=0))
        p = np.clip(p, 1e-12, 1 - 1e-12)
        losses = -(truth * np.log(p) + (0 if of_classes else (1 - truth) * np.log1p(-p))).sum(axis=1)
        return float(np.average(losses, weights=validation.weights))

    found = minimize_scalar(cost, bounds=(np.log(0.05), np.log(20.0)), method="bounded")
    return float(np.exp(found.x))


def _require_confidence(model: Model) -> None:
    require_model(model)
    if model.targets.name == "values":
        raise OptionError("GN022", "a regression has no confidence to calibrate.")
