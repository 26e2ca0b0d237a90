"""The compiled loop of `TableEncoder`: all inputs of a row at once, with the bits of the columns' own encodings."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...runtime.jit import exact_outer_kernel


class NumberColumns(NamedTuple):
    """Columns of numbers; one entry per column if not said otherwise."""

    fill: NDArray[np.float64]
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    place: NDArray[np.int64]  # of the first input
    flag: NDArray[np.int64]  # place of the input that flags missing values; -1 for none
    first_edge: NDArray[np.int64]  # (columns + 1,): where the intervals of each column start in the next two
    low: NDArray[np.float64]  # (intervals,)
    high: NDArray[np.float64]
    clip: float  # encoders.CLIP
    largest: float  # encoders.LARGEST


class TableValues(NamedTuple):
    """The values of a table, as they are encoded."""

    numbers: NDArray[np.float64]  # (columns of numbers, n), NaN if missing
    words: NDArray[np.int32]  # (columns of words, n): place of the input that is 1; -1 for none
    others: NDArray[np.float32]  # (other inputs, n)


@exact_outer_kernel
def encode_rows(columns: NumberColumns, other_places: Any, values: TableValues, rows: Any, out: Any) -> None:
    """Fill `out` (m, features) with the inputs of the rows `rows` (m,) of a table."""
    for i in range(rows.shape[0]):
        row, line = rows[i], out[i]
        for k in range(line.shape[0]):
            line[k] = np.float32(0)
        for k in range(values.words.shape[0]):
            if values.words[k, row] >= 0:
                line[values.words[k, row]] = np.float32(1)
        for k in range(values.others.shape[0]):
            line[other_places[k]] = values.others[k, row]
        for c in range(values.numbers.shape[0]):
            value = values.numbers[c, row]
            if columns.flag[c] >= 0 and value != value:
                line[columns.flag[c]] = np.float32(1)
            if value != value:
                value = columns.fill[c]
            # NumberColumn.deviations
            z = (min(max(value, -columns.largest), columns.largest) - columns.centre[c]) / columns.scale[c]
            z = min(max(z, -columns.largest), columns.largest)
            wide = z / columns.clip  # encoders.clipped
            line[columns.place[c]] = np.float32(z / math.sqrt(wide * wide + 1.0))
            begin = columns.first_edge[c]
            for k in range(columns.first_edge[c + 1] - begin):  # NumberColumn.encode_numbers
                low, high = columns.low[begin + k], columns.high[begin + k]
                inside = min(max(value, low), high)
                line[columns.place[c] + 1 + k] = np.float32((inside - low) / (high - low) - 0.5)
