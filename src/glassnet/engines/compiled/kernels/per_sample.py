"""Training on single samples: the algorithm of `network.py` in one fused loop, on several cores.

The loop creates no arrays. It accesses every weight once in the forward pass and once in the backward pass.

**Exact zeros are skipped.** Most values of an image are 0, so most inputs are the same constant `c` (0.01 in the
notes). With inputs ``x = v + c·1`` and the first matrix stored as ``W = V + s·1ᵀ`` (one number ``s_j`` per node, added
to all its weights):

- forward: ``W x = V v + s Σv + c (V 1 + n s)``, where ``V 1``, the row sums of V, is updated along with V;
- update: ``W ← W − g xᵀ`` with ``g = α δ`` is ``V ← V − g vᵀ`` and ``s ← s − c g``; the row sums change by ``−g Σv``.

Products and updates iterate over the non-zero values; the constant part costs a few operations per node. The sum has
the same terms in another order, so the result is equal up to rounding.

**Threads share nodes, not samples.** The nodes of the first layer are divided into groups, independently of the number
of threads. A group, with all weights into and out of its nodes, belongs to one thread, and stays in the cache of that
thread's core. For each sample, each thread publishes the contributions of its groups to the sums of the next layer. The
layers above are small, so every thread computes all of them: the same numbers in the same order, which makes the result
independent of the number of threads.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....runtime.jit import kernel, outer_kernel, part_of_kernel
from .activations import copy, first_largest
from .barrier import end_part, first_step, goes_on, publish, wait_for
from .common import SampleTargets, SparseRows, greater, lesser, matrix_in, vector_in
from .losses import weigh
from .node_groups import Groups, Nodes, UpperLayers, group_of, layer_of, nodes_in, whole_vectors
from .plan import Plan, activate, output_delta, times_derivative
from .row_sums import CACHE_LINE, fetch, fetch_to_write, subtract_from_rows, weighted_row_sum


class Exchange(NamedTuple):
    """Buffers for each group's contributions to the sums of the next layer: two views of the same memory.

    Samples use two buffers alternately: a thread can write the sums of the next sample while another still reads those
    of this one. It cannot be two samples ahead, because every thread waits until all have published their sums.
    """

    numbers: NDArray[np.int64]  # (2, groups, words): the first word is the sample's number
    sums: NDArray[Any]  # (2, groups, numbers): the sums follow it in the same cache lines


class SparseInputs(NamedTuple):
    """All samples without their background, and the background."""

    rows: SparseRows
    mass: NDArray[Any]  # (samples,): the sum of each sample's values, in order; to wait for each would slow a step
    background: Any


class Work(NamedTuple):
    """The data that the threads share."""

    groups: Groups
    upper: UpperLayers
    exchange: Exchange
    loss: NDArray[np.float64]  # (1,): sum of the losses, each before the step of its sample
    correct: NDArray[np.int64]  # (1,): number of correct predictions


class SampleOrder(NamedTuple):
    """Samples in training order, and the learning rate of each."""

    order: NDArray[np.int64]
    rates: NDArray[Any]


class ThreadState(NamedTuple):
    """The data of one thread."""

    thread: int
    threads: int
    groups: int  # number of its groups: `thread`, ``thread + threads``, …
    plan: Plan
    first: int  # the layer above the groups: the second, or the only layer of a network without hidden layer
    nodes: Nodes  # of the upper layers; each group has its own
    flat: Any
    by_input_at: Any
    every: Any


class Sample(NamedTuple):
    """One sample and its step."""

    position: int
    places: Any  # of the non-zero values
    values: Any  # without the background
    mass: Any  # their sum
    background: Any
    rate: Any


@outer_kernel
def sum_rows(rows: SparseRows, mass: Any) -> None:
    """Fill `mass` with the sum of the values of each sample, in order."""
    for i in range(mass.shape[0]):
        total = mass.dtype.type(0)
        for at in range(rows.start[i], rows.start[i + 1]):
            total += rows.values[at]
        mass[i] = total


@part_of_kernel
def _fetch_next(inputs: SparseInputs, order: Any, position: int) -> None:
    """Prefetch the next sample during the step of this one, because samples are far apart in memory."""
    rows = inputs.rows
    if position + 2 < order.shape[0]:
        fetch(rows.start, order[position + 2])
    if position + 1 < order.shape[0]:
        fetch(inputs.mass, order[position + 1])
        for at in range(rows.start[order[position + 1]], rows.start[order[position + 1] + 1], CACHE_LINE):
            fetch(rows.places, at)
            fetch(rows.values, at)


@part_of_kernel
def _dense_forward(by_input: Any, a: Any, every: Any, scratch: Any, z: Any) -> None:
    """Fill ``z = W a``, each sum in the order of the inputs; `by_input` has W transposed, and `z` room for its rows."""
    for k in range(by_input.shape[1]):
        scratch[k] = 0
    sums = vector_in(z, 0, by_input.shape[1])
    # network.forward: z = a @ weight.T
    weighted_row_sum(by_input, every, a, 0, a.shape[0], z.dtype.type(1), scratch, sums)


@kernel
def _dense_backward(weights: Any, a: Any, sent_back: Any, step: Any, error: Any) -> None:
    """Compute ``error = Wᵀ sent_back`` and ``W ← W − step aᵀ`` in one pass over W, the rows of which are `weights`."""
    fan_in = a.shape[0]
    for j in range(fan_in):
        error[j] = 0
    for k in range(step.shape[0]):
        w, e, g = weights[k * fan_in : (k + 1) * fan_in], sent_back[k], step[k]
        for j in range(fan_in):
            error[j] += e * w[j]  # network.send_back: error = sent_back @ parameters.weights[layer]
            w[j] -= g * a[j]  # network.update: parameters.flat -= learning_rate * gradients.flat


@part_of_kernel
def _first_sums(first: Any, shift: Any, row_sum: Any, bias: Any, sample: Sample, fan_in: Any, nodes: Nodes) -> None:
    """Fill `nodes.sums` of a group: the constant part of each sum, the product with the sample's values, the bias."""
    begin, end, one = 0, sample.places.shape[0], shift.dtype.type(1)
    constant = sample.mass + sample.background * shift.dtype.type(fan_in)
    for j in range(shift.shape[0]):
        nodes.scratch[j] = shift[j] * constant + sample.background * row_sum[j]
    # network.forward: z = a @ weight.T
    weighted_row_sum(first, sample.places, sample.values, begin, end, one, nodes.scratch, nodes.sums)
    for j in range(shift.shape[0]):
        nodes.sums[j] += bias[j]  # network.forward: z += bias


@part_of_kernel
def _add_up(barrier: Any, exchange: Exchange, position: int, z: Any) -> bool:
    """Fill `z` with the groups' contributions for a sample, in their order as published; return False if aborted."""
    turn, complete = position % 2, True
    for group in range(exchange.numbers.shape[1]):
        complete = complete and wait_for(barrier, exchange.numbers[turn, group], position + 1)
        brought = exchange.sums[turn, group, exchange.sums.shape[2] - z.shape[0] :]
        for k in range(z.shape[0]):
            z[k] = brought[k] if group == 0 else z[k] + brought[k]
    return complete


@part_of_kernel
def _by_input(mine: ThreadState, layer: Any) -> Any:
    """Return the transposed weights of an upper layer, (inputs, nodes and padding)."""
    sizes = mine.plan.sizes
    return matrix_in(mine.flat, mine.by_input_at[layer], sizes[layer], whole_vectors(sizes[layer + 1]))


@part_of_kernel
def _forward(
    mine: ThreadState, barrier: Any, groups: Groups, following: int, exchange: Exchange, sample: Sample
) -> bool:
    """Compute this thread's groups, then the upper layers from the sums of all groups; return False if aborted."""
    plan, own, complete = mine.plan, mine.groups, True
    here = layer_of(plan, mine.nodes, mine.first)
    # One loop for both, because every call of `activate` is compiled separately.
    for item in range(own + plan.coupled.shape[0] - mine.first):
        layer, number, turn = (
            greater(0, item - own + mine.first),
            mine.thread + item * mine.threads,
            sample.position % 2,
        )
        if item < own:
            fetch_to_write(exchange.numbers[turn, number], 0)  # the line must come back from other cores
            group = group_of(groups, number, plan.sizes[0], following)  # views of its memory
            _first_sums(group.first, group.shift, group.row_sum, group.bias, sample, plan.sizes[0], group.nodes)
            z, a = group.nodes.sums[: group.size], group.nodes.activations[: group.size]
        else:
            z, a = layer_of(plan, mine.nodes, layer).sums, layer_of(plan, mine.nodes, layer).activations
            if layer == mine.first:
                complete = _add_up(barrier, exchange, sample.position, z)
            else:
                below = layer_of(plan, mine.nodes, layer - 1).activations
                _dense_forward(_by_input(mine, layer), below, mine.every, mine.nodes.scratch, z)
            if plan.bias_at[layer] >= 0:
                bias = mine.flat[plan.bias_at[layer] :]
                for j in range(z.shape[0]):
                    z[j] += bias[j]
        if item >= own or mine.first > 0:
            activate(plan, layer, z, a)  # network.forward: a = ACTIVATIONS[name].value(z)
        if item < own:
            if mine.first > 0:
                group = group_of(groups, number, plan.sizes[0], following)
                own_activations = group.nodes.activations[: group.size]
                _dense_forward(group.second_by_input, own_activations, mine.every, mine.nodes.scratch, here.sums)
            else:
                copy(z, here.sums)
            sums = exchange.sums[turn, number]
            copy(here.sums, sums[sums.shape[0] - here.sums.shape[0] :])  # immediately, because the others wait for it
            publish(exchange.numbers[turn, number], sample.position + 1)
    return complete


@kernel
def _step(nodes: Nodes, rate: Any, has_bias: bool, bias: Any) -> None:
    """Compute the step of each node, and update the biases with it."""
    for j in range(nodes.step.shape[0]):
        nodes.step[j] = rate * nodes.delta[j]
        if has_bias:
            bias[j] -= nodes.step[j]  # network.update: parameters.flat -= learning_rate * gradients.flat


@part_of_kernel
def _backward(mine: ThreadState, groups: Groups, following: int, sample: Sample) -> None:
    """Propagate the delta of the outputs through the upper layers and this thread's groups, updating all weights."""
    plan, first, last = mine.plan, mine.first, mine.plan.coupled.shape[0] - 1
    has_bias = plan.bias_at[0] >= 0
    _step(layer_of(plan, mine.nodes, last), sample.rate, has_bias, mine.flat[plan.bias_at[last] :])
    for item in range(last - first + mine.groups):
        layer = last - item  # for the groups: `first` and lower
        number = mine.thread + greater(0, first - layer) * mine.threads
        group, above = (
            group_of(groups, number, plan.sizes[0], following),
            layer_of(plan, mine.nodes, greater(layer, first)),
        )
        if layer > first:
            below, links = layer_of(plan, mine.nodes, layer - 1), mine.flat[plan.weight_at[layer] :]
            bias = mine.flat[plan.bias_at[layer - 1] :]
        else:
            below, links, bias = group.nodes, group.second, group.bias
        if first > 0:
            # network.send_back: architecture.rule == "notes"
            sent_back = above.error if plan.notes_rule else above.delta
            _dense_backward(links, below.activations, sent_back, above.step, below.error)  # updates links too
            by_input = _by_input(mine, layer) if layer > first else group.second_by_input
            places = mine.every[: plan.sizes[layer] if layer > first else group.size]
            subtract_from_rows(by_input, places, below.activations, above.step)  # type: ignore[call-arg]
            copy(below.error, below.delta)
            # network.send_back: delta = np.multiply(error, slope
            times_derivative(plan, greater(0, layer - 1), below.sums, below.activations, below.delta)
            _step(below, sample.rate, has_bias, bias)
        else:
            copy(above.step, below.step[: group.size])
        if layer <= first:
            for j in range(group.shift.shape[0]):
                group.shift[j] -= sample.background * below.step[j]
                group.row_sum[j] -= sample.mass * below.step[j]
            # network.update: parameters.flat -= learning_rate * gradients.flat
            subtract_from_rows(group.first, sample.places, sample.values, below.step)  # type: ignore[call-arg]


@outer_kernel
def train_samples(
    thread: int,
    threads: int,
    barrier: Any,
    inputs: SparseInputs,
    targets: SampleTargets,
    work: Work,
    steps: SampleOrder,
) -> None:
    """Train on a part of the samples, one after another, together with the other threads.

    If the barrier is aborted, the last step may be incomplete.
    """
    groups, plan = work.groups, work.upper.plan
    own = (groups.rows.shape[0] - thread + threads - 1) // threads
    first, layers = lesser(1, plan.coupled.shape[0] - 1), plan.coupled.shape[0]
    following = plan.sizes[2] if first > 0 else 0
    nodes, flat = nodes_in(work.upper.rows[thread], 0), work.upper.flat[thread]
    mine = ThreadState(thread, threads, own, plan, first, nodes, flat, work.upper.by_input_at, work.upper.every)
    outputs = layer_of(plan, mine.nodes, layers - 1)
    if thread > 0:  # with fewer threads in the part before, this thread's upper layers have not been updated
        copy(work.upper.flat[0], mine.flat)
    loss, correct, position = work.loss[0], work.correct[0], first_step(barrier, thread, threads)
    while goes_on(barrier, thread, position):
        number, rows = steps.order[position], inputs.rows
        _fetch_next(inputs, steps.order, position)
        begin, end = rows.start[number], rows.start[number + 1]
        places, values, mass = rows.places[begin:end], rows.values[begin:end], inputs.mass[number]
        sample = Sample(position, places, values, mass, inputs.background, steps.rates[position])
        if not _forward(mine, barrier, groups, following, work.exchange, sample):
            break
        target = targets.rows[targets.labels[number]]
        a, error, delta = outputs.activations, outputs.error, outputs.delta
        # network.send_back: delta = (loss or architecture.output_loss).delta(
        cost = output_delta(plan, outputs.sums, a, target, error, delta)  # fills error and delta
        loss += weigh(targets.weights[number], cost, error, delta) if targets.weights.shape[0] > 0 else cost
        correct += first_largest(a) == first_largest(target)
        _backward(mine, groups, following, sample)
        position += 1
    end_part(barrier, thread, position)
    if thread == 0:
        work.loss[0], work.correct[0] = loss, correct
