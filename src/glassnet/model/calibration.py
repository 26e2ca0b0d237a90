"""The temperature that fits predictions to held-out data, and the loss that remains with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..nn.activations import sigmoid, softmax
from ..nn.losses import output_loss
from .model import Model
from .network import Network

COLDEST, HOTTEST = 0.05, 20.0
"""Smallest and largest temperature."""
_STEPS = 12  # of Newton's method, which usually needs four


def has_temperature(model: Model) -> bool:
    """Tell whether the outputs are probabilities that a temperature can correct."""
    return model.network.architecture.activations[-1] in ("softmax", "sigmoid") and model.targets.name != "values"


def with_calibrated_weights(model: Model) -> Model:
    """Return the model with its temperature as part of the output layers' weights, as copies, for further training.

    The predictions stay the same, except for rounding.
    """
    if model.temperature == 1:
        return model
    networks = [Network.of(one.architecture, one.parameters.copy()) for one in model.members]
    for network in networks:
        for numbers in (network.parameters.weights[-1], network.parameters.biases[-1]):
            if numbers is not None:
                numbers /= numbers.dtype.type(model.temperature)
    return replace(model, network=networks[0], others=tuple(networks[1:]), temperature=1.0)


def logits_of(model: Model, data: Dataset) -> NDArray[np.float64]:
    """Return the sums of the output layer, without temperature, of a model of one network, shape (n, outputs)."""
    parts = [signals.sums[-1] for _, [signals] in model.batches(data.inputs)]
    return np.concatenate(parts).astype(np.float64) * model.temperature


def doubtful_targets(data: Dataset) -> NDArray[np.float64]:
    """Return the targets as probabilities, shape (n, outputs), none of which is 0 or 1.

    A true class counts with probability ``1 − 1 / (n + 2)`` (Platt 1999, section 2.2), because a few correct
    predictions do not justify certainty.
    """
    doubt = 1 / (len(data) + 2)
    if data.values is not None:
        return data.values * (1 - doubt) + (1 - data.values) * doubt
    targets = np.full((len(data), data.classes), doubt / max(1, data.classes - 1))
    targets[np.arange(len(data)), data.labels] = 1 - doubt
    return targets


def calibrated_loss(
    output: str, logits: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64] | None = None
) -> tuple[float, float]:
    """Return the temperature with the smallest cross-entropy, and this cross-entropy.

    The loss that remains measures how well the classes are separated, whatever the confidence. Stopping at its minimum
    and correcting the confidence afterwards gives better predictions than stopping at the minimum of the loss itself,
    where overconfidence grows earlier than errors (Berta, Holzmüller, Jordan and Bach 2025, "Rethinking early stopping:
    refine, then calibrate").

    `output` is the activation of the output layer, "softmax" or "sigmoid"; `logits` and `targets`, shape (n, outputs),
    are its sums and the target probabilities; `weights` has shape (n,). The cross-entropy is convex in the inverse
    temperature, so Newton's method finds its minimum (Guo et al. 2017, section 4.2, minimise the same function).
    """
    share = np.full(len(logits), 1 / len(logits)) if weights is None else weights / weights.sum()
    aligned = share @ (targets * logits).sum(axis=1)
    inverse, low, high = 1.0, 1 / HOTTEST, 1 / COLDEST
    for _ in range(_STEPS):
        if output == "softmax":
            p = softmax(inverse * logits)
            mean = (p * logits).sum(axis=1)
            slope, curvature = share @ mean - aligned, share @ ((p * logits**2).sum(axis=1) - mean**2)
        else:
            p = sigmoid(inverse * logits)
            slope = share @ (p * logits).sum(axis=1) - aligned
            curvature = share @ (p * (1 - p) * logits**2).sum(axis=1)
        if not slope:
            break
        low, high = (inverse, high) if slope < 0 else (low, inverse)
        step = inverse - slope / curvature if curvature > 0 else 0.0  # saturated outputs have no curvature
        step = step if low <= step <= high else (low * high) ** 0.5
        if abs(step / inverse - 1) < 1e-4:
            break
        inverse = step
    sums = inverse * logits
    loss = output_loss("cross_entropy", output).value(sums, sums, targets)
    return float(1 / inverse), float(share @ loss)
