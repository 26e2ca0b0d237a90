"""The compiled engine: Numba loops where they pay, the reference engine's arithmetic elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..network import Architecture
from ..optimizers import State
from ..options import Options
from ..parameters import Parameters, aligned_zeros
from ..preprocess import Scaling
from . import kernels
from .batches import Batches
from .interface import Block, Progress, Samples
from .reference import ReferenceEngine
from .sparse import sparse_rows


class _Prepared(NamedTuple):
    """Samples for the per-sample loop."""

    rows: kernels.SparseRows
    background: Any
    known: kernels.Known


class CompiledEngine(ReferenceEngine):
    """Plain per-sample training in one compiled loop; everything else in batches of shards."""

    name = "compiled"

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> _Prepared | Batches:
        """Gather the non-zero values of every sample, and compile (or load) the loop for this precision; or batches."""
        if not _plain(options) or samples.scaling.by_feature:
            return Batches(architecture, samples, options)
        dtype, raw = np.dtype(options.dtype), np.ascontiguousarray(samples.rows)
        rows = _Prepared(
            sparse_rows(raw, np.full(raw.shape[1], samples.scaling.factor, dtype)),
            dtype.type(samples.scaling.offset),
            kernels.Known(samples.labels, samples.targets.astype(dtype), samples.weights_in(dtype)),
        )
        nothing = State.new(Parameters(architecture.layout, dtype=options.dtype), options)
        self.run_steps(architecture, nothing, rows, Block(np.empty(0, np.int64), 1, np.empty(0)))
        return rows

    def run_steps(self, architecture: Architecture, state: State, prepared: Any, block: Block) -> Progress:
        """See `Engine.run_steps`."""
        if isinstance(prepared, Batches):
            with np.errstate(over="ignore", invalid="ignore"):
                return prepared.run(state, block)
        parameters = state.parameters
        plan = kernels.plan_of(architecture)
        work = _workspace(architecture, parameters)
        rates = block.learning_rates.astype(parameters.flat.dtype)
        loss, correct = kernels.train_samples(
            prepared.rows, prepared.background, prepared.known, plan, parameters.flat, work, block.order, rates
        )
        parameters.weights[0][...] = work.first.T + work.shift[:, None]
        state.step += len(block.order)
        return Progress(loss, correct)


def _plain(options: Options) -> bool:
    """Whether the per-sample loop does all that the options ask for."""
    extras = (options.weight_decay, options.clip, options.average, *options.dropouts, options.augments)
    return options.batch_size == 1 and options.optimizer == "sgd" and not any(extras)


def load_kernels(options: Options) -> None:
    """Compile the loops that the options need for byte samples, or load them: a later `prepare` finds them ready."""
    architecture = Architecture((8, 1, 1), ("sigmoid", "sigmoid"))
    one = Samples(np.zeros((1, 8), np.uint8), Scaling.named("notes"), np.zeros(1, np.int64), np.zeros((1, 1)), (2, 4))
    small = replace(options, hidden=(1,), activation=options.activation[:1], dropout=options.dropout[:1])
    CompiledEngine().prepare(architecture, one, small)


def _workspace(architecture: Architecture, parameters: Parameters) -> kernels.Workspace:
    dtype = parameters.flat.dtype
    weight = parameters.weights[0]
    first = aligned_zeros(weight.T.shape, dtype)
    first[...] = weight.T
    nodes = [aligned_zeros((sum(architecture.sizes[1:]),), dtype) for _ in range(6)]
    return kernels.Workspace(first, np.zeros(len(weight), dtype), weight.sum(axis=1), *nodes)
