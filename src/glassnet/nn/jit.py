"""Compilation with Numba, for the kernels of the engine and of image augmentation."""

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

# These flags allow reordering, so sums can be vectorised, but keep NaN and infinity for the divergence check.
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
"""Files with kernels and their constants; a test compares the list with the imports of the kernels."""

numba_config: Any = _config
_lock = threading.Lock()


def _cache_folder() -> str | None:
    """Return a cache folder specific to the source text of all kernels, or None if no folder is writable.

    Numba invalidates compiled code when the kernel's own file changes, but not when a file with a function that it
    calls changes: after an update it could run an old formula.
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
        f"cannot write to {', '.join(map(str, places))}: compiled code is not cached, so every run compiles it again. "
        "Set NUMBA_CACHE_DIR to a writable folder.",
        stacklevel=2,
    )
    return None


def _places(here: Path) -> list[Path]:
    """Return the candidate folders for compiled code, best first."""
    if numba_config.CACHE_DIR:
        return [Path(numba_config.CACHE_DIR)]
    try:
        of_user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # no home folder
        return [here / "__pycache__"]
    return [here / "__pycache__", of_user / "glassnet"]


_FOLDER = _cache_folder()
_Function = TypeVar("_Function", bound=Callable[..., Any])


def kernel(function: _Function) -> _Function:
    """Compile a function that other kernels call, when the first of them is compiled, or load it from the cache.

    Without Numba's runtime (``_nrt=False``) kernels cannot create arrays, but need not count references to views
    either, which would take a third of the time of a sample. Without the wrappers for calls from Python and C, which
    take a fifth of the time of compilation, only kernels can call it.
    """
    return _compiled(function, _nrt=False, no_cpython_wrapper=True)


def kernel_with_arrays(function: _Function) -> _Function:
    """Like `kernel`, for functions that call BLAS, which requires Numba's runtime."""
    return _compiled(function, no_cpython_wrapper=True)


def outer_kernel(function: _Function) -> _Function:
    """Like `kernel`, for functions that Python calls: they are compiled at their first call."""
    return _compiled(function, _nrt=False)


def outer_kernel_with_arrays(function: _Function) -> _Function:
    """Like `outer_kernel`, for functions that call BLAS, which requires Numba's runtime."""
    return _compiled(function)


def part_of_kernel(function: _Function) -> _Function:
    """Inline a function into its callers before compilation.

    For long functions with one or two callers: a `kernel` is compiled once by itself and again in each caller, which
    was a third of the total compilation time for these functions.
    """
    return _compiled(function, inline="always")


def _compiled(function: _Function, **settings: Any) -> _Function:
    # Every kernel is inlined into its callers. By default LLVM shares some kernels: a process that has just compiled
    # them then runs the shared version, a later process the caller's inlined version, and their last bits differ.
    with _lock:
        before, numba_config.CACHE_DIR = numba_config.CACHE_DIR, _FOLDER or ""
        try:
            always: dict[str, Any] = {"fastmath": FAST, "error_model": "numpy", "nogil": True, "forceinline": True}
            always["no_cfunc_wrapper"] = True
            jit: Any = njit(cache=_FOLDER is not None, **always, **settings)
            return cast(_Function, jit(function))
        finally:
            numba_config.CACHE_DIR = before


@kernel
def uniform_at(place: Any, number: Any) -> Any:
    """Return one number of `nn.random.uniform`: float32, from 0 to 1."""
    z = place + (np.uint64(number) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.float32(z >> np.uint64(40)) * np.float32(2**-24)
