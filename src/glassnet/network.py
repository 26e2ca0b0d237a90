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

What is written here is what runs: the reference engine calls these three functions in every step of plain gradient
descent. The compiled engine repeats them in loops that name the lines they mirror, and must give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .errors import ShapeError
from .nn.activations import ACTIVATIONS, Array
from .nn.architecture import Architecture
from .nn.losses import OutputLoss
from .nn.parameters import Parameters


class Signals(NamedTuple):
    """What a forward pass computes: the sums of each layer of nodes, and the activations, the inputs first."""

    sums: list[Array]
    activations: list[Array]

    @property
    def outputs(self) -> Array:
        """The network's answer, shape (n, outputs)."""
        return self.activations[-1]


# A BLAS may report "invalid value" for finite numbers, because of what it reads beside them and discards
# (https://github.com/numpy/numpy/issues/24067). The training loop checks results instead.
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
        For dropout, one a hidden layer, (n, nodes): 0 for a node left out, ``1 / (1 − p)`` for one that stays
        (Srivastava et al. 2014, inverted so that prediction needs no factor).

    Returns
    -------
    Signals
        Sums ``z`` and activations ``a`` of every layer, each (n, nodes).

    Raises
    ------
    ShapeError
        GN050 for another number of masks than of hidden layers.
    """
    a = inputs  # (n, sizes[0])
    signals = Signals([], [a])
    by_layer = parameters.weights, parameters.biases, architecture.activations, _mask_of_each(architecture, masks)
    for weight, bias, name, mask in zip(*by_layer, strict=True):
        z = a @ weight.T  # (n, fan_out)
        if bias is not None:
            z += bias
        a = ACTIVATIONS[name].value(z)
        if mask is not None:
            a = a * mask
        signals.sums.append(z)
        signals.activations.append(a)
    return signals


def _mask_of_each(architecture: Architecture, masks: Sequence[Array | None]) -> list[Array | None]:
    """Return a mask for each layer of nodes: None at the outputs, and everywhere without dropout."""
    hidden = len(architecture.activations) - 1
    if len(masks) not in (0, hidden):
        raise ShapeError("GN050", f"{len(masks)} masks: expected one for each of {hidden} hidden layers, or none.")
    return [*(masks or [None] * hidden), None]


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
    gradients = Parameters(parameters.layout, np.empty_like(parameters.flat))
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
    mask_of = _mask_of_each(architecture, masks)
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
            a, mask = signals.activations[layer], mask_of[layer - 1]
            if mask is not None:
                error = error * mask
                a = np.divide(a, mask, out=np.zeros_like(a), where=mask > 0)  # before dropout
            slope = derivative(signals.sums[layer - 1], a)
            delta = np.multiply(error, slope, out=slope)


def update(parameters: Parameters, gradients: Parameters, learning_rate: float) -> None:
    """Move the weights against the slope, in place: ``w ← w − α ∂E/∂w``, the step of the optimizer ``sgd``."""
    parameters.flat -= learning_rate * gradients.flat
