"""Products over pairs of inputs, written with vector instructions, against NumPy."""

import itertools

import numpy as np
import pytest
from numba import njit

from glassnet.engines.compiled import kernels
from glassnet.engines.compiled.kernels import products, tile_products
from glassnet.engines.compiled.kernels.sparse import row_block_gradient, row_block_sums, sort_by_column
from glassnet.engines.compiled.kernels.tile_products import LANES, WIDEST, bring_back, numbers_of, spread
from glassnet.engines.compiled.sparse_layout import column_blocks_of, pairs_of, tiles_of
from support.covering import covering
from support.kernels import from_python

WIDTHS = (1, 5, LANES - 1, LANES, LANES + 1, 2 * LANES, 3 * LANES - 1, 3 * LANES, WIDEST * LANES - 7, WIDEST * LANES)


def sorted_lot(raw, lot, blocks, factor, background):
    """Return the columns of a lot, and its inputs as a matrix."""
    even = len(factor) % 2
    room, count = len(lot) + 1, (len(factor) + 1) // 2
    columns = kernels.Columns(
        np.empty(count, np.uint32), np.empty(count * room, np.uint8), np.empty(2 * count * room, factor.dtype)
    )
    factor, background = np.pad(factor, (0, even)), np.pad(background, (0, even))
    samples = pairs_of(raw, blocks)
    for band in range(len(blocks) - 1):
        from_python(sort_by_column)(samples, lot, blocks, band, factor, background, columns)
    return columns, raw[lot] * factor[: raw.shape[1]] + background[: raw.shape[1]]


@pytest.mark.parametrize(
    ("dtype", "kind", "features"), covering(["float32", "float64"], ["uint8", "float64"], [24, 10, 7, 1])
)
def test_sums_and_gradient_of_every_width(dtype, kind, features):
    rng = np.random.default_rng(features)
    raw = (rng.integers(1, 255, (40, features)) * (rng.random((40, features)) < 0.3)).astype(kind)
    lot = rng.integers(0, 40, 33)
    factor = rng.uniform(0.001, 0.01, features).astype(dtype)
    background = (rng.normal(size=features) * (rng.random(features) < 0.5)).astype(dtype)
    blocks = column_blocks_of(raw, 3)
    columns, inputs = sorted_lot(raw, lot, blocks, factor, background)
    near = {"rtol": 0, "atol": 300 * np.finfo(dtype).eps}
    for width in WIDTHS:
        kept = np.full((features + 4, width), 7, dtype)  # lines before and after, which must stay unchanged
        tile, delta = rng.normal(size=(features, width)).astype(dtype), rng.normal(size=(33, width)).astype(dtype)
        kept[2:-2] = tile
        room, total = np.full((34, from_python(numbers_of)(width)), 9, dtype), np.zeros((33, width), dtype)
        for begin, end in itertools.pairwise(blocks):
            row_block_sums(kept[2:-2], columns, begin, end, room)
            sums = np.full((33, width + 2), 7, dtype)
            for row in range(33):
                from_python(bring_back)(room[row], room[33], sums[row, 1:-1])
            total += sums[:, 1:-1]
            assert (sums[:, [0, -1]] == 7).all()
        np.testing.assert_allclose(total, inputs @ tile, **near, err_msg=f"sums, {width} nodes")
        np.testing.assert_array_equal(kept[2:-2], tile)
        kept[2:-2] = np.nan  # the contents before the first lot must be ignored
        for times, is_first in ((1, True), (2, False)):
            for begin, end in itertools.pairwise(blocks):
                row_block_gradient(kept[2:-2], is_first, columns, begin, end, delta, room)
            np.testing.assert_allclose(kept[2:-2], times * inputs.T @ delta, **near, err_msg=f"gradient, {width} nodes")
        assert (kept[[0, 1, -2, -1]] == 7).all()


def compiled_gradient(vectors, registers, monkeypatch):
    for name, number in zip(("_SUMS", "_BYTES"), registers, strict=True):
        monkeypatch.setattr(tile_products, name, number)
    add = tile_products._pair_of(vectors, forward=False)

    @njit
    def gradient(lines, begins, which, values, rows):
        add(lines, 0, 1, begins, which, values, rows)

    return gradient


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradient_has_the_same_bits_with_the_registers_of_any_processor(dtype, monkeypatch):
    """With those of AVX-512, and with those of AVX2, which are also the choice for SSE2 and ARM."""
    rng = np.random.default_rng(4)
    which, values = rng.integers(0, 9, 20).astype(np.uint8), rng.normal(size=40).astype(dtype)
    for vectors in range(1, WIDEST + 1):
        gradients = [compiled_gradient(vectors, registers, monkeypatch) for registers in ((24, 64), (12, 32))]
        for width in range(max(LANES, (vectors - 1) * LANES + 1), vectors * LANES + 1, 5):
            delta, rows = rng.normal(size=(9, width)).astype(dtype), np.zeros((9, vectors * LANES), dtype)
            for row in range(9):
                from_python(spread)(delta[row], rows[row], np.zeros(vectors * LANES, dtype))
            wanted = values.reshape(-1, 2).T @ delta[which]
            lines, others = np.full((2, 2, width), np.nan, dtype)
            for times, begins in ((1, True), (2, False)):
                for gradient, own in zip(gradients, (lines, others), strict=True):
                    gradient(own, begins, which, values, rows)
                np.testing.assert_allclose(lines, times * wanted, rtol=0, atol=300 * np.finfo(dtype).eps)
                np.testing.assert_array_equal(lines, others)


def test_portable_products_have_the_same_bits_with_the_blocks_of_any_processor(monkeypatch):
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=(9, 13)).astype(np.float32), rng.normal(size=(13, 6 * LANES + 5)).astype(np.float32)
    wanted = np.zeros((9, b.shape[1]), np.float32)
    for j in range(13):
        wanted += a[:, j, None] * b[j]
    for vectors in (4, 1):
        monkeypatch.setattr(products, "VECTORS", vectors)
        monkeypatch.setattr(products, "_wide", products._block_of(vectors))
        out = np.full_like(wanted, np.nan)
        njit(products.portable_product.py_func)(a, b, out, a)
        np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize("widest", [WIDEST * LANES, 7 * LANES])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_tiles_hold_all_nodes_and_fit_the_vectors(threads, widest):
    for nodes in range(1, 700):
        tiles = tiles_of(nodes, threads, widest)
        widths = np.diff(tiles)
        assert tiles[0] == 0
        assert tiles[-1] == nodes
        assert widths.max() <= widest
        assert widths.min() >= min(nodes, LANES)
        assert (widths[:-1] % LANES == 0).all()
        assert widths.max() - widths.min() < 2 * LANES
        if nodes >= threads * LANES:
            assert len(widths) % threads == 0 or len(widths) == nodes // LANES


def test_pairs_are_the_values_that_are_not_zero():
    rng = np.random.default_rng(3)
    for features, count in itertools.product((1, 2, 7, 8, 15, 18, 64), (1, 3)):
        for kind in ("uint8", "float32", "int64"):
            raw = (rng.integers(0, 3, (20, features)) * rng.integers(0, 2, (20, features))).astype(kind)
            blocks = column_blocks_of(raw, count)
            start, places, values = pairs_of(raw, blocks)
            there = np.zeros((20, features + features % 2), kind)
            for sample, band in itertools.product(range(20), range(count)):
                for at in range(start[sample * count + band], start[sample * count + band + 1]):
                    pair = values[2 * at : 2 * at + 2]
                    assert pair.any()
                    assert blocks[band] <= places[at] < blocks[band + 1]
                    there[sample, 2 * places[at] : 2 * places[at] + 2] = pair
            np.testing.assert_array_equal(there[:, :features], raw)


@pytest.mark.parametrize("kind", ["uint8", "float64"])
def test_values_that_are_not_zero_are_found_in_rows_of_every_width(kind):
    rng = np.random.default_rng(5)
    for features in (1, 7, 8, 9, 16, 21):
        raw = (rng.integers(1, 255, (30, features)) * (rng.random((30, features)) < 0.1)).astype(kind)
        factor = rng.random(features)
        room = np.count_nonzero(raw) + 1
        start, places, values = rows = kernels.SparseRows(
            np.empty(31, np.int64), np.empty(room, np.uint32), np.empty(room)
        )
        kernels.gather_nonzero(raw, 0, 30, factor, rows)
        for row, (begin, end) in zip(raw, itertools.pairwise(start), strict=True):
            np.testing.assert_array_equal(places[begin:end], np.flatnonzero(row))
            np.testing.assert_array_equal(values[begin:end], (row * factor)[row != 0])


@pytest.mark.parametrize("count", [2, 3, 7])
def test_column_blocks_hold_all_inputs_and_equally_many_values(count):
    rng = np.random.default_rng(count)
    for features in range(1, 300):
        raw = rng.integers(0, 3, (5, features)) * (rng.random(features) < 0.3)
        blocks = column_blocks_of(raw, count)
        assert (blocks[0], blocks[-1], len(blocks)) == (0, (features + 1) // 2, count + 1)
        assert (np.diff(blocks) >= 0).all()
        assert (blocks[:-1] % (kernels.GROUP // 2) == 0).all()
        values = np.diff(np.append(0, np.count_nonzero(raw, axis=0).cumsum())[np.minimum(2 * blocks, features)])
        assert values.max() - values.sum() / count <= 2 * kernels.GROUP * len(raw)
