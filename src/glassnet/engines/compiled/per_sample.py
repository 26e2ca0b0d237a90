"""Training with one sample a step: the nodes of the first layer in groups, the groups on threads.

How many groups there are follows from options, network and data, never from the machine; threads only decide where a
group is computed. So the bits are the same for any number of threads.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...nn.architecture import Architecture
from ...nn.optimizers import State
from ...nn.parameters import FloatArray, Parameters, aligned_zeros
from ...options.options import Options
from ..protocol import Block, Progress, Samples
from ..threads.pool import Team, Together
from . import kernels
from .sparse_layout import of_few_types, read_only, sparse_rows

LEAST_WORK = 4000
"""Products that a sample should bring to a group on the way forward: for fewer, threads would meet too often."""

PATIENCE = kernels.PATIENCE // 10
"""Threads meet each microsecond here. Two that were put on one core beside a busy process gain from parting soon."""

LINE = 64
"""Bytes of a line of the caches."""

PAGE = 4096
"""Bytes of memory beyond which processors fetch nothing unasked."""


class OneByOne:
    """Samples, options and buffers for training with one sample a step."""

    def __init__(self, architecture: Architecture, samples: Samples, options: Options) -> None:
        dtype, raw = np.dtype(options.dtype), read_only(of_few_types(samples.rows))
        rows = sparse_rows(raw, np.full(raw.shape[1], samples.scaling.factor, dtype))
        self._inputs = kernels.SparseInputs(rows, dtype.type(samples.scaling.offset))
        self._known = kernels.Known(read_only(samples.labels), samples.targets.astype(dtype), samples.weights_in(dtype))
        groups = _groups_of(architecture, options.shards, rows)
        self._team = Team(options.threads, groups, PATIENCE)
        behind, self._numbers = _new_behind(architecture, self._team.most, dtype)
        self._work = kernels.Work(
            _new_groups(architecture, groups, dtype),
            behind,
            _new_board(architecture, groups, dtype),
            np.zeros((self._team.most, 2)),
        )
        # Compile the loop, or load it, with a step that goes nowhere.
        state = State.new(Parameters(architecture.layout, dtype=dtype), options)
        self.run(state, Block(np.zeros(1, np.int64), 1, np.zeros(1)), needed=False)
        self._team.forget()  # how long compiling took

    def run(self, state: State, block: Block, *, needed: bool = True) -> Progress:
        """Take a block of steps; `state` in place. Threads and interrupts are as in `Team.run`."""
        work = len(block.order) * state.parameters.flat.size
        return self._team.run(lambda together: self._lead(together, state, block), work, needed=needed)

    def _lead(self, together: Together, state: State, block: Block) -> Progress:
        parameters, work = state.parameters, self._work
        behind = parameters.flat[parameters.flat.size - self._numbers :]
        for group in range(len(work.groups.lines)):
            _fill(work.groups, group, parameters)
        work.behind.flat[:, : self._numbers] = behind
        work.board.numbers[...] = 0
        steps = kernels.RatedOrder(block.order, block.learning_rates.astype(parameters.flat.dtype))
        together(kernels.train_samples, len(block.order), self._inputs, self._known, work, steps)
        for group in range(len(work.groups.lines)):
            _bring_back(work.groups, group, parameters)
        behind[...] = work.behind.flat[0, : self._numbers]
        state.step += len(block.order)
        return Progress(float(work.told[0, 0]), int(work.told[0, 1]))


class _Views(NamedTuple):
    """What a group has of the parameters, and its own form of the first matrix (see `kernels.samples`)."""

    nodes: slice  # which of the layer's they are
    first: FloatArray  # V transposed, (inputs, nodes)
    second: FloatArray  # the links to the next layer, (its nodes, nodes); (0, nodes) without one
    bias: FloatArray
    shift: FloatArray
    row_sum: FloatArray


def _views(groups: kernels.Groups, group: int, parameters: Parameters) -> _Views:
    features, following = parameters.layout.sizes[0], sum(parameters.layout.sizes[2:3])
    begin, end = groups.ends[group : group + 2]
    own, at = groups.lines[group, :, : end - begin], features + following
    return _Views(slice(begin, end), own[:features], own[features:at], *own[at : at + 3])


def _fill(groups: kernels.Groups, group: int, parameters: Parameters) -> None:
    """Bring its part of the parameters into a group."""
    groups.lines[group] = 0
    own, (first, *others), bias = _views(groups, group, parameters), parameters.weights, parameters.biases[0]
    own.first[...] = first[own.nodes].T
    own.row_sum[...] = first[own.nodes].sum(axis=1)
    if others:
        own.second[...] = others[0][:, own.nodes]
        if bias is not None:  # in a network of one layer it lies behind the groups
            own.bias[...] = bias[own.nodes]


def _bring_back(groups: kernels.Groups, group: int, parameters: Parameters) -> None:
    """Bring a group's numbers back into the parameters."""
    own, (first, *others), bias = _views(groups, group, parameters), parameters.weights, parameters.biases[0]
    np.add(own.first.T, own.shift[:, None], out=first[own.nodes])
    if others:
        others[0][:, own.nodes] = own.second
        if bias is not None:
            bias[own.nodes] = own.bias


def _groups_of(architecture: Architecture, shards: int, rows: kernels.SparseRows) -> int:
    """Return in how many groups the nodes of the first layer are: as a large batch is in shards, if there is enough."""
    if len(architecture.sizes) == 2:
        return 1
    nodes, samples, values = architecture.sizes[1], max(1, len(rows.start) - 1), int(rows.start[-1])
    return max(1, min(shards, nodes // kernels.LANES, nodes * values // (samples * LEAST_WORK)))


def _new_groups(architecture: Architecture, groups: int, dtype: np.dtype[Any]) -> kernels.Groups:
    features, nodes, *following = architecture.sizes
    ends = np.array([group * nodes // groups for group in range(groups + 1)])
    width = _whole(int(np.diff(ends).max()), kernels.LANES)
    lines = _apart(groups, features + sum(following[:1]) + kernels.VECTORS, width, dtype)
    return kernels.Groups(ends, lines, lines.reshape(groups, -1))


def _new_behind(architecture: Architecture, threads: int, dtype: np.dtype[Any]) -> tuple[kernels.Behind, int]:
    """Return also how many parameters there are behind the groups."""
    plan = kernels.plan_of(architecture)
    first = min(1, len(architecture.activations) - 1)
    begin = int(plan.weight_at[first] + plan.sizes[first] * plan.sizes[first + 1])
    plan = plan._replace(
        weight_at=plan.weight_at - begin,
        bias_at=np.where(plan.bias_at < 0, plan.bias_at, np.maximum(plan.bias_at - begin, 0)),
    )
    numbers = architecture.layout.size - begin
    flat = _apart(threads, -(-numbers // kernels.LANES), kernels.LANES, dtype).reshape(threads, -1)
    nodes = _apart(threads, len(kernels.Nodes._fields), _whole(int(plan.node_at[-1]), kernels.LANES), dtype)
    return kernels.Behind(plan, flat, nodes), numbers


def _new_board(architecture: Architecture, groups: int, dtype: np.dtype[Any]) -> kernels.Board:
    nodes = architecture.sizes[min(2, len(architecture.sizes) - 1)]
    line = _whole(8 + nodes * dtype.itemsize, LINE)  # a number of eight bytes first
    numbers: NDArray[np.int64] = aligned_zeros((2, groups, line // 8), np.float64).view(np.int64)
    return kernels.Board(numbers, numbers.view(dtype))


def _apart(count: int, lines: int, width: int, dtype: np.dtype[Any]) -> FloatArray:
    """Return zeros, (count, lines and more, width), of which each part has pages of memory for itself.

    A core that reads one line after the other fetches some more, to the end of a page; those that another core writes
    to would go back and forth.
    """
    page = PAGE // dtype.itemsize
    more = -(-2 * page // width)
    return aligned_zeros((count, lines + more, width), dtype)


def _whole(size: int, unit: int) -> int:
    """Return the least whole number of units that a size fits into."""
    return -(-size // unit) * unit
