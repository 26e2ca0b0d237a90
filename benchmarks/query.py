"""Time predictions of a trained network with 200 hidden nodes: one sample (median of 1,000 calls), and 10,000 at once.

From an array in memory to the digit as a number. The peers get scaled inputs in their own form; glassnet gets raw
pixels and scales them within the measured time. Hand-written NumPy and onnxruntime are measured too. Every run is a new
process that has made both kinds of prediction before.

    python benchmarks/query.py [--runs 5] [--samples N] [--peers jax,torch]
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import glassnet
import machine
from peers import FORWARD_ONLY, PACKAGES, PEERS, Plan, make
from peers.alone import CORES, alone, answer, arguments

SINGLE, WARM_UP, TIMES = 1_000, 100, 7
SIDES = (*PEERS, *FORWARD_ONLY)


def main() -> None:
    given = arguments(__doc__ or "", SIDES)
    runs: dict[str, list[dict[str, Any]]] = {peer: [] for peer in given.peers}
    for _ in range(given.runs):
        for peer, found in runs.items():
            if one := alone(__file__, {"peer": peer, "threads": CORES, "samples": given.samples}):
                found.append(one)
                print(peer, f"1 sample {one['one, µs']:.1f} µs, 10,000 samples {one['10,000, ms']:.2f} ms", flush=True)
    if not given.trial:
        names = ("one, µs", "10,000, ms")
        kept = {
            peer: {
                **{name: machine.summary(one[name] for one in ones) for name in names},
                "settings": ones[0]["settings"],
            }
            for peer, ones in runs.items()
            if ones
        }
        machine.write("query", kept, PACKAGES)


def measure(peer: str, threads: int, samples: int | None) -> dict[str, Any]:
    data, test = glassnet.load_data("mnist").take(slice(samples)), glassnet.load_data("mnist", part="test")
    net = make(peer, data, Plan(epochs=1, threads=threads))
    net.compile()
    net.epoch()
    singles = [net.ready(test.inputs[row : row + 1]) for row in range(SINGLE)]
    for single in singles[:WARM_UP]:
        net.predict(single)
    one = []
    for single in singles:
        began = time.perf_counter_ns()
        int(net.predict(single)[0])
        one.append((time.perf_counter_ns() - began) / 1e3)
    every, many = net.ready(test.inputs), []
    net.predict(every)
    for _ in range(TIMES):
        began = time.perf_counter_ns()
        net.predict(every)
        many.append((time.perf_counter_ns() - began) / 1e6)
    return {"one, µs": statistics.median(one), "10,000, ms": statistics.median(many), "settings": net.settings}


if __name__ == "__main__":
    if not answer(measure):
        main()
