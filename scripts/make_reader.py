"""Train the two models that ship with glassnet: a reader of digits, and a gate that separates digits from the rest.

    python scripts/make_reader.py [FOLDER] [reader] [gate]        writes into src/glassnet/handwriting, or FOLDER

MNIST was written in the United States: few 1s have a flag or a foot, and there are hardly any crossed 7s or 9s with a
straight leg. It was also written with pens, not markers. The recipe `reader` therefore trains on the 60,000 training
digits of MNIST, on some of them with thinner and thicker strokes, and on generated digits; the last two are normalised
by the stage that normalises photographs. The test data are those of MNIST, unchanged. The gate trains on the same
digits, and on signs, letters, words, scribbles and pairs of digits as the other class. The training data of each model
are saved next to it, for ``glassnet verify gate.safetensors gate-digits.npz``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from shapes import drawn_digit, inked_digit, no_digit, printed_digit

import glassnet
from glassnet.data import bundled

GATE = ["--hidden", "200", "--epochs", "80", "--batch-size", "1024", "--hardest", "0.25",
        "--rotate", "8", "--shear", "0.1", "--zoom", "0.1"]  # fmt: skip
"""Options of the gate that differ from those of the reader."""
SEED = 20
DRAWN = {0: 500, 1: 2600, 2: 600, 3: 500, 4: 900, 5: 600, 6: 600, 7: 1600, 8: 500, 9: 900}
"""Number of generated samples of each digit, more for the shapes that MNIST lacks."""
INKED, PRINTED, NONE = 12_000, 4_000, 50_000
"""Number of digits of MNIST with other strokes; for the gate, numbers of printed digits and of non-digits."""
ZEROS = (0, 0, *range(10))
"""Printed digits; 0 is more frequent because D, C, Q and U resemble it."""


def training_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the training digits of MNIST, some of them again with other strokes, and the generated ones."""
    mnist = bundled("train")
    rng = np.random.default_rng(SEED)
    labels = [label for label, count in DRAWN.items() for _ in range(count)]
    drawn = np.stack([drawn_digit(label, rng) for label in labels])
    some = rng.permutation(len(mnist))[:INKED]
    inked = np.stack([inked_digit(mnist.inputs[row], rng) for row in some])
    return (
        np.concatenate([mnist.inputs, inked, drawn]),
        np.concatenate([mnist.labels, mnist.labels[some], np.array(labels)]),
    )


def digits_or_not(digits: NDArray[np.uint8]) -> dict[str, NDArray[np.generic]]:
    """Return digits with label 1 and other samples with label 0; every tenth is held out for testing."""
    mnist, rng = bundled("train").inputs, np.random.default_rng(SEED + 1)
    none = np.stack([no_digit(mnist, rng) for _ in range(NONE)])
    printed = np.stack([printed_digit(ZEROS[k % len(ZEROS)], rng) for k in range(PRINTED)])
    digits = np.concatenate([digits, printed])
    inputs, labels = np.concatenate([none, digits]), np.repeat([0, 1], [len(none), len(digits)])
    held = np.arange(len(inputs)) % 10 == 0
    return {"x_train": inputs[~held], "y_train": labels[~held], "x_test": inputs[held], "y_test": labels[held]}


def train(folder: Path, name: str, flags: list[str], **arrays: NDArray[np.generic]) -> None:
    """Train on arrays in their folder, which keeps paths of this machine out of the training record."""
    np.savez_compressed(folder / f"{name}-digits.npz", **arrays)
    command = [sys.executable, "-m", "glassnet", "train", f"{name}-digits.npz", "--recipe", "reader", "--no-pictures"]
    same = {**os.environ, "PYTHONPATH": str(Path(glassnet.__file__).resolve().parent.parent)}
    subprocess.run([*command, *flags, "--out", f"{name}.safetensors"], cwd=folder, env=same, check=True)


def main(folder: Path, names: list[str]) -> None:
    """Generate the data, train, and write the models and their training data to a folder."""
    inputs, labels = training_digits()
    test = bundled("test")
    if "reader" in names:
        train(folder, "reader", [], x_train=inputs, y_train=labels, x_test=test.inputs, y_test=test.labels)
    if "gate" in names:
        train(folder, "gate", GATE, **digits_or_not(inputs))


if __name__ == "__main__":
    root = Path(__file__).resolve().parent.parent
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "src" / "glassnet" / "handwriting"
    main(place, sys.argv[2:] or ["reader", "gate"])
