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


def integrated_gradients(members: list[Network], baseline: Array, x: Array, direction: Array) -> Array:
    """Return the contribution of each input to ``direction · z`` relative to the baseline.

    The logits z are the mean over the members; `baseline` and `x` are scaled inputs. The contributions, shape
    (features,), are float64, with the accuracy of the members' own precision.

    References
    ----------
    Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks", equation 1. The mean derivative over a
    segment is the rescale rule of Shrikumar, Greenside and Kundaje 2017, "Learning important features through
    propagating activation differences", which uses the whole path as one segment.
    """
    total: Array = np.mean([_member_gradients(member, baseline, x - baseline, direction) for member in members], axis=0)
    return total


def _member_gradients(member: Network, baseline: Array, difference: Array, direction: Array) -> Array:
    names, weights, biases = member.architecture.activations, member.parameters.weights, member.parameters.biases
    dtype = weights[0].dtype
    ends = (
        np.stack([baseline, difference]).astype(dtype) @ weights[0].T
    )  # (2, nodes): the first sums change linearly too
    start, speed = ends.astype(np.float64)
    start = start if biases[0] is None else start + biases[0]
    # With one hidden layer a single segment is exact.
    edges = np.linspace(0, 1, 2 if len(weights) < 3 else PIECES + 1)
    z = (start + edges[:, None] * speed).astype(dtype)  # (edges, nodes)
    means = []
    for name, weight, bias in zip(names[:-1], weights[1:], biases[1:], strict=True):
        a = ACTIVATIONS[name].value(z)
        means.append(_mean_derivatives(name, z, a))
        z = a @ weight.T
        z = z if bias is None else z + bias
    slope = direction.astype(dtype)[None]
    for mean, weight in zip(reversed(means), reversed(weights[1:]), strict=True):
        slope = (slope @ weight) * mean  # (segments, nodes)
    total: Array = difference * (slope.mean(axis=0) @ weights[0])  # segments have equal length
    return total


def _mean_derivatives(name: str, z: Array, a: Array) -> Array:
    """Return the mean derivative of each node on each segment from sums and activations at the edges."""
    derivative = ACTIVATIONS[name].derivative
    assert derivative is not None  # hidden layers cannot have softmax
    middle, dz = (z[1:] + z[:-1]) / 2, np.diff(z, axis=0)
    slopes = derivative(middle, ACTIVATIONS[name].value(middle))
    # If the sum hardly changes, the quotient would be dominated by rounding.
    moves = np.abs(dz) > np.sqrt(np.finfo(z.dtype).eps) / 4
    return np.divide(np.diff(a, axis=0), dz, out=slopes, where=moves)
