"""Training on single samples: the nodes of the first layer are divided into groups, which run on threads.

The number of groups depends on the options, the network and the data but never on the machine; threads only decide
where a group is computed. So the result is bit-identical for any number of threads.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...nn.architecture import Architecture
from ...nn.optimizers import State
from ...nn.parameters import FloatArray, Parameters, aligned_zeros
from ...options.options import Options
from ..protocol import Block, Progress
from ..samples import Samples
from . import kernels
from .pool import WorkerPool
from .sparse_layout import scaled_without_zeros, targets_for_kernels

LEAST_WORK = 4000
"""Minimum products of a group per sample in the forward pass: with fewer, threads would synchronise too often."""

SPINS = kernels.SPINS // 10
"""Threads synchronise every microsecond here. If two threads must share a core, yielding it early is faster."""

LINE = 64
"""Bytes of a cache line."""

PAGE = 4096
"""Bytes of a memory page. Processors do not prefetch across pages."""


class PerSample:
    """Samples, options and buffers for training on single samples."""

    def __init__(self, architecture: Architecture, samples: Samples, options: Options) -> None:
        self._dtype = dtype = np.dtype(options.dtype)
        self._inputs, self._targets = scaled_without_zeros(samples, dtype), targets_for_kernels(samples, dtype)
        groups = _groups_of(architecture, options.shards, self._inputs.rows)
        self.pool = WorkerPool(options.threads, groups, SPINS)
        upper, self._upper_size = _new_upper_layers(architecture, self.pool.most, dtype)
        self._work = kernels.Work(
            groups=_new_groups(architecture, groups, dtype),
            upper=upper,
            exchange=_new_exchange(architecture, groups, dtype),
            loss=np.zeros(1),
            correct=np.zeros(1, np.int64),
        )

    def set_samples(self, samples: Samples) -> None:
        """Train on these samples from now on; the number of groups stays the same."""
        self._inputs = scaled_without_zeros(samples, self._dtype)
        self._targets = targets_for_kernels(samples, self._dtype)

    def train(self, state: State, block: Block, barrier: NDArray[np.int64]) -> Progress:
        """Run a block of steps, changing `state` in place. Call it on the pool's leader, from one caller at a time."""
        parameters, work = state.parameters, self._work
        upper = parameters.flat[parameters.flat.size - self._upper_size :]
        _pack(work.groups, parameters)
        _pack_upper(work.upper, upper)
        work.loss[0], work.correct[0] = 0, 0
        work.exchange.numbers[...] = 0
        inputs, targets = self._inputs, self._targets
        order = kernels.SampleOrder(block.order, block.learning_rates.astype(parameters.flat.dtype))
        steps, products = len(block.order), len(block.order) * parameters.flat.size

        def train_samples(thread: int, threads: int) -> None:
            kernels.train_samples(thread, threads, barrier, inputs, targets, work, order)

        # Calls it on this thread and, while there is enough work, on others.
        self.pool.run_on_threads(train_samples, barrier, steps=steps, products=products)
        _unpack(work.groups, parameters)  # changes the weights of `state`
        upper[...] = work.upper.flat[0, : self._upper_size]
        state.step += steps
        return Progress(float(work.loss[0]), int(work.correct[0]))


def _pack(groups: kernels.Groups, parameters: Parameters) -> None:
    """Copy the parameters to the memory of the groups, with the first matrix as V: see `kernels.per_sample`."""
    (first, *others), bias = parameters.weights, parameters.biases[0]
    features, following = first.shape[1], len(others[0]) if others else 0
    groups.rows[...] = 0
    for rows, (begin, end) in zip(groups.rows, pairwise(groups.ends), strict=True):
        own, at = rows[:, : end - begin], features + following
        own[:features] = first[begin:end].T
        row_sum = own[at + kernels.ROW_SUM]
        for column in own[:features]:  # in order
            row_sum += column
        if others:
            own[features:at] = others[0][:, begin:end]
            size, wide = rows.shape[1], _round_up(following, kernels.LANES)
            by_input = rows.ravel()[(at + kernels.VECTORS) * size :][: size * wide].reshape(size, wide)
            by_input[: end - begin, :following] = others[0][:, begin:end].T
            if bias is not None:  # in a network without hidden layer, the bias belongs to the upper layers
                own[at + kernels.BIAS] = bias[begin:end]


def _pack_upper(upper: kernels.UpperLayers, parameters: FloatArray) -> None:
    """Copy the parameters of the upper layers to the memory of the first thread."""
    plan, flat = upper.plan, upper.flat[0]
    flat[: len(parameters)] = parameters
    for layer, place in enumerate(upper.by_input_at):
        if place >= 0:
            fan_in, fan_out = plan.sizes[layer : layer + 2]
            wide = _round_up(fan_out, kernels.LANES)
            weights = parameters[plan.weight_at[layer] :][: fan_in * fan_out].reshape(fan_out, fan_in)
            flat[place:][: fan_in * wide].reshape(fan_in, wide)[:, :fan_out] = weights.T


def _unpack(groups: kernels.Groups, parameters: Parameters) -> None:
    """Copy the memory of the groups back to the parameters, views of the vector that is saved, with ``W = V + s``."""
    (first, *others), bias = parameters.weights, parameters.biases[0]
    features, following = first.shape[1], len(others[0]) if others else 0
    for rows, (begin, end) in zip(groups.rows, pairwise(groups.ends), strict=True):
        own, at = rows[:, : end - begin], features + following
        np.add(own[:features].T, own[at + kernels.SHIFT][:, None], out=first[begin:end])
        if others:
            others[0][:, begin:end] = own[features:at]
            if bias is not None:
                bias[begin:end] = own[at + kernels.BIAS]


def _groups_of(architecture: Architecture, shards: int, rows: kernels.SparseRows) -> int:
    """Return the number of groups of the first layer: the number of shards, or fewer if there is too little work."""
    if len(architecture.sizes) == 2:
        return 1
    nodes, samples, values = architecture.sizes[1], max(1, len(rows.start) - 1), int(rows.start[-1])
    return max(1, min(shards, nodes // kernels.LANES, nodes * values // (samples * LEAST_WORK)))


def _new_groups(architecture: Architecture, groups: int, dtype: np.dtype[Any]) -> kernels.Groups:
    features, nodes, *following = architecture.sizes
    ends = np.array([group * nodes // groups for group in range(groups + 1)])
    width = _round_up(int(np.diff(ends).max()), kernels.LANES)
    after = sum(following[:1])
    rows = _on_own_pages(groups, features + after + kernels.VECTORS + _round_up(after, kernels.LANES), width, dtype)
    return kernels.Groups(ends, rows, rows.reshape(groups, -1))


def _new_upper_layers(
    architecture: Architecture, threads: int, dtype: np.dtype[Any]
) -> tuple[kernels.UpperLayers, int]:
    """Return the upper layers and the number of their parameters, without the weights of the groups."""
    plan = kernels.plan_of(architecture, dtype, in_batches=False)
    first = min(1, len(architecture.activations) - 1)
    begin = int(plan.weight_at[first] + plan.sizes[first] * plan.sizes[first + 1])
    plan = plan._replace(
        weight_at=plan.weight_at - begin,
        bias_at=np.where(plan.bias_at < 0, plan.bias_at, np.maximum(plan.bias_at - begin, 0)),
    )
    numbers = architecture.layout.size - begin
    wide = [_round_up(int(nodes), kernels.LANES) for nodes in plan.sizes[1:]]
    plan = plan._replace(node_at=np.cumsum([0, *wide]))  # each layer begins with a whole vector
    by_input_at, end = np.full(len(wide), -1), _round_up(numbers, kernels.LANES)
    for layer in range(first + 1, len(wide)):
        by_input_at[layer], end = end, end + int(plan.sizes[layer]) * wide[layer]
    flat = _on_own_pages(threads, end // kernels.LANES, kernels.LANES, dtype).reshape(threads, -1)
    nodes = _on_own_pages(threads, len(kernels.Nodes._fields), sum(wide), dtype)
    every = np.arange(max(architecture.sizes), dtype=np.uint32)
    return kernels.UpperLayers(plan, by_input_at, flat, nodes, every), numbers


def _new_exchange(architecture: Architecture, groups: int, dtype: np.dtype[Any]) -> kernels.Exchange:
    nodes = architecture.sizes[min(2, len(architecture.sizes) - 1)]
    line = _round_up(8 + nodes * dtype.itemsize, LINE)  # preceded by an eight-byte number
    numbers: NDArray[np.int64] = aligned_zeros((2, groups, line // 8), np.float64).view(np.int64)
    return kernels.Exchange(numbers, numbers.view(dtype))


def _on_own_pages(count: int, rows: int, width: int, dtype: np.dtype[Any]) -> FloatArray:
    """Return zeros, (count, rows and padding, width), in which no two parts share a memory page.

    A core that reads consecutive cache lines prefetches up to the end of the page; lines that another core writes to
    would move back and forth.
    """
    page = PAGE // dtype.itemsize
    more = -(-2 * page // width)
    return aligned_zeros((count, rows + more, width), dtype)


def _round_up(size: int, unit: int) -> int:
    """Round a size up to a multiple of a unit."""
    return -(-size // unit) * unit
