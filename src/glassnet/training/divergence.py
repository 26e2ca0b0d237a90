"""Detect divergence, and restore the last good weights."""

from __future__ import annotations

import math

import numpy as np

from ..engines import Samples
from ..errors import DivergedError
from ..messages.message import Message
from ..model.model import Model
from ..nn.losses import OutputLoss
from ..nn.parameters import FloatArray
from ..options.options import Options
from .state import TrainingState, size_of


class DivergenceGuard:
    """Detects divergence, and restores the weights of the last good epoch.

    Training has diverged if a loss or a weight is not finite. Sigmoid nodes saturate instead of overflowing, so it has
    also diverged if, at the end of an epoch, the loss exceeds that of a constant prediction and the weights are more
    than ten times their initial size.

    `constant` is the loss of a prediction that ignores the inputs, from `constant_answer_loss`; `state` has the last
    good weights, and the error refers to `model`.
    """

    def __init__(self, constant: float, state: TrainingState, options: Options, model: Model) -> None:
        self._state, self._parameters = state, state.optimizer_state.parameters
        self._constant, self._options, self._model = constant, options, model

    def check(self, loss: float) -> None:
        """Raise unless the loss of a block and the weights after it are finite."""
        if not (math.isfinite(loss) and np.isfinite(self._parameters.flat).all()):
            endless = Message("a weight became infinite")
            self._give_up(endless if math.isfinite(loss) else Message("the loss became {loss:g}", loss=loss))

    def check_epoch(self, loss: float) -> None:
        """Raise if the weights grew more than tenfold and the loss exceeds that of a constant prediction."""
        if loss > self._constant and size_of(self._parameters.flat) > self._state.limit:
            template = (
                "the loss {loss:.3g} exceeds the {constant:.3g} of a constant prediction, and the weights grew more "
                "than tenfold"
            )
            self._give_up(Message(template, loss=loss, constant=self._constant))

    @property
    def _advice(self) -> Message:
        if self._options.learning_rate * self._options.weight_decay >= 1:  # decay alone flips the sign of a weight
            return Message("Use a smaller weight decay or learning rate; their product must be below 1.")
        return Message("Use a smaller learning rate.")

    def _give_up(self, why: Message) -> None:
        epoch = self._state.epoch
        self._state.roll_back()
        good = self._state.chosen_epoch(self._options) or epoch
        template = "training diverged in epoch {epoch}: {why}. The last good weights are {kept}. {advice}"
        kept = weights_after(good)
        problem = DivergedError("GN030", template, epoch=epoch + 1, why=why, kept=kept, advice=self._advice)
        problem.good_epochs, problem.model = epoch, self._model
        raise problem


def weights_after(epoch: int) -> Message:
    """Return a phrase for the weights after an epoch, or for the initial ones."""
    return Message("the weights after epoch {epoch}", epoch=epoch) if epoch else Message("the initial weights")


def constant_answer_loss(activation: str, loss: OutputLoss, samples: Samples) -> float:
    """Return the mean loss of the best constant prediction: the mean or the median of the targets."""
    share = np.bincount(samples.labels, samples.weights, minlength=len(samples.targets)) / len(samples)
    losses = []
    for constant in (share @ samples.targets, _median(samples.targets, share)):  # (outputs,)
        a = np.tile(constant, (len(samples.targets), 1))
        if activation in ("sigmoid", "softmax", "exponential"):
            a = np.clip(a, 1e-12, None if activation == "exponential" else 1 - 1e-12)
        if activation == "softmax":
            a /= a.sum(axis=1, keepdims=True)
        losses.append(float(share @ loss.value(_sums(activation, a), a, samples.targets)))
    return min(losses)


def _sums(activation: str, a: FloatArray) -> FloatArray:
    """Return logits for these outputs, since some losses use them."""
    if activation == "sigmoid":
        return np.log(a) - np.log1p(-a)
    return np.log(a) if activation in ("softmax", "exponential") else a


def _median(targets: FloatArray, share: FloatArray) -> FloatArray:
    """Return the weighted median of each column."""
    order = targets.argsort(axis=0)
    below = share[order].cumsum(axis=0)
    first = (below < 0.5).sum(axis=0)
    ordered = np.take_along_axis(targets, order, axis=0)
    median: FloatArray = ordered[first.clip(max=len(targets) - 1), np.arange(targets.shape[1])]
    return median
