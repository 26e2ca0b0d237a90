"""`Network`: an architecture and its parameters in one object, with checks of the input shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..errors import ShapeError, wrong_type
from ..network import backpropagate, forward
from .activations import Array
from .architecture import Architecture
from .initializers import initial_parameters
from .parameters import Parameters
from .train_step import train_step


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
        rows: Array = np.atleast_2d(np.asarray(values, self.parameters.flat.dtype))
        if rows.ndim != 2 or rows.shape[1] != width:
            raise ShapeError("GN050", f"{what}: shape {np.shape(values)}, expected (samples, {width}).")
        return rows

    def _pairs(self, inputs: ArrayLike, targets: ArrayLike) -> tuple[Array, Array]:
        x = self._rows(inputs, self.architecture.sizes[0], "inputs")
        t = self._rows(targets, self.architecture.sizes[-1], "targets")
        if len(x) != len(t):
            raise ShapeError("GN050", f"{len(x)} rows of inputs but {len(t)} rows of targets.")
        return x, t

    def outputs(self, inputs: ArrayLike) -> Array:
        """Return the outputs, shape (n, outputs), for scaled inputs of shape (n, sizes[0]) or (sizes[0],).

        Raises
        ------
        ShapeError
            GN050 when a sample has the wrong number of values.
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
        """
        x, t = self._pairs(inputs, targets)
        return backpropagate(self.architecture, self.parameters, forward(self.architecture, self.parameters, x), t)

    def train(self, inputs: ArrayLike, targets: ArrayLike, learning_rate: float) -> None:
        """Take one training step, as `train_step` does. Shapes and errors are those of `gradients`."""
        x, t = self._pairs(inputs, targets)
        train_step(self.architecture, self.parameters, x, t, learning_rate)
