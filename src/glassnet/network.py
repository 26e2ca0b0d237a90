r"""The algorithm: forward, backpropagate, update. Start reading here.

A network is a sequence of layers of nodes. Each node sums its weighted inputs and applies an activation function, in
the notes :math:`O = \mathrm{sigmoid}(W \cdot I)`. A training step runs the network forward, measures the error at the
outputs, propagates it back through the same weights, and moves every weight a little against its gradient.

Each row of an array is one sample, so the notes' :math:`W \cdot I` becomes ``inputs @ W.T`` for a whole batch. A weight
matrix has shape ``(fan_out, fan_in)``, as in the notes: a 3 → 4 → 2 network has a 4×3 and a 2×4 matrix.

There are two rules for propagating the error. ``gradient`` is backpropagation: a hidden layer receives
:math:`W^T \delta`, where :math:`\delta` includes the derivative of the layer above, and the result is the exact
gradient of the loss. ``notes`` is what the notes' program computes: it propagates the raw error,
:math:`e_{hidden} = W^T e_{out}`. With sigmoid nodes and one hidden layer, the last matrix then follows the gradient of
the squared error and the first one the gradient of the cross-entropy. The step as a whole is the gradient of neither
loss, yet it trains well.

The reference engine calls `forward` and `backpropagate` in every step; the optimizer ``sgd`` is `update`. The compiled
engine repeats all three in loops that name the lines they mirror, and must compute the same numbers.
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
    """Result of a forward pass: the sums (pre-activations) of every layer, and the activations, inputs first."""

    sums: list[Array]
    activations: list[Array]

    @property
    def outputs(self) -> Array:
        """The activations of the last layer, shape (n, outputs)."""
        return self.activations[-1]

    def __repr__(self) -> str:
        sizes = "-".join(str(layer.shape[-1]) for layer in self.activations)
        return f"Signals({sizes}, {len(self.outputs):,} samples, {self.outputs.dtype})"


# BLAS may report "invalid value" for finite numbers, because it also reads adjacent memory and discards the result
# (https://github.com/numpy/numpy/issues/24067). The training loop checks the results instead.
@np.errstate(invalid="ignore")
def forward(
    architecture: Architecture, parameters: Parameters, inputs: Array, masks: Sequence[Array | None] = ()
) -> Signals:
    """Run the network from the inputs to the outputs: ``O = f(W · I + b)``, layer by layer.

    Parameters
    ----------
    inputs : ndarray, shape (n, sizes[0])
        Scaled inputs, one sample per row.
    masks : sequence of ndarray or None, optional
        Dropout masks, one per hidden layer, each (n, nodes): 0 for a dropped node, ``1 / (1 − p)`` for a kept one.
        This is inverted dropout, which needs no factor at prediction time (Srivastava et al. 2014).

    Returns
    -------
    Signals
        Sums ``z`` and activations ``a`` of every layer, each (n, nodes).

    Raises
    ------
    ShapeError
        GN050 when the number of masks differs from the number of hidden layers.

    Examples
    --------
    >>> import glassnet
    >>> import numpy as np
    >>> network = glassnet.Network([3, 4, 2])
    >>> glassnet.forward(network.architecture, network.parameters, np.ones((5, 3))).outputs.shape
    (5, 2)
    """
    a = inputs  # (n, sizes[0])
    signals = Signals([], [a])
    by_layer = parameters.weights, parameters.biases, architecture.activations, _masks_by_layer(architecture, masks)
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


def _masks_by_layer(architecture: Architecture, masks: Sequence[Array | None]) -> list[Array | None]:
    """Return one mask per layer of nodes: None for the outputs, and None for every layer without dropout."""
    hidden = len(architecture.activations) - 1
    if len(masks) not in (0, hidden):
        raise ShapeError(
            "GN050",
            "{count} masks: expected one for each of {hidden} hidden layers, or none.",
            count=len(masks),
            hidden=hidden,
        )
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
    r"""Propagate the error back and return the gradient of every weight, averaged over the samples.

    The gradient of the weight from node j to node k is :math:`\delta_k \, o_j`: the delta of node k times the
    activation of node j. At the outputs, the loss defines the delta; for squared error and sigmoid it is the notes'
    :math:`-(t-o) \, o(1-o)`. In a hidden layer, it is the propagated error, as the rule defines it, times the
    derivative of the activation.

    Parameters
    ----------
    signals : Signals
        Result of `forward` with the same parameters.
    targets : ndarray, shape (n, outputs)
        Desired outputs.
    masks : sequence of ndarray or None, optional
        The masks given to `forward`.
    weights : ndarray, shape (n,), optional
        Sample weights, which multiply the deltas. The sum is still divided by the number of samples, not by the sum of
        the weights, so a batch of large weights takes a larger step.
    loss : OutputLoss, optional
        Loss to use in place of the architecture's.

    Returns
    -------
    gradients : Parameters
        In the layout of `parameters`.

    Examples
    --------
    >>> import glassnet
    >>> import numpy as np
    >>> network = glassnet.Network([3, 4, 2])
    >>> signals = glassnet.forward(network.architecture, network.parameters, np.ones((5, 3)))
    >>> glassnet.backpropagate(network.architecture, network.parameters, signals, np.zeros((5, 2)))
    Parameters(20 float64, sizes 3-4-2)
    """
    gradients = Parameters(parameters.layout, np.empty_like(parameters.flat))
    share = parameters.flat.dtype.type(1 / len(targets))
    for layer, _, delta in send_back(architecture, parameters, signals, targets, masks, weights, loss):
        a = signals.activations[layer]  # (n, fan_in)
        # np.dot, because matmul bypasses BLAS for a single sample and takes four times as long.
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
    """Propagate the error back; yield each layer's index, error and delta, from the last layer to the first.

    The arguments are those of `backpropagate`. Error and delta have shape (n, fan_out) and the sign of a gradient:
    at the outputs, the error is ``o − t``.
    """
    mask_by_layer = _masks_by_layer(architecture, masks)
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
            assert derivative is not None  # `Architecture` rejects softmax in hidden layers
            a, mask = signals.activations[layer], mask_by_layer[layer - 1]
            if mask is not None:
                error = error * mask
                a = np.divide(a, mask, out=np.zeros_like(a), where=mask > 0)  # the activation before dropout
            slope = derivative(signals.sums[layer - 1], a)
            delta = np.multiply(error, slope, out=slope)


def update(parameters: Parameters, gradients: Parameters, learning_rate: float) -> None:
    """Move the weights against the gradient, in place: ``w ← w − α ∂E/∂w``, as the optimizer ``sgd`` does.

    Examples
    --------
    >>> import glassnet
    >>> import numpy as np
    >>> network = glassnet.Network([3, 4, 2])
    >>> signals = glassnet.forward(network.architecture, network.parameters, np.ones((5, 3)))
    >>> gradients = glassnet.backpropagate(network.architecture, network.parameters, signals, np.zeros((5, 2)))
    >>> glassnet.update(network.parameters, gradients, learning_rate=0.1)
    """
    parameters.flat -= learning_rate * gradients.flat
