"""Matrix products for batches: by BLAS, or in portable arithmetic, with each sum in the order of its terms.

In portable arithmetic, the sums of a block, some rows by some vectors of columns, stay in registers until all terms are
added. The size of a block does not change a sum.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ....runtime.jit import kernel, kernel_with_arrays
from .common import lesser, matrix_in
from .row_sums import LANES, in_every_lane, vector_at
from .tile_products import HAS_AVX512
from .transpose import transpose

ROWS = 4
"""Rows of a block."""

VECTORS = 4 if HAS_AVX512 else 1
"""Vectors of a block: with more, its sums would not fit into the registers."""


@kernel_with_arrays
def blas_product(a: Any, b: Any, out: Any, room: Any) -> None:
    """Fill ``out = a @ b``. A kernel of its own, because only BLAS needs Numba's runtime."""
    np.dot(a, b, out)


def _block_of(vectors: int) -> Any:
    """Return an intrinsic for a block of ``out = a @ b`` that begins at a row and a column.

    ``a[i, j]`` is number ``i · down + j · right`` of its memory. A row after the last is computed as the last, and a
    vector that would exceed the last column is shifted to end there.
    """

    def typing(context: Any, a: Any, down: Any, right: Any, b: Any, out: Any, row: Any, column: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            left, matrix, sums = (context.make_array(signature.args[i])(context, builder, given[i]) for i in (0, 3, 4))
            down, right, row, column = given[1], given[2], given[5], given[6]
            number, size = context.get_value_type(out.dtype), out.dtype.bitwidth // 8
            vector, whole = ir.VectorType(number, LANES), row.type

            def constant(value: int) -> Any:
                return ir.Constant(whole, value)

            def least(one: Any, other: Any) -> Any:
                return builder.select(builder.icmp_signed("<", one, other), one, other)

            width, terms = builder.extract_value(matrix.shape, 1), builder.extract_value(matrix.shape, 0)
            last_row = builder.sub(builder.extract_value(sums.shape, 0), constant(1))
            last_column = builder.sub(width, constant(LANES))
            rows = [least(builder.add(row, constant(part)), last_row) for part in range(ROWS)]
            columns = [least(builder.add(column, constant(part * LANES)), last_column) for part in range(vectors)]
            begins = [builder.mul(one, down) for one in rows]
            registers = [[cgutils.alloca_once(builder, vector) for _ in columns] for _ in rows]  # type: ignore[no-untyped-call]
            for line in registers:
                for register in line:
                    builder.store(ir.Constant(vector, [0.0] * LANES), register)
            with cgutils.for_range(builder, terms, intp=whole) as loop:
                at, line_at = builder.mul(loop.index, right), builder.mul(loop.index, width)
                line = [
                    builder.load(vector_at(builder, vector, matrix.data, builder.add(line_at, one)), align=size)
                    for one in columns
                ]
                for begin, kept in zip(begins, registers, strict=True):
                    value = builder.load(builder.gep(left.data, [builder.add(begin, at)]))
                    every = in_every_lane(builder, value, LANES)
                    for part, register in zip(line, kept, strict=True):
                        builder.store(builder.fadd(builder.load(register), builder.fmul(every, part)), register)
            for one, kept in zip(rows, registers, strict=True):
                for place, register in zip(columns, kept, strict=True):
                    here = builder.add(builder.mul(one, width), place)
                    builder.store(builder.load(register), vector_at(builder, vector, sums.data, here), align=size)
            return context.get_dummy_value()

        i64 = types.int64
        return types.void(a, i64, i64, b, out, i64, i64), code

    return intrinsic(typing)


_wide, _narrow = _block_of(VECTORS), _block_of(1)


@kernel
def portable_product(a: Any, b: Any, out: Any, room: Any) -> None:
    """Fill ``out = a @ b``, each sum in the order of its terms; `b` and `out` have contiguous rows."""
    rows, width = out.shape
    if width < LANES:
        for i in range(rows):
            for k in range(width):
                total = out.dtype.type(0)
                for j in range(b.shape[0]):
                    total += a[i, j] * b[j, k]
                out[i, k] = total
        return
    down, right = a.strides[0] // a.itemsize, a.strides[1] // a.itemsize
    wide = width // (VECTORS * LANES) * VECTORS * LANES
    for column in range(0, wide, VECTORS * LANES):
        for i in range(0, rows, ROWS):
            _wide(a, down, right, b, out, i, column)
    for column in range(wide, width, LANES):
        for i in range(0, rows, ROWS):
            _narrow(a, down, right, b, out, i, column)


@kernel
def portable_forward(a: Any, b: Any, out: Any, room: Any) -> None:
    """Fill ``out = a @ b`` like `portable_product`, with `b` the transpose of a matrix with contiguous rows.

    `room` is scratch memory for `b` with rows of at least a vector, and for some rows of `out`.
    """
    terms, nodes = b.shape
    if nodes >= LANES:
        by_input = matrix_in(room, 0, terms, nodes)
        transpose(b.T, by_input)
        portable_product(a, by_input, out, room)
        return
    by_input, sums = matrix_in(room, 0, terms, LANES), matrix_in(room, terms * LANES, ROWS, LANES)
    for j in range(terms):
        for k in range(LANES):
            by_input[j, k] = b[j, k] if k < nodes else out.dtype.type(0)
    for first in range(0, out.shape[0], ROWS):
        rows = lesser(ROWS, out.shape[0] - first)
        portable_product(a[first : first + rows], by_input, sums[:rows], room)
        for i in range(rows):
            for k in range(nodes):
                out[first + i, k] = sums[i, k]


def room_of(sizes: tuple[int, ...]) -> int:
    """Return the numbers of the scratch memory of `portable_forward` for layers with these numbers of nodes."""
    return max(below * max(above, LANES) for below, above in pairwise(sizes)) + ROWS * LANES
