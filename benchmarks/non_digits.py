"""Measure how often pictures without a digit are surely read as one, and digits are read surely.

    python benchmarks/non_digits.py [FOLDER ...] [--gate FILE] [--digits N] [--singles N] [--test]

A FOLDER has pictures in which there is no digit, such as crops of photographs, or one handwritten letter each, in files
of any name that Pillow reads; its subfolders are counted with it. For each folder, the share of pictures in which at
least one digit is sure is printed, as `glassnet read` reads them. Then follow the shares of single digits that are
sure: `--digits` of the last 10,000 training digits of MNIST (or `--test`: of its test digits) as images of 28 × 28,
and the generated photographs of one digit of `tests/support/photos.py`, `--singles` of each kind.

`--gate` reads with another gate, such as that of an earlier commit:

    git show COMMIT:src/glassnet/handwriting/gate.safetensors > earlier.safetensors
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from glassnet.data import bundled
from glassnet.handwriting import recognise
from glassnet.handwriting.reader import read_photo
from glassnet.model.file import load_model, shipped_model
from support.photos import CROPS, SINGLES, single

FIRST = 5000  # seeds of photographs that nothing was tuned on
SLOW = ("huge",)  # kinds of photographs that take seconds to draw


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="pictures without a digit")
    parser.add_argument("--gate", type=Path, help="read with this gate instead of the shipped one")
    parser.add_argument("--digits", type=int, default=1000, help="digits of MNIST (default %(default)s)")
    parser.add_argument("--singles", type=int, default=3, help="photographs of a kind (default %(default)s)")
    parser.add_argument("--test", action="store_true", help="the test digits of MNIST instead of training digits")
    given = parser.parse_args()
    if given.gate:
        gate = load_model(given.gate).unchecked()
        recognise._gate = lambda: gate  # type: ignore[assignment]
    for folder in given.folders:
        show(str(folder), (surely_digits(picture) for picture in opened(folder)))
    show("digits of MNIST", (surely_digits(picture) for picture in mnist(given.digits, test=given.test)))
    kinds = [kind for kind in (*SINGLES, *CROPS) if kind not in SLOW]
    for name, hand in (("MNIST", False), ("other hands", True)):
        photos = (single(kind, FIRST + k, hand=hand) for kind in kinds for k in range(given.singles))
        show(f"generated photographs of one digit, {name}", (surely_digits(photo.opened()) for photo in photos))


def surely_digits(picture: Image.Image) -> bool:
    """Return whether at least one digit of a picture is sure."""
    return any(digit.sure for digit in read_photo(shipped_model(), picture).digits)


def opened(folder: Path) -> Iterable[Image.Image]:
    """Open the pictures of a folder and its subfolders, and skip other files."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            picture = Image.open(path)
        except UnidentifiedImageError:
            continue
        yield picture


def mnist(count: int, *, test: bool) -> Iterable[Image.Image]:
    """Return digits of MNIST as images of 28 × 28."""
    inputs = bundled("test").inputs if test else bundled("train").inputs[-10_000:]
    for row in np.linspace(0, len(inputs) - 1, min(count, len(inputs))).astype(int):
        yield Image.fromarray(inputs[row].reshape(28, 28))


def show(name: str, sure: Iterable[bool]) -> None:
    """Print the share of pictures that are sure."""
    counted = list(sure)
    print(f"{name}: {sum(counted)} of {len(counted)} surely a digit ({np.mean(counted or [0]):.2%})", flush=True)


if __name__ == "__main__":
    main()
