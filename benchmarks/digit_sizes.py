"""Measure what more hidden nodes and more epochs bring on MNIST: recipe `notes`, the mean of three seeds.

The figures are in docs/questions.md. The engine is `portable`, so they are the same on every processor.
"""

from __future__ import annotations

import dataclasses
import statistics

import glassnet
import machine

SEEDS, VARIANTS = range(3), [(50, 3), (100, 3), (200, 3), (400, 3), (200, 6), (200, 12), (200, 24), (400, 12)]


def main() -> None:
    training, test = glassnet.load_data("mnist"), glassnet.load_data("mnist", part="test")
    result = {}
    for nodes, epochs in VARIANTS:
        options = glassnet.Options.recipe("notes", hidden=(nodes,), epochs=epochs, engine="portable")
        models = [glassnet.fit(training, dataclasses.replace(options, seed=seed)).model for seed in SEEDS]
        result[f"{nodes} nodes, {epochs} epochs"] = {
            name: statistics.mean(glassnet.evaluate(model, data).accuracy for model in models)
            for name, data in (("training", training), ("test", test))
        }
        print(nodes, epochs, result[f"{nodes} nodes, {epochs} epochs"], flush=True)
    machine.write("digit_sizes", result)


if __name__ == "__main__":
    main()
