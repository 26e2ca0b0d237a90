"""Compilation with Numba, for the kernels of the engine and of image augmentation.

Every operation of a kernel is rounded by itself, in the order of the source: for the same bits on every processor.
"""

from __future__ import annotations

from collections.abc import Callable
from dis import get_instructions
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from .kernel_cache import KernelCache, digest_of, places

SOURCES = (
    "runtime/jit.py",
    "nn/activations.py",
    "nn/elementary.py",
    "nn/formulas.py",
    "nn/losses.py",
    "nn/optimizers.py",
    "engines/shards.py",
    "engines/portable.py",
    "engines/compiled/kernels/*.py",
    "preprocess/augment/kernels.py",
    "preprocess/tabular/kernels.py",
)
"""Files with kernels and their constants; a test compares the list with the imports of the kernels."""


def _open_cache() -> KernelCache:
    package = Path(__file__).parents[1]
    paths = (path for pattern in SOURCES for path in sorted(package.glob(pattern)))
    return KernelCache.open(places(package), digest_of(path.read_bytes() for path in paths))


CACHE = _open_cache()
_Function = TypeVar("_Function", bound=Callable[..., Any])


def kernel(function: _Function) -> _Function:
    """Compile a function that other kernels call, when the first of them is compiled, or load it from the cache.

    It needs a qualified name of its own in its module. Numba links compiled functions by that name, by their types, and
    by a number that each process counts for itself: of two kernels with the same name, a process that has one of them
    from the cache could call the other.

    Without Numba's runtime (``_nrt=False``) kernels cannot create arrays, but need not count references to views
    either, which would take a third of the time of a sample. Without the wrapper for calls from Python, which takes a
    fifth of the time of compilation, only kernels can call it.
    """
    return _only_for_kernels(_compiled(function, _nrt=False, no_cpython_wrapper=True))


def kernel_with_arrays(function: _Function) -> _Function:
    """Like `kernel`, for functions that call BLAS, which requires Numba's runtime."""
    return _only_for_kernels(_compiled(function, no_cpython_wrapper=True))


@cache
def kernel_of(function: _Function) -> _Function:
    """Compile a plain Python function, and those of its module that it calls, as kernels."""
    scope: dict[str, Any] = function.__globals__
    names = {one.argval for one in get_instructions(function) if one.opname == "LOAD_GLOBAL"}
    called = {name: kernel_of(scope[name]) for name in names if isinstance(scope.get(name), FunctionType)}
    code: Any = function.__code__
    return kernel(cast(_Function, FunctionType(code, scope | called, function.__name__)))


def outer_kernel(function: _Function) -> _Function:
    """Like `kernel`, for functions that Python calls: they are compiled at their first call."""
    return _compiled(function, _nrt=False)


def part_of_kernel(function: _Function) -> _Function:
    """Inline a function into its callers before compilation.

    For long functions with one or two callers: a `kernel` is compiled once by itself and again in each caller, which
    was a third of the total compilation time for these functions.
    """
    return _compiled(function, inline="always")


def _compiled(function: _Function, **settings: Any) -> _Function:
    # Every kernel is inlined into its callers. By default LLVM shares some kernels: a process that has just compiled
    # them then runs the shared version, a later process the caller's inlined version, and their last bits differ.
    # Without `fastmath` LLVM neither reorders sums nor fuses a product and a sum, on any processor.
    always: dict[str, Any] = {"error_model": "numpy", "nogil": True, "forceinline": True}
    always["no_cfunc_wrapper"] = True
    compiled = njit(**always | settings)(function)
    CACHE.add(compiled)
    return cast(_Function, compiled)


def _only_for_kernels(function: _Function) -> _Function:
    """Let calls from Python raise TypeError; without a wrapper, Numba would call address 0."""
    compiled: Any = function

    def refuse(*arguments: Any, **named: Any) -> None:
        raise TypeError(f"{compiled.__name__} can be called by kernels only; see glassnet.runtime.jit.outer_kernel.")

    def add_overload(result: Any) -> None:
        compiled.overloads[tuple(result.signature.args)] = result

    if hasattr(compiled, "overloads"):  # not with NUMBA_DISABLE_JIT
        compiled._compile_for_args, compiled.add_overload = refuse, add_overload
    return function


@kernel
def uniform_at(place: Any, number: Any) -> Any:
    """Return one number of `nn.random.uniform`: float32, from 0 to 1."""
    z = place + (np.uint64(number) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.float32(z >> np.uint64(40)) * np.float32(2**-24)
