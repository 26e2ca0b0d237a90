"""Time whole processes, from the return key to the result: `glassnet train` and the notes' program.

Every figure is a new process. glassnet and the notes' program read the same two CSV files (109 MB and 18 MB) and print
the accuracy on the same test digits. Code is compiled beforehand; `first_runs.py` measures how long that takes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
import make_csv

HERE = Path(__file__).resolve().parent
GLASSNET = [sys.executable, "-m", "glassnet"]
RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        train, test = (str(make_csv.write_csv(part, Path(folder))) for part in ("train", "test"))
        command = [*GLASSNET, "train"]
        warm_up = run(command, folder)
        result: dict[str, object] = {"warm-up result": warm_up}
        repeated = {
            "bundled data": command,
            "two CSV files": [*GLASSNET, "train", train, "--test", test],
            "import glassnet": [sys.executable, "-c", "import glassnet"],
        }
        for name, words in repeated.items():
            taken = [run(words, folder) for _ in range(RUNS)]
            result[name] = {key: machine.summary([one[key] for one in taken]) for key in taken[0]}
            print(name, {key: value["median"] for key, value in result[name].items()}, flush=True)
        notes = run([sys.executable, str(HERE.parent / "examples" / "notes_program.py"), train, test], folder)
        result["notes-program, two CSV files"] = notes
        own = result["two CSV files"]["exit"]["median"]
        result["times faster, two CSV files"] = notes["exit"] / own
        print("notes' program:", notes, "glassnet is faster by a factor of", notes["exit"] / own)
    machine.write("whole_process", result, packages=("numpy", "scipy", "numba", "polars", "matplotlib"))


def run(words: list[str], folder: str, environment: dict[str, str] | None = None) -> dict[str, float]:
    """Return the seconds to the first line of output and to the end, the CPU time, and the peak memory in MiB."""
    began = time.perf_counter()
    process = subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    taken = {}
    for _ in process.stdout:
        taken.setdefault("result on screen", time.perf_counter() - began)
    _, status, usage = os.wait4(process.pid, 0)
    taken["exit"] = time.perf_counter() - began
    taken["processor"] = usage.ru_utime + usage.ru_stime
    taken["peak MiB"] = usage.ru_maxrss / 1024
    if status != 0:
        raise RuntimeError(f"{words[1:4]} ended with status {status}")
    return taken


if __name__ == "__main__":
    main()
