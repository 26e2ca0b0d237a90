"""The inputs of a table's columns in one array: the only description of them from which rows are encoded.

Whoever encodes rows reads their values first, as `TableValues`: `Columns.apply` from a table, `rows.RowEncoder` from
mappings and frames, streams from row groups. What follows is the same for all: NumPy here, or the compiled loop
of `kernels` with the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...runtime.system import available_cores
from ...runtime.threads import in_threads
from .dates import DateColumn
from .encoders import BooleanColumn, Encoded, NumberColumn, WordColumn
from .imputation import fill_truths
from .kinds import Encoding
from .number_block import NumberBlock
from .selection import WORTH_THREADS
from .target_statistics import OwnTargets

if TYPE_CHECKING:
    from ...data.tables.table import Column

BLOCK = 1024
"""Rows that are encoded together: their numbers and intervals fit into the cache."""


Matrix = NDArray[Any] | Sequence[Any]
"""A matrix, or a list of its rows."""


class TableValues(NamedTuple):
    """The values of n rows, as they are encoded."""

    numbers: Matrix
    """Of each column of numbers, and then each quantity of a date, as float64; NaN if missing."""
    words: Matrix
    """Of each column of words the place of the input that is 1, as int32; negative for none."""
    truths: Matrix
    """Of each column of booleans the input, as float32: 1 for yes, −1 for no, 0 if missing."""
    means: Matrix = ()
    """Each input of rare words by their target, as float32; of training rows without their own target."""

    def take(self, rows: slice) -> TableValues:
        """Return the values of some rows, as matrices."""
        kinds = (np.float64, np.int32, np.float32, np.float32)
        return TableValues(*map(_rows_of, self, kinds, (rows,) * 4))


def _rows_of(matrix: Matrix, kind: type, rows: slice) -> NDArray[Any]:
    if isinstance(matrix, np.ndarray):
        return matrix[:, rows]
    return np.stack([one[rows] for one in matrix]) if len(matrix) else np.empty((0, 0), kind)


class InputLayout:
    """Which inputs each column has, and the constants of their encoding."""

    def __init__(self, encodings: Sequence[Encoding]) -> None:
        self.numbers: list[NumberColumn] = []
        self.words: list[tuple[WordColumn, int]] = []
        self.booleans: list[BooleanColumn] = []
        self.dates: list[DateColumn] = []
        placed, firsts, truths, means = [], list[int](), [], list[int]()
        starts, start = list[int](), 0
        for one in encodings:
            starts.append(start)
            if isinstance(one, NumberColumn):
                self.numbers.append(one)
                placed.append((one, start))
            elif isinstance(one, WordColumn):
                self.words.append((one, start))
                means += range(start + one.marks, start + len(one.features))
            elif isinstance(one, BooleanColumn):
                self.booleans.append(one)
                truths.append(start)
            else:
                self.dates.append(one)
                firsts.append(start)
            start += len(one.features)
        flags = list[tuple[int, int]]()
        for date, first in zip(self.dates, firsts, strict=True):
            flags += date.flags_at(first, len(placed))
            placed += date.parts_at(first)
        self.width = start
        """Number of inputs."""
        self.starts = np.array(starts, np.intp)
        """The first input of each column."""
        self.block = NumberBlock(placed, flags)
        """All columns of numbers, and the quantities of dates."""
        self.truths = np.array(truths, np.int64)
        """The input of each column of booleans."""
        self.means = np.array(means, np.int64)
        """The inputs of rare words by their target."""

    def read(self, columns: Mapping[str, Column], own: OwnTargets | None = None) -> TableValues:
        """Return the values of columns, by their names; `own` are the targets if they are training rows."""
        numbers = [columns[one.name].numbers for one in self.numbers]
        for date in self.dates:
            numbers += date.quantities(columns[date.name].moments)
        words = [one.places(columns[one.name], start) for one, start in self.words]
        truths = [fill_truths(columns[one.name].truths).astype(np.float32) for one in self.booleans]
        by_target = [(columns[one.name], one.statistics) for one, _ in self.words if one.statistics]
        means = [means for column, statistics in by_target for means in statistics.of_column(column, own)]
        return TableValues(numbers, words, truths, means)

    def encode(self, values: TableValues, rows: int) -> Encoded:
        """Return the inputs of this number of rows, (rows, features); of many rows on several threads."""
        encoded = np.zeros((rows, self.width), np.float32)

        def encode(first: int) -> None:
            block = slice(first, first + BLOCK)
            self.fill(values.take(block), encoded[block])

        blocks = range(0, rows, BLOCK)
        if rows * len(values.numbers) >= WORTH_THREADS:
            in_threads(encode, blocks, available_cores())
        else:
            for first in blocks:
                encode(first)
        return encoded

    def fill(self, values: TableValues, encoded: Encoded) -> None:
        """Write the inputs of matrices of values to `encoded`, (n, features), which has zeros."""
        numbers, words, truths, means = values
        if isinstance(words, np.ndarray):
            present = words >= 0
            encoded[present.nonzero()[1], words[present]] = 1
        else:  # of few rows
            for places in words:
                for row, place in enumerate(places):
                    if place >= 0:
                        encoded[row, place] = 1
        if len(truths):
            encoded[:, self.truths] = np.transpose(truths)
        if len(means):
            encoded[:, self.means] = np.transpose(means)
        if len(numbers):
            self.block.encode(np.asarray(numbers), encoded)
