"""The compiled loop that encodes chosen rows of a table, with the bits of `InputLayout.fill`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...runtime.jit import outer_kernel


@outer_kernel
def encode_rows(block: Any, truth_places: Any, mean_places: Any, values: Any, rows: Any, out: Any) -> None:
    """Fill `out`, (m, features), with the inputs of the rows `rows`, (m,): line by line as `InputLayout.fill`.

    `block` has the constants of a `NumberBlock`, `values` the matrices of `TableValues`. The logarithm of columns of
    earlier versions is missing here; streams, which only this version has, do not need it.
    """
    for i in range(rows.shape[0]):
        row, line = rows[i], out[i]
        for k in range(line.shape[0]):
            line[k] = np.float32(0)
        for k in range(values.words.shape[0]):
            if values.words[k, row] >= 0:
                line[values.words[k, row]] = np.float32(1)
        for k in range(values.truths.shape[0]):
            line[truth_places[k]] = values.truths[k, row]
        for k in range(values.means.shape[0]):
            line[mean_places[k]] = values.means[k, row]
        for k in range(values.numbers.shape[0]):
            value = values.numbers[k, row]
            if value != value:
                value = block.fill[k, 0]
            z = (min(max(value, -block.largest), block.largest) - block.centre[k, 0]) / block.scale[k, 0]
            z = min(max(z, -block.largest), block.largest)
            wide = z / block.clip  # number_block.clipped
            line[block.place[k]] = np.float32(z / math.sqrt(wide * wide + 1.0))
        for k in range(block.interval_of.shape[0]):
            value = values.numbers[block.interval_of[k], row]
            if value != value:
                value = block.fill[block.interval_of[k], 0]
            inside = min(max((value - block.low[k, 0]) / block.width[k, 0], 0.0), 1.0)
            line[block.interval_place[k]] = np.float32(inside - 0.5)
        for k in range(block.flag_of.shape[0]):
            value = values.numbers[block.flag_of[k], row]
            if value != value:
                line[block.flag_place[k]] = np.float32(1)
