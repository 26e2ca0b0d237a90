"""Time the loading of MNIST's training set: the notes' CSV file of 109 MB with several readers, and the IDX files.

Each reader ends with pixels, uint8 (60000, 784), and labels in memory, in its own process, after its imports, from a
file in the system's cache. NumPy's reader is slow and runs once.

    python benchmarks/loading.py [--runs 5]
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import machine
import make_csv
from peers.alone import CORES, alone, answer, arguments

PACKAGES = ("glassnet", "numpy", "polars", "pandas", "pyarrow")
ONCE = ("numpy.loadtxt",)
COLUMNS = [f"column_{number}" for number in range(1, 786)]


def main() -> None:
    given = arguments(__doc__ or "", tuple(READERS))
    with tempfile.TemporaryDirectory() as folder:
        path = make_csv.write_csv("train", Path(folder))
        taken: dict[str, list[float]] = {reader: [] for reader in given.peers}
        for run in range(given.runs):
            for reader, seconds in taken.items():
                if reader in ONCE and run:
                    continue
                task = {"reader": reader, "path": str(path), "threads": CORES}
                if one := alone(__file__, task):
                    seconds.append(one["seconds"])
                    print(reader, f"{one['seconds']:.3f} s", flush=True)
    if not given.trial:
        machine.write("loading", {name: machine.summary(each) for name, each in taken.items() if each}, PACKAGES)


def measure(reader: str, path: str, threads: int) -> dict[str, Any]:
    Path(path).read_bytes()  # fills the system's cache
    read = READERS[reader]()  # includes the imports
    began = time.perf_counter()
    pixels, labels = read(path)
    seconds = time.perf_counter() - began
    assert (pixels.shape, pixels.dtype) == ((60_000, 784), np.uint8)
    assert (labels[:3].tolist(), int(pixels[0].sum())) == ([5, 0, 4], 27_525)
    return {"seconds": seconds}


Read = Callable[[str], tuple[Any, Any]]


def _glassnet(source: str | None = None) -> Read:
    import polars  # noqa: F401

    import glassnet

    def read(path: str) -> tuple[Any, Any]:
        data = glassnet.load_data(source or path)
        return data.inputs, data.labels

    return read


def _polars() -> Read:
    import polars

    def read(path: str) -> tuple[Any, Any]:
        table = polars.read_csv(path, has_header=False, schema=dict.fromkeys(COLUMNS, polars.UInt8)).to_numpy()
        return np.ascontiguousarray(table[:, 1:]), table[:, 0]

    return read


def _pandas(engine: str = "c") -> Read:
    import pandas

    def read(path: str) -> tuple[Any, Any]:
        types = None if engine == "pyarrow" else np.uint8
        table = pandas.read_csv(path, header=None, dtype=types, engine=engine).to_numpy(np.uint8)
        return np.ascontiguousarray(table[:, 1:]), table[:, 0]

    return read


def _pyarrow() -> Read:
    import pyarrow
    from pyarrow import csv

    def read(path: str) -> tuple[Any, Any]:
        types = csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, pyarrow.uint8()))
        table = csv.read_csv(path, csv.ReadOptions(column_names=COLUMNS), convert_options=types)
        columns = [column.to_numpy() for column in table.columns]
        return np.stack(columns[1:], axis=1), columns[0]

    return read


def _loadtxt() -> Read:
    def read(path: str) -> tuple[Any, Any]:
        table = np.loadtxt(path, np.uint8, delimiter=",")
        return np.ascontiguousarray(table[:, 1:]), table[:, 0]

    return read


READERS: dict[str, Callable[[], Read]] = {
    "glassnet-bundled": lambda: _glassnet("mnist"),
    "glassnet": _glassnet,
    "polars": _polars,
    "pandas": _pandas,
    "pandas-pyarrow": lambda: _pandas("pyarrow"),
    "pyarrow": _pyarrow,
    "numpy.loadtxt": _loadtxt,
}

if __name__ == "__main__":
    if not answer(measure):
        main()
