"""Time one epoch in batches of 128, with 200 and with 1024 hidden nodes: training alone, after compilation.

Every peer is measured with one thread and with all cores, and the faster counts. Each run is a new process that
compiles, trains one epoch to warm up, and takes the median of three. Peers take turns. JAX, PyTorch and Keras train on
whole batches only, 59,904 of the 60,000 samples.

    python benchmarks/batch_epoch.py [--runs 5] [--samples N] [--peers jax,torch]
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import glassnet
import machine
from peers import PACKAGES, Plan, make
from peers.alone import CORES, alone, answer, arguments

HIDDEN, BATCH, EPOCHS = (200, 1024), 128, 3


def main() -> None:
    given = arguments(__doc__ or "")
    result = {str(hidden): sides(hidden, given.peers, given.runs, given.samples) for hidden in HIDDEN}
    if not given.trial:
        machine.write("batch_epoch", result, PACKAGES)


def sides(hidden: int, peers: tuple[str, ...], runs: int, samples: int | None) -> dict[str, Any]:
    taken: dict[str, dict[int, list[dict[str, Any]]]] = {peer: {} for peer in peers}
    for _ in range(runs):
        for peer in peers:
            for threads in sorted({1, CORES}):
                task = {"peer": peer, "hidden": hidden, "threads": threads, "samples": samples}
                if one := alone(__file__, task):
                    taken[peer].setdefault(threads, []).append(one)
                    print(
                        hidden, peer, threads, f"{one['seconds']:.3f} s, compilation {one['compile']:.2f} s", flush=True
                    )
    return {peer: summed(by_threads) for peer, by_threads in taken.items() if by_threads}


def summed(by_threads: dict[int, list[dict[str, Any]]]) -> dict[str, Any]:
    seconds = {threads: machine.summary(one["seconds"] for one in ones) for threads, ones in by_threads.items()}
    best = min(seconds, key=lambda threads: seconds[threads]["median"])
    return {
        "seconds": seconds[best],
        "compile": machine.summary(one["compile"] for one in by_threads[best]),
        "best threads": best,
        "median seconds by threads": {str(threads): one["median"] for threads, one in seconds.items()},
        "settings": by_threads[best][0]["settings"],
    }


def measure(peer: str, hidden: int, threads: int, samples: int | None) -> dict[str, Any]:
    data = glassnet.load_data("mnist").take(slice(samples))
    one = make(peer, data, Plan(hidden=hidden, batch=BATCH, epochs=EPOCHS + 1, threads=threads))
    began = time.perf_counter()
    one.compile()
    compiled = time.perf_counter() - began
    one.epoch()
    seconds = []
    for _ in range(EPOCHS):
        began = time.perf_counter()
        one.epoch()
        seconds.append(time.perf_counter() - began)
    return {"seconds": statistics.median(seconds), "compile": compiled, "settings": one.settings}


if __name__ == "__main__":
    if not answer(measure):
        main()
