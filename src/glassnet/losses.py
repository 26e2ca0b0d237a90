r"""Losses: what training makes small, and the delta it sends back from the last layer.

The notes measure the error :math:`e = t - o` and minimise its square, for three reasons: the slope is simple algebra,
it is smooth, and it shrinks towards the minimum so that steps do not overshoot. Written here as
:math:`\tfrac12 (t-o)^2`: the notes drop the 2 of the derivative into the learning rate, and this is the loss whose
slope is without it.

A delta is the slope of the loss with respect to the sums of the last layer, :math:`\partial E / \partial z`. Which
formula gives it depends on the loss *and* the activation of the outputs, so it is looked up by the pair; a pair that is
not listed has no meaning (the logarithm of a negative output, say) and is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .activations import ACTIVATIONS, Array
from .errors import OptionError

LOSSES = ("squared_error", "cross_entropy")


class OutputLoss(NamedTuple):
    """A loss for one kind of outputs.

    ``value(z, a, t)`` gives the loss of each sample, shape (n,); ``delta(z, a, t)`` its slope with respect to `z`,
    shape (n, outputs). `z` are the sums, `a` the outputs, `t` the targets, each (n, outputs).
    """

    value: Callable[[Array, Array, Array], Array]
    delta: Callable[[Array, Array, Array], Array]


def squared_error(z: Array, a: Array, t: Array) -> Array:
    """Return ``½ Σ (t − a)²`` of each sample."""
    value: Array = 0.5 * ((t - a) ** 2).sum(axis=-1)
    return value


def _squared_error_delta(activation: str) -> Callable[[Array, Array, Array], Array]:
    derivative = ACTIVATIONS[activation].derivative
    assert derivative is not None

    def delta(z: Array, a: Array, t: Array) -> Array:
        """Return ``(a − t) · f′``; for the sigmoid ``−(t−o) · o(1−o)``, as derived in the notes."""
        return (a - t) * derivative(z, a)

    return delta


def _squared_error_softmax_delta(z: Array, a: Array, t: Array) -> Array:
    """Return ``Jᵀ (a − t)`` with the softmax's Jacobian ``J = diag(a) − a aᵀ``."""
    error = a - t
    value: Array = a * (error - (error * a).sum(axis=-1, keepdims=True))
    return value


def cross_entropy_sigmoid(z: Array, a: Array, t: Array) -> Array:
    """Return ``−Σ [t log a + (1−t) log(1−a)]``, from the sums so that it stays finite when `a` rounds to 0 or 1."""
    value: Array = (np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))).sum(axis=-1)
    return value


def cross_entropy_softmax(z: Array, a: Array, t: Array) -> Array:
    """Return ``−Σ t log a``, from the sums."""
    peak = z.max(axis=-1, keepdims=True)
    log_sum = peak + np.log(np.exp(z - peak).sum(axis=-1, keepdims=True))
    value: Array = (t * (log_sum - z)).sum(axis=-1)
    return value


def cross_entropy_sigmoid_delta(z: Array, a: Array, t: Array) -> Array:
    """Return ``a − t``: the sigmoid's derivative cancels (Bishop 2006, section 4.3.6)."""
    return a - t


def cross_entropy_softmax_delta(z: Array, a: Array, t: Array) -> Array:
    """Return ``a Σt − t``, which is ``a − t`` when the targets of a sample add up to 1."""
    value: Array = a * t.sum(axis=-1, keepdims=True) - t
    return value


OUTPUT_LOSSES: dict[tuple[str, str], OutputLoss] = {
    **{
        ("squared_error", name): OutputLoss(squared_error, _squared_error_delta(name))
        for name, activation in ACTIVATIONS.items()
        if activation.derivative is not None
    },
    ("squared_error", "softmax"): OutputLoss(squared_error, _squared_error_softmax_delta),
    ("cross_entropy", "sigmoid"): OutputLoss(cross_entropy_sigmoid, cross_entropy_sigmoid_delta),
    ("cross_entropy", "softmax"): OutputLoss(cross_entropy_softmax, cross_entropy_softmax_delta),
}
"""(loss, activation of the outputs) -> value and delta."""


def output_loss(loss: str, activation: str) -> OutputLoss:
    """Look up a pair.

    Raises
    ------
    OptionError
        GN022 when the pair has no meaning.
    """
    try:
        return OUTPUT_LOSSES[loss, activation]
    except KeyError:
        fitting = " or ".join(a for (name, a) in OUTPUT_LOSSES if name == loss)
        raise OptionError(
            "GN022", f"loss {loss} with {activation} outputs has no meaning: it needs {fitting} outputs."
        ) from None
