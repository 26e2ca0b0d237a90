"""Make the two models that ship with glassnet: a reader of digits, and a gate that tells digits from anything else.

    python scripts/make_reader.py [FOLDER] [reader] [gate]        writes into src/glassnet/handwriting, or FOLDER

MNIST was written in the United States; it has hardly a 1 with a flag or a foot, a crossed 7, or a 9 with a straight
leg. And it was written with pens, not with markers. So the recipe `reader` learns from MNIST's 60,000 training digits,
from some of them with thinner and thicker strokes, and from digits drawn here, both brought to MNIST's form by the
stage that photographs go through. The test is MNIST's own, untouched. The gate learns these from signs, letters, words,
scribbles and pairs of digits. What each was trained on is kept beside it, for ``glassnet verify gate.safetensors
gate-digits.npz``.
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
"""Where the gate differs from the reader."""
SEED = 20
DRAWN = {0: 500, 1: 2600, 2: 600, 3: 500, 4: 900, 5: 600, 6: 600, 7: 1600, 8: 500, 9: 900}
"""How many of each digit are drawn: most of those that MNIST lacks."""
INKED, PRINTED, NONE = 12_000, 4_000, 50_000
"""How many of MNIST's digits are inked anew; for the gate, how many are printed, and how many of what is no digit."""
ZEROS = (0, 0, *range(10))
"""What is printed: most of the digit that letters resemble most, D, C, Q and U."""


def training_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return MNIST's training digits, some of them inked anew, and the drawn ones."""
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
    """Return digits with the label 1, and what is none with 0; every tenth is for the test."""
    mnist, rng = bundled("train").inputs, np.random.default_rng(SEED + 1)
    none = np.stack([no_digit(mnist, rng) for _ in range(NONE)])
    printed = np.stack([printed_digit(ZEROS[k % len(ZEROS)], rng) for k in range(PRINTED)])
    digits = np.concatenate([digits, printed])
    inputs, labels = np.concatenate([none, digits]), np.repeat([0, 1], [len(none), len(digits)])
    held = np.arange(len(inputs)) % 10 == 0
    return {"x_train": inputs[~held], "y_train": labels[~held], "x_test": inputs[held], "y_test": labels[held]}


def train(folder: Path, name: str, flags: list[str], **arrays: NDArray[np.generic]) -> None:
    """Train on arrays, in their folder, so that the receipt names the data without a path of this machine."""
    np.savez_compressed(folder / f"{name}-digits.npz", **arrays)
    command = [sys.executable, "-m", "glassnet", "train", f"{name}-digits.npz", "--recipe", "reader", "--no-pictures"]
    same = {**os.environ, "PYTHONPATH": str(Path(glassnet.__file__).resolve().parent.parent)}
    subprocess.run([*command, *flags, "--out", f"{name}.safetensors"], cwd=folder, env=same, check=True)


def main(folder: Path, names: list[str]) -> None:
    """Draw, train, and leave the models and what they learnt from in a folder."""
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
