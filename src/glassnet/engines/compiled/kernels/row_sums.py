"""Weighted sums of selected rows of a matrix, kept in vector registers: the innermost loop when zeros are skipped.

With plain loops, preparing a group of rows costs as much as adding it, because the compiled code checks each time
whether input and output overlap. Here the columns are divided into blocks of a few vectors, and the sums of a block
stay in registers until all rows are added, one after another, on every processor.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ....runtime.jit import kernel

LANES = 16
"""Numbers in a vector; a processor with shorter registers uses several for one vector."""

CACHE_LINE = 16
"""Four-byte numbers in a cache line."""


def in_every_lane(builder: Any, number: Any, lanes: int) -> Any:
    """Return a vector with the number in each of its lanes."""
    nothing, i32 = ir.Constant(ir.VectorType(number.type, lanes), ir.Undefined), ir.IntType(32)
    first = builder.insert_element(nothing, number, ir.Constant(i32, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(i32, lanes), [0] * lanes))


def vector_at(builder: Any, vector: Any, data: Any, index: Any) -> Any:
    """Return a pointer to the vector that begins at an index."""
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())


def block_of(vectors: int) -> Any:
    """Return an intrinsic that computes a block of `weighted_row_sum`, starting at a column.

    A vector that would exceed the last column is shifted to end there, so some columns are computed twice.
    """

    def typing(
        context: Any,
        matrix: Any,
        places: Any,
        values: Any,
        begin: Any,
        end: Any,
        scale: Any,
        base: Any,
        out: Any,
        at: Any,
    ) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            rows, chosen, weights, added, sums = (
                context.make_array(signature.args[i])(context, builder, given[i]) for i in (0, 1, 2, 6, 7)
            )
            begin, end, scale, column = given[3], given[4], given[5], given[8]
            vector, size = ir.VectorType(scale.type, LANES), matrix.dtype.bitwidth // 8
            width = builder.extract_value(rows.shape, 1)
            last = builder.sub(width, ir.Constant(width.type, LANES))

            def load(data: Any, index: Any) -> Any:
                return builder.load(vector_at(builder, vector, data, index), align=size)

            columns, registers = [], []
            for part in range(vectors):
                wanted = builder.add(column, ir.Constant(column.type, part * LANES))
                columns.append(builder.select(builder.icmp_signed("<", wanted, last), wanted, last))
                registers.append(cgutils.alloca_once(builder, vector))  # type: ignore[no-untyped-call]
            every = in_every_lane(builder, scale, LANES)
            for at, register in zip(columns, registers, strict=True):
                builder.store(builder.fmul(every, load(added.data, at)), register)
            with cgutils.for_range(builder, end, start=begin, intp=begin.type) as loop:
                weight = in_every_lane(builder, builder.load(builder.gep(weights.data, [loop.index])), LANES)
                row = builder.zext(builder.load(builder.gep(chosen.data, [loop.index])), column.type)
                first = builder.mul(row, width)
                for at, register in zip(columns, registers, strict=True):
                    product = builder.fmul(weight, load(rows.data, builder.add(first, at)))
                    builder.store(builder.fadd(builder.load(register), product), register)
            for at, register in zip(columns, registers, strict=True):
                builder.store(builder.load(register), vector_at(builder, vector, sums.data, at), align=size)
            return context.get_dummy_value()

        i64 = types.int64
        return types.void(matrix, places, values, i64, i64, matrix.dtype, base, out, i64), code

    return intrinsic(typing)


def _fetching(to_write: int) -> Any:
    """Return an intrinsic that prefetches an array element into the cache."""

    def typing(context: Any, array: Any, index: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, given[0]).data
            byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
            where = builder.bitcast(builder.gep(data, [given[1]]), byte)
            call = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
            builder.call(call, [where, *(ir.Constant(number, how) for how in (to_write, 3, 1))])  # all levels, data
            return context.get_dummy_value()

        return types.void(array, types.int64), code

    return intrinsic(typing)


fetch, fetch_to_write = _fetching(0), _fetching(1)

BLOCK = 7
"""Vectors in the largest block: their sums fit into sixteen registers of half a vector, leaving two free."""

_one, _two, _four, _most = block_of(1), block_of(2), block_of(4), block_of(BLOCK)


@kernel
def weighted_row_sum(
    matrix: Any, places: Any, values: Any, begin: int, end: int, scale: Any, base: Any, out: Any
) -> None:
    """Fill `out` with ``scale · base + Σ valuesᵢ · matrix[placesᵢ]`` for i from `begin` to `end`.

    All arrays but `places` have the same type, and the numbers of a row are contiguous. `out` may be `base` if it is at
    most as wide as a block.
    """
    width = out.shape[0]
    if width < LANES:
        for j in range(width):
            total = scale * base[j]
            for i in range(begin, end):
                total += values[i] * matrix[places[i], j]
            out[j] = total
    elif width == LANES:
        _one(matrix, places, values, begin, end, scale, base, out, 0)
    elif width <= 2 * LANES:
        _two(matrix, places, values, begin, end, scale, base, out, 0)
    elif width <= 4 * LANES:
        _four(matrix, places, values, begin, end, scale, base, out, 0)
    else:
        for column in range(0, width, BLOCK * LANES):
            _most(matrix, places, values, begin, end, scale, base, out, column)


@intrinsic
def subtract_from_rows(context: Any, matrix: Any, places: Any, values: Any, step: Any) -> Any:
    """Subtract ``valuesᵢ · step`` from ``matrix[placesᵢ]`` for every i, in place.

    All arrays but `places` have the same type, and a row consists of whole vectors of `LANES` contiguous numbers.
    """

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        rows, chosen, weights, taken = (
            context.make_array(kind)(context, builder, value) for kind, value in zip(signature.args, given, strict=True)
        )
        number, size = context.get_value_type(matrix.dtype), matrix.dtype.bitwidth // 8
        vector, count = ir.VectorType(number, LANES), builder.extract_value(chosen.shape, 0)
        width = builder.extract_value(rows.shape, 1)

        def subtract_block(begin: Any, vectors: int) -> None:
            columns = [builder.add(begin, ir.Constant(begin.type, part * LANES)) for part in range(vectors)]
            steps = [builder.load(vector_at(builder, vector, taken.data, at), align=size) for at in columns]
            with cgutils.for_range(builder, count, intp=count.type) as loop:
                weight = builder.load(builder.gep(weights.data, [loop.index]))
                less = in_every_lane(builder, builder.fsub(ir.Constant(number, -0.0), weight), LANES)
                row = builder.zext(builder.load(builder.gep(chosen.data, [loop.index])), begin.type)
                first = builder.mul(row, width)
                for at, step in zip(columns, steps, strict=True):
                    here = vector_at(builder, vector, rows.data, builder.add(first, at))
                    product = builder.fmul(less, step)
                    total = builder.fadd(builder.load(here, align=size), product)
                    builder.store(total, here, align=size)

        block = ir.Constant(width.type, BLOCK * LANES)
        with cgutils.for_range(builder, builder.udiv(width, block)) as loop:
            subtract_block(builder.mul(loop.index, block), BLOCK)
        rest = builder.urem(width, block)
        for vectors in (4, 2, 1):  # the binary digits of the number of vectors that are left, at most six
            left = builder.and_(rest, ir.Constant(rest.type, (2 * vectors - 1) * LANES))
            with builder.if_then(builder.icmp_unsigned(">=", left, ir.Constant(left.type, vectors * LANES))):
                subtract_block(builder.sub(width, left), vectors)
        return context.get_dummy_value()

    return types.void(matrix, places, values, step), code
