"""Check that late epochs are as fast as early ones, although some numbers have become tiny.

Denormal numbers (below 1.2e-38) can cost a hundred times as much as others. They arise in decaying averages, as in ten
epochs of Adam, and in saturated nodes, as in ten epochs of the notes' rule with two hidden layers.

    python benchmarks/denormals.py [--runs 5]
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from typing import Any

import glassnet
import machine
from glassnet.training.events import EpochDone
from peers import Plan
from peers.alone import arguments
from peers.glassnet_net import options_of

ADAM = {"optimizer": "adam", "learning_rate": 0.001, "schedule": "constant"}
OPTIONS = {
    "adam": options_of(Plan(hidden=200, batch=128, epochs=10, threads=0, more=ADAM)),
    "notes, two hidden layers": glassnet.Options.recipe("notes", hidden=(200, 100), epochs=10),
}


def main() -> None:
    given = arguments(__doc__ or "", ())
    data = glassnet.load_data("mnist").take(slice(given.samples))
    result = {name: measure(data, options, given.runs) for name, options in OPTIONS.items()}
    if not given.trial:
        machine.write("denormals", result)


def measure(data: glassnet.Dataset, options: glassnet.Options, runs: int) -> dict[str, Any]:
    epochs: list[list[float]] = []
    for run in range(runs):
        seeded = replace(options, seed=run)
        model = glassnet.new_model(data, seeded)
        seconds = [event.seconds for event in glassnet.train(model, data, seeded) if isinstance(event, EpochDone)]
        epochs.append(seconds)
        print(*(f"{one:.3f}" for one in seconds), flush=True)
    first, last = ([one[number] for one in epochs] for number in (0, -1))
    ratio = statistics.median(last) / statistics.median(first)
    print("last epoch / first epoch:", ratio)
    return {
        "first epoch": machine.summary(first),
        "last epoch": machine.summary(last),
        "last / first": ratio,
        "median seconds by epoch": [statistics.median(each) for each in zip(*epochs, strict=True)],
        "options": options.to_dict(),
    }


if __name__ == "__main__":
    main()
