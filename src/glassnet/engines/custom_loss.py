"""A loss of one's own: the reference engine, with a Python function in the place of the architecture's loss."""

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
    """Trains by any loss that can be written as a function of outputs and targets.

    Parameters
    ----------
    loss : callable
        Called with outputs and targets, each (n, outputs), as the network has them: numbers are standardised. Returns
        the loss of each sample, (n,), and its slope with respect to each output, (n, outputs); both are checked in
        shape alone. It is called twice a batch.

    Raises
    ------
    OptionError
        GN022, in training, with the rule ``notes``, which sends back the raw error whatever the loss is.
    ShapeError
        GN050, in training, when the function returns other shapes.

    Examples
    --------
    >>> def cubed(outputs, targets):
    ...     error = outputs - targets
    ...     return (abs(error) ** 3).sum(axis=1), 3 * error * abs(error)
    >>> engine = CustomLossEngine(cubed)  # for `fit(data, options, engine=engine)`
    """

    name = "custom-loss"

    def __init__(self, loss: Loss) -> None:
        self._loss = loss

    def output_loss(self, architecture: Architecture) -> OutputLoss:
        """Return the function's own loss, taken through the activation of the outputs."""
        if architecture.rule == "notes":
            raise OptionError(
                "GN022", "a loss of your own with rule notes: that rule sends back the error whatever it is."
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
                "GN050", f"the loss function returned {type(given).__name__}, expected two arrays, losses and slopes."
            )
        losses, slopes = (np.asarray(one, outputs.dtype) for one in given)
        if losses.shape != outputs.shape[:1] or slopes.shape != outputs.shape:
            raise ShapeError(
                "GN050",
                f"the loss function returned shapes {losses.shape} and {slopes.shape}, "
                f"expected {outputs.shape[:1]}, a loss a sample, and {outputs.shape}, its slopes.",
            )
        return losses, slopes
