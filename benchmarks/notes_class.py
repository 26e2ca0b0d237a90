"""Time one step of the notes' class, 784-200-10: `glassnet.NeuralNetwork` compared with the notes' own class.

Neither compiles anything. CPU time, in turns in one process, one sample per call as in the notes' loop. Measured twice:
in a new process, and after an array of 16 MiB has been freed. In every step, the notes' class allocates arrays as large
as its weights. The C library requests this memory from the system and returns it each time, until a larger array has
been freed; after that, it keeps the memory. So the same step takes many times as long in a new program as in one that
has read a whole data file.

    python benchmarks/notes_class.py [--runs 7] [--trial]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import glassnet
import machine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))

import notes_program

SIZES, RATE, STEPS = (784, 200, 10), 0.2, 300
LARGE = 16 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--trial", action="store_true", help="keep no result")
    given = parser.parse_args()
    result = {"fresh process": compare(given.runs)}
    del_large()
    result["large arrays seen"] = compare(given.runs)
    if not given.trial:
        machine.write("notes_class", result)


def del_large() -> None:
    """Allocate a large array and free it."""
    np.ones(LARGE // 8)


def compare(runs: int) -> dict[str, Any]:
    random = np.random.default_rng(0)
    inputs = random.uniform(0.01, 1, (STEPS, SIZES[0]))
    targets = [notes_program.target(int(label)) for label in random.integers(0, SIZES[-1], STEPS)]
    sides = {
        "glassnet": glassnet.NeuralNetwork(*SIZES, RATE, seed=0),
        "notes-program": notes_program.NeuralNetwork(*SIZES, RATE),
    }
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for run in range(-1, runs):  # the first loads SciPy
        for name, network in sides.items():
            began = time.process_time()
            for sample, wanted in zip(inputs, targets, strict=True):
                network.train(sample, wanted)
            if run >= 0:
                taken[name].append(1e6 * (time.process_time() - began) / STEPS)
    result: dict[str, Any] = {name: machine.summary(values) for name, values in taken.items()}
    ours, theirs = (np.array(taken[name]) for name in sides)
    result["ratio"] = machine.summary(ours / theirs)
    print({name: round(one["median"], 3) for name, one in result.items()}, flush=True)
    return result


if __name__ == "__main__":
    main()
