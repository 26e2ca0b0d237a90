"""Measure the test accuracy of recipes `notes` and `notes-code` over ten seeds, and that of the notes' program.

The settings were not chosen on the test set: `notes-code` is the notes' own program, and the three epochs and the
falling learning rate of `notes` were given with the task.
"""

from __future__ import annotations

import sys
from pathlib import Path

import glassnet
import machine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))

import notes_program

SEEDS = range(10)


def main() -> None:
    training, test = glassnet.load_data("mnist"), glassnet.load_data("mnist", part="test")
    result = {}
    for recipe in ("notes", "notes-code"):
        accuracies = [_accuracy(recipe, seed, training, test) for seed in SEEDS]
        result[recipe] = {**machine.summary(accuracies), "mean": sum(accuracies) / len(accuracies)}
        print(recipe, result[recipe])
    inputs, test_inputs = notes_program.scale(training.inputs), notes_program.scale(test.inputs)
    targets = [notes_program.target(int(label)) for label in training.labels]
    accuracies = []
    for seed in SEEDS:
        net = notes_program.NeuralNetwork(784, 200, 10, 0.2, seed=seed)
        for _ in range(notes_program.EPOCHS):
            notes_program.epoch(net, inputs, targets)
        accuracies.append(notes_program.accuracy(net, test_inputs, test.labels))
        print("notes' program, seed", seed, accuracies[-1], flush=True)
    result["notes-program"] = {**machine.summary(accuracies), "mean": sum(accuracies) / len(accuracies)}
    machine.write("accuracy", result)


def _accuracy(recipe: str, seed: int, training: glassnet.Dataset, test: glassnet.Dataset) -> float:
    model = glassnet.fit(training, glassnet.Options.recipe(recipe, seed=seed)).model
    return glassnet.evaluate(model, test).accuracy


if __name__ == "__main__":
    main()
