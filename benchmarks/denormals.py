"""Ten epochs of Adam: does an epoch cost more at the end, when averages and gradients have become tiny?

Numbers below 1.2e-38 (denormals) can cost a hundred times as much as others.

    python benchmarks/denormals.py [--runs 5]
"""

from __future__ import annotations

import statistics
from dataclasses import replace

import glassnet
import machine
from glassnet.events import EpochDone
from peers import Plan
from peers.alone import arguments
from peers.glassnet_net import options_of

ADAM = {"optimizer": "adam", "learning_rate": 0.001, "schedule": "constant"}


def main() -> None:
    given = arguments(__doc__ or "", ())
    data = glassnet.load_data("mnist").take(slice(given.samples))
    plan = Plan(hidden=200, batch=128, epochs=10, threads=0, more=ADAM)
    epochs: list[list[float]] = []
    for run in range(given.runs):
        options = options_of(replace(plan, seed=run))
        model = glassnet.new_model(data, options)
        seconds = [event.seconds for event in glassnet.train(model, data, options) if isinstance(event, EpochDone)]
        epochs.append(seconds)
        print(*(f"{one:.3f}" for one in seconds), flush=True)
    first, last = ([one[number] for one in epochs] for number in (0, -1))
    result = {
        "first epoch": machine.summary(first),
        "last epoch": machine.summary(last),
        "last / first": statistics.median(last) / statistics.median(first),
        "median seconds by epoch": [statistics.median(each) for each in zip(*epochs, strict=True)],
        "settings": {"hidden": 200, "batch": 128, "epochs": 10, **ADAM},
    }
    print("last / first", result["last / first"])
    if not given.trial:
        machine.write("denormals", result)


if __name__ == "__main__":
    main()
