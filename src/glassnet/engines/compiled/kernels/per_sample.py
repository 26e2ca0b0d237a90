"""Per-sample training: `network.py`'s algorithm, one sample at a time, fused, and on several cores.

No array is made inside the loop; every weight is touched once on the way forward and once on the way back.

**Exact zeros are not multiplied.** Most values of a picture are 0, so most inputs are the same constant `c` (0.01 in
the notes). With inputs ``x = v + c·1`` and the first matrix kept as ``W = V + s·1ᵀ`` (one number ``s_j`` a node, added
to all its links):

- forward: ``W x = V v + s Σv + c (V 1 + n s)``, where ``V 1``, the row sums of V, is carried along;
- update: ``W ← W − g xᵀ`` with ``g = α δ`` is ``V ← V − g vᵀ`` and ``s ← s − c g``; the row sums change by ``−g Σv``.

Products and updates run over the values that are not 0; the constant part costs a few operations a node. It is the same
sum in another order: equal up to rounding.

**Threads share nodes, not samples.** The nodes of the first layer are in groups, whatever the number of threads. A
group, with all links to its nodes and from them, belongs to one thread, in whose core's cache they stay. Once a sample
each thread publishes what its groups add to the sums of the next layer. The layers above are small, and every thread
computes all of them: the same numbers in the same order, so that it does not matter how many threads there are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....nn.jit import kernel, part_of_kernel
from .activations import activate, copy, first_largest, flush_hidden, output_delta, times_derivative, weigh
from .barrier import publish, wait_for
from .common import Plan, SampleTargets, SparseRows
from .node_groups import Groups, Nodes, UpperLayers, group_of, layer_of, nodes_in
from .row_sums import CACHE_LINE, fetch, fetch_to_write, subtract_from_rows, weighted_row_sum


class Exchange(NamedTuple):
    """Buffers for what each group adds to the next layer's sums: two views of one memory, in which both share a line.

    There are two of them in turn: a thread may write the next sample's sums while another still reads this one's, but
    not be ahead by two, since none goes on before all have published theirs.
    """

    numbers: NDArray[np.int64]  # (2, groups, words): first the number of the sample
    sums: NDArray[Any]  # (2, groups, numbers): the sums stand behind it


class SparseInputs(NamedTuple):
    """All samples, less their background, and this."""

    rows: SparseRows
    background: Any


class Work(NamedTuple):
    """What the threads work with."""

    groups: Groups
    upper: UpperLayers
    exchange: Exchange
    loss: NDArray[np.float64]  # (threads,): sums of the losses, each before its own step
    correct: NDArray[np.int64]  # (threads,): how many answers were right; all threads compute the same


class SampleOrder(NamedTuple):
    """Samples in the order in which they are used, and the learning rate of each."""

    order: NDArray[np.int64]
    rates: NDArray[Any]


class ThreadState(NamedTuple):
    """What one thread works on."""

    thread: int
    threads: int
    groups: int  # how many it has: number `thread`, ``thread + threads``, …
    plan: Plan
    first: int  # the layer that the groups lead to: the second, but in a network of one layer the only one
    nodes: Nodes  # of all layers; those of the groups are with these
    flat: Any


class Sample(NamedTuple):
    """A sample's step."""

    position: int
    places: Any  # of the values that are not 0
    values: Any  # less the background
    mass: Any  # their sum
    background: Any
    rate: Any


@part_of_kernel
def _fetch_next(rows: SparseRows, order: Any, position: int) -> None:
    """Let the next sample come from memory during this one's step: they stand far from each other."""
    if position + 2 < order.shape[0]:
        fetch(rows.start, order[position + 2])
    if position + 1 < order.shape[0]:
        for at in range(rows.start[order[position + 1]], rows.start[order[position + 1] + 1], CACHE_LINE):
            fetch(rows.places, at)
            fetch(rows.values, at)


@part_of_kernel
def _sample(inputs: SparseInputs, steps: SampleOrder, position: int) -> Sample:
    rows, number = inputs.rows, steps.order[position]
    begin, end = rows.start[number], rows.start[number + 1]
    values, mass = rows.values[begin:end], rows.values.dtype.type(0)
    for i in range(values.shape[0]):
        mass += values[i]
    return Sample(position, rows.places[begin:end], values, mass, inputs.background, steps.rates[position])


@kernel
def _dense_forward(weights: Any, a: Any, z: Any) -> None:
    """Fill ``z = W a``; `weights` holds the rows of W one after the other."""
    fan_in = a.shape[0]
    for k in range(z.shape[0]):
        w = weights[k * fan_in : (k + 1) * fan_in]
        total = z.dtype.type(0)
        for j in range(fan_in):  # network.forward: z = a @ weight.T
            total += w[j] * a[j]
        z[k] = total


@kernel
def _dense_backward(weights: Any, a: Any, sent_back: Any, step: Any, error: Any) -> None:
    """Fill ``error = Wᵀ sent_back`` and then ``W ← W − step aᵀ``, in one pass over W."""
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
    """Fill the sums of a group's nodes."""
    begin, end, one = 0, sample.places.shape[0], shift.dtype.type(1)
    constant = sample.mass + sample.background * shift.dtype.type(fan_in)
    for j in range(shift.shape[0]):
        nodes.scratch[j] = shift[j] * constant + sample.background * row_sum[j] + bias[j]
    # network.forward: z = a @ weight.T
    weighted_row_sum(first, sample.places, sample.values, begin, end, one, nodes.scratch, nodes.sums)


@part_of_kernel
def _add_up(barrier: Any, exchange: Exchange, position: int, z: Any) -> bool:
    """Fill the sums that the groups bring for a sample, as soon as they are published; False: aborted."""
    turn, complete = position % 2, True
    for group in range(exchange.numbers.shape[1]):
        complete = complete and wait_for(barrier, exchange.numbers[turn, group], position + 1)
        brought = exchange.sums[turn, group, exchange.sums.shape[2] - z.shape[0] :]
        for k in range(z.shape[0]):
            z[k] = brought[k] if group == 0 else z[k] + brought[k]
    return complete


@part_of_kernel
def _forward(
    mine: ThreadState, barrier: Any, groups: Groups, following: int, exchange: Exchange, sample: Sample
) -> bool:
    """Through this thread's groups, then with the sums of all through the upper layers; False: aborted."""
    plan, own, complete = mine.plan, mine.groups, True
    here = layer_of(plan, mine.nodes, mine.first)
    # One loop for both, as each place where an activation is computed is compiled anew.
    for item in range(own + plan.activation.shape[0] - mine.first):
        layer, number, turn = max(0, item - own + mine.first), mine.thread + item * mine.threads, sample.position % 2
        if item < own:
            fetch_to_write(exchange.numbers[turn, number], 0)  # read on other cores, it takes a while to come back
            group = group_of(groups, number, plan.sizes[0], following)
            _first_sums(group.first, group.shift, group.row_sum, group.bias, sample, plan.sizes[0], group.nodes)
            z, a = group.nodes.sums[: group.size], group.nodes.activations[: group.size]
        else:
            z, a = layer_of(plan, mine.nodes, layer).sums, layer_of(plan, mine.nodes, layer).activations
            if layer == mine.first:
                complete = _add_up(barrier, exchange, sample.position, z)
            else:
                below = layer_of(plan, mine.nodes, layer - 1).activations
                _dense_forward(mine.flat[plan.weight_at[layer] :], below, z)
            if plan.bias_at[layer] >= 0:
                bias = mine.flat[plan.bias_at[layer] :]
                for j in range(z.shape[0]):
                    z[j] += bias[j]
        if item >= own or mine.first > 0:
            activate(plan.activation[layer], z, a)  # network.forward: a = ACTIVATIONS[name].value(z)
            flush_hidden(plan, layer, a)
        if item < own:
            if mine.first > 0:
                group = group_of(groups, number, plan.sizes[0], following)
                _dense_forward(group.second, group.nodes.activations, here.sums)
            else:
                copy(z, here.sums)
            sums = exchange.sums[turn, number]
            copy(here.sums, sums[sums.shape[0] - here.sums.shape[0] :])  # at once, since the others wait for it
            publish(exchange.numbers[turn, number], sample.position + 1)
    return complete


@kernel
def _step(nodes: Nodes, rate: Any, has_bias: bool, bias: Any) -> None:
    """Fill `step`, and take it with the bias."""
    for j in range(nodes.step.shape[0]):
        nodes.step[j] = rate * nodes.delta[j]
        if has_bias:
            bias[j] -= nodes.step[j]  # network.update: parameters.flat -= learning_rate * gradients.flat


@part_of_kernel
def _backward(mine: ThreadState, groups: Groups, following: int, sample: Sample) -> None:
    """From the delta of the outputs back through the upper layers and this thread's groups, updating all links."""
    plan, first, last = mine.plan, mine.first, mine.plan.activation.shape[0] - 1
    has_bias = plan.bias_at[0] >= 0
    _step(layer_of(plan, mine.nodes, last), sample.rate, has_bias, mine.flat[plan.bias_at[last] :])
    for item in range(last - first + mine.groups):
        layer = last - item  # at the groups: `first` and less
        number = mine.thread + max(0, first - layer) * mine.threads
        group, above = group_of(groups, number, plan.sizes[0], following), layer_of(plan, mine.nodes, max(layer, first))
        if layer > first:
            below, links = layer_of(plan, mine.nodes, layer - 1), mine.flat[plan.weight_at[layer] :]
            bias = mine.flat[plan.bias_at[layer - 1] :]
        else:
            below, links, bias = group.nodes, group.second, group.bias
        if first > 0:
            # network.send_back: architecture.rule == "notes"
            sent_back = above.error if plan.notes_rule else above.delta
            _dense_backward(links, below.activations, sent_back, above.step, below.error)
            copy(below.error, below.delta)
            code = plan.activation[max(0, layer - 1)]
            # network.send_back: delta = np.multiply(error, slope
            times_derivative(code, below.sums, below.activations, below.delta, below.scratch)
            _step(below, sample.rate, has_bias, bias)
        else:
            copy(above.step, below.step[: group.size])
        if layer <= first:
            for j in range(group.shift.shape[0]):
                group.shift[j] -= sample.background * below.step[j]
                group.row_sum[j] -= sample.mass * below.step[j]
            # network.update: parameters.flat -= learning_rate * gradients.flat
            subtract_from_rows(group.first, sample.places, sample.values, below.step)


@kernel
def train_samples(
    thread: int,
    threads: int,
    barrier: Any,
    inputs: SparseInputs,
    targets: SampleTargets,
    work: Work,
    steps: SampleOrder,
) -> None:
    """Train on samples one after the other, together with the other threads.

    An aborted barrier leaves the weights somewhere between two steps.
    """
    groups, plan = work.groups, work.upper.plan
    own = (groups.rows.shape[0] - thread + threads - 1) // threads
    first, layers = min(1, plan.activation.shape[0] - 1), plan.activation.shape[0]
    following = plan.sizes[2] if first > 0 else 0
    mine = ThreadState(thread, threads, own, plan, first, nodes_in(work.upper.rows[thread], 0), work.upper.flat[thread])
    outputs = layer_of(plan, mine.nodes, layers - 1)
    loss, correct = 0.0, 0
    for position in range(steps.order.shape[0]):
        number = steps.order[position]
        _fetch_next(inputs.rows, steps.order, position)
        sample = _sample(inputs, steps, position)
        if not _forward(mine, barrier, groups, following, work.exchange, sample):
            break
        target = targets.rows[targets.labels[number]]
        a, error, delta = outputs.activations, outputs.error, outputs.delta
        # network.send_back: delta = (loss or architecture.output_loss).delta(
        cost = output_delta(plan, outputs.sums, a, target, error, delta, outputs.scratch)
        loss += weigh(targets.weights[number], cost, error, delta) if targets.weights.shape[0] > 0 else cost
        correct += first_largest(a) == first_largest(target)
        _backward(mine, groups, following, sample)
    work.loss[thread], work.correct[thread] = loss, correct
