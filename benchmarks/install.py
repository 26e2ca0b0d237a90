"""Measure what it costs to have a package: seconds of ``import`` in a new process, and disk space with dependencies.

The size is the sum of the files that pip recorded for the distribution and everything it requires, without extras and
byte code. Keras includes JAX, its backend here. torch is the build installed on this machine; see its version.

    python benchmarks/install.py [--runs 5]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import machine
from peers.alone import arguments

PACKAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "numpy": ("import numpy", ("numpy",)),
    "glassnet": ("from glassnet import *", ("glassnet",)),
    "scikit-learn": ("import sklearn.neural_network", ("scikit-learn",)),
    "jax": ("import jax", ("jax",)),
    "torch": ("import torch", ("torch",)),
    "keras": ("import keras", ("keras", "jax")),
}
"""Name -> the import, which loads all public names of glassnet, and the distributions whose size counts."""


def main() -> None:
    given = arguments(__doc__ or "", tuple(PACKAGES))
    present = [name for name in given.peers if all(map(installed, PACKAGES[name][1]))]
    seconds: dict[str, list[float]] = {name: [] for name in present}
    for run in range(given.runs + 1):
        for name in present:
            taken = import_seconds(PACKAGES[name][0])
            if run:  # the first run fills the disk cache and writes byte code
                seconds[name].append(taken)
    result: dict[str, Any] = {}
    for name in present:
        needed = closure(PACKAGES[name][1])
        size = sum(map(size_of, needed)) / 2**20
        result[name] = {"import": machine.summary(seconds[name]), "size MiB": size, "distributions": sorted(needed)}
        print(name, f"import {result[name]['import']['median']:.2f} s, {size:.0f} MiB, {len(needed)} distributions")
    if not given.trial:
        machine.write("install", result, tuple(one for _, many in PACKAGES.values() for one in many))


def installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        print(name, "is not installed", flush=True)
        return False
    return True


def import_seconds(statement: str) -> float:
    began = time.perf_counter()
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    subprocess.run([sys.executable, "-c", statement], check=True, env=environment, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def closure(names: tuple[str, ...]) -> set[str]:
    """Return the named distributions and everything they require here."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        found.add(name)
        for text in _requires(name):
            one = Requirement(text)
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                waiting.append(one.name)
    return found


def _requires(name: str) -> list[str]:
    try:
        return distribution(name).requires or []
    except PackageNotFoundError:
        return []


def size_of(name: str) -> int:
    """Return the size of a distribution's files in bytes."""
    try:
        files = {Path(str(file.locate())) for file in distribution(name).files or ()}
    except PackageNotFoundError:
        files = set()
    if name == "glassnet" and not any(file.parent.name == "glassnet" for file in files):
        spec = find_spec("glassnet")  # an editable install records no files
        assert spec
        assert spec.origin
        files |= set(Path(spec.origin).parent.rglob("*"))
    return sum(file.stat().st_size for file in files if file.is_file() and "__pycache__" not in file.parts)


if __name__ == "__main__":
    main()
