r"""The algorithm. Read this first: forward, backpropagate, update.

A network is layers of nodes. Each node sums what comes in over its links and passes the sum through an activation
function; in the notes :math:`O = \mathrm{sigmoid}(W \cdot I)`. Training asks for an answer, measures the error, sends
it back over the same links, and moves every weight a little against its share of it.

One row is one sample here, so the notes' :math:`W \cdot I` for many samples at once is ``inputs @ W.T``; a weight
matrix is ``(fan_out, fan_in)`` as in the notes (3 → 4 → 2 nodes: 4×3 and 2×4).

Two rules send the error back. ``gradient`` is backpropagation: the error of a hidden node is :math:`W^T \delta`, where
:math:`\delta` already carries the derivative of the layer above, and the result is the exact slope of the loss.
``notes`` is what the notes' program does: it sends back the raw error, :math:`e_{hidden} = W^T e_{out}`. With sigmoid
nodes and one hidden layer that is the squared-error slope for the last matrix and the cross-entropy slope for the one
below: two losses at once, not the slope of either, and it learns well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from operator import index
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .errors import OptionError, ShapeError, require_choice
from .nn.activations import ACTIVATIONS, OUTPUTS_ONLY, Array
from .nn.initializers import initial_parameters
from .nn.losses import LOSSES, OutputLoss, loss_parameter, output_loss
from .nn.parameters import Layout, Parameters

RULES = ("notes", "gradient")


@dataclass(frozen=True)
class Architecture:
    """What a network is, without its numbers.

    Parameters
    ----------
    sizes : tuple of int
        Nodes a layer, inputs first: ``(784, 200, 10)``.
    activations : tuple of str
        One name a layer after the inputs; see ``activations.ACTIVATIONS``.
    bias : bool
        Whether nodes have a bias; the notes' have none.
    loss : str
        See ``losses.LOSSES``.
    rule : str
        ``"notes"`` or ``"gradient"``: how the error is sent back.
    loss_parameter : float, optional
        The one number that some losses are told: see ``losses.LOSS_PARAMETERS``, whose defaults are used if not given.

    Raises
    ------
    OptionError
        GN021 for a value that is not allowed, GN022 for values that do not fit together.
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    bias: bool = False
    loss: str = "squared_error"
    rule: str = "gradient"
    loss_parameter: float | None = None

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "sizes", tuple(map(index, self.sizes)))  # NumPy's whole numbers too
        except TypeError:
            raise OptionError("GN021", f"sizes {self.sizes}: expected whole numbers, one a layer.") from None
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise OptionError("GN021", f"sizes {self.sizes}: expected two or more layers of at least one node.")
        if len(self.activations) != len(self.sizes) - 1:
            raise OptionError(
                "GN022",
                f"{len(self.activations)} activations for {len(self.sizes) - 1} layers of nodes: expected one a layer.",
            )
        for name in self.activations:
            require_choice("activation", name, ACTIVATIONS)
        require_choice("loss", self.loss, LOSSES)
        require_choice("rule", self.rule, RULES)
        for name in self.activations[:-1]:
            if name in OUTPUTS_ONLY:
                raise OptionError(
                    "GN022", f"{name} in a hidden layer: it belongs to the outputs; use relu or sigmoid below."
                )
        if self.rule == "notes" and self.loss != "squared_error":
            raise OptionError(
                "GN022",
                f"rule notes with loss {self.loss}: the notes' rule is made for squared_error; use rule gradient.",
            )
        if self.rule == "notes" and self.activations[-1] == "softmax":
            raise OptionError(
                "GN022", "rule notes with softmax outputs: it needs each node's own derivative; use rule gradient."
            )
        output_loss(self.loss, self.activations[-1], self.loss_parameter)
        object.__setattr__(self, "loss_parameter", loss_parameter(self.loss, self.loss_parameter))

    @cached_property
    def layout(self) -> Layout:
        """Names and shapes of the parameters."""
        return Layout(self.sizes, self.bias)

    @property
    def output_loss(self) -> OutputLoss:
        """The loss, as it is for this network's outputs."""
        return output_loss(self.loss, self.activations[-1], self.loss_parameter)


class Signals(NamedTuple):
    """What a forward pass leaves behind: per layer of nodes the sums, and the activations with the inputs first."""

    sums: list[Array]
    activations: list[Array]

    @property
    def outputs(self) -> Array:
        """The network's answer, shape (n, outputs)."""
        return self.activations[-1]


# A BLAS may say "invalid value" of finite numbers, now and then, of what it reads beside them and leaves out again
# (https://github.com/numpy/numpy/issues/24067). Results are looked at instead.
@np.errstate(invalid="ignore")
def forward(
    architecture: Architecture, parameters: Parameters, inputs: Array, masks: Sequence[Array | None] = ()
) -> Signals:
    """Pass signals from the inputs to the outputs: ``O = f(W · I + b)``, layer by layer.

    Parameters
    ----------
    inputs : ndarray, shape (n, sizes[0])
        Scaled inputs, one sample a row.
    masks : sequence of ndarray or None, optional
        For dropout, one a hidden layer, (n, nodes): 0 for a node left out, ``1 / (1 − p)`` for one that is kept
        (Srivastava et al. 2014, inverted so that nothing changes when asking).

    Returns
    -------
    Signals
        Sums ``z`` and activations ``a`` of every layer, each (n, nodes).
    """
    a = inputs  # (n, sizes[0])
    signals = Signals([], [a])
    layers = zip(parameters.weights, parameters.biases, architecture.activations, strict=True)
    for (weight, bias, name), mask in zip_longest(layers, masks):
        z = a @ weight.T  # (n, fan_out)
        if bias is not None:
            z += bias
        a = ACTIVATIONS[name].value(z)
        if mask is not None:
            a = a * mask
        signals.sums.append(z)
        signals.activations.append(a)
    return signals


@np.errstate(invalid="ignore")
def backpropagate(
    architecture: Architecture,
    parameters: Parameters,
    signals: Signals,
    targets: Array,
    masks: Sequence[Array | None] = (),
    weights: Array | None = None,
    loss: OutputLoss | None = None,
) -> Parameters:
    r"""Send the error back and return the gradient of every weight, averaged over the samples.

    For each weight the slope is :math:`\delta_k \, o_j`: the delta of the node the link leads to, times the activation
    of the node it comes from. At the outputs the delta is the loss's own, with squared error and sigmoid the notes'
    :math:`-(t-o) \, o(1-o)`; below, it is the error that came back times the node's derivative.

    Parameters
    ----------
    signals : Signals
        From `forward`, for the same parameters.
    targets : ndarray, shape (n, outputs)
        What the outputs should have been.
    masks : sequence of ndarray or None, optional
        Those given to `forward`.
    weights : ndarray, shape (n,), optional
        What each sample's delta is multiplied by. The sum is still divided by the number of samples, so that a batch of
        heavy ones takes a longer step.
    loss : OutputLoss, optional
        Another loss than the architecture's own.

    Returns
    -------
    gradients : Parameters
        Of the same layout as the parameters.
    """
    gradients = Parameters(architecture.layout, np.empty_like(parameters.flat))
    share = parameters.flat.dtype.type(1 / len(targets))
    for layer, _, delta in send_back(architecture, parameters, signals, targets, masks, weights, loss):
        a = signals.activations[layer]  # (n, fan_in)
        # np.dot: matmul leaves BLAS for a single sample and takes four times as long.
        np.dot((delta * share).T, a, out=gradients.weights[layer])  # (fan_out, fan_in)
        bias_gradient = gradients.biases[layer]
        if bias_gradient is not None:
            bias_gradient[...] = delta.sum(axis=0) * share
    return gradients


def send_back(
    architecture: Architecture,
    parameters: Parameters,
    signals: Signals,
    targets: Array,
    masks: Sequence[Array | None] = (),
    weights: Array | None = None,
    loss: OutputLoss | None = None,
) -> Iterator[tuple[int, Array, Array]]:
    """Send the error back over the links; yield layer, error and delta of its nodes, from the outputs to the first.

    Arguments as for `backpropagate`; error and delta are (n, fan_out), and with ``o − t`` of the sign of a slope.
    """
    delta = (loss or architecture.output_loss).delta(signals.sums[-1], signals.outputs, targets)  # (n, outputs)
    error = signals.outputs - targets  # (n, outputs), the notes' −e
    if weights is not None:
        delta, error = delta * weights[:, None], error * weights[:, None]
    for layer in reversed(range(len(architecture.activations))):
        yield layer, error, delta
        if layer > 0:
            sent_back = error if architecture.rule == "notes" else delta
            error = sent_back @ parameters.weights[layer]  # (n, fan_in): Wᵀ e, or Wᵀ δ
            derivative = ACTIVATIONS[architecture.activations[layer - 1]].derivative
            assert derivative is not None  # softmax is refused in hidden layers
            a, mask = signals.activations[layer], masks[layer - 1] if masks else None
            if mask is not None:
                error = error * mask
                a = np.divide(a, mask, out=np.zeros_like(a), where=mask > 0)  # as the node said it
            slope = derivative(signals.sums[layer - 1], a)
            delta = np.multiply(error, slope, out=slope)


def update(parameters: Parameters, gradients: Parameters, learning_rate: float) -> None:
    """Move the weights against the slope, in place: ``w ← w − α ∂E/∂w``."""
    parameters.flat -= learning_rate * gradients.flat


def train_step(
    architecture: Architecture, parameters: Parameters, inputs: Array, targets: Array, learning_rate: float
) -> None:
    """Take one step in place: what `forward`, `backpropagate` and `update` do, without an array for the gradient.

    For one sample that array costs most of a step: it is as large as the weights, made anew each time and read twice.
    Equal to the three up to rounding; arguments as theirs.
    """
    signals = forward(architecture, parameters, inputs)
    rate = -learning_rate / len(inputs)
    # All deltas first: the error is sent back over the weights as they were on the way forward.
    for layer, _, delta in list(send_back(architecture, parameters, signals, targets)):
        add_outer_products(parameters.weights[layer], rate, delta, signals.activations[layer])
        bias = parameters.biases[layer]
        if bias is not None:
            bias += rate * delta.sum(axis=0)


def add_outer_products(weight: Array, factor: float, delta: Array, a: Array) -> None:
    """Add ``factor · δᵀ a``, the sum over the samples, to a weight matrix in place, with one call of BLAS (gemm).

    Parameters
    ----------
    weight : ndarray, shape (fan_out, fan_in)
        A view of `Parameters`: contiguous, so that BLAS writes into it and not into a copy.
    factor : float
    delta : ndarray, shape (n, fan_out)
    a : ndarray, shape (n, fan_in)
    """
    from scipy.linalg import blas  # as for the sigmoid: too much to load with `import glassnet`

    gemm = blas.dgemm if weight.dtype == np.float64 else blas.sgemm
    gemm(factor, a.T, delta.T, 1.0, weight.T, trans_b=True, overwrite_c=True)  # W.T += factor · (aᵀ δ)


class Network:
    """A network: its architecture and its numbers.

    Parameters
    ----------
    sizes : sequence of int
        Nodes a layer, inputs first.
    activations : str or sequence of str, default "sigmoid"
        One name for all layers, or one a layer after the inputs.
    bias, loss, rule, loss_parameter
        As in `Architecture`.
    initializer : str, default "notes"
        How initial weights are drawn; see ``initializers.INITIALIZERS``.
    seed : int, default 0
        Same seed, same weights.
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
    >>> network = Network([3, 4, 2])
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
        names = (activations,) * (len(sizes) - 1) if isinstance(activations, str) else tuple(activations)
        self.architecture = Architecture(tuple(sizes), names, bias, loss, rule, loss_parameter)
        self.parameters = initial_parameters(self.architecture.layout, initializer, seed, dtype)

    @classmethod
    def of(cls, architecture: Architecture, parameters: Parameters) -> Network:
        """Put a network together from its parts, as a file holds them."""
        network = cls.__new__(cls)
        network.architecture, network.parameters = architecture, parameters
        return network

    def __repr__(self) -> str:
        return f"Network({self.architecture})"

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
        """Answer: outputs, shape (n, outputs), for scaled inputs of shape (n, sizes[0]) or (sizes[0],).

        Raises
        ------
        ShapeError
            GN050 when a sample has another number of values.
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
        """Return what the rule asks of each weight: mean over the samples, see `backpropagate`.

        Parameters
        ----------
        inputs : array_like, shape (n, sizes[0]) or (sizes[0],)
        targets : array_like, shape (n, sizes[-1]) or (sizes[-1],)

        Raises
        ------
        ShapeError
            GN050 when a sample has another number of values, or the numbers of samples differ.
        """
        x, t = self._pairs(inputs, targets)
        return backpropagate(self.architecture, self.parameters, forward(self.architecture, self.parameters, x), t)

    def train(self, inputs: ArrayLike, targets: ArrayLike, learning_rate: float) -> None:
        """Take one step: see `train_step`. Shapes and errors as in `gradients`."""
        x, t = self._pairs(inputs, targets)
        train_step(self.architecture, self.parameters, x, t, learning_rate)
