r"""The notes' class, as the notes write it.

.. code-block:: python

    nn = NeuralNetwork(784, 200, 10, 0.2)
    nn.train(inputs, targets)  # inputs: 784 numbers, 0.01 to 1; targets: 10 numbers, 0.01 and 0.99
    answer = np.argmax(nn.query(inputs))

Its arithmetic is `glassnet.network`'s, with the rule ``notes``, sigmoid nodes, squared error and no bias.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .errors import ShapeError
from .network import forward
from .nn.blas import one_blas_thread
from .nn.network_class import Network
from .nn.parameters import FloatArray
from .nn.train_step import train_step


class NeuralNetwork:
    """Three layers of nodes, trained one example at a time.

    Parameters
    ----------
    inputnodes, hiddennodes, outputnodes : int
        Nodes in each layer.
    learningrate : float
        The α of the notes, usually 0.1 to 0.3.
    seed : int, optional
        Same seed, same initial weights; drawn afresh if not given, as in the notes.
    initializer : str, default "notes"
        ``"notes"`` draws with standard deviation ``1/√(incoming links)``, as the notes' text says; ``"notes-code"``
        with ``1/√(own nodes)``, as their program does.

    Attributes
    ----------
    wih : ndarray of float64, shape (hiddennodes, inputnodes)
        Weights from the inputs to the hidden nodes; can be set.
    who : ndarray of float64, shape (outputnodes, hiddennodes)
        Weights from the hidden nodes to the outputs; can be set.
    lr : float
        Learning rate; can be set at any time.
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
        new = np.asarray(values, float)
        if new.shape != weight.shape:
            raise ShapeError("GN050", f"{('wih', 'who')[layer]}: shape {new.shape}, expected {weight.shape}.")
        weight[...] = new

    def train(self, inputs_list: ArrayLike, targets_list: ArrayLike) -> None:
        """Learn from one example, or from many one after the other.

        ``ΔW = α · E · O(1−O) · O_prevᵀ`` for both matrices, with the raw error ``e = t − o`` at the outputs and
        ``Wᵀ · e`` at the hidden nodes.

        Parameters
        ----------
        inputs_list : array_like, shape (inputnodes,) or (n, inputnodes)
            Numbers from 0.01 to 1; text such as ``"0.5"`` is read as a number.
        targets_list : array_like, shape (outputnodes,) or (n, outputnodes)
            0.99 for the right answer, 0.01 for the others.

        Raises
        ------
        ShapeError
            GN050 when the widths are not those of the network, or the numbers of samples differ.
        """
        inputs = self._samples(inputs_list, self.wih.shape[1], "inputs")
        targets = self._samples(targets_list, self.who.shape[0], "targets")
        if len(inputs) != len(targets):
            raise ShapeError("GN050", f"{len(inputs)} rows of inputs but {len(targets)} rows of targets.")
        made, parameters = self.network.architecture, self.network.parameters
        one_blas_thread.look_again()  # at libraries that came with what the program has imported since
        with one_blas_thread():  # two would wait for each other longer than a step takes
            for row in range(len(inputs)):
                train_step(made, parameters, inputs[row : row + 1], targets[row : row + 1], self.lr)

    def query(self, inputs_list: ArrayLike) -> FloatArray:
        """Answer, as a column a sample: shape (outputnodes, 1), or (outputnodes, n) for n samples.

        Parameters
        ----------
        inputs_list : array_like, shape (inputnodes,) or (n, inputnodes)

        Raises
        ------
        ShapeError
            GN050 when a sample does not have `inputnodes` values.
        """
        return self.network.outputs(self._samples(inputs_list, self.wih.shape[1], "inputs")).T

    def backquery(self, targets_list: ArrayLike) -> FloatArray:
        """Ask backwards: which inputs would give these outputs? Shape (inputnodes, n), each column from 0.01 to 0.99.

        Every step of `query` is undone: the sigmoid by the logit ``ln(o / (1 − o))``, the links by the transposed
        weights. What comes back over the links can lie anywhere, so it is brought to 0.01…0.99 before the next logit.

        Parameters
        ----------
        targets_list : array_like, shape (outputnodes,) or (n, outputnodes)
            Outputs wanted, strictly between 0 and 1.

        Raises
        ------
        ShapeError
            GN050 when a row does not have `outputnodes` values, or a value is not strictly between 0 and 1.
        """
        outputs = self._samples(targets_list, self.who.shape[0], "targets")
        if not ((outputs > 0) & (outputs < 1)).all():
            raise ShapeError("GN050", "targets: the sigmoid reaches only values between 0 and 1; use 0.01 to 0.99.")
        return backwards(self.network, outputs).T

    def hidden(self, inputs_list: ArrayLike) -> FloatArray:
        """Return what the hidden nodes say: shape (hiddennodes, n); arguments as for `query`."""
        inputs = self._samples(inputs_list, self.wih.shape[1], "inputs")
        return forward(self.network.architecture, self.network.parameters, inputs).activations[1].T

    @staticmethod
    def _samples(values: Any, width: int, what: str) -> FloatArray:
        rows = np.atleast_2d(np.asarray(values, dtype=float))
        if rows.ndim != 2 or rows.shape[1] != width:
            raise ShapeError("GN050", f"{what}: shape {np.shape(values)}, expected ({width},) or (samples, {width}).")
        return rows


def backwards(network: Network, outputs: FloatArray) -> FloatArray:
    """Run a network of sigmoid nodes backwards: from outputs between 0 and 1, (n, outputs), to (n, features).

    Layer by layer, the last first: the sigmoid is undone by the logit ``ln(o / (1 − o))``, a bias is taken off, the
    links are gone back by the transposed weights, and what arrives is brought to 0.01…0.99.
    """
    signals = outputs
    layers = zip(network.parameters.weights, network.parameters.biases, strict=True)
    for weight, bias in reversed(list(layers)):
        sums = np.log(signals / (1 - signals))
        signals = _to_range((sums if bias is None else sums - bias) @ weight)  # (n, fan_in)
    return signals


def _to_range(values: FloatArray) -> FloatArray:
    """Stretch each row to 0.01…0.99; a row without contrast becomes 0.5."""
    low, high = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
    width = np.where(high > low, high - low, 1)
    return np.where(high > low, (values - low) / width * 0.98 + 0.01, 0.5)
