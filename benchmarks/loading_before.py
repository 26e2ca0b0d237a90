"""Compare loading with that of an earlier commit, in pairs: a table, and the notes' whole job from two CSV files.

Every figure is a new process, and the versions alternate in going first. "the notes' job" is ``glassnet train
mnist_train.csv --test mnist_test.csv`` with its plots, from the return key to the end, after a run that compiles. For
the tables, the time of `load_table` alone, with polars imported. A figure below 1 means faster than before; processor
time depends less on other processes of the machine. The models and tables of both versions must have the same bits.

    python benchmarks/loading_before.py COMMIT [--pairs 5] [--only TEXT]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import make_csv

ROOT = Path(__file__).resolve().parents[1]
JOB = "the notes' job from two CSV files"
ROWS, COLUMNS = 400_000, 31
PACKAGES = ("numpy", "scipy", "numba", "polars", "matplotlib")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("commit", help="the version to compare with")
    parser.add_argument("--pairs", type=int, default=5, help="repetitions (default %(default)s)")
    parser.add_argument("--only", default="", help="run only measurements whose name contains TEXT and keep no result")
    given = parser.parse_args()
    import machine
    from earlier import commit_of, unpacked

    commit = commit_of(given.commit)
    versions = {"old": unpacked(commit), "new": ROOT / "src"}
    taken: dict[str, dict[str, list[dict[str, float]]]] = {version: {} for version in versions}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sources = {name: source for name, source in write_sources(folder, given.only).items() if given.only in name}
        found: dict[str, set[str]] = {name: set() for name in sources}
        for source in versions.values():
            if JOB in sources:
                job(source, folder, sources[JOB])  # compiles
        for pair in range(given.pairs):
            for version in sorted(versions, reverse=pair % 2 == 0):
                for name, words in sources.items():
                    one, content = (job if name == JOB else table)(versions[version], folder, words)
                    taken[version].setdefault(name, []).append(one)
                    found[name].add(content)
                    print(pair + 1, version, name, {key: round(value, 3) for key, value in one.items()}, flush=True)
    assert all(len(contents) == 1 for contents in found.values()), f"the versions differ: {found}"
    result: dict[str, Any] = {"commit": commit, "new over old": {}, "seconds": {"old": {}, "new": {}}}
    for name in sources:
        each = {
            version: {key: np.array([one[key] for one in runs[name]]) for key in runs[name][0]}
            for version, runs in taken.items()
        }
        ratios = {key: machine.summary(each["new"][key] / each["old"][key]) for key in each["old"]}
        result["new over old"][name] = ratios
        for version, runs in each.items():
            result["seconds"][version][name] = {key: machine.summary(values) for key, values in runs.items()}
        print(f"{name:40}", {key: round(ratio["median"], 3) for key, ratio in ratios.items()})
    if not given.only:
        machine.write("loading_before", result, PACKAGES)


def write_sources(folder: Path, only: str) -> dict[str, list[str]]:
    """Write the files; return the words of each measurement: those of a command, or file and target."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(ROWS, COLUMNS))
    frame = pl.DataFrame({f"column{k}": numbers[:, k] for k in range(COLUMNS)})
    few = frame.head(ROWS // 4).with_columns(
        pl.col("column1").exp().round(3), word=pl.Series(["red", "green", "blue"])[rng.integers(0, 3, ROWS // 4)]
    )
    frame.write_parquet(folder / "floats.parquet")
    few.write_parquet(folder / "mixed.parquet")
    few.write_csv(folder / "mixed.csv")
    target = f"column{COLUMNS - 1}"
    tables = {
        f"load_table, {ROWS:,} × {COLUMNS} floats, Parquet": ["floats.parquet", target],
        f"load_table, {ROWS // 4:,} × {COLUMNS + 1} columns, Parquet": ["mixed.parquet", target],
        f"load_table, {ROWS // 4:,} × {COLUMNS + 1} columns, CSV": ["mixed.csv", target],
    }
    if only not in JOB:
        return tables
    train, test = (make_csv.write_csv(part, folder).name for part in ("train", "test"))
    return {JOB: ["train", train, "--test", test, "--out", "model.safetensors", "--json"], **tables}


def job(source: Path, folder: Path, words: list[str]) -> tuple[dict[str, float], str]:
    """Run a command; return its times, and the hash of its model."""
    (folder / "model.safetensors").unlink(missing_ok=True)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "glassnet", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(source)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    taken = {"wall": time.perf_counter() - began, "processor": usage.ru_utime + usage.ru_stime}
    if status:
        raise RuntimeError(f"{words} ended with status {status}")
    return taken, json.loads(printed)["hash"]


def table(source: Path, folder: Path, words: list[str]) -> tuple[dict[str, float], str]:
    """Load a table in a new process; return its times, and a hash of its samples."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "--measure", str(folder / words[0]), words[1]],
        env=os.environ | {"PYTHONPATH": str(source)},
        check=True,
        capture_output=True,
        text=True,
        cwd=source,
    )
    measured = json.loads(done.stdout)
    assert Path(measured["package"]).is_relative_to(source), f"{measured['package']} is not the version in {source}"
    return measured["seconds"], measured["content"]


def measure(path: str, target: str) -> None:
    """Load a table with the imported version."""
    import polars  # noqa: F401

    import glassnet

    Path(path).read_bytes()  # fills the system's cache
    load = glassnet.load_table
    before, began = _processor(), time.perf_counter()
    data = load(path, target)
    seconds = {"wall": time.perf_counter() - began, "processor": _processor() - before}
    values = b"" if data.values is None else data.values.tobytes()
    content = hashlib.sha256(data.inputs.tobytes() + values).hexdigest()
    print(json.dumps({"package": glassnet.__file__, "seconds": seconds, "content": content}))


def _processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:])
    else:
        main()
