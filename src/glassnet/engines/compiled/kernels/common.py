"""The numbers that stand for names in kernels, and the tuples they are given."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....network import Architecture
from ....nn.activations import ACTIVATIONS
from ....nn.losses import LOSSES
from ....nn.optimizers import OPTIMIZERS

_REGISTRIES = (tuple(ACTIVATIONS), LOSSES, tuple(OPTIMIZERS))


def number_of(name: str) -> int:
    """Return the number that stands for an activation, a loss or an optimizer in kernels: its place among its kind.

    Raises
    ------
    StopIteration
        For a name that is none of these.
    """
    return next(names.index(name) for names in _REGISTRIES if name in names)


class SparseRows(NamedTuple):
    """Inputs without their constant background: sample i has ``values[start[i]:start[i + 1]]`` at these `places`."""

    start: NDArray[np.int64]
    places: NDArray[np.uint32]
    values: NDArray[Any]


class Known(NamedTuple):
    """What is known of samples."""

    labels: NDArray[np.int64]  # (samples,): each sample's line of targets
    targets: NDArray[Any]
    weights: NDArray[Any]  # (samples,), or empty where all count alike


class Plan(NamedTuple):
    """An architecture in numbers. Layer 0 is the first layer of weights; -1 in `bias_at` stands for no bias."""

    sizes: NDArray[np.int64]
    node_at: NDArray[np.int64]
    weight_at: NDArray[np.int64]
    bias_at: NDArray[np.int64]
    activation: NDArray[np.int64]
    loss: int
    loss_parameter: float
    notes_rule: bool


def plan_of(architecture: Architecture) -> Plan:
    """Return an architecture in numbers."""
    sizes = np.array(architecture.sizes, np.int64)
    weight_at, bias_at, start = [], [], 0
    for fan_in, fan_out in pairwise(sizes):
        weight_at.append(start)
        start += fan_in * fan_out
        bias_at.append(start if architecture.bias else -1)
        start += fan_out if architecture.bias else 0
    return Plan(
        sizes,
        np.concatenate([[0], np.cumsum(sizes[1:])]),
        np.array(weight_at, np.int64),
        np.array(bias_at, np.int64),
        np.array([number_of(name) for name in architecture.activations], np.int64),
        number_of(architecture.loss),
        architecture.loss_parameter or 0.0,
        architecture.rule == "notes",
    )
