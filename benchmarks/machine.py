"""Describe the machine, summarise repeated measurements, and keep results.

``python benchmarks/machine.py`` prints the description.
"""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from glassnet.training.numerics import NUMERICS

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("numpy", "scipy", "numba")
# A path at the beginning of a text or word; "x / 255" and "samples/s" are not paths.
LOCAL_PATH = re.compile(r"""(?:^|[\s"'=:(\[,])(?:~?/\w|\w:\\|file:)""")


def describe(packages: Iterable[str] = PACKAGES) -> dict[str, Any]:
    """Describe the machine and the versions, without anything that identifies it or its user.

    The BLAS includes the processor type of its kernels, because OPENBLAS_CORETYPE can make it half as fast.
    """
    from glassnet.runtime.blas import blas_in_use

    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": _memory_gib(),
        "blas": blas_in_use(),
        "system": _system(),
        "python": platform.python_version(),
        "packages": {package: _version(package) for package in packages},
    }


def summary(values: Iterable[float]) -> dict[str, Any]:
    """Summarise one or more repeated measurements; ``values`` has them in order."""
    taken = [float(value) for value in values]
    return {
        "runs": len(taken),
        "median": statistics.median(taken),
        "min": min(taken),
        "max": max(taken),
        "values": taken,
    }


def write(name: str, result: Any, packages: Iterable[str] = PACKAGES) -> Path:
    """Write a result to ``results/NAME.json`` with machine, date and version of the numerics; return the path.

    Raises
    ------
    ValueError
        If a text in the result contains a path of this machine, or a number is NaN or infinite.
    """
    kept = {
        "name": name,
        "date": datetime.now(UTC).date().isoformat(),
        "numerics": NUMERICS,
        "machine": describe(packages),
        "result": result,
    }
    text = json.dumps(kept, indent=2, ensure_ascii=False, allow_nan=False, default=lambda value: value.item())
    for part in _texts(json.loads(text)):
        if LOCAL_PATH.search(part):
            raise ValueError(f"{name}: {part!r} contains a path of this machine. Remove it from the result.")
    path = RESULTS / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(path)
    return path


def read(name: str) -> Any:
    """Return a kept result, or None if there is none."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["result"] if path.exists() else None


def numerics_of(kept: Any) -> int:
    """Return the oldest version of the numerics in a kept result."""
    result = kept["result"]
    parts = result.values() if isinstance(result, dict) else result
    return min([kept["numerics"], *(one["numerics"] for one in parts if isinstance(one, dict) and "numerics" in one)])


def stale() -> dict[str, int]:
    """Return the results of older versions of the numerics: file name -> version."""
    found = {
        path: numerics_of(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(RESULTS.rglob("*.json"))
    }
    return {str(path.relative_to(RESULTS)): one for path, one in found.items() if one < NUMERICS}


def write_into(page: Path, script: str, lines: Iterable[str]) -> None:
    """Replace the lines of a page between the marker of the script and the end marker."""
    block = re.compile(rf"(<!-- written by benchmarks/{re.escape(script)} -->\n).*?(<!-- end -->)", re.DOTALL)
    text = page.read_text(encoding="utf-8")
    written = "\n".join(["", *lines, ""])
    page.write_text(block.sub(lambda found: found[1] + written + found[2], text), encoding="utf-8")


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, OSError, ValueError):
        return None


def _system() -> str:
    try:
        return f"{platform.system()}, {platform.freedesktop_os_release()['PRETTY_NAME']}"
    except (OSError, KeyError):
        return platform.system()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    print(json.dumps(describe(), indent=2, ensure_ascii=False))
