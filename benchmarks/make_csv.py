"""Write mnist_train.csv and mnist_test.csv, the files of the notes: a label and 784 pixels per line, no header.

They are made from the bundled IDX files; nothing is downloaded. 128 MB, about a second.

    python benchmarks/make_csv.py FOLDER
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PARTS = {"train": "train", "test": "t10k"}
# Every byte as text in a cell of four characters, padded with zero bytes that are removed later.
CELL = np.array([f"{value}," for value in range(256)], "S4")
LAST_CELL = np.array([f"{value}\n" for value in range(256)], "S4")


def read_idx(name: str) -> NDArray[np.uint8]:
    """Return the array of a bundled IDX file, such as ``train-images-idx3-ubyte``."""
    raw = gzip.decompress((files("glassnet") / "data" / "mnist" / f"{name}.gz").read_bytes())
    dimensions = raw[3]
    shape = np.frombuffer(raw, ">u4", dimensions, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load(part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return pixels, shape (n, 784), and labels, shape (n,), of the part ``"train"`` or ``"test"``."""
    pixels = read_idx(f"{PARTS[part]}-images-idx3-ubyte")
    return pixels.reshape(len(pixels), -1), read_idx(f"{PARTS[part]}-labels-idx1-ubyte")


def to_csv(pixels: NDArray[np.uint8], labels: NDArray[np.uint8]) -> bytes:
    """Return samples as CSV text."""
    rows = np.column_stack([labels, pixels])
    cells = CELL[rows]
    cells[:, -1] = LAST_CELL[rows[:, -1]]
    return cells.tobytes().translate(None, b"\0")


def write_csv(part: str, folder: Path, block: int = 5_000) -> Path:
    """Write one part into the folder, in blocks of rows, and return the path."""
    pixels, labels = load(part)
    path = folder / f"mnist_{part}.csv"
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            for start in range(0, len(labels), block):
                file.write(to_csv(pixels[start : start + block], labels[start : start + block]))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def main(folder: str) -> int:
    """Write both files and print their paths."""
    try:
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            print(write_csv(part, target))
    except OSError as error:
        print(f"{folder}: {error.strerror or error}. Pass a writable folder.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="write MNIST as the notes' CSV files")
    parser.add_argument("folder", help="folder for mnist_train.csv and mnist_test.csv; created if missing")
    sys.exit(main(**vars(parser.parse_args())))
