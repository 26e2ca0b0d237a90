"""Engines, which compute the training steps. See README.md in this folder."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from numpy.typing import DTypeLike

from ..errors import require_choice
from ..messages.option_spelling import Option
from ..options import choices
from ..options.options import Options, not_portable
from ..preprocess.scaling import is_exact
from ..runtime.numba_availability import numba_is_available, require_numba
from .custom_loss import CustomLossEngine
from .protocol import Block, Engine, EvaluatingEngine, Gradients, Progress, StreamingEngine
from .reference import ReferenceEngine
from .samples import Samples

if TYPE_CHECKING:
    from ..data.dataset import Dataset
    from .compiled.engine import CompiledEngine

__all__ = [
    "Block",
    "CompiledEngine",
    "CustomLossEngine",
    "Engine",
    "EvaluatingEngine",
    "Gradients",
    "Progress",
    "ReferenceEngine",
    "Samples",
    "StreamingEngine",
    "engine_for",
    "engine_named",
    "engine_of_data",
    "threads_for_runs",
    "work_of",
]


def __getattr__(name: str) -> object:
    # Numba is slow to load, so it is imported with the engine that needs it.
    if name == "CompiledEngine":
        from .compiled.engine import CompiledEngine

        return CompiledEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


SMALL = 1_000
"""Most work of a small training run, as `work_of` counts it: in a process that has not loaded the compiled loops yet,
the reference engine is faster even if they need not be compiled. `benchmarks/auto.py` measures it.
"""


WORTH_SEVERAL = 3_000_000
"""Products of inputs with weights in a step of the reference engine from which it is worth to train several networks at
the same time: in shorter steps Python's interpreter takes most of the time, and only one thread has it.
"""


FEW_PRODUCTS = 10_000
"""Most products of a sample in the layers after the first with which the portable engine is as fast as the compiled
one: BLAS takes half of the time for them, which are then a small part of the whole."""


def engine_named(name: str) -> Engine:
    """Return the engine ``"compiled"``, ``"portable"`` or ``"reference"``.

    OptionError GN021 for another name, GN092 for an engine that needs Numba where it cannot be loaded.
    """
    require_choice("engine", name, choices.ENGINES)
    if name == "reference":
        return ReferenceEngine()
    require_numba(Option("engine", name))
    from .compiled.engine import CompiledEngine, PortableEngine

    return PortableEngine() if name == "portable" else CompiledEngine()


def engine_for(options: Options, samples: int, sizes: Sequence[int], dtype: DTypeLike) -> Engine:
    """Return the engine of the options for a training run.

    ``"auto"`` is the reference engine if the training run is small (see `SMALL`) and needs no kernels for
    augmentation; otherwise the portable engine if the options allow it and it takes about the time of the compiled one
    (see `FEW_PRODUCTS`), else the compiled engine. The size decides, never whether kernels happen to be compiled, so
    that the result is the same on every machine that has Numba; elsewhere it is always the reference engine.

    Parameters
    ----------
    options : Options
    samples : int
    sizes : sequence of int
        Numbers of nodes of all layers, inputs included.
    dtype : dtype_like
        Type of the unscaled values.
    """
    if options.engine != "auto":
        return engine_named(options.engine)
    if work_of(options, samples, sizes) <= SMALL and not options.augments:
        return ReferenceEngine()
    if not numba_is_available():
        return ReferenceEngine()
    by_blas = 0 if options.batch_size == 1 else _products(sizes[1:])
    portable = by_blas <= FEW_PRODUCTS and is_exact(options.scaling, dtype) and not not_portable(options)
    return engine_named("portable" if portable else "compiled")


def work_of(options: Options, samples: int, sizes: Sequence[int]) -> float:
    """Return the steps of all networks, and a further one for each million products of inputs with weights."""
    epochs = options.epochs * options.networks
    return epochs * (-(-samples // options.batch_size) + samples * _products(sizes) / 1_000_000)


def engine_of_data(options: Options, data: Dataset) -> Engine:
    """Return the engine of the options for training on some data: see `engine_for`."""
    return engine_for(options, len(data), (data.features, *options.hidden, data.classes), data.inputs.dtype)


def threads_for_runs(engine: Engine, options: Options, sizes: Sequence[int]) -> int:
    """Return how many of several training runs to compute at the same time; 0: one per core."""
    is_short = options.batch_size * _products(sizes) < WORTH_SEVERAL
    return 1 if engine.name == "reference" and is_short else options.threads


def _products(sizes: Sequence[int]) -> int:
    """Return the products of inputs with weights in a forward pass of a sample."""
    return sum(below * above for below, above in pairwise(sizes))
