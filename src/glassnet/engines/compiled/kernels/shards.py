"""One shard of a batch: `forward` and `backpropagate` of `network.py` on many rows at once.

BLAS computes the large products. Everything else is fused around them and runs without Python's lock, so shards can be
computed in parallel. The formulas are in `activations`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....runtime.jit import kernel, part_of_kernel, uniform_at
from .activations import copy, first_largest
from .calls import call
from .common import SampleTargets, matrix_in, vector_in
from .hard_mining import find_hardest, gather_rows
from .losses import weigh
from .plan import BACKWARD, FORWARD, GRADIENT, Plan, activate, output_delta, times_derivative

IN_CACHE = 4096
"""Numbers of each of two arrays that fit into the L1 cache together."""


class Inputs(NamedTuple):
    """A shard's inputs; if zeros are skipped, `work.sums` has the products of the first layer instead."""

    are_multiplied: bool
    dense: NDArray[Any]  # (rows, features), scaled


class Dropout(NamedTuple):
    """Dropout of the hidden layers: see `stepwise.dropout_masks`. Without dropout, `rates` are all 0."""

    rates: NDArray[np.float32]  # one per hidden layer
    scales: NDArray[Any]  # 1 / (1 − rate)


class Part(NamedTuple):
    """The position of a shard in its batch."""

    rows: int
    first: int
    batch: int  # rows of the whole batch
    address: Any  # address of the batch's random numbers for dropout
    hardest: int  # number of rows to train on, those with the largest losses


class ShardWork(NamedTuple):
    """Memory for a shard: one number per row and node, layer by layer."""

    sums: NDArray[Any]  # (rows · nodes,), like the next seven
    activations: NDArray[Any]
    passed: NDArray[Any]  # activations after dropout, if any
    masks: NDArray[Any]
    error: NDArray[Any]
    delta: NDArray[Any]
    scratch: NDArray[Any]
    costs: NDArray[Any]  # only (rows,) are used
    selected: NDArray[np.int64]  # (rows,)
    room: NDArray[Any]  # scratch memory of the products, see `products.room_of`


@part_of_kernel
def shard_forward(plan: Plan, flat: Any, inputs: Inputs, dropout: Dropout, part: Part, work: ShardWork) -> None:
    """Fill a shard's sums and activations, layer by layer."""
    n, layers = part.rows, plan.coupled.shape[0]
    drawn = 0
    for layer in range(layers):
        here, end = plan.node_at[layer] * n, plan.node_at[layer + 1] * n
        numbers = end - here
        z, a = vector_in(work.sums, here, numbers), vector_in(work.activations, here, numbers)
        passed = vector_in(work.passed, here, numbers)
        below, is_multiplied = _below(plan, inputs.dense, dropout, work, layer, n), layer == 0 and inputs.are_multiplied
        through_layer(plan, flat, layer, n, below, is_multiplied, z, a, work.room)
        if layer < layers - 1 and dropout.rates[layer] > 0:
            mask = vector_in(work.masks, here, numbers)
            first = drawn + part.first * plan.sizes[layer + 1]
            _draw_mask(part.address, first, dropout.rates[layer], dropout.scales[layer], mask)
            for i in range(end - here):
                passed[i] = a[i] * mask[i]  # network.forward: a = a * mask
        drawn += part.batch * plan.sizes[layer + 1]


@kernel
def shard_gradients(
    plan: Plan,
    flat: Any,
    inputs: Inputs,
    targets: SampleTargets,
    which: Any,
    dropout: Dropout,
    part: Part,
    work: ShardWork,
    gradient: Any,
    select: Any,
) -> tuple[float, int]:
    """Fill `gradient` with a shard's part of the batch's mean gradient; return its loss and correct predictions.

    If zeros are skipped, the caller computes the gradient of the first matrix, from the deltas of its nodes, divided by
    the batch size, in `work.scratch`. With hard-example mining, the errors of the excluded rows count as 0: the
    selected rows are moved to the front by the kernel with the entry `select`, and the rows after them are not used
    again.
    """
    n, m, layers = part.rows, part.hardest, plan.coupled.shape[0]
    share = flat.dtype.type(1) / flat.dtype.type(part.batch)
    shard_forward(plan, flat, inputs, dropout, part, work)
    loss, correct = _outputs(plan, targets, which, work)
    if m < n:
        call(select, (plan, inputs, part, work))

    for layer in range(layers - 1, -1, -1):
        here, end = plan.node_at[layer] * n, plan.node_at[layer] * n + m * plan.sizes[layer + 1]
        fan_out, fan_in = plan.sizes[layer + 1], plan.sizes[layer]
        delta, scaled = vector_in(work.delta, here, end - here), vector_in(work.scratch, 0, end - here)
        for i in range(end - here):
            scaled[i] = delta[i] * share  # network.backpropagate: delta * share
        if layer > 0 or not inputs.are_multiplied:
            below = _below(plan, inputs.dense, dropout, work, layer, n)[:m]
            # network.backpropagate: np.dot((delta * share).T, a
            own = matrix_in(gradient, plan.weight_at[layer], fan_out, fan_in)
            call(plan.products[GRADIENT], (matrix_in(scaled, 0, m, fan_out).T, below, own, work.room))
        _bias_gradient(gradient, plan.bias_at[layer], m, scaled)
        if layer > 0:
            down = plan.node_at[layer - 1] * n
            up = down + m * fan_in
            error = vector_in(work.error, down, up - down)
            # network.send_back: architecture.rule == "notes"
            sent_back = vector_in(work.error, here, end - here) if plan.notes_rule else delta
            weight = matrix_in(flat, plan.weight_at[layer], fan_out, fan_in)
            # network.send_back: error = sent_back @ parameters.weights[layer]
            out = matrix_in(error, 0, m, fan_in)
            call(plan.products[BACKWARD], (matrix_in(sent_back, 0, m, fan_out), weight, out, work.room))
            if dropout.rates[layer - 1] > 0:
                mask = vector_in(work.masks, down, up - down)
                for i in range(up - down):
                    error[i] *= mask[i]  # network.send_back: error = error * mask
            below_delta = vector_in(work.delta, down, up - down)
            copy(error, below_delta)
            z, a = vector_in(work.sums, down, up - down), vector_in(work.activations, down, up - down)
            # network.send_back: delta = np.multiply(error, slope
            times_derivative(plan, layer - 1, z, a, below_delta)
    return loss, correct


@part_of_kernel
def _below(plan: Plan, inputs: Any, dropout: Dropout, work: ShardWork, layer: int, n: int) -> Any:
    """Return the inputs of a layer, (n, fan_in)."""
    if layer == 0:
        return inputs
    values = work.passed if dropout.rates[layer - 1] > 0 else work.activations
    return matrix_in(values, plan.node_at[layer - 1] * n, n, plan.sizes[layer])


@part_of_kernel
def through_layer(
    plan: Plan, flat: Any, layer: int, n: int, below: Any, is_multiplied: bool, z: Any, a: Any, room: Any
) -> None:
    """Fill a layer's sums and activations from its inputs `below`, (n, fan_in), unless `z` has the products already.

    `room` is scratch memory of the products. The activations are computed some rows at a time, which stay in the cache.
    """
    nodes = plan.sizes[layer + 1]
    if not is_multiplied:
        weight = matrix_in(flat, plan.weight_at[layer], nodes, plan.sizes[layer])
        out = matrix_in(z, 0, n, nodes)
        call(plan.products[FORWARD], (below, weight.T, out, room))  # network.forward: z = a @ weight.T
    # Conditional expressions instead of `min` and `max`, which Numba would compile separately. Only softmax depends on
    # where a row ends.
    rows = 1 if plan.coupled[layer] or nodes > IN_CACHE else IN_CACHE // nodes
    for row in range(0, n, rows):
        start, size = row * nodes, (rows if row + rows < n else n - row) * nodes
        sums = vector_in(z, start, size)
        _add_bias(flat, plan.bias_at[layer], nodes, sums)
        activate(plan, layer, sums, vector_in(a, start, size))  # network.forward: a = ACTIVATIONS[name].value(z)


@part_of_kernel
def _add_bias(flat: Any, start: int, nodes: int, z: Any) -> None:
    if start >= 0:
        bias = vector_in(flat, start, nodes)
        for i in range(z.shape[0] // nodes):
            row = vector_in(z, i * nodes, nodes)
            for j in range(nodes):
                row[j] += bias[j]  # network.forward: z += bias


@part_of_kernel
def _bias_gradient(gradient: Any, start: int, n: int, scaled: Any) -> None:
    if start >= 0:
        nodes = scaled.shape[0] // n
        bias = vector_in(gradient, start, nodes)
        for j in range(nodes):
            bias[j] = 0
        for i in range(n):
            row = vector_in(scaled, i * nodes, nodes)
            for j in range(nodes):  # network.backpropagate: delta.sum(axis=0) * share
                bias[j] += row[j]


@part_of_kernel
def _draw_mask(address: Any, first: int, rate: Any, scale: Any, mask: Any) -> None:
    for i in range(mask.shape[0]):
        mask[i] = scale if uniform_at(address, first + i) >= rate else mask.dtype.type(0)


@kernel
def select_hardest(plan: Plan, inputs: Inputs, part: Part, work: ShardWork) -> None:
    """Move the data that the backward pass needs of the rows with the largest losses to the front of every layer."""
    n, layers = part.rows, plan.coupled.shape[0]
    count = find_hardest(work.costs[:n], part.hardest, work.scratch, work.selected)
    if not inputs.are_multiplied:
        dense = inputs.dense
        for k in range(count):
            copy(dense[work.selected[k]], dense[k])
    for layer in range(layers):
        start, end, nodes = plan.node_at[layer] * n, plan.node_at[layer + 1] * n, plan.sizes[layer + 1]
        for values in (work.sums, work.activations, work.passed, work.masks, work.error, work.delta):
            gather_rows(work.selected, count, nodes, values[start:end])


@part_of_kernel
def _outputs(plan: Plan, targets: SampleTargets, which: Any, work: ShardWork) -> tuple[float, int]:
    """Fill error and delta of the outputs for the samples `which`; return loss and correct predictions."""
    n, layers = which.shape[0], plan.coupled.shape[0]
    start, nodes = plan.node_at[layers - 1] * n, plan.sizes[layers]
    loss, correct = 0.0, 0
    for i in range(n):
        here = start + i * nodes
        a, target = vector_in(work.activations, here, nodes), targets.rows[targets.labels[which[i]]]
        error, delta = vector_in(work.error, here, nodes), vector_in(work.delta, here, nodes)
        # network.send_back: delta = (loss or architecture.output_loss).delta(
        cost = output_delta(plan, vector_in(work.sums, here, nodes), a, target, error, delta)
        if targets.weights.shape[0] > 0:
            cost = weigh(targets.weights[which[i]], cost, error, delta)
        work.costs[i] = cost
        loss += cost
        correct += first_largest(a) == first_largest(target)
    return loss, correct
