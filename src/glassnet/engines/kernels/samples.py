"""Per-sample training: `network.py`'s algorithm, one sample at a time and fused.

No array is made inside the loop; every weight is touched once on the way forward and once on the way back.

**Exact zeros are not multiplied.** Most values of a picture are 0, so most inputs are the same constant `c` (0.01 in
the notes). With inputs ``x = v + c·1`` and the first matrix kept as ``W = V + s·1ᵀ`` (one number ``s_j`` a node, added
to all its links):

- forward: ``W x = V v + s Σv + c (V 1 + n s)``, where ``V 1``, the row sums of V, is carried along;
- update: ``W ← W − g xᵀ`` with ``g = α δ`` is ``V ← V − g vᵀ`` and ``s ← s − c g``; the row sums change by ``−g Σv``.

Products and updates run over the values that are not 0; the constant part costs a few operations a node. It is the same
sum in another order: equal up to rounding.
"""

from __future__ import annotations

from typing import Any

from ...jit import kernel
from .common import Known, Plan, SparseRows, Workspace
from .lines import LINE, fetch, weighted_lines
from .nodes import activate, copy, first_largest, flush_hidden, output_delta, times_derivative, weigh


@kernel
def _fetch_next(rows: SparseRows, order: Any, position: int) -> None:
    """Let the next sample come from memory during this one's step: they stand far from each other."""
    if position + 2 < order.shape[0]:
        fetch(rows.start, order[position + 2])
    if position + 1 < order.shape[0]:
        for at in range(rows.start[order[position + 1]], rows.start[order[position + 1] + 1], LINE):
            fetch(rows.places, at)
            fetch(rows.values, at)


@kernel
def _first_update(first: Any, index: Any, value: Any, step: Any) -> None:
    """Subtract ``g vᵀ`` from V, four inputs at a time."""
    i, count, nodes = 0, index.shape[0], step.shape[0]
    while i + 4 <= count:
        w0, w1, w2, w3 = first[index[i]], first[index[i + 1]], first[index[i + 2]], first[index[i + 3]]
        v0, v1, v2, v3 = value[i], value[i + 1], value[i + 2], value[i + 3]
        for j in range(nodes):
            g = step[j]
            w0[j] -= v0 * g
            w1[j] -= v1 * g
            w2[j] -= v2 * g
            w3[j] -= v3 * g
        i += 4
    while i < count:
        w0, v0 = first[index[i]], value[i]
        for j in range(nodes):
            w0[j] -= v0 * step[j]
        i += 1


@kernel
def _dense_forward(weights: Any, a: Any, z: Any) -> None:
    """Fill ``z = W a``; `weights` holds the rows of W one after the other."""
    fan_in = a.shape[0]
    for k in range(z.shape[0]):
        w = weights[k * fan_in : (k + 1) * fan_in]
        total = z.dtype.type(0)
        for j in range(fan_in):
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
            error[j] += e * w[j]
            w[j] -= g * a[j]


@kernel
def _layer_forward(plan: Plan, flat: Any, work: Workspace, layer: int) -> None:
    """From the activations below to this layer's; the sums of the first layer are already there."""
    here, end = plan.node_at[layer], plan.node_at[layer + 1]
    z = work.sums[here:end]
    if layer > 0:
        _dense_forward(flat[plan.weight_at[layer] :], work.activations[plan.node_at[layer - 1] : here], z)
    if plan.bias_at[layer] >= 0:
        bias = flat[plan.bias_at[layer] :]
        for j in range(z.shape[0]):
            z[j] += bias[j]
    a = work.activations[here:end]
    activate(plan.activation[layer], z, a)
    flush_hidden(plan, layer, a)


@kernel
def _layer_backward(plan: Plan, flat: Any, work: Workspace, layer: int, rate: Any) -> None:
    """From this layer's delta to the delta below, updating what lies between; the first matrix is the caller's."""
    here, end = plan.node_at[layer], plan.node_at[layer + 1]
    delta, step = work.delta[here:end], work.step[here:end]
    for j in range(delta.shape[0]):
        step[j] = rate * delta[j]
    if plan.bias_at[layer] >= 0:
        bias = flat[plan.bias_at[layer] :]
        for j in range(step.shape[0]):
            bias[j] -= step[j]
    if layer > 0:
        below = plan.node_at[layer - 1]
        a, error = work.activations[below:here], work.error[below:here]
        sent_back = work.error[here:end] if plan.notes_rule else delta
        _dense_backward(flat[plan.weight_at[layer] :], a, sent_back, step, error)
        copy(error, work.delta[below:here])
        times_derivative(plan.activation[layer - 1], work.sums[below:here], a, work.delta[below:here], work.scratch)


@kernel
def train_samples(
    rows: SparseRows, background: Any, known: Known, plan: Plan, flat: Any, work: Workspace, order: Any, rates: Any
) -> tuple[float, int]:
    """Train on samples one after the other, `flat` and the first matrix in `work` in place.

    Returns
    -------
    loss : float
        Sum over the samples, each before its own step.
    correct : int
        Samples answered rightly before their own step.
    """
    loss, correct = 0.0, 0
    hidden, layers = plan.sizes[1], plan.activation.shape[0]
    outputs_at = plan.node_at[layers - 1]
    fan_in, one = flat.dtype.type(plan.sizes[0]), flat.dtype.type(1)
    for position in range(order.shape[0]):
        sample, rate = order[position], rates[position]
        _fetch_next(rows, order, position)
        index = rows.places[rows.start[sample] : rows.start[sample + 1]]
        value = rows.values[rows.start[sample] : rows.start[sample + 1]]
        mass = flat.dtype.type(0)
        for i in range(value.shape[0]):
            mass += value[i]
        for j in range(hidden):
            constant = work.shift[j] * (mass + background * fan_in)
            work.scratch[j] = constant + background * work.row_sum[j]
        weighted_lines(work.first, index, value, 0, index.shape[0], one, work.scratch[:hidden], work.sums[:hidden])
        for layer in range(layers):
            _layer_forward(plan, flat, work, layer)

        target = known.targets[known.labels[sample]]
        a, z = work.activations[outputs_at:], work.sums[outputs_at:]
        error, delta = work.error[outputs_at:], work.delta[outputs_at:]
        cost = output_delta(plan, z, a, target, error, delta, work.scratch)
        loss += weigh(known.weights[sample], cost, error, delta) if known.weights.shape[0] > 0 else cost
        correct += first_largest(a) == first_largest(target)

        for layer in range(layers - 1, -1, -1):
            _layer_backward(plan, flat, work, layer, rate)
        for j in range(hidden):
            work.shift[j] -= background * work.step[j]
            work.row_sum[j] -= mass * work.step[j]
        _first_update(work.first, index, value, work.step[:hidden])
    return loss, correct
