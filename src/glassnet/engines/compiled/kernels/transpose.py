"""Transposition of a matrix in vector registers, in blocks of 16 × 16 numbers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ....runtime.jit import kernel
from .row_sums import LANES, vector_at


def _exchanged(builder: Any, lines: list[Any], distance: int) -> list[Any]:
    """Return the lines after one step of the transposition; the steps have the distances 1, 2, 4, ….

    For each two lines at this distance, the lanes of the first whose index has the bit `distance` are swapped with the
    lanes of the second whose index does not have it.
    """
    made = list(lines)
    for first in range(LANES):
        if not first & distance:
            second, lanes = first + distance, range(LANES)
            # Lane numbers continue from the first line to the second.
            of_first = [LANES + lane - distance if lane & distance else lane for lane in lanes]
            of_second = [LANES + lane if lane & distance else lane + distance for lane in lanes]
            for line, chosen in ((first, of_first), (second, of_second)):
                mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), chosen)
                made[line] = builder.shuffle_vector(lines[first], lines[second], mask)
    return made


def _transposing() -> Any:
    """Return an intrinsic that transposes `LANES` rows and columns of a matrix, starting at a row and a column."""

    def typing(context: Any, matrix: Any, row: Any, column: Any, out: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            source, target = (context.make_array(signature.args[i])(context, builder, given[i]) for i in (0, 3))
            vector, size = ir.VectorType(context.get_value_type(matrix.dtype), LANES), matrix.dtype.bitwidth // 8

            def pointers(array: Any, row: Any, column: Any) -> list[Any]:
                width = builder.extract_value(array.shape, 1)
                rows = [builder.add(row, ir.Constant(width.type, line)) for line in range(LANES)]
                places = [builder.add(builder.mul(one, width), column) for one in rows]
                return [vector_at(builder, vector, array.data, place) for place in places]

            lines = [builder.load(pointer, align=size) for pointer in pointers(source, given[1], given[2])]
            distance = 1
            while distance < LANES:
                lines = _exchanged(builder, lines, distance)
                distance *= 2
            for line, pointer in zip(lines, pointers(target, given[2], given[1]), strict=True):
                builder.store(line, pointer, align=size)
            return context.get_dummy_value()

        return types.void(matrix, types.int64, types.int64, out), code

    return intrinsic(typing)


_transpose_block = _transposing()


@kernel
def transpose(matrix: Any, out: Any) -> None:
    """Fill `out`, (columns, rows), with the transposed matrix, (rows, columns)."""
    rows, columns = matrix.shape
    whole_rows, whole_columns = rows // LANES * LANES, columns // LANES * LANES
    for column in range(0, whole_columns, LANES):
        for row in range(0, whole_rows, LANES):
            _transpose_block(matrix, row, column, out)
    for row in range(rows):
        for column in range(whole_columns if row < whole_rows else 0, columns):
            out[column, row] = matrix[row, column]
