"""Make the model that ships with glassnet: a reader of other hands than MNIST's too.

    python scripts/make_reader.py [OUT]        writes src/glassnet/data/reader.safetensors, or OUT

MNIST was written in the United States; it has hardly a 1 with a flag or a foot, a crossed 7, or a 9 with a straight
leg. So the recipe `reader` learns from MNIST's 60,000 training digits and from digits drawn here by pens of many
widths, brought to MNIST's form by the stages that photographs go through. The test is MNIST's own, untouched. What was
trained on is kept beside OUT as reader-digits.npz, for ``glassnet verify OUT reader-digits.npz``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from glassnet.data import bundled
from glassnet.preprocess.handwriting import mnist_form

SEED = 20
DRAWN = {0: 500, 1: 2600, 2: 600, 3: 500, 4: 900, 5: 600, 6: 600, 7: 1600, 8: 500, 9: 900}
"""How many of each digit are drawn: most of those that MNIST lacks."""
SIDE = 100

# Ways of the pen through points of a 100 × 100 field, x to the right and y down: "~" is round, "|" lifts the pen.
WAYS: dict[int, tuple[str, ...]] = {
    0: (
        "~52,6 30,14 18,40 20,70 40,94 66,88 82,60 80,28 62,8 48,7",
        "~60,10 34,16 22,50 34,88 60,92 76,66 74,30 56,8 46,14",
    ),
    1: (
        "24,40 56,6 56,94",
        "30,30 58,6 54,94",
        "34,22 54,6 50,94",
        "~20,44 40,30 56,6|56,6 54,94",
        "26,34 54,8 54,92|26,92 82,92",
        "34,24 52,8 50,92|32,93 70,91",
        "20,50 62,6 58,94",
        "50,6 48,94|30,94 68,94",
        "~36,26 46,18 54,6|54,6 50,94",
    ),
    2: (
        "~18,30 30,10 56,6 76,22 70,44 46,68 18,92|18,92 84,90",
        "~22,26 50,6 74,26 56,58 18,92|18,92 50,86 84,92",
        "~20,34 30,10 66,8 72,34 44,70 22,90 30,76 50,86 86,88",
        "~24,22 54,8 68,30 50,60 18,92|18,92 80,92",
    ),
    3: (
        "~20,18 50,6 74,22 62,42 40,48 68,54 80,74 56,94 18,84",
        "22,8 74,8 44,42|~44,42 76,54 76,82 46,94 18,82",
        "~24,14 62,8 66,34 42,46 74,60 66,90 22,90",
    ),
    4: (
        "58,6 14,66 86,66|62,40 60,96",
        "30,8 20,54 82,54|66,10 62,96",
        "62,6 18,60 84,62|62,6 62,94",
        "22,8 22,50 78,50|70,6 66,94",
        "40,6 14,62 88,60|60,38 56,94",
        "~26,10 22,44 40,54 78,48|72,8 66,94",
    ),
    5: (
        "78,8 30,8 26,44|~26,44 56,36 80,60 68,88 40,94 16,82",
        "30,10 28,46|~28,46 60,40 78,66 56,94 20,86|30,10 78,8",
        "74,10 34,10 24,48|~24,48 52,40 76,58 66,90 22,90",
    ),
    6: (
        "~66,6 36,34 22,70 42,94 72,84 74,60 52,52 26,68",
        "~74,12 50,10 24,50 26,86 56,94 76,74 60,54 28,64",
        "~56,6 30,50 26,84 54,94 70,76 54,60 30,72",
    ),
    7: (
        "16,10 82,10 44,94",
        "16,12 80,10 40,94|28,52 74,50",
        "18,24 18,10 82,10 46,94",
        "20,10 80,12 52,50 44,94|30,50 76,48",
        "~16,16 40,8 60,14 84,8|84,8 50,94",
        "18,12 78,10 50,94|34,54 72,46",
        "18,26 20,10 80,10 44,94|30,52 72,50",
    ),
    8: (
        "~72,18 48,6 28,22 44,44 70,62 74,84 48,94 26,80 36,58 64,40 74,24 66,12",
        "~50,48 26,28 50,6 72,26 50,48 26,72 50,94 76,72 50,48",
        "~50,46 30,26 50,8 68,26 50,46|~50,46 22,70 50,94 80,70 50,46",
    ),
    9: (
        "~74,28 52,50 26,34 40,8 68,12 74,30|74,26 72,94",
        "~72,24 46,48 26,28 50,6 74,26|~74,26 74,70 52,94 24,86",
        "~76,30 50,52 24,30 50,6 76,30|76,30 60,94",
        "~72,16 40,10 30,36 54,48 74,20|74,14 70,94",
    ),
}


def drawn_digit(label: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One digit of a hand that wavers, leans and presses as chance has it, shape (784,)."""
    way = WAYS[label][rng.integers(len(WAYS[label]))]
    moved: dict[str, NDArray[np.float64]] = {}  # a corner of two strokes stays one
    wide, lean, turn = rng.uniform(0.6, 1.15), rng.normal(0, 0.15), np.radians(rng.normal(0, 5))
    ink = np.ones((SIDE + 60, SIDE + 60), bool)
    for stroke in way.split("|"):
        names = stroke.removeprefix("~").split()
        for name in names:
            moved.setdefault(name, np.array(name.split(","), float) + rng.normal(0, 4.5, 2))
        points = np.array([moved[name] for name in names]) - 50
        order = min(3, len(points) - 1) if stroke.startswith("~") else 1
        fine = np.linspace(0, len(points) - 1, 120)
        x, y = (ndimage.map_coordinates(points[:, k], [fine], order=order, mode="nearest") for k in (0, 1))
        x = wide * x - lean * y
        x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
        # Enough places between the points for a way without holes.
        along = np.linspace(0, len(x) - 1, 2000)
        x, y = np.interp(along, np.arange(len(x)), x), np.interp(along, np.arange(len(y)), y)
        ink[(y + 80).clip(12, 147).astype(int), (x + 80).clip(12, 147).astype(int)] = False
    pen = rng.uniform(4, 22)
    return mnist_form(ndimage.distance_transform_edt(ink) < pen / 2).reshape(-1)


def training_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """MNIST's training digits, then the drawn ones."""
    mnist = bundled("train")
    rng = np.random.default_rng(SEED)
    labels = [label for label, count in DRAWN.items() for _ in range(count)]
    drawn = np.stack([drawn_digit(label, rng) for label in labels])
    return np.concatenate([mnist.inputs, drawn]), np.concatenate([mnist.labels, labels])


def main(out: Path) -> None:
    """Draw the digits, train, and leave model and digits at `out` and beside it."""
    inputs, labels = training_digits()
    test = bundled("test")
    data = out.parent / "reader-digits.npz"
    np.savez_compressed(data, x_train=inputs, y_train=labels, x_test=test.inputs, y_test=test.labels)
    # In that folder, so that the receipt names the data without a path of this machine.
    command = [sys.executable, "-m", "glassnet", "train", data.name, "--recipe", "reader", "--no-pictures"]
    subprocess.run([*command, "--out", out.name], cwd=out.parent or ".", env=os.environ, check=True)


if __name__ == "__main__":
    root = Path(__file__).resolve().parent.parent
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else root / "src" / "glassnet" / "data" / "reader.safetensors")
