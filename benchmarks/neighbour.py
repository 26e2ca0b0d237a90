"""Time training alone and next to a busy process that only spins.

`lost` is the fraction of the training speed that is lost; `taken` is the CPU time of the busy process as a fraction of
that of all cores. With one thread on two cores, there is room for both. With as many threads as cores, the busy process
must get some time, and good training loses no more than that.

    python benchmarks/neighbour.py [--runs 5]
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import time
from typing import Any

import glassnet
import machine
from peers import Plan
from peers.alone import CORES, arguments
from peers.glassnet_net import options_of

SPIN = "while True: pass"
EPOCHS = 4


def main() -> None:
    given = arguments(__doc__ or "", ())
    data = glassnet.load_data("mnist").take(slice(given.samples))
    result = {}
    for recipe, threads in itertools.product(("quick", "notes"), (1, 2)):
        options = options_of(Plan(epochs=EPOCHS, threads=threads))
        if recipe == "notes":  # one sample per step
            options = glassnet.Options.recipe(recipe, epochs=EPOCHS, threads=threads)
        glassnet.fit(data.take(slice(1_000)), options)  # compiles
        alone, beside = [], []
        for _ in range(given.runs):
            alone.append(glassnet.fit(data, options).train_seconds)
            beside.append(with_neighbour(data, options))
            seconds, taken = beside[-1]
            print(
                f"{recipe}, {threads} threads: alone {alone[-1]:.3f} s, contended {seconds:.3f} s, taken {taken:.0%}",
                flush=True,
            )
        result[f"{recipe}, {threads} threads"] = summed(alone, beside)
    if not given.trial:
        machine.write("neighbour", {**result, "settings": {"epochs": EPOCHS, "cores": CORES}})


def with_neighbour(data: glassnet.Dataset, options: glassnet.Options) -> tuple[float, float]:
    """Return seconds of training, and the fraction of the CPU time of all cores that the busy process took."""
    neighbour = subprocess.Popen([sys.executable, "-c", SPIN])
    try:
        time.sleep(0.3)  # lets it start
        before, began = processor_seconds(neighbour.pid), time.perf_counter()
        seconds = glassnet.fit(data, options).train_seconds
        taken = (processor_seconds(neighbour.pid) - before) / (time.perf_counter() - began) / CORES
    finally:
        neighbour.kill()
        neighbour.wait()
    return seconds, taken


def processor_seconds(process: int) -> float:
    """Return the CPU time that a process has used (Linux)."""
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def summed(alone: list[float], beside: list[tuple[float, float]]) -> dict[str, Any]:
    seconds = [one for one, _ in beside]
    return {
        "alone": machine.summary(alone),
        "beside": machine.summary(seconds),
        "taken": machine.summary(taken for _, taken in beside),
        "lost": 1 - statistics.median(alone) / statistics.median(seconds),
    }


if __name__ == "__main__":
    main()
