"""Measure the test accuracy of the notes' program while it learns: the curves of the course's chapter on MNIST.

Two epochs, one sample per step, in the order of the file, seed 0; what differs is the learning rate or the number of
hidden nodes. The figure has the numbers in `serve/studio/static/rooms/learn/figures/mnist.js`.

    python benchmarks/learn_mnist.py [--trial]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.special import expit

import glassnet
import machine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))

import notes_program

SEEN = (0, 100, 300, 1_000, 3_000, 10_000, 30_000, 60_000, 90_000, 120_000)
RUNS = {"notes": (200, 0.2), "small rate": (200, 0.01), "large rate": (200, 2.0), "few nodes": (10, 0.2)}
"""Name -> hidden nodes and learning rate."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--trial", action="store_true", help="keep no result")
    given = parser.parse_args()
    result = {name: curve(hidden, rate) for name, (hidden, rate) in RUNS.items()}
    if not given.trial:
        machine.write("learn_mnist", {"seen": SEEN, "accuracy": result})


def curve(hidden: int, rate: float) -> list[float]:
    """Return the accuracy after each number of samples of `SEEN`."""
    train, test = glassnet.load_data("mnist"), glassnet.load_data("mnist", part="test")
    inputs, test_inputs = notes_program.scale(train.inputs), notes_program.scale(test.inputs)
    network = notes_program.NeuralNetwork(784, hidden, 10, rate)
    accuracies = []
    for step in range(SEEN[-1] + 1):
        if step in SEEN:
            outputs = expit(expit(test_inputs @ network.wih.T) @ network.who.T)
            accuracies.append(float(np.mean(outputs.argmax(axis=1) == test.labels)))
        row = step % len(inputs)
        network.train(inputs[row], notes_program.target(int(train.labels[row])))
    return accuracies


if __name__ == "__main__":
    main()
