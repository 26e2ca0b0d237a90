"""The first layer in groups of nodes, each in memory of its own, for the loop over single samples (see `samples`)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....nn.jit import kernel
from .common import Plan


class Nodes(NamedTuple):
    """One number a node for each of these."""

    sums: Any
    activations: Any
    delta: Any
    error: Any
    step: Any  # delta times the learning rate
    scratch: Any


BIAS, SHIFT, ROW_SUM, NODES = range(4)
VECTORS = NODES + len(Nodes._fields)
"""Rows of a group behind those of its links, and how many there are: the last are its `Nodes`."""


class Groups(NamedTuple):
    """All groups, each in rows of one number a node.

    There is a row for each input (what it contributes: V transposed), for each node of the next layer (the links to
    it), and for the `VECTORS`. Behind the last node, up to the rows' width, stand zeros.
    """

    ends: NDArray[np.int64]  # (groups + 1,): where each group's nodes begin
    rows: NDArray[Any]  # (groups, rows and more, width)
    numbers: NDArray[Any]  # the same memory, (groups, rows · width)


class Group(NamedTuple):
    """One group."""

    size: int  # nodes
    first: Any  # V transposed, (inputs and more, width)
    second: Any  # the links to the next layer, one of its nodes after the other
    bias: Any
    shift: Any  # s
    row_sum: Any  # V 1
    nodes: Nodes


class UpperLayers(NamedTuple):
    """The layers above the groups, once for each thread."""

    plan: Plan  # with places in the next
    flat: NDArray[Any]  # (threads, numbers): the parameters from the biases on that follow the groups' last links
    rows: NDArray[Any]  # (threads, 6 and more, all nodes but the inputs): `Nodes`


@kernel
def nodes_in(rows: Any, at: Any) -> Nodes:
    """Return the nodes whose numbers are in these rows, from one on."""
    return Nodes(rows[at], rows[at + 1], rows[at + 2], rows[at + 3], rows[at + 4], rows[at + 5])


@kernel
def layer_of(plan: Plan, nodes: Nodes, layer: Any) -> Nodes:
    """Return those of one layer."""
    begin, end = plan.node_at[layer], plan.node_at[layer + 1]
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
    """Return a group whose nodes have so many inputs and lead to so many nodes."""
    size = groups.ends[number + 1] - groups.ends[number]
    rows, width, at = groups.rows[number], groups.rows.shape[2], inputs + following
    second, nodes = groups.numbers[number, inputs * width : at * width], nodes_in(rows, at + NODES)
    return Group(size, rows, second, rows[at + BIAS], rows[at + SHIFT], rows[at + ROW_SUM], nodes)
