"""The innermost loop of sparse products, written with vector instructions, against NumPy."""

import numpy as np
import pytest

from glassnet.engines.compiled.kernels.row_sums import BLOCK, LANES, subtract_from_rows, weighted_row_sum
from support.kernels import from_python


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_weighted_lines_of_every_width(dtype):
    rng = np.random.default_rng(1)
    for width in (1, LANES - 1, LANES, LANES + 1, 2 * LANES + 3, 4 * LANES, 100, BLOCK * LANES, BLOCK * LANES + 1, 300):
        matrix, base = rng.normal(size=(30, width)).astype(dtype), rng.normal(size=width).astype(dtype)
        places, values = rng.integers(0, 30, 20).astype(np.uint32), rng.normal(size=20).astype(dtype)
        for begin, end in ((0, 20), (3, 4), (7, 7)):
            kept = np.full(width + 2 * LANES, 7, dtype)
            out = kept[LANES:-LANES]
            scale = matrix.dtype.type(1.5)
            wanted = scale * base + values[begin:end] @ matrix[places[begin:end]]
            from_python(weighted_row_sum)(matrix, places, values, begin, end, scale, base, out)
            np.testing.assert_allclose(out, wanted, rtol=0, atol=100 * np.finfo(dtype).eps, err_msg=str(width))
            assert (kept[:LANES] == 7).all(), "nothing may be written outside"
            assert (kept[-LANES:] == 7).all()


def test_the_result_may_be_the_array_that_is_added_to():
    rng = np.random.default_rng(2)
    for width in (5, LANES + 1, 50, BLOCK * LANES):
        matrix, line = rng.normal(size=(9, width)), rng.normal(size=width)
        wanted = line + 2 * matrix[4]
        from_python(weighted_row_sum)(matrix, np.array([4], np.uint32), np.array([2.0]), 0, 1, 1.0, line, line)
        np.testing.assert_allclose(line, wanted, rtol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("vectors", [1, 2, 3, 4, 5, 6, BLOCK, BLOCK + 1, 2 * BLOCK + 6, 50])
def test_subtracting_from_lines_of_every_width(vectors, dtype):
    rng = np.random.default_rng(3)
    room = rng.normal(size=(32, vectors * LANES)).astype(dtype)
    matrix, step = room[1:-1], rng.normal(size=vectors * LANES).astype(dtype)
    for count in (0, 1, 9):
        places, values = rng.permutation(30)[:count].astype(np.uint32), rng.normal(size=count).astype(dtype)
        wanted = room.copy()
        wanted[1:-1][places] -= values[:, None] * step
        from_python(subtract_from_rows)(matrix, places, values, step)
        np.testing.assert_allclose(room, wanted, rtol=0, atol=10 * np.finfo(dtype).eps)
