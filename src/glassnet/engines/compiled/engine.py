"""The compiled engine: kernels compiled by Numba for training, the reference engine for single gradients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import OptionError
from ...messages.message import Listing
from ...messages.option_spelling import Option
from ...nn.architecture import Architecture
from ...nn.optimizers import State
from ...nn.parameters import Parameters
from ...options.options import Options, beyond_single_samples, not_portable
from ...preprocess import Scaling
from ...preprocess.scaling import is_exact
from ...runtime.compile_notice import preparing
from ...runtime.worker import Worker
from ..protocol import Block, Engine, Progress
from ..reference import ReferenceEngine
from ..samples import Samples
from . import kernels
from .minibatch import Minibatch
from .per_sample import PerSample
from .portable import portable_progress
from .sparse_layout import LARGEST_BACKGROUND


class CompiledEngine:
    """Trains with plain gradient descent on single samples in one compiled loop, and otherwise in sharded batches."""

    name = "compiled"
    _is_portable = False  # whether matrix products are in portable arithmetic, not by BLAS

    def __init__(self) -> None:
        reference = ReferenceEngine()
        self.output_loss, self.gradients = reference.output_loss, reference.gradients

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> PerSample | Minibatch:
        """Return the samples in the form that the kernels take, and compile or load the kernels."""
        scaling = samples.scaling
        fits = not scaling.by_feature and np.abs(scaling.offset).max() < LARGEST_BACKGROUND
        per_sample = options.batch_size == 1 and not beyond_single_samples(options) and fits
        loop = "train_samples" if per_sample else "train_batches"

        def prepare() -> PerSample | Minibatch:
            with preparing(loop, options.dtype, samples.rows.dtype.name):
                prepared: PerSample | Minibatch
                if per_sample:
                    prepared = PerSample(architecture, samples, options)
                else:
                    prepared = Minibatch(architecture, samples, options, portable=self._is_portable)
                # Compile or load the kernel with a step of rate 0 on a temporary state.
                state = State.new(Parameters(architecture.layout, dtype=options.dtype), options)
                block = Block(np.zeros(1, np.int64), 1, np.zeros(1))
                prepared.train(state, block, kernels.new_barrier())
            prepared.pool.reset()  # discard the time of compilation
            return prepared

        # An interrupt in a callback of LLVM would be lost.
        return Worker().run(prepare, _do_nothing, needed=False)

    def replace(self, prepared: PerSample | Minibatch, samples: Samples) -> PerSample | Minibatch:
        """See `StreamingEngine.replace`."""
        prepared.set_samples(samples)
        return prepared

    def run_steps(
        self, architecture: Architecture, state: State, prepared: PerSample | Minibatch, block: Block
    ) -> Progress:
        """See `Engine.run_steps`. An interrupt ends the block within a step and is raised with `state` consistent.

        Read on in `PerSample.train` (or `Minibatch.train`), which calls the kernel that changes the weights.
        """
        barrier = kernels.new_barrier()
        # On another thread, which an interrupt does not reach: it calls `stop` and waits for the end of the step.
        return prepared.pool.leader.run(
            lambda: prepared.train(state, block, barrier), stop=lambda: kernels.abort(barrier)
        )


class PortableEngine(CompiledEngine):
    """Trains like the compiled engine, with the same bits on every processor: see `docs/reference/portable.md`.

    The kernels are the same, except for matrix products.
    """

    name = "portable"
    _is_portable = True

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> PerSample | Minibatch:
        """See `CompiledEngine.prepare` and `require_portable`."""
        require_portable(samples, options)
        return super().prepare(architecture, samples, options)

    def evaluate(self, architecture: Architecture, parameters: Parameters, samples: Samples) -> Progress:
        """Return the summed loss and the correct predictions on held-out samples, by which early stopping decides."""
        return portable_progress(architecture, parameters, samples)


def require_portable(samples: Samples, options: Options) -> None:
    """Raise OptionError GN022 for options and numbers whose bits are not portable."""
    template = "{engine}: not with {options}. Use {compiled}, or change these options."
    engine, other = Option("engine", "portable"), Option("engine", "compiled")
    if beyond := not_portable(options):
        options_there = Listing(Option(name, getattr(options, name)) for name in beyond)
        raise OptionError("GN022", template, engine=engine, options=options_there, compiled=other)
    if not is_exact(samples.scaling.name, samples.rows.dtype):
        template = "{engine}: not with {scaling} of numbers other than bytes. Use {compiled}, or another scaling."
        scaling = Option("scaling", samples.scaling.name)
        raise OptionError("GN022", template, engine=engine, scaling=scaling, compiled=other)


def _do_nothing() -> None:
    """Do not stop the task at an interrupt: compilation cannot be stopped, and its result is stored for later."""


def load_kernels(options: Options, engine: Engine) -> None:
    """Compile or load the kernels that an engine needs for images in bytes, in advance of `prepare`."""
    small = replace(options, hidden=(1,) * len(options.hidden))
    architecture = Architecture(
        (8, *small.hidden, 2), small.activations, small.bias, small.loss, small.rule, small.loss_parameter
    )
    one = Samples(np.zeros((1, 8), np.uint8), Scaling.named("notes"), np.zeros(1, np.int64), np.zeros((1, 2)), (2, 4))
    engine.prepare(architecture, one, small)
