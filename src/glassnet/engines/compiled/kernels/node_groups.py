"""Groups of nodes of the first layer, each with its own memory, for training on single samples (see `per_sample`)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....runtime.jit import kernel
from .common import matrix_in
from .plan import Plan
from .row_sums import LANES


class Nodes(NamedTuple):
    """Vectors with one number per node."""

    sums: Any
    activations: Any
    delta: Any
    error: Any
    step: Any  # delta times the learning rate
    scratch: Any


BIAS, SHIFT, ROW_SUM, NODES = range(4)
VECTORS = NODES + len(Nodes._fields)
"""Rows of a group after those of its weights, and their number; the last ones are its `Nodes`."""


class Groups(NamedTuple):
    """All groups, each in rows of one number per node.

    A group has one row per input (its contributions: V transposed), one per node of the next layer (the weights to it),
    the rows of `VECTORS`, and the weights to the next layer again, transposed: backpropagation takes them by rows, the
    forward pass by columns. Rows are padded with zeros after the last node.
    """

    ends: NDArray[np.int64]  # (groups + 1,): first node of each group
    rows: NDArray[Any]  # (groups, rows and padding, width)
    numbers: NDArray[Any]  # the same memory, (groups, rows · width)


class Group(NamedTuple):
    """One group."""

    size: int  # nodes
    first: Any  # V transposed, (inputs and other rows, width)
    second: Any  # weights to the next layer, node by node
    second_by_input: Any  # the same weights, (nodes of the group, nodes of the next layer and padding)
    bias: Any
    shift: Any  # s
    row_sum: Any  # V 1
    nodes: Nodes


class UpperLayers(NamedTuple):
    """The layers above the groups, with a copy for each thread."""

    plan: Plan  # with places in `flat`, and layers in `rows` that begin with whole vectors
    by_input_at: NDArray[np.int64]  # (layers,): places in `flat` of the transposed weights, rows of whole vectors
    flat: NDArray[Any]  # (threads, numbers): the parameters after the groups' last weights, beginning with the biases
    rows: NDArray[Any]  # (threads, 6 and padding, all nodes but the inputs and padding): `Nodes`
    every: NDArray[np.uint32]  # 0, 1, …: the places of all inputs of a layer


@kernel
def whole_vectors(numbers: Any) -> Any:
    """Round a number of nodes up to whole vectors."""
    return (numbers + LANES - 1) // LANES * LANES


@kernel
def nodes_in(rows: Any, at: Any) -> Nodes:
    """Return the `Nodes` stored in consecutive rows, starting at row `at`."""
    return Nodes(rows[at], rows[at + 1], rows[at + 2], rows[at + 3], rows[at + 4], rows[at + 5])


@kernel
def layer_of(plan: Plan, nodes: Nodes, layer: Any) -> Nodes:
    """Return the nodes of one layer."""
    begin = plan.node_at[layer]
    end = begin + plan.sizes[layer + 1]
    return Nodes(
        nodes.sums[begin:end],
        nodes.activations[begin:end],
        nodes.delta[begin:end],
        nodes.error[begin:end],
        nodes.step[begin:end],
        nodes.scratch,
    )


@kernel
def group_of(groups: Groups, number: int, inputs: Any, following: Any) -> Group:
    """Return a group, given its number of inputs and the number of nodes of the next layer, `following`."""
    size = groups.ends[number + 1] - groups.ends[number]
    rows, width, at = groups.rows[number], groups.rows.shape[2], inputs + following
    numbers, nodes = groups.numbers[number], nodes_in(rows, at + NODES)
    second = numbers[inputs * width : at * width]
    by_input = matrix_in(numbers, (at + VECTORS) * width, width, whole_vectors(following))
    return Group(size, rows, second, by_input, rows[at + BIAS], rows[at + SHIFT], rows[at + ROW_SUM], nodes)
