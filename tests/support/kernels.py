"""Compiled loops: each variant that is not cached is compiled by one worker and loaded by the others."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

if sys.platform != "win32":
    import fcntl

TYPES = ("float32", "float64")
ROWS = ("uint8", *TYPES)
VARIANTS = [
    *((dtype, rows, 2, "unit") for dtype, rows in product(TYPES, ROWS)),
    ("float32", "float64", 2, "features"),  # inputs of higher precision than the network
    *((dtype, "uint8", 1, "unit") for dtype in TYPES),
]
"""(type of the network, type of the rows, batch size, scaling): all variants that are compiled separately."""


def must_be_compiled() -> bool:
    """Tell whether loops must be compiled, and can be cached under a file lock."""
    from glassnet.nn import jit

    return sys.platform != "win32" and jit._FOLDER is not None and not any(Path(jit._FOLDER).rglob("*.nbc"))


def compile_variant(dtype: str, rows: str, batch_size: int, scaling: str) -> None:
    """Compile the loops of one variant for training and inference, or load them."""
    from glassnet import Dataset, Options, compiled, new_model
    from glassnet.engines import CompiledEngine
    from glassnet.model.build import samples_for

    inputs = np.arange(16).reshape(2, 8).astype(rows)
    data = Dataset(inputs, np.arange(2), 2, (2, 4), "rows", maximum=15.0)
    options = Options(hidden=(1,), dtype=dtype, batch_size=batch_size, scaling=scaling)
    model = new_model(data, options)
    CompiledEngine().prepare(model.network.architecture, samples_for(model, data, options), options)
    compiled(replace(model, training_range=None)).outputs(inputs)


def compile_together(folder: Path, worker: int, workers: int) -> None:
    """Compile all variants, in a different order in each worker; each variant is compiled once and then loaded."""
    first = len(VARIANTS) * worker // workers
    for variant in [*VARIANTS[first:], *VARIANTS[:first]]:
        with (folder / f"kernels-{'-'.join(map(str, variant))}").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            compile_variant(*variant)


@cache
def from_python(kernel: Any) -> Callable[..., Any]:
    """Return a function that Python can call for a kernel that only kernels can call."""
    from numba import njit

    return njit(error_model="numpy")(lambda *arguments: kernel(*arguments))
