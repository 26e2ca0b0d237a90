"""The compiled engine: Numba loops where they pay, the reference engine's arithmetic elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..activations import ACTIVATIONS
from ..losses import LOSSES
from ..network import Architecture
from ..parameters import FloatArray, Parameters
from ..preprocess import Scaling
from . import kernels
from .interface import Progress, Samples, run_steps
from .reference import ReferenceEngine


class CompiledEngine(ReferenceEngine):
    """Per-sample training in one compiled loop; see `kernels`. What has no kernel is computed as in the reference."""

    name = "compiled"

    def prepare(
        self, architecture: Architecture, samples: Samples, batch_size: int, dtype: Any
    ) -> Samples | kernels.SparseRows:
        """Gather the non-zero values of every sample, and compile (or load) the loop for this precision."""
        if batch_size > 1:
            return samples
        rows = _sparse(samples, np.dtype(dtype))
        nothing = np.empty(0, np.int64)
        self.run_steps(architecture, Parameters(architecture.layout, dtype=dtype), rows, nothing, 1, np.empty(0))
        return rows

    def run_steps(
        self,
        architecture: Architecture,
        parameters: Parameters,
        prepared: Samples | kernels.SparseRows,
        order: NDArray[np.int64],
        batch_size: int,
        learning_rates: FloatArray,
    ) -> Progress:
        """See `Engine.run_steps`."""
        if isinstance(prepared, Samples):
            return run_steps(self, architecture, parameters, prepared, order, batch_size, learning_rates)
        plan = _plan(architecture)
        work = _workspace(architecture, parameters)
        rates = learning_rates.astype(parameters.flat.dtype)
        loss, correct = kernels.train_samples(prepared, plan, parameters.flat, work, order, rates)
        parameters.weights[0][...] = work.first.T + work.shift[:, None]
        return Progress(loss, correct)


def load_kernels(dtype: Any) -> None:
    """Compile the loops for byte samples, or load them from the cache, so that a later `prepare` finds them ready."""
    architecture = Architecture((8, 1, 1), ("sigmoid", "sigmoid"))
    one = Samples(np.zeros((1, 8), np.uint8), Scaling.named("notes"), np.zeros(1, np.int64), np.zeros((1, 1)))
    CompiledEngine().prepare(architecture, one, 1, dtype)


def _sparse(samples: Samples, dtype: np.dtype[Any]) -> kernels.SparseRows:
    raw, scaling = np.ascontiguousarray(samples.rows), samples.scaling
    words = raw.view(np.uint64) if raw.dtype == np.uint8 and raw.shape[1] % 8 == 0 else raw
    count = np.count_nonzero(raw)
    start, index, value = np.empty(len(raw) + 1, np.int64), np.empty(count, np.int32), np.empty(count, dtype)
    kernels.gather_nonzero(raw, words, dtype.type(scaling.factor), start, index, value)
    return kernels.SparseRows(
        start, index, value, dtype.type(scaling.offset), samples.labels, samples.targets.astype(dtype)
    )


def _plan(architecture: Architecture) -> kernels.Plan:
    sizes = np.array(architecture.sizes, np.int64)
    weight_at, bias_at, start = [], [], 0
    for fan_in, fan_out in pairwise(sizes):
        weight_at.append(start)
        start += fan_in * fan_out
        bias_at.append(start if architecture.bias else -1)
        start += fan_out if architecture.bias else 0
    return kernels.Plan(
        sizes,
        np.concatenate([[0], np.cumsum(sizes[1:])]),
        np.array(weight_at, np.int64),
        np.array(bias_at, np.int64),
        np.array([list(ACTIVATIONS).index(name) for name in architecture.activations], np.int64),
        LOSSES.index(architecture.loss),
        architecture.rule == "notes",
    )


def _workspace(architecture: Architecture, parameters: Parameters) -> kernels.Workspace:
    dtype = parameters.flat.dtype
    weight = parameters.weights[0]
    first = _aligned(weight.T.shape, dtype)
    first[...] = weight.T
    nodes = [_aligned((sum(architecture.sizes[1:]),), dtype) for _ in range(6)]
    return kernels.Workspace(first, np.zeros(len(weight), dtype), weight.sum(axis=1), *nodes)


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> FloatArray:
    """Return an array that begins on a cache line: a vector load across two lines costs two, 15 % of an epoch."""
    line = 64
    room = np.empty(int(np.prod(shape)) * dtype.itemsize + line, np.uint8)
    offset = -room.ctypes.data % line
    array: FloatArray = room[offset : room.size - line + offset].view(dtype).reshape(shape)
    return array
