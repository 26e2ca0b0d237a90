"""Engines: what computes a training. See the README beside this file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import require_choice
from .custom_loss import CustomLossEngine
from .protocol import Block, Engine, Gradients, Progress, Samples, beyond_single_samples
from .reference import ReferenceEngine
from .threads.threads import blas_in_use, one_blas_thread, usable_cores

if TYPE_CHECKING:
    from .compiled.engine import CompiledEngine

__all__ = [
    "ENGINES",
    "Block",
    "CompiledEngine",
    "CustomLossEngine",
    "Engine",
    "Gradients",
    "Progress",
    "ReferenceEngine",
    "Samples",
    "beyond_single_samples",
    "blas_in_use",
    "engine_named",
    "one_blas_thread",
    "usable_cores",
]

ENGINES = ("compiled", "reference")


def __getattr__(name: str) -> object:
    # Numba takes a while to load; it is loaded with the engine that needs it.
    if name == "CompiledEngine":
        from .compiled.engine import CompiledEngine

        return CompiledEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def engine_named(name: str) -> Engine:
    """Return an engine: ``"compiled"``, ``"reference"``, or ``"auto"``, which is the compiled one.

    Raises
    ------
    OptionError
        GN021 for another name.
    """
    require_choice("engine", name, ("auto", *ENGINES))
    if name == "reference":
        return ReferenceEngine()
    from .compiled.engine import CompiledEngine

    return CompiledEngine()
