"""The first layer in groups of nodes, each in memory of its own, for the loop over single samples (see `samples`)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....nn.jit import kernel
from .common import Plan


class Nodes(NamedTuple):
    """One number a node for what passes through."""

    sums: Any
    activations: Any
    delta: Any
    error: Any
    step: Any  # delta times the learning rate
    scratch: Any


VECTORS = 3 + len(Nodes._fields)
"""Lines of a group beside those of its links: bias, shift, row sums, and its `Nodes`."""


class Groups(NamedTuple):
    """All groups, each in lines of one number a node.

    There is a line for each input (what it contributes: V transposed), for each node of the next layer (the links to
    it), and for the `VECTORS`. Behind the last node, up to the lines' width, stand zeros.
    """

    ends: NDArray[np.int64]  # (groups + 1,): where each group's nodes begin
    lines: NDArray[Any]  # (groups, lines and more, width)
    numbers: NDArray[Any]  # the same memory, (groups, lines · width)


class Group(NamedTuple):
    """One of them."""

    size: int  # nodes
    first: Any  # V transposed, (inputs and more, width)
    second: Any  # the links to the next layer, one of its nodes after the other
    bias: Any
    shift: Any  # s
    row_sum: Any  # V 1
    nodes: Nodes


class Behind(NamedTuple):
    """What follows the groups, once for each thread."""

    plan: Plan  # with places in the next
    flat: NDArray[Any]  # (threads, numbers): the parameters from the biases on that follow the groups' last links
    lines: NDArray[Any]  # (threads, 6 and more, all nodes but the inputs): `Nodes`


@kernel
def nodes_in(lines: Any, at: Any) -> Nodes:
    """Return the nodes whose numbers are in these lines, from one on."""
    return Nodes(lines[at], lines[at + 1], lines[at + 2], lines[at + 3], lines[at + 4], lines[at + 5])


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
    lines, width, at = groups.lines[number], groups.lines.shape[2], inputs + following
    second, nodes = groups.numbers[number, inputs * width : at * width], nodes_in(lines, at + 3)
    return Group(size, lines, second, lines[at], lines[at + 1], lines[at + 2], nodes)
