"""Integrated gradients that add up: each input's contribution on the straight path from a baseline.

Averaging slopes at points of the way misses what happens between them; where a network has thousands of corners, as one
of ReLUs has, hundreds of points can still miss a per cent. Here the way is cut into pieces, and a node's slope on a
piece is its mean there: how far it moves divided by how far its sum moves. That is exact where the sum moves evenly, in
the first hidden layer always, in those above the better the shorter the piece. By the chain rule over such slopes the
inputs add up to what the answer gains on every piece, however many there are.
"""

from __future__ import annotations

import numpy as np

from ..nn.activations import ACTIVATIONS, Array
from ..nn.network_class import Network

PIECES = 48
"""Pieces of the way. `benchmarks/why.py` measures how far the parts are from those of thousands of points."""


def integrated_gradients(members: list[Network], baseline: Array, x: Array, direction: Array) -> Array:
    """Return each input's contribution to ``direction · z`` beyond its value at the baseline.

    Parameters
    ----------
    members : list of Network
        Of an ensemble, z is the mean over them.
    baseline, x : ndarray, shape (features,)
        Scaled.
    direction : ndarray, shape (outputs,)

    Returns
    -------
    ndarray, shape (features,)
        In float64; as exact as the members' own precision.

    References
    ----------
    Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks", equation 1. The mean slope of a node
    over a piece is the rescale rule of Shrikumar, Greenside and Kundaje 2017, "Learning important features through
    propagating activation differences", which takes the whole way for one piece.
    """
    total: Array = np.mean([_member_gradients(member, baseline, x - baseline, direction) for member in members], axis=0)
    return total


def _member_gradients(member: Network, baseline: Array, difference: Array, direction: Array) -> Array:
    names, weights, biases = member.architecture.activations, member.parameters.weights, member.parameters.biases
    dtype = weights[0].dtype
    ends = np.stack([baseline, difference]).astype(dtype) @ weights[0].T  # (2, nodes): the first sums are on a line too
    start, speed = ends.astype(np.float64)
    start = start if biases[0] is None else start + biases[0]
    # Of one hidden layer a single piece is exact.
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
        slope = (slope @ weight) * mean  # (pieces, nodes)
    total: Array = difference * (slope.mean(axis=0) @ weights[0])  # the pieces are equally long
    return total


def _mean_derivatives(name: str, z: Array, a: Array) -> Array:
    """Return each node's mean derivative on each piece from sums and activations at the edges, (edges, nodes)."""
    derivative = ACTIVATIONS[name].derivative
    assert derivative is not None  # softmax is refused in hidden layers
    middle, dz = (z[1:] + z[:-1]) / 2, np.diff(z, axis=0)
    slopes = derivative(middle, ACTIVATIONS[name].value(middle))
    # Where the sum hardly moves, the quotient would be one of roundings.
    moves = np.abs(dz) > np.sqrt(np.finfo(z.dtype).eps) / 4
    return np.divide(np.diff(a, axis=0), dz, out=slopes, where=moves)
