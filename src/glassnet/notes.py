r"""The notes' class, as the notes write it.

.. code-block:: python

    nn = NeuralNetwork(784, 200, 10, 0.2)
    nn.train(inputs, targets)  # inputs: 784 numbers from 0.01 to 1; targets: 10 numbers, 0.99 or 0.01
    answer = np.argmax(nn.query(inputs))

It computes with `glassnet.network`: rule ``notes``, sigmoid nodes, squared error, no bias.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .errors import ShapeError, require_number
from .messages.message import Message
from .model.network import LARGEST_RATE, Network, rows_of
from .model.train_step import train_step
from .network import forward
from .nn.parameters import FloatArray
from .runtime.blas import one_blas_thread


class NeuralNetwork:
    """A network with one hidden layer, trained one sample at a time.

    Parameters
    ----------
    inputnodes, hiddennodes, outputnodes : int
        Nodes in each layer.
    learningrate : float
        Learning rate, the notes' α, from 0 to 1,000,000; usually 0.1 to 0.3.
    seed : int, optional
        Seed of the initial weights. Without it they differ each time, as in the notes.
    initializer : str, default "notes"
        ``"notes"`` uses the standard deviation ``1/√(incoming links)`` of the notes' text, ``"notes-code"`` the
        ``1/√(own nodes)`` of the notes' program.

    Attributes
    ----------
    wih : ndarray of float64, shape (hiddennodes, inputnodes)
        Weights from the inputs to the hidden nodes; assignable.
    who : ndarray of float64, shape (outputnodes, hiddennodes)
        Weights from the hidden nodes to the outputs; assignable.
    lr : float
        Learning rate; assignable at any time.

    Examples
    --------
    >>> import glassnet
    >>> network = glassnet.NeuralNetwork(3, 4, 2, 0.3, seed=1)
    >>> for _ in range(100):
    ...     network.train([0.9, 0.1, 0.8], [0.99, 0.01])
    >>> int(network.query([0.9, 0.1, 0.8]).argmax())
    0
    """

    def __init__(
        self,
        inputnodes: int,
        hiddennodes: int,
        outputnodes: int,
        learningrate: float,
        *,
        seed: int | None = None,
        initializer: str = "notes",
    ) -> None:
        if seed is None:
            seed = int(np.random.SeedSequence().generate_state(1)[0])
        self.lr = learningrate
        self.network = Network(
            (inputnodes, hiddennodes, outputnodes), "sigmoid", rule="notes", initializer=initializer, seed=seed
        )

    def __repr__(self) -> str:
        inputs, hidden, outputs = self.network.architecture.sizes
        return f"NeuralNetwork({inputs}, {hidden}, {outputs}, {self.lr!r})"

    @property
    def lr(self) -> float:
        """Learning rate."""
        rate: float = self.__dict__["lr"]
        return rate

    @lr.setter
    def lr(self, rate: float) -> None:
        self.__dict__["lr"] = require_number("learningrate", rate, 0, LARGEST_RATE)

    @property
    def wih(self) -> FloatArray:
        """Weights from the inputs to the hidden nodes."""
        return self.network.parameters.weights[0]

    @wih.setter
    def wih(self, values: ArrayLike) -> None:
        self._set(0, values)

    @property
    def who(self) -> FloatArray:
        """Weights from the hidden nodes to the outputs."""
        return self.network.parameters.weights[1]

    @who.setter
    def who(self, values: ArrayLike) -> None:
        self._set(1, values)

    def _set(self, layer: int, values: ArrayLike) -> None:
        weight = self.network.parameters.weights[layer]
        name, (fan_out, fan_in) = ("wih", "who")[layer], weight.shape
        new = rows_of(values, fan_in, name, float, str(weight.shape))
        if len(new) != fan_out:
            template = "{name}: shape {shape}, expected {expected}."
            raise ShapeError("GN050", template, name=name, shape=new.shape, expected=weight.shape)
        weight[...] = new

    def train(self, inputs_list: ArrayLike, targets_list: ArrayLike) -> None:
        """Train on one sample, or on many, one after another.

        Both matrices change by ``ΔW = α · E · O(1−O) · O_prevᵀ``, where E is the raw error ``e = t − o`` at the outputs
        and ``Wᵀ · e`` at the hidden nodes.

        Parameters
        ----------
        inputs_list : array_like, shape (inputnodes,) or (n, inputnodes)
            Numbers from 0.01 to 1. Text such as ``"0.5"`` is converted.
        targets_list : array_like, shape (outputnodes,) or (n, outputnodes)
            0.99 for the correct class, 0.01 for all others.

        Raises
        ------
        ShapeError
            GN050 when a sample has the wrong number of values, or inputs and targets differ in their number of samples.
        DataError
            GN014 when a value is not a number or is masked, GN018 when one is NaN, infinite or beyond 1e50. The weights
            are unchanged then.
        """
        inputs = self._samples(inputs_list, self.wih.shape[1], "inputs")
        targets = self._samples(targets_list, self.who.shape[0], "targets")
        if len(inputs) != len(targets):
            template = "{inputs} rows of inputs but {targets} rows of targets."
            raise ShapeError("GN050", template, inputs=len(inputs), targets=len(targets))
        made, parameters = self.network.architecture, self.network.parameters
        one_blas_thread.look_again()  # also limits libraries that the program has imported since
        with one_blas_thread():  # two threads would spend longer on waiting for each other than a step takes
            for row in range(len(inputs)):
                train_step(made, parameters, inputs[row : row + 1], targets[row : row + 1], self.lr)

    def query(self, inputs_list: ArrayLike) -> FloatArray:
        """Return the outputs, one column per sample: shape (outputnodes, 1), or (outputnodes, n) for n samples.

        Parameters
        ----------
        inputs_list : array_like, shape (inputnodes,) or (n, inputnodes)

        Raises
        ------
        ShapeError
            GN050 when a sample does not have `inputnodes` values.
        DataError
            As `train`.
        """
        return self.network.outputs(self._samples(inputs_list, self.wih.shape[1], "inputs")).T

    def backquery(self, targets_list: ArrayLike) -> FloatArray:
        """Run the network backwards: return inputs for given outputs, shape (inputnodes, n), from 0.01 to 0.99.

        The steps of `query` are inverted: the sigmoid by the logit ``ln(o / (1 − o))``, the weights by their transpose.
        The result of each layer is rescaled to 0.01…0.99, because the next logit needs values between 0 and 1.

        Parameters
        ----------
        targets_list : array_like, shape (outputnodes,) or (n, outputnodes)
            Desired outputs, strictly between 0 and 1.

        Raises
        ------
        ShapeError
            GN050 when a sample does not have `outputnodes` values, or a value is not strictly between 0 and 1.
        """
        outputs = self._samples(targets_list, self.who.shape[0], "targets")
        if not ((outputs > 0) & (outputs < 1)).all():
            raise ShapeError("GN050", "targets: a sigmoid output lies strictly between 0 and 1. Use 0.01 to 0.99.")
        return backwards(self.network, outputs).T

    def hidden(self, inputs_list: ArrayLike) -> FloatArray:
        """Return the activations of the hidden nodes, shape (hiddennodes, n); arguments as for `query`."""
        inputs = self._samples(inputs_list, self.wih.shape[1], "inputs")
        return forward(self.network.architecture, self.network.parameters, inputs).activations[1].T

    @staticmethod
    def _samples(values: Any, width: int, what: str) -> FloatArray:
        return rows_of(values, width, what, float, Message("({width},) or (samples, {width})", width=width))


def backwards(network: Network, outputs: FloatArray) -> FloatArray:
    """Run a network of sigmoid nodes backwards: from outputs between 0 and 1, (n, outputs), to inputs, (n, features).

    For each layer, the last one first: apply the logit ``ln(o / (1 − o))``, subtract the bias, multiply by the
    transposed weights, and rescale each sample to 0.01…0.99.
    """
    signals = outputs
    layers = zip(network.parameters.weights, network.parameters.biases, strict=True)
    for weight, bias in reversed(list(layers)):
        sums = np.log(signals / (1 - signals))
        signals = _to_range((sums if bias is None else sums - bias) @ weight)  # (n, fan_in)
    return signals


def _to_range(values: FloatArray) -> FloatArray:
    """Rescale each row to 0.01…0.99; a constant row becomes 0.5."""
    low, high = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
    width = np.where(high > low, high - low, 1)
    return np.where(high > low, (values - low) / width * 0.98 + 0.01, 0.5)
