"""Compiled loops of per-sample training.

The algorithm is `network.py`'s, taken one sample at a time and fused: no array is made inside the loop, every weight is
touched once on the way forward and once on the way back.

**Exact zeros are not multiplied.** Most values of a picture are 0, so most inputs are the same constant `c` (0.01 in the
notes). With inputs ``x = v + c·1`` and the first matrix kept as ``W = V + s·1ᵀ`` (one number ``s_j`` a node, added to all
its links):

- forward: ``W x = V v + s Σv + c (V 1 + n s)``, where ``V 1``, the row sums of V, is carried along;
- update: ``W ← W − g xᵀ`` with ``g = α δ`` is ``V ← V − g vᵀ`` and ``s ← s − c g``; the row sums change by ``−g Σv``.

Products and updates run over the values that are not 0; the constant part costs a few operations a node. It is the same
sum in another order: equal up to rounding.

Kernels live at module level with ``cache=True``: compiled once per machine. The fast-math flags allow reordering (so that
sums vectorise) and keep NaN and infinity, which the divergence check relies on.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numba.extending import overload
from numpy.typing import NDArray

from ..activations import _GELU_CUBIC, _GELU_SCALE, ACTIVATIONS, LEAK

_FAST = {"reassoc", "contract", "nsz", "arcp"}
_kernel = njit(cache=True, fastmath=_FAST, error_model="numpy", nogil=True)

IDENTITY, SIGMOID, TANH, RELU, LEAKY_RELU, GELU, SOFTMAX = range(len(ACTIVATIONS))
SQUARED_ERROR, CROSS_ENTROPY = range(2)


class SparseRows(NamedTuple):
    """Inputs without their background: sample i has ``value[start[i]:start[i+1]]`` at ``index[...]``, plus `background`."""

    start: NDArray[np.int64]
    index: NDArray[np.int32]
    value: NDArray[Any]
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
    sums: NDArray[Any]  # (all nodes but the inputs,), as the next four
    activations: NDArray[Any]
    delta: NDArray[Any]
    error: NDArray[Any]
    step: NDArray[Any]  # delta times the learning rate


def _exp(x: Any) -> Any:
    return math.exp(x)


@overload(_exp)
def _exp_of(x: Any) -> Any:
    """Choose by precision: in float32 a polynomial that vectorises, accurate to 1e-7; in float64 the library's."""
    if x.bitwidth == 64:
        return lambda x: math.exp(x)

    def exp32(x: Any) -> Any:
        # exp(x) = 2^n · exp(r) with |r| ≤ ½ ln 2; ln 2 in two parts keeps r exact (Cody and Waite 1980).
        x = min(max(x, np.float32(-87.0)), np.float32(88.0))
        n = np.floor(x * np.float32(1.4426950408889634) + np.float32(0.5))
        r = x - n * np.float32(0.693359375) + n * np.float32(2.12194440e-4)
        p = np.float32(1 / 5040)  # the Taylor series is enough on so short an interval
        p = p * r + np.float32(1 / 720)
        p = p * r + np.float32(1 / 120)
        p = p * r + np.float32(1 / 24)
        p = p * r + np.float32(1 / 6)
        p = p * r + np.float32(0.5)
        p = p * r + np.float32(1)
        p = p * r + np.float32(1)
        power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
        return p * power if x == x else x  # the bounds above would hide a NaN

    return exp32


# Loops stand where NumPy has a word (a[:] = z, z.max(), …): Numba's versions of those bring error texts and broadcasting
# with them and would triple the time it takes to compile this file.


@_kernel
def _copy(source: Any, to: Any) -> None:
    for j in range(source.shape[0]):
        to[j] = source[j]


@_kernel
def _largest(z: Any) -> Any:
    largest = z[0]
    for j in range(z.shape[0]):
        largest = max(largest, z[j])
    return largest


@_kernel
def _activate(code: int, z: Any, a: Any) -> None:
    """Fill `a` with the activations of the sums `z`, both (nodes,)."""
    one, half = z.dtype.type(1), z.dtype.type(0.5)
    nodes = z.shape[0]
    if code == SIGMOID:
        for j in range(nodes):
            a[j] = one / (one + _exp(-z[j]))
    elif code == TANH:
        _tanh(z, a)
    elif code == RELU:
        for j in range(nodes):
            a[j] = z[j] if not z[j] <= 0 else z.dtype.type(0)  # written so that NaN passes
    elif code == LEAKY_RELU:
        leak = z.dtype.type(LEAK)
        for j in range(nodes):
            a[j] = z[j] if not z[j] <= 0 else leak * z[j]
    elif code == GELU:
        _gelu_inner(z, a)
        _tanh(a, a)
        for j in range(nodes):
            a[j] = half * z[j] * (one + a[j])
    elif code == SOFTMAX:
        peak, total = _largest(z), z.dtype.type(0)
        for j in range(nodes):
            a[j] = _exp(z[j] - peak)
            total += a[j]
        for j in range(nodes):
            a[j] /= total
    else:
        _copy(z, a)


@_kernel
def _tanh(z: Any, a: Any) -> None:
    one, two = z.dtype.type(1), z.dtype.type(2)
    for j in range(z.shape[0]):
        a[j] = one - two / (one + _exp(two * z[j]))


@_kernel
def _gelu_inner(z: Any, out: Any) -> None:
    scale, cubic = z.dtype.type(_GELU_SCALE), z.dtype.type(_GELU_CUBIC)
    for j in range(z.shape[0]):
        out[j] = scale * (z[j] + cubic * z[j] * z[j] * z[j])


@_kernel
def _times_derivative(code: int, z: Any, a: Any, delta: Any) -> None:
    """Multiply `delta` by the activation's derivative at each node, in place."""
    one, half = z.dtype.type(1), z.dtype.type(0.5)
    nodes = z.shape[0]
    if code == SIGMOID:
        for j in range(nodes):
            delta[j] *= a[j] * (one - a[j])
    elif code == TANH:
        for j in range(nodes):
            delta[j] *= one - a[j] * a[j]
    elif code == RELU:
        for j in range(nodes):
            if not a[j] > 0:
                delta[j] = 0
    elif code == LEAKY_RELU:
        leak = z.dtype.type(LEAK)
        for j in range(nodes):
            if not a[j] > 0:
                delta[j] *= leak
    elif code == GELU:
        scale, cubic = z.dtype.type(_GELU_SCALE), z.dtype.type(3 * _GELU_CUBIC)
        t = np.empty_like(z)
        _gelu_inner(z, t)
        _tanh(t, t)
        for j in range(nodes):
            slope = half * z[j] * (one - t[j] * t[j]) * scale * (one + cubic * z[j] * z[j])
            delta[j] *= half * (one + t[j]) + slope
    elif code == SOFTMAX:
        mean = z.dtype.type(0)
        for j in range(nodes):
            mean += delta[j] * a[j]
        for j in range(nodes):
            delta[j] = a[j] * (delta[j] - mean)


@_kernel
def _output_delta(plan: Plan, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
    """Fill error ``a − t`` and delta of the outputs, return the loss. Formulas as in `losses.py`."""
    code = plan.activation[-1]
    loss = 0.0
    for k in range(a.shape[0]):
        error[k] = a[k] - target[k]
        delta[k] = error[k]
    if plan.loss == SQUARED_ERROR:
        for k in range(a.shape[0]):
            loss += 0.5 * error[k] * error[k]
        _times_derivative(code, z, a, delta)
    elif code == SIGMOID:
        for k in range(a.shape[0]):
            loss += max(z[k], 0.0) - target[k] * z[k] + math.log1p(math.exp(-abs(z[k])))
    else:
        peak, total, mass = _largest(z), 0.0, z.dtype.type(0)
        for k in range(a.shape[0]):
            total += math.exp(z[k] - peak)
            mass += target[k]
        for k in range(a.shape[0]):
            loss += target[k] * (math.log(total) + peak - z[k])
            delta[k] = a[k] * mass - target[k]
    return loss


@_kernel
def _first_forward(first: Any, index: Any, value: Any, z: Any) -> None:
    """Add ``V v`` to z: eight inputs at a time, so that z is read and written once for eight products."""
    i, count, nodes = 0, index.shape[0], z.shape[0]
    while i + 8 <= count:
        w0, w1, w2, w3 = first[index[i]], first[index[i + 1]], first[index[i + 2]], first[index[i + 3]]
        w4, w5, w6, w7 = first[index[i + 4]], first[index[i + 5]], first[index[i + 6]], first[index[i + 7]]
        v0, v1, v2, v3 = value[i], value[i + 1], value[i + 2], value[i + 3]
        v4, v5, v6, v7 = value[i + 4], value[i + 5], value[i + 6], value[i + 7]
        for j in range(nodes):
            low = v0 * w0[j] + v1 * w1[j] + v2 * w2[j] + v3 * w3[j]
            z[j] += low + v4 * w4[j] + v5 * w5[j] + v6 * w6[j] + v7 * w7[j]
        i += 8
    while i < count:
        w0, v0 = first[index[i]], value[i]
        for j in range(nodes):
            z[j] += v0 * w0[j]
        i += 1


@_kernel
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


@_kernel
def _dense_forward(weight: Any, a: Any, z: Any) -> None:
    """Fill ``z = W a``."""
    for k in range(weight.shape[0]):
        w = weight[k]
        total = z.dtype.type(0)
        for j in range(a.shape[0]):
            total += w[j] * a[j]
        z[k] = total


@_kernel
def _dense_backward(weight: Any, a: Any, sent_back: Any, step: Any, error: Any) -> None:
    """Fill ``error = Wᵀ sent_back`` and then ``W ← W − step aᵀ``, in one pass over W."""
    for j in range(a.shape[0]):
        error[j] = 0
    for k in range(weight.shape[0]):
        w, e, g = weight[k], sent_back[k], step[k]
        for j in range(a.shape[0]):
            error[j] += e * w[j]
            w[j] -= g * a[j]


@_kernel
def _train_sample(rows: SparseRows, plan: Plan, flat: Any, work: Workspace, sample: int, rate: Any) -> tuple[float, bool]:
    """Forward, backpropagate, update for one sample; return its loss and whether it was answered rightly before."""
    index = rows.index[rows.start[sample] : rows.start[sample + 1]]
    value = rows.value[rows.start[sample] : rows.start[sample + 1]]
    layers = plan.activation.shape[0]
    mass = flat.dtype.type(0)
    for i in range(value.shape[0]):
        mass += value[i]
    constant = mass + rows.background * flat.dtype.type(plan.sizes[0])
    for j in range(plan.sizes[1]):
        work.sums[j] = work.shift[j] * constant + rows.background * work.row_sum[j]
    _first_forward(work.first, index, value, work.sums[: plan.sizes[1]])
    for layer in range(layers):
        _layer_forward(plan, flat, work, layer)

    label = rows.labels[sample]
    at = plan.node_at[layers - 1]
    outputs = work.activations[at:]
    loss = _output_delta(plan, work.sums[at:], outputs, rows.targets[label], work.error[at:], work.delta[at:])
    right = True
    for k in range(outputs.shape[0]):
        right = right and outputs[k] <= outputs[label]

    for layer in range(layers - 1, -1, -1):
        _layer_backward(plan, flat, work, layer, rate)
    step = work.step[: plan.sizes[1]]
    for j in range(plan.sizes[1]):
        work.shift[j] -= rows.background * step[j]
        work.row_sum[j] -= mass * step[j]
    _first_update(work.first, index, value, step)
    return loss, right


@_kernel
def _layer_forward(plan: Plan, flat: Any, work: Workspace, layer: int) -> None:
    """From the activations below to this layer's; the sums of the first layer are already there."""
    here, end = plan.node_at[layer], plan.node_at[layer + 1]
    z = work.sums[here:end]
    if layer > 0:
        _dense_forward(_weight(plan, flat, layer), work.activations[plan.node_at[layer - 1] : here], z)
    if plan.bias_at[layer] >= 0:
        bias = flat[plan.bias_at[layer] :]
        for j in range(z.shape[0]):
            z[j] += bias[j]
    _activate(plan.activation[layer], z, work.activations[here:end])


@_kernel
def _layer_backward(plan: Plan, flat: Any, work: Workspace, layer: int, rate: Any) -> None:
    """From this layer's delta to the delta below, updating what lies between; the first matrix is left to the caller."""
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
        _dense_backward(_weight(plan, flat, layer), a, sent_back, step, error)
        _copy(error, work.delta[below:here])
        _times_derivative(plan.activation[layer - 1], work.sums[below:here], a, work.delta[below:here])


@_kernel
def _weight(plan: Plan, flat: Any, layer: int) -> Any:
    fan_out, fan_in = plan.sizes[layer + 1], plan.sizes[layer]
    start = plan.weight_at[layer]
    return flat[start : start + fan_out * fan_in].reshape(fan_out, fan_in)


@_kernel
def train_samples(
    rows: SparseRows, plan: Plan, flat: Any, work: Workspace, order: Any, rates: Any
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
    for position in range(order.shape[0]):
        sample_loss, right = _train_sample(rows, plan, flat, work, order[position], rates[position])
        loss += sample_loss
        correct += right
    return loss, correct


@_kernel
def count_nonzero(raw: Any, start: Any) -> None:
    """Fill ``start`` (n + 1,) with where each row's non-zero values will begin."""
    start[0] = 0
    for i in range(raw.shape[0]):
        row, count = raw[i], 0
        for j in range(row.shape[0]):
            count += row[j] != 0
        start[i + 1] = start[i] + count


@_kernel
def gather_nonzero(raw: Any, factor: Any, start: Any, index: Any, value: Any) -> None:
    """Fill places and scaled values of the non-zero entries, row after row."""
    for i in range(raw.shape[0]):
        row, at = raw[i], start[i]
        for j in range(row.shape[0]):
            if row[j] != 0:
                index[at] = j
                value[at] = row[j] * factor
                at += 1
