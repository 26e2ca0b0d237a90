"""Engines, which compute the training steps. See README.md in this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import require_choice
from ..nn.blas import blas_in_use, one_blas_thread
from ..options import choices
from .custom_loss import CustomLossEngine
from .protocol import Block, Engine, Gradients, Progress
from .reference import ReferenceEngine
from .samples import Samples
from .threads.worker import available_cores

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
    "available_cores",
    "blas_in_use",
    "engine_named",
    "one_blas_thread",
]


def __getattr__(name: str) -> object:
    # Numba is slow to load, so it is imported with the engine that needs it.
    if name == "CompiledEngine":
        from .compiled.engine import CompiledEngine

        return CompiledEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _compiled() -> Engine:
    from .compiled.engine import CompiledEngine

    return CompiledEngine()


ENGINES: dict[str, Callable[[], Engine]] = choices.meanings_of(
    choices.ENGINES, {"compiled": _compiled, "reference": ReferenceEngine}
)
"""Name -> constructor of the engine. ``"auto"`` is the first."""


def engine_named(name: str) -> Engine:
    """Return the engine ``"compiled"``, ``"reference"`` or ``"auto"``, which is the compiled one.

    Raises
    ------
    OptionError
        GN021 for another name.
    """
    require_choice("engine", name, ("auto", *ENGINES))
    return ENGINES[next(iter(ENGINES)) if name == "auto" else name]()
