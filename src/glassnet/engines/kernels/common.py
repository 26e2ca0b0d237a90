"""How kernels are compiled, and the numbers that stand for names in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...activations import ACTIVATIONS
from ...losses import LOSSES

# These flags allow reordering, so that sums vectorise, and keep NaN and infinity, which the check for divergence needs.
FAST = {"reassoc", "contract", "nsz", "arcp"}

_Function = TypeVar("_Function", bound=Callable[..., Any])


def kernel(function: _Function) -> _Function:
    """Compile a function at its first call, or take it from the cache of an earlier run.

    Without Numba's run-time (``_nrt=False``) kernels cannot make arrays, and need not count references to the views
    they take: counting costs a third of a sample's time.
    """
    settings: Any = {"cache": True, "fastmath": FAST, "error_model": "numpy", "nogil": True, "_nrt": False}
    return cast(_Function, njit(**settings)(function))


IDENTITY, SIGMOID, TANH, RELU, LEAKY_RELU, GELU, SOFTMAX = range(len(ACTIVATIONS))
SQUARED_ERROR, CROSS_ENTROPY = range(len(LOSSES))


class SparseRows(NamedTuple):
    """Inputs without their constant background: sample i has ``values[start[i]:start[i + 1]]`` at these `places`."""

    start: NDArray[np.int64]
    places: NDArray[np.int32]
    values: NDArray[Any]
    background: Any
    labels: NDArray[np.int64]
    targets: NDArray[Any]


class Plan(NamedTuple):
    """An architecture in numbers. Layer 0 is the first layer of weights; -1 in `bias_at` stands for no bias."""

    sizes: NDArray[np.int64]
    node_at: NDArray[np.int64]
    weight_at: NDArray[np.int64]
    bias_at: NDArray[np.int64]
    activation: NDArray[np.int64]
    loss: int
    notes_rule: bool


class Workspace(NamedTuple):
    """The first matrix in its own form (see the module's text), and one number a node for what passes through."""

    first: NDArray[Any]  # V transposed, (fan_in, fan_out): a row holds what one input contributes
    shift: NDArray[Any]  # s, (fan_out,)
    row_sum: NDArray[Any]  # V 1, (fan_out,)
    sums: NDArray[Any]  # (all nodes but the inputs,), as the next five
    activations: NDArray[Any]
    delta: NDArray[Any]
    error: NDArray[Any]
    step: NDArray[Any]  # delta times the learning rate
    scratch: NDArray[Any]
