"""How loops are compiled (Numba), for the engine's kernels and for the distortion of pictures."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import config as _config
from numba import njit

# These flags allow reordering, so that sums vectorise, and keep NaN and infinity, which the check for divergence needs.
FAST = {"reassoc", "contract", "nsz", "arcp"}

SOURCES = (
    "nn/jit.py",
    "nn/activations.py",
    "nn/losses.py",
    "nn/optimizers.py",
    "engines/shards.py",
    "engines/compiled/kernels/*.py",
    "preprocess/augment/kernels.py",
)
"""Where kernels, and the constants in them, are written; a test holds the list to what kernels import."""

numba_config: Any = _config
_lock = threading.Lock()


def _cache_folder() -> str | None:
    """Return a folder of its own for this text of all kernels; None where no place for it can be written to.

    Numba looks at a kernel's own file when it decides whether a compiled loop is still good, not at the files of what
    it calls: after a change or an update elsewhere it would go on with the old formula.
    """
    here = Path(__file__).parents[1]
    texts = (path.read_bytes() for pattern in SOURCES for path in sorted(here.glob(pattern)))
    digest = hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]
    places = _places(here)
    for place in places:
        folder = place / f"kernels-{digest}"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return str(folder)
    warnings.warn(
        f"cannot write to {' or '.join(map(str, places))}: loops are compiled anew in every run, which takes a while. "
        "Set NUMBA_CACHE_DIR to a folder that can be written to.",
        stacklevel=2,
    )
    return None


def _places(here: Path) -> list[Path]:
    """Return where compiled loops may be kept, best first."""
    if numba_config.CACHE_DIR:
        return [Path(numba_config.CACHE_DIR)]
    try:
        of_user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # the user has no home
        return [here / "__pycache__"]
    return [here / "__pycache__", of_user / "glassnet"]


_FOLDER = _cache_folder()
_Function = TypeVar("_Function", bound=Callable[..., Any])


def kernel(function: _Function) -> _Function:
    """Compile a function at its first call, or take it from the cache of an earlier run.

    Without Numba's run-time (``_nrt=False``) kernels cannot make arrays, and need not count references to the views
    they take: counting costs a third of a sample's time.
    """
    return _compiled(function, _nrt=False)


def kernel_with_arrays(function: _Function) -> _Function:
    """Compile likewise a function that calls BLAS or reshapes, for which Numba wants its run-time."""
    return _compiled(function)


def part_of_kernel(function: _Function) -> _Function:
    """Write a function into those that call it before anything is compiled.

    For what is long and has one caller or two: a `kernel` is compiled alone first and then again in each caller, and
    for these that was a third of all compiling.
    """
    return _compiled(function, inline="always")


def _compiled(function: _Function, **settings: Any) -> _Function:
    # Every kernel is made part of those that call it. Left to itself, LLVM shares some; then a process that has just
    # compiled runs a shared one that was compiled alone, a later process the caller's own, and their last bits differ.
    with _lock:
        before, numba_config.CACHE_DIR = numba_config.CACHE_DIR, _FOLDER or ""
        try:
            always: dict[str, Any] = {"fastmath": FAST, "error_model": "numpy", "nogil": True, "forceinline": True}
            jit: Any = njit(cache=_FOLDER is not None, **always, **settings)
            return cast(_Function, jit(function))
        finally:
            numba_config.CACHE_DIR = before


@kernel
def uniform_at(place: Any, number: Any) -> Any:
    """Return one number of `nn.random.uniform`: float32, 0 to 1."""
    z = place + (np.uint64(number) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.float32(z >> np.uint64(40)) * np.float32(2**-24)
