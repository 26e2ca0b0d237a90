"""The compiled engine: Numba loops where they pay, the reference engine's arithmetic elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...nn.architecture import Architecture
from ...nn.optimizers import State
from ...options.options import Options
from ...preprocess import Scaling
from ..protocol import Block, Progress, Samples, beyond_single_samples
from ..reference import ReferenceEngine
from .minibatch import Batches
from .per_sample import OneByOne
from .sparse_layout import FARTHEST


class CompiledEngine(ReferenceEngine):
    """Plain per-sample training in one compiled loop; everything else in batches of shards."""

    name = "compiled"

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> OneByOne | Batches:
        """Bring samples into the form that the loops take, and compile (or load) these."""
        scaling = samples.scaling
        fits = not scaling.by_feature and np.abs(scaling.offset).max() < FARTHEST
        one_by_one = options.batch_size == 1 and not beyond_single_samples(options) and fits
        return (OneByOne if one_by_one else Batches)(architecture, samples, options)

    def run_steps(self, architecture: Architecture, state: State, prepared: Any, block: Block) -> Progress:
        """See `Engine.run_steps`."""
        progress: Progress = prepared.run(state, block)
        return progress


def load_kernels(options: Options) -> None:
    """Compile the loops that the options need for byte samples, or load them: a later `prepare` finds them ready."""
    architecture = Architecture((8, 1, 1), ("sigmoid", "sigmoid"))
    one = Samples(np.zeros((1, 8), np.uint8), Scaling.named("notes"), np.zeros(1, np.int64), np.zeros((1, 1)), (2, 4))
    small = replace(options, hidden=(1,), activation=options.activation[:1], dropout=options.dropout[:1])
    CompiledEngine().prepare(architecture, one, small)
