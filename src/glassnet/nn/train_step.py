"""A training step without an array for the gradient: what the notes' class takes for each of its examples.

It computes what `network.py`'s three functions compute, in another order; a test holds the two together.
"""

from __future__ import annotations

import numpy as np

from ..network import forward, send_back
from .activations import Array
from .architecture import Architecture
from .parameters import Parameters


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
