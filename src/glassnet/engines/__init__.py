"""Engines, which compute the training steps. See README.md in this folder."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ..errors import require_choice
from ..options import choices
from ..options.options import Options
from .custom_loss import CustomLossEngine
from .protocol import Block, Engine, Gradients, Progress, StreamingEngine
from .reference import ReferenceEngine
from .samples import Samples

if TYPE_CHECKING:
    from .compiled.engine import CompiledEngine

__all__ = [
    "Block",
    "CompiledEngine",
    "CustomLossEngine",
    "Engine",
    "Gradients",
    "Progress",
    "ReferenceEngine",
    "Samples",
    "StreamingEngine",
    "engine_for",
    "engine_named",
    "threads_for_runs",
]


def __getattr__(name: str) -> object:
    # Numba is slow to load, so it is imported with the engine that needs it.
    if name == "CompiledEngine":
        from .compiled.engine import CompiledEngine

        return CompiledEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


SMALL_STEPS, SMALL_WORK = 2_500, 3_000_000_000
"""Most steps, and most products of inputs with weights in all forward passes, of a small training run.

The reference engine takes at most half a second longer for it, and the compiled engine must first be loaded, or even
compiled.
"""


WORTH_SEVERAL = 3_000_000
"""Products of inputs with weights in a step of the reference engine from which it is worth to train several networks at
the same time: in shorter steps Python's interpreter takes most of the time, and only one thread has it.
"""


def engine_named(name: str) -> Engine:
    """Return the engine ``"compiled"`` or ``"reference"``; OptionError GN021 for another name."""
    require_choice("engine", name, choices.ENGINES)
    if name == "reference":
        return ReferenceEngine()
    from .compiled.engine import CompiledEngine

    return CompiledEngine()


def engine_for(options: Options, samples: int, sizes: Sequence[int]) -> Engine:
    """Return the engine of the options for a training run.

    ``"auto"`` is the reference engine if the training run is small (see `SMALL_STEPS`) and needs no kernels for
    augmentation, otherwise the compiled engine. The size decides, never whether kernels happen to be compiled, so that
    the result is the same on every machine.

    Parameters
    ----------
    options : Options
    samples : int
    sizes : sequence of int
        Numbers of nodes of all layers, inputs included.
    """
    if options.engine != "auto":
        return engine_named(options.engine)
    epochs = options.epochs * options.members
    steps = epochs * -(-samples // options.batch_size)
    is_small = steps <= SMALL_STEPS and epochs * samples * _products(sizes) <= SMALL_WORK
    if is_small and not options.augments:
        return ReferenceEngine()
    from .compiled.engine import CompiledEngine

    return CompiledEngine()


def threads_for_runs(engine: Engine, options: Options, sizes: Sequence[int]) -> int:
    """Return how many of several training runs to compute at the same time; 0: one per core."""
    is_short = options.batch_size * _products(sizes) < WORTH_SEVERAL
    return 1 if engine.name == "reference" and is_short else options.threads


def _products(sizes: Sequence[int]) -> int:
    """Return the products of inputs with weights in a forward pass of a sample."""
    return sum(below * above for below, above in pairwise(sizes))
