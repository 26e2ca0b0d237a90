"""Integrated gradients that add up: the contribution of each input on the straight path from a baseline.

Averaging gradients at points of the path misses changes between them: for ReLU networks with thousands of kinks,
hundreds of points can still be off by a percent. Here the path is divided into segments, and the derivative of a node
on a segment is its mean there: change of the activation divided by change of its weighted sum. This is exact where the
sum changes linearly, which it always does in the first hidden layer, and more accurate for shorter segments in the
others. By the chain rule over such derivatives, contributions add up to the change of the output on every segment, for
any number of segments.
"""

from __future__ import annotations

import numpy as np

from ..model.network import Network
from ..nn.activations import ACTIVATIONS, Array

PIECES = 48
"""Number of segments. `benchmarks/why.py` measures the difference to thousands of points."""

_STILL = float(np.sqrt(np.finfo(np.float64).eps)) / 4
"""A sum that changes by no more does not give a quotient, which rounding would dominate."""


def integrated_gradients(members: list[Network], baseline: Array, x: Array, directions: Array) -> Array:
    """Return the contribution of each input to ``directions · z`` relative to the baseline, float64.

    The logits z are the mean over the members, whose weights are float64; `baseline` and `x` are scaled inputs, shape
    (features,). The contributions have the shape of `directions`, (…, outputs), with features in place of outputs.

    References
    ----------
    Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks", equation 1. The mean derivative over a
    segment is the rescale rule of Shrikumar, Greenside and Kundaje 2017, "Learning important features through
    propagating activation differences", which uses the whole path as one segment.
    """
    total: Array = np.mean(
        [_member_gradients(member, baseline, x - baseline, directions) for member in members], axis=0
    )
    return total


def _member_gradients(member: Network, baseline: Array, difference: Array, directions: Array) -> Array:
    names, weights, biases = member.architecture.activations, member.parameters.weights, member.parameters.biases
    start, speed = np.stack([baseline, difference]) @ weights[0].T  # (nodes,): the first sums change linearly too
    start = start if biases[0] is None else start + biases[0]
    # With one hidden layer a single segment is exact.
    edges = np.linspace(0, 1, 2 if len(weights) < 3 else PIECES + 1)
    z = start + edges[:, None] * speed  # (edges, nodes)
    means = []
    for layer, name in enumerate(names[:-1]):
        a = ACTIVATIONS[name].value(z)
        means.append(_mean_derivatives(name, z, a))
        if layer < len(names) - 2:
            bias = biases[layer + 1]
            z = a @ weights[layer + 1].T
            z = z if bias is None else z + bias
    if len(means) == 2:  # the same sums in another order, which take hardly longer for many directions than for one
        lower, upper = means
        links = upper.T @ (lower / len(lower))  # (upper nodes, lower nodes)
        links *= weights[1]
        slope = directions @ weights[2] @ links  # (…, nodes)
    else:
        slopes = directions[..., None, :]
        for mean, weight in zip(reversed(means), reversed(weights[1:]), strict=True):
            slopes = (slopes @ weight) * mean  # (…, segments, nodes)
        slope = slopes.mean(axis=-2)  # segments have equal length
    total: Array = difference * (slope @ weights[0])
    return total


def _mean_derivatives(name: str, z: Array, a: Array) -> Array:
    """Return the mean derivative of each node on each segment from sums and activations at the edges."""
    derivative = ACTIVATIONS[name].derivative
    assert derivative is not None  # hidden layers cannot have softmax
    dz = np.diff(z, axis=0)
    still = np.abs(dz) <= _STILL
    slopes: Array = np.divide(np.diff(a, axis=0), dz, out=np.empty_like(dz), where=~still)
    if still.any():
        middle = (z[:-1][still] + z[1:][still]) / 2
        slopes[still] = derivative(middle, ACTIVATIONS[name].value(middle))
    return slopes
