"""Codes for names in kernels, and the tuples passed to kernels."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....nn.activations import ACTIVATIONS
from ....nn.architecture import Architecture
from ....nn.losses import LOSSES
from ....nn.optimizers import OPTIMIZERS

_REGISTRIES = (tuple(ACTIVATIONS), LOSSES, tuple(OPTIMIZERS))


def number_of(name: str) -> int:
    """Return the code of an activation, a loss or an optimizer in kernels: its index in its registry.

    Raises
    ------
    StopIteration
        For an unknown name.
    """
    return next(names.index(name) for names in _REGISTRIES if name in names)


class SparseRows(NamedTuple):
    """Inputs without their constant background: sample i has ``values[start[i]:start[i + 1]]`` at those `places`."""

    start: NDArray[np.int64]
    places: NDArray[np.uint32]
    values: NDArray[Any]


class SampleTargets(NamedTuple):
    """The targets of samples."""

    labels: NDArray[np.int64]  # (samples,): index into `rows`
    rows: NDArray[Any]  # (classes, outputs)
    weights: NDArray[Any]  # (samples,), or empty without sample weights


class Plan(NamedTuple):
    """An architecture as numbers. Layer 0 is the first layer of weights; -1 in `bias_at` means no bias."""

    sizes: NDArray[np.int64]
    node_at: NDArray[np.int64]
    weight_at: NDArray[np.int64]
    bias_at: NDArray[np.int64]
    activation: NDArray[np.int64]
    loss: int
    loss_parameter: float
    notes_rule: bool


def plan_of(architecture: Architecture) -> Plan:
    """Return an architecture as numbers."""
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
