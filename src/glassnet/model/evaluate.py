"""Evaluate a model: accuracy, loss, confusion matrix and misclassified samples, or the errors of a regression.

Also calibration: reliability, and the temperature that corrects the confidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import OptionError, require_whole, with_near_matches
from ..messages.formats import below_all, shown
from ..messages.message import Message
from ..messages.one_line import one_line
from ..messages.progress import step
from ..metrics import METRICS, by_class, calibration, coverage, guessing, mae, metrics_of, pinball, r2, rmse
from ..nn.activations import ACTIVATIONS
from ..nn.losses import OutputLoss
from ..nn.parameters import FloatArray
from .calibration import doubtful_targets
from .model import Model, require_model


@one_line
@dataclass(frozen=True)
class Judged:
    """A score of a model, and those of predictions without any input.

    Parameters
    ----------
    metric : str
        Its name, as in `glassnet.metrics`.
    score : float
    constant : float
        That of the most frequent class of the same samples, of their most frequent labels or of their mean; if the
        metric takes probabilities, that of the frequencies, and of the pinball loss that of the quantile.
    chance : float or None
        The expected one of answers that are drawn with their frequencies; None if the metric does not take answers.
    most : int or None
        The most frequent class; None for labels and numbers.
    """

    metric: str
    score: float
    constant: float
    chance: float | None
    most: int | None

    def message(self, model: Model) -> Message:
        """Return a line about the scores; if training was not judged by one, about the most frequent class alone."""
        template = "always {name!r}: {constant}"
        if metric_of(model):
            template = "{metric} {score} (always {name!r}: {constant}, chance: {chance})"
            if METRICS[self.metric].of_probabilities:
                template = "{metric} {score} (always the frequencies: {constant})"
            elif METRICS[self.metric].of_quantile:
                template = "{metric} {score} (always the same quantile: {constant})"
            elif self.chance is None:
                template = "{metric} {score} (always the mean: {constant})"
            elif self.most is None:
                template = "{metric} {score} (always the most frequent labels: {constant}, chance: {chance})"
        name = "" if self.most is None else model.name_of(self.most)
        scores = {part: score_text(self.metric, getattr(self, part)) for part in ("score", "constant", "chance")}
        return Message(template, metric=self.metric, name=name, **scores)


def score_text(metric: str, score: float | None) -> str:
    """Return a score as text, fractions of right answers in per cent; empty for None."""
    if score is None:
        return ""
    if metric in ("accuracy", "balanced_accuracy"):
        return f"{below_all(score):.2%}"
    return shown(score) if "numbers" in METRICS[metric].tasks else f"{score:.4f}"


@dataclass(frozen=True, repr=False)
class Evaluation:
    """Result of `evaluate`.

    Scores are those of `glassnet.metrics`. With sample weights, they and the loss are weighted; counts are not.

    Parameters
    ----------
    accuracy : float or None
        Fraction of correctly predicted samples, 0 to 1; with several labels per sample, all must be correct. None for a
        regression.
    loss : float
        Mean loss per sample; for an ensemble, the mean over its members.
    samples : int
        Number of samples.
    confusion : ndarray of int64, shape (classes, classes)
        Confusion matrix. Row: true class; column: predicted class. Empty, (0, 0), if samples do not have one class.
    misread : ndarray of int64
        Indices of the misclassified samples, by decreasing confidence; empty for a regression.
    answers : ndarray
        The prediction for every sample, as from `Model.predict`.
    r2, rmse : float or None
        For a regression: the coefficient of determination (explained fraction of the variance, at most 1), and the root
        mean squared error in the unit of the targets; each averaged over the outputs. None otherwise, and with the loss
        ``quantile``.
    coverage, pinball : float or None
        With the loss ``quantile``: the fraction of the true values that are not above the prediction, which should be
        the quantile, and the pinball loss in the unit of the targets; each averaged over the outputs. None otherwise.
    log_loss : float or None
        For classes: the mean negative logarithm of the probability of the true class. None otherwise.
    auc : float or None
        If every sample gets the same class, of which accuracy says little: the area under the ROC curve of the
        probabilities, 0.5 by chance; of several classes the mean, each against the others. None otherwise.
    balanced_accuracy : float or None
        For classes: the mean recall over the classes that occur. None otherwise.
    outputs : ndarray, shape (n, classes)
        The outputs of the model.
    judged : Judged or None
        The score of the option `metric` of the training, beside guessing; for classes, that of the accuracy if there
        was none. None otherwise.
    """

    accuracy: float | None
    loss: float
    samples: int
    confusion: NDArray[np.int64]
    misread: NDArray[np.int64]
    answers: NDArray[Any]
    r2: float | None = None
    rmse: float | None = None
    coverage: float | None = None
    pinball: float | None = None
    log_loss: float | None = None
    auc: float | None = None
    balanced_accuracy: float | None = None
    outputs: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    judged: Judged | None = None

    def __repr__(self) -> str:
        below = ("accuracy", "balanced_accuracy", "log_loss")
        scores = [f"{name} {value:.4g}" for name, value in self.scores.items() if name not in below]
        for name, value in (("accuracy", self.accuracy), ("balanced accuracy", self.balanced_accuracy)):
            scores += [] if value is None else [f"{name} {below_all(value):.2%}"]
        scores += [] if self.log_loss is None else [f"log loss {self.log_loss:.4f}"]
        return f"Evaluation({', '.join(scores)}, loss {self.loss:.4f}, {self.samples:,} samples)"

    @property
    def only_answer(self) -> int | None:
        """The class predicted for every sample, if that is always the same although classes differ; else None."""
        predicted, present = self.confusion.any(axis=0), self.confusion.any(axis=1)
        return int(predicted.argmax()) if predicted.sum() == 1 and present.sum() > 1 else None

    @property
    def scores(self) -> dict[str, float]:
        """The metrics: ``accuracy``; for a regression ``r2`` and ``rmse``, or for a quantile its own two.

        After these, that of the option `metric` of the training, if it is another one.
        """
        found = {name: getattr(self, name) for name in ("accuracy", "r2", "rmse", "coverage", "pinball")}
        found |= {self.judged.metric: self.judged.score} if self.judged else {}
        return {name: score for name, score in found.items() if score is not None}


@with_near_matches("evaluate")
def evaluate(model: Model, data: Dataset, loss: OutputLoss | None = None) -> Evaluation:
    """Evaluate a model on every sample of `data`.

    Parameters
    ----------
    model : Model
    data : Dataset
    loss : OutputLoss, optional
        The loss to report, by default that of the network.

    Raises
    ------
    DataError
        GN010 when there are no samples, GN017 when the data have another width, another kind of target or more classes
        than the model; GN065 and GN076 when an argument has the wrong type, for example if both are swapped.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> train, test = glassnet.Dataset.from_arrays(X, y, test_size=0.25)
    >>> glassnet.evaluate(glassnet.fit(train).model, test).accuracy
    1.0
    """
    require_model(model)
    model.require(data)
    with step(Message("testing {count:,} samples", count=len(data))):
        outputs, mean = _outputs_and_loss(model, data, loss or model.network.architecture.output_loss)
    answers, wrong = model.targets.invert(outputs), np.zeros(0, np.int64)
    confusion, names = np.zeros((0, 0), np.int64), ["accuracy"]
    quantile = quantile_of(model)
    if model.targets.name == "values":
        names = ["r2", "rmse"] if quantile is None else []
    elif data.values is None:
        confusion = np.zeros((model.classes, model.classes), np.int64)
        np.add.at(confusion, (data.labels, answers), 1)
        names += ["balanced_accuracy", "log_loss"]
        if confusion.any(axis=0).sum() == 1 < confusion.any(axis=1).sum():
            names.append("auc")
    if "accuracy" in names:
        differing = answers != truth_of(data)
        wrong = np.flatnonzero(differing if differing.ndim == 1 else differing.any(axis=1))
        surest = np.argsort(-model.confidence(outputs[wrong]), kind="stable")
        wrong, answers = wrong[surest], answers.astype(np.int64)
    scores = {name: score(model, data, outputs, name) for name in names}
    if quantile is not None:
        scores = quantile_scores(truth_of(data), answers, data.weights, quantile)
    judged = None
    if metric := metric_of(model) or ("accuracy" if confusion.size else ""):
        one = score(model, data, outputs, metric)
        guessed = guessing(metric, truth_of(data), model.classes, data.weights, quantile or 0.5)
        judged = Judged(metric, one, *guessed)
    right = scores.pop("accuracy", None)
    return Evaluation(right, mean, len(data), confusion, wrong, answers, **scores, outputs=outputs, judged=judged)


def metric_of(model: Model) -> str:
    """Return the metric that the training was judged by; empty for the loss, and without a training record."""
    options = model.receipt.get("options")
    metric = options.get("metric") if isinstance(options, dict) else None
    known = metrics_of(model.targets.task, model.classes)  # a file may name any
    return metric if isinstance(metric, str) and metric in known else ""


def quantile_of(model: Model) -> float | None:
    """Return the quantile that the model predicts; None if its loss is another one."""
    made = model.network.architecture
    return made.loss_parameter if made.loss == "quantile" else None


def quantile_scores(
    values: NDArray[Any], answers: NDArray[Any], weights: NDArray[Any] | None, quantile: float
) -> dict[str, float]:
    """Return the scores of predicted quantiles, ``coverage`` and ``pinball``; all but the weights are (n, outputs)."""
    return {
        "coverage": float(coverage(values, -np.inf, answers, weights)),
        "pinball": float(pinball(values, answers, weights, quantile=quantile)),
    }


def truth_of(data: Dataset) -> NDArray[Any]:
    """Return the truth as the metrics take it: classes, labels or numbers."""
    return data.labels if data.values is None else data.values


def predictions(model: Model, outputs: FloatArray, metric: str) -> NDArray[Any]:
    """Return the predictions that a metric of `glassnet.metrics` takes: answers or probabilities."""
    return model.probabilities(outputs) if METRICS[metric].of_probabilities else model.targets.invert(outputs)


def score(model: Model, data: Dataset, outputs: FloatArray, metric: str, quantile: float | None = None) -> float:
    """Return a metric of the model's outputs for all samples of `data`; `metric` is a name in `glassnet.metrics`.

    Weights of classes do not count. The `quantile` of the pinball loss is by default the one that the model predicts,
    or the median.
    """
    quantile = quantile or quantile_of(model) or 0.5
    given = truth_of(data), predictions(model, outputs, metric), data.judging_weights
    return float(METRICS[metric].at(quantile).score(*given))


def _outputs_and_loss(model: Model, data: Dataset, measure: OutputLoss) -> tuple[FloatArray, float]:
    """Return the outputs for all samples, and the mean loss."""
    parts: list[FloatArray] = []
    loss, done = 0.0, 0
    targets = model.targets.apply(truth_of(data), model.network.parameters.flat.dtype)
    for outputs, members in model.batches(data.inputs):
        here = slice(done, done + len(outputs))
        losses = [measure.value(one.sums[-1], one.outputs, targets[here]) for one in members]
        if data.weights is not None:
            losses = [one * data.weights[here] for one in losses]
        loss += float(np.mean([one.sum() for one in losses]))
        parts.append(outputs)
        done += len(outputs)
    return np.concatenate(parts), loss / (len(data) if data.weights is None else float(data.weights.sum()))


@dataclass(frozen=True)
class NumberScores:
    """Result of `number_scores`: the errors of a regression, per output.

    Parameters
    ----------
    r2 : ndarray, shape (outputs,)
        Coefficient of determination: the explained fraction of the variance, at most 1.
    rmse, mean_error : ndarray, shape (outputs,)
        Root mean squared error and mean absolute error (MAE), in the unit of the targets.
    """

    r2: NDArray[np.float64]
    rmse: NDArray[np.float64]
    mean_error: NDArray[np.float64]


def number_scores(values: NDArray[Any], answers: NDArray[Any], weights: NDArray[Any] | None = None) -> NumberScores:
    """Compare the predictions of a regression with the true values.

    Parameters
    ----------
    values, answers : ndarray, shape (n, outputs)
        True values and predictions.
    weights : ndarray, shape (n,), optional
        Sample weights.
    """
    found = (one(values, answers, weights, by_output=True) for one in (r2, rmse, mae))
    return NumberScores(*found)


@dataclass(frozen=True)
class ClassScores:
    """Result of `class_scores`; NaN if the denominator is 0.

    Parameters
    ----------
    precision : ndarray, shape (classes,)
        Correct fraction of the predictions of the class.
    recall : ndarray, shape (classes,)
        Correctly predicted fraction of the samples of the class.
    f1 : ndarray, shape (classes,)
        Harmonic mean of precision and recall, ``2 · right / (samples + answers)``.
    samples, answers : ndarray of int64, shape (classes,)
        Number of samples and of predictions of the class.
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
        Confusion matrix, as in `Evaluation`.
    """
    return _class_scores(confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0))


def label_scores(values: NDArray[Any], answers: NDArray[Any]) -> ClassScores:
    """Return precision, recall and F1 of each label of multi-label data.

    Parameters
    ----------
    values, answers : ndarray, shape (n, labels)
        True and predicted labels, each 1 or 0.
    """
    right, samples, predicted = ((one > 0).sum(axis=0) for one in (values * answers, values, answers))
    return _class_scores(right, samples, predicted)


def _class_scores(right: NDArray[Any], samples: NDArray[Any], answers: NDArray[Any]) -> ClassScores:
    return ClassScores(*by_class(right, samples, answers), samples, answers)


def most_confused(confusion: NDArray[np.int64], most: int = 10) -> list[tuple[int, int, int]]:
    """Return the most frequent confusions as (true class, predicted class, count), in decreasing order."""
    mistakes = confusion * (1 - np.eye(len(confusion), dtype=np.int64))
    order = np.argsort(-mistakes, axis=None, kind="stable")[:most]
    pairs = [(*divmod(int(place), len(confusion)), int(mistakes.flat[place])) for place in order]
    return [(true, answer, count) for true, answer, count in pairs if count]


@dataclass(frozen=True, repr=False)
class Reliability:
    """Result of `reliability`: confidence against accuracy, in bins of equal width.

    Parameters
    ----------
    edges : ndarray, shape (bins + 1,)
        Edges of the bins, 0 to 1; a confidence at an edge belongs to the lower bin.
    counts : ndarray of int64, shape (bins,)
        Predictions per bin.
    confidence, accuracy : ndarray, shape (bins,)
        Mean confidence, and fraction of correct predictions; NaN in an empty bin.
    expected_error : float
        Expected calibration error (ECE): the mean absolute difference of the two, over all predictions.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    expected_error: float

    def __repr__(self) -> str:
        return f"Reliability({len(self.counts)} bins, expected_error {self.expected_error:.4f})"


@with_near_matches("reliability")
def reliability(model: Model, data: Dataset, bins: int = 10) -> Reliability:
    """Compare the confidence of a model with its accuracy (Guo et al. 2017, section 2).

    With several labels per sample, each label counts as a prediction. Sample weights count for all but the counts.

    Raises
    ------
    DataError
        GN010, GN017, GN065 and GN076 as for `evaluate`.
    OptionError
        GN022 for a regression, which has no confidence; GN021 for less than one bin.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> train, test = glassnet.Dataset.from_arrays(X, y, test_size=0.25)
    >>> glassnet.reliability(glassnet.fit(train).model, test).counts.tolist()
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 30]
    """
    _require_confidence(model)
    model.require(data)
    require_whole("bins", bins, 1)
    return Reliability(*calibration(*judged_confidence(model, data, model.outputs(data.inputs)), bins))


def judged_confidence(
    model: Model, data: Dataset, outputs: FloatArray
) -> tuple[NDArray[Any], NDArray[np.bool_], NDArray[Any] | None]:
    """Return the confidence of each prediction, whether it is right, and its weight; each label is a prediction."""
    answers = model.targets.invert(outputs)
    right = answers == truth_of(data)
    if data.values is None:
        return model.confidence(outputs), right, data.weights
    weights = None if data.weights is None else np.repeat(data.weights, model.classes)
    return np.where(answers > 0, outputs, 1 - outputs).ravel(), right.ravel(), weights


@with_near_matches("fit_temperature")
def fit_temperature(model: Model, validation: Dataset) -> float:
    """Find the temperature at which the model's probabilities fit held-out data.

    The temperature minimises the negative log-likelihood (Guo et al. 2017, section 4.2). True classes count with
    probability ``1 − 1 / (n + 2)`` (Platt 1999, section 2.2), because a few correct predictions do not justify
    certainty. The predictions of a single network do not change, only its confidence. Apply the temperature with
    ``dataclasses.replace(model, temperature=…)``.

    Parameters
    ----------
    model : Model
        With sigmoid or softmax outputs; an existing temperature is ignored.
    validation : Dataset
        Held-out data, but not the test data, which would then no longer be an independent test.

    Returns
    -------
    float
        0.05 to 20; above 1 if the model is overconfident.

    Raises
    ------
    DataError
        GN010, GN017, GN065 and GN076 as for `evaluate`.
    OptionError
        GN022 for a regression, or for other outputs.

    Examples
    --------
    >>> import glassnet
    >>> from dataclasses import replace
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> train, validation = glassnet.Dataset.from_arrays(X, y, test_size=0.25)
    >>> model = glassnet.fit(train).model
    >>> model = replace(model, temperature=glassnet.fit_temperature(model, validation))
    """
    from scipy.optimize import minimize_scalar

    _require_confidence(model)
    output = model.network.architecture.activations[-1]
    if output not in ("sigmoid", "softmax"):
        template = "{output} outputs have no temperature, expected sigmoid or softmax outputs."
        raise OptionError("GN022", template, output=output)
    model.require(validation)
    plain = replace(model, temperature=1.0)
    parts = [[one.sums[-1] for one in members] for _, members in plain.batches(validation.inputs)]
    logits = [np.concatenate(member).astype(np.float64) for member in zip(*parts, strict=True)]  # each (n, classes)

    truth, of_classes = doubtful_targets(validation), validation.values is None

    def cost(log_temperature: float) -> float:
        value = ACTIVATIONS[output].value
        p = model.probabilities(np.mean([value(z / np.exp(log_temperature)) for z in logits], axis=0))
        p = np.clip(p, 1e-12, 1 - 1e-12)
        losses = -(truth * np.log(p) + (0 if of_classes else (1 - truth) * np.log1p(-p))).sum(axis=1)
        return float(np.average(losses, weights=validation.weights))

    found = minimize_scalar(cost, bounds=(np.log(0.05), np.log(20.0)), method="bounded")
    return float(np.exp(found.x))


def _require_confidence(model: Model) -> None:
    require_model(model)
    if model.targets.name == "values":
        raise OptionError("GN022", "a regression has no confidence to calibrate.")
