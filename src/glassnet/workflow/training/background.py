"""Load on another thread what a training run is likely to need, while its data are read or it trains."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from ... import data
from ...engines import engine_for
from ...options.options import Options
from ...runtime.threads import start_in_background

LARGE_FILE = 1 << 20
"""Bytes of a data file from which kernels are loaded before its size in rows is known."""


def load_in_background(load: Callable[..., Any], *arguments: Any) -> None:
    """Load on a thread; what fails there is loaded again, and reported, where it is needed."""

    def run() -> None:
        with suppress(BaseException):
            load(*arguments)

    start_in_background(run)


def is_large(source: str) -> bool:
    """Return whether data are probably too large for the reference engine, judged by the size of the files."""
    path = Path(source)
    if source == data.BUNDLED or not path.exists():
        return source == data.BUNDLED
    sizes = (one.stat().st_size for one in (path.rglob("*") if path.is_dir() else [path]) if one.is_file())
    return any(total >= LARGE_FILE for total in accumulate(sizes))


def load_kernels(options: Options) -> None:
    """Compile or load the kernels that the options need for images in bytes, for `load_in_background`."""
    from ...engines.compiled.engine import load_kernels  # loads Numba

    load_kernels(options, engine_for(options, 60_000, (784, *options.hidden, 10), np.uint8))


def load_modules(names: list[str]) -> None:
    """Load modules, for `load_in_background`."""
    for name in names:
        import_module(name)
