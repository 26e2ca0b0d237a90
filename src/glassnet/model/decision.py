"""From which output on a class is the answer, where answers are judged by a metric.

The most probable class is the best answer only for accuracy: for balanced accuracy or F1, a rare class has to be
answered more often. So the answer is the class with the largest product of its output and a factor, which is
``frequency ** -power`` with the frequency of the class and one power for all. The power is the one with the best score
on held-out rows: 0 is the most probable class, and 1 the best answer for balanced accuracy if the outputs are
calibrated probabilities (Menon, Narasimhan, Agarwal and Chawla 2013, "On the statistical consistency of algorithms for
binary classification under class imbalance", section 3). Outputs and probabilities stay as they are. A label is present
or absent, and these are its two classes.

Only outputs of softmax, or of sigmoid for labels, are decided about: there a factor or a threshold adds to the logit,
and explanations are sums of logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import OptionError
from ..messages.message import Listing, Message
from ..messages.option_spelling import Option
from ..metrics import LOSS, METRICS, metrics_of
from ..options.options import Options
from ..preprocess import Targets
from .evaluate import Evaluation, metric_of, score, truth_of
from .model import Model
from .network import Network

Floats = NDArray[np.float64]

_POWERS = tuple(k / 8 for k in range(13))


def require_metric(metric: str, task: str, outputs: int) -> None:
    """Raise OptionError GN022 for a metric, or `LOSS`, that does not suit a task; both as in `glassnet.metrics`."""
    names = [*metrics_of(task, outputs), LOSS]
    if metric not in names:
        template = "{metric}: not available for these data, expected one of {names}."
        raise OptionError("GN022", template, metric=Option("metric", metric), names=Listing(names))


def cost(model: Model, data: Dataset, outputs: NDArray[np.floating], loss: float, metric: str) -> float:
    """Return the number by which epochs are compared, less is better, of the outputs for validation data.

    It is their `loss`, or decided by the metric. A score of answers has few different values on few rows, and noise
    chooses between them, so it is that of the best decision, and the loss is added.
    """
    if metric == LOSS:
        return loss
    one = METRICS[metric]
    if not of_answers(metric):
        return -one.sign * score(model, data, outputs, metric)
    if _decides(model):
        targets = _decided(model.targets, metric, truth_of(data), outputs, data.judging_weights)
        model = replace(model, targets=targets)
    return loss - one.sign * score(model, data, outputs, metric)


def of_answers(metric: str) -> bool:
    """Tell whether a metric judges answers, classes or labels, so that it can decide about them."""
    return metric != LOSS and not METRICS[metric].of_probabilities and "numbers" not in METRICS[metric].tasks


def _decides(model: Model) -> bool:
    """Tell whether the outputs are such that factors and thresholds add to their logits."""
    return model.network.architecture.activations[-1] == ("softmax" if model.targets.of_classes else "sigmoid")


def with_decision(
    model: Model, options: Options, held_out: Sequence[Dataset], networks: Sequence[Network] = ()
) -> Model:
    """Return a trained model whose answers are the best ones, by a metric, for rows that it was not trained on.

    Parameters
    ----------
    model : Model
        With its temperature. Of other outputs than softmax, or for labels sigmoid, nothing is decided.
    options : Options
        Of the training. Without early stopping, or a `metric` that judges answers, nothing is decided.
    held_out : sequence of Dataset
        The rows that were not trained on: one part for the model, or one for each of the `networks`.
    networks : sequence of Network
        With several parts, the networks that are side by side in the model, each trained without its part.
    """
    model = replace(model, targets=replace(model.targets, decision=()))
    metric = options.metric
    if not (options.early_stopping and of_answers(metric) and _decides(model) and held_out):
        return model
    owners = [model] if len(held_out) == 1 else [replace(model, network=one, others=()) for one in networks]
    parts = [owner.unchecked().outputs(data.inputs) for owner, data in zip(owners, held_out, strict=True)]
    weights = [one.judging_weights for one in held_out if one.judging_weights is not None]
    truth = np.concatenate([truth_of(one) for one in held_out])
    given = truth, np.concatenate(parts), np.concatenate(weights) if weights else None
    return replace(model, targets=_decided(model.targets, metric, *given))


def about_answers(model: Model, evaluation: Evaluation) -> dict[str, Message]:
    """Return lines about an evaluation and the answers in it, each with what it is about.

    ``"judged"`` is the score that training was judged by, beside guessing, or else ``"majority"`` the most frequent
    class, if there is any; ``"decision"`` is as `decision_message`.
    """
    judged, decision = evaluation.judged, decision_message(model)
    lines = {} if judged is None else {"judged" if metric_of(model) else "majority": judged.message(model)}
    return lines if decision is None else {**lines, "decision": decision}


def decision_message(model: Model) -> Message | None:
    """Return a line about the decision of a model; None if the answer is the largest output, or a label above ½."""
    targets, names = model.targets, [model.name_of(k) for k in range(model.classes)]
    if not targets.decision:
        return None
    favoured = int(np.argmax(targets.decision))
    if (share := threshold(targets, favoured)) is not None:
        return Message("the answer is {name!r} from a probability of {share:.1%} on", name=names[favoured], share=share)
    numbers = Listing([f"{name} {one:.3g}" for name, one in zip(names, targets.decision, strict=True)])
    if targets.of_classes:
        return Message(
            "the answer is the class with the largest product of output and factor: {numbers}", numbers=numbers
        )
    return Message("the answer is the labels above these outputs: {numbers}", numbers=numbers)


def threshold(targets: Targets, label: int) -> float | None:
    """Return from which probability on one of two classes is the answer, of outputs from 0 to 1; None for others."""
    if not targets.of_classes or targets.classes != 2 or (targets.low, targets.high) != (0, 1):
        return None
    own, other = (targets.decision[k] for k in (label, 1 - label)) if targets.decision else (1.0, 1.0)
    return other / (own + other)


def _decided(
    targets: Targets,
    metric: str,
    truth: NDArray[np.int64],
    outputs: NDArray[np.floating],
    weights: NDArray[np.float64] | None,
) -> Targets:
    """Return targets with the decision that has the best score for these outputs, (n, classes)."""
    if targets.of_classes:
        return replace(targets, decision=_factors(metric, truth, outputs, weights))
    pairs = (np.stack([1 - one, one], axis=1) for one in outputs.T)
    factors = [_factors(metric, *of_label, weights) for of_label in zip(truth.T.astype(np.int64), pairs, strict=True)]
    # present where p · f₁ > (1 − p) · f₀
    thresholds = [_rounded(one[0] / (one[0] + one[1])) if one else 0.5 for one in factors]
    return replace(targets, decision=tuple(thresholds) if any(one != 0.5 for one in thresholds) else ())


def _factors(
    metric: str, truth: NDArray[np.int64], outputs: NDArray[np.floating], weights: NDArray[np.float64] | None
) -> tuple[float, ...]:
    """Return the factor of each class with the best score; none if that is the class with the largest output."""
    one, classes = METRICS[metric], outputs.shape[1]
    counts = np.bincount(truth, weights, classes)
    frequencies = np.maximum(counts / counts.sum(), 1 / (len(truth) + 2))  # as if of a class that is missing
    best, chosen = -np.inf, 0.0
    for power in _POWERS:
        found = one.sign * float(one.score(truth, (outputs * frequencies**-power).argmax(axis=1), weights))
        if found > best:
            best, chosen = found, power
    return tuple(map(_rounded, frequencies**-chosen)) if chosen else ()


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
