"""Measure the figures of the course in docs/learn: what goes wrong if a part of the notes' program is changed.

Each variant is the notes' program, trained one epoch on the first 10,000 digits and tested on all 10,000 test digits.
The network that reads moved digits, and both accuracies of chapter 10, are those of the recipe `notes`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

import glassnet
import machine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))

import notes_program

SAMPLES, SEEDS, MOVES = 10_000, range(5), (0, 2, 4)
Net = notes_program.NeuralNetwork


class Swapped(Net):
    """The notes' class, but it changes `who` before it sends the error back."""

    def train(self, inputs_list: Any, targets_list: Any) -> None:
        inputs, targets = (np.array(values, ndmin=2).T for values in (inputs_list, targets_list))
        hidden = expit(np.dot(self.wih, inputs))
        outputs = expit(np.dot(self.who, hidden))
        errors = targets - outputs
        self.who += self.lr * np.dot(errors * outputs * (1.0 - outputs), hidden.T)
        hidden_errors = np.dot(self.who.T, errors)
        self.wih += self.lr * np.dot(hidden_errors * hidden * (1.0 - hidden), inputs.T)


def constant(value: float) -> Callable[[Net], None]:
    """Return a function that sets all weights to one value."""

    def start(net: Net) -> None:
        net.wih[...] = net.who[...] = value

    return start


def wide(net: Net) -> None:
    """Give all weights the standard deviation 1."""
    net.wih *= len(net.wih) ** 0.5
    net.who *= len(net.who) ** 0.5


def unit(pixels: Any) -> Any:
    """Scale pixels to 0…1."""
    return np.asarray(pixels, float) / 255


def raw(pixels: Any) -> Any:
    """Leave pixels as they are."""
    return np.asarray(pixels, float)


VARIANTS: dict[str, dict[str, Any]] = {
    "swapped": {"kind": Swapped},
    "rate 5": {"rate": 5.0},
    "rate 0.001": {"rate": 0.001},
    "targets 0 and 1": {"low": 0.0, "high": 1.0},
    "inputs 0 to 1": {"scale": unit},
    "inputs 0 to 255": {"scale": raw},
    "weights 0": {"start": constant(0.0)},
    "weights 0.01": {"start": constant(0.01)},
    "deviation 1": {"start": wide},
}


def trained(
    training: glassnet.Dataset,
    test: glassnet.Dataset,
    *,
    kind: type[Net] = Net,
    rate: float = 0.2,
    low: float = 0.01,
    high: float = 0.99,
    scale: Callable[[Any], Any] = notes_program.scale,
    start: Callable[[Net], None] | None = None,
    seed: int = 0,
) -> float:
    """Return the test accuracy of one variant after one epoch."""
    net = kind(784, 200, 10, rate, seed)
    if start:
        start(net)
    labels = training.labels[:SAMPLES].astype(int)
    notes_program.epoch(net, scale(training.inputs[:SAMPLES]), np.where(np.eye(10)[labels] > 0, high, low))
    return notes_program.accuracy(net, scale(test.inputs), test.labels)


def sums(inputs: Any) -> dict[str, float]:
    """Return the standard deviation of the hidden sums for three widths of the initial weights, and what saturates."""
    random = np.random.default_rng(0)
    drawn = {
        "1": random.normal(0, 1, (200, 784)),
        "uniform": random.uniform(-1, 1, (200, 784)),
        "notes": random.normal(0, 784**-0.5, (200, 784)),
    }
    found = {name: notes_program.scale(inputs) @ weights.T for name, weights in drawn.items()}
    outputs = expit(found["1"])
    saturated = float(np.mean((outputs < 0.01) | (outputs > 0.99)))
    return {**{name: float(values.std()) for name, values in found.items()}, "saturated": saturated}


def main() -> None:
    training, test = glassnet.load_data("mnist"), glassnet.load_data("mnist", part="test")
    result: dict[str, Any] = {"notes' program": [trained(training, test, seed=seed) for seed in SEEDS]}
    for name, change in VARIANTS.items():
        result[name] = trained(training, test, **change)
        print(name, result[name], flush=True)
    result["sums"] = sums(training.inputs[:SAMPLES])
    result["pixels always 0"] = int((training.inputs == 0).all(axis=0).sum())
    model = glassnet.fit(training, glassnet.Options.recipe("notes")).model
    result["recipe notes"] = {
        "training": glassnet.evaluate(model, training).accuracy,
        "test": glassnet.evaluate(model, test).accuracy,
    }
    images = test.inputs.reshape(-1, 28, 28)
    for pixels in MOVES:
        moved = np.roll(images, pixels, axis=2).reshape(-1, 784)
        result[f"moved by {pixels}"] = float(np.mean(model.predict(moved) == test.labels))
    machine.write("course", result)


if __name__ == "__main__":
    main()
