"""A training step without a gradient array, which `NeuralNetwork` takes for each sample.

It computes the same as the three functions of `network.py`, in another order; a test compares the two.
"""

from __future__ import annotations

import numpy as np

from ..network import forward, send_back
from ..nn.activations import Array
from ..nn.architecture import Architecture
from ..nn.parameters import Parameters


def train_step(
    architecture: Architecture, parameters: Parameters, inputs: Array, targets: Array, learning_rate: float
) -> None:
    """Take one step in place: `forward`, `backpropagate` and `update`, without a gradient array.

    For a single sample, that array costs most of the step: it is as large as the weights, newly allocated in each step
    and read twice. The result equals that of the three functions up to rounding; the arguments are the same.
    """
    signals = forward(architecture, parameters, inputs)
    rate = -learning_rate / len(inputs)
    # All deltas first, because the error is propagated through the weights of the forward pass.
    for layer, _, delta in list(send_back(architecture, parameters, signals, targets)):
        add_outer_products(parameters.weights[layer], rate, delta, signals.activations[layer])
        bias = parameters.biases[layer]
        if bias is not None:
            bias += rate * delta.sum(axis=0)


def add_outer_products(weight: Array, factor: float, delta: Array, a: Array) -> None:
    """Add ``factor · δᵀ a``, summed over the samples, to a weight matrix in place, with one BLAS call (gemm).

    The weights, shape (fan_out, fan_in), are a view of `Parameters`; contiguous, so BLAS writes to it instead of a
    copy. `delta` has shape (n, fan_out), `a` (n, fan_in).
    """
    from scipy.linalg import blas  # imported here to keep `import glassnet` fast

    gemm = blas.dgemm if weight.dtype == np.float64 else blas.sgemm
    gemm(factor, a.T, delta.T, 1.0, weight.T, trans_b=True, overwrite_c=True)  # W.T += factor · (aᵀ δ)
