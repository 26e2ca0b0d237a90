"""Matrices transposed in vector registers, against NumPy."""

from itertools import product

import numpy as np
import pytest

from glassnet.engines.compiled.kernels.row_sums import LANES
from glassnet.engines.compiled.kernels.transpose import transpose
from support.kernels import from_python

SIDES = (0, 1, LANES - 1, LANES, LANES + 1, 3 * LANES, 3 * LANES + 5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_value_is_transposed_and_nothing_else_written(dtype):
    for rows, columns in product(SIDES, SIDES):
        matrix = np.arange(rows * columns, dtype=dtype).reshape(rows, columns) + 1
        room = np.full(rows * columns + 2 * LANES, -1, dtype)
        out = room[LANES : room.size - LANES].reshape(columns, rows)
        from_python(transpose)(matrix, out)
        np.testing.assert_array_equal(out, matrix.T, err_msg=f"{rows} × {columns}")
        assert (room[:LANES] == -1).all(), (rows, columns)
        assert (room[room.size - LANES :] == -1).all(), (rows, columns)
