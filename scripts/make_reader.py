"""Train the two models that ship with glassnet: a reader of digits, and a gate that separates digits from the rest.

    python scripts/make_reader.py [FOLDER] [reader] [gate]        writes into src/glassnet/handwriting, or FOLDER

MNIST was written in the United States: few 1s have a flag or a foot, and there are hardly any crossed 7s, slashed 0s
or 9s with a hook or a foot. It was also written with pens, not with markers, and not photographed. The recipe `reader`
therefore trains on the 60,000 training digits of MNIST, on some of them written again with other pens, and on drawn
digits of other hands (`hands.py`, `pens.py`); the last two are normalised by the stage that normalises photographs. The
test data are those of MNIST, unchanged. The gate trains on the same digits, and on signs, letters, words, scribbles and
pairs of digits as the other class (`no_digits.py`), and is then trained further with letters of many scripts and
pictures of things (`glyphs.py`, from fonts of Debian), and at last with letters bent as by a hand and with pieces of
textures (`pieces.py`, which needs no such fonts).

The training data of each model are saved next to it, for ``glassnet info reader.safetensors reader-digits.npz
--verify``. The gate has three trainings. `main` writes the data and the model of each, and ``glassnet info
gate.safetensors gate-digits.npz --verify --from gate-second.safetensors`` repeats the last, on the versions in its
record. The second needs the packages `glyphs.PACKAGES`. The last alone, from the gate of version 0.3.0, is `pieces`:

    git show e6294b60:src/glassnet/handwriting/gate.safetensors > FOLDER/gate-second.safetensors
    python scripts/make_reader.py FOLDER pieces
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

import numpy as np
from glyphs import glyph_or_thing
from hands import drawn_digit
from no_digits import no_digit, printed_digit
from numpy.typing import NDArray
from pens import rewritten
from pieces import texture_piece, warped_digit, warped_letter

import glassnet
from glassnet.data import bundled

Draw = Callable[[int, np.random.Generator], NDArray[np.uint8]]
"""The number of a sample and a generator -> the sample, shape (784,)."""
READER = ["--epochs", "80"]
GATE = ["--hidden", "224", "--hidden", "32", "--epochs", "60", "--batch-size", "1024", "--set", "hard_fraction=0.5",
        "--rotate", "8", "--set", "shear=0.1", "--set", "zoom=0.1"]  # fmt: skip
"""Options of the reader and of the gate that differ from those of the recipe."""
SEED = 20
DRAWN = {0: 3300, 1: 8500, 2: 3600, 3: 3000, 4: 5000, 5: 2900, 6: 3800, 7: 4800, 8: 3000, 9: 4700}
"""Number of drawn samples of each digit, more for the shapes that MNIST lacks."""
REWRITTEN, PRINTED, NONE = 14_000, 4_000, 60_000
"""Number of digits of MNIST written again; for the gate, numbers of printed digits and of non-digits."""
ZEROS = (0, 0, *range(10))
"""Printed digits; 0 is more frequent because D, C, Q and U resemble it."""
FURTHER = ["--from", "gate-first.safetensors", "--epochs", "40", "--batch-size", "512", "--learning-rate", "0.001",
           "--set", "hard_fraction=0.5", "--rotate", "8", "--set", "shear=0.1", "--set", "zoom=0.1"]  # fmt: skip
AGAIN = {"mnist": 60_000, "drawn": 20_000, "none": 14_000, "glyphs": 16_000}
"""Options of the gate's further training on letters of many scripts and on things, and numbers of its samples."""
LAST = ["--from", "gate-second.safetensors", "--epochs", "16", "--batch-size", "512", "--learning-rate", "0.001",
        "--set", "hard_fraction=0.5", "--rotate", "8", "--set", "shear=0.1", "--set", "zoom=0.1"]  # fmt: skip
BENT = {"mnist": 50_000, "drawn": 1000, "digits": 500, "none": 500, "letters": 2500, "textures": 1750}
"""Options of the gate's last training on bent letters and pieces of textures, and numbers of its samples."""
COPIES = 4
"""How often each of these letters and other non-digits is among the training data; training changes each copy."""
_PART = 250  # samples that are made with one seed


def made(draw: Draw, count: int, seed: int) -> NDArray[np.uint8]:
    """Draw samples on all cores, shape (count, 784); they do not depend on the number of cores."""
    starts = range(0, count, _PART)
    with ProcessPoolExecutor() as pool:
        parts = pool.map(partial(_part, draw, count, seed), starts)
        return np.concatenate(list(parts))


@cache
def _mnist() -> NDArray[np.uint8]:
    return bundled("train").inputs


def _part(draw: Draw, count: int, seed: int, start: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng([SEED, seed, start])
    return np.stack([draw(k, rng) for k in range(start, min(count, start + _PART))])


def _drawn(labels: NDArray[np.int64], k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return drawn_digit(int(labels[k]), rng)


def _rewritten(rows: NDArray[np.int64], k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return rewritten(_mnist()[rows[k]], rng)


def _printed(k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return printed_digit(ZEROS[k % len(ZEROS)], rng)


def _none(k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return no_digit(_mnist(), rng)


def _glyph(k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return glyph_or_thing(rng)


def _letter(k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return warped_letter(rng)


def _digit(k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return warped_digit(k % 10, rng)


def _texture(k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return texture_piece(rng)


def training_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the training digits of MNIST, some of them written again, and the drawn ones."""
    mnist = bundled("train")
    labels = np.repeat(list(DRAWN), list(DRAWN.values()))
    some = np.random.default_rng(SEED).permutation(len(mnist))[:REWRITTEN]
    return (
        np.concatenate(
            [mnist.inputs, made(partial(_rewritten, some), REWRITTEN, 1), made(partial(_drawn, labels), len(labels), 2)]
        ),
        np.concatenate([mnist.labels, mnist.labels[some], labels]),
    )


def digits_or_not(digits: NDArray[np.uint8]) -> dict[str, NDArray[np.generic]]:
    """Return digits with label 1 and other samples with label 0; every tenth is held out for testing."""
    none = made(_none, NONE, 3)
    digits = np.concatenate([digits, made(_printed, PRINTED, 4)])
    return _split(none, digits)


def _split(none: NDArray[np.uint8], digits: NDArray[np.uint8]) -> dict[str, NDArray[np.generic]]:
    inputs, labels = np.concatenate([none, digits]), np.repeat([0, 1], [len(none), len(digits)])
    held = np.arange(len(inputs)) % 10 == 0
    return {"x_train": inputs[~held], "y_train": labels[~held], "x_test": inputs[held], "y_test": labels[held]}


def letters_and_things() -> dict[str, NDArray[np.generic]]:
    """Return digits with label 1, and letters, things and other non-digits with label 0; every tenth is held out."""
    labels = np.random.default_rng(SEED).permutation(np.repeat(list(DRAWN), list(DRAWN.values())))
    none = [made(_none, AGAIN["none"], 6), made(_glyph, AGAIN["glyphs"], 7)]
    digits = [_mnist()[: AGAIN["mnist"]], made(partial(_drawn, labels), AGAIN["drawn"], 5)]
    return _split(np.concatenate(none), np.concatenate(digits))


def letters_and_pieces() -> dict[str, NDArray[np.generic]]:
    """Return digits with label 1, and bent letters, pieces of textures and other non-digits with label 0."""
    labels = np.random.default_rng(SEED).permutation(np.repeat(list(DRAWN), list(DRAWN.values())))
    few = _split(
        np.concatenate([made(_letter, BENT["letters"], 8), made(_none, BENT["none"], 9)]),
        np.concatenate([made(partial(_drawn, labels), BENT["drawn"], 10), made(_digit, BENT["digits"], 11)]),
    )
    many = _split(made(_texture, BENT["textures"], 12), _mnist()[: BENT["mnist"]])
    pieces = many["x_train"][many["y_train"] == 0].reshape(-1, 28, 28)
    ways = [
        way[:, ::flip].reshape(-1, 784) for k in range(4) for way in [np.rot90(pieces, k, (1, 2))] for flip in (1, -1)
    ]
    inputs = [*[few["x_train"]] * COPIES, *ways[1:], many["x_train"]]
    known = [*[few["y_train"]] * COPIES, np.zeros(7 * len(pieces), np.int64), many["y_train"]]
    return {
        "x_train": np.concatenate(inputs),
        "y_train": np.concatenate(known),
        "x_test": np.concatenate([few["x_test"], many["x_test"]]),
        "y_test": np.concatenate([few["y_test"], many["y_test"]]),
    }


def train(folder: Path, name: str, flags: list[str], **arrays: NDArray[np.generic]) -> None:
    """Train on arrays in their folder, which keeps paths of this machine out of the training record."""
    np.savez_compressed(folder / f"{name}-digits.npz", **arrays)
    command = [sys.executable, "-m", "glassnet", "train", f"{name}-digits.npz", "--recipe", "reader", "--no-plot"]
    same = {**os.environ, "PYTHONPATH": str(Path(glassnet.__file__).resolve().parent.parent)}
    subprocess.run([*command, *flags, "--out", f"{name}.safetensors"], cwd=folder, env=same, check=True)


def main(folder: Path, names: list[str]) -> None:
    """Generate the data, train, and write the models and their training data to a folder."""
    if {"reader", "gate"} & set(names):
        inputs, labels = training_digits()
    if "reader" in names:
        test = bundled("test")
        mnist = bundled("train")  # twice, or the other hands would cost accuracy on it
        twice, known = np.concatenate([mnist.inputs, inputs]), np.concatenate([mnist.labels, labels])
        train(folder, "reader", READER, x_train=twice, y_train=known, x_test=test.inputs, y_test=test.labels)
    if "gate" in names:
        train(folder, "gate-first", GATE, **digits_or_not(inputs))
        train(folder, "gate-second", FURTHER, **letters_and_things())
    if "gate" in names or "pieces" in names:
        train(folder, "gate", LAST, **letters_and_pieces())


if __name__ == "__main__":
    root = Path(__file__).resolve().parent.parent
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "src" / "glassnet" / "handwriting"
    main(place, sys.argv[2:] or ["reader", "gate"])
