"""Custom losses: the reference engine with a Python function in place of the architecture's loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..errors import OptionError, ShapeError
from ..nn.architecture import Architecture
from ..nn.losses import OutputLoss, through
from ..nn.parameters import FloatArray
from .reference import ReferenceEngine

Loss = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


class CustomLossEngine(ReferenceEngine):
    """Trains with any loss that is a function of outputs and targets.

    Parameters
    ----------
    loss : callable
        Called twice per batch with outputs and targets, each (n, outputs); regression targets are standardised. Returns
        the loss of each sample, (n,), and its gradient with respect to each output, (n, outputs). Only their shapes are
        checked.

    Raises
    ------
    OptionError
        GN022 in training with the rule ``notes``, which propagates the raw error for every loss.
    ShapeError
        GN050 in training when the function returns other shapes.

    Examples
    --------
    >>> import glassnet
    >>> def cubed(outputs, targets):
    ...     error = outputs - targets
    ...     return (abs(error) ** 3).sum(axis=1), 3 * error * abs(error)
    >>> engine = glassnet.CustomLossEngine(cubed)  # for `fit(data, options, engine=engine)`
    """

    name = "custom-loss"

    def __init__(self, loss: Loss) -> None:
        self._loss = loss

    def __repr__(self) -> str:
        return f"CustomLossEngine({getattr(self._loss, '__name__', type(self._loss).__name__)})"

    def output_loss(self, architecture: Architecture) -> OutputLoss:
        """Return the custom loss for the output activation."""
        if architecture.rule == "notes":
            raise OptionError(
                "GN022",
                "custom loss with rule notes: that rule propagates the raw error for every loss. Use rule gradient.",
            )
        activation = architecture.activations[-1]

        def value(z: FloatArray, a: FloatArray, t: FloatArray) -> FloatArray:
            return self._checked(a, t)[0]

        def delta(z: FloatArray, a: FloatArray, t: FloatArray) -> FloatArray:
            return through(activation, self._checked(a, t)[1], z, a)

        return OutputLoss(value, delta)

    def _checked(self, outputs: FloatArray, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
        given = self._loss(outputs, targets)
        if not isinstance(given, tuple) or len(given) != 2:
            raise ShapeError(
                "GN050",
                "the loss function returned {kind}, expected two arrays, losses and gradients.",
                kind=type(given).__name__,
            )
        losses, gradients = (np.asarray(one, outputs.dtype) for one in given)
        if losses.shape != outputs.shape[:1] or gradients.shape != outputs.shape:
            raise ShapeError(
                "GN050",
                "the loss function returned shapes {first} and {second}, expected {losses} for the losses "
                "and {slopes} for the gradients.",
                first=losses.shape,
                second=gradients.shape,
                losses=outputs.shape[:1],
                slopes=outputs.shape,
            )
        return losses, gradients
