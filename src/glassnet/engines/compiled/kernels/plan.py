"""An architecture as numbers, with the kernels of its activations and its loss."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ....nn.activations import ACTIVATIONS
from ....nn.architecture import Architecture
from ....nn.losses import form_of
from ....runtime.jit import part_of_kernel
from .activations import activation_kernel, derivative_kernel, flush
from .calls import NONE, call, call_for_number, entry_of
from .losses import loss_kernel
from .products import blas_product, portable_forward, portable_product

FORWARD, BACKWARD, GRADIENT = range(3)
"""Rows of `Plan.products`: for ``a @ weight.T``, ``delta @ weight`` and ``delta.T @ a``."""


class Plan(NamedTuple):
    """An architecture as numbers. Layer 0 is the first layer of weights; -1 in `bias_at` means no bias."""

    sizes: NDArray[np.int64]
    node_at: NDArray[np.int64]
    weight_at: NDArray[np.int64]
    bias_at: NDArray[np.int64]
    coupled: NDArray[np.int64]  # (layers,): 1 where the nodes of a sample are coupled, otherwise 0
    fades: NDArray[np.int64]  # (layers,): 1 for hidden layers whose activations can be denormal, otherwise 0
    activate: NDArray[np.int64]  # (layers, 2): entries of `activation_kernel`
    derivative: NDArray[np.int64]  # (layers, 2): entries of `derivative_kernel`
    products: NDArray[np.int64]  # (3, 2): entries of matrix products
    loss: NDArray[np.int64]  # (2,): entry of `loss_kernel`
    loss_parameter: float
    loss_of_the_sums: bool
    notes_rule: bool


def plan_of(
    architecture: Architecture,
    dtype: DTypeLike,
    *,
    trains: bool = True,
    in_batches: bool = True,
    portable: bool = False,
) -> Plan:
    """Return an architecture as numbers; compile or load the kernels that it calls, for one type of weights.

    Those of the derivatives and of the loss are left out if the network does not train, and the matrix products if
    samples come one by one. Products are `portable`, or by BLAS.
    """
    sizes = np.array(architecture.sizes, np.int64)
    weight_at, bias_at, start = [], [], 0
    for fan_in, fan_out in pairwise(sizes):
        weight_at.append(start)
        start += fan_in * fan_out
        bias_at.append(start if architecture.bias else -1)
        start += fan_out if architecture.bias else 0
    v, names = np.zeros(0, dtype), architecture.activations
    last, parameter = len(names) - 1, architecture.loss_parameter or 0.0
    m = np.zeros((2, 2), dtype)
    pairs = {FORWARD: (m, m.T), BACKWARD: (m, m), GRADIENT: (m.T, m)}
    kinds = [portable_forward, portable_product, portable_product] if portable else [blas_product] * 3
    products = [
        entry_of(kinds[which], *pair, m, v) if in_batches and (trains or which == FORWARD) else NONE
        for which, pair in pairs.items()
    ]
    output_loss = architecture.loss, names[-1].partition("(")[0]
    of_sums = form_of(*output_loss).of_sums
    derivatives = [
        entry_of(derivative_kernel(name), v, v, v) if trains and not (layer == last and of_sums) else NONE
        for layer, name in enumerate(names)
    ]
    return Plan(
        sizes=sizes,
        node_at=np.concatenate([[0], np.cumsum(sizes[1:])]),
        weight_at=np.array(weight_at, np.int64),
        bias_at=np.array(bias_at, np.int64),
        coupled=np.array([ACTIVATIONS[name].derivative is None for name in names], np.int64),
        fades=np.array([ACTIVATIONS[name].fades and layer < last for layer, name in enumerate(names)], np.int64),
        activate=np.array([entry_of(activation_kernel(name), v, v) for name in names]),
        derivative=np.array(derivatives),
        products=np.array(products),
        loss=entry_of(loss_kernel(*output_loss), parameter, v, v, v, v, v) if trains else NONE,
        loss_parameter=parameter,
        loss_of_the_sums=of_sums,
        notes_rule=architecture.rule == "notes",
    )


@part_of_kernel
def activate(plan: Plan, layer: int, z: Any, a: Any) -> None:
    """Fill `a` with the activations of a layer's sums `z`, both (nodes,)."""
    call(plan.activate[layer], (z, a))  # network.forward: a = ACTIVATIONS[name].value(z)
    if plan.fades[layer]:  # not of outputs, which are compared and must not change
        flush(a)


@part_of_kernel
def times_derivative(plan: Plan, layer: int, z: Any, a: Any, delta: Any) -> None:
    """Multiply `delta` by the activation's derivative at each node of a layer, in place."""
    call(plan.derivative[layer], (z, a, delta))


@part_of_kernel
def output_delta(plan: Plan, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
    """Fill the error ``a − t`` and the delta of the outputs, and return the loss."""
    last = plan.coupled.shape[0] - 1
    loss: float = call_for_number(plan.loss, (plan.loss_parameter, z, a, target, error, delta))
    if not plan.loss_of_the_sums:
        times_derivative(plan, last, z, a, delta)
    return loss
