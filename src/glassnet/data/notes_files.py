"""The CSV files that the notes' program reads, from the bundled MNIST: a label and 784 pixels per line, no header."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .readers.idx import bundled_pair


class Rows(NamedTuple):
    """The first rows of a part of MNIST: all if `first` is None."""

    part: str
    first: int | None = None


NOTES_FILES = {
    "mnist_train.csv": Rows("train"),
    "mnist_test.csv": Rows("test"),
    "mnist_train_100.csv": Rows("train", 100),
    "mnist_test_10.csv": Rows("test", 10),
}
"""File name -> its rows. The notes and the book try a program on the two small files first."""
_BLOCK = 5000  # rows that are made at a time
# Every byte as text in a cell of four characters, padded with zero bytes that are removed later.
_CELL = np.array([f"{value}," for value in range(256)], "S4")
_LAST_CELL = np.array([f"{value}\n" for value in range(256)], "S4")


def rows_in(name: str) -> int:
    """Return the number of rows of one of `NOTES_FILES`."""
    rows = NOTES_FILES[name]
    return rows.first or len(bundled_pair(rows.part)[1])


def csv_of(name: str) -> Iterator[bytes]:
    """Yield the text of one of `NOTES_FILES` in blocks."""
    part, count = NOTES_FILES[name]
    images, labels = bundled_pair(part)
    rows = np.column_stack([labels, images.reshape(len(images), -1)])[:count]
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        cells = _CELL[block]
        cells[:, -1] = _LAST_CELL[block[:, -1]]
        yield cells.tobytes().translate(None, b"\0")
