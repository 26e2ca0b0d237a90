"""`Network`: an architecture and its parameters in one object, with checks of the input shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ..errors import DataError, ShapeError, require_number, wrong_type
from ..messages.message import Message
from ..network import backpropagate, forward
from ..nn.activations import Array
from ..nn.architecture import Architecture
from ..nn.initializers import initial_parameters
from ..nn.parameters import Parameters
from .train_step import train_step

LARGEST = 1e50
"""Largest magnitude of inputs and targets: a step on larger ones could make a weight infinite."""
LARGEST_RATE = 1_000_000


def rows_of(values: ArrayLike, width: int, what: str, dtype: DTypeLike, expected: str | Message) -> Array:
    """Return samples as rows of finite numbers, shape (n, width)."""
    try:
        with np.errstate(over="ignore"):  # too large for float32: infinite, refused below
            rows: Array = np.atleast_2d(np.asarray(values, dtype))
    except (TypeError, ValueError):
        template = "{name}: not an array of numbers. Pass numbers, as many in each row."
        raise DataError("GN014", template, name=what) from None
    if rows.ndim != 2 or rows.shape[1] != width:
        template = "{name}: shape {shape}, expected {expected}."
        raise ShapeError("GN050", template, name=what, shape=np.shape(values), expected=expected)
    if np.ma.is_masked(values):
        template = "{name}: masked values, expected numbers. Fill them in, or leave these samples out."
        raise DataError("GN014", template, name=what)
    largest = min(LARGEST, float(np.finfo(rows.dtype).max))
    within = np.abs(rows) <= largest  # NaN is not
    if not within.all():
        row, column = np.argwhere(~within)[0]
        template = "{name}: {value} in row {row}, expected finite numbers of magnitude up to {largest:g}."
        raise DataError("GN018", template, name=what, value=rows[row, column], row=row, largest=largest)
    return rows


class Network:
    """A network: its architecture and its parameters.

    Parameters
    ----------
    sizes : sequence of int
        Nodes per layer, inputs first.
    activations : str or sequence of str, default "sigmoid"
        One name for all layers, or one per layer after the inputs.
    bias, loss, rule, loss_parameter
        As in `Architecture`.
    initializer : str, default "notes"
        Distribution of the initial weights; see ``initializers.INITIALIZERS``.
    seed : int, default 0
        Seed of the initial weights.
    dtype : str, default "float64"
        ``"float32"`` or ``"float64"``.

    Attributes
    ----------
    architecture : Architecture
    parameters : Parameters

    Raises
    ------
    OptionError
        GN021, GN022: see `Architecture`.

    Examples
    --------
    >>> import glassnet
    >>> network = glassnet.Network([3, 4, 2])
    >>> network.outputs([[0.9, 0.1, 0.8]]).shape
    (1, 2)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: str | Sequence[str] = "sigmoid",
        *,
        bias: bool = False,
        loss: str = "squared_error",
        rule: str = "gradient",
        loss_parameter: float | None = None,
        initializer: str = "notes",
        seed: int = 0,
        dtype: str = "float64",
    ) -> None:
        if not isinstance(sizes, Sequence | np.ndarray) or isinstance(sizes, str):
            raise wrong_type("sizes", sizes, "the numbers of nodes of the layers, such as (784, 200, 10)")
        names = (activations,) * (len(sizes) - 1) if isinstance(activations, str) else tuple(activations)
        self.architecture = Architecture(tuple(sizes), names, bias, loss, rule, loss_parameter)
        self.parameters = initial_parameters(self.architecture.layout, initializer, seed, dtype)

    @classmethod
    def of(cls, architecture: Architecture, parameters: Parameters) -> Network:
        """Return a network for an existing architecture and parameters, which are not copied."""
        network = cls.__new__(cls)
        network.architecture, network.parameters = architecture, parameters
        return network

    def __repr__(self) -> str:
        made = self.architecture
        return f"Network({made.short}, loss {made.loss}, rule {made.rule}{', bias' if made.bias else ''})"

    def _rows(self, values: ArrayLike, width: int, what: str) -> Array:
        return rows_of(values, width, what, self.parameters.flat.dtype, Message("(samples, {width})", width=width))

    def _pairs(self, inputs: ArrayLike, targets: ArrayLike) -> tuple[Array, Array]:
        x = self._rows(inputs, self.architecture.sizes[0], "inputs")
        t = self._rows(targets, self.architecture.sizes[-1], "targets")
        if len(x) != len(t):
            template = "{inputs} rows of inputs but {targets} rows of targets."
            raise ShapeError("GN050", template, inputs=len(x), targets=len(t))
        return x, t

    def outputs(self, inputs: ArrayLike) -> Array:
        """Return the outputs, shape (n, outputs), for scaled inputs of shape (n, sizes[0]) or (sizes[0],).

        Raises
        ------
        ShapeError
            GN050 when a sample has the wrong number of values.
        DataError
            GN014 when a value is not a number, GN018 when one is NaN, infinite or beyond 1e50.
        """
        return forward(
            self.architecture, self.parameters, self._rows(inputs, self.architecture.sizes[0], "inputs")
        ).outputs

    def loss(self, inputs: ArrayLike, targets: ArrayLike) -> float:
        """Return the mean loss over the samples; shapes as in `gradients`."""
        x, t = self._pairs(inputs, targets)
        signals = forward(self.architecture, self.parameters, x)
        return float(self.architecture.output_loss.value(signals.sums[-1], signals.outputs, t).mean())

    def gradients(self, inputs: ArrayLike, targets: ArrayLike) -> Parameters:
        """Return the gradient of each weight by the rule, averaged over the samples; see `backpropagate`.

        Parameters
        ----------
        inputs : array_like, shape (n, sizes[0]) or (sizes[0],)
        targets : array_like, shape (n, sizes[-1]) or (sizes[-1],)

        Raises
        ------
        ShapeError
            GN050 when a sample has the wrong number of values, or inputs and targets differ in their number of samples.
        DataError
            As `outputs`.
        """
        x, t = self._pairs(inputs, targets)
        return backpropagate(self.architecture, self.parameters, forward(self.architecture, self.parameters, x), t)

    def train(self, inputs: ArrayLike, targets: ArrayLike, learning_rate: float) -> None:
        """Take one training step, as `train_step` does. Shapes and errors are those of `gradients`.

        Raises
        ------
        OptionError
            GN021 for a learning rate outside 0 to 1,000,000.
        """
        learning_rate = require_number("learning_rate", learning_rate, 0, LARGEST_RATE)
        x, t = self._pairs(inputs, targets)
        train_step(self.architecture, self.parameters, x, t, learning_rate)


def mean_outputs(outputs: Sequence[Array]) -> Array:
    """Return the means of the outputs of several networks, each (n, outputs); those of one network are returned as is.

    They are added in order: `numpy.mean` adds those of one row with one output in another order than those of more.
    """
    if len(outputs) == 1:
        return outputs[0]
    total = np.zeros_like(outputs[0])
    for one in outputs:
        total += one
    total /= total.dtype.type(len(outputs))
    return total
