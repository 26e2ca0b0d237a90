"""The notes' program as a peer: one sample at a time in NumPy, float64, without optimizations.

Two things differ from the notes' listing: ``np.asarray(values, float)`` replaces ``np.asfarray``, which NumPy 2
removed, and the initial weights come from a seed, so that a run can be repeated.

    python benchmarks/notes_program.py mnist_train.csv mnist_test.csv [--seed 0]
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

Array = NDArray[np.float64]
INPUTS, HIDDEN, OUTPUTS, RATE, EPOCHS = 784, 200, 10, 0.2, 2


class NeuralNetwork:
    """The notes' three layers without bias; `wih` is (hidden, inputs), `who` is (outputs, hidden)."""

    def __init__(self, inputs: int, hidden: int, outputs: int, rate: float, seed: int = 0) -> None:
        random = np.random.RandomState(seed)  # same numbers as np.random.seed(seed) and np.random.normal
        self.lr = rate
        # The program scales by the nodes of the layer itself, not by its incoming links as the notes' text does.
        self.wih = random.normal(0.0, hidden**-0.5, (hidden, inputs))
        self.who = random.normal(0.0, outputs**-0.5, (outputs, hidden))

    def train(self, inputs_list: ArrayLike, targets_list: ArrayLike) -> None:
        """Train on one sample."""
        inputs = np.array(inputs_list, ndmin=2).T  # (inputs, 1)
        targets = np.array(targets_list, ndmin=2).T  # (outputs, 1)
        hidden_outputs = expit(np.dot(self.wih, inputs))
        final_outputs = expit(np.dot(self.who, hidden_outputs))

        output_errors = targets - final_outputs
        hidden_errors = np.dot(self.who.T, output_errors)  # with `who` as it was in the forward pass
        output_step = np.dot(output_errors * final_outputs * (1.0 - final_outputs), hidden_outputs.T)
        self.who += self.lr * output_step
        hidden_step = np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs), inputs.T)
        self.wih += self.lr * hidden_step

    def query(self, inputs_list: ArrayLike) -> Array:
        """Return the outputs for one sample, shape (outputs, 1)."""
        inputs = np.array(inputs_list, ndmin=2).T
        hidden_outputs = expit(np.dot(self.wih, inputs))
        return expit(np.dot(self.who, hidden_outputs))


def scale(pixels: ArrayLike) -> Array:
    """Scale pixels from 0..255 to 0.01..1, in the notes' order of operations."""
    return np.asarray(pixels, float) / 255 * 0.99 + 0.01


def target(label: int, outputs: int = OUTPUTS) -> Array:
    """Return 0.01 everywhere and 0.99 at the label."""
    values = np.zeros(outputs) + 0.01
    values[label] = 0.99
    return values


def epoch(net: NeuralNetwork, inputs: Array, targets: Array) -> None:
    """Train one epoch on loaded and scaled arrays, in their order."""
    for sample, wanted in zip(inputs, targets, strict=True):
        net.train(sample, wanted)


def accuracy(net: NeuralNetwork, inputs: Array, labels: NDArray[np.integer]) -> float:
    """Return the accuracy, predicting one sample at a time."""
    right = sum(int(np.argmax(net.query(sample)) == label) for sample, label in zip(inputs, labels, strict=True))
    return right / len(labels)


def main(train_csv: str, test_csv: str, seed: int = 0) -> float:
    """Run the notes' program on the two files; print and return the accuracy."""
    net = NeuralNetwork(INPUTS, HIDDEN, OUTPUTS, RATE, seed)
    with open(train_csv) as file:
        records = file.readlines()
    for _ in range(EPOCHS):
        for record in records:  # splits and converts the text in every epoch, as in the notes
            values = record.split(",")
            net.train(scale(values[1:]), target(int(values[0])))

    with open(test_csv) as file:
        records = file.readlines()
    right = 0
    for record in records:
        values = record.split(",")
        if int(values[0]) == int(np.argmax(net.query(scale(values[1:])))):
            right += 1
    print(right / len(records))
    return right / len(records)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the notes' program, for today's NumPy")
    parser.add_argument("train_csv")
    parser.add_argument("test_csv")
    parser.add_argument("--seed", type=int, default=0, help="seed of the initial weights (default 0)")
    main(**vars(parser.parse_args()))
